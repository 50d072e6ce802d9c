"""Read one thing as a poll would and store nothing: the tool for bug reports."""

import mimetypes
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from jobs.settings import Settings
from pipeline.charset import decode
from pipeline.errors import SourceError
from pipeline.fetch import HostSession
from pipeline.model import Document, Item, Outcome, Source
from pipeline.normalise import as_item, kept
from pipeline.parse import KINDS, kind_of
from pipeline.parse.sniff import IS_SITEMAP, opened
from pipeline.reading import FetchPolicy, Limits, PollTask, Reading
from pipeline.run import parse, read_source, with_refusals

NOWHERE = "http://file.example/"
"""The address of a file of which nobody knows where it came from."""
SNIFFED = "auto"
"""The kind of what nobody configured: its document says which it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a document; not `kept` when it says too little or the source filters it."""

    item: Item
    kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What reading one thing would give."""

    kind: str
    outcome: Outcome
    title: str = ""
    error: str = ""
    entries: tuple[Entry, ...] = ()


def try_source(source: Source, settings: Settings) -> Trial:
    """Fetch and read a source."""
    policy = FetchPolicy(user_agent=settings.user_agent, allow_networks=settings.allow_networks)
    chosen = replace(source, kind="feed") if source.kind == SNIFFED else source
    with HostSession(policy) as session:
        reading = read_source(PollTask(source=chosen), session)
        if source.kind == SNIFFED and reading.error == IS_SITEMAP:
            chosen = replace(source, kind="sitemap")
            reading = read_source(PollTask(source=chosen), session)
    return _trial(chosen, reading, settings.clock())


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
        status=200,
        content=path.read_bytes(),
        content_type=content_type or mimetypes.guess_type(path.name)[0] or "",
    )
    if source.kind == SNIFFED:
        source = replace(source, kind=_kind(document, source.encoding))
    return _trial(source, _read(source, document), now)


def _kind(document: Document, encoding: str) -> str:
    try:
        content = opened(document).content
        return kind_of(decode(content, content_type=document.content_type, configured=encoding))
    except SourceError:
        return "feed"


def _read(source: Source, document: Document) -> Reading:
    try:
        parsed = parse(source, document)
        if document.url == NOWHERE and parsed.site:
            parsed = parse(source, replace(document, url=parsed.site))
    except SourceError as e:
        return Reading(source_id=source.id, outcome=e.outcome, error=e.message)
    named = len(KINDS[source.kind].more(document))
    hint = f": it names {named} more, which a poll reads, too" if named else ""
    return Reading(
        source_id=source.id,
        outcome=Outcome.OK if parsed.items else Outcome.EMPTY,
        error="" if parsed.items else f"the document has no entries{hint}",
        title=parsed.title,
        items=parsed.items,
        trouble=parsed.trouble,
    )


def _trial(source: Source, reading: Reading, now: datetime) -> Trial:
    items = tuple(as_item(raw, source, now) for raw in reading.items or ())
    entries = tuple(
        Entry(item=item, kept=bool(item.title or item.url) and kept(item, source)) for item in items
    )
    reading = with_refusals(reading, sum(not (item.title or item.url) for item in items))
    return Trial(
        kind=source.kind,
        outcome=reading.outcome,
        title=reading.title,
        error=reading.error,
        entries=entries,
    )
