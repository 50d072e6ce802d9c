"""The search for minutes of the Diet of Japan (kokkai.ndl.go.jp) -> raw items.

`/api/speech` gives speeches, `/api/meeting` and `/api/meeting_list` meetings. Minutes appear days
to weeks after their meeting.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from pipeline.model import Document, Parsed, RawItem, Request, Source, Type
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

PAUSE: Final = 3.0
"""The rules of use ask for a few seconds between an answer and the next request."""

_MOST: Mapping[str, str] = MappingProxyType({"meeting": "10"})
_MOST_ELSEWHERE: Final = "100"


def since(source: Source, day: date) -> tuple[Request, ...]:
    """Ask for the minutes of meetings since a day, as JSON, in the largest pages there are."""
    endpoint = urlsplit(source.url).path.rstrip("/").rpartition("/")[2]
    size = _MOST.get(endpoint, _MOST_ELSEWHERE)
    url = with_defaults(source.url, {"maximumRecords": size})
    return (Request(url=with_query(url, {"recordPacking": "json", "from": day.isoformat()})),)


def more(document: Document) -> tuple[Request, ...]:
    """Ask from the position that the answer names, if that leads on."""
    following = opened(document).number("nextRecordPosition")
    start = query(document.url).get("startRecord", "1")
    if following <= (int(start) if start.isascii() and start.isdigit() else 1):
        return ()
    return (Request(url=with_query(document.url, {"startRecord": str(following)})),)


def parse(source: Source, document: Document) -> Parsed:
    """Read speeches or meetings; a search that finds nothing has neither."""
    del source
    answer = opened(document)
    speeches, meetings = answer.rows("speechRecord"), answer.rows("meetingRecord")
    if speeches is None and meetings is None and not answer.text("numberOfRecords"):
        raise unexpected(answer, "numberOfRecords")
    if meetings is not None:
        return salvaged("国会会議録 会議", meetings, lambda record: _meeting(record, document))
    return salvaged("国会会議録 発言", speeches or (), lambda record: _speech(record, document))


def _speech(record: Record, document: Document) -> RawItem:
    speaker, position = record.text("speaker"), record.text("speakerPosition")
    who = speaker + (f"（{position}）" if position else "")
    return RawItem(
        base=document.url,
        guid=record.needed("speechID"),
        link=record.text("speechURL") or record.text("meetingURL") or None,
        title=plain(" ".join(filter(None, (_name(record), who)))),
        body=plain(record.text("speech")) or None,
        author=plain(speaker) or None,
        language="ja",
        published=record.text("date") or None,
        type=Type.SPEECH,
    )


def _meeting(record: Record, document: Document) -> RawItem:
    session = record.text("session")
    speakers = dict.fromkeys(s.text("speaker") for s in record.records("speechRecord"))
    return RawItem(
        base=document.url,
        guid=record.needed("issueID"),
        link=record.text("meetingURL") or None,
        title=plain(_name(record) + (f"（第{session}回国会）" if session else "")),
        summary=plain("、".join(filter(None, speakers))) or None,
        body="<br>".join(_speeches(record)) or None,
        language="ja",
        published=record.text("date") or None,
        type=Type.SPEECH,
    )


def _name(record: Record) -> str:
    parts = (record.text("nameOfHouse"), record.needed("nameOfMeeting"), record.text("issue"))
    return " ".join(filter(None, parts))


def _speeches(record: Record) -> Iterator[str]:
    for one in record.records("speechRecord"):
        if speech := one.text("speech"):
            yield plain(speech)
