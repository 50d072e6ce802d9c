"""The API of congress.gov, version 3: bills and their summaries -> raw items.

The key goes in a header, so that no address, log or link of ours ever holds it.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from pipeline.model import Document, Parsed, RawItem, Request, Source, Type
from pipeline.parse.api import (
    NotAsDocumentedError,
    Record,
    opened,
    plain,
    query,
    salvaged,
    unexpected,
    with_defaults,
    with_query,
)

KEY_HEADER: Final = "X-Api-Key"
_PAGES: Final = "https://www.congress.gov/bill"
# What congress.gov calls a sort of bill in citations and in addresses.
_BILLS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "HR": ("H.R.", "house-bill"),
        "S": ("S.", "senate-bill"),
        "HJRES": ("H.J.Res.", "house-joint-resolution"),
        "SJRES": ("S.J.Res.", "senate-joint-resolution"),
        "HCONRES": ("H.Con.Res.", "house-concurrent-resolution"),
        "SCONRES": ("S.Con.Res.", "senate-concurrent-resolution"),
        "HRES": ("H.Res.", "house-resolution"),
        "SRES": ("S.Res.", "senate-resolution"),
    }
)
_ENACTED: Final = ("became public law", "became private law")


def since(source: Source, day: date) -> tuple[Request, ...]:
    """Ask for what was updated since a day, the latest update first."""
    url = with_defaults(source.url, {"limit": "250", "sort": "updateDate desc"})
    begin = f"{day.isoformat()}T00:00:00Z"
    return (Request(url=with_query(url, {"format": "json", "fromDateTime": begin})),)


def more(document: Document) -> tuple[Request, ...]:
    """Ask for the next page, as long as the answer counts more than was given."""
    answer = opened(document)
    given = len(answer.records("bills") or answer.records("summaries"))
    offset = query(document.url).get("offset", "0")
    read = given + (int(offset) if offset.isascii() and offset.isdigit() else 0)
    if not given or read >= answer.record("pagination").number("count"):
        return ()
    return (Request(url=with_query(document.url, {"offset": str(read)})),)


def parse(source: Source, document: Document) -> Parsed:
    """Read a page of bills or of summaries; another endpoint is refused."""
    del source
    answer = opened(document)
    bills = answer.rows("bills")
    if bills is not None:
        return salvaged("Bills of Congress", bills, lambda record: _bill(record, document))
    summaries = answer.rows("summaries")
    if summaries is None:
        raise unexpected(answer, "bills")
    return salvaged("Summaries of bills", summaries, lambda record: _summary(record, document))


def _bill(record: Record, document: Document) -> RawItem:
    action = record.record("latestAction")
    said = action.text("text")
    enacted = said.casefold().startswith(_ENACTED)
    return RawItem(
        base=document.url,
        guid=_identifier(record),
        link=_page(record),
        title=_title(record),
        summary=plain(f"{action.text('actionDate')}: {said}" if said else "") or None,
        author=plain(record.text("originChamber")) or None,
        language="en",
        published=action.text("actionDate") or None,
        updated=record.text("updateDateIncludingText") or record.text("updateDate") or None,
        type=Type.LAW if enacted else Type.BILL,
    )


def _summary(record: Record, document: Document) -> RawItem:
    bill = record.record("bill")
    stage = record.text("actionDesc")
    written = record.text("lastSummaryUpdateDate") or record.text("updateDate")
    return RawItem(
        base=document.url,
        guid=f"{_identifier(bill)}-{record.needed('versionCode')}",
        # A bill has one page for all its summaries, and each of them is an item of its own.
        link=f"{_page(bill)}/summary/{record.text('versionCode')}",
        title=_title(bill) + (plain(f" ({stage})") if stage else ""),
        summary=record.text("text") or None,
        author=plain(record.text("currentChamber")) or None,
        language="en",
        published=written or record.text("actionDate") or None,
        type=Type.BILL,
    )


def _identifier(bill: Record) -> str:
    kind, number = bill.needed("type").upper(), bill.needed("number")
    if kind not in _BILLS or not number.isalnum():
        raise NotAsDocumentedError(f"no bill is called {kind} {number}")
    return f"{_congress(bill)}-{kind.lower()}-{number}"


def _congress(bill: Record) -> int:
    congress = bill.number("congress")
    if not congress:
        raise NotAsDocumentedError("no 'congress'")
    return congress


def _title(bill: Record) -> str:
    citation = f"{_BILLS[bill.text('type').upper()][0]} {bill.text('number')}"
    return plain(f"{citation}: {bill.needed('title')}")


def _page(bill: Record) -> str:
    congress = _congress(bill)
    kind = _BILLS[bill.text("type").upper()][1]
    return f"{_PAGES}/{congress}{_ordinal(congress)}-congress/{kind}/{bill.text('number')}"


def _ordinal(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
