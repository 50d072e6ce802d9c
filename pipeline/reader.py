"""One source and what we hold of it -> a reading: its documents asked for and parsed."""

import atexit
import hashlib
import time
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from http import HTTPStatus

from pipeline.errors import SourceError
from pipeline.fetch import Answer, HostSession
from pipeline.model import Document, Outcome, Parsed, Request, Source, Validators
from pipeline.pace import repeats_after
from pipeline.parse import KINDS
from pipeline.parse.hub import links
from pipeline.parse.prescan import risky
from pipeline.parse.sniff import root_of
from pipeline.places import Hub
from pipeline.reading import PollTask, Reading
from pipeline.sandbox import Sandbox
from pipeline.secret import Secret
from pipeline.snapshot import packed
from pipeline.yearly import varies

GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
"""What a server says of a document that asking again will not bring."""

_MOST_DOCUMENTS = 10
# Where the root of a document stands, if it has one.
_HEAD = 20_000
# All documents of one source together, in seconds.
_LONGEST_READ = 60.0
# A feed is made to be fetched by machines; a page is not.
_ROBOT_KINDS = frozenset({"page", "sitemap"})


def read_source(task: PollTask, session: HostSession) -> Reading:
    """Read one source; whatever goes wrong becomes the reading's outcome."""
    started = time.monotonic()
    try:
        reading = _read(task, session)
    except SourceError as e:
        reading = refused_reading(task, e)
        _forget(e)
    except Exception as e:  # noqa: BLE001 - a fault of ours in one source must not cost the others
        reading = refused_reading(task, SourceError(Outcome.PARSE_LIMIT, _our_fault(e)))
        _forget(e)
    finally:
        session.let_go()
    return replace(reading, url=asked_url(task), seconds=round(time.monotonic() - started, 3))


def read_document(
    task: PollTask, request: Request, session: HostSession
) -> tuple[Parsed, tuple[Request, ...]]:
    """Read one document of a source, and say what to ask for next; raise SourceError."""
    _refuse_unkeyed(task)
    try:
        document = session.get(request.url, source=task.source, secret=task.secret).document
        return parse(task.source, document), following(task.source, document)
    finally:
        session.let_go()


def asked_url(task: PollTask) -> str:
    """Return the address that is asked for a source: its own, unless it moved long ago."""
    return task.url or task.source.url


def refused_reading(task: PollTask, error: SourceError) -> Reading:
    """Return what a reading is when its first document, or all that follows, cannot be had."""
    came = error.documents[0].status if error.documents else None
    return Reading(
        source_id=task.source.id,
        outcome=error.outcome,
        asked=error.asked,
        url=asked_url(task),
        status=error.status if error.status is not None else came,
        error=task.secret.hidden(error.message),
        retry_after_seconds=error.retry_after_seconds,
        wait_scope=error.wait_scope,
        bodies=packed(error.documents),
    )


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


def following(source: Source, document: Document) -> tuple[Request, ...]:
    """Return what a document leads to: nothing when it is not what its kind promises."""
    if document.status == HTTPStatus.NOT_MODIFIED:
        return ()
    try:
        return KINDS[source.kind].more(document)
    except SourceError:
        return ()


def parse_all(source: Source, documents: Sequence[Document]) -> tuple[list[Parsed], list[str]]:
    """Parse the documents of a source, and say what of all but the first cannot be read."""
    parsed, lost = [parse(source, documents[0])], list[str]()
    for document in documents[1:]:
        try:
            parsed.append(parse(source, document))
        except SourceError as e:
            lost.append(f"{document.url.partition('?')[0]}: {e.message}")
    return parsed, lost


def parse(source: Source, document: Document) -> Parsed:
    """Parse a document here, or in the sandbox when a look at its bytes says so."""
    if not risky(document.content, html=source.kind == "page"):
        return KINDS[source.kind].parse(source, document)
    parsed = _sandbox().run("parse", (source, document))
    if not isinstance(parsed, Parsed):
        raise SourceError(Outcome.PARSE_LIMIT, "the sandbox answered with something else")
    return parsed


