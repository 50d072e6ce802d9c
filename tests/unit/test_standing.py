from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from pipeline.model import Outcome, SourceState, Tier
from pipeline.signs import Signs
from pipeline.standing import Cutoff, Due, due_of, standing_of, worst_first
from tests import make

NOW = make.NOW
SOON = make.at(hours=1)
ISSUE = Cutoff(digest="daily", at=make.at(minutes=75))


def due(*cutoffs: Cutoff, left_alone: datetime | None = None, **state: Any) -> Due:
    return due_of(make.source(), make.read_state(due_at=SOON, **state), cutoffs, left_alone, NOW)


@pytest.mark.parametrize(
    ("state", "why"),
    [
        pytest.param({}, "every 60 minutes, by how often it has something new", id="its pace"),
        pytest.param({"floor_minutes": 90}, "asks itself for 90 minutes", id="its own wish"),
        pytest.param({"outcome": Outcome.GONE}, "what is gone is asked once a day", id="gone"),
        pytest.param(
            {"failing_since": make.at(days=-1)},
            "waits longer with each failure since 2026-03-01 09:00 UTC",
            id="failing",
        ),
    ],
)
def test_a_source_is_due_for_a_reason(state: dict[str, Any], why: str) -> None:
    assert due(**state) == Due(at=SOON, why=why)


def test_a_source_that_was_never_asked_is_due_now() -> None:
    never = due_of(make.source(), SourceState(source_id="gov"), (), None, NOW)
    assert never == Due(at=NOW, why="it was never asked")


def test_a_disabled_source_is_never_due() -> None:
    off = make.source(enabled=False, reason="retired")
    found = due_of(off, make.read_state(), (ISSUE,), None, NOW)
    assert found == Due(at=None, why="disabled: retired")


def test_a_cut_off_comes_first() -> None:
    later = Cutoff(digest="weekly", at=make.at(days=1))
    expected = Due(at=make.at(minutes=30), why="before the issue of daily at 2026-03-02 10:15 UTC")
    assert due(later, ISSUE) == expected
    assert due(later).at == SOON


@pytest.mark.parametrize(
    "state",
    [
        pytest.param({"last_attempt_at": make.at(minutes=31)}, id="read for it already"),
        pytest.param({"outcome": Outcome.GONE}, id="gone"),
        pytest.param({"left_alone": make.at(minutes=45)}, id="left alone until later"),
    ],
)
def test_a_cut_off_asks_for_no_more(state: dict[str, Any]) -> None:
    assert due(ISSUE, **state).at == SOON


def test_what_a_server_wants_beats_everything() -> None:
    until = make.at(hours=5)
    expected = Due(at=until, why="its server wants to be left alone until then")
    assert due(ISSUE, left_alone=until) == expected
    assert due(ISSUE, left_alone=make.at(minutes=10)).at == make.at(minutes=30)


def test_a_standing_knows_its_pace() -> None:
    days = tuple((date(2026, 2, 2) + timedelta(days=2 * n), 2) for n in range(14))
    state = make.read_state(signs=Signs(days=days))
    found = standing_of(make.source(), state, (), {}, NOW)
    assert (found.items_a_week, found.alarms) == (6.5, ())
    assert found.usual_gap == pytest.approx(2.0)
    unknown = standing_of(make.source(), make.read_state(), (), {}, NOW)
    assert (unknown.items_a_week, unknown.usual_gap) == (None, None)


def test_the_worst_stands_first_and_the_disabled_last() -> None:
    def standing(name: str, **state: Any) -> Any:
        source = make.source(name, tier=Tier.OFFICIAL if "official" in name else Tier.PRESS)
        return standing_of(source, make.read_state(name, **state), (), {}, NOW)

    retired = standing("a")
    retired = replace(retired, source=make.source("a", enabled=False, reason="retired"))
    gap, empty = {"gap_at": NOW}, {"empty_since": NOW}
    shown = [
        retired,
        standing("b-well"),
        standing("c-never-read", outcome=None, baseline_at=None),
        standing("d-gap", **gap),
        standing("e-official-gap", **gap),
        standing("f-empty", **empty),
    ]
    order = ["f-empty", "e-official-gap", "d-gap", "c-never-read", "b-well", "a"]
    assert [each.source.id for each in worst_first(shown)] == order
