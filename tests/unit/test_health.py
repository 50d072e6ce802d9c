from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.health import Found, after_reading, due, unconditional
from pipeline.model import Outcome, SourceState, Validators
from pipeline.reading import Reading

NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)
NEVER_READ = SourceState(source_id="gov")
OK = Reading(source_id="gov", outcome=Outcome.OK, validators=Validators(etag='"2"'), body_hash="b2")
DOWN = Reading(source_id="gov", outcome=Outcome.HTTP_ERROR, error="HTTP 503")


def minutes(state: SourceState) -> float:
    assert state.due_at is not None
    return (state.due_at - NOW).total_seconds() / 60


def test_first_success_is_the_baseline() -> None:
    state = after_reading(NEVER_READ, OK, Found(entries=3, new=3, newest_at=NOW), NOW)
    assert state == SourceState(
        source_id="gov",
        validators=Validators(etag='"2"'),
        body_hash="b2",
        baseline_at=NOW,
        last_attempt_at=NOW,
        last_success_at=NOW,
        full_read_at=NOW,
        due_at=state.due_at,
        good_polls=1,
        last_new_at=NOW,
        newest_at=NOW,
        entries=3,
        outcome=Outcome.OK,
    )
    assert 54 <= minutes(state) <= 66


def test_not_modified_keeps_validators_and_the_day_of_the_full_read() -> None:
    before = after_reading(NEVER_READ, OK, Found(entries=3, new=3), NOW)
    reading = Reading(source_id="gov", outcome=Outcome.NOT_MODIFIED)
    after = after_reading(before, reading, None, NOW + timedelta(hours=1))
    assert (after.validators, after.body_hash, after.full_read_at, after.entries) == (
        Validators(etag='"2"'),
        "b2",
        NOW,
        3,
    )


@pytest.mark.parametrize(
    ("found", "last_new_at", "interval"),
    [
        pytest.param(Found(entries=10, new=0), NOW, 130, id="mostly known: a little longer"),
        pytest.param(
            Found(entries=10, new=0), NOW - timedelta(days=40), 180, id="quiet for a month: longer"
        ),
        pytest.param(Found(entries=10, new=9), NOW, 60, id="mostly new: much shorter"),
        pytest.param(Found(entries=10, new=5), NOW, 120, id="half new: as before"),
        pytest.param(None, NOW, 130, id="nothing parsed counts as known"),
        pytest.param(Found(entries=0, new=0), NOW, 130, id="an empty document counts as known"),
    ],
)
def test_interval_steps_after_two_good_polls(
    found: Found | None, last_new_at: datetime, interval: int
) -> None:
    state = replace(NEVER_READ, interval_minutes=120, good_polls=2, last_new_at=last_new_at)
    assert after_reading(state, OK, found, NOW).interval_minutes == interval


@pytest.mark.parametrize(
    ("interval", "new", "bound"), [(360, 0, 360), (30, 10, 30)], ids=["ceiling", "floor"]
)
def test_interval_stays_in_bounds(interval: int, new: int, bound: int) -> None:
    state = replace(NEVER_READ, interval_minutes=interval, good_polls=5, last_new_at=NOW)
    assert after_reading(state, OK, Found(entries=10, new=new), NOW).interval_minutes == bound


def test_failures_lengthen_the_wait_and_are_forgotten_on_success() -> None:
    first = after_reading(NEVER_READ, DOWN, None, NOW)
    assert (first.failures, first.error, first.failing_since, minutes(first)) == (
        0.5,
        "HTTP 503",
        NOW,
        60,
    )
    gone = replace(DOWN, outcome=Outcome.GONE)
    later = after_reading(replace(first, failures=3.0), gone, None, NOW)
    assert (later.failures, later.failing_since, minutes(later)) == (4.0, NOW, 240)
    endless = after_reading(replace(first, failures=500.0), DOWN, None, NOW)
    assert minutes(endless) == 3 * 24 * 60
    well = after_reading(later, OK, Found(entries=1, new=0), NOW)
    assert (well.failures, well.failing_since, well.error) == (0.0, None, "")


def test_retry_after_beats_every_interval() -> None:
    state = after_reading(NEVER_READ, replace(DOWN, retry_after_seconds=7200.0), None, NOW)
    assert state.not_before == NOW + timedelta(hours=2) == state.due_at
    assert not due(replace(state, due_at=NOW), NOW + timedelta(hours=1), [])
    assert due(state, NOW + timedelta(hours=2), [])


def test_a_source_is_due_by_its_time_or_before_a_cut_off() -> None:
    assert due(NEVER_READ, NOW, [])
    waiting = replace(NEVER_READ, due_at=NOW + timedelta(hours=3), last_attempt_at=NOW)
    assert not due(waiting, NOW, [])
    cutoff = NOW + timedelta(hours=2)
    assert not due(waiting, NOW + timedelta(minutes=74), [cutoff])
    assert due(waiting, NOW + timedelta(minutes=76), [cutoff])
    read = replace(waiting, last_attempt_at=NOW + timedelta(minutes=80))
    assert not due(read, NOW + timedelta(minutes=81), [cutoff])
    assert due(replace(waiting, last_attempt_at=None), NOW + timedelta(minutes=76), [cutoff])


def test_one_read_a_day_is_unconditional() -> None:
    assert unconditional(NEVER_READ, NOW)
    read = replace(NEVER_READ, full_read_at=NOW)
    assert not unconditional(read, NOW + timedelta(hours=23))
    assert unconditional(read, NOW + timedelta(hours=24))
