"""What every store promises about searching: it says what the rules say, newest first."""

from collections.abc import Sequence

import pytest

from pipeline.model import Field, Precision, Tier, Type, Verdict
from pipeline.ports import Store
from pipeline.rules.tree import And, Not, Or, Term
from pipeline.search import Search, parse_search
from tests import make
from tests.contract.conftest import RULES

TITLES = (
    "生成AIの規制を検討",
    "He said the act was final",
    "The AI Act enters into force",
    "An act on AI",
    "著作権法を改正",
    "ＡＩ‐Act: what now?",
    "デジタルマネーの統計",
)


@pytest.fixture
def shelf(store: Store, run: int) -> Store:
    """A store with one item of each title, numbered from 1."""
    items = (make.numbered(n, title=title, summary="") for n, title in enumerate(TITLES))
    store.save_intake(run, make.intake(*map(make.new, items)), RULES, make.NOW)
    return store


def find(store: Store, text: str, limit: int = 100, before: int | None = None) -> list[str]:
    found = store.search(parse_search(text, now=make.NOW), limit=limit, before=before)
    return [each.item.title for each in found]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        pytest.param("", [6, 5, 4, 3, 2, 1, 0], id="everything"),
        pytest.param("規制", [0], id="two characters inside a run"),
        pytest.param("著作権", [4], id="three characters"),
        pytest.param("AI", [5, 3, 2, 0], id="a word, not in said"),
        pytest.param("ai", [5, 3, 2, 0], id="in small letters"),
        pytest.param('"AI Act"', [5, 2], id="a phrase"),
        pytest.param("AI act", [5, 3, 2], id="words side by side"),
        pytest.param("AI NOT act", [0], id="NOT"),
        pytest.param("NOT act", [6, 4, 0], id="nothing but NOT"),
        pytest.param("著作権 OR final", [4, 1], id="OR"),
        pytest.param("act NEAR/0 AI", [5, 2], id="NEAR"),
        pytest.param("生成AI", [0], id="mixed scripts"),
        pytest.param("enter*", [2], id="beginning of a word"),
        pytest.param("raw:AI", [5, 3, 2, 0], id="with its capitals"),
        pytest.param("raw:Act", [5, 2], id="with its capitals, not in small letters"),
        pytest.param("マネー", [6], id="a long vowel that folding takes away"),
        pytest.param("summary:AI", [], id="another field"),
        pytest.param("title:規制 OR summary:AI", [0], id="one field or another"),
        pytest.param("zebra", [], id="nothing"),
        pytest.param('"§§ \'); drop"', [], id="what looks like SQL"),
    ],
)
def test_a_search_finds_what_the_rules_find(shelf: Store, text: str, places: Sequence[int]) -> None:
    assert find(shelf, text) == [TITLES[place] for place in places]


@pytest.mark.parametrize("size", [1, 2, 3])
def test_pages_follow_each_other_without_gap_or_repeat(shelf: Store, size: int) -> None:
    search, before, found = parse_search("AI", now=make.NOW), None, []
    while page := list(shelf.search(search, limit=size, before=before)):
        found += [each.item.title for each in page]
        before = page[-1].id
    assert found == find(shelf, "AI")


def test_a_hit_behind_many_misses_is_found(store: Store, run: int) -> None:
    # The index finds both words anywhere; the rules want them side by side.
    misses = [make.numbered(n, title="An act on AI") for n in range(700)]
    items = [make.numbered(999, title="The AI Act"), *misses]
    store.save_intake(run, make.intake(*map(make.new, items)), RULES, make.NOW)
    assert find(store, "AI NEAR/0 act") == ["The AI Act"]


def test_deep_and_long_queries_are_answered(shelf: Store) -> None:
    deep: Or | And | Term = Term(text="規制")
    for _ in range(100):
        deep = And(children=(Or(children=(deep, Term(text="zebra"))), Not(child=Term(text="art"))))
    long = Or(children=(*(Term(text=f"word{n}") for n in range(3_000)), Term(text="規制")))
    for tree in (deep, long):
        assert [x.item.title for x in shelf.search(Search(tree=tree), limit=9)] == [TITLES[0]]


# --- filters ---------------------------------------------------------------------------------


