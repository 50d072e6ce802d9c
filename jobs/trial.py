"""Read one thing as a poll would and store nothing: the tool for bug reports."""

import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

from jobs.poll import full_task
from jobs.settings import Settings
from pipeline.charset import decode
from pipeline.errors import SourceError
from pipeline.fetch import HostSession
from pipeline.follow import follows, tasks, wants_page, with_text
from pipeline.model import Document, Item, Origin, Outcome, Parsed, Source
from pipeline.normalise import as_item, kept
from pipeline.pages import read_linked
from pipeline.parse import kind_of
from pipeline.parse.sniff import IS_SITEMAP, opened
from pipeline.reader import following, parse_all, read_source
from pipeline.reading import Limits, LinkedPage, Reading
from pipeline.records import Snapshot
from pipeline.run import unhurried, with_refusals
from pipeline.snapshot import unpacked

NOWHERE = "http://file.example/"
"""The address of a file of which nobody knows where it came from."""
SNIFFED = "auto"
"""The kind of what nobody configured: its document says which it is."""

_PAGES_TRIED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a document; `page` is its linked page, where that was read.

    It is not `kept` when it says too little, the source filters it, or the document ends within it.
    """

    item: Item
    kept: bool
    page: LinkedPage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What reading one thing would give."""

    kind: str
    outcome: Outcome
    title: str = ""
    error: str = ""
    status: int | None = None
    entries: tuple[Entry, ...] = ()


def try_source(source: Source, settings: Settings) -> Trial:
    """Fetch and read a source."""
    now = settings.clock()
    chosen = replace(source, kind="feed") if source.kind == SNIFFED else source
    with HostSession(unhurried(settings.fetch_policy, [chosen])) as session:
        reading = read_source(full_task(chosen, None, now), session)
        if source.kind == SNIFFED and reading.error == IS_SITEMAP:
            chosen = replace(source, kind="sitemap")
            reading = read_source(full_task(chosen, None, now), session)
        trial = try_reading(chosen, reading, now)
        return replace(trial, entries=_with_pages(trial.entries, chosen, session, now))


def _with_pages(
    entries: Sequence[Entry], source: Source, session: HostSession, now: datetime
) -> tuple[Entry, ...]:
    """Read the linked pages of the first entries, where a poll would."""
    items = [entry.item for entry in entries if entry.kept]
    wanted = [
        item
        for item in items
        if follows(source, items) and wants_page(item, source, Origin.NEWS, now)
    ]
    pages = {}
    for task in tasks(source, wanted[:_PAGES_TRIED], ()):
        pages[task.url] = read_linked(task, session, now)
    return tuple(
        replace(
            entry,
            item=with_text(entry.item, pages.get(entry.item.url), source),
            page=pages.get(entry.item.url),
        )
        for entry in entries
    )


def try_document(source: Source, document: Document, now: datetime) -> Trial:
    """Read a document that was fetched already, with nothing that it leads to."""
    return try_reading(source, _read(source, [document]), now)


def try_file(path: Path, source: Source, content_type: str, now: datetime) -> Trial:
    """Read a file as if a server had sent it from the source's address.

    An empty `content_type` is the one that servers send for such a name. From NOWHERE, links are
    relative to the site that the document says it is of.
    """
    limit = Limits().body_bytes
    if path.stat().st_size > limit:
        return Trial(
            kind=source.kind,
            outcome=Outcome.TOO_BIG,
            error=f"the file has more than {limit:,} bytes",
        )
    document = Document(
        url=source.url,
        status=HTTPStatus.OK.value,
        content=path.read_bytes(),
        content_type=content_type or mimetypes.guess_type(path.name)[0] or "",
    )
    if source.kind == SNIFFED:
        source = replace(source, kind=_kind(document, source.encoding))
    return try_reading(source, _read(source, [document]), now)


def try_snapshot(source: Source, snapshot: Snapshot, now: datetime) -> Trial:
    """Read again, without asking anybody, what a poll once got.

    An answer that was refused for its status is refused again, in the words of that day.
    """
    documents = [unpacked(body) for body in snapshot.bodies]
    if documents[0].status != HTTPStatus.OK:
        return Trial(kind=source.kind, outcome=snapshot.outcome, error=snapshot.error)
    return try_reading(source, _read(source, documents), now)


def _kind(document: Document, encoding: str) -> str:
    try:
        content = opened(document).content
        return kind_of(decode(content, content_type=document.content_type, configured=encoding))
    except SourceError:
        return "feed"


def _read(source: Source, documents: Sequence[Document]) -> Reading:
    try:
        parsed, lost = _parsed(source, documents)
    except SourceError as e:
        return Reading(source_id=source.id, outcome=e.outcome, error=e.message)
    items = tuple(item for each in parsed for item in each.items)
    named = len(following(source, documents[0])) if len(documents) == 1 else 0
    hint = f": it names {named} more, which a poll reads, too" if named else ""
    return Reading(
        source_id=source.id,
        outcome=Outcome.OK if items else Outcome.EMPTY,
        error="" if items else f"the document has no entries{hint}",
        title=next((each.title for each in parsed if each.title), ""),
        items=items,
        torn=tuple(item for each in parsed for item in each.torn),
        trouble=(*lost, *(line for each in parsed for line in each.trouble)),
    )


def _parsed(source: Source, documents: Sequence[Document]) -> tuple[list[Parsed], list[str]]:
    parsed, lost = parse_all(source, documents)
    if documents[0].url == NOWHERE and parsed[0].site:
        return parse_all(source, [replace(documents[0], url=parsed[0].site)])
    return parsed, lost


def try_reading(source: Source, reading: Reading, now: datetime) -> Trial:
    """Return what would be kept of a reading, and what would not."""
    items = tuple(as_item(raw, source, now) for raw in reading.items or ())
    entries = tuple(
        Entry(item=item, kept=bool(item.title or item.url) and kept(item, source)) for item in items
    )
    torn = tuple(Entry(item=as_item(raw, source, now), kept=False) for raw in reading.torn)
    reading = with_refusals(reading, sum(not (item.title or item.url) for item in items))
    return Trial(
        kind=source.kind,
        outcome=reading.outcome,
        title=reading.title,
        error=reading.error,
        status=reading.status,
        entries=entries + torn,
    )
