"""When a silence is a surprise: invented sources over years, day by day."""

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest

from pipeline.cadence import (
    DECLARED,
    MOST_DAYS,
    Days,
    Pace,
    Rhythm,
    add_days,
    items_a_week,
    pace,
    rhythm,
    silence,
)
from pipeline.calendars import day_off

DAY = timedelta(days=1)
START = date(2024, 1, 1)
END = date(2026, 1, 1)

Source = Callable[[date], int]
"""How many items come on a day."""


@dataclass
class Watched:
    """What is known of a source at the end, and from when to when it was called silent."""

    days: Days = ()
    alarms: list[tuple[date, date | None]] = field(default_factory=list)


def every_day(start: date = START, end: date = END) -> Iterator[date]:
    while start < end:
        yield start
        start += DAY


def watch(source: Source, jurisdiction: str = "JP", *, end: date = END) -> Watched:
    """Look at a source every morning, before anything comes that day."""
    watched, raised, wait = Watched(), None, 0.0
    for today in every_day(end=end):
        # No silence is longer than the days that it lasts.
        if raised is None and watched.days and (today - watched.days[-1][0]).days > wait:
            found = silence(watched.days, jurisdiction, today)
            raised = today if found and found.surprising else None
        count = source(today)
        if count:
            watched.days = add_days(watched.days, [today] * count)
            learned = rhythm(watched.days, jurisdiction)
            wait = learned.limit if learned else math.inf
            if raised:
                watched.alarms.append((raised, today))
                raised = None
    if raised:
        watched.alarms.append((raised, None))
    return watched


def working_days(day: date) -> int:
    return 0 if day_off("JP", day) else 1 + day.toordinal() % 3


def monthly(day: date) -> int:
    return int(day.day == 15)


def cut(source: Source, start: date, end: date) -> Source:
    return lambda day: 0 if start <= day < end else source(day)


def drawn(seed: int, mean: float, *, jurisdiction: str = "JP") -> Source:
    """Give a source whose items come by chance on working days."""
    chance = random.Random(seed)
    return lambda day: 0 if day_off(jurisdiction, day) else poisson(chance, mean)


def poisson(chance: random.Random, mean: float) -> int:
    limit, count, product = math.exp(-mean), 0, chance.random()
    while product > limit:
        count, product = count + 1, product * chance.random()
    return count


# --- the days that are known -------------------------------------------------------------------


def test_days_are_counted_and_what_is_long_past_is_forgotten() -> None:
    days = add_days((), [date(2026, 3, 2), date(2026, 3, 1), date(2026, 3, 2)])
    assert days == ((date(2026, 3, 1), 1), (date(2026, 3, 2), 2))
    assert add_days(days, [date(2026, 3, 2)])[-1] == (date(2026, 3, 2), 3)
    assert add_days(days, [date(2030, 1, 1)]) == ((date(2030, 1, 1), 1),)
    assert add_days((), []) == ()
    assert len(add_days((), list(every_day()))) == MOST_DAYS


def test_items_a_week_are_those_of_four_weeks() -> None:
    days = ((date(2026, 1, 1), 9), (date(2026, 2, 3), 1), (date(2026, 3, 2), 3))
    assert items_a_week(days, date(2026, 3, 2)) == 1.0
    assert items_a_week((), date(2026, 3, 2)) is None


# --- the model ---------------------------------------------------------------------------------


@pytest.mark.parametrize("quiet", [0.02, 0.5, 4.0, 20.0])
@pytest.mark.parametrize("shape", [2.0, 8.0, math.inf])
def test_a_silence_is_a_surprise_when_it_comes_in_one_of_a_hundred_months(
    quiet: float, shape: float
) -> None:
    learned = Rhythm(quiet=quiet, shape=shape, off=0.0)
    silences = max(1.0, 21 / (1 + quiet))
    rare = silences * learned.chance(learned.limit)
    assert rare == pytest.approx(0.01) or (learned.limit == 3.0 and rare < 0.01)


def test_chance_without_bursts_is_that_of_empty_days_in_a_row() -> None:
    learned = Rhythm(quiet=1.0, shape=math.inf, off=0.0)
    assert [learned.chance(days) for days in (0, 1, 2)] == pytest.approx([1, 0.5, 0.25])


