from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from pipeline.digest import (
    Findings,
    Headline,
    Issue,
    NearMiss,
    NewSource,
    Setting,
    ThemeHit,
    Trouble,
    Words,
    build_issue,
    new_source_ids,
)
from pipeline.excerpts import Excerpt
from pipeline.model import Field, Match, Outcome, Reason, Source, Tier, Verdict
from pipeline.records import (
    DigestSpec,
    IssueRecord,
    LedgerLine,
    StoredItem,
)
from tests import make

THEMES = {"safety": "Model safety", "copyright": "Copyright"}


def setting(*sources: Source, **overrides: Any) -> Setting:
    by_id = {source.id: source for source in sources or (make.source(),)}
    return replace(Setting(sources=by_id, themes=THEMES), **overrides)


def built(
    *lines: LedgerLine,
    spec: DigestSpec | None = None,
    previous: IssueRecord | None = None,
    around: Setting | None = None,
    **findings: Any,
) -> Issue:
    facts = Findings(**{"lines": lines, "reach": {}} | findings)
    return build_issue(spec or make.digest(), previous, facts, around or setting(), make.NOW)


def told(seq: int, stored: StoredItem, theme: str = "safety", **overrides: Any) -> LedgerLine:
    return make.line(seq, stored=stored, theme=theme, **overrides)


def scored(id: int, score: float = 3.0, **overrides: Any) -> StoredItem:  # noqa: A002
    item = make.numbered(id, **overrides)
    return make.stored(id, item=item, matches=(make.match(score=score, evidence=()),))


# --- what an issue takes ----------------------------------------------------------------------


def test_a_digest_takes_the_notices_of_its_themes_and_passes_over_the_others() -> None:
    lines = (
        told(4, scored(1)),
        told(5, scored(2), "copyright"),
        make.line(6, reason=Reason.NEW_SOURCE, theme="", stored=None),
        told(7, scored(3), "elsewhere"),
    )
    issue = built(*lines, spec=make.digest(themes=("safety",)))
    assert (issue.notices, issue.seq_from, issue.seq_to) == ((4, 6), 0, 7)
    assert [card.id for card in issue.cards] == [1]


def test_what_the_issue_before_took_is_not_taken_again() -> None:
    lines = (told(4, scored(1)), told(5, scored(2)))
    issue = built(*lines, previous=make.issue(3, seq_to=4))
    assert (issue.number, issue.previous_number) == (4, 3)
    assert (issue.notices, issue.seq_from, issue.seq_to) == ((5,), 4, 5)


def test_an_issue_without_lines_keeps_its_place_in_the_ledger() -> None:
    issue = built(previous=make.issue(3, seq_to=4))
    assert (issue.notices, issue.seq_from, issue.seq_to, issue.silent) == ((), 4, 4, True)


def test_nothing_is_left_out_of_a_burst() -> None:
    lines = [told(n, scored(n)) for n in range(1, 400)]
    assert {card.id for card in built(*lines).new} == set(range(1, 400))


# --- its window -------------------------------------------------------------------------------


def test_a_window_starts_where_the_last_one_ended() -> None:
    issue = built(previous=make.issue(1), since=make.at(days=-9))
    assert (issue.window_start, issue.window_end) == (
        make.issue(1).window_end,
        make.at(seconds=0) + timedelta(microseconds=1),
    )


def test_the_first_window_starts_with_the_first_run_or_line() -> None:
    early = make.line(1, at=make.at(days=-2))
    assert built(early, since=make.at(days=-1)).window_start == make.at(days=-2)
    assert built(early, since=make.at(days=-3)).window_start == make.at(days=-3)


def test_a_window_is_never_empty_though_the_clock_went_back() -> None:
    start = make.at(days=1)
    issue = built(previous=make.issue(1, window_end=start))
    assert (issue.window_start, issue.window_end) == (start, start + timedelta(microseconds=1))


# --- an item stands once ----------------------------------------------------------------------


def test_an_item_of_two_themes_stands_under_the_better_one_and_names_the_other() -> None:
    stored = make.stored(matches=(make.match(score=2.0), make.match("copyright", score=5.0)))
    issue = built(told(1, stored), told(2, stored, "copyright"))
    assert [(s.theme, [c.id for c in s.cards]) for s in issue.sections] == [("copyright", [1])]
    assert [hit.theme for hit in issue.new[0].themes] == ["copyright", "safety"]


def test_a_theme_told_before_is_only_named() -> None:
    stored = make.stored(matches=(make.match(score=2.0), make.match("copyright", score=5.0)))
    (section,) = built(told(1, stored)).sections
    assert (section.theme, [hit.theme for hit in section.cards[0].themes]) == (
        "safety",
        ["safety", "copyright"],
    )


def test_themes_that_do_not_apply_or_belong_to_another_digest_are_not_named() -> None:
    matches = (
        make.match(),
        make.match("copyright"),
        make.match("near", verdict=Verdict.NEAR),
    )
    stored = make.stored(matches=matches)
    issue = built(told(1, stored), spec=make.digest(themes=("safety", "near")))
    assert [hit.theme for hit in issue.new[0].themes] == ["safety"]


