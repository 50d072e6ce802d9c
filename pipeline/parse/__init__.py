"""Document -> raw items: one module a kind, and the registry of kinds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType

from pipeline.model import Document, Parsed, Request, Source
from pipeline.parse import (
    api_congress,
    api_egov,
    api_eurlex,
    api_federal_register,
    api_govuk,
    api_kokkai,
    feed,
    page,
    sitemap,
)
from pipeline.parse.sniff import JSON_ROOTS, SITEMAP_ROOTS, root_of

FIRST_CONTACT = timedelta(days=7)
"""How far back the first poll of a source asks that can be asked for days."""


def _own_address(source: Source, _: date) -> tuple[Request, ...]:
    return (Request(url=source.url),)


def _nothing_more(_: Document) -> tuple[Request, ...]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How one kind of source is read: what to ask for first, what then, and what it holds.

    `options` are the keys of `sources.yaml` that mean something to this kind; a source that sets
    another kind's key is told so. `moving`: its address may hold {yyyy} and the like.
    """

    parse: Callable[[Source, Document], Parsed]
    first: Callable[[Source, date], tuple[Request, ...]] = _own_address
    more: Callable[[Document], tuple[Request, ...]] = _nothing_more
    options: frozenset[str] = frozenset()
    moving: bool = False
    since: Callable[[Source, date], tuple[Request, ...]] | None = None
    """Asks for what is dated since a day; None where nobody can be asked for the past."""
    late_days: int = 0
    """How many days after its date a record may appear. 0: polls ask by `first`, not by `since`,
    and a backfill ends with the first document that holds nothing dated since its day."""
    pause: float = 0.0
    """Seconds between two requests, where a server asks for more than we give every host."""
    key_header: str = ""
    """The header that carries the key which the source's `key_env` names; empty: it needs none."""

    def poll_since(self, last_success_at: datetime | None, now: datetime) -> date | None:
        """Return the day from which a poll asks, or None when days cannot be asked for.

        It reaches back to the last good poll, however long ago that was, so that an outage of
        ours costs nothing.
        """
        if self.since is None or not self.late_days:
            return None
        begin = min(last_success_at, now) if last_success_at else now - FIRST_CONTACT
        return (begin - timedelta(days=self.late_days)).date()

    def ends_backfill(self, day: date, newest_at: datetime | None) -> bool:
        """Say whether a document whose newest date is this one is the last to ask for.

        Where days are asked for, the server itself ends; elsewhere older documents follow.
        """
        return not self.late_days and (newest_at is None or newest_at.date() < day)


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "api_congress": Kind(
            parse=api_congress.parse,
            more=api_congress.more,
            since=api_congress.since,
            late_days=1,
            key_header=api_congress.KEY_HEADER,
        ),
        "api_egov": Kind(parse=api_egov.parse, options=frozenset({"encoding", "path_filter"})),
        "api_eurlex": Kind(
            parse=api_eurlex.parse, more=api_eurlex.more, since=api_eurlex.since, late_days=45
        ),
        "api_federal_register": Kind(
            parse=api_federal_register.parse,
            more=api_federal_register.more,
            since=api_federal_register.since,
            late_days=2,
        ),
        "api_govuk": Kind(
            parse=api_govuk.parse, more=api_govuk.more, since=api_govuk.since, late_days=2
        ),
        "api_kokkai": Kind(
            parse=api_kokkai.parse,
            more=api_kokkai.more,
            since=api_kokkai.since,
            late_days=60,
            pause=api_kokkai.PAUSE,
        ),
        "feed": Kind(parse=feed.parse, options=frozenset({"encoding", "path_filter"})),
        # The document says which of the two it is; either word may stand in a file.
        "jsonfeed": Kind(parse=feed.parse, options=frozenset({"encoding", "path_filter"})),
        "sitemap": Kind(
            parse=sitemap.parse,
            more=sitemap.more,
            options=frozenset({"encoding", "path_filter"}),
        ),
        "page": Kind(
            parse=page.parse,
            first=page.first,
            moving=True,
            options=frozenset({"encoding", "path_filter", "select", "min_items", "via", "watch"}),
        ),
    }
)


def kind_of(text: str) -> str:
    """Return the kind of source that a document is from; `feed` for what is of no kind."""
    name = root_of(text).name
    if name in SITEMAP_ROOTS:
        return "sitemap"
    return "jsonfeed" if name in JSON_ROOTS else "feed"


def parse(source: Source, document: Document) -> Parsed:
    """Read a document as its source's kind; no items is an answer, not an error.

    Raise SourceError when it is not what the source promises, or a wall stands before it.
    """
    return KINDS[source.kind].parse(source, document)