def test_bursts_make_long_silences_likelier() -> None:
    even = [START + n * 4 * DAY for n in range(60)]
    bursts = [START + (n // 6 * 24 + n % 6) * DAY for n in range(60)]
    limits = []
    for dates in (even, bursts):
        learned = rhythm(tuple((day, 1) for day in dates), "")
        assert learned
        limits.append(learned.limit)
    assert limits[0] < limits[1]


@pytest.mark.parametrize(
    "days",
    [
        pytest.param((), id="nothing"),
        pytest.param(tuple((START + n * DAY, 1) for n in range(7)), id="seven items"),
        pytest.param(tuple((START + n * DAY, 9) for n in range(4)), id="four days"),
    ],
)
def test_little_history_gives_no_rhythm_and_no_silence(days: Days) -> None:
    assert rhythm(days, "JP") is None
    assert silence(days, "JP", END) is None


# --- a declared rhythm -------------------------------------------------------------------------

FEW: Days = ((date(2026, 3, 2), 2), (date(2026, 3, 4), 1))
"""A Monday and a Wednesday with something: too little to learn from."""


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        pytest.param("daily", date(2026, 3, 19), id="daily: after two weeks"),
        pytest.param("weekly", date(2026, 4, 9), id="weekly: after five"),
        pytest.param("monthly", date(2026, 6, 18), id="monthly: after fifteen"),
    ],
)
def test_a_declared_rhythm_gives_the_pace_until_one_is_learned(declared: str, told: date) -> None:
    def surprising(day: date) -> bool:
        found = silence(FEW, "INT", day, declared)
        return found is not None and found.surprising

    assert [surprising(told - DAY), surprising(told)] == [False, True]
    assert silence(FEW, "INT", told) is None


def test_without_anything_known_nothing_is_declared_silent() -> None:
    assert silence((), "INT", END, "daily") is None
    assert pace((), "INT", "daily") is None


@pytest.mark.parametrize("declared", list(DECLARED))
@pytest.mark.parametrize("days", [9, 20, 60, 300])
def test_no_declared_rhythm_tells_earlier_than_what_was_learned(declared: str, days: int) -> None:
    known = watch(working_days, end=START + days * DAY).days
    learned, found = pace(known, "JP"), pace(known, "JP", declared)
    assert found
    assert learned is None or found.limit >= learned.limit


def test_a_slow_rhythm_holds_until_the_history_is_longer() -> None:
    month = watch(working_days, end=date(2024, 2, 1)).days
    assert pace(month, "JP", "monthly") == Pace(limit=75.0, off=0.0, declared="monthly")
    assert pace(month, "JP", "daily") == pace(month, "JP")
    half_a_year = watch(working_days, end=date(2024, 7, 1)).days
    assert pace(half_a_year, "JP", "monthly") == pace(half_a_year, "JP")


@pytest.mark.parametrize(
    ("source", "worth"),
    [
        pytest.param(working_days, 0.0, id="never on days off"),
        pytest.param(lambda _: 1, 1.0, id="every day alike"),
        pytest.param(lambda day: int(day.weekday() == 6), 1.0, id="on Sundays alone"),
        pytest.param(lambda day: int(day.weekday() in (1, 6)), 1.0, id="Sundays and Tuesdays"),
    ],
)
def test_what_a_day_off_counts_is_learned(source: Source, worth: float) -> None:
    learned = rhythm(watch(source, end=date(2024, 12, 1)).days, "JP")
    assert learned
    assert learned.off == worth


def test_few_items_on_days_off_make_them_count_a_little() -> None:
    some = watch(lambda d: working_days(d) or int(d.toordinal() % 13 == 0), end=date(2024, 12, 1))
    learned = rhythm(some.days, "JP")
    assert learned
    assert 0 < learned.off < 0.3


# --- sources over two years --------------------------------------------------------------------


def test_a_source_of_working_days_raises_no_alarm_on_any_holiday() -> None:
    assert watch(working_days).alarms == []


@pytest.mark.parametrize(
    ("start", "raised"),
    [
        # Monday: Monday to Wednesday are over without anything.
        pytest.param(date(2025, 6, 2), date(2025, 6, 5), id="in June"),
        # Monday the 28th, then a holiday, two working days, a weekend and holidays up to the 6th.
        pytest.param(date(2025, 4, 28), date(2025, 5, 2), id="before Golden Week"),
        pytest.param(date(2025, 12, 12), date(2025, 12, 17), id="before the year's end"),
    ],
)
def test_fourteen_days_without_anything_are_told_and_ended(start: date, raised: date) -> None:
    back = start + 14 * DAY
    watched = watch(cut(working_days, start, back))
    ended = next((day for day in every_day(back) if working_days(day)), None)
    assert watched.alarms == [(raised, ended)]