def test_an_item_new_and_then_edited_is_new_and_shown_as_it_is_now() -> None:
    before = make.stored(item=make.item("Draft"), matches=(make.match(evidence=()),))
    after = replace(before, item=make.item("Final"), revision=2)
    issue = built(told(1, before), told(2, after, reason=Reason.UPDATED))
    assert ([c.title for c in issue.new], issue.updated) == (["Final"], ())


def test_a_theme_that_an_edit_took_away_still_explains_its_notice() -> None:
    before = make.stored(matches=(make.match("copyright", score=4.0),))
    after = replace(before, revision=2, matches=(make.match(score=2.0),))
    issue = built(told(1, before, "copyright"), told(2, after, reason=Reason.UPDATED))
    assert [(hit.theme, hit.score) for hit in issue.new[0].themes] == [
        ("copyright", 4.0),
        ("safety", 2.0),
    ]


def test_a_notice_without_its_match_is_told_all_the_same() -> None:
    (card,) = built(told(1, make.stored(), "gone")).new
    assert card.themes == (ThemeHit(theme="gone", title="gone", score=0.0),)


@pytest.mark.parametrize(
    ("reason", "where"),
    [
        (Reason.UPDATED, "updated"),
        (Reason.LATE, "late"),
        (Reason.RULE_CHANGE, "rule_changes"),
    ],
)
def test_what_is_not_new_stands_apart(reason: Reason, where: str) -> None:
    issue = built(told(1, scored(1), reason=reason))
    assert [card.id for card in getattr(issue, where)] == [1]
    assert (issue.sections, [c.id for c in issue.cards], issue.silent) == ((), [1], False)


def test_a_card_explains_itself() -> None:
    title = "Models and more models"
    evidence = (
        make.evidence("Models", start=0, end=6),
        make.evidence("models", start=16, end=22),
        make.evidence("steps", field=Field.SUMMARY, start=23, end=28),
    )
    stored = make.stored(item=make.item(title), matches=(make.match(evidence=evidence),))
    (card,) = built(told(1, stored)).new
    assert card.themes[0].words == (
        Words(rule="models", field=Field.TITLE, text="Models", count=2),
        Words(rule="models", field=Field.SUMMARY, text="steps", count=1),
    )
    assert card.excerpt == Excerpt(text="The plan sets out five steps.", marks=((23, 28),))
    assert (card.source, card.organisation, card.jurisdiction, card.tier) == (
        "Ministry of Digital Affairs",
        "Ministry of Digital Affairs",
        "GB",
        Tier.OFFICIAL,
    )


def test_an_item_of_a_source_that_is_no_longer_configured_is_told() -> None:
    (card,) = built(told(1, scored(1, source_id="removed"))).new
    assert (card.source, card.tier) == ("removed", Tier.PRESS)


def test_the_language_of_the_source_stands_in_for_the_item_s() -> None:
    (card,) = built(told(1, scored(1, language=""))).new
    assert card.language == "en"


# --- order ------------------------------------------------------------------------------------


def test_official_comes_before_research_before_press_then_score_then_time() -> None:
    sources = [
        make.source("gov"),
        make.source("lab", tier=Tier.RESEARCH),
        make.source("news", tier=Tier.PRESS),
    ]
    items = (
        scored(1, 9.0, source_id="news"),
        scored(2, 9.0, source_id="lab"),
        scored(3, 1.0),
        scored(4, 2.0, published_at=make.at(hours=-5)),
        scored(5, 2.0, published_at=make.at(hours=-2)),
        scored(6, 2.0, published_at=None),
    )
    issue = built(*(told(n, stored) for n, stored in enumerate(items, 1)), around=setting(*sources))
    assert [card.id for card in issue.new] == [6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("themes", "order"),
    [
        pytest.param((), ["safety", "copyright", "odd"], id="as configured, strangers last"),
        pytest.param(("copyright", "odd", "safety"), ["copyright", "odd", "safety"], id="own"),
    ],
)
def test_sections_come_in_the_order_of_the_digest(
    themes: tuple[str, ...], order: list[str]
) -> None:
    lines = [told(n, make.stored(n), t) for n, t in enumerate(("odd", "copyright", "safety"), 1)]
    issue = built(*lines, spec=make.digest(themes=themes))
    assert [section.theme for section in issue.sections] == order


# --- sources ----------------------------------------------------------------------------------


