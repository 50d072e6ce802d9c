from datetime import date, timedelta
from typing import Any

import pytest

from pipeline.alarms import (
    Alarm,
    AlarmKind,
    AlarmRecord,
    alarms,
    doubts,
    next_step,
    recoveries,
    unproven,
)
from pipeline.model import Outcome
from pipeline.signs import Signs
from tests import make

NOW = make.NOW


def told(**state: Any) -> tuple[str, ...]:
    source = make.source(url="https://gov.example/feed")
    return tuple(alarm.text for alarm in alarms(source, make.read_state(**state), NOW))


def daily(*, until: int, step: int = 1, **more: Any) -> Signs:
    """Give the signs of a source that brought something every so many days, until some days ago."""
    days = (NOW.date() - timedelta(days=until + step * n) for n in range(20))
    return Signs(days=tuple((day, 1) for day in sorted(days)), **more)


def test_a_source_that_is_well_has_no_alarm() -> None:
    assert told(newest_at=make.at(days=-1), last_new_at=make.at(days=-1)) == ()


def test_a_disabled_source_has_no_alarm() -> None:
    source = make.source(enabled=False, reason="moved")
    assert alarms(source, make.read_state(failing_since=NOW), NOW) == ()


def test_a_source_on_trial_has_no_alarm_until_it_was_read_once() -> None:
    source = make.source(trial=True)
    never = make.state(failing_since=NOW, error="HTTP 404")
    assert (unproven(source, never), alarms(source, never, NOW)) == (True, ())
    once = make.read_state(failing_since=NOW, outcome=Outcome.HTTP_ERROR, error="HTTP 404")
    (alarm,) = alarms(source, once, NOW)
    assert alarm.text == "not read since 2026-03-02 09:00 UTC: HTTP 404"


@pytest.mark.parametrize(
    ("state", "alarm"),
    [
        pytest.param(
            {
                "failing_since": make.at(days=-2),
                "outcome": Outcome.HTTP_ERROR,
                "error": "HTTP 503",
            },
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
            id="gap without dates",
        ),
        pytest.param(
            {
                "gap_at": make.at(days=-1),
                "signs": Signs(gap_from=date(2026, 2, 9), gap_until=date(2026, 2, 23)),
            },
            "shared no entry with the reading before at 2026-03-01 09:00 UTC: items between "
            "2026-02-09 and 2026-02-23 may have been missed",
            id="gap",
        ),
        pytest.param(
            {"signs": daily(until=30, changed_at=make.at(days=-1))},
            "nothing new since 2026-01-31: 29 working days, where 3 are a surprise",
            id="silent",
        ),
        pytest.param(
            {"signs": daily(until=30, changed_at=make.at(days=-30))},
            "nothing new since 2026-01-31, its document is the same all the time: 29 working days, "
            "where 3 are a surprise",
            id="frozen",
        ),
        pytest.param(
            {"signs": Signs(days=((date(2025, 12, 31), 8),))},
            "nothing new since 2025-12-31: nobody knows its pace yet",
            id="many at once, and nothing since",
        ),
        pytest.param(
            {
                "newest_at": make.at(days=-3),
                "signs": Signs(back_since=make.at(days=-1), back_to=date(2016, 5, 4)),
            },
            "its newest entry is of 2016-05-04, it had one of 2026-02-27",
            id="newest date going back",
        ),
        pytest.param(
            {"entries": 4, "signs": Signs(shrunk_since=make.at(days=-1), yields=(20, 19, 21))},
            "has 4 entries since 2026-03-01, never fewer than 19 before",
            id="yield shrunk",
        ),
        pytest.param(
            {"signs": Signs(form="feed", form_was="rss", form_changed_at=make.at(days=-1))},
            "is <feed> since 2026-03-01, was <rss>",
            id="format changed",
        ),
        pytest.param(
            {"signs": Signs(ids_changed_at=make.at(days=-1), recognised=9)},
            "its entries have other ids since 2026-03-01: 9 of 9 recognised by link or title",
            id="other ids",
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
        pytest.param(
            {"moved_to": "https://new.example/api", "moved_since": make.at(days=-1)},
            "has moved for good to https://new.example/api (since 2026-03-01): change its url",
            id="an API has moved",
        ),
    ],
)
def test_every_trouble_has_its_sentence(state: dict[str, Any], alarm: str) -> None:
    assert told(**state) == (alarm,)


def test_what_stands_in_the_file_is_no_move_any_more() -> None:
    assert told(moved_from="https://old.example/", moved_since=make.at(days=-9)) == ()


def test_a_source_that_never_worked_and_is_not_on_trial_is_told() -> None:
    never = make.state(failing_since=make.at(days=-9), outcome=Outcome.DNS, error="no such host")
    (alarm,) = alarms(make.source(), never, NOW)
    assert (alarm.kind, alarm.text) == (
        AlarmKind.FAILING,
        "not read since 2026-02-21 09:00 UTC: no such host",
    )


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        (Outcome.GONE, AlarmKind.GONE),
        (Outcome.BLOCKED, AlarmKind.BLOCKED),
        (Outcome.NOT_A_FEED, AlarmKind.UNREADABLE),
        (Outcome.HTTP_ERROR, AlarmKind.FAILING),
    ],
)
def test_a_failure_has_its_kind_and_a_next_step(outcome: Outcome, kind: AlarmKind) -> None:
    state = make.read_state(failing_since=NOW, outcome=outcome, error="down")
    (alarm,) = alarms(make.source(), state, NOW)
    assert (alarm.kind, alarm.since) == (kind, NOW)


