"""A feed that is not well-formed -> its title and raw items, through feedparser.

feedparser knows what such documents mean; encoding, repair, dates and links stay ours.
"""

import re
from collections.abc import Mapping
from io import BytesIO
from typing import Any, Final

import feedparser

from pipeline.errors import SourceError
from pipeline.model import Outcome, RawItem
from pipeline.parse.entries import CATEGORY_LIMIT
from pipeline.parse.markup import plain

Entry = Mapping[str, Any]

_DECLARATION: Final = "<?xml version='1.0' encoding='utf-8'?>\n"
_PLAIN_TYPES: Final = frozenset({"text/plain", "text"})
# Where documents write the day of an item, in the names that feedparser gives them.
_DATES: Final = ("published", "created", "prism_publicationdate", "date", "pubdate")
# What comes nearest to a page for people, where an entry names none.
_LINKS: Final = ("alternate", "guid", "related", "enclosure", "via", "self")
_BROKEN: Final = (
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
_EXTENSIONS: Final = re.compile(
    r"</?(?!(?:dc|dcterms|content|rdf|atom|xhtml):)[\w.-]{1,40}:[\w.-]{1,60}(?:\s[^<>]*)?>"
)


def read(text: str) -> tuple[Entry, list[Entry]]:
    """Return what a feed that is nearly one says of itself, and its entries.

    Raise SourceError for what even feedparser cannot read.
    """
    try:
        found = _parsed(text)
    except _BROKEN:
        # An element of an extension, a licence without an address say, that feedparser trips on.
        found = _parsed_at_last(_EXTENSIONS.sub("", text))
    return dict(found["feed"]), [dict(entry) for entry in found["entries"]]


def raw_item(entry: Entry, address: str) -> RawItem:
    """Read one entry of a document from that address."""
    return RawItem(
        base=address,
        guid=entry.get("id"),
        link=_link(entry),
        title=_markup(entry.get("title"), _detail(entry, "title")),
        # Without the detail, feedparser has copied the content.
        summary=_markup(entry.get("summary"), detail)
        if (detail := _detail(entry, "summary"))
        else None,
        body=_body(entry),
        author=entry.get("author"),
        language=entry.get("language") or _detail(entry, "title").get("language"),
        published=published(entry) or None,
        updated=entry.get("updated"),
        categories=tuple(_categories(entry))[:CATEGORY_LIMIT],
    )


def published(entry: Entry) -> str:
    """Return the date of an entry alone, to tell old ones from new ones."""
    return next((str(entry[name]) for name in _DATES if entry.get(name)), "")


def _parsed_at_last(text: str) -> Entry:
    try:
        return _parsed(text)
    except _BROKEN as e:
        raise SourceError(Outcome.NOT_A_FEED, f"cannot be parsed ({type(e).__name__})") from e


def _parsed(text: str) -> Entry:
    found = feedparser.parse(
        BytesIO((_DECLARATION + text).encode()),
        # No base address: links come as they stand, joined only with an xml:base.
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    return dict(found)


def _link(entry: Entry) -> str | None:
    real = entry.get("feedburner_origlink") or entry.get("pheedo_origlink")
    link: str = real or entry.get("link") or ""
    if link and link != entry.get("id"):
        return link
    by_rel = {other.get("rel"): other.get("href") for other in reversed(entry.get("links", []))}
    # feedparser takes any guid for a link where there is none, but not what RDF is about.
    name = link or (entry.get("id", "") if entry.get("guidislink", True) else "")
    by_rel["guid"] = name if name.lower().startswith(("http:", "https:", "/")) else ""
    return next((by_rel[rel] for rel in _LINKS if by_rel.get(rel)), None)


def _body(entry: Entry) -> str | None:
    bodies = [_markup(c.get("value"), c) or "" for c in entry.get("content", [])]
    return max(bodies, key=len, default=None)


def _categories(entry: Entry) -> list[str]:
    tags = entry.get("tags", [])
    return [str(text) for tag in tags for text in (tag.get("label"), tag.get("term")) if text]


def _markup(text: str | None, detail: Entry) -> str | None:
    """Return a text as HTML; in what is declared as plain, `<` is only a character."""
    return plain(text) if text and detail.get("type") in _PLAIN_TYPES else text


def _detail(entry: Entry, name: str) -> Entry:
    return entry.get(f"{name}_detail") or {}
