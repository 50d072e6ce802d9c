from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from pipeline.health import (
    after_reading,
    arrival_days,
    due,
    effective_url,
    late_before,
    left_alone_until,
    standing,
    unconditional,
)
from pipeline.model import Item, Outcome, Precision, SourceState, Validators
from pipeline.reading import Reading
from pipeline.signs import Found, Signs
from tests import make

NOW = make.NOW
TODAY = NOW.date()
URL = "https://gov.example/feed"
NEVER_READ = SourceState(source_id="gov")
OK = Reading(
    source_id="gov",
    url=URL,
    outcome=Outcome.OK,
    validators=Validators(etag='"2"'),
    body_hash="b2",
    floor=timedelta(0),
)
DOWN = Reading(source_id="gov", url=URL, outcome=Outcome.HTTP_ERROR, status=503, error="HTTP 503")
SAME = replace(OK, outcome=Outcome.NOT_MODIFIED, validators=Validators(), floor=None)


def minutes(state: SourceState) -> float:
    assert state.due_at is not None
    return (state.due_at - NOW).total_seconds() / 60


# --- good readings --------------------------------------------------------------------------


def test_first_success_is_the_baseline() -> None:
    found = Found(entries=3, new=3, newest_at=NOW, days=(TODAY,), form="rss")
    state = after_reading(NEVER_READ, OK, found, NOW)
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
        signs=Signs(days=((TODAY, 1),), changed_at=NOW, yields=(3,), form="rss"),
    )
    assert 54 <= minutes(state) <= 66


def test_not_modified_keeps_what_the_last_document_told() -> None:
    hourly = replace(OK, floor=timedelta(hours=1))
    before = after_reading(NEVER_READ, hourly, Found(entries=3, new=3), NOW)
    after = after_reading(before, SAME, None, NOW + timedelta(hours=1))
    kept = (after.validators, after.body_hash, after.full_read_at, after.entries)
    assert kept == (Validators(etag='"2"'), "b2", NOW, 3)
    assert after.floor_minutes == 60


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


@pytest.mark.parametrize(("asked", "waited"), [(30, 57), (90, 90), (10_000, 360)])
def test_a_floor_holds_up_to_the_ceiling(asked: int, waited: int) -> None:
    reading = replace(OK, floor=timedelta(minutes=asked))
    state = after_reading(NEVER_READ, reading, Found(entries=1, new=1), NOW)
    assert minutes(state) == pytest.approx(waited, abs=10)
    assert minutes(state) >= min(asked, 360)


def test_what_was_wrong_with_a_document_is_wrong_while_it_is_the_same() -> None:
    broken = make.state(outcome=Outcome.PARTLY_BROKEN, error="not well-formed")
    for same in (SAME, OK):
        told = standing(broken, same)
        assert (told.outcome, told.error) == (Outcome.PARTLY_BROKEN, "not well-formed")
    assert standing(broken, DOWN) == DOWN
    assert standing(make.state(outcome=Outcome.OK), SAME) == SAME


def dated(published_at: datetime | None, precision: Precision = Precision.SECOND) -> Item:
    return make.item(published_at=published_at, precision=precision)


@pytest.mark.parametrize(
    ("item", "day"),
    [
        pytest.param(dated(None), TODAY, id="no date"),
        pytest.param(dated(make.at(days=-1)), date(2026, 3, 1), id="yesterday"),
        pytest.param(dated(make.at(days=-1, hours=7)), TODAY, id="by the clock of the source"),
        pytest.param(
            dated(datetime(2026, 3, 1, tzinfo=UTC), Precision.DAY), date(2026, 3, 1), id="a day"
        ),
        pytest.param(dated(make.at(days=1)), TODAY, id="in the future"),
        pytest.param(dated(make.at(days=-20)), TODAY, id="dated long before it appeared"),
    ],
)
def test_an_item_comes_on_its_day_or_when_it_appears(item: Item, day: date) -> None:
    source = make.source(timezone="Asia/Tokyo")
    read_lately = make.read_state(last_success_at=make.at(hours=-1))
    assert arrival_days([item], source, read_lately, NOW) == (day,)


