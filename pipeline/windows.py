"""Which cut-offs an issue stands for, and how long it waits for its reading.

Windows are disjoint and gapless because one starts where the last ended, on the clock and on the
ledger; a timetable only says when a window is closed.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from pipeline.records import IssueRecord, Standing, Timetable
from pipeline.schedule import cutoffs

READING_WAIT: Final = timedelta(minutes=30)
# A clock that goes back by less repeats cut-offs that have their issue: it is waited for.
CLOCK_AHEAD: Final = timedelta(days=2)


def owed(standing: Standing, issues: Iterable[IssueRecord], now: datetime) -> tuple[datetime, ...]:
    """Return the cut-offs up to `now` that no issue covers, in order; more than one: a catch-up.

    `issues` are the last ones. A cut-off counts by the timetable that was in force then: an edit
    adds none and loses none. Issues of a clock that was far ahead cover none.
    """
    ends = (end for issue in issues for end in (issue.window_end, issue.last_cutoff))
    covered = [end for end in (*ends, standing.passed_at) if end and end - now <= CLOCK_AHEAD]
    start = max(covered, default=standing.added_at)
    found = {
        moment
        for table, end in _terms(standing.timetables, now)
        for moment in cutoffs(table, max(start, table.since), end)
    }
    return tuple(sorted(found))


def waits(standing: Standing, cutoff: datetime, now: datetime) -> bool:
    """Say whether an issue whose reading has not ended may still wait for it."""
    return now - waiting_since(standing, cutoff, now) < READING_WAIT


def waiting_since(standing: Standing, cutoff: datetime, now: datetime) -> datetime:
    """Return since when an issue waits: since now, unless it was noted since its cut-off."""
    since = standing.waiting_since
    return since if since and cutoff <= since <= now else now


def _terms(tables: Sequence[Timetable], now: datetime) -> Iterator[tuple[Timetable, datetime]]:
    """Give each timetable with the end of its term; a clock that went back ends it earlier."""
    for i, table in enumerate(tables):
        yield table, min([now, *(later.since for later in tables[i + 1 :])])
