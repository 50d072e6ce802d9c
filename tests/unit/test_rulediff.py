from collections import Counter
from dataclasses import replace

import pytest

from pipeline.judging import StoredTexts
from pipeline.model import Evidence, Field, Match, Notice, Origin, Reason, Scope, Verdict
from pipeline.rulediff import Change, ItemChange, Kind, compare, rule_change_notices, tally
from tests import make


def match(score: float, *words: str, rule: str = "r", **overrides: object) -> Match:
    evidence = tuple(
        Evidence(rule=rule, field=Field.TITLE, start=len(word), end=2 * len(word), text=word)
        for word in words
    )
    base = Match(theme="t", verdict=Verdict.APPLIES, score=score, evidence=evidence)
    return base._replace(**overrides)  # type: ignore[arg-type] # the test names the fields


NEAR = match(0, verdict=Verdict.NEAR, missing=("law",))
EXCLUDED = match(1, verdict=Verdict.EXCLUDED, excluded_by="sandbox")
STORED = StoredTexts(
    id=1,
    revision=1,
    texts={Field.TITLE: "Plan"},
    scope=Scope(source="gov", language="ja"),
    first_seen_at=make.NOW,
)


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        pytest.param(
            (),
            (match(2, "ai"),),
            Change(theme="t", kind=Kind.GAINED, before=0, after=2, gained=("ai",)),
            id="gained",
        ),
        pytest.param(
            (NEAR,),
            (match(2, "ai"),),
            Change(
                theme="t",
                kind=Kind.GAINED,
                before=0,
                after=2,
                gained=("ai",),
                why="missing law before",
            ),
            id="gained what was near",
        ),
        pytest.param(
            (match(2, "ai"),),
            (EXCLUDED,),
            Change(
                theme="t",
                kind=Kind.LOST,
                before=2,
                after=0,
                lost=("ai",),
                why="excluded by sandbox",
            ),
            id="lost to an exclusion",
        ),
        pytest.param(
            (match(2, "ai"),),
            (),
            Change(theme="t", kind=Kind.LOST, before=2, after=0, lost=("ai",)),
            id="lost without a trace",
        ),
        pytest.param(
            (match(2, "ai"),),
            (match(3, "ai", "regulation"),),
            Change(theme="t", kind=Kind.CHANGED, before=2, after=3, gained=("regulation",)),
            id="another score",
        ),
    ],
)
def test_changes_name_the_words_and_the_reason(
    before: tuple[Match, ...], after: tuple[Match, ...], change: Change
) -> None:
    assert compare(before, after) == (change,)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param((match(2, "ai"),), (match(2, "ai", rule="renamed"),), id="renamed rule"),
        pytest.param((NEAR,), (), id="near is no match"),
        pytest.param((), (EXCLUDED,), id="excluded is no match"),
    ],
)
def test_what_a_reader_would_not_notice_is_no_change(
    before: tuple[Match, ...], after: tuple[Match, ...]
) -> None:
    assert compare(before, after) == ()


GAINED = Change(theme="t", kind=Kind.GAINED, before=0, after=2)


def test_what_newly_matches_is_told_once_and_only_while_it_is_young() -> None:
    said = (Notice(theme="t", reason=Reason.RULE_CHANGE),)
    young, old = make.at(days=-14), make.at(days=1)
    for stored, since, notices in (
        (STORED, young, said),
        (STORED, old, ()),
        (STORED._replace(noticed_themes=frozenset("t")), young, ()),
        (STORED._replace(origin=Origin.MANUAL), young, ()),
    ):
        assert rule_change_notices(stored, [GAINED], since, Reason.RULE_CHANGE) == notices
    lost = replace(GAINED, kind=Kind.LOST)
    assert rule_change_notices(STORED, [lost], young, Reason.RULE_CHANGE) == ()


def test_changes_are_counted_by_theme_language_and_source() -> None:
    counts = tally([ItemChange(stored=STORED, change=GAINED)] * 2)
    twice = Counter({Kind.GAINED: 2})
    assert (counts.by_theme, counts.by_language, counts.by_source) == (
        {"t": twice},
        {"ja": twice},
        {"gov": twice},
    )
