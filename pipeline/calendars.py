"""A jurisdiction and a day -> whether its offices are closed: weekends, holidays, the year's end.

A working day taken for a holiday makes an alarm late by a day; a holiday taken for a working day
may raise a false one. So the large days of the places that are watched most are enough.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from types import MappingProxyType
from typing import Final

_DAY: Final = timedelta(days=1)
_NEW_YEAR, _CHRISTMAS = (1, 3), (12, 24)
_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

# What is no country keeps the days of the place where it sits.
_SEATS: Final = MappingProxyType({"OECD": "FR", "UN": "US", "UK": "GB"})
# 5/3: the third of May. 5/mon1: its first Monday; mon0 is the last. easter+1: the day after.
# Their first day, of the Chinese year and of the full moon of autumn: newyear, moon.
_HOLIDAYS: Final = MappingProxyType(
    {
        "AU": "1/26 easter-2 easter+1 4/25 6/mon2",
        "BR": "easter-48 easter-47 easter-2 4/21 5/1 easter+60 9/7 10/12 11/2 11/15 11/20",
        "CA": "easter-2 easter+1 5/mon3 7/1 8/mon1 9/mon1 9/30 10/mon2 11/11",
        "CN": "newyear-1 newyear newyear+1 newyear+2 newyear+3 newyear+4 newyear+5 newyear+6 "
        "4/4 4/5 5/1 5/2 5/3 5/4 5/5 moon 10/1 10/2 10/3 10/4 10/5 10/6 10/7 10/8",
        "DE": "easter-2 easter+1 5/1 easter+39 easter+50 10/3",
        "EU": "easter-3 easter-2 easter+1 5/1 5/9 easter+39 easter+40 easter+50 7/21 8/15 "
        "11/1 11/2",
        "FR": "easter+1 5/1 5/8 easter+39 easter+50 7/14 8/15 11/1 11/11",
        "GB": "easter-2 easter+1 5/mon1 5/mon0 8/mon0",
        "IN": "1/26 8/15 10/2",
        "IT": "1/6 easter+1 4/25 5/1 6/2 8/15 11/1 12/8",
        "JP": "1/mon2 2/11 2/23 spring 4/29 5/3 5/4 5/5 7/mon3 8/11 9/mon3 autumn 10/mon2 11/3 "
        "11/23",
        "KR": "newyear-1 newyear newyear+1 3/1 5/5 6/6 8/15 moon-1 moon moon+1 10/3 10/9",
        "SG": "newyear newyear+1 easter-2 5/1 8/9",
        "US": "1/mon3 2/mon3 5/mon0 6/19 7/4 9/mon1 10/mon2 11/11 11/thu4 11/fri4",
    }
)
# A holiday on one of these days gives the next working day off.
_MADE_UP_FOR: Final = MappingProxyType(
    {"JP": (6,), **dict.fromkeys(("AU", "CA", "GB", "KR", "SG", "US"), (5, 6))}
)
_WEEKENDS: Final = MappingProxyType({"SA": (4, 5), "IL": (4, 5), "EG": (4, 5)})
# When parliaments, and many beside them, rise: first and last day.
_RECESSES: Final = MappingProxyType(
    {
        "AU": "12/10-1/31",
        "BR": "7/18-7/31 12/20-1/31",
        "CA": "6/24-9/14 12/15-1/25",
        "DE": "7/8-9/5 12/18-1/8",
        "GB": "7/22-9/2 12/18-1/6",
        "JP": "8/10-8/16 12/27-1/6",
        "US": "7/25-9/7 12/16-1/6",
        **dict.fromkeys(("BE", "ES", "EU", "FR", "IT"), "7/22-8/31 12/18-1/7"),
    }
)
_NEW_YEARS: Final = (
    "2020-01-25 2021-02-12 2022-02-01 2023-01-22 2024-02-10 2025-01-29 2026-02-17 2027-02-06 "
    "2028-01-26 2029-02-13 2030-02-03 2031-01-23 2032-02-11 2033-01-31 2034-02-19 2035-02-08"
)
_MOONS: Final = (
    "2020-10-01 2021-09-21 2022-09-10 2023-09-29 2024-09-17 2025-10-06 2026-09-25 2027-09-15 "
    "2028-10-03 2029-09-22 2030-09-12 2031-10-01 2032-09-19 2033-09-08 2034-09-27 2035-09-16"
)


def day_off(jurisdiction: str, day: date) -> bool:
    """Say whether the offices of a jurisdiction (JP, US-CA, EU ...) are closed on a day."""
    return day in _days_off(jurisdiction, day.year)


def days_off_between(jurisdiction: str, start: date, end: date) -> int:
    """Count the days off after one day and before a later one."""
    years = range(start.year, end.year)
    whole = sum(_counts(jurisdiction, year)[-1] for year in years)
    before = _counts(jurisdiction, start.year)[_number(start)]
    return whole + _counts(jurisdiction, end.year)[_number(end) - 1] - before


def recess(jurisdiction: str, day: date) -> date | None:
    """Return when the recess began in which a day lies; None where it lies in none."""
    for span in _RECESSES.get(_country(jurisdiction), "").split():
        first, last = (tuple(map(int, word.split("/"))) for word in span.split("-"))
        for year in (day.year - 1, day.year):
            start = date(year, *first)
            if start <= day <= date(year + (last < first), *last):
                return start
    return None


def _country(jurisdiction: str) -> str:
    country = jurisdiction.partition("-")[0].upper()
    return _SEATS.get(country, country)


def _number(day: date) -> int:
    return day.toordinal() - date(day.year, 1, 1).toordinal() + 1


@cache
def _counts(jurisdiction: str, year: int) -> tuple[int, ...]:
    """Return, for each day of a year and for its end, how many days off come before."""
    off = _days_off(jurisdiction, year)
    return tuple(accumulate((day in off for day in _days(year)), initial=0))


@cache
def _days_off(jurisdiction: str, year: int) -> frozenset[date]:
    country = _country(jurisdiction)
    weekend = _WEEKENDS.get(country, (5, 6))
    rest = {day for day in _days(year) if day.weekday() in weekend or _between_the_years(day)}
    named = _HOLIDAYS.get(country, "").split()
    holidays = {day for word in named for day in _dates(word, year)}
    if country == "JP":
        holidays |= {day + _DAY for day in holidays if day + 2 * _DAY in holidays}
    lost = [day for day in holidays if day.weekday() in _MADE_UP_FOR.get(country, ())]
    for day in sorted(lost):
        holidays.add(_next_working_day(day, rest | holidays))
    return frozenset(rest | holidays)


def _days(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += _DAY


def _between_the_years(day: date) -> bool:
    return (day.month, day.day) >= _CHRISTMAS or (day.month, day.day) <= _NEW_YEAR


def _next_working_day(day: date, off: set[date]) -> date:
    while day in off:
        day += _DAY
    return day


def _dates(word: str, year: int) -> Iterator[date]:
    """Yield the day of a year that a word of the table names, if it names one."""
    month, slash, rest = word.partition("/")
    if slash:
        yield date(year, int(month), int(rest)) if rest.isdigit() else _weekday(month, rest, year)
        return
    name, sign, offset = word.partition("-" if "-" in word else "+")
    start = _FEASTS[name](year)
    if start:
        yield start + _DAY * (int(f"{sign}{offset}") if sign else 0)


def _weekday(month: str, word: str, year: int) -> date:
    """Return a weekday of a month by its number, 0 for the last."""
    weekday, number = _WEEKDAYS.index(word[:3]), int(word[3:])
    of_month = [day for day in _days(year) if day.month == int(month) and day.weekday() == weekday]
    return of_month[number - 1]


def _easter(year: int) -> date:
    """Return Easter Sunday by the rule of Butcher and Meeus."""
    century, rest = divmod(year, 100)
    golden = year % 19
    epact = (
        19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15
    ) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _equinox(year: int, month: int, first: float) -> date:
    """Return an equinox in Japan, by the formula that holds from 1980 to 2099."""
    since = year - 1980
    return date(year, month, int(first + 0.242194 * since) - since // 4)


def _listed(days: str, year: int) -> date | None:
    return next((date.fromisoformat(day) for day in days.split() if day[:4] == str(year)), None)


_FEASTS: Final[Mapping[str, Callable[[int], date | None]]] = MappingProxyType(
    {
        "easter": _easter,
        "spring": lambda year: _equinox(year, 3, 20.8431),
        "autumn": lambda year: _equinox(year, 9, 23.2488),
        "newyear": lambda year: _listed(_NEW_YEARS, year),
        "moon": lambda year: _listed(_MOONS, year),
    }
)
