"""The wiring: due sources -> readings -> intakes. The one module that knows the order.

`poll_host` is what an executor runs: picklable in and out, and never the store. `take_in` runs in
the caller's thread under the job lock.
"""

import atexit
import hashlib
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from pipeline import dedupe, identity
from pipeline.classify import classify
from pipeline.errors import SourceError
from pipeline.fetch import Answer, HostSession
from pipeline.health import Found, after_reading
from pipeline.model import (
    ChangedItem,
    Document,
    Intake,
    Item,
    NewItem,
    Origin,
    Outcome,
    Parsed,
    RawItem,
    Source,
    SourceResult,
    SourceState,
    Validators,
)
from pipeline.normalise import kept, normalise
from pipeline.parse import KINDS
from pipeline.parse.prescan import risky
from pipeline.ports import Store
from pipeline.reading import FetchPolicy, HostBatch, PollTask, Reading
from pipeline.rules.ruleset import Ruleset
from pipeline.sandbox import Sandbox
from pipeline.urls import host_key

_MOST_DOCUMENTS = 10
_MOST_TROUBLE = 5
_NOT_MODIFIED = 304


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
        by_host.setdefault(host_key(task.source.url), []).append(task)
    return tuple(
        HostBatch(host=host, tasks=tuple(found), policy=policy) for host, found in by_host.items()
    )


def read_all(batches: Sequence[HostBatch], executor: Executor) -> Iterator[Reading]:
    """Read every batch on the executor and yield the readings as they come."""
    futures = {executor.submit(poll_host, batch): batch for batch in batches}
    try:
        for future in as_completed(futures):
            yield from future.result()
    finally:
        for future in futures:
            future.cancel()


def poll_host(batch: HostBatch) -> tuple[Reading, ...]:
    """Read all sources of one host, one after the other; a failure is a reading, too."""
    with HostSession(batch.policy) as session:
        return tuple(read_source(task, session) for task in batch.tasks)


def read_source(task: PollTask, session: HostSession) -> Reading:
    """Read one source; whatever goes wrong becomes the reading's outcome."""
    started = time.monotonic()
    try:
        reading = _read(task, session)
    except SourceError as e:
        reading = Reading(
            source_id=task.source.id,
            outcome=e.outcome,
            status=e.status,
            error=e.message,
            retry_after_seconds=e.retry_after_seconds,
        )
    except Exception as e:  # noqa: BLE001 - a fault of ours in one source must not cost the others
        message = f"policywatch failed on this source: {type(e).__name__}: {e}"
        reading = Reading(source_id=task.source.id, outcome=Outcome.PARSE_LIMIT, error=message)
    return replace(reading, seconds=round(time.monotonic() - started, 3))


def parse(source: Source, document: Document) -> Parsed:
    """Parse a document here, or in the sandbox when a look at its bytes says so."""
    if not risky(document.content):
        return KINDS[source.kind].parse(source, document)
    parsed = _sandbox().run("parse", (source, document))
    if not isinstance(parsed, Parsed):
        raise SourceError(Outcome.PARSE_LIMIT, "the sandbox answered with something else")
    return parsed


