"""A source and its state -> what an operator should know of it, in sentences.

That a source answers is not enough: it may be frozen, empty, gone elsewhere, or faster than we.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from pipeline.cadence import FEWEST_ITEMS, Silence, silence
from pipeline.linked import LinkedCounts
from pipeline.model import Outcome, Source, SourceState
from pipeline.signs import Signs

_SILENCE_WITHOUT_DATES = timedelta(days=60)
_TELLING_PAGES = 3
# What happened once stands until everybody has read of it.
_TOLD_FOR = timedelta(days=8)
_USUALLY_LATE = 30


class AlarmKind(StrEnum):
    """What can be wrong with a source, the worst first."""

    GONE = "gone"
    BLOCKED = "blocked"
    UNREADABLE = "unreadable"
    FAILING = "not_read"
    EMPTY = "empty"
    FROZEN = "frozen"
    SILENT = "silent"
    BACK = "date_went_back"
    SHRUNK = "yield_shrunk"
    GAP = "gap"
    FORMAT = "format_changed"
    IDS = "ids_changed"
    MOVED = "moved"

    @property
    def recovers(self) -> bool:
        """Say whether its end is good news; what happened once is only told for some days."""
        return self not in (AlarmKind.GAP, AlarmKind.FORMAT, AlarmKind.IDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One thing that is wrong with a source, and since when."""

    kind: AlarmKind
    since: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRecord:
    """An alarm that was raised once; `ended_at` None means that it stands."""

    source_id: str
    alarm: Alarm
    raised_at: datetime
    ended_at: datetime | None = None


_NEXT_STEPS = MappingProxyType(
    {
        AlarmKind.GONE: "look for its new address and change url, or disable it",
        AlarmKind.BLOCKED: "see what it says: policywatch sources test {id} --last-bad",
        AlarmKind.UNREADABLE: "see what came: policywatch sources test {id} --last-bad",
        AlarmKind.FAILING: "see what it gives now: policywatch sources test {id}",
        AlarmKind.EMPTY: "see what it gives now: policywatch sources test {id}",
        AlarmKind.FROZEN: "look at the site: it may publish at another address now",
        AlarmKind.SILENT: "compare its page with: policywatch sources test {id}",
        AlarmKind.BACK: "see whether it gives old entries: policywatch sources test {id}",
        AlarmKind.SHRUNK: "see what it lost: policywatch sources test {id}",
        AlarmKind.GAP: "fetch what was missed, by hand: policywatch items add URL",
        AlarmKind.FORMAT: "see whether all is still there: policywatch sources test {id}",
        AlarmKind.IDS: "see what it lists now: policywatch sources test {id}",
        AlarmKind.MOVED: "change its url in sources.yaml",
    }
)
_FAILURES = MappingProxyType(
    {
        Outcome.GONE: AlarmKind.GONE,
        Outcome.BLOCKED: AlarmKind.BLOCKED,
        Outcome.NOT_A_FEED: AlarmKind.UNREADABLE,
    }
)

FAILURES = frozenset({*_FAILURES.values(), AlarmKind.FAILING})
"""What is wrong with a source that could not be read; the others cast a doubt on what was."""


def alarms(source: Source, state: SourceState, now: datetime) -> tuple[Alarm, ...]:
    """Return what is wrong with a source, the worst first; nothing for one that is disabled.

    Nor for one on trial that never worked: nobody relies on it.
    """
    if not source.enabled or unproven(source, state):
        return ()
    found = [*_failing(state), *_doubts(source, state, now, now - _TOLD_FOR)]
    if state.moved_since and state.moved_from in (source.url, ""):
        found.append(_moved(state, state.moved_since))
    order = list(AlarmKind)
    return tuple(sorted(found, key=lambda alarm: order.index(alarm.kind)))


def unproven(source: Source, state: SourceState) -> bool:
    """Say whether a source is on trial and was never read: its silence means nothing yet."""
    return source.trial and state.last_success_at is None


def unread_pages(counts: LinkedCounts | None) -> str:
    """Say that most linked pages of a source cannot be read; empty when that is not so."""
    if counts is None or not counts.trouble:
        return ""
    lacking = counts.waiting + counts.title_only
    everything = lacking + counts.read
    if lacking < _TELLING_PAGES or 2 * lacking < everything:
        return ""
    return f"{lacking} of {everything} new items are judged by title only: {counts.trouble}"


def doubts(
    source: Source, state: SourceState, now: datetime, *, since: datetime
) -> tuple[str, ...]:
    """Return why the silence of a source proves little although it answers.

    A gap, another form or other ids are told of when they came after `since`.
    """
    return tuple(alarm.text for alarm in _doubts(source, state, now, since))


def recoveries(records: Iterable[AlarmRecord]) -> dict[str, str]:
    """Return, by source, what was wrong and is no more."""
    ended: dict[str, list[str]] = {}
    for record in records:
        if record.ended_at and record.alarm.kind.recovers:
            ended.setdefault(record.source_id, []).append(record.alarm.text)
    return {source_id: "; ".join(texts) for source_id, texts in ended.items()}


def next_step(source_id: str, kind: AlarmKind) -> str:
    """Return what an operator does about an alarm."""
    return _NEXT_STEPS[kind].format(id=source_id)


