"""Document -> raw items: one module a kind, and the registry of kinds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pipeline.model import Document, Parsed, Request, Source
from pipeline.parse import feed, page, sitemap
from pipeline.parse.sniff import JSON_ROOTS, SITEMAP_ROOTS, root_of


def _own_address(source: Source) -> tuple[Request, ...]:
    return (Request(url=source.url),)


def _nothing_more(_: Document) -> tuple[Request, ...]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How one kind of source is read: what to ask for first, what then, and what it holds.

    `options` are the keys of `sources.yaml` that mean something to this kind; a source that sets
    another kind's key is told so.
    """

    parse: Callable[[Source, Document], Parsed]
    first: Callable[[Source], tuple[Request, ...]] = _own_address
    more: Callable[[Document], tuple[Request, ...]] = _nothing_more
    options: frozenset[str] = frozenset()


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
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
            options=frozenset({"encoding", "path_filter", "select", "min_items"}),
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