def test_what_piled_up_while_nobody_read_came_on_its_days() -> None:
    items = [dated(make.at(days=-days)) for days in (20, 400)]
    away = make.read_state(last_success_at=make.at(days=-21))
    assert arrival_days(items, make.source(), away, NOW) == (date(2026, 2, 10), TODAY)
    old = arrival_days(items, make.source(), NEVER_READ, NOW)
    assert old == (date(2026, 2, 10), date(2025, 1, 26))


def test_an_empty_document_is_remembered_until_it_fills() -> None:
    full = after_reading(NEVER_READ, OK, Found(entries=3, new=3), NOW)
    empty = after_reading(full, OK, Found(entries=0, new=0), make.at(hours=1))
    again = after_reading(empty, OK, Found(entries=0, new=0), make.at(hours=2))
    assert [each.empty_since for each in (full, empty, again)] == [None] + [make.at(hours=1)] * 2
    assert after_reading(again, OK, Found(entries=1, new=1), make.at(hours=3)).empty_since is None


def test_a_gap_is_a_document_that_shares_nothing_after_some_that_did() -> None:
    seen = make.read_state(entries=10, overlaps=2)
    unknown = Found(entries=10, new=10)
    gap = after_reading(seen, OK, unknown, NOW)
    assert (gap.gap_at, gap.overlaps) == (NOW, 1)
    after = after_reading(gap, OK, Found(entries=10, new=1, known=9), make.at(hours=1))
    assert (after.gap_at, after.overlaps) == (NOW, 2)
    for untelling in (replace(seen, overlaps=1), replace(seen, entries=2)):
        assert after_reading(untelling, OK, unknown, NOW).gap_at is None


def test_what_is_asked_for_some_days_alone_may_be_empty_or_new_throughout() -> None:
    seen = make.read_state(entries=10, overlaps=2)
    for found in (
        Found(entries=0, new=0, windowed=True),
        Found(entries=10, new=10, windowed=True),
    ):
        after = after_reading(seen, OK, found, NOW)
        assert (after.empty_since, after.gap_at) == (None, None)


# --- moves ----------------------------------------------------------------------------------

NEW_URL = "https://new.example/feed"
MOVED = replace(OK, moved_to=NEW_URL)
KNOWN = Found(entries=3, new=0, known=3)


def test_an_address_that_has_long_moved_is_left() -> None:
    source = make.source(url=URL)
    state = after_reading(NEVER_READ, MOVED, Found(entries=3, new=3), NOW)
    state = after_reading(state, MOVED, KNOWN, make.at(days=3))
    state = after_reading(state, replace(SAME, moved_to=NEW_URL), None, make.at(days=4))
    assert effective_url(source, state, make.at(days=6, hours=23)) == URL
    assert effective_url(source, state, make.at(days=7)) == NEW_URL
    there = after_reading(state, replace(OK, url=NEW_URL), KNOWN, make.at(days=7))
    assert effective_url(source, there, make.at(days=8)) == NEW_URL
    assert effective_url(replace(source, url="https://other.example/"), there, NOW) == (
        "https://other.example/"
    )


@pytest.mark.parametrize(
    ("reading", "found"),
    [
        pytest.param(replace(OK, moved_to="https://third.example/"), KNOWN, id="elsewhere"),
        pytest.param(MOVED, Found(entries=3, new=3), id="other entries than ours"),
        pytest.param(OK, KNOWN, id="no redirect any more"),
        pytest.param(replace(DOWN, url=NEW_URL), None, id="the new address fails"),
    ],
)
def test_a_move_that_does_not_last_starts_anew(reading: Reading, found: Found | None) -> None:
    moved = make.read_state(moved_from=URL, moved_to=NEW_URL, moved_since=make.at(days=-9))
    state = after_reading(moved, reading, found, NOW)
    assert effective_url(make.source(url=URL), state, make.at(days=1)) == URL


