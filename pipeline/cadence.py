"""The days on which a source brought something -> how long a silence is still no surprise.

Between two days with something new lie working days without: how many is geometric when items
come by chance (Poisson), and longer-tailed when the pace itself changes (its rate is gamma
distributed, so that counts are negative binomial). A silence is told when one as long comes by
chance in less than one of a hundred months.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import fmean
from typing import Final, TypeAlias

from pipeline.calendars import day_off, days_off_between

Days: TypeAlias = tuple[tuple[date, int], ...]
"""Days with something new, oldest first, and how many items each brought."""

MOST_DAYS: Final = 300
LONGEST_MEMORY: Final = timedelta(days=800)
FEWEST_ITEMS: Final = 8
_FEWEST_DAYS: Final = 5
_GAPS: Final = 60
_SURPRISE: Final = 0.01
_WORKING_DAYS_A_MONTH: Final = 21
_SHORTEST: Final = 3.0
_YEAR: Final = timedelta(days=364)
_AROUND: Final = timedelta(days=7)


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
class Silence:
    """Working days without anything since the last day with something, and how many are usual."""

    since: date
    days: float
    limit: float

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
    return Rhythm(quiet=mean, shape=max(2.0, min(shape, len(quiet))), off=off)


def silence(days: Days, jurisdiction: str, today: date) -> Silence | None:
    """Return how long nothing has come, by working days that are over; None while it is unknown.

    Days that fell into a former surprise a year before count for nothing: a recess comes again.
    """
    if not days or (today - days[-1][0]).days <= _SHORTEST:
        return None
    learned = rhythm(days, jurisdiction)
    if learned is None:
        return None
    last, limit = days[-1][0], learned.limit
    quiet = _quiet(last, today, jurisdiction, learned.off)
    if quiet >= limit:
        quiet -= _in_breaks(days, jurisdiction, today, learned)
    return Silence(since=last, days=quiet, limit=limit)


def _in_breaks(days: Days, jurisdiction: str, today: date, learned: Rhythm) -> float:
    """Return what of a silence fell into a former surprise a year before."""
    dates, limit = [day for day, _ in days], learned.limit
    breaks = [
        (start - _AROUND, end + _AROUND)
        for start, end in pairwise(dates)
        if _quiet(start, end, jurisdiction, learned.off) >= limit
    ]
    silent = (dates[-1] + timedelta(days=n) for n in range(1, (today - dates[-1]).days))
    expected = [day for day in silent if any(a <= day - _YEAR <= b for a, b in breaks)]
    return sum(learned.off if day_off(jurisdiction, day) else 1.0 for day in expected)


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