@pytest.fixture
def mixed(store: Store, run: int) -> Store:
    """Items of two sources that differ in all that filters ask for."""
    lab = make.source(
        "lab", jurisdiction="US-CA", tier=Tier.RESEARCH, group="Überblick", language="en-US"
    )
    store.sync_sources([make.source(group="core"), lab], make.NOW)
    near = make.match("labour", verdict=Verdict.NEAR)
    dated = make.numbered(1, title="dated", published_at=make.at(days=-10))
    day = make.numbered(
        2, title="day", published_at=make.at(days=-2, hours=-9), precision=Precision.DAY
    )
    undated = make.numbered(3, title="undated", published_at=None, precision=None, language="")
    matching = make.numbered(4, title="matching", type=Type.LAW, language="ja", body="text")
    intakes = (
        make.intake(make.new(dated), make.new(day)),
        make.intake(make.new(undated, matches=(near,)), source_id="lab"),
        make.intake(make.new(matching, matches=(make.match(), make.match("labour")))),
    )
    for hours, intake in zip((-48, -24, 0), intakes, strict=True):
        store.save_intake(run, intake, RULES, make.at(hours=hours))
    return store


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("theme:safety", ["matching"], id="a theme that applies"),
        pytest.param("theme:labour", ["matching"], id="not one that was near"),
        pytest.param("theme:safety theme:other", [], id="every theme"),
        pytest.param("since:2026-02-28", ["matching", "undated", "day"], id="since, included"),
        pytest.param("until:2026-02-27", ["dated"], id="until, to the end of the day"),
        pytest.param("seen-since:2d", ["matching", "undated", "day", "dated"], id="seen, included"),
        pytest.param("seen-since:47h", ["matching", "undated"], id="seen since"),
        pytest.param("source:lab", ["undated"], id="source"),
        pytest.param("group:core", ["matching", "day", "dated"], id="group"),
        pytest.param("group:überblick", ["undated"], id="group beyond ASCII"),
        pytest.param("tier:research", ["undated"], id="tier"),
        pytest.param("type:law", ["matching"], id="the item's own type"),
        pytest.param("lang:ja", ["matching"], id="the item's own language"),
        pytest.param("lang:en", ["undated", "day", "dated"], id="else the source's"),
        pytest.param("jur:us", ["undated"], id="a part of a jurisdiction"),
        pytest.param("jur:GB OR tier:research", ["matching", "undated", "day", "dated"], id="OR"),
        pytest.param("NOT source:lab", ["matching", "day", "dated"], id="NOT a scope"),
        pytest.param("jur:GB day", ["day"], id="a scope beside words"),
        pytest.param("has:date", ["matching", "day", "dated"], id="has a date"),
        pytest.param("has:body", ["matching"], id="has a body"),
        pytest.param("has:theme", ["matching"], id="has a theme"),
        pytest.param("has:label", [], id="has a label"),
        pytest.param("state:new", ["matching", "undated", "day", "dated"], id="new"),
        pytest.param("state:kept", [], id="kept"),
    ],
)
def test_filters_narrow_a_search(mixed: Store, text: str, found: list[str]) -> None:
    assert find(mixed, text) == found


def test_found_items_carry_their_matches(mixed: Store) -> None:
    (found,) = mixed.search(parse_search("theme:safety", now=make.NOW), limit=9)
    assert found == mixed.item(found.id)
    assert found.matches == (make.match(), make.match("labour"))


def test_a_match_of_a_former_text_is_no_match(mixed: Store, run: int) -> None:
    key = "guid:https://gov.example/news/4"
    (known,) = mixed.known("gov", [key])[key]
    edit = make.changed(known, make.numbered(4, title="withdrawn"))
    mixed.save_intake(run, make.intake(changed=(edit,)), RULES, make.at(hours=1))
    assert find(mixed, "theme:safety") == []
    assert known.item.text(Field.TITLE) == "matching"


def test_the_sources_with_items_on_a_host_are_known(store: Store, run: int) -> None:
    urls = ("https://www.gov.example/1", "http://gov.example.org/2", "https://gov.example0/3")
    items = [make.numbered(n, url=url) for n, url in enumerate(urls)]
    store.save_intake(run, make.intake(*map(make.new, items)), RULES, make.NOW)
    hosts = ("gov.example", "gov.example.org", "example", "gov.example.or")
    assert [store.sources_linking(host) for host in hosts] == [
        frozenset({"gov"}),
        frozenset({"gov"}),
        frozenset(),
        frozenset(),
    ]