@pytest.mark.parametrize(
    "reading",
    [
        pytest.param(replace(MOVED, since=make.NOW.date()), id="asked for some days"),
        pytest.param(replace(MOVED, url="https://gov.example/{yyyy}/"), id="moving with the year"),
    ],
)
def test_a_move_of_what_is_asked_anew_every_day_is_told_of_and_not_followed(
    reading: Reading,
) -> None:
    source = make.source(url=reading.url)
    state = after_reading(make.read_state(), reading, KNOWN, NOW)
    state = after_reading(state, reading, Found(entries=0, new=0, windowed=True), make.at(days=9))
    assert (state.moved_to, state.moved_since) == (NEW_URL, NOW)
    assert effective_url(source, state, make.at(days=20)) == source.url


# --- failures -------------------------------------------------------------------------------


def test_failures_lengthen_the_wait_and_are_forgotten_on_success() -> None:
    first = after_reading(NEVER_READ, DOWN, None, NOW)
    told = (first.failures, first.error, first.failing_since, minutes(first))
    assert told == (0.5, "HTTP 503", NOW, 60.0)
    later = after_reading(replace(first, failures=3.5), DOWN, None, NOW)
    assert (later.failures, later.failing_since, minutes(later)) == (4.0, NOW, 240)
    endless = after_reading(replace(first, failures=500.0), DOWN, None, NOW)
    assert minutes(endless) == 3 * 24 * 60
    well = after_reading(later, OK, Found(entries=1, new=0), NOW)
    assert (well.failures, well.failing_since, well.error) == (0.0, None, "")


@pytest.mark.parametrize(
    ("outcome", "status", "weight"),
    [
        (Outcome.NOT_A_FEED, 200, 1.0),
        (Outcome.REFUSED_ADDRESS, None, 1.0),
        (Outcome.HTTP_ERROR, 400, 1.0),
        (Outcome.BLOCKED, 403, 1.0),
        (Outcome.HTTP_ERROR, 404, 0.5),
        (Outcome.BLOCKED, 429, 0.5),
        (Outcome.HTTP_ERROR, 500, 0.5),
        (Outcome.DNS, None, 0.5),
        (Outcome.TLS, None, 0.5),
        (Outcome.HTTP_ERROR, None, 0.25),
        (Outcome.TOO_SLOW, None, 0.25),
    ],
)
def test_a_failure_counts_by_how_long_it_may_last(
    outcome: Outcome, status: int | None, weight: float
) -> None:
    reading = replace(DOWN, outcome=outcome, status=status)
    assert after_reading(NEVER_READ, reading, None, NOW).failures == weight


def test_who_did_not_answer_at_all_is_asked_again_within_hours() -> None:
    silent = replace(DOWN, outcome=Outcome.DNS, status=None)
    state = after_reading(make.state(failures=500.0), silent, None, NOW)
    assert minutes(state) == 6 * 60


def test_after_a_failure_a_document_is_read_in_full() -> None:
    held = make.read_state(validators=Validators(etag='"1"'), body_hash="b1")
    state = after_reading(held, DOWN, None, NOW)
    assert (state.validators, state.body_hash) == (Validators(), "")


def test_what_is_gone_is_probed_once_a_day() -> None:
    gone = replace(DOWN, outcome=Outcome.GONE, status=410)
    state = after_reading(make.read_state(interval_minutes=30), gone, None, NOW)
    assert minutes(state) == 24 * 60
    assert not due(state, make.at(hours=20), [make.at(hours=20, minutes=30)])
    assert due(state, make.at(hours=24), [])


def test_a_wait_beats_every_interval_and_every_force() -> None:
    asked = replace(DOWN, retry_after_seconds=7200.0, wait_scope="gov.example:443/feed")
    state = after_reading(NEVER_READ, asked, None, NOW)
    assert state.not_before == make.at(hours=2) == state.due_at
    assert not due(replace(state, due_at=NOW), make.at(hours=1), [make.at(hours=1, minutes=9)])
    assert due(state, make.at(hours=2), [])


