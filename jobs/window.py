"""What the next issue of a digest covers, and how the reading for it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from jobs.deployment import Deployment
from pipeline.health import awaited, left_alone_until
from pipeline.model import SourceState
from pipeline.pace import waits as pauses
from pipeline.ports import Store
from pipeline.records import DigestSpec, IssueRecord, Standing
from pipeline.windows import CLOCK_AHEAD, owed


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What the next issue of a digest covers, and how it was read."""

    standing: Standing
    previous: IssueRecord | None
    owed: tuple[datetime, ...]
    unread: int
    read_at: datetime | None
    first: bool
    """The digest has no issue yet, and nobody asked for a part of its past."""


def window_of(deployment: Deployment, spec: DigestSpec, now: datetime) -> Window:
    """Return what an issue made now would cover."""
    store = deployment.store
    standing = store.timetables.standing(spec, now)
    issues = last_issues(store, spec, now)
    previous = issues[0] if issues else None
    moments = owed(standing, issues, now) if store.first_run_at() else ()
    states = store.source_states()
    attempts = [state.last_attempt_at for state in states.values() if state.last_attempt_at]
    return Window(
        standing=standing,
        previous=previous,
        owed=moments,
        unread=_unread(deployment, states, moments[-1], now) if moments else 0,
        read_at=max(attempts, default=None),
        first=previous is None,
    )


def last_issues(store: Store, spec: DigestSpec, now: datetime) -> tuple[IssueRecord, ...]:
    """Return the last issue of a digest, and more where its clock was far ahead."""
    last = store.last_issue(spec.id)
    if last and last.window_end - now > CLOCK_AHEAD:
        return store.issues(spec.id)
    return (last,) if last else ()


def _unread(
    deployment: Deployment, states: Mapping[str, SourceState], cutoff: datetime, now: datetime
) -> int:
    """Count the sources whose reading for a cut-off is still to come and may come."""
    waiting = pauses(states.values(), now)
    return sum(
        source.enabled
        and awaited(states[source.id], cutoff)
        and not left_alone_until(source, states[source.id], waiting, now)
        for source in deployment.configuration.sources
        if source.id in states
    )
