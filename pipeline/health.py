"""State and reading -> the next state: when a source is due again, and since when it fails.

The interval follows MediaCloud's step rule (rss-fetcher, `fetcher/tasks.py`): after two good
polls in a row, mostly known entries lengthen it a little and mostly new ones shorten it a lot.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pipeline.model import Outcome, SourceState
from pipeline.reading import Reading

FLOOR_MINUTES = 30
CEILING_MINUTES = 360
LONGEST_BACK_OFF = timedelta(days=3)
FULL_READ_EVERY = timedelta(hours=24)
FORCED_BEFORE_CUTOFF = timedelta(minutes=45)
_QUIET_AFTER = timedelta(days=31)
_MOSTLY_KNOWN, _MOSTLY_NEW = 0.67, 0.33
_JITTER = 0.10

# MediaCloud's weights: what will not mend itself counts whole, what may counts half or less.
_WEIGHTS = {
    Outcome.GONE: 1.0,
    Outcome.NOT_A_FEED: 1.0,
    Outcome.REFUSED_ADDRESS: 1.0,
    Outcome.MOVED: 1.0,
    Outcome.TOO_SLOW: 0.25,
    Outcome.HTTP_ERROR: 0.5,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one reading held: entries in the documents, how many were new, the newest date."""

    entries: int
    new: int
    newest_at: datetime | None = None


def after_reading(
    state: SourceState, reading: Reading, found: Found | None, now: datetime
) -> SourceState:
    """Return the state after a reading; `found` is None when nothing was parsed."""
    if not reading.outcome.read:
        return _after_failure(state, reading, now)
    return _after_success(state, reading, found, now)


def unconditional(state: SourceState, now: datetime) -> bool:
    """Say whether the day's one full read is due: servers that answer 304 for ever exist."""
    return state.full_read_at is None or now - state.full_read_at >= FULL_READ_EVERY


def due(state: SourceState, now: datetime, cutoffs: Iterable[datetime]) -> bool:
    """Say whether a source is due: its time has come, or a cut-off is near and it was not read."""
    if state.not_before and now < state.not_before:
        return False
    if state.due_at is None or state.due_at <= now:
        return True
    return any(_forced(state, now, cutoff) for cutoff in cutoffs)


def _forced(state: SourceState, now: datetime, cutoff: datetime) -> bool:
    opens = cutoff - FORCED_BEFORE_CUTOFF
    read = state.last_attempt_at is not None and state.last_attempt_at >= opens
    return opens <= now < cutoff and not read


def _after_success(
    state: SourceState, reading: Reading, found: Found | None, now: datetime
) -> SourceState:
    entries = found.entries if found else state.entries
    new = found.new if found else 0
    full = reading.outcome is not Outcome.NOT_MODIFIED
    good_polls = state.good_polls + 1
    last_new_at = now if new else state.last_new_at or now
    known_share = 1 - new / entries if entries else 1.0
    quiet = now - last_new_at >= _QUIET_AFTER
    interval = (
        _step(state.interval_minutes, known_share, quiet=quiet)
        if good_polls > 2
        else (state.interval_minutes)
    )
    return replace(
        state,
        validators=reading.validators if full else state.validators,
        body_hash=reading.body_hash if full else state.body_hash,
        baseline_at=state.baseline_at or now,
        last_attempt_at=now,
        last_success_at=now,
        full_read_at=now if full else state.full_read_at,
        due_at=now + _jittered(interval, state.source_id, now),
        not_before=None,
        interval_minutes=interval,
        failures=0.0,
        good_polls=good_polls,
        last_new_at=last_new_at,
        newest_at=_later(state.newest_at, found.newest_at if found else None),
        entries=entries,
        outcome=reading.outcome,
        error=reading.error,
        failing_since=None,
    )


def _after_failure(state: SourceState, reading: Reading, now: datetime) -> SourceState:
    failures = state.failures + _WEIGHTS.get(reading.outcome, 0.5)
    wait = min(state.interval_minutes * max(failures, 1.0) * timedelta(minutes=1), LONGEST_BACK_OFF)
    asked = reading.retry_after_seconds
    not_before = now + timedelta(seconds=asked) if asked is not None else None
    due_at = now + wait
    return replace(
        state,
        last_attempt_at=now,
        due_at=max(due_at, not_before) if not_before else due_at,
        not_before=not_before,
        failures=failures,
        good_polls=0,
        outcome=reading.outcome,
        error=reading.error,
        failing_since=state.failing_since or now,
    )


def _step(interval: int, known_share: float, *, quiet: bool) -> int:
    if known_share >= _MOSTLY_KNOWN:
        interval += 60 if quiet else 10
    elif known_share < _MOSTLY_NEW:
        interval -= 60
    return min(max(interval, FLOOR_MINUTES), CEILING_MINUTES)


def _jittered(interval: int, source_id: str, now: datetime) -> timedelta:
    """Spread sources of equal interval; a hash, so that a rehearsal repeats itself."""
    seed = hashlib.sha256(f"{source_id} {now.isoformat()}".encode()).digest()
    share = seed[0] / 255 * 2 - 1
    return timedelta(minutes=interval * (1 + _JITTER * share))


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    moments = [moment for moment in (one, other) if moment]
    return max(moments) if moments else None
