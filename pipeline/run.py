"""The wiring: due sources -> readings -> intakes. The one module that knows the order.

`poll_host` is what an executor runs: picklable in and out, and never the store. `take_in` runs in
the caller's thread under the job lock.
"""

import atexit
import hashlib
import time
import traceback
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from pipeline import dedupe, identity
from pipeline.classify import classify
from pipeline.errors import SourceError
from pipeline.fetch import Answer, HostSession
from pipeline.health import Found, after_reading, late_before, standing, usual_hours
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
from pipeline.pace import repeats_after
from pipeline.parse import KINDS
from pipeline.parse.prescan import risky
from pipeline.ports import Store
from pipeline.reading import FetchPolicy, HostBatch, PollTask, Reading
from pipeline.rules.ruleset import Ruleset
from pipeline.sandbox import Sandbox
from pipeline.snapshot import packed
from pipeline.urls import host_key

_MOST_DOCUMENTS = 10
_MOST_TROUBLE = 5
# All documents of one source together, in seconds.
_LONGEST_READ = 60.0
_NOT_MODIFIED = 304
# A feed is made to be fetched by machines; a page is not.
_ROBOT_KINDS = frozenset({"page", "sitemap"})


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
    lanes = max(1, min(batch.policy.limits.per_host, len(batch.tasks)))
    with (
        HostSession(batch.policy) as session,
        ThreadPoolExecutor(lanes, thread_name_prefix="lane") as executor,
    ):
        return tuple(executor.map(lambda task: read_source(task, session), batch.tasks))


def read_source(task: PollTask, session: HostSession) -> Reading:
    """Read one source; whatever goes wrong becomes the reading's outcome."""
    started = time.monotonic()
    try:
        reading = _read(task, session)
    except SourceError as e:
        reading = _failed(task, e)
        _forget(e)
    except Exception as e:  # noqa: BLE001 - a fault of ours in one source must not cost the others
        reading = _failed(task, SourceError(Outcome.PARSE_LIMIT, _our_fault(e)))
        _forget(e)
    finally:
        session.let_go()
    return replace(reading, url=asked_url(task), seconds=round(time.monotonic() - started, 3))