def _links(task: PollTask, hub: Hub, document: Document) -> tuple[Request, ...]:
    """Return what a hub page leads to; a risky one is read in the sandbox."""
    if not risky(document.content, html=True):
        return links(task.source, hub, document, task.day)
    found = _sandbox().run("links", (task.source, hub, document, task.day))
    if not isinstance(found, tuple):
        raise SourceError(Outcome.PARSE_LIMIT, "the sandbox answered with something else")
    return found


@cache
def _sandbox() -> Sandbox:
    """Return this process's sandbox; its workers start with the first risky document."""
    sandbox = Sandbox(size=2)
    atexit.register(sandbox.close)
    return sandbox


def _forget(error: BaseException | None) -> None:
    """Let go of the documents that the frames of an error hold until the next garbage is picked."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__


def _our_fault(error: Exception) -> str:
    words = f"{type(error).__name__}: {ascii(str(error))[1:-1][:200]}"
    return f"policywatch failed on this source: {words}"


def _refuse_unkeyed(task: PollTask) -> None:
    variable = task.source.key_env
    trouble = task.secret.trouble(variable) if variable else ""
    if trouble:
        raise SourceError(Outcome.BLOCKED, trouble)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """What one source answered, and what of it is missing: lost for now, or gone for good.

    What is `lacking` may lack, as long as something answered.
    """

    answers: list[Answer] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    lacking: list[SourceError] = field(default_factory=list)


def _read(task: PollTask, session: HostSession) -> Reading:
    source = task.source
    _refuse_unkeyed(task)
    requests, robots_read = _entrance(task, session)
    found = _asked(task, session, requests)
    reading = replace(
        _common(task, found.answers),
        robots_read=robots_read,
        read_as=_read_as(source, found.urls),
        moved_to=_moved_to(task, requests, found.answers[0]),
    )
    if not _steady(task, requests):
        reading = replace(reading, validators=Validators())
    elif found.answers[0].document.status == HTTPStatus.NOT_MODIFIED:
        return replace(reading, outcome=Outcome.NOT_MODIFIED, body_hash=task.body_hash)
    body_hash = _body_hash(source, found.answers)
    if body_hash == task.body_hash and not found.lost:
        return replace(reading, body_hash=body_hash)
    documents = tuple(answer.document for answer in found.answers)
    try:
        parsed, unread = parse_all(source, documents)
    except SourceError as e:
        e.documents = documents
        raise
    lost = [*found.lost, *unread]
    reading = replace(
        _parsed(reading, parsed, (*lost, *found.gone)),
        body_hash=body_hash,
        form=_form(documents[0]),
        bodies=packed(documents),
    )
    return _unfinished(reading) if lost else reading


def _entrance(task: PollTask, session: HostSession) -> tuple[tuple[Request, ...], bool]:
    """Return what to ask for first, and whether a robots.txt was asked and let us in."""
    hub = task.source.via
    asked = [_obeyed(task, session, hub.page)] if hub else []
    requests = _through(task, session, hub) if hub else _first(task)
    asked += [_obeyed(task, session, each.url) for each in requests]
    return requests, any(asked)


def _obeyed(task: PollTask, session: HostSession, url: str) -> bool:
    if task.source.kind not in _ROBOT_KINDS:
        return False
    return session.obey_robots(url, source=task.source, age=task.robots_age)


def _through(task: PollTask, session: HostSession, hub: Hub) -> tuple[Request, ...]:
    try:
        document = session.get(hub.page, source=task.source, secret=task.secret).document
    except SourceError as e:
        e.message = f"the hub page {e.message}"
        raise
    return _links(task, hub, document)


def _asked(task: PollTask, session: HostSession, requests: Iterable[Request]) -> _Round:
    """Ask for the first documents, with what we hold of them, and for those that they lead to.

    A failure of the first is the source's; so is a server's wish to be left alone.
    """
    began, waiting, asked, found = time.monotonic(), list(requests), set[str](), _Round()
    held = task.validators if _steady(task, waiting) else Validators()
    while waiting and len(asked) < _MOST_DOCUMENTS:
        request = waiting.pop(0)
        if request.url in asked:
            continue
        asked.add(request.url)
        try:
            answer = session.get(
                request.url,
                source=task.source,
                validators=Validators() if found.answers else held,
                secret=task.secret,
                deadline=_time_left(began) if found.answers else None,
            )
        except SourceError as e:
            _miss(found, request, e, task.secret)
            continue
        found.answers.append(answer)
        found.urls.append(request.url)
        waiting += following(task.source, answer.document)
    if not found.answers:
        raise found.lacking[0]
    if waiting:
        found.gone.append(f"there is more than the {_MOST_DOCUMENTS} documents read at once")
    return found


def _miss(found: _Round, request: Request, error: SourceError, secret: Secret) -> None:
    """Note what is missing of a source; raise the error where that is all of it."""
    if request.may_lack and error.status in GONE:
        found.lacking.append(error)
    elif not found.answers or error.retry_after_seconds is not None:
        raise error
    else:
        missing = found.gone if error.status in GONE else found.lost
        missing.append(secret.hidden(error.message))


def _first(task: PollTask) -> tuple[Request, ...]:
    kind, source = KINDS[task.source.kind], replace(task.source, url=asked_url(task))
    if kind.since and task.since:
        return kind.since(source, task.since)
    return kind.first(source, task.day)


def _steady(task: PollTask, requests: Sequence[Request]) -> bool:
    """Say whether what is asked for first is one address, the same every time.

    What one address gave to ask `changed since?` with says nothing of another.
    """
    return len(requests) == 1 and task.source.via is None


def _time_left(began: float) -> float:
    """Return how long a further document of a source may take; even the last is given a try."""
    return max(1.0, _LONGEST_READ - (time.monotonic() - began))


def _common(task: PollTask, answers: Sequence[Answer]) -> Reading:
    """Return what a reading says whatever its documents hold."""
    first = answers[0]
    floor = max(first.fresh_for, repeats_after(first.document))
    unmodified = first.document.status == HTTPStatus.NOT_MODIFIED
    return Reading(
        source_id=task.source.id,
        outcome=Outcome.OK,
        since=task.since,
        status=first.document.status,
        validators=first.document.validators,
        floor=None if unmodified else floor,
        bytes=sum(answer.wire_bytes for answer in answers),
    )


def _moved_to(task: PollTask, requests: Sequence[Request], first: Answer) -> str:
    """Return where a source has moved to; of an address that is new every day, without its days."""
    if not _steady(task, requests):
        return ""
    fleeting = task.since or varies(asked_url(task))
    return first.moved_to.partition("?")[0] if fleeting else first.moved_to


def _read_as(source: Source, urls: Iterable[str]) -> str:
    """Return a name for how a page is read: by which selectors, and of which addresses."""
    if source.kind != "page":
        return ""
    # The text of a page that is watched is compared wherever its hub finds it.
    of = (source.url, source.via) if source.watch else tuple(urls)
    read = repr((source.select, source.min_items, source.watch, of))
    return hashlib.sha256(read.encode()).hexdigest()[:16]


def _parsed(reading: Reading, parsed: Sequence[Parsed], missing: Iterable[str]) -> Reading:
    items = tuple(item for document in parsed for item in document.items)
    since = reading.since
    nothing = f"nothing is dated since {since}" if since else "the document has no entries"
    return replace(
        reading,
        outcome=Outcome.OK if items else Outcome.EMPTY,
        error="" if items else nothing,
        title=next((document.title for document in parsed if document.title), ""),
        items=items,
        torn=tuple(item for document in parsed for item in document.torn),
        trouble=(*missing, *(line for document in parsed for line in document.trouble)),
    )


def _form(document: Document) -> str:
    return root_of(document.content[:_HEAD].decode("utf-8", "ignore")).name


def _unfinished(reading: Reading) -> Reading:
    """Let the next poll read in full, whatever the first document says of changes."""
    return replace(reading, whole=False, validators=Validators(), body_hash="")


def _body_hash(source: Source, answers: Iterable[Answer]) -> str:
    """Hash the bodies and how we read them: new selectors must see an old page again."""
    found = hashlib.sha256(repr(source).encode())
    for answer in answers:
        found.update(hashlib.sha256(answer.document.content).digest())
    return found.hexdigest()
