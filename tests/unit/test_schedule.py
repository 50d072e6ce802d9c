from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.records import Slot
from pipeline.schedule import (
    cutoffs,
    last_cutoff,
    next_cutoff,
    parse_schedule,
    write_schedule,
)
from tests import make

EVERY_DAY = frozenset(range(7))


@pytest.mark.parametrize(
    ("text", "slot"),
    [
        ("07:30", Slot(days=EVERY_DAY, at=time(7, 30))),
        ("7:05", Slot(days=EVERY_DAY, at=time(7, 5))),
        ("mon-fri 07:30", Slot(days=frozenset(range(5)), at=time(7, 30))),
        ("mon,thu 18:00", Slot(days=frozenset({0, 3}), at=time(18))),
        ("SAT-mon,Wed  23:59", Slot(days=frozenset({5, 6, 0, 2}), at=time(23, 59))),
        ("sunday 00:00", Slot(days=frozenset({6}), at=time(0))),
        ("1 08:00", Slot(days=frozenset(), dates=frozenset({1}), at=time(8))),
        ("1,15,LAST 8:00", Slot(days=frozenset(), dates=frozenset({0, 1, 15}), at=time(8))),
    ],
)
def test_a_schedule_is_days_and_a_time(text: str, slot: Slot) -> None:
    assert parse_schedule(text) == slot


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        pytest.param("", "write a time like 07:30", id="nothing"),
        pytest.param("30 7 * * 1-5", "write a time like 07:30", id="a crontab line"),
        pytest.param("1-5 07:30", "never numbers", id="numbers for days"),
        pytest.param("mon- 07:30", "never numbers", id="half a range"),
        pytest.param("-fri 07:30", "never numbers", id="the other half"),
        pytest.param("mon,,tue 07:30", "never numbers", id="an empty day"),
        pytest.param("0 08:00", "not a day of every month", id="before the first"),
        pytest.param("1,29 08:00", "not a day of every month", id="what February lacks"),
        pytest.param("1,mon 08:00", "never numbers", id="a date and a day"),
        pytest.param("mon", "'mon' is not a time of day", id="no time"),
        pytest.param("450", "'450' is not a time of day", id="what YAML makes of an unquoted time"),
        pytest.param("24:00", "the hours end at 23:59", id="midnight of the day after"),
        pytest.param("07:60", "the hours end at 23:59", id="too many minutes"),
    ],
)
def test_what_is_no_schedule_is_explained(text: str, trouble: str) -> None:
    with pytest.raises(ValueError, match=trouble):
        parse_schedule(text)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "slot", "after", "due"),
    [
        pytest.param("Asia/Tokyo", "07:30", utc("2026-03-01"), utc("2026-03-01 22:30"), id="plain"),
        pytest.param(
            "Europe/Berlin",
            "02:30",
            utc("2026-03-28 12:00"),
            utc("2026-03-29 01:00"),
            id="spring gap",
        ),
        pytest.param(
            "Europe/Berlin",
            "03:00",
            utc("2026-03-28 12:00"),
            utc("2026-03-29 01:00"),
            id="end of the gap",
        ),
        pytest.param(
            "Europe/Berlin", "02:30", utc("2026-10-24 12:00"), utc("2026-10-25 00:30"), id="autumn"
        ),
        pytest.param(
            "Europe/Berlin",
            "02:30",
            utc("2026-10-25 00:30"),
            utc("2026-10-26 01:30"),
            id="the repeated hour is once",
        ),
        pytest.param(
            "Australia/Lord_Howe", "02:15", utc("2026-10-03"), utc("2026-10-03 15:30"), id="half"
        ),
        pytest.param(
            "Pacific/Apia", "07:30", utc("2011-12-30"), utc("2011-12-30 10:00"), id="a skipped day"
        ),
    ],
)
def test_a_cutoff_follows_the_clock_on_the_wall(
    zone: str, slot: str, after: datetime, due: datetime
) -> None:
    spec = make.digest(zone=zone, schedule=(parse_schedule(slot),))
    assert next_cutoff(spec, after) == due
    assert last_cutoff(spec, due) == due
    assert last_cutoff(spec, due - timedelta(microseconds=1)) != due


def test_a_weekly_digest_is_due_once_a_week() -> None:
    spec = make.digest(schedule=(parse_schedule("mon 09:00"),))
    assert (last_cutoff(spec, make.NOW), next_cutoff(spec, make.NOW)) == (
        make.NOW,
        make.at(days=7),
    )


def test_two_schedules_at_one_moment_are_one_cutoff() -> None:
    spec = make.digest(schedule=(parse_schedule("mon 09:00"), parse_schedule("09:00")))
    assert cutoffs(spec, make.at(days=-2), make.NOW) == (make.at(days=-1), make.NOW)


@pytest.mark.parametrize(
    ("slot", "expected"),
    [
        ("1 09:00", ["2026-02-01", "2026-03-01", "2026-04-01"]),
        ("15,28 09:00", ["2026-02-15", "2026-02-28", "2026-03-15", "2026-03-28"]),
        ("last 09:00", ["2026-01-31", "2026-02-28", "2026-03-31"]),
    ],
)
def test_a_monthly_digest_is_due_on_its_days(slot: str, expected: list[str]) -> None:
    spec = make.digest(schedule=(parse_schedule(slot),))
    found = cutoffs(spec, utc("2026-01-30"), utc("2026-04-02"))
    assert [f"{moment:%Y-%m-%d}" for moment in found] == expected
    assert next_cutoff(spec, utc("2026-01-30")) == found[0]
    assert last_cutoff(spec, found[1] - timedelta(microseconds=1)) == found[0]


def test_schedules_that_mean_the_same_are_written_alike() -> None:
    one = [parse_schedule(text) for text in ("mon-fri 7:30", "last,1 08:00", "09:00")]
    other = [parse_schedule(text) for text in ("mon-sun 9:00", "fri,mon-thu 07:30", "1,last 8:00")]
    assert write_schedule(one) == write_schedule(other)
    assert {parse_schedule(line) for line in write_schedule(one).splitlines()} == set(one)


def test_without_a_schedule_nothing_is_due() -> None:
    spec = make.digest()
    assert (last_cutoff(spec, make.NOW), next_cutoff(spec, make.NOW)) == (None, None)
    assert cutoffs(spec, make.at(days=-30), make.NOW) == ()


@given(
    st.integers(946_684_800, 2_114_380_800).map(
        lambda seconds: datetime.fromtimestamp(seconds, UTC)
    ),
    st.sampled_from(["Europe/London", "America/St_Johns", "Asia/Tokyo", "Africa/Casablanca"]),
    st.times(),
)
def test_a_daily_digest_is_due_once_a_local_day(now: datetime, zone: str, at: time) -> None:
    slot = Slot(days=EVERY_DAY, at=at.replace(second=0, microsecond=0))
    spec = make.digest(zone=zone, schedule=(slot,))
    last, following = last_cutoff(spec, now), next_cutoff(spec, now)
    assert last is not None
    assert following is not None
    assert last <= now < following
    assert timedelta(hours=22) <= following - last <= timedelta(hours=26)
    assert cutoffs(spec, last, following) == (following,)