def _forget(error: BaseException | None) -> None:
    """Let go of the documents that the frames of an error hold until the next garbage is picked."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__


def asked_url(task: PollTask) -> str:
    """Return the address that is asked for a source: its own, unless it moved long ago."""
    return task.url or task.source.url


def failed_reading(reading: Reading, error: Exception) -> Reading:
    """Return what a reading is when a fault of ours keeps us from taking it in."""
    return Reading(
        source_id=reading.source_id,
        outcome=Outcome.PARSE_LIMIT,
        url=reading.url,
        status=reading.status,
        error=_our_fault(error),
        bodies=reading.bodies,
        bytes=reading.bytes,
        seconds=reading.seconds,
    )


def _our_fault(error: Exception) -> str:
    words = f"{type(error).__name__}: {ascii(str(error))[1:-1][:200]}"
    return f"policywatch failed on this source: {words}"


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
        reading = standing(state, reading)
        return _nothing_parsed(reading, state, now)
    items, refused = _normalised(inflow.source, reading.items, now)
    keys = identity.keys(items)
    known = inflow.store.known(inflow.source.id, {key for each in keys for key in each})
    changes = dedupe.changes(identity.identify(items, keys, known))
    first_contact = state.baseline_at is None
    origin = Origin.BASELINE if first_contact else Origin.NEWS
    late = late_before(inflow.source, state, now)
    new = tuple(_new(inflow, item, keys, origin, late) for item, keys in changes.new)
    changed = tuple(_changed(inflow, change, now) for change in changes.changed)
    reading = _with_refusals(reading, refused)
    dates = [item.published_at for item in items if item.published_at]
    found = Found(
        entries=len(reading.items or ()),
        new=len(new),
        known=len(changed) + len(changes.seen),
        newest_at=max(dates, default=None),
        usual_hours=usual_hours(dates),
    )
    return Intake(
        result=_result(reading, found, updated=len(changed)),
        state=after_reading(state, reading, found, now),
        new=new,
        changed=changed,
        seen=changes.seen,
        first_contact=first_contact,
    )


def _read(task: PollTask, session: HostSession) -> Reading:
    source = task.source
    if source.key_env and not task.secret.value:
        message = f"needs a key, and the environment variable {source.key_env} is not set"
        raise SourceError(Outcome.BLOCKED, message)
    robots_read = source.kind in _ROBOT_KINDS and session.obey_robots(
        asked_url(task), source=source, age=task.robots_age
    )
    answers, trouble = _answers(task, session)
    reading = replace(_common(source, answers), robots_read=robots_read)
    if answers[0].document.status == _NOT_MODIFIED:
        return replace(reading, outcome=Outcome.NOT_MODIFIED, body_hash=task.body_hash)
    # What is not whole is read again the next time, changed or not.
    body_hash = "" if trouble else _body_hash(source, answers)
    if body_hash and body_hash == task.body_hash:
        return replace(reading, body_hash=body_hash)
    documents = [answer.document for answer in answers]
    try:
        parsed = _all_parsed(source, documents, trouble)
    except SourceError as e:
        e.documents = tuple(documents)
        raise
    return replace(_parsed(reading, parsed, trouble), body_hash=body_hash, bodies=packed(documents))


def _answers(task: PollTask, session: HostSession) -> tuple[list[Answer], list[str]]:
    """Ask for all that the source's kind wants, the first document with what we hold of it.

    Without the first there is nothing; what of the others fails is told of as trouble.
    """
    source, kind, began = task.source, KINDS[task.source.kind], time.monotonic()
    waiting, answers, trouble = [r.url for r in kind.first(source)], list[Answer](), list[str]()
    while waiting and len(answers) + len(trouble) < _MOST_DOCUMENTS:
        url = waiting.pop(0)
        try:
            answer = session.get(
                asked_url(task) if url == source.url else url,
                source=source,
                validators=Validators() if answers else task.validators,
                secret=task.secret,
                deadline=_time_left(began) if answers else None,
            )
        except SourceError as e:
            if not answers:
                raise
            trouble.append(e.message)
            continue
        answers.append(answer)
        waiting.extend(request.url for request in kind.more(answer.document))
    if waiting:
        trouble.append(f"{len(waiting)} further documents were not asked for")
    return answers, trouble


def _time_left(began: float) -> float:
    """Return how long a further document of a source may take; even the last is given a try."""
    return max(1.0, _LONGEST_READ - (time.monotonic() - began))


def _all_parsed(source: Source, documents: Sequence[Document], trouble: list[str]) -> list[Parsed]:
    """Parse the documents of a source; what of all but the first fails is added to the trouble."""
    parsed = [parse(source, documents[0])]
    for document in documents[1:]:
        try:
            parsed.append(parse(source, document))
        except SourceError as e:
            trouble.append(f"{document.url}: {e.message}")
    return parsed


def _common(source: Source, answers: Sequence[Answer]) -> Reading:
    """Return what a reading says whatever its documents hold."""
    first = answers[0]
    floor = max(first.fresh_for, repeats_after(first.document))
    return Reading(
        source_id=source.id,
        outcome=Outcome.OK,
        status=first.document.status,
        validators=first.document.validators,
        moved_to=first.moved_to,
        floor=None if first.document.status == _NOT_MODIFIED else floor,
        bytes=sum(answer.wire_bytes for answer in answers),
    )


def _parsed(reading: Reading, parsed: Sequence[Parsed], trouble: Iterable[str]) -> Reading:
    items = tuple(item for document in parsed for item in document.items)
    return replace(
        reading,
        outcome=Outcome.OK if items else Outcome.EMPTY,
        error="" if items else "the document has no entries",
        title=parsed[0].title,
        items=items,
        trouble=(*trouble, *(line for document in parsed for line in document.trouble)),
    )


def _failed(task: PollTask, error: SourceError) -> Reading:
    came = error.documents[0].status if error.documents else None
    return Reading(
        source_id=task.source.id,
        outcome=error.outcome,
        asked=error.asked,
        status=error.status if error.status is not None else came,
        error=task.secret.hidden(error.message),
        retry_after_seconds=error.retry_after_seconds,
        wait_scope=error.wait_scope,
        bodies=packed(error.documents),
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
    inflow: Inflow, item: Item, keys: tuple[str, ...], origin: Origin, late: datetime
) -> NewItem:
    matches = classify(item, inflow.source, inflow.ruleset)
    notices = dedupe.notices_for_new(item, matches, origin, late)
    return NewItem(item=item, keys=keys, origin=origin, matches=matches, notices=notices)


def _changed(inflow: Inflow, change: ChangedItem, now: datetime) -> ChangedItem:
    matches = classify(change.item, inflow.source, inflow.ruleset)
    notices = dedupe.notices_for_change(change.known, change.item, matches, now)
    return replace(change, matches=matches, notices=notices)


def _with_refusals(reading: Reading, refused: int) -> Reading:
    """Say what of a document could not be kept; the rest of it is read."""
    trouble = [*reading.trouble]
    if refused:
        trouble.append(f"{refused} entries have neither title, link nor text")
    if not trouble:
        return reading
    shown = "; ".join(trouble[:_MOST_TROUBLE])
    return replace(reading, outcome=Outcome.PARTLY_BROKEN, error=shown)


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
