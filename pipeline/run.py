"""The wiring: due sources -> readings -> intakes. The one module that knows the order.

`poll_host` is what an executor runs: picklable in and out, and never the store. `take_in` runs in
the caller's thread under the job lock.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from pipeline import dedupe, flood, follow, identity, watch, yields
from pipeline.alarms import alarms
from pipeline.changes import ChangedItem, KnownItem, NewItem
from pipeline.classify import classify
from pipeline.fetch import HostSession
from pipeline.health import after_reading, arrival_days, late_before, standing
from pipeline.holding import as_usual, found_in
from pipeline.linked import Linked
from pipeline.model import Item, Origin, Outcome, RawItem, Source, SourceResult, SourceState
from pipeline.normalise import kept, normalise
from pipeline.parse import KINDS
from pipeline.ports import Store
from pipeline.reader import asked_url, read_source
from pipeline.reading import FetchPolicy, HostBatch, LinkedPage, LinkTask, PollTask, Reading
from pipeline.records import Intake, Past
from pipeline.rules.ruleset import Ruleset
from pipeline.signs import Found
from pipeline.urls import host_key

_MOST_TROUBLE = 5
_NO_FLOOD = flood.Flood()


@dataclass(frozen=True, slots=True, kw_only=True)
class Inflow:
    """What a reading is taken in with: its source, the rules in force, and what we hold.

    `pages` are the linked pages that were read for it, by their addresses.
    """

    source: Source
    ruleset: Ruleset
    store: Store
    pages: Mapping[str, LinkedPage] = field(default_factory=dict)


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


def linked_tasks(inflow: Inflow, reading: Reading, now: datetime) -> tuple[LinkTask, ...]:
    """Return the linked pages to read before a reading is taken in; for most sources none."""
    source, store = inflow.source, inflow.store
    if not reading.outcome.read or not follow.may_follow(source):
        return ()
    items, _ = _normalised(source, reading.items or (), now)
    origin = _origin(store.source_state(source.id))
    follows = follow.follows(source, items)
    found = dedupe.changes(_recognised(inflow, items)[0]).new if follows else ()
    new = [item for item, _ in found if follow.wants_page(item, source, origin, now)]
    waiting = store.waiting_pages(source.id, now, follow.MOST_PAGES)
    return follow.tasks(source, new, waiting)


def take_in(inflow: Inflow, reading: Reading, state: SourceState, now: datetime) -> Intake:
    """Decide what one reading changes; nothing is written here."""
    if reading.items is None:
        reading = standing(state, reading) if reading.asked else _with_the_time(reading, now)
        return _with_waiting(
            inflow, _nothing_parsed(inflow.source, reading, state, now), state, now
        )
    if inflow.source.watch:
        reading, state = _compared(inflow.source, reading, state, now)
    items, refused = _normalised(inflow.source, reading.items or (), now)
    few, state = _measured(inflow.source, reading, items, state)
    if few:
        failed = replace(reading, outcome=Outcome.NOT_A_FEED, error=few, items=None)
        return _with_waiting(inflow, _nothing_parsed(inflow.source, failed, state, now), state, now)
    identified, flooded = _recognised(inflow, items)
    changes = dedupe.changes(identified)
    late = late_before(inflow.source, state, now)
    follows = follow.follows(inflow.source, items)
    judging = _Judging(inflow, _origin(state), late, follows, now, flooded)
    new = tuple(judging.new(item, keys) for item, keys in changes.new)
    changed = tuple(judging.changed(change) for change in changes.changed)
    reading = with_refusals(reading, refused)
    days = arrival_days((each.item for each in new), inflow.source, state, now)
    found = found_in(reading, state, identified, days, flooded)
    after = after_reading(state, reading, as_usual(inflow.source, found), now)
    if not reading.whole:
        # The next poll asks for the same days again.
        after = replace(after, last_success_at=state.last_success_at)
    intake = Intake(
        result=_result(reading, found, updated=len(changed)),
        state=after,
        alarms=alarms(inflow.source, after, now),
        new=new,
        changed=changed,
        seen=changes.seen,
        first_contact=state.baseline_at is None,
    )
    return _with_waiting(inflow, intake, state, now)


def take_past(inflow: Inflow, raw_items: Iterable[RawItem], now: datetime) -> Past:
    """Decide what one document of a source's past brings: what is known stays as it is.

    Only a deadline is added to an item that an earlier document of the past brought without one.
    """
    items, _ = _normalised(inflow.source, raw_items, now)
    changes = dedupe.changes(_identified(inflow, items))
    judging = _Judging(inflow, Origin.BACKFILL, now, follows=False, now=now)
    dates = [item.published_at for item in items if item.published_at]
    return Past(
        new=tuple(judging.new(item, keys) for item, keys in changes.new),
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


def _compared(
    source: Source, reading: Reading, state: SourceState, now: datetime
) -> tuple[Reading, SourceState]:
    """Put what changed in place of the text of a watched page, and remember that text.

    A first text is the baseline. What is too little for an item adds up until it is enough.
    """
    (raw,) = reading.items or ()
    lines = watch.text_of(raw)
    nothing, now_held = (
        replace(reading, items=()),
        replace(state, read_as=reading.read_as, watched="\n".join(lines)),
    )
    if not state.watched or state.read_as != reading.read_as:
        return nothing, now_held
    change = watch.change(state.watched.splitlines(), lines)
    if change is None:
        return nothing, state
    return replace(reading, items=(watch.item_of(change, raw, source, now),)), now_held


def _measured(
    source: Source, reading: Reading, items: Sequence[Item], state: SourceState
) -> tuple[str, SourceState]:
    """Say what a page gives too little of, and else remember how much it gave."""
    if not reading.read_as or source.watch or not reading.whole:
        return "", state
    given = len(items), sum(item.published_at is not None for item in items)
    few = yields.shortfall(state, reading.read_as, *given)
    if few:
        return few, state
    kept = yields.remembered(state, reading.read_as, *given)
    return "", replace(state, read_as=reading.read_as, yields=kept, watched="")


def _with_the_time(reading: Reading, now: datetime) -> Reading:
    until = now + timedelta(seconds=reading.retry_after_seconds or 0)
    return replace(reading, error=f"{reading.error} until {until:%Y-%m-%d %H:%M} UTC")


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


def _recognised(
    inflow: Inflow, items: Sequence[Item]
) -> tuple[Sequence[identity.Identified], flood.Flood]:
    """Identify the items of a document, and those to which a site gave other ids."""
    identified = _identified(inflow, items)
    suspected = flood.suspected(identified)
    if not suspected and not flood.restless(identified):
        return identified, _NO_FLOOD
    latest = inflow.store.latest(inflow.source.id, flood.CANDIDATES)
    if suspected:
        return flood.recognised(identified, latest)
    return flood.unmarked(identified, latest), _NO_FLOOD


def _identified(inflow: Inflow, items: Sequence[Item]) -> Sequence[identity.Identified]:
    keys = identity.keys(items)
    known = inflow.store.known(inflow.source.id, {key for each in keys for key in each})
    return identity.identify(items, keys, known)


def _origin(state: SourceState) -> Origin:
    return Origin.BASELINE if state.baseline_at is None else Origin.NEWS


@dataclass(frozen=True, slots=True)
class _Judging:
    """How the items of one reading are judged; `late`: before that day they are no news.

    What a flood moved is not told, whatever its site made of its text.
    """

    inflow: Inflow
    origin: Origin
    late: datetime
    follows: bool
    now: datetime
    flooded: flood.Flood = _NO_FLOOD

    def new(self, item: Item, keys: tuple[str, ...]) -> NewItem:
        source, linked = self.inflow.source, None
        if self.follows and follow.wants_page(item, source, self.origin, self.now):
            page = self.inflow.pages.get(item.url)
            item = follow.with_text(item, page, source)
            linked = follow.linked_after(page, None, self.now)
        matches = classify(item, source, self.inflow.ruleset)
        return NewItem(
            item=item,
            keys=keys,
            origin=self.origin,
            matches=matches,
            notices=dedupe.notices_for_new(item, matches, self.origin, self.late),
            linked=follow.with_copy(linked, matches),
            after_change=bool(self.flooded.moved),
        )

    def changed(self, change: ChangedItem) -> ChangedItem:
        known = change.known
        item, linked = follow.carried(change.item, known), None
        page = self.inflow.pages.get(known.item.url)
        if page and known.linked and known.linked.title_only:
            item = follow.with_text(item, page, self.inflow.source)
            linked = follow.linked_after(page, known.linked, self.now)
        matches = classify(item, self.inflow.source, self.inflow.ruleset)
        # What our reading of the page adds is no edit of theirs.
        edited = replace(item, body=change.item.body) if linked else item
        notices = dedupe.notices_for_change(known, edited, matches, self.now)
        linked = follow.with_copy(linked, matches)
        told = () if known.id in self.flooded.moved else notices
        return replace(change, item=item, matches=matches, notices=told, linked=linked)

    def completed(self, known: KnownItem, page: LinkedPage) -> ChangedItem:
        item = follow.with_text(known.item, page, self.inflow.source)
        matches = classify(item, self.inflow.source, self.inflow.ruleset)
        linked = follow.linked_after(page, known.linked, self.now)
        return ChangedItem(
            known=known,
            item=item,
            keys=(),
            matches=matches,
            notices=dedupe.notices_for_text(known, matches, self.late),
            linked=follow.with_copy(linked, matches),
        )


def _with_waiting(inflow: Inflow, intake: Intake, state: SourceState, now: datetime) -> Intake:
    """Add what became of the pages that items of earlier readings wait for, and count pages."""
    if not inflow.pages:
        return _counted(intake)
    late = late_before(inflow.source, state, now)
    judging = _Judging(inflow, _origin(state), late, follows=True, now=now)
    edited = {change.known.id for change in intake.changed}
    completed, tried = list[ChangedItem](), list[tuple[int, Linked]]()
    for known in inflow.store.waiting_pages(inflow.source.id, now, follow.MOST_PAGES):
        page = inflow.pages.get(known.item.url)
        if page is None or known.id in edited:
            continue
        if page.text:
            completed.append(judging.completed(known, page))
        else:
            tried.append((known.id, follow.linked_after(page, known.linked, now)))
    return _counted(
        replace(
            intake,
            changed=(*intake.changed, *completed),
            tried=tuple(tried),
            waits=follow.waits(inflow.pages, now),
        )
    )


def _counted(intake: Intake) -> Intake:
    linked = [new.linked for new in intake.new] + [change.linked for change in intake.changed]
    without = sum(each.title_only for each in linked if each) + len(intake.tried)
    read = sum(not each.title_only for each in linked if each)
    return replace(intake, result=replace(intake.result, pages=read, title_only=without))


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
