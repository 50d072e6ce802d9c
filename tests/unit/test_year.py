"""What a year of polling costs a source, and what it finds: decisions alone, no network."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from pipeline.health import FORCED_BEFORE_CUTOFF
from pipeline.model import Outcome
from pipeline.reading import Reading
from pipeline.schedule import cutoffs
from tests.year import DIGEST, START, YEAR, Diary, Site, every, live, working_days

DAY = timedelta(days=1)
JUNE = START + 150 * DAY
WEEKS = timedelta(days=21)


def down(
    start: datetime,
    end: datetime,
    *,
    outcome: Outcome = Outcome.HTTP_ERROR,
    wait: float | None = None,
) -> Callable[[datetime], Reading | None]:
    reading = Reading(
        source_id="site", outcome=outcome, status=503, error="down", retry_after_seconds=wait
    )
    return lambda now: reading if start <= now < end else None


def missed(site: Site, diary: Diary) -> list[datetime]:
    """Return the entries that stood there in time for a digest and were not seen by it."""
    ends = cutoffs(DIGEST, START + DAY, START + YEAR)
    late = []
    for moment in (moment for moment in site.published if moment >= START):
        told_in = next((end for end in ends if end >= moment + FORCED_BEFORE_CUTOFF), None)
        if told_in and diary.seen_at.get(moment, START + 2 * YEAR) > told_in:
            late.append(moment)
    return late


@pytest.mark.parametrize(
    ("site", "most_a_day"),
    [
        pytest.param(Site(tuple(working_days(10))), 8, id="daily"),
        pytest.param(Site(tuple(every(timedelta(hours=1)))), 26, id="hourly"),
        pytest.param(Site(tuple(every(timedelta(minutes=20))), shows=50), 49, id="busy"),
        pytest.param(Site(tuple(every(7 * DAY))), 7, id="weekly"),
        pytest.param(Site(()), 7, id="empty"),
    ],
)
def test_a_year_costs_a_source_little_and_loses_nothing(site: Site, most_a_day: int) -> None:
    diary = live(site)
    days = [START + n * DAY for n in range(365)]
    requests = [diary.asked_between(day, day + DAY) for day in days[7:]]
    assert sum(requests) / len(requests) < most_a_day
    assert max(requests) <= 49
    assert missed(site, diary) == []
    unseen = {m for m in site.published if m >= START} - set(diary.seen_at)
    assert all(moment > START + YEAR - DAY for moment in unseen)


def test_a_server_that_answers_304_for_ever_costs_a_day_at_most() -> None:
    site = Site(tuple(working_days(10)), stuck=True)
    diary = live(site)
    delays = [
        diary.seen_at[moment] - moment for moment in site.published if moment in diary.seen_at
    ]
    late = [delay for delay in delays if delay > DAY + timedelta(hours=1)]
    assert [delay for delay in late if delay < 60 * DAY] == late[:0] or max(late) < 62 * DAY


def test_an_outage_of_the_source_costs_it_little_and_ends_within_a_day() -> None:
    back = JUNE + WEEKS
    site = Site(tuple(working_days(10)), fault=down(JUNE, back))
    diary = live(site)
    assert diary.asked_between(JUNE + DAY, back) <= 21 * 3
    alarm = diary.alarm_at(back)
    assert alarm[0].startswith("not read since 2026-05-31")
    waiting = [m for m in site.published if JUNE <= m < back]
    assert {diary.seen_at[m] - back < DAY for m in waiting} == {True}
    assert diary.asked_between(back, back + timedelta(hours=3)) <= 4
    assert not any("shared no entry" in told for _, alarms in diary.alarms for told in alarms)


def test_after_our_own_absence_each_source_is_asked_once_and_a_gap_is_told() -> None:
    away = (JUNE, JUNE + WEEKS)
    few = Site(tuple(every(timedelta(hours=6))), shows=20)
    diary = live(few, away=away)
    assert diary.asked_between(*away) == 0
    assert diary.asked_between(away[1], away[1] + timedelta(hours=2)) <= 3
    missed = "items between 2026-05-30 and 2026-06-16 may have been missed"
    assert any(missed in each for each in diary.alarm_at(away[1] + DAY))
    enough = live(Site(tuple(every(timedelta(hours=6))), shows=100), away=away)
    assert enough.alarm_at(away[1] + DAY) == ()


def test_a_frozen_source_is_named_and_asked_less() -> None:
    site = Site(tuple(moment for moment in working_days(10) if moment < JUNE))
    diary = live(site)
    assert diary.alarm_at(JUNE + 4 * DAY) == ()
    (alarm,) = diary.alarm_at(JUNE + 5 * DAY)
    assert alarm == (
        "nothing new since 2026-05-29, its document is the same all the time: 3 working days, "
        "where 3 are a surprise"
    )
    assert diary.asked_between(JUNE + 60 * DAY, JUNE + 61 * DAY) <= 6


def test_what_is_gone_is_asked_once_a_day_and_found_when_it_comes_back() -> None:
    back = JUNE + WEEKS
    site = Site(tuple(working_days(10)), fault=down(JUNE, back, outcome=Outcome.GONE))
    diary = live(site)
    assert diary.asked_between(JUNE + DAY, back) == 20
    assert "is gone" in diary.alarm_at(back)[0]
    assert diary.asked_between(back, back + DAY) >= 1


def test_nobody_is_asked_within_its_wait() -> None:
    hours = timedelta(hours=20)
    site = Site(tuple(working_days(10)), fault=down(JUNE, JUNE + WEEKS, wait=hours.total_seconds()))
    diary = live(site)
    asked = [moment for moment in diary.asked if JUNE <= moment < JUNE + WEEKS]
    gaps = [later - earlier for earlier, later in pairwise(asked)]
    assert min(gaps) >= hours
    assert len(asked) >= 15
