"""RSS 0.9 to 2.0, RDF and Atom -> raw items, through feedparser.

Encoding, repair and dates are ours; feedparser sees clean UTF-8 and knows the dialects.
"""

import html
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from html.entities import html5
from io import BytesIO
from typing import Any, Final
from xml.sax.saxutils import escape

import feedparser

from pipeline.charset import decode
from pipeline.dates import parse_date
from pipeline.errors import SourceError
from pipeline.model import Document, Outcome, Parsed, RawItem, Source
from pipeline.parse.sniff import from_root, refuse_other_files
from pipeline.reading import Limits

_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff\ufeff]")
# A CDATA section, or an ampersand with what it may introduce.
_AMPERSANDS: Final = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?:#(\d{1,7});|#[xX]([0-9a-fA-F]{1,6});|([A-Za-z][A-Za-z0-9]{1,31};))?",
    re.DOTALL,
)
_XML_ENTITIES: Final = frozenset({"amp;", "lt;", "gt;", "quot;", "apos;"})
_PLAIN_TYPES: Final = frozenset({"text/plain", "text"})
# Where documents write the day of an item, in the names that feedparser gives them.
_DATES: Final = ("published", "created", "prism_publicationdate", "date", "pubdate")
# What comes nearest to a page for people, where an entry names none.
_LINKS: Final = ("alternate", "guid", "related", "enclosure", "self")
_OPENS: Final = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_CLOSES: Final = re.compile(r"</(?:\w+:)?(?:item|entry)\s*>", re.IGNORECASE)
_BROKEN: Final = (
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
_SORTABLE_UNTIL: Final = datetime(2100, 1, 1, tzinfo=UTC)
_EXTENSIONS: Final = re.compile(
    r"</?(?!(?:dc|dcterms|content|rdf|atom|xhtml):)[\w.-]{1,40}:[\w.-]{1,60}(?:\s[^<>]*)?>"
)
_DECLARATION: Final = "<?xml version='1.0' encoding='utf-8'?>\n"


Entry = Mapping[str, Any]


def parse(source: Source, document: Document) -> Parsed:
    """Read a feed; small damage is repaired, larger damage is read leniently and named.

    Raise SourceError for anything but a feed. A feed without entries has no items.
    """
    refuse_other_files(document)
    text = decode(document.content, content_type=document.content_type, configured=source.encoding)
    root, junk_before = from_root(text.lstrip("\ufeff \t\r\n"), document)
    found = _read(_repaired(root))
    head: Entry = dict(found["feed"])
    entries: list[Entry] = [dict(entry) for entry in found["entries"]]
    if found.get("bozo") and _torn(root):
        entries = entries[:-1]
    kept = _newest(entries, source.timezone)
    return Parsed(
        title=head.get("title", ""),
        items=tuple(_item(entry, document, _language(entry, head, source)) for entry in kept),
        trouble=tuple(_trouble(found, junk_before=junk_before, dropped=len(entries) - len(kept))),
    )


def _repaired(text: str) -> str:
    """Make XML of what is nearly XML: no control characters, no entity that XML lacks."""
    return _AMPERSANDS.sub(_as_xml, _NOT_XML.sub("", text))


def _as_xml(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if decimal or hexadecimal:
        # What is no character at all becomes U+FFFD, 128 to 159 what Windows means by them.
        return escape(_NOT_XML.sub("", html.unescape(match[0])))
    if name:
        return match[0] if name in _XML_ENTITIES else escape(html5.get(name, match[0]))
    return match[0] if len(match[0]) > 1 else "&amp;"


def _read(text: str) -> Entry:
    try:
        return _parsed(text)
    except _BROKEN:
        # An element of an extension, a licence without an address say, that feedparser trips on.
        plain = _EXTENSIONS.sub("", text)
    try:
        return _parsed(plain)
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


def _torn(text: str) -> bool:
    """Say whether the answer ended inside an entry: half a title must not become an item."""
    return len(_OPENS.findall(text)) > len(_CLOSES.findall(text))


def _newest(entries: list[Entry], timezone: str) -> list[Entry]:
    limit = Limits().items
    if len(entries) <= limit:
        return entries

    def age_order(place: int) -> float:
        found = parse_date(_published(entries[place]), timezone=timezone, now=_SORTABLE_UNTIL)
        return -found[0].timestamp() if found else 0.0

    return [entries[place] for place in sorted(sorted(range(len(entries)), key=age_order)[:limit])]


def _trouble(found: Entry, *, junk_before: bool, dropped: int) -> Iterator[str]:
    if junk_before:
        yield "text before the feed was skipped"
    if found.get("bozo"):
        fault = str(found.get("bozo_exception")).rpartition(": ")[2]
        yield f"not well-formed, read leniently ({fault})"
    if dropped:
        yield f"{dropped} older items left out, the limit is {Limits().items}"


def _language(entry: Entry, head: Entry, source: Source) -> str | None:
    """Return what the entry itself says; a feed's own word only where no person gave one.

    The language of a whole feed is mostly the default of a template.
    """
    of_feed: str | None = head.get("language") or None
    of_entry: str | None = entry.get("language") or _detail(entry, "title").get("language")
    if of_entry and of_entry != of_feed:
        return of_entry
    return None if source.language else of_feed


def _item(entry: Entry, document: Document, language: str | None) -> RawItem:
    return RawItem(
        base=document.url,
        guid=entry.get("id"),
        link=_link(entry),
        title=_markup(entry.get("title"), _detail(entry, "title")),
        # Without the detail, feedparser has copied the content.
        summary=_markup(entry.get("summary"), detail)
        if (detail := _detail(entry, "summary"))
        else None,
        body=_body(entry),
        author=entry.get("author"),
        language=language,
        published=_published(entry) or None,
        updated=entry.get("updated"),
    )


def _published(entry: Entry) -> str:
    return next((str(entry[name]) for name in _DATES if entry.get(name)), "")


def _link(entry: Entry) -> str | None:
    link: str = entry.get("link") or ""
    if link and link != entry.get("id"):
        return link
    by_rel = {other.get("rel"): other.get("href") for other in reversed(entry.get("links", []))}
    # feedparser takes any guid for a link where there is none.
    by_rel["guid"] = link if link.lower().startswith(("http:", "https:", "/")) else ""
    return next((by_rel[rel] for rel in _LINKS if by_rel.get(rel)), None)


def _body(entry: Entry) -> str | None:
    bodies = [_markup(c.get("value"), c) or "" for c in entry.get("content", [])]
    return max(bodies, key=len, default=None)


def _markup(text: str | None, detail: Entry) -> str | None:
    """Return a text as HTML; in what is declared as plain, `<` is only a character."""
    plain = detail.get("type") in _PLAIN_TYPES
    return text.replace("<", "&lt;") if text and plain else text


def _detail(entry: Entry, name: str) -> Entry:
    return entry.get(f"{name}_detail") or {}