def take_in(inflow: Inflow, reading: Reading, state: SourceState, now: datetime) -> Intake:
    """Decide what one reading changes; nothing is written here."""
    if reading.items is None:
        return _nothing_parsed(reading, state, now)
    items, refused = _normalised(inflow.source, reading.items, now)
    keys = identity.keys(items)
    known = inflow.store.known(inflow.source.id, {key for each in keys for key in each})
    changes = dedupe.changes(identity.identify(items, keys, known))
    first_contact = state.baseline_at is None
    origin = Origin.BASELINE if first_contact else Origin.NEWS
    new = tuple(_new(inflow, item, keys, origin, now) for item, keys in changes.new)
    changed = tuple(_changed(inflow, change, now) for change in changes.changed)
    reading = with_refusals(reading, refused)
    found = Found(
        entries=len(reading.items or ()),
        new=len(new),
        newest_at=max((i.published_at for i in items if i.published_at), default=None),
    )
    return Intake(
        result=_result(reading, found, updated=len(changed)),
        state=after_reading(state, reading, found, now),
        new=new,
        changed=changed,
        seen=changes.seen,
        first_contact=first_contact,
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


def _read(task: PollTask, session: HostSession) -> Reading:
    source = task.source
    kind = KINDS[source.kind]
    waiting, answers, lost = list(kind.first(source)), list[Answer](), list[str]()
    while waiting and len(answers) + len(lost) < _MOST_DOCUMENTS:
        request = waiting.pop(0)
        validators = Validators() if answers else task.validators
        try:
            answers.append(session.get(request.url, source=source, validators=validators))
        except SourceError as e:
            if not answers:
                raise
            lost.append(e.message)
        else:
            waiting.extend(kind.more(answers[-1].document))
    if answers[0].document.status == _NOT_MODIFIED:
        return _unchanged(task, answers, Outcome.NOT_MODIFIED, task.body_hash)
    body_hash = _body_hash(source, answers)
    if body_hash == task.body_hash:
        return _unchanged(task, answers, Outcome.OK, body_hash)
    first, *others = answers
    parsed = [parse(source, first.document)]
    parsed += [_parsed_or_named(source, answer.document) for answer in others]
    parsed.append(Parsed(title="", items=(), trouble=tuple(lost)))
    return _parsed(source, answers, parsed, body_hash)


def _parsed_or_named(source: Source, document: Document) -> Parsed:
    """Parse a further document of a source; when it cannot be read, it is named as trouble."""
    try:
        return parse(source, document)
    except SourceError as e:
        return Parsed(title="", items=(), trouble=(f"{document.url}: {e.message}",))


def _parsed(
    source: Source, answers: Sequence[Answer], parsed: Sequence[Parsed], body_hash: str
) -> Reading:
    items = tuple(item for document in parsed for item in document.items)
    trouble = tuple(line for document in parsed for line in document.trouble)
    return Reading(
        source_id=source.id,
        outcome=Outcome.OK if items else Outcome.EMPTY,
        status=answers[0].document.status,
        error="" if items else "the document has no entries",
        title=next((document.title for document in parsed if document.title), ""),
        items=items,
        trouble=trouble,
        validators=answers[0].document.validators,
        body_hash=body_hash,
        moved_to=answers[0].moved_to,
        bytes=sum(answer.wire_bytes for answer in answers),
    )


def _unchanged(
    task: PollTask, answers: Sequence[Answer], outcome: Outcome, body_hash: str
) -> Reading:
    return Reading(
        source_id=task.source.id,
        outcome=outcome,
        status=answers[0].document.status,
        validators=answers[0].document.validators,
        body_hash=body_hash,
        moved_to=answers[0].moved_to,
        bytes=sum(answer.wire_bytes for answer in answers),
    )


def _body_hash(source: Source, answers: Iterable[Answer]) -> str:
    """Hash the bodies and how we read them: new selectors must see an old page again."""
    found = hashlib.sha256(repr(source).encode())
    for answer in answers:
        found.update(hashlib.sha256(answer.document.content).digest())
    return found.hexdigest()


@cache
def _sandbox() -> Sandbox:
    """Return this process's sandbox; its workers start with the first risky document."""
    sandbox = Sandbox(size=2)
    atexit.register(sandbox.close)
    return sandbox


def _nothing_parsed(reading: Reading, state: SourceState, now: datetime) -> Intake:
    entries = state.entries if reading.outcome.read else 0
    result = _result(reading, Found(entries=entries, new=0), updated=0)
    return Intake(result=result, state=after_reading(state, reading, None, now))


def _normalised(
    source: Source, raw_items: Iterable[RawItem], now: datetime
) -> tuple[list[Item], int]:
    """Return the items worth keeping, and how many entries had nothing to keep."""
    found = [normalise(raw, source, now) for raw in raw_items]
    items = [item for item in found if item is not None and kept(item, source)]
    return items, sum(item is None for item in found)


def _new(
    inflow: Inflow, item: Item, keys: tuple[str, ...], origin: Origin, now: datetime
) -> NewItem:
    matches = classify(item, inflow.source, inflow.ruleset)
    notices = dedupe.notices_for_new(item, matches, origin, inflow.source, now)
    return NewItem(item=item, keys=keys, origin=origin, matches=matches, notices=notices)


def _changed(inflow: Inflow, change: ChangedItem, now: datetime) -> ChangedItem:
    matches = classify(change.item, inflow.source, inflow.ruleset)
    notices = dedupe.notices_for_change(change.known, change.item, matches, now)
    return replace(change, matches=matches, notices=notices)


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
