"""Read one thing as a poll would and store nothing: the tool for bug reports."""

import mimetypes
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jobs.poll import full_task
from jobs.settings import Settings
from pipeline.errors import SourceError
from pipeline.fetch import HostSession
from pipeline.model import Document, Item, Outcome, RawItem, Source
from pipeline.normalise import kept, normalise
from pipeline.reading import FetchPolicy
from pipeline.run import parse, read_source


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
    policy = FetchPolicy(user_agent=settings.user_agent, allow_networks=settings.allow_networks)
    with HostSession(policy) as session:
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
    try:
        parsed = parse(source, document)
    except SourceError as e:
        return Trial(kind=source.kind, outcome=e.outcome, error=e.message)
    items = _items(parsed.items, source, now)
    return Trial(
        kind=source.kind,
        outcome=Outcome.OK if items else Outcome.EMPTY,
        title=parsed.title,
        error="; ".join(parsed.trouble),
        items=items,
    )


def _items(raw_items: tuple[RawItem, ...], source: Source, now: datetime) -> tuple[Item, ...]:
    found = (normalise(raw, source, now) for raw in raw_items)
    return tuple(item for item in found if item and kept(item, source))
