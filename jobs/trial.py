"""Read one thing as a poll would and store nothing: the tool for bug reports."""

import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

from jobs.poll import full_task
from jobs.settings import Settings
from pipeline.errors import SourceError
from pipeline.fetch import HostSession
from pipeline.model import Document, Item, Outcome, RawItem, Source
from pipeline.normalise import kept, normalise
from pipeline.reader import parse_all, read_source
from pipeline.records import Snapshot
from pipeline.run import unhurried
from pipeline.snapshot import unpacked


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What reading one thing would give."""

    kind: str
    outcome: Outcome
    title: str = ""
    error: str = ""
    items: tuple[Item, ...] = ()


def try_source(source: Source, settings: Settings) -> Trial:
    """Fetch and read a source."""
    with HostSession(unhurried(settings.fetch_policy, [source])) as session:
        reading = read_source(full_task(source, None, settings.clock()), session)
    return Trial(
        kind=source.kind,
        outcome=reading.outcome,
        title=reading.title,
        error=reading.error,
        items=_items(reading.items or (), source, settings.clock()),
    )


def try_file(path: Path, now: datetime) -> Trial:
    """Read a file as if a server had sent it."""
    address = "http://file.example/" + path.name
    source = Source(id="file", name=path.name, kind="feed", url=address)
    media_type = mimetypes.guess_type(path.name)[0] or ""
    document = Document(url=address, status=200, content=path.read_bytes(), content_type=media_type)
    return _try_documents(source, [document], now)


def try_snapshot(source: Source, snapshot: Snapshot, now: datetime) -> Trial:
    """Read again, without asking anybody, what a poll once got.

    An answer that was refused for its status is refused again, in the words of that day.
    """
    documents = [unpacked(body) for body in snapshot.bodies]
    if documents[0].status != HTTPStatus.OK:
        return Trial(kind=source.kind, outcome=snapshot.outcome, error=snapshot.error)
    return _try_documents(source, documents, now)


def _try_documents(source: Source, documents: Sequence[Document], now: datetime) -> Trial:
    try:
        parsed, lost = parse_all(source, documents)
    except SourceError as e:
        return Trial(kind=source.kind, outcome=e.outcome, error=e.message)
    items = tuple(item for each in parsed for item in _items(each.items, source, now))
    return Trial(
        kind=source.kind,
        outcome=Outcome.OK if items else Outcome.EMPTY,
        title=parsed[0].title,
        error="; ".join([*lost, *(line for each in parsed for line in each.trouble)]),
        items=items,
    )


def _items(raw_items: tuple[RawItem, ...], source: Source, now: datetime) -> tuple[Item, ...]:
    found = (normalise(raw, source, now) for raw in raw_items)
    return tuple(item for item in found if item and kept(item, source))
