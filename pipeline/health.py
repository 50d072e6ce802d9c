"""State and reading -> the next state: when a source is due again, and what we remember of it.

The interval follows MediaCloud's step rule (rss-fetcher, `fetcher/tasks.py`): after two good
polls in a row, mostly known entries lengthen it a little and mostly new ones shorten it a lot.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from pipeline.model import Item, Outcome, Precision, Source, SourceState
from pipeline.pace import scope
from pipeline.reading import Reading
from pipeline.signs import Found, after_document, with_gap
from pipeline.yearly import varies

FLOOR_MINUTES: Final = 30
CEILING_MINUTES: Final = 360
LONGEST_BACK_OFF: Final = timedelta(days=3)
FULL_READ_EVERY: Final = timedelta(hours=24)
FORCED_BEFORE_CUTOFF: Final = timedelta(minutes=45)
CLOCK_STEP: Final = timedelta(hours=1)
MOVE_SETTLES_AFTER: Final = timedelta(days=7)
_PROBE_OF_THE_GONE: Final = timedelta(hours=24)
_OUTAGE: Final = timedelta(days=2)
_QUIET_AFTER: Final = timedelta(days=31)
_MOSTLY_KNOWN, _MOSTLY_NEW = 0.67, 0.33
_JITTER: Final = 0.10
# Fewer entries, or fewer documents, and sharing none of them says little.
_TELLING_ENTRIES, _TELLING_OVERLAPS = 3, 2
_SEEN_WITHIN: Final = timedelta(days=3)

# MediaCloud's weights: what will not mend itself counts whole, what may counts half or less.
_HARD: Final = frozenset(
    {Outcome.NOT_A_FEED, Outcome.REFUSED_ADDRESS, Outcome.MOVED, Outcome.TOO_BIG}
)
_SOFT_STATUSES: Final = frozenset({404, 408, 425, 429})


def after_reading(
    state: SourceState, reading: Reading, found: Found | None, now: datetime
) -> SourceState:
    """Return the state after a reading; `found` is None when nothing was parsed."""
    if not reading.asked:
        return _left_alone(state, reading, now)
    if not reading.outcome.read:
        return _after_failure(state, reading, now)
    return _after_success(state, reading, found, now)


def standing(state: SourceState, reading: Reading) -> Reading:
    """Return a reading of an unchanged document with what was wrong with it the last time."""
    lasting = state.outcome in (Outcome.EMPTY, Outcome.PARTLY_BROKEN)
    if not lasting or not reading.outcome.read or state.outcome is None:
        return reading
    return replace(reading, outcome=state.outcome, error=state.error)


def arrival_days(
    items: Iterable[Item], source: Source, state: SourceState, now: datetime
) -> tuple[date, ...]:
    """Return on which day each new item came, by the calendar of its source.

    That is its date, where we would have seen it then; else, the day on which it appeared.
    """
    zone = ZoneInfo(source.timezone)
    today = now.astimezone(zone).date()
    seen = state.last_success_at
    since = seen.astimezone(zone).date() - _SEEN_WITHIN if seen else date.min
    return tuple(
        min(day, today) if (day := _day(item, zone)) and day >= since else today for item in items
    )


def late_before(source: Source, state: SourceState, now: datetime) -> datetime:
    """Return before which day a new item of a source is late, news of its day no more.

    After an outage of the source of more than two days, that is all but the last day.
    """
    usual = now - timedelta(days=source.late_by)
    read = state.last_success_at
    outage = state.failing_since is not None and read is not None and now - read > _OUTAGE
    return max(usual, now - timedelta(days=1)) if outage else usual


def unconditional(state: SourceState, now: datetime) -> bool:
    """Say whether the day's one full read is due: servers that answer 304 for ever exist."""
    return state.full_read_at is None or now - state.full_read_at >= FULL_READ_EVERY