def silence_of(source: Source, state: SourceState, now: datetime) -> Silence | None:
    """Return how long a source has been silent, as far as it was read and its pace is known."""
    read = min(now, state.last_success_at or now).astimezone(ZoneInfo(source.timezone)).date()
    # What comes weeks after its date is not silent by its dates.
    late = timedelta(days=max(0, source.late_by - _USUALLY_LATE))
    return silence(state.signs.days, source.jurisdiction, read - late, source.rhythm)


def _failing(state: SourceState) -> Iterator[Alarm]:
    since, outcome = state.failing_since, state.outcome
    if since is None or outcome is None:
        return
    text = f"not read since {since:%Y-%m-%d %H:%M} UTC: {state.error}"
    if outcome is Outcome.GONE:
        text = f"is gone, says its server since {since:%Y-%m-%d}; it is asked once a day"
    yield Alarm(kind=_FAILURES.get(outcome, AlarmKind.FAILING), since=since, text=text)


def _doubts(source: Source, state: SourceState, now: datetime, since: datetime) -> Iterator[Alarm]:
    yield from _emptied(state)
    if not state.failing_since and not state.empty_since:
        yield from _silent(source, state, now)
    yield from _of_document(state)
    yield from _events(state, since)


def _emptied(state: SourceState) -> Iterator[Alarm]:
    if state.empty_since:
        text = f"has had no entries since {state.empty_since:%Y-%m-%d}"
        yield Alarm(kind=AlarmKind.EMPTY, since=state.empty_since, text=text)


def _silent(source: Source, state: SourceState, now: datetime) -> Iterator[Alarm]:
    found = silence_of(source, state, now)
    if found and found.surprising:
        pace = f", as it is declared {found.pace.declared}" if found.pace.declared else ""
        # Days off count for parts of one: what is told in whole days must not contradict itself.
        most = min(math.ceil(found.pace.limit), int(found.days))
        why = f"{int(found.days)} working days, where {most} are a surprise{pace}"
        yield _silent_since(state, found.since, why)
    elif found is None and _long_without_dates(state, now):
        yield _silent_since(state, state.signs.days[-1][0], "nobody knows its pace yet")


def _long_without_dates(state: SourceState, now: datetime) -> bool:
    """Say whether too few days are known of a source for a pace, but enough items for a doubt."""
    days = state.signs.days
    known = sum(count for _, count in days) >= FEWEST_ITEMS
    return known and now - _midnight(days[-1][0]) > _SILENCE_WITHOUT_DATES


def _silent_since(state: SourceState, last: date, why: str) -> Alarm:
    changed, first = state.signs.changed_at, state.baseline_at
    # A document that nobody saw change since the first contact is frozen as well.
    known = max(last + timedelta(days=1), first.date()) if first else last
    frozen = changed is not None and changed.date() <= known
    same = ", its document is the same all the time" if frozen else ""
    return Alarm(
        kind=AlarmKind.FROZEN if frozen else AlarmKind.SILENT,
        since=_midnight(last),
        text=f"nothing new since {last}{same}: {why}",
    )


def _of_document(state: SourceState) -> Iterator[Alarm]:
    signs = state.signs
    if signs.back_since and state.newest_at:
        text = f"its newest entry is of {signs.back_to}, it had one of {state.newest_at:%Y-%m-%d}"
        yield Alarm(kind=AlarmKind.BACK, since=signs.back_since, text=text)
    if signs.shrunk_since:
        text = (
            f"has {state.entries} entries since {signs.shrunk_since:%Y-%m-%d}, never fewer than "
            f"{min(signs.yields)} before"
        )
        yield Alarm(kind=AlarmKind.SHRUNK, since=signs.shrunk_since, text=text)


def _events(state: SourceState, since: datetime) -> Iterator[Alarm]:
    signs = state.signs
    if state.gap_at and state.gap_at > since:
        between = (
            f"between {signs.gap_from} and {signs.gap_until}"
            if signs.gap_from and signs.gap_until and signs.gap_from < signs.gap_until
            else "in between"
        )
        text = (
            f"shared no entry with the reading before at {state.gap_at:%Y-%m-%d %H:%M} UTC: "
            f"items {between} may have been missed"
        )
        yield Alarm(kind=AlarmKind.GAP, since=state.gap_at, text=text)
    if signs.form_changed_at and signs.form_changed_at > since:
        text = f"is <{signs.form}> since {signs.form_changed_at:%Y-%m-%d}, was <{signs.form_was}>"
        yield Alarm(kind=AlarmKind.FORMAT, since=signs.form_changed_at, text=text)
    if signs.ids_changed_at and signs.ids_changed_at > since:
        yield _with_other_ids(signs, signs.ids_changed_at)


def _with_other_ids(signs: Signs, at: datetime) -> Alarm:
    entries = signs.recognised + signs.unrecognised
    rest = f", {signs.unrecognised} told as news" if signs.unrecognised else ""
    text = (
        f"its entries have other ids since {at:%Y-%m-%d}: {signs.recognised} of {entries} "
        f"recognised by link or title{rest}"
    )
    return Alarm(kind=AlarmKind.IDS, since=at, text=text)


def _moved(state: SourceState, since: datetime) -> Alarm:
    text = f"has moved for good to {state.moved_to} (since {since:%Y-%m-%d}): change its url"
    return Alarm(kind=AlarmKind.MOVED, since=since, text=text)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
