"""A source and its state -> what an operator should know of it, in sentences.

That a source answers is not enough: it may be frozen, empty, gone elsewhere, or faster than we.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from pipeline.model import Outcome, Source, SourceState

_PATIENCE = 5
_SHORTEST_SILENCE, _LONGEST_SILENCE = timedelta(days=10), timedelta(days=180)
_SILENCE_WITHOUT_DATES = timedelta(days=60)
_GAP_IS_TOLD_FOR = timedelta(days=8)


def alarms(source: Source, state: SourceState, now: datetime) -> tuple[str, ...]:
    """Return what is wrong with a source, the worst first; nothing for one that is disabled.

    Nor for one on trial that never worked: nobody relies on it.
    """
    if not source.enabled or unproven(source, state):
        return ()
    failing = (_failing(state, state.failing_since),) if state.failing_since else ()
    moved = state.moved_since is not None and state.moved_from == source.url
    told = (*failing, *doubts(state, now, since=now - _GAP_IS_TOLD_FOR))
    return (*told, _moved(state)) if moved else told


def unproven(source: Source, state: SourceState) -> bool:
    """Say whether a source is on trial and was never read: its silence means nothing yet."""
    return source.trial and state.last_success_at is None


def doubts(state: SourceState, now: datetime, *, since: datetime) -> tuple[str, ...]:
    """Return why the silence of a source proves little although it answers.

    A gap is told of when it opened after `since`.
    """
    return tuple(_doubts(state, now, since))


def silent_since(state: SourceState, now: datetime) -> datetime | None:
    """Return when a source last had something new, if that is far longer ago than usual."""
    signs = [state.newest_at]
    if state.newest_at is None or state.last_new_at != state.baseline_at:
        signs.append(state.last_new_at)
    last = max((sign for sign in signs if sign), default=None)
    if last is None or now - last <= _longest_silence(state):
        return None
    return last


def _longest_silence(state: SourceState) -> timedelta:
    if state.usual_hours is None:
        return _SILENCE_WITHOUT_DATES
    usual = timedelta(hours=state.usual_hours)
    return min(max(usual * _PATIENCE, _SHORTEST_SILENCE), max(usual * 2, _LONGEST_SILENCE))


def _doubts(state: SourceState, now: datetime, since: datetime) -> Iterator[str]:
    if state.empty_since:
        yield f"has had no entries since {state.empty_since:%Y-%m-%d}"
    if state.gap_at and state.gap_at > since:
        yield (
            f"shared no entry with the reading before at {state.gap_at:%Y-%m-%d %H:%M} UTC: "
            "items in between may have been missed"
        )
    silent = None if state.failing_since or state.empty_since else silent_since(state, now)
    if silent:
        yield f"nothing new since {silent:%Y-%m-%d}{_usually(state)}"


def _moved(state: SourceState) -> str:
    return (
        f"has moved for good to {state.moved_to} (since {state.moved_since:%Y-%m-%d}): "
        "change its url"
    )


def _failing(state: SourceState, since: datetime) -> str:
    if state.outcome is Outcome.GONE:
        return f"is gone, says its server since {since:%Y-%m-%d}; it is asked once a day"
    return f"not read since {since:%Y-%m-%d %H:%M} UTC: {state.error}"


def _usually(state: SourceState) -> str:
    if state.usual_hours is None:
        return ""
    hours = round(state.usual_hours)
    every = f"{hours} h" if hours < 48 else f"{round(hours / 24)} days"
    return f", where something used to come every {every}"