def test_the_alarm_comes_on_the_day_that_the_model_says() -> None:
    source, frozen = drawn(1, 0.4), date(2025, 6, 2)
    known = watch(source, end=frozen)
    learned = rhythm(known.days, "JP")
    assert learned
    over = [day for day in every_day(known.days[-1][0] + DAY) if not day_off("JP", day)]
    expected = over[math.ceil(learned.limit) - 1] + DAY
    watched = watch(cut(drawn(1, 0.4), frozen, END))
    assert watched.alarms[-1] == (expected, None)


def test_a_monthly_source_raises_no_alarm_in_two_years_and_one_when_it_ends() -> None:
    assert watch(monthly).alarms == []
    ended = watch(cut(monthly, date(2025, 2, 1), END)).alarms
    assert len(ended) == 1
    assert ended[0][0] < date(2025, 10, 1)


def test_a_source_that_comes_in_bursts_is_given_time() -> None:
    chance, on = random.Random(5), [True]

    def bursts(day: date) -> int:
        if chance.random() < 0.1:
            on[0] = not on[0]
        return poisson(chance, 2.0) if on[0] and not day_off("JP", day) else 0

    alarms = watch(bursts).alarms
    assert len(alarms) <= 2
    # Its bursts are known by then.
    assert [raised for raised, _ in alarms if raised >= date(2024, 7, 1)] == []


def test_a_source_that_slows_down_for_good_is_told_of_and_then_believed() -> None:
    slower = date(2024, 9, 1)
    source = watch(lambda day: working_days(day) if day < slower else int(day.weekday() == 2))
    assert 1 <= len(source.alarms) <= 3
    assert source.alarms[-1][0] < slower + 60 * DAY


def test_a_recess_is_a_surprise_once() -> None:
    def parliament(day: date) -> int:
        return working_days(day) if day.month != 8 else 0

    alarms = watch(parliament, end=date(2026, 10, 1)).alarms
    assert [(raised.year, raised.month) for raised, _ in alarms] == [(2024, 8)]


def french(day: date) -> int:
    return 0 if day_off("FR", day) else 1 + day.toordinal() % 3


@pytest.mark.parametrize(
    ("frozen", "raised"),
    [
        # The first recess that we see begins on July 22: its days count a fifth.
        pytest.param(date(2024, 7, 24), date(2024, 8, 14), id="as a recess begins"),
        pytest.param(date(2024, 8, 12), date(2024, 8, 15), id="of what took none"),
        pytest.param(date(2025, 7, 24), date(2025, 7, 29), id="when the year before had none"),
    ],
)
def test_a_silence_in_the_first_recess_is_told_later_but_within_it(
    frozen: date, raised: date
) -> None:
    assert watch(cut(french, frozen, END), "FR").alarms == [(raised, None)]


def test_the_first_recess_of_a_parliament_is_no_surprise() -> None:
    def bills(day: date) -> int:
        return french(day) if day.month != 8 and day.weekday() in (1, 3) else 0

    assert watch(bills, "FR").alarms == []
    assert [raised.month for raised, _ in watch(bills, "INT").alarms] == [8]


# --- false alarms ------------------------------------------------------------------------------


def varied(seed: int) -> Source:
    """Give one of many kinds of sources that are well: all is drawn by the seed."""
    chance = random.Random(seed)
    mean = math.exp(chance.uniform(math.log(0.08), math.log(8)))
    weekday, spread = chance.randrange(5), chance.choice((0.3, 0.5, 1.0, 2.0))

    def dispersed(day: date, least: float = 0.0) -> int:
        rate = chance.gammavariate(spread, max(mean, least) / spread)
        return 0 if day_off("FR", day) else poisson(chance, rate)

    kinds: tuple[Source, ...] = (
        lambda day: 0 if day_off("FR", day) else poisson(chance, mean),
        lambda day: poisson(chance, mean * (0.3 if day_off("FR", day) else 1)),
        dispersed,
        lambda day: int(day.weekday() == weekday and chance.random() < 0.93),
        lambda day: 0 if _recess(day) else dispersed(day, 0.5),
        lambda day: 0 if day.month == 8 else dispersed(day, 0.3),
        lambda day: int(day.day == 5 * weekday + 3),
        dispersed,
    )
    return kinds[seed % len(kinds)]


def _recess(day: date) -> bool:
    return (day.month, day.day) > (12, 18) or (7, 24) < (day.month, day.day) < (9, 1)


def test_sources_that_are_well_raise_few_alarms() -> None:
    alarms = [watch(varied(seed), "FR").alarms for seed in range(48)]
    assert sum(map(len, alarms)) < 48 * 0.3
    # What comes again every year is known by then.
    second = [found for each in alarms for found in each if found[0] >= date(2025, 1, 1)]
    assert len(second) < 48 * 0.25
