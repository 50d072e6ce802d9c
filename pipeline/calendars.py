"""A jurisdiction and a day -> whether its offices are closed: weekends, holidays, the year's end.

The dates come from the `holidays` package, which is imported when the first one is asked for.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from itertools import accumulate

_WEEKEND = frozenset({5, 6})
# What is no country keeps the days of the place where it sits.
_SEATS = {"OECD": "FR", "UN": "US", "UK": "GB"}
# Where the parts of a country have most of its holidays: the part of its government.
_CAPITALS = {"GB": "ENG"}
_NEW_YEAR, _CHRISTMAS = (1, 3), (12, 24)


def day_off(jurisdiction: str, day: date) -> bool:
    """Say whether the offices of a jurisdiction (JP, US-CA, EU ...) are closed on a day."""
    return day in _days_off(jurisdiction, day.year)


def days_off_between(jurisdiction: str, start: date, end: date) -> int:
    """Count the days off after one day and before a later one."""
    years = range(start.year, end.year)
    whole = sum(_counts(jurisdiction, year)[-1] for year in years)
    before = _counts(jurisdiction, start.year)[_number(start)]
    return whole + _counts(jurisdiction, end.year)[_number(end) - 1] - before


def _number(day: date) -> int:
    return day.toordinal() - date(day.year, 1, 1).toordinal() + 1


@cache
def _counts(jurisdiction: str, year: int) -> tuple[int, ...]:
    """Return, for each day of a year and for its end, how many days off come before."""
    off = _days_off(jurisdiction, year)
    return tuple(accumulate((day in off for day in _days(year)), initial=0))


@cache
def _days_off(jurisdiction: str, year: int) -> frozenset[date]:
    country = jurisdiction.partition("-")[0].upper()
    weekend, holidays = _calendar(_SEATS.get(country, country), year)
    return frozenset(
        day
        for day in _days(year)
        if day.weekday() in weekend or day in holidays or _between_the_years(day)
    )


def _between_the_years(day: date) -> bool:
    return (day.month, day.day) >= _CHRISTMAS or (day.month, day.day) <= _NEW_YEAR


def _days(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += timedelta(days=1)


def _calendar(country: str, year: int) -> tuple[frozenset[int], frozenset[date]]:
    """Return weekdays and dates on which a country rests; one nobody knows has weekends alone."""
    import holidays  # noqa: PLC0415 - keeps --help and small commands quick

    if country == "EU":
        return _WEEKEND, frozenset(holidays.financial_holidays("ECB", years=year))
    try:
        found = holidays.country_holidays(country, subdiv=_CAPITALS.get(country), years=year)
    except NotImplementedError:
        return _WEEKEND, frozenset()
    return frozenset(found.weekend), frozenset(found)