def test_every_alarm_has_a_next_step() -> None:
    assert all(next_step("gov", kind) for kind in AlarmKind)
    assert next_step("gov", AlarmKind.BLOCKED).endswith("policywatch sources test gov --last-bad")


def test_what_happened_once_does_not_recover() -> None:
    once = [AlarmKind.GAP, AlarmKind.FORMAT, AlarmKind.IDS]
    assert [kind for kind in AlarmKind if not kind.recovers] == once


def test_what_has_ended_well_is_told_by_source() -> None:
    def record(kind: AlarmKind, ended: bool = True) -> AlarmRecord:
        alarm = Alarm(kind=kind, since=NOW, text=f"was {kind}")
        return AlarmRecord(
            source_id="gov", alarm=alarm, raised_at=NOW, ended_at=NOW if ended else None
        )

    records = [
        record(AlarmKind.SILENT),
        record(AlarmKind.GAP),
        record(AlarmKind.EMPTY),
        record(AlarmKind.GONE, ended=False),
    ]
    assert recoveries(records) == {"gov": "was silent; was empty"}


def test_the_worst_stands_first() -> None:
    state = make.read_state(empty_since=NOW, failing_since=NOW, outcome=Outcome.GONE)
    kinds = [alarm.kind for alarm in alarms(make.source(), state, NOW)]
    assert kinds == [AlarmKind.GONE, AlarmKind.EMPTY]


def test_what_happened_once_is_told_to_whom_it_is_new() -> None:
    state = make.read_state(
        gap_at=make.at(days=-3), signs=Signs(form="feed", form_changed_at=make.at(days=-3))
    )
    assert doubts(make.source(), state, NOW, since=make.at(days=-1)) == ()
    assert len(doubts(make.source(), state, NOW, since=make.at(days=-4))) == 2
    assert told(gap_at=make.at(days=-9)) == ()


@pytest.mark.parametrize(
    "state",
    [
        pytest.param({"failing_since": make.at(days=-29), "outcome": Outcome.DNS}, id="not read"),
        pytest.param({"empty_since": make.at(days=-29)}, id="empty"),
        pytest.param({"last_success_at": make.at(days=-29)}, id="nobody asked"),
    ],
)
def test_only_who_was_read_can_be_silent(state: dict[str, Any]) -> None:
    found = alarms(make.source(), make.read_state(signs=daily(until=30), **state), NOW)
    assert AlarmKind.SILENT not in {alarm.kind for alarm in found}


def test_a_source_whose_items_come_late_is_not_silent_by_their_dates() -> None:
    state = make.read_state(signs=daily(until=30))
    kinds = [
        [alarm.kind for alarm in alarms(make.source(late_by=late_by), state, NOW)]
        for late_by in (30, 58, 50)
    ]
    assert kinds == [[AlarmKind.SILENT], [], [AlarmKind.SILENT]]


def test_a_declared_rhythm_that_is_not_kept_is_told() -> None:
    state = make.read_state(signs=Signs(days=((date(2026, 1, 5), 2),), changed_at=NOW))
    (alarm,) = alarms(make.source(rhythm="weekly"), state, NOW)
    assert alarm.text == (
        "nothing new since 2026-01-05: 39 working days, where 25 are a surprise, as it is declared "
        "weekly"
    )
    assert alarms(make.source(rhythm="monthly"), state, NOW) == ()


def test_a_declared_rhythm_goes_before_what_nobody_knows() -> None:
    state = make.read_state(signs=Signs(days=((date(2025, 12, 31), 8),)))
    assert alarms(make.source(rhythm="seldom"), state, NOW) == ()


def test_few_items_say_nothing_of_a_silence() -> None:
    assert told(signs=Signs(days=((date(2025, 1, 1), 7),))) == ()
    assert told(signs=Signs(days=((date(2026, 2, 20), 9),))) == ()
    assert told() == ()