def test_a_new_source_shows_the_first_of_what_it_holds() -> None:
    line = make.line(1, reason=Reason.NEW_SOURCE, theme="", stored=None)
    baseline = [replace(scored(n), id=n) for n in range(1, 8)]
    baseline.append(make.stored(9, matches=(make.match(verdict=Verdict.NEAR),)))
    issue = built(line, line, baselines={"gov": baseline}, stored={"gov": 40})
    titles = tuple(
        Headline(
            id=n, title=f"Plan {n} published", url=f"https://gov.example/news/{n}", language="en"
        )
        for n in range(1, 6)
    )
    assert issue.new_sources == (
        NewSource(
            id="gov", name="Ministry of Digital Affairs", stored=40, matching=7, titles=titles
        ),
    )
    assert not issue.silent


def test_a_new_source_that_left_again_keeps_its_id() -> None:
    line = make.line(1, reason=Reason.NEW_SOURCE, theme="", stored=None, source_id="left")
    assert built(line).new_sources == (
        NewSource(id="left", name="left", stored=None, matching=0, titles=()),
    )
    assert new_source_ids([line, make.line(2), line]) == ("left",)


def trouble(**overrides: Any) -> Trouble:
    base = Trouble(
        source_id="gov",
        name="Ministry of Digital Affairs",
        tier=Tier.OFFICIAL,
        outcome=Outcome.HTTP_ERROR,
        error="HTTP 503",
        since=make.at(hours=-3),
        last_read=make.at(hours=-4),
        read=False,
        lost=True,
    )
    return replace(base, **overrides)


FAILING: dict[str, Any] = {
    "outcome": Outcome.HTTP_ERROR,
    "error": "HTTP 503",
    "read": False,
    "last_success_at": make.at(hours=-4),
    "failing_since": make.at(hours=-3),
}


@pytest.mark.parametrize(
    ("reach", "expected"),
    [
        pytest.param({}, None, id="read"),
        pytest.param({"outcome": Outcome.NOT_MODIFIED}, None, id="read, not modified"),
        pytest.param({"outcome": None}, None, id="read, by an older record"),
        pytest.param(FAILING, trouble(), id="lost in this window"),
        pytest.param(
            FAILING | {"failing_since": make.at(days=-3)},
            trouble(since=make.at(days=-3), lost=False),
            id="not read for long",
        ),
        pytest.param(
            FAILING | {"outcome": None, "error": "", "failing_since": None},
            trouble(outcome=None, error="", since=None),
            id="never tried",
        ),
        pytest.param(
            FAILING | {"read": True}, trouble(read=True, lost=False), id="read, not at last"
        ),
        pytest.param(
            FAILING | {"outcome": Outcome.EMPTY, "error": "", "read": True},
            trouble(outcome=Outcome.EMPTY, error="", read=True, lost=False),
            id="empty",
        ),
        pytest.param(
            {"doubt": "nothing new since 2025"},
            trouble(
                outcome=Outcome.OK,
                error="nothing new since 2025",
                since=None,
                last_read=make.NOW,
                read=True,
                lost=False,
            ),
            id="frozen",
        ),
    ],
)
def test_a_source_is_named_unless_its_silence_proves_something(
    reach: dict[str, Any], expected: Trouble | None
) -> None:
    issue = built(
        previous=make.issue(1, window_end=make.at(days=-1)), reach={"gov": make.reach(**reach)}
    )
    assert issue.trouble == ((expected,) if expected else ())


def test_trouble_and_reach_count_every_source_official_ones_first() -> None:
    sources = [make.source("a", tier=Tier.PRESS, name="A"), make.source("b", name="B")]
    reach = {name: make.reach(name, **FAILING) for name in ("a", "b", "removed")}
    more = {"ok": make.reach("ok"), "frozen": make.reach("frozen", doubt="nothing new")}
    issue = built(around=setting(*sources), reach=reach | more)
    assert [t.source_id for t in issue.trouble] == ["b", "a", "frozen", "removed"]
    assert (issue.read, issue.sources) == (1, 5)


def near(theme: str, score: float, **overrides: Any) -> Match:
    return make.match(theme, score=score, verdict=Verdict.NEAR, missing=("law",), **overrides)


def test_the_three_nearest_misses_are_named_each_once() -> None:
    items = [
        make.stored(1, item=make.numbered(1), matches=(near("safety", 1.0), near("odd", 2.0))),
        make.stored(
            2, item=make.numbered(2), matches=(near("safety", 3.0), make.match("copyright"))
        ),
        make.stored(3, item=make.numbered(3), matches=(near("safety", 2.0),)),
        make.stored(4, item=make.numbered(4), matches=(near("safety", 0.5),)),
    ]
    found = built(near=items).near_misses
    assert [(miss.item.id, miss.theme) for miss in found] == [
        (2, "Model safety"),
        (3, "Model safety"),
        (1, "odd"),
    ]
    assert found[0] == NearMiss(
        item=Headline(
            id=2, title="Plan 2 published", url="https://gov.example/news/2", language="en"
        ),
        theme="Model safety",
        missing=("law",),
    )


def test_near_misses_of_other_digests_are_not_ours() -> None:
    items = [make.stored(1, matches=(near("copyright", 1.0),))]
    assert built(near=items, spec=make.digest(themes=("safety",))).near_misses == ()
