"""A text with {yyyy}, {era_year}, {fiscal_year} or {mm} in it -> what it says on a day.

Ministries begin a new page with the year, some weeks early or late. So around the change both are
read: what the text says on this day, and what it says 60 days before and after it.
"""

import re
from datetime import date, timedelta
from typing import Final

PLACES: Final = ("{yyyy}", "{era_year}", "{fiscal_year}", "{mm}")
"""What may stand in an address. `{era_year:02}` is two digits wide, as in /r08/."""

_AROUND: Final = timedelta(days=60)
_BEFORE_REIWA: Final = 2018
_APRIL: Final = 4
_PLACE: Final = re.compile(r"\{(yyyy|era_year|fiscal_year|mm)(:02)?\}")
_BRACES: Final = re.compile(r"\{[^{}]*\}")


def varies(text: str) -> bool:
    """Say whether a text says something else in another year."""
    return _PLACE.search(text) is not None


def strange_places(text: str) -> tuple[str, ...]:
    """Return what stands in braces and means nothing."""
    return tuple(found for found in _BRACES.findall(text) if not _PLACE.fullmatch(found))


def readings(day: date, *texts: str) -> tuple[tuple[str, ...], ...]:
    """Return what some texts say together around a day, the newest first, each once.

    Where a month is named, this month and the last are read, at all times.
    """
    if any("{mm}" in text for text in texts):
        days = [day, day.replace(day=1) - timedelta(days=1)]
    else:
        days = [day + _AROUND, day, day - _AROUND]
    return tuple(dict.fromkeys(tuple(_filled(text, each) for text in texts) for each in days))


def _filled(text: str, day: date) -> str:
    values = {
        "yyyy": day.year,
        # The first year of an era is written 元年, and as 1 in addresses.
        "era_year": day.year - _BEFORE_REIWA,
        "fiscal_year": day.year - (day.month < _APRIL),
        "mm": day.month,
    }
    return _PLACE.sub(lambda place: _written(place[1], values[place[1]], bool(place[2])), text)


def _written(name: str, value: int, wide: bool) -> str:
    return f"{value:02}" if wide or name == "mm" else str(value)
