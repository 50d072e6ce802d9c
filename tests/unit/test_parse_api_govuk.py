import json
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pipeline.errors import SourceError
from pipeline.model import Document, RawItem, Type
from pipeline.parse.api_govuk import more, parse, since
from tests import make

ORIGIN = "https://pages.example"
URL = f"{ORIGIN}/api/search.json?q=models"
SOURCE = make.source(kind="api_govuk", url=URL, timezone="Europe/London")

RESULT: dict[str, Any] = {
    "content_id": "5f0d6b5e-0000-4000-8000-000000000001",
    "content_store_document_type": "open_consultation",
    "description": "Views on tests of models, & more.",
    "link": "/government/consultations/tests-of-models",
    "organisations": [{"title": "Office of Models", "slug": "om"}, {"title": "Board of Tests"}],
    "public_timestamp": "2026-03-02T09:30:00Z",
    "title": "Tests of models",
}
CONTENT: dict[str, Any] = {
    "base_path": "/government/consultations/tests-of-models",
    "content_id": "5f0d6b5e-0000-4000-8000-000000000001",
    "description": "Views on tests of models, & more.",
    "details": {"body": "<p>How to answer.</p>", "closing_date": "2026-05-01T22:45:00Z"},
    "document_type": "open_consultation",
    "links": {"organisations": [{"title": "Office of Models"}, {"title": "Board of Tests"}]},
    "locale": "en",
    "public_updated_at": "2026-03-02T09:30:00Z",
    "title": "Tests of models",
}


def document(url: str = URL, **answer: Any) -> Document:
    return make.document(json.dumps(answer), url=url, content_type="application/json")


def test_a_result_is_an_item_with_its_type_and_its_publishers() -> None:
    found = parse(SOURCE, document(results=[RESULT, {"link": "/x"}], total=2))
    assert found.items == (
        RawItem(
            base=URL,
            guid="5f0d6b5e-0000-4000-8000-000000000001",
            link="/government/consultations/tests-of-models",
            title="Tests of models",
            summary="Views on tests of models, &amp; more.",
            author="Board of Tests, Office of Models",
            language="en",
            published="2026-03-02T09:30:00Z",
            type=Type.CONSULTATION,
        ),
    )
    assert found.trouble == ("1 of 2 records are not as documented (no 'title')",)


def test_a_page_of_the_content_store_adds_text_and_deadline() -> None:
    url = f"{ORIGIN}/api/content{CONTENT['base_path']}"
    (item,) = parse(SOURCE, document(url, **CONTENT)).items
    assert item == RawItem(
        base=url,
        guid="5f0d6b5e-0000-4000-8000-000000000001",
        link="/government/consultations/tests-of-models",
        title="Tests of models",
        summary="Views on tests of models, &amp; more.",
        body="<p>How to answer.</p>",
        author="Board of Tests, Office of Models",
        language="en",
        published="2026-03-02T09:30:00Z",
        deadline="2026-05-01T22:45:00Z",
        type=Type.CONSULTATION,
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("closed_call_for_evidence", Type.CONSULTATION),
        ("statutory_guidance", Type.GUIDANCE),
        ("statutory_instrument", Type.RULE),
        ("press_release", Type.PRESS),
        ("oral_statement", Type.SPEECH),
        ("policy_paper", Type.REPORT),
        ("official_statistics", Type.STATISTICS),
        ("travel_advice", None),
    ],
)
def test_a_document_type_becomes_ours_or_none(name: str, expected: Type | None) -> None:
    (item,) = parse(
        SOURCE, document(results=[RESULT | {"content_store_document_type": name}])
    ).items
    assert item.type == expected


def test_what_has_no_content_id_is_known_by_its_path() -> None:
    row = {"link": "/a", "title": "A", "organisations": [{"slug": "x"}]}
    assert parse(SOURCE, document(results=[row])).items == (
        RawItem(base=URL, guid="/a", link="/a", title="A", language="en"),
    )
    (item,) = parse(SOURCE, document(base_path="/a", title="A")).items
    assert item == RawItem(base=URL, guid="/a", link="/a", title="A", language="en")


def test_a_content_item_without_a_title_and_an_error_are_refused() -> None:
    with pytest.raises(SourceError, match="a content item without a title"):
        parse(SOURCE, document(base_path="/a"))
    with pytest.raises(SourceError, match='error: Unexpected parameters: "x"'):
        parse(SOURCE, document(error='Unexpected parameters: "x"'))


def test_a_poll_asks_for_the_newest_since_a_day() -> None:
    (request,) = since(SOURCE, date(2026, 2, 1))
    asked = parse_qs(urlsplit(request.url).query)
    assert asked.pop("fields")[0] == "content_id"
    assert asked == {
        "q": ["models"],
        "count": ["100"],
        "order": ["-public_timestamp"],
        "filter_public_timestamp": ["from:2026-02-01"],
    }


def test_pages_follow_until_all_results_were_given() -> None:
    row = RESULT | {"content_store_document_type": "guidance"}
    first = document(f"{URL}&count=2", results=[row, row], total=3)
    assert [request.url for request in more(first)] == [f"{URL}&count=2&start=2"]
    assert more(document(f"{URL}&count=2&start=2", results=[row], total=3)) == ()
    assert more(document(f"{URL}&start=x", results=[], total=3)) == ()


def test_the_content_of_the_newest_open_consultations_is_asked_for() -> None:
    rows = [RESULT | {"link": f"/government/consultations/{n}"} for n in range(10)]
    rows += [RESULT | {"link": "https://elsewhere.example/consultation"}]
    found = [request.url for request in more(document(results=rows, total=11))]
    assert found == [f"{ORIGIN}/api/content/government/consultations/{n}" for n in range(8)]