def due(state: SourceState, now: datetime, cutoffs: Iterable[datetime]) -> bool:
    """Say whether a source is due: its time has come, or it was not read for a cut-off.

    `cutoffs` are the next ones, and those past whose issue still waits. What was noted while the
    clock was ahead says nothing of today.
    """
    if state.last_attempt_at and state.last_attempt_at - now > CLOCK_STEP:
        return True
    if state.not_before and now < state.not_before:
        return False
    if state.due_at is None or state.due_at <= now:
        return True
    return any(
        cutoff - FORCED_BEFORE_CUTOFF <= now and awaited(state, cutoff) for cutoff in cutoffs
    )


def awaited(state: SourceState, cutoff: datetime) -> bool:
    """Say whether the reading of a source for a cut-off is still to come."""
    # What is gone is probed once a day, cut-off or not.
    if state.outcome is Outcome.GONE:
        return False
    return state.last_attempt_at is None or state.last_attempt_at < cutoff - FORCED_BEFORE_CUTOFF


def left_alone_until(
    source: Source, state: SourceState, waits: Mapping[str, datetime], now: datetime
) -> datetime | None:
    """Return until when a server wants a source not to be asked; None when it may be."""
    wanted = [state.not_before, waits.get(scope(effective_url(source, state, now)))]
    return max((until for until in wanted if until and until > now), default=None)


def effective_url(source: Source, state: SourceState, now: datetime) -> str:
    """Return the address to ask: the source's own, or where that has long redirected for ever."""
    if state.moved_since is None or state.moved_from != source.url:
        return source.url
    return state.moved_to if now - state.moved_since >= MOVE_SETTLES_AFTER else source.url


def _day(item: Item, zone: ZoneInfo) -> date | None:
    if item.published_at is None:
        return None
    whole = item.precision is Precision.DAY
    return (item.published_at if whole else item.published_at.astimezone(zone)).date()


def _left_alone(state: SourceState, reading: Reading, now: datetime) -> SourceState:
    until = now + timedelta(seconds=reading.retry_after_seconds or 0)
    return replace(state, due_at=until, not_before=until, wait_scope="")


# --- after a good reading --------------------------------------------------------------------


def _after_success(
    state: SourceState, reading: Reading, found: Found | None, now: datetime
) -> SourceState:
    full = reading.outcome is not Outcome.NOT_MODIFIED
    floor = state.floor_minutes if reading.floor is None else _minutes(reading.floor)
    interval = _next_interval(state, found, now)
    after = replace(
        state,
        validators=reading.validators if full else state.validators,
        body_hash=reading.body_hash if full else state.body_hash,
        baseline_at=state.baseline_at or now,
        last_attempt_at=now,
        last_success_at=now,
        full_read_at=now if full else state.full_read_at,
        due_at=now + _jittered(interval, floor, state.source_id, now),
        not_before=None,
        wait_scope="",
        interval_minutes=interval,
        floor_minutes=floor,
        failures=0.0,
        good_polls=state.good_polls + 1,
        outcome=reading.outcome,
        error=reading.error,
        failing_since=None,
        robots_at=now if reading.robots_read else state.robots_at,
    )
    after = _with_move(after, reading, found, now)
    return after if found is None else _with_entries(after, found, now)


def _next_interval(state: SourceState, found: Found | None, now: datetime) -> int:
    if state.good_polls < 2:
        return state.interval_minutes
    entries, new = (found.entries, found.new) if found else (0, 0)
    known_share = 1 - new / entries if entries else 1.0
    quiet = not new and state.last_new_at is not None and now - state.last_new_at >= _QUIET_AFTER
    interval = state.interval_minutes
    if known_share >= _MOSTLY_KNOWN:
        interval += 60 if quiet else 10
    elif known_share < _MOSTLY_NEW:
        interval -= 60
    return min(max(interval, FLOOR_MINUTES), CEILING_MINUTES)


