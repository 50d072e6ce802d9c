"""The search for documents of the Federal Register of the United States -> raw items.

`/api/v1/documents.json` takes `conditions[…]`; it gives at most 10,000 documents of one search,
its count included, so that a longer one goes on from the oldest day that it reached.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from pipeline.model import Document, Parsed, RawItem, Request, Source, Type
from pipeline.parse.api import (
    Record,
    lines,
    opened,
    plain,
    query,
    salvaged,
    unexpected,
    with_defaults,
    with_query,
    with_query_of,
)

_MOST_FOUND: Final = 10_000
_FIELDS: Final = (
    "abstract",
    "action",
    "agencies",
    "citation",
    "comments_close_on",
    "dates",
    "docket_ids",
    "document_number",
    "executive_order_number",
    "html_url",
    "publication_date",
    "regulation_id_numbers",
    "subtype",
    "title",
    "type",
)
_FROM: Final = "conditions[publication_date][gte]"
_UNTIL: Final = "conditions[publication_date][lte]"
_TYPES: Mapping[str, Type] = MappingProxyType(
    {
        "rule": Type.RULE,
        "proposed rule": Type.CONSULTATION,
        "presidential document": Type.ORDER,
    }
)


def since(source: Source, day: date) -> tuple[Request, ...]:
    """Ask for what was published since a day, newest first, with all that we read."""
    url = with_defaults(source.url, {"per_page": "200", "order": "newest"})
    return (Request(url=with_query(url, {_FROM: day.isoformat(), "fields[]": _FIELDS})),)


def more(document: Document) -> tuple[Request, ...]:
    """Ask for the next page; after the last one of a search that was cut, for what is older."""
    answer = opened(document)
    following = answer.text("next_page_url")
    if following:
        return (Request(url=with_query_of(document.url, following)),)
    days = [day for row in answer.records("results") if (day := row.text("publication_date"))]
    if answer.number("count") < _MOST_FOUND or not days:
        return ()
    oldest = min(days)
    if query(document.url).get(_UNTIL) == oldest:
        return ()
    return (Request(url=with_query(document.url, {_UNTIL: oldest, "page": ()})),)


def parse(source: Source, document: Document) -> Parsed:
    """Read a page of results; a search that finds nothing has none."""
    del source
    answer = opened(document)
    rows = answer.rows("results")
    if rows is None and not answer.text("count"):
        raise unexpected(answer, "results")
    title = answer.text("description")
    return salvaged(title, rows or (), lambda record: _item(record, document))


def _item(record: Record, document: Document) -> RawItem:
    deadline = record.text("comments_close_on")
    return RawItem(
        base=document.url,
        guid=record.needed("document_number"),
        link=record.text("html_url") or None,
        title=plain(record.needed("title")),
        summary=plain(record.text("abstract")) or None,
        body=_identifiers(record) or None,
        author=plain(", ".join(_agencies(record))) or None,
        language="en",
        published=record.text("publication_date") or None,
        deadline=deadline or None,
        type=_type(record, deadline),
    )


def _identifiers(record: Record) -> str:
    order = record.text("executive_order_number")
    return lines(
        ("Action", record.text("action")),
        ("Dates", record.text("dates")),
        (record.text("subtype") or "Executive Order", order),
        ("Docket", "; ".join(record.texts("docket_ids"))),
        ("RIN", "; ".join(record.texts("regulation_id_numbers"))),
        ("Citation", record.text("citation")),
    )


def _agencies(record: Record) -> list[str]:
    agencies = record.records("agencies")
    return [name for one in agencies if (name := one.text("name") or one.text("raw_name"))]


def _type(record: Record, deadline: str) -> Type | None:
    kind = _TYPES.get(record.text("type").casefold())
    # A notice that takes comments asks the public, whatever it is called.
    return kind or (Type.CONSULTATION if deadline else None)
