from datetime import datetime
from typing import Any

import pytest

from pipeline.alarms import alarms, doubts, silent_since, unproven
from pipeline.model import Outcome
from tests import make

NOW = make.NOW


def told(**state: Any) -> tuple[str, ...]:
    return alarms(make.source(url="https://gov.example/feed"), make.read_state(**state), NOW)


def test_a_source_that_is_well_has_no_alarm() -> None:
    assert told(newest_at=make.at(days=-1), last_new_at=make.at(days=-1)) == ()


def test_a_disabled_source_has_no_alarm() -> None:
    source = make.source(enabled=False, reason="moved")
    assert alarms(source, make.read_state(failing_since=NOW), NOW) == ()


def test_a_source_on_trial_has_no_alarm_until_it_was_read_once() -> None:
    source = make.source(trial=True)
    never = make.state(failing_since=NOW, error="HTTP 404")
    assert (unproven(source, never), alarms(source, never, NOW)) == (True, ())
    once = make.read_state(failing_since=NOW, error="HTTP 404")
    assert alarms(source, once, NOW) == ("not read since 2026-03-02 09:00 UTC: HTTP 404",)


@pytest.mark.parametrize(
    ("state", "alarm"),
    [
        pytest.param(
            {"failing_since": make.at(days=-2), "error": "HTTP 503"},
            "not read since 2026-02-28 09:00 UTC: HTTP 503",
            id="failing",
        ),
        pytest.param(
            {"failing_since": make.at(days=-2), "outcome": Outcome.GONE},
            "is gone, says its server since 2026-02-28; it is asked once a day",
            id="gone",
        ),
        pytest.param(
            {"empty_since": make.at(days=-1)}, "has had no entries since 2026-03-01", id="empty"
        ),
        pytest.param(
            {"gap_at": make.at(days=-1)},
            "shared no entry with the reading before at 2026-03-01 09:00 UTC: items in between may "
            "have been missed",
            id="gap",
        ),
        pytest.param(
            {"newest_at": make.at(days=-40), "usual_hours": 48.0},
            "nothing new since 2026-01-21, where something used to come every 2 days",
            id="frozen",
        ),
        pytest.param(
            {"newest_at": make.at(days=-40), "usual_hours": 24.0},
            "nothing new since 2026-01-21, where something used to come every 24 h",
            id="frozen daily",
        ),
        pytest.param(
            {"last_new_at": make.at(days=-61)}, "nothing new since 2025-12-31", id="no dates"
        ),
        pytest.param(
            {
                "moved_from": "https://gov.example/feed",
                "moved_to": "https://new.example/feed",
                "moved_since": make.at(days=-1),
            },
            "has moved for good to https://new.example/feed (since 2026-03-01): change its url",
            id="moved",
        ),
    ],
)
def test_every_trouble_has_its_sentence(state: dict[str, Any], alarm: str) -> None:
    assert told(**state) == (alarm,)


def test_what_stands_in_the_file_is_no_move_any_more() -> None:
    assert told(moved_from="https://old.example/", moved_since=make.at(days=-9)) == ()


def test_a_gap_is_told_to_whom_it_is_new() -> None:
    state = make.read_state(gap_at=make.at(days=-3))
    assert doubts(state, NOW, since=make.at(days=-1)) == ()
    assert len(doubts(state, NOW, since=make.at(days=-4))) == 1
    assert told(gap_at=make.at(days=-9)) == ()


@pytest.mark.parametrize(
    ("usual_hours", "newest_at", "silent"),
    [
        pytest.param(24.0, make.at(days=-9), False, id="a long weekend"),
        pytest.param(24.0, make.at(days=-11), True, id="daily, silent for eleven days"),
        pytest.param(168.0, make.at(days=-34), False, id="weekly, silent for a month"),
        pytest.param(168.0, make.at(days=-36), True, id="weekly, silent for five weeks"),
        pytest.param(2160.0, make.at(days=-179), False, id="quarterly, silent for half a year"),
        pytest.param(2160.0, make.at(days=-181), True, id="quarterly, silent for longer"),
        pytest.param(8760.0, make.at(days=-729), False, id="yearly, silent for two years"),
        pytest.param(8760.0, make.at(days=-731), True, id="yearly, silent for longer"),
    ],
)
def test_silence_is_measured_by_what_is_usual(
    usual_hours: float, newest_at: datetime, silent: bool
) -> None:
    state = make.read_state(
        usual_hours=usual_hours, newest_at=newest_at, baseline_at=NOW, last_new_at=NOW
    )
    assert (silent_since(state, NOW) == newest_at) == silent


def test_something_new_ends_the_silence_whatever_its_date() -> None:
    old = make.at(days=-400)
    state = make.read_state(usual_hours=24.0, newest_at=old, last_new_at=make.at(days=-1))
    assert silent_since(state, NOW) is None