def _minutes(floor: timedelta) -> int:
    return min(int(floor.total_seconds() // 60), CEILING_MINUTES)


def _jittered(interval: int, floor: int, source_id: str, now: datetime) -> timedelta:
    """Spread sources of equal interval; a hash, so that a rehearsal repeats itself."""
    seed = hashlib.sha256(f"{source_id} {now.isoformat()}".encode()).digest()
    share = seed[0] / 255 * 2 - 1
    return timedelta(minutes=max(interval * (1 + _JITTER * share), floor))


def _with_move(
    state: SourceState, reading: Reading, found: Found | None, now: datetime
) -> SourceState:
    """Remember since when an address redirects for ever to where our entries are.

    One that is another every day can only be told of: without a `moved_from` nothing follows it.
    """
    fleeting = reading.since is not None or varies(reading.url)
    moved_from = "" if fleeting else reading.url
    if not reading.moved_to:
        settled = bool(state.moved_to) and reading.url == state.moved_to
        return state if settled else _unmoved(state)
    first_contact = state.baseline_at == now
    ours = found is None or found.known or found.windowed or first_contact
    if not ours:
        return _unmoved(state)
    lasts = (state.moved_from, state.moved_to) == (moved_from, reading.moved_to)
    return replace(
        state,
        moved_from=moved_from,
        moved_to=reading.moved_to,
        moved_since=state.moved_since if lasts else now,
    )


def _unmoved(state: SourceState) -> SourceState:
    return replace(state, moved_from="", moved_to="", moved_since=None)


def _with_entries(state: SourceState, found: Found, now: datetime) -> SourceState:
    """Remember what a changed document held; `state.entries` is still that of the one before."""
    gap = (
        found.entries
        and not found.windowed
        and not found.known
        and state.entries >= _TELLING_ENTRIES
        and state.overlaps >= _TELLING_OVERLAPS
    )
    newest = [moment for moment in (state.newest_at, found.newest_at) if moment]
    signs = after_document(state.signs, found, state.newest_at, now)
    return replace(
        state,
        signs=with_gap(signs, found, state.newest_at) if gap else signs,
        entries=found.entries,
        last_new_at=now if found.new else state.last_new_at or now,
        newest_at=max(newest, default=None),
        empty_since=None if found.entries or found.windowed else state.empty_since or now,
        # One gap is no reason to expect none any more.
        overlaps=state.overlaps + 1 if found.known else state.overlaps // 2,
        gap_at=now if gap else state.gap_at,
    )


# --- after a failure -------------------------------------------------------------------------


def _after_failure(state: SourceState, reading: Reading, now: datetime) -> SourceState:
    failures = state.failures + _weight(reading)
    wait = state.interval_minutes * max(failures, 1.0) * timedelta(minutes=1)
    wait = min(wait, _longest_wait(reading))
    if reading.outcome is Outcome.GONE:
        wait = _PROBE_OF_THE_GONE
    asked = reading.retry_after_seconds
    not_before = now + timedelta(seconds=asked) if asked is not None else None
    after = replace(
        state,
        # What comes next is read in full: a 304 would not say how well its document was read.
        validators=type(state.validators)(),
        body_hash="",
        last_attempt_at=now,
        due_at=max(now + wait, not_before or now),
        not_before=not_before,
        wait_scope=reading.wait_scope,
        failures=failures,
        good_polls=0,
        outcome=reading.outcome,
        error=reading.error,
        failing_since=state.failing_since or now,
    )
    return _unmoved(after) if reading.url == state.moved_to else after


def _longest_wait(reading: Reading) -> timedelta:
    # Where nobody answered, it may be our own network that was down, and asking costs nobody.
    nobody = reading.status is None and reading.outcome not in _HARD
    return timedelta(minutes=CEILING_MINUTES) if nobody else LONGEST_BACK_OFF


def _weight(reading: Reading) -> float:
    """Return how much a failure counts: 1 for what stays, 0.5 for what may pass, 0.25 for less."""
    status = reading.status
    if reading.outcome in _HARD or reading.outcome is Outcome.GONE:
        return 1.0
    if reading.outcome is Outcome.TOO_SLOW:
        return 0.25
    if reading.outcome is Outcome.HTTP_ERROR and status is None:
        return 0.25  # the connection, not the server
    if status is not None and 400 <= status < 500 and status not in _SOFT_STATUSES:
        return 1.0
    return 0.5