def test_who_was_only_left_alone_has_not_failed() -> None:
    before = make.read_state(failures=0.5)
    reading = replace(
        DOWN, outcome=Outcome.BLOCKED, status=None, asked=False, retry_after_seconds=600.0
    )
    until = make.at(minutes=10)
    assert after_reading(before, reading, None, NOW) == replace(
        before, due_at=until, not_before=until
    )
    bare = after_reading(before, replace(reading, retry_after_seconds=None), None, NOW)
    assert bare.due_at == NOW


def test_a_wait_holds_for_its_part_of_the_host() -> None:
    source, waits = make.source(url=URL), {"gov.example:443/feed": make.at(hours=2)}
    assert left_alone_until(source, NEVER_READ, waits, NOW) == make.at(hours=2)
    assert left_alone_until(source, make.state(not_before=make.at(hours=3)), waits, NOW) == (
        make.at(hours=3)
    )
    elsewhere = replace(source, url="https://gov.example/news/feed")
    assert left_alone_until(elsewhere, NEVER_READ, waits, NOW) is None
    assert left_alone_until(elsewhere, make.state(not_before=NOW), waits, NOW) is None


@pytest.mark.parametrize(
    ("state", "days"),
    [
        pytest.param({}, 30, id="read without a break"),
        pytest.param({"last_success_at": make.at(days=-9)}, 30, id="nobody asked"),
        pytest.param(
            {"last_success_at": make.at(days=-9), "failing_since": make.at(days=-8)},
            1,
            id="after an outage",
        ),
        pytest.param(
            {"last_success_at": make.at(days=-2), "failing_since": make.at(days=-1)},
            30,
            id="after a short one",
        ),
        pytest.param(
            {"last_success_at": None, "failing_since": make.at(days=-9)}, 30, id="never read"
        ),
    ],
)
def test_after_an_outage_what_is_older_than_a_day_is_late(state: dict[str, Any], days: int) -> None:
    source = make.source(late_by=30)
    assert late_before(source, make.read_state(**state), NOW) == make.at(days=-days)


# --- when -----------------------------------------------------------------------------------


def test_a_source_is_due_by_its_time_or_before_a_cut_off() -> None:
    assert due(NEVER_READ, NOW, [])
    waiting = replace(NEVER_READ, due_at=make.at(hours=3), last_attempt_at=NOW)
    assert not due(waiting, NOW, [])
    cutoff = make.at(hours=2)
    assert not due(waiting, make.at(minutes=74), [cutoff])
    assert due(waiting, make.at(minutes=76), [cutoff])
    read = replace(waiting, last_attempt_at=make.at(minutes=80))
    assert not due(read, make.at(minutes=81), [cutoff])
    assert due(replace(waiting, last_attempt_at=None), make.at(minutes=76), [cutoff])
    assert due(waiting, make.at(minutes=125), [cutoff])
    assert not due(read, make.at(minutes=125), [cutoff])


def test_what_was_noted_while_the_clock_was_ahead_stops_no_reading() -> None:
    late = make.at(days=3650)
    ahead = replace(NEVER_READ, due_at=late, not_before=late, last_attempt_at=late)
    assert due(ahead, NOW, [])
    assert not due(replace(ahead, last_attempt_at=make.at(minutes=1)), NOW, [])


def test_one_read_a_day_is_unconditional() -> None:
    assert unconditional(NEVER_READ, NOW)
    read = replace(NEVER_READ, full_read_at=NOW)
    assert not unconditional(read, make.at(hours=23))
    assert unconditional(read, make.at(hours=24))


def test_when_robots_txt_was_read_is_remembered() -> None:
    state = after_reading(NEVER_READ, replace(OK, robots_read=True), Found(entries=1, new=1), NOW)
    assert state.robots_at == NOW
    assert after_reading(state, OK, None, make.at(hours=1)).robots_at == NOW
