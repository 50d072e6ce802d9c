"""The wiring: due sources -> readings -> intakes. The one module that knows the order.

`poll_host` is what an executor runs: picklable in and out, and never the store. `take_in` runs in
the caller's thread under the job lock.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import date, datetime

from pipeline import dedupe, identity
from pipeline.alarms import alarms
from pipeline.classify import classify
from pipeline.fetch import HostSession
from pipeline.health import after_reading, arrival_days, late_before, standing
from pipeline.model import (
    ChangedItem,
    Item,
    NewItem,
    Origin,
    Outcome,
    RawItem,
    Source,
    SourceResult,
    SourceState,
)
from pipeline.normalise import kept, normalise
from pipeline.parse import KINDS
from pipeline.ports import Store
from pipeline.reader import asked_url, read_source
from pipeline.reading import FetchPolicy, HostBatch, PollTask, Reading
from pipeline.records import Intake, Past
from pipeline.rules.ruleset import Ruleset
from pipeline.signs import Found
from pipeline.urls import host_key

_MOST_TROUBLE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Inflow:
    """What a reading is taken in with: its source, the rules in force, and what we hold."""

    source: Source
    ruleset: Ruleset
    store: Store


def batches(tasks: Iterable[PollTask], policy: FetchPolicy) -> tuple[HostBatch, ...]:
    """Group tasks by host, so that one task of the executor keeps the peace with one host."""
    by_host: dict[str, list[PollTask]] = {}
    for task in tasks:
        by_host.setdefault(host_key(asked_url(task)), []).append(task)
    return tuple(
        HostBatch(host=host, tasks=tuple(found), policy=policy) for host, found in by_host.items()
    )


def read_all(batches: Sequence[HostBatch], executor: Executor) -> Iterator[Reading]:
    """Read every batch on the executor and yield the readings as they come."""
    waiting = {executor.submit(poll_host, batch) for batch in batches}
    try:
        while waiting:
            # A future holds its readings: let go of each as it comes.
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            while done:
                yield from done.pop().result()
    finally:
        for future in waiting:
            future.cancel()


def poll_host(batch: HostBatch) -> tuple[Reading, ...]:
    """Read all sources of one host, a few at once; a failure is a reading, too."""
    policy = unhurried(batch.policy, (task.source for task in batch.tasks))
    lanes = max(1, min(policy.limits.per_host, len(batch.tasks)))
    with (
        HostSession(policy) as session,
        ThreadPoolExecutor(lanes, thread_name_prefix="lane") as executor,
    ):
        return tuple(executor.map(lambda task: read_source(task, session), batch.tasks))


def unhurried(policy: FetchPolicy, sources: Iterable[Source]) -> FetchPolicy:
    """Return the policy with the longest pause that it or a kind of these sources asks for.

    A server that asks for a pause is asked for one document at a time.
    """
    pause = max((KINDS[source.kind].pause for source in sources), default=0.0)
    if not pause:
        return policy
    spacing = max(policy.limits.spacing, pause)
    return replace(policy, limits=replace(policy.limits, spacing=spacing, per_host=1))


def take_in(inflow: Inflow, reading: Reading, state: SourceState, now: datetime) -> Intake:
    """Decide what one reading changes; nothing is written here."""
    if reading.items is None:
        reading = standing(state, reading)
        return _nothing_parsed(inflow.source, reading, state, now)
    items, refused = _normalised(inflow.source, reading.items, now)
    keys = identity.keys(items)
    known = inflow.store.known(inflow.source.id, {key for each in keys for key in each})
    identified = identity.identify(items, keys, known)
    changes = dedupe.changes(identified)
    first_contact = state.baseline_at is None
    origin = Origin.BASELINE if first_contact else Origin.NEWS
    late = late_before(inflow.source, state, now)
    new = tuple(_new(inflow, item, keys, origin, late) for item, keys in changes.new)
    changed = tuple(_changed(inflow, change, now) for change in changes.changed)
    reading = with_refusals(reading, refused)
    days = arrival_days((each.item for each in new), inflow.source, state, now)
    found = _found(reading, state, identified, days)
    after = after_reading(state, reading, found, now)
    if not reading.whole:
        # The next poll asks for the same days again.
        after = replace(after, last_success_at=state.last_success_at)
    return Intake(
        result=_result(reading, found, updated=len(changed)),
        state=after,
        alarms=alarms(inflow.source, after, now),
        new=new,
        changed=changed,
        seen=changes.seen,
        first_contact=first_contact,
    )


def take_past(inflow: Inflow, raw_items: Iterable[RawItem], now: datetime) -> Past:
    """Decide what one document of a source's past brings: what is known stays as it is.

    Only a deadline is added to an item that an earlier document of the past brought without one.
    """
    items, _ = _normalised(inflow.source, raw_items, now)
    keys = identity.keys(items)
    known = inflow.store.known(inflow.source.id, {key for each in keys for key in each})
    changes = dedupe.changes(identity.identify(items, keys, known))
    dates = [item.published_at for item in items if item.published_at]
    return Past(
        new=tuple(_new(inflow, item, keys, Origin.BACKFILL, now) for item, keys in changes.new),
        completed=tuple(
            _completed(inflow, change) for change in changes.changed if _completes(change)
        ),
        entries=len(items),
        oldest_at=min(dates, default=None),
        newest_at=max(dates, default=None),
    )


def with_refusals(reading: Reading, refused: int) -> Reading:
    """Say what of a document could not be kept; the rest of it is read."""
    trouble = [*reading.trouble]
    if refused:
        trouble.append(f"{refused} entries have neither title, link nor text")
    if not trouble:
        return reading
    shown = "; ".join(trouble[:_MOST_TROUBLE])
    return replace(reading, outcome=Outcome.PARTLY_BROKEN, error=shown)


def _found(
    reading: Reading,
    state: SourceState,
    identified: Sequence[identity.Identified],
    days: tuple[date, ...],
) -> Found:
    """Say what a document held; `days` has the day of each new item."""
    dates = [each.item.published_at for each in identified if each.item.published_at]
    return Found(
        entries=len(reading.items or ()),
        new=len(days),
        known=sum(_shared(each, state) for each in identified),
        newest_at=max(dates, default=None),
        oldest_at=min(dates, default=None),
        days=days,
        form=reading.form,
        changed=state.body_hash not in ("", reading.body_hash),
        windowed=reading.since is not None,
    )


def _shared(each: identity.Identified, state: SourceState) -> bool:
    """Say whether an entry links a document to the one before; one with a new date does not."""
    dated, newest = each.item.published_at, state.newest_at
    return each.known is not None and not (dated and newest and dated > newest)


def _nothing_parsed(source: Source, reading: Reading, state: SourceState, now: datetime) -> Intake:
    entries = state.entries if reading.outcome.read else 0
    result = _result(reading, Found(entries=entries, new=0), updated=0)
    after = after_reading(state, reading, None, now)
    return Intake(result=result, state=after, alarms=alarms(source, after, now))


def _normalised(
    source: Source, raw_items: Iterable[RawItem], now: datetime
) -> tuple[list[Item], int]:
    """Return the items worth keeping, and how many entries had nothing to keep."""
    found = [normalise(raw, source, now) for raw in raw_items]
    items = [item for item in found if item is not None and kept(item, source)]
    return items, sum(item is None for item in found)


def _new(
    inflow: Inflow, item: Item, keys: tuple[str, ...], origin: Origin, late: datetime
) -> NewItem:
    matches = classify(item, inflow.source, inflow.ruleset)
    notices = dedupe.notices_for_new(item, matches, origin, late)
    return NewItem(item=item, keys=keys, origin=origin, matches=matches, notices=notices)


def _changed(inflow: Inflow, change: ChangedItem, now: datetime) -> ChangedItem:
    matches = classify(change.item, inflow.source, inflow.ruleset)
    notices = dedupe.notices_for_change(change.known, change.item, matches, now)
    return replace(change, matches=matches, notices=notices)


def _completes(change: ChangedItem) -> bool:
    known = change.known
    return known.origin is Origin.BACKFILL and known.item.deadline != change.item.deadline


def _completed(inflow: Inflow, change: ChangedItem) -> ChangedItem:
    item = replace(change.known.item, deadline=change.item.deadline)
    return replace(change, item=item, matches=classify(item, inflow.source, inflow.ruleset))


def _result(reading: Reading, found: Found, *, updated: int) -> SourceResult:
    return SourceResult(
        source_id=reading.source_id,
        outcome=reading.outcome,
        status=reading.status,
        new=found.new,
        updated=updated,
        entries=found.entries,
        error=reading.error,
        seconds=reading.seconds,
        bytes=reading.bytes,
        newest_at=found.newest_at,
    )
