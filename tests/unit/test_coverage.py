from collections.abc import Sequence
from typing import Any

import pytest

from pipeline.coverage import Cell, Count, Place, Wanted, coverage, wanted_by
from pipeline.model import Source, Tier, Type
from pipeline.rules.ruleset import load_ruleset
from pipeline.yamlfile import read_text
from tests import make

PRESS = Place("JP", Type.PRESS, "ja")


def source(jurisdiction: str = "JP", **more: Any) -> Source:
    given: dict[str, Any] = {"language": "ja", "type": Type.PRESS, "tier": Tier.OFFICIAL}
    name = f"s-{jurisdiction.lower()}-{len(more)}"
    return make.source(name, jurisdiction=jurisdiction, **(given | more))


def count(place: Place = PRESS, items: int = 1, **more: Any) -> Count:
    given: dict[str, Any] = {"tier": Tier.OFFICIAL, "configured": True, "manual": False}
    return Count(place=place, items=items, **({"matches": items} | given | more))


def empty(
    *sources: Source,
    counts: Sequence[Count] = (),
    wanted: Wanted = Wanted(),  # noqa: B008
) -> list[str]:
    """Return what is named empty, but for sources from which nothing came."""
    found = coverage(sources, counts, wanted).empty
    return [line for line in found if not line.startswith("nothing came")]


def test_cells_add_up_sources_items_matches_official_ones_and_misses() -> None:
    counts = [
        count(items=10, matches=4),
        count(items=5, matches=0, tier=Tier.PRESS),
        count(items=2, matches=1, tier=Tier.PRESS, manual=True),
        count(Place("JP", Type.LAW, "ja"), items=1),
    ]
    off = source(enabled=False, reason="retired")
    assert coverage([source(), off], counts, Wanted()).cells == (
        Cell(
            place=Place("JP", Type.LAW, "ja"), sources=0, items=1, matches=1, official=1, misses=0
        ),
        Cell(place=PRESS, sources=1, items=17, matches=5, official=10, misses=2),
    )


def test_a_source_stands_in_the_cell_of_its_main_language() -> None:
    (cell,) = coverage([source(language="ja-JP")], (), Wanted()).cells
    assert cell.place == PRESS


def test_sources_from_which_nothing_came_are_named() -> None:
    found = coverage([source(), source(language="", jurisdiction="")], (), Wanted())
    assert found.empty == ("nothing came from - press - (1 source), JP press ja (1 source)",)


@pytest.mark.parametrize(
    ("sources", "lines"),
    [
        pytest.param([source("FR", tier=Tier.OFFICIAL)], [], id="official"),
        pytest.param([source("", tier=Tier.PRESS)], [], id="nowhere"),
        pytest.param(
            [source("FR", tier=Tier.PRESS), source("FR", tier=Tier.RESEARCH)],
            ["FR: press and research, but no official source"],
            id="no official source",
        ),
    ],
)
def test_a_jurisdiction_without_an_official_source_is_named(
    sources: list[Source], lines: list[str]
) -> None:
    assert empty(*sources) == lines


def test_what_rules_ask_for_and_no_source_has_is_named() -> None:
    wanted = Wanted(jurisdictions=frozenset({"US", "KR", "JP"}), languages=frozenset({"ja", "ko"}))
    assert empty(source("JP"), source("US-CA"), wanted=wanted) == [
        "KR: rules ask for it, but no source has it",
        "ko: the rules have words or titles of it, but no source is in it",
    ]


def test_what_states_do_elsewhere_is_missed_here() -> None:
    bills = [source(where, type=Type.BILL) for where in ("JP", "US")]
    assert empty(*bills, source("GB")) == ["GB: no bill, which others have"]
    assert empty(bills[0], source("GB")) == []
    seen = [count(Place("GB", Type.BILL, "en"))]
    assert empty(*bills, source("GB"), counts=seen) == []


def test_a_language_in_which_no_rule_finds_anything_is_named() -> None:
    german = Place("JP", Type.PRESS, "de")
    named = ["de: 50 items, no match: the rules may lack its words"]
    assert empty(source(), counts=[count(german, items=50, matches=0)]) == named
    assert empty(source(), counts=[count(german, items=49, matches=0)]) == []
    assert empty(source(), counts=[count(german, items=50, matches=1)]) == []


def test_misses_from_hosts_without_a_source_are_named() -> None:
    by_hand = count(Place("", Type.OTHER, ""), configured=False, manual=True)
    assert empty(source(), counts=[by_hand]) == ["1 item added by hand: no source has their host"]


def test_what_is_wanted_is_read_off_the_rules() -> None:
    text = """\
themes:
  - id: chips
    title: {en: Chips, fr: Puces}
    rules: ['반도체 AND jur:KR', 'chip* AND lang:de-AT', 半導体の]
    tests: {match: [반도체], no_match: [nothing]}
"""
    rules = load_ruleset(read_text(text, "themes.yaml"))
    assert wanted_by(rules) == Wanted(
        jurisdictions=frozenset({"KR"}), languages=frozenset({"en", "fr", "de", "ja", "ko"})
    )
