from datetime import date

import pytest

from pipeline.model import Precision, Source, Type
from pipeline.normalise import normalise
from pipeline.parse.api_egov import parse
from tests import make

SOURCE: Source = make.source(
    kind="api_egov",
    url="https://comments.example/rss/list.xml",
    language="ja",
    timezone="Asia/Tokyo",
)
ENTRY = """\
<item rdf:about="https://comments.example/1"><title>思考機械の試験に関する省令案</title>
<link>https://comments.example/servlet/Public?CLASSNAME=PCMMSTDETAIL&amp;id=990000123&amp;Mode=0</link>
{date}<description>{said}</description></item>"""
SAID = (
    "案の公示日：2026/02/27&lt;br/&gt;受付締切日時：2026/03/29 23:59&lt;br/&gt;"
    "カテゴリー：産業&lt;br/&gt;問合せ先（所管省庁・部局名等）：思考機械省"
)


def feed(said: str = SAID, dated: str = "") -> bytes:
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<channel><title>意見募集</title></channel>"
        f"{ENTRY.format(said=said, date=dated)}</rdf:RDF>"
    )
    return text.encode()


def test_a_case_has_its_number_its_dates_and_its_type() -> None:
    found = parse(SOURCE, make.document(feed()))
    (raw,) = found.items
    assert (found.title, raw.guid, raw.published, raw.deadline, raw.type) == (
        "意見募集",
        "990000123",
        "2026/02/27",
        "2026/03/29 23:59",
        Type.CONSULTATION,
    )
    item = normalise(raw, SOURCE, make.NOW)
    assert item is not None
    assert (item.deadline, item.precision, item.summary.splitlines()[2]) == (
        date(2026, 3, 29),
        Precision.DAY,
        "カテゴリー：産業",
    )


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param("受付締切日時：2026年3月30日0時0分", date(2026, 3, 29), id="midnight"),
        pytest.param("締切日：令和8年3月29日", date(2026, 3, 29), id="a year of an era"),
        pytest.param(
            "意見募集期間：令和8年2月27日（金）～令和8年3月29日（日）まで",
            date(2026, 3, 29),
            id="the end of a period",
        ),
        pytest.param("意見募集期間：2026/2/27から2026/3/29まで", date(2026, 3, 29), id="から"),
        pytest.param("カテゴリー：産業", None, id="no deadline"),
        pytest.param("受付締切日時：別途公示する", None, id="no date"),
    ],
)
def test_a_deadline_stands_under_several_labels(said: str, expected: date | None) -> None:
    (raw,) = parse(SOURCE, make.document(feed(said))).items
    item = normalise(raw, SOURCE, make.NOW)
    assert item is not None
    assert item.deadline == expected


def test_what_a_description_does_not_say_is_taken_from_the_feed() -> None:
    dated = "<dc:date>2026-02-27T10:00:00+09:00</dc:date>"
    content = feed("カテゴリー：産業", dated).replace(b"id=990000123&amp;", b"")
    (raw,) = parse(SOURCE, make.document(content)).items
    item = normalise(raw, SOURCE, make.NOW)
    assert item is not None
    assert (item.published_raw, raw.guid) == (
        "2026-02-27T10:00:00+09:00",
        "https://comments.example/1",
    )
