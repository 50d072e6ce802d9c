"""Which cut-offs an issue stands for, whatever became of clocks and schedules meanwhile."""

from typing import Any

import pytest

from pipeline.records import Standing, Timetable
from pipeline.schedule import parse_schedule
from pipeline.windows import owed, waits
from tests import make

# NOW is 09:00.
MORNING = Timetable(since=make.at(days=-10), schedule=(parse_schedule("08:00"),), zone="UTC")


def standing(*tables: Timetable, **overrides: Any) -> Standing:
    base: dict[str, Any] = {"digest": "daily", "added_at": make.at(days=-10), "seq_from": 0}
    return Standing(**base | {"timetables": tables or (MORNING,)} | overrides)


def timetable(slot: str, **since: float) -> Timetable:
    return Timetable(since=make.at(**since), schedule=(parse_schedule(slot),), zone="UTC")


def test_each_cutoff_since_the_last_issue_is_owed_once() -> None:
    previous = make.issue(window_end=make.at(days=-2))
    assert owed(standing(), [previous], make.NOW) == (make.at(days=-1, hours=-1), make.at(hours=-1))
    assert owed(standing(), [make.issue(window_end=make.NOW)], make.NOW) == ()


def test_what_was_before_the_digest_is_never_owed() -> None:
    assert owed(standing(added_at=make.at(hours=-2)), [], make.NOW) == (make.at(hours=-1),)
    assert owed(standing(added_at=make.at(minutes=-1)), [], make.NOW) == ()


def test_a_cutoff_at_which_nothing_had_to_be_said_is_not_owed() -> None:
    passed = standing(passed_at=make.at(hours=-1))
    assert owed(passed, [make.issue(window_end=make.at(days=-5))], make.NOW) == ()


@pytest.mark.parametrize("slot", ["08:30", "07:00", "mon 08:59"])
def test_an_edit_adds_no_cutoff_of_a_time_before_it(slot: str) -> None:
    edited = standing(MORNING, timetable(slot, minutes=-1))
    assert owed(edited, [make.issue(window_end=make.at(minutes=-59))], make.NOW) == ()


def test_an_edit_loses_no_cutoff_that_was_missed_before_it() -> None:
    edited = standing(MORNING, timetable("1 00:00", minutes=-1))
    assert owed(edited, [make.issue(window_end=make.at(days=-1))], make.NOW) == (make.at(hours=-1),)


def test_a_clock_that_went_back_between_edits_adds_nothing() -> None:
    ahead = timetable("07:00", days=400)
    edited = standing(MORNING, ahead, timetable("12:00", days=-1))
    assert owed(edited, [make.issue(window_end=make.at(days=-2))], make.NOW) == (
        make.at(days=-1, hours=-1),
        make.at(days=-1, hours=3),
    )


@pytest.mark.parametrize("passed_at", [None, make.at(days=3650)])
def test_what_was_issued_while_the_clock_was_ahead_holds_no_issue_back(passed_at: Any) -> None:
    before = make.issue(1, window_end=make.at(days=-2))
    ahead = make.issue(2, window_end=make.at(days=3650), last_cutoff=make.at(days=3650, hours=-1))
    back = standing(passed_at=passed_at)
    moments = (make.at(days=-1, hours=-1), make.at(hours=-1))
    assert owed(back, [ahead, before], make.NOW) == moments
    since = make.issue(3, window_end=make.at(days=3651), last_cutoff=moments[0])
    assert owed(back, [since, ahead, before], make.NOW) == moments[1:]
    assert owed(back, [ahead], make.NOW)[-2:] == moments


def test_a_clock_that_went_back_a_day_is_waited_for() -> None:
    last = make.issue(window_end=make.at(days=1), last_cutoff=make.at(hours=23))
    assert owed(standing(), [last], make.NOW) == ()


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        pytest.param(None, True, id="just noted"),
        pytest.param(make.at(minutes=-29), True, id="for a while"),
        pytest.param(make.at(minutes=-30), False, id="long enough"),
        pytest.param(make.at(days=-1), True, id="an earlier issue did"),
        pytest.param(make.at(hours=1), True, id="the clock went back"),
    ],
)
def test_an_issue_waits_half_an_hour_for_its_reading(since: Any, expected: bool) -> None:
    cutoff = make.at(hours=-1)
    assert waits(standing(waiting_since=since), cutoff, make.NOW) is expected
