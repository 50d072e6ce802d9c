"""JSON Feed 1.0 and 1.1 -> raw items; one bad item does not cost the good ones.

Values of a wrong type are taken where their meaning is clear: a number for an id, one object for
a list of one.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pipeline.errors import SourceError
from pipeline.model import Document, Outcome, Parsed, RawItem, Source
from pipeline.parse.entries import CATEGORY_LIMIT, in_language, left_out, newest
from pipeline.parse.markup import plain
from pipeline.parse.sniff import Root
from pipeline.text import html_to_text, looks_like_html, one_line
from pipeline.urls import canonical

_NO_FEED: Final = "is JSON, but not a feed"
_ITEMS: Final = re.compile(r'"items"\s*:\s*\[')
_TITLE: Final = re.compile(r'"title"\s*:\s*("(?:[^"\\]|\\.){0,500}")')
_BETWEEN: Final = frozenset(" \t\r\n,")
_NEXT: Final = re.compile(r"\}\s*,\s*(?=\{)")
# A document with more broken items than this is no feed with damage, it is damage.
_DAMAGE_LIMIT: Final = 50
_OWN_KEYS: Final = frozenset({"id", "content_html", "content_text", "date_published"})
_ITEM_KEYS: Final = frozenset(
    {"title", "url", "external_url", "content_html", "content_text", "summary", "date_published"}
)
_FEED_KEYS: Final = frozenset({"title", "feed_url", "home_page_url", "description"})
_ERROR_KEYS: Final = frozenset(
    {"error", "errors", "message", "status", "statusCode", "code", "detail"}
)
# Numbers stay as they are written: an id of 1e3 is not one of 1000.0.
_DECODER: Final = json.JSONDecoder(strict=False, parse_int=str, parse_float=str, parse_constant=str)

Values = Mapping[str, Any]


def read(source: Source, document: Document, root: Root) -> Parsed:
    """Read a JSON Feed; raise SourceError for JSON of another kind, or for none."""
    feed, trouble = _feed(root.text, promised=source.kind == "jsonfeed")
    given = _list(feed.get("items"))
    entries = [entry for entry in given if isinstance(entry, dict)]
    kept = newest(entries, _written, source.timezone)
    language = _text(feed.get("language")) or ""
    lost = len(given) - len(entries)
    if lost:
        trouble = (*trouble, f"{lost} items that are no objects were left out")
    return Parsed(
        title=one_line(html_to_text(_plain(feed.get("title")) or "")),
        site=canonical(_text(feed.get("home_page_url")) or "", document.url),
        items=tuple(in_language(_item(entry, document), language, source) for entry in kept),
        trouble=(*trouble, *left_out(len(entries) - len(kept))),
    )


def _feed(text: str, *, promised: bool) -> tuple[Values, tuple[str, ...]]:
    try:
        feed = _DECODER.raw_decode(text)[0]
    except RecursionError as e:
        raise SourceError(Outcome.PARSE_LIMIT, "is nested too deep") from e
    except json.JSONDecodeError as e:
        return _salvaged(text, e)
    if not isinstance(feed, dict) or not _is_feed(feed, promised):
        raise SourceError(Outcome.NOT_A_FEED, _NO_FEED)
    return feed, ()


def _is_feed(feed: Values, promised: bool) -> bool:
    """Say whether an object is a feed; without a version, it has items or was promised to be one.

    What tells of an error is none, whatever was promised: silence must not look like an empty feed.
    """
    if "jsonfeed" in str(feed.get("version")).lower():
        return True
    if _ERROR_KEYS & feed.keys():
        return False
    items = [item for item in _list(feed.get("items")) if isinstance(item, dict)]
    keys = _ITEM_KEYS | _OWN_KEYS if promised else _ITEM_KEYS
    return any(keys & item.keys() for item in items) or (
        bool(_FEED_KEYS & feed.keys()) and (promised or isinstance(feed.get("items"), list))
    )


def _salvaged(text: str, error: json.JSONDecodeError) -> tuple[Values, tuple[str, ...]]:
    """Read the items of a document that is not JSON as a whole, one by one."""
    start = _ITEMS.search(text)
    items, broken = _items(text, start.end()) if start else ([], 0)
    fault = f"broken JSON, line {error.lineno}, column {error.colno}: {error.msg}"
    if not start or not items:
        raise SourceError(Outcome.NOT_A_FEED, f"is {fault}") from error
    title = _TITLE.search(text, 0, start.start())
    feed = {"items": items, "title": json.loads(title[1], strict=False) if title else None}
    return feed, (f"{fault}; {broken} items could not be read",)


def _items(text: str, position: int) -> tuple[list[Values], int]:
    items: list[Values] = []
    broken = 0
    while broken < _DAMAGE_LIMIT:
        while text[position : position + 1] in _BETWEEN:
            position += 1
        if text[position : position + 1] in ("", "]"):
            break
        value, position = _value(text, position)
        # Behind a broken item may follow the rest of it: an attachment, an author.
        if isinstance(value, dict) and _OWN_KEYS & value.keys():
            items.append(value)
            continue
        broken += value is None
        after = _NEXT.search(text, position)
        if not after:
            break
        position = after.end()
    return items, broken


def _value(text: str, position: int) -> tuple[object, int]:
    try:
        return _DECODER.raw_decode(text, position)
    except (json.JSONDecodeError, RecursionError):
        return None, position


def _item(entry: Values, document: Document) -> RawItem:
    content = _text(entry.get("content_html"))
    in_words = _text(entry.get("content_text"))
    summary = _text(entry.get("summary"))
    return RawItem(
        base=document.url,
        guid=_text(entry.get("id")),
        link=next(_links(entry), None),
        title=_plain(entry.get("title")),
        summary=plain(summary) if summary else None,
        body=content or (plain(in_words) if in_words else None),
        author=", ".join(_authors(entry)) or None,
        language=_text(entry.get("language")),
        published=_text(entry.get("date_published")),
        updated=_text(entry.get("date_modified")),
        categories=tuple(filter(None, map(_text, _list(entry.get("tags")))))[:CATEGORY_LIMIT],
    )


def _written(entry: Values) -> str:
    return _text(entry.get("date_published")) or _text(entry.get("date_modified")) or ""


def _links(entry: Values) -> Iterator[str]:
    own = _text(entry.get("id")) or ""
    attached = (a.get("url") for a in _list(entry.get("attachments")) if isinstance(a, dict))
    is_address = own.lower().startswith(("http:", "https:"))
    for value in (
        entry.get("url"),
        entry.get("external_url"),
        own if is_address else "",
        *attached,
    ):
        if text := _text(value):
            yield text


def _authors(entry: Values) -> Iterator[str]:
    for author in _list(entry.get("authors")) or _list(entry.get("author")):
        if name := _text(author.get("name") if isinstance(author, dict) else author):
            yield plain(name)


def _list(value: object) -> list[Any]:
    """Take one value for a list of one, and nothing for an empty one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _plain(value: object) -> str | None:
    text = _text(value)
    return text if text is None or looks_like_html(text) else plain(text)
