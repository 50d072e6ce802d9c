"""A source, its state and what is known of its pace -> how it stands, and when it is read next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from pipeline.alarms import Alarm, AlarmKind, alarms
from pipeline.cadence import Pace, items_a_week, pace, rhythm
from pipeline.health import FORCED_BEFORE_CUTOFF, left_alone_until
from pipeline.model import Outcome, Source, SourceState, Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutoff:
    """When the next issue of a digest is made."""

    digest: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """When a source is read next, and why then; None when it is not read at all."""

    at: datetime | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a source stands: None means that it is not known.

    `usual_gap` is in working days, from one day with something new to the next; `pace` says after
    how many a silence is told of.
    """

    source: Source
    state: SourceState
    alarms: tuple[Alarm, ...]
    items_a_week: float | None
    usual_gap: float | None
    pace: Pace | None
    due: Due


def standing_of(
    source: Source,
    state: SourceState,
    cutoffs: Iterable[Cutoff],
    waits: Mapping[str, datetime],
    now: datetime,
) -> Standing:
    """Say how a source stands; `waits` are what servers want to be left alone for."""
    learned = rhythm(state.signs.days, source.jurisdiction)
    until = left_alone_until(source, state, waits, now)
    return Standing(
        source=source,
        state=state,
        alarms=alarms(source, state, now),
        items_a_week=items_a_week(
            state.signs.days, now.astimezone(ZoneInfo(source.timezone)).date()
        ),
        usual_gap=1 + learned.quiet if learned else None,
        pace=pace(state.signs.days, source.jurisdiction, source.rhythm),
        due=due_of(source, state, cutoffs, until, now),
    )


def worst_first(standings: Iterable[Standing]) -> list[Standing]:
    """Order by the worst alarm, then official before research before press; the disabled last."""
    return sorted(standings, key=_rank)


def due_of(
    source: Source,
    state: SourceState,
    cutoffs: Iterable[Cutoff],
    left_alone: datetime | None,
    now: datetime,
) -> Due:
    """Say when a source is read next, and why then."""
    if not source.enabled:
        return Due(at=None, why=f"disabled: {source.reason}")
    due = _by_itself(state, now)
    if left_alone and (due.at is None or left_alone >= due.at):
        return Due(at=left_alone, why="its server wants to be left alone until then")
    first = _first_forced(state, cutoffs, left_alone)
    return first if first and due.at and first.at and first.at < due.at else due


def _by_itself(state: SourceState, now: datetime) -> Due:
    if state.due_at is None:
        return Due(at=now, why="it was never asked")
    if state.outcome is Outcome.GONE:
        return Due(at=state.due_at, why="what is gone is asked once a day")
    if state.failing_since:
        since = f"{state.failing_since:%Y-%m-%d %H:%M}"
        return Due(at=state.due_at, why=f"waits longer with each failure since {since} UTC")
    if state.floor_minutes > state.interval_minutes:
        return Due(at=state.due_at, why=f"asks itself for {state.floor_minutes} minutes")
    why = f"every {state.interval_minutes} minutes, by how often it has something new"
    return Due(at=state.due_at, why=why)


def _first_forced(
    state: SourceState, cutoffs: Iterable[Cutoff], left_alone: datetime | None
) -> Due | None:
    if state.outcome is Outcome.GONE:
        return None
    for cutoff in sorted(cutoffs, key=lambda cutoff: cutoff.at):
        opens = cutoff.at - FORCED_BEFORE_CUTOFF
        free = left_alone is None or left_alone <= opens
        if free and (state.last_attempt_at is None or state.last_attempt_at < opens):
            when = f"{cutoff.at:%Y-%m-%d %H:%M} UTC"
            return Due(at=opens, why=f"before the issue of {cutoff.digest} at {when}")
    return None


_KINDS = tuple(AlarmKind)
_TIERS = (Tier.OFFICIAL, Tier.RESEARCH, Tier.PRESS)


def _rank(standing: Standing) -> tuple[int, int, str]:
    place = len(_KINDS) + 2
    if standing.alarms:
        place = _KINDS.index(standing.alarms[0].kind)
    elif standing.source.enabled:
        well = standing.state.failing_since is None and standing.state.outcome is not None
        place = len(_KINDS) + int(well)
    return place, _TIERS.index(standing.source.tier), standing.source.id
