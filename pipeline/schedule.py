"""The words of a schedule, and the moments at which a digest is due.

Day names and IANA zones, never crontab numbers: half the world counts Monday as 0. A number is a
day of the month.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from pipeline.records import DigestSpec, Slot, Timetable

Scheduled: TypeAlias = DigestSpec | Timetable

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FULL = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY_BY_NAME = {name: day for names in (_DAYS, _FULL) for day, name in enumerate(names)}
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})")
_DAY = timedelta(days=1)
# The longest way to a cut-off is a month; a day more for clocks that jump. Most are nearer.
_REACHES = (timedelta(days=2), timedelta(days=8), timedelta(days=33))
_LAST = 0
_HINT = (
    "write a time like 07:30, or days and a time like mon-fri 07:30, mon,thu 18:00, 1,15 08:00 "
    "or last 08:00"
)


def parse_schedule(text: str) -> Slot:
    """Read `07:30`, `mon-fri 07:30`, `1,15 08:00` or `last 08:00`.

    Raise ValueError fit for a person.
    """
    words = text.lower().split()
    if not 1 <= len(words) <= 2:
        raise ValueError(f"{text!r} is not a schedule: {_HINT}")
    if len(words) == 1:
        return Slot(days=frozenset(range(7)), at=_time(words[0]))
    if _DATES.fullmatch(words[0]):
        return Slot(days=frozenset(), dates=_dates(words[0]), at=_time(words[1]))
    return Slot(days=_days(words[0]), at=_time(words[1]))


def write_schedule(slots: Iterable[Slot]) -> str:
    """Write slots in one form for each meaning, one a line; `parse_schedule` reads a line."""
    return "\n".join(sorted({f"{_day_words(slot)} {slot.at:%H:%M}" for slot in slots}))


def last_cutoff(spec: Scheduled, now: datetime) -> datetime | None:
    """Return the newest cut-off that is not after `now`; None without a schedule."""
    spans = (cutoffs(spec, now - reach, now) for reach in _REACHES)
    return next((found[-1] for found in spans if found), None)


def next_cutoff(spec: Scheduled, now: datetime) -> datetime | None:
    """Return the first cut-off after `now`; None without a schedule."""
    spans = (cutoffs(spec, now, now + reach) for reach in _REACHES)
    return next((found[0] for found in spans if found), None)


def cutoffs(spec: Scheduled, after: datetime, until: datetime) -> tuple[datetime, ...]:
    """Return the cut-offs in (after, until], in order."""
    if after >= until:
        return ()
    zone = ZoneInfo(spec.zone)
    # A gap can push a cut-off into the next day.
    day = after.astimezone(zone).date() - _DAY
    last = until.astimezone(zone).date()
    found: set[datetime] = set()
    while day <= last:
        found |= {_instant(day, slot.at, zone) for slot in spec.schedule if _falls_on(slot, day)}
        day += _DAY
    return tuple(sorted(moment for moment in found if after < moment <= until))


def _falls_on(slot: Slot, day: date) -> bool:
    if day.weekday() in slot.days or day.day in slot.dates:
        return True
    return _LAST in slot.dates and (day + _DAY).day == 1


_DATES = re.compile(r"(?:[0-9]+|last)(?:,(?:[0-9]+|last))*")


def _dates(text: str) -> frozenset[int]:
    words = text.split(",")
    numbers = [int(word) for word in words if word != "last"]
    if any(not 1 <= number <= 28 for number in numbers):
        raise ValueError(
            f"{text!r} is not a day of every month: a number is one from 1 to 28, and last is the "
            "last day; for days of the week write mon or mon-fri, never numbers"
        )
    return frozenset(numbers) | ({_LAST} if "last" in words else frozenset())


def _day_words(slot: Slot) -> str:
    if slot.dates:
        return ",".join("last" if date == _LAST else f"{date}" for date in sorted(slot.dates))
    return ",".join(_DAYS[day] for day in sorted(slot.days))


def _days(text: str) -> frozenset[int]:
    return frozenset(day for part in text.split(",") for day in _range(part, text))


def _range(part: str, text: str) -> list[int]:
    first, dash, last = part.partition("-")
    ends = [_DAY_BY_NAME.get(name) for name in ((first, last) if dash else (first, first))]
    if ends[0] is None or ends[1] is None:
        raise ValueError(
            f"{text!r} are not days: use {', '.join(_DAYS)}, with commas or from-to, never numbers"
        )
    length = (ends[1] - ends[0]) % 7 + 1
    return [(ends[0] + step) % 7 for step in range(length)]


def _time(text: str) -> time:
    found = _TIME.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is not a time of day: {_HINT}")
    hour, minute = int(found[1]), int(found[2])
    if hour > 23 or minute > 59:
        raise ValueError(f"{text!r} is not a time of day: the hours end at 23:59")
    return time(hour, minute)


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Say when a clock on the wall first shows the time, or has jumped over it."""
    # fold=0 is the first of a repeated hour.
    wanted = datetime.combine(day, at)
    late = wanted.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if late.astimezone(zone).replace(tzinfo=None) == wanted:
        return late
    return _end_of_gap(wanted, late, zone)


def _end_of_gap(wanted: datetime, late: datetime, zone: ZoneInfo) -> datetime:
    early = wanted.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while late - early > timedelta(seconds=1):
        middle = (early + (late - early) / 2).replace(microsecond=0)
        if middle.astimezone(zone).replace(tzinfo=None) < wanted:
            early = middle
        else:
            late = middle
    return late
