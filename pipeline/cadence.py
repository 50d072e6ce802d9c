"""The days on which a source brought something -> how long a silence is still no surprise.

Between two days with something new lie working days without: how many is geometric when items
come by chance (Poisson), and longer-tailed when the pace itself changes (its rate is gamma
distributed, so that counts are negative binomial). A silence is told when one as long comes by
chance in less than one of a hundred months.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import fmean
from types import MappingProxyType
from typing import Final, TypeAlias

from pipeline.calendars import day_off, days_off_between, recess

Days: TypeAlias = tuple[tuple[date, int], ...]
"""Days with something new, oldest first, and how many items each brought."""

MOST_DAYS: Final = 300
LONGEST_MEMORY: Final = timedelta(days=800)
FEWEST_ITEMS: Final = 8
_FEWEST_DAYS: Final = 5
_GAPS: Final = 60
_SURPRISE: Final = 0.01
DECLARED: Final[Mapping[str, float]] = MappingProxyType(
    {"daily": 10.0, "weekly": 25.0, "monthly": 75.0, "seldom": 260.0}
)
"""The working days of silence that are a surprise where only a rhythm is declared."""

# Nobody's pace is steadier over the years than by a fifth or so: 1 / sqrt(20).
_MOST_EVEN: Final = 20.0
_WORKING_DAYS_A_MONTH: Final = 21
_SHORTEST: Final = 3.0
_YEAR: Final = timedelta(days=364)
_AROUND: Final = timedelta(days=7)
# Whoever still publishes so long into a recess takes none.
_AT_WORK: Final = timedelta(days=14)
# A day of it counts a fifth: what comes every day is told of within the first one all the same.
_RECESS: Final = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How a source comes: a day off counts as `off` of a working day.

    `quiet` is the mean of working days without anything between two days with something; `shape`
    tells how even its pace is, infinite when it never changes.
    """

    quiet: float
    shape: float
    off: float

    def chance(self, days: float) -> float:
        """Return how likely a silence of so many working days is, once something came."""
        rate = math.log1p(1 / self.quiet)
        if math.isinf(self.shape):
            return math.exp(-rate * days)
        return math.pow(1 + rate * days / (self.shape - 1), -self.shape)

    @property
    def limit(self) -> float:
        """Return the working days after which a silence is a surprise."""
        rate = math.log1p(1 / self.quiet)
        silences_a_month = max(1.0, _WORKING_DAYS_A_MONTH / (1 + self.quiet))
        rare = _SURPRISE / silences_a_month
        if math.isinf(self.shape):
            days = -math.log(rare) / rate
        else:
            days = (rare ** (-1 / self.shape) - 1) * (self.shape - 1) / rate
        return max(days, _SHORTEST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """After how many working days a silence is a surprise, and what a day off counts of one.

    `declared` is the word of the source's entry that says so; empty where it was learned.
    """

    limit: float
    off: float
    declared: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Working days without anything since the last day with something, and what is its pace."""

    since: date
    days: float
    pace: Pace

    @property
    def limit(self) -> float:
        """Return the working days from which on it is a surprise."""
        return self.pace.limit

    @property
    def surprising(self) -> bool:
        """Say whether a source that is well would hardly be silent for so long."""
        return self.days >= self.limit


def add_days(days: Days, new: Sequence[date]) -> Days:
    """Add a day for each new item; what is long past is forgotten."""
    counts = dict(days)
    for day in new:
        counts[day] = counts.get(day, 0) + 1
    newest = max(counts, default=date.min)
    kept = sorted(pair for pair in counts.items() if newest - pair[0] <= LONGEST_MEMORY)
    return tuple(kept[-MOST_DAYS:])


def items_a_week(days: Days, today: date) -> float | None:
    """Return how many items came a week in the last four; None when nothing is known."""
    if not days:
        return None
    since = today - timedelta(days=28)
    return sum(count for day, count in days if since < day <= today) / 4


def rhythm(days: Days, jurisdiction: str) -> Rhythm | None:
    """Learn how a source comes; None where too little is known of it."""
    if len(days) < _FEWEST_DAYS or sum(count for _, count in days) < FEWEST_ITEMS:
        return None
    dates = [day for day, _ in days[-_GAPS - 1 :]]
    off = _worth_of_a_day_off(dates, jurisdiction)
    quiet = [_quiet(start, end, jurisdiction, off) for start, end in pairwise(dates)]
    # One long silence is no habit: it may be the fault that we are there to tell of.
    quiet.remove(max(quiet))
    mean = (sum(quiet) + 1) / (len(quiet) + 1)
    centre = fmean(quiet)
    spread = fmean((days - centre) ** 2 for days in quiet) / (mean * (1 + mean))
    shape = 2 * spread / (spread - 1) if spread > 1 else math.inf
    return Rhythm(quiet=mean, shape=max(2.0, min(shape, len(quiet), _MOST_EVEN)), off=off)


def pace(days: Days, jurisdiction: str, declared: str | None = None) -> Pace | None:
    """Return when the silence of a source is a surprise; None where nobody knows.

    What it declares holds until more is known; then, what was learned. While the history is
    shorter than the silence that the declared rhythm allows, the more patient of both holds.
    """
    learned = rhythm(days, jurisdiction)
    allowed = DECLARED.get(declared or "")
    if allowed is not None and days:
        known = _quiet(days[0][0], days[-1][0], jurisdiction, off=0.0)
        if learned is None or (known < allowed and learned.limit < allowed):
            return Pace(limit=allowed, off=learned.off if learned else 0.0, declared=declared or "")
    return Pace(limit=learned.limit, off=learned.off) if learned else None


def silence(
    days: Days, jurisdiction: str, today: date, declared: str | None = None
) -> Silence | None:
    """Return how long nothing has come, by working days that are over; None while it is unknown.

    Days that fell into a former surprise a year before count for nothing: a recess comes again.
    Before a year is known, those of a recess of its jurisdiction count little.
    """
    if not days or (today - days[-1][0]).days <= _SHORTEST:
        return None
    known = pace(days, jurisdiction, declared)
    if known is None:
        return None
    last = days[-1][0]
    quiet = _quiet(last, today, jurisdiction, known.off)
    if quiet >= known.limit:
        quiet -= _in_breaks(days, jurisdiction, today, known)
        quiet -= _in_recesses(days, jurisdiction, today, known)
    return Silence(since=last, days=quiet, pace=known)


def _in_breaks(days: Days, jurisdiction: str, today: date, known: Pace) -> float:
    """Return what of a silence fell into a former surprise a year before."""
    dates = [day for day, _ in days]
    breaks = [
        (start - _AROUND, end + _AROUND)
        for start, end in pairwise(dates)
        if _quiet(start, end, jurisdiction, known.off) >= known.limit
    ]
    silent = _between(dates[-1], today)
    expected = [day for day in silent if any(a <= day - _YEAR <= b for a, b in breaks)]
    return sum(known.off if day_off(jurisdiction, day) else 1.0 for day in expected)


def _in_recesses(days: Days, jurisdiction: str, today: date, known: Pace) -> float:
    """Return what of a silence is put down to a recess that was not seen a year before."""
    first, last = days[0][0], days[-1][0]
    total = 0.0
    for day in _between(last, today):
        began = recess(jurisdiction, day)
        if began and first > day - _YEAR and last - began < _AT_WORK:
            total += known.off if day_off(jurisdiction, day) else 1.0
    return total * (1 - _RECESS)


def _worth_of_a_day_off(dates: Sequence[date], jurisdiction: str) -> float:
    """Return how often something comes on a day off, in proportion to working days."""
    inner = dates[1:-1]
    off = days_off_between(jurisdiction, dates[0], dates[-1])
    working = (dates[-1] - dates[0]).days - 1 - off
    active_off = sum(day_off(jurisdiction, day) for day in inner)
    active_working = len(inner) - active_off
    if not active_off:
        return 0.0
    if not active_working:
        return 1.0
    return min(1.0, active_off / off * working / active_working)


def _quiet(start: date, end: date, jurisdiction: str, off: float) -> float:
    """Return what the days between two are worth together."""
    days_off = days_off_between(jurisdiction, start, end)
    return (end - start).days - 1 - days_off * (1 - off)


def _between(start: date, end: date) -> list[date]:
    """Return the days after one day and before a later one."""
    return [start + timedelta(days=n) for n in range(1, (end - start).days)]
