import json
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pipeline.errors import SourceError
from pipeline.model import Document, RawItem, Type
from pipeline.parse.api_kokkai import more, parse, since
from tests import make

URL = "https://diet.example/api/speech?any=%E6%80%9D%E8%80%83%E6%A9%9F%E6%A2%B0"
SOURCE = make.source(kind="api_kokkai", url=URL, language="ja", timezone="Asia/Tokyo")

SPEECH: dict[str, Any] = {
    "speechID": "129900000X00120260226_007",
    "issueID": "129900000X00120260226",
    "session": 299,
    "nameOfHouse": "衆議院",
    "nameOfMeeting": "思考機械特別委員会",
    "issue": "第1号",
    "date": "2026-02-26",
    "closing": None,
    "speechOrder": 7,
    "speaker": "試験太郎",
    "speakerPosition": "思考機械大臣",
    "speech": "○試験国務大臣　お答えします。\r\n　思考機械の<試験>を行います。",
    "speechURL": "https://diet.example/txt/129900000X00120260226/7",
    "meetingURL": "https://diet.example/txt/129900000X00120260226",
}
MEETING: dict[str, Any] = {
    "issueID": "129900000X00120260226",
    "session": 299,
    "nameOfHouse": "衆議院",
    "nameOfMeeting": "思考機械特別委員会",
    "issue": "第1号",
    "date": "2026-02-26",
    "meetingURL": "https://diet.example/txt/129900000X00120260226",
    "speechRecord": [
        {"speaker": "試験太郎", "speech": "一つ目"},
        {"speaker": "例示花子"},
        {"speaker": "試験太郎", "speech": "二つ目"},
    ],
}


def document(url: str = URL, **answer: Any) -> Document:
    return make.document(json.dumps(answer), url=url, content_type="application/json")


def test_a_speech_is_an_item_with_its_text() -> None:
    found = parse(SOURCE, document(numberOfRecords=1, speechRecord=[SPEECH]))
    assert found.items == (
        RawItem(
            base=URL,
            guid="129900000X00120260226_007",
            link="https://diet.example/txt/129900000X00120260226/7",
            title="衆議院 思考機械特別委員会 第1号 試験太郎（思考機械大臣）",
            body="○試験国務大臣　お答えします。<br>　思考機械の&lt;試験&gt;を行います。",
            author="試験太郎",
            language="ja",
            published="2026-02-26",
            type=Type.SPEECH,
        ),
    )


def test_a_meeting_is_an_item_with_its_speakers() -> None:
    found = parse(SOURCE, document(numberOfRecords=1, meetingRecord=[MEETING]))
    assert found.items == (
        RawItem(
            base=URL,
            guid="129900000X00120260226",
            link="https://diet.example/txt/129900000X00120260226",
            title="衆議院 思考機械特別委員会 第1号（第299回国会）",
            summary="試験太郎、例示花子",
            body="一つ目<br>二つ目",
            language="ja",
            published="2026-02-26",
            type=Type.SPEECH,
        ),
    )


def test_records_that_lack_all_but_their_names_are_items_too() -> None:
    speech = {"speechID": "s1", "nameOfMeeting": "本会議"}
    meeting = {"issueID": "m1", "nameOfMeeting": "本会議"}
    bare = RawItem(base=URL, title="本会議", language="ja", type=Type.SPEECH)
    found = parse(SOURCE, document(speechRecord=[speech, {}])).items
    assert [(item.guid, item.title, item.link) for item in found] == [("s1", bare.title, None)]
    (item,) = parse(SOURCE, document(meetingRecord=[meeting])).items
    assert (item.guid, item.title, item.link, item.summary) == ("m1", bare.title, None, None)


def test_a_search_without_hits_has_no_records() -> None:
    assert parse(SOURCE, document(numberOfRecords=0, nextRecordPosition=None)).items == ()


def test_an_error_is_told() -> None:
    with pytest.raises(SourceError, match="answers with an error: 検索条件がありません"):
        parse(SOURCE, document(message="検索条件がありません", details=["any"]))


@pytest.mark.parametrize(
    ("endpoint", "size"), [("speech", "100"), ("meeting_list", "100"), ("meeting/", "10")]
)
def test_a_poll_asks_for_json_in_the_largest_pages(endpoint: str, size: str) -> None:
    source = make.source(url=f"https://diet.example/api/{endpoint}?nameOfHouse=衆議院")
    (request,) = since(source, date(2026, 2, 1))
    assert parse_qs(urlsplit(request.url).query) == {
        "nameOfHouse": ["衆議院"],
        "maximumRecords": [size],
        "recordPacking": ["json"],
        "from": ["2026-02-01"],
    }


def test_the_next_position_is_asked_for_as_long_as_it_leads_on() -> None:
    (request,) = more(document(nextRecordPosition=101))
    assert request.url == f"{URL}&startRecord=101"
    assert more(document(request.url, nextRecordPosition=101)) == ()
    assert more(document(f"{URL}&startRecord=x", nextRecordPosition=None)) == ()
