"""GOV.UK: the search API, and pages of the content store -> raw items.

The search does not tell when a consultation closes. So the content of the newest open ones is
asked for beside each page of results, and gives them their deadlines.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final
from urllib.parse import urljoin

from pipeline.errors import SourceError
from pipeline.model import Document, Outcome, Parsed, RawItem, Request, Source, Type
from pipeline.parse.api import (
    Record,
    opened,
    plain,
    query,
    salvaged,
    unexpected,
    with_defaults,
    with_query,
)

_MOST_CONTENTS: Final = 8
_FIELDS: Final = (
    "content_id",
    "content_store_document_type",
    "description",
    "link",
    "organisations",
    "public_timestamp",
    "title",
)
_OPEN: Final = frozenset({"open_consultation", "open_call_for_evidence"})
_TYPES: Mapping[str, Type] = MappingProxyType(
    {
        name: kind
        for kind, names in {
            Type.CONSULTATION: (
                "consultation open_consultation closed_consultation consultation_outcome "
                "call_for_evidence open_call_for_evidence closed_call_for_evidence "
                "call_for_evidence_outcome"
            ),
            Type.GUIDANCE: (
                "guidance detailed_guide statutory_guidance guide manual manual_section "
                "hmrc_manual hmrc_manual_section"
            ),
            Type.RULE: "regulation statutory_instrument",
            Type.PRESS: (
                "press_release news_story news_article world_news_story government_response "
                "world_location_news_article"
            ),
            Type.SPEECH: "speech authored_article oral_statement written_statement",
            Type.REPORT: (
                "policy_paper independent_report impact_assessment research corporate_report "
                "case_study transparency"
            ),
            Type.STATISTICS: (
                "statistics official_statistics national_statistics statistical_data_set "
                "statistics_announcement official_statistics_announcement "
                "national_statistics_announcement"
            ),
        }.items()
        for name in names.split()
    }
)


def since(source: Source, day: date) -> tuple[Request, ...]:
    """Ask for what was published or updated since a day, newest first."""
    url = with_defaults(source.url, {"count": "100", "order": "-public_timestamp"})
    wanted = {"filter_public_timestamp": f"from:{day.isoformat()}", "fields": _FIELDS}
    return (Request(url=with_query(url, wanted)),)


def more(document: Document) -> tuple[Request, ...]:
    """Ask for the next page, and for the content of the newest open consultations of this one."""
    answer = opened(document)
    results = answer.records("results")
    read = _start(document) + len(results)
    pages = [with_query(document.url, {"start": str(read)})]
    if not results or read >= answer.number("total"):
        pages = []
    return tuple(Request(url=url) for url in (*pages, *_contents(results, document)))


def parse(source: Source, document: Document) -> Parsed:
    """Read a page of results, or one page of the content store."""
    del source
    answer = opened(document)
    if answer.text("base_path"):
        title = answer.text("title")
        return Parsed(title=title, items=(_content_item(answer, document),))
    rows = answer.rows("results")
    if rows is None:
        raise unexpected(answer, "results")
    return salvaged("GOV.UK search", rows, lambda record: _item(record, document))


def _start(document: Document) -> int:
    start = query(document.url).get("start", "0")
    return int(start) if start.isascii() and start.isdigit() else 0


def _contents(results: list[Record], document: Document) -> list[str]:
    paths = [
        path
        for result in results
        if result.text("content_store_document_type") in _OPEN
        and (path := result.text("link")).startswith("/")
    ]
    return [urljoin(document.url, f"/api/content{path}") for path in paths[:_MOST_CONTENTS]]


def _item(record: Record, document: Document) -> RawItem:
    link = record.needed("link")
    return RawItem(
        base=document.url,
        guid=record.text("content_id") or link,
        link=link,
        title=plain(record.needed("title")),
        summary=plain(record.text("description")) or None,
        author=_names(record.records("organisations")),
        language="en",
        published=record.text("public_timestamp") or None,
        type=_TYPES.get(record.text("content_store_document_type")),
    )


def _content_item(answer: Record, document: Document) -> RawItem:
    details, title = answer.record("details"), answer.text("title")
    if not title:
        raise SourceError(Outcome.NOT_A_FEED, "is a content item without a title")
    path = answer.text("base_path")
    return RawItem(
        base=document.url,
        guid=answer.text("content_id") or path,
        link=path,
        title=plain(title),
        summary=plain(answer.text("description")) or None,
        body=details.text("body") or None,
        author=_names(answer.record("links").records("organisations")),
        language=answer.text("locale") or "en",
        published=answer.text("public_updated_at") or answer.text("first_published_at") or None,
        deadline=details.text("closing_date") or None,
        type=_TYPES.get(answer.text("document_type")),
    )


def _names(organisations: list[Record]) -> str | None:
    return plain(", ".join(sorted(_titles(organisations)))) or None


def _titles(organisations: list[Record]) -> Iterator[str]:
    for one in organisations:
        if title := one.text("title"):
            yield title
