import json
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pipeline.errors import SourceError
from pipeline.model import Document, RawItem, Type
from pipeline.parse.api_federal_register import more, parse, since
from tests import make

URL = "https://register.example/api/v1/documents.json?conditions%5Bterm%5D=thinking+machines"
SOURCE = make.source(kind="api_federal_register", url=URL)

PROPOSED: dict[str, Any] = {
    "abstract": "The Office of Thinking Machines asks how R&D <of models> should be reported.",
    "action": "Proposed rule; request for comment.",
    "agencies": [
        {"raw_name": "OFFICE OF THINKING MACHINES", "name": "Office of Thinking Machines"},
        {"raw_name": "BUREAU OF TESTS"},
    ],
    "citation": "91 FR 12345",
    "comments_close_on": "2026-04-30",
    "dates": "Comments are due by April 30.",
    "docket_ids": ["OTM-2026-0001"],
    "document_number": "2026-04001",
    "executive_order_number": None,
    "html_url": "https://register.example/documents/2026/03/02/2026-04001/reporting-of-models",
    "publication_date": "2026-03-02",
    "regulation_id_numbers": ["0099-AA01"],
    "subtype": None,
    "title": "Reporting of Models",
    "type": "Proposed Rule",
}


def document(url: str = URL, **answer: Any) -> Document:
    return make.document(json.dumps(answer), url=url, content_type="application/json")


def item(**changes: Any) -> RawItem:
    found = parse(SOURCE, document(count=1, results=[PROPOSED | changes]))
    assert (len(found.items), found.trouble) == (1, ())
    return found.items[0]


def parameters(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query)


def test_a_proposed_rule_is_a_consultation_with_its_deadline_and_dockets() -> None:
    assert item() == RawItem(
        base=URL,
        guid="2026-04001",
        link="https://register.example/documents/2026/03/02/2026-04001/reporting-of-models",
        title="Reporting of Models",
        summary=(
            "The Office of Thinking Machines asks how R&amp;D &lt;of models&gt; should be reported."
        ),
        body=(
            "Action: Proposed rule; request for comment.<br>Dates: Comments are due by April 30."
            "<br>Docket: OTM-2026-0001<br>RIN: 0099-AA01<br>Citation: 91 FR 12345"
        ),
        author="Office of Thinking Machines, BUREAU OF TESTS",
        language="en",
        published="2026-03-02",
        deadline="2026-04-30",
        type=Type.CONSULTATION,
    )


@pytest.mark.parametrize(
    ("kind", "deadline", "expected"),
    [
        ("Rule", None, Type.RULE),
        ("Proposed Rule", None, Type.CONSULTATION),
        ("Presidential Document", None, Type.ORDER),
        ("Notice", "2026-04-30", Type.CONSULTATION),
        ("Notice", None, None),
        (None, None, None),
    ],
)
def test_a_document_says_what_it_is(
    kind: str | None, deadline: str | None, expected: Type | None
) -> None:
    assert item(type=kind, comments_close_on=deadline).type == expected


def test_a_presidential_document_is_found_by_its_number() -> None:
    order = item(subtype="Proclamation", executive_order_number=20001, action=None, dates=None)
    assert order.body is not None
    assert order.body.startswith("Proclamation: 20001<br>Docket")


def test_a_bare_document_is_an_item_and_a_nameless_one_is_counted() -> None:
    bare = {"document_number": "2026-04002", "title": "Notice"}
    found = parse(
        SOURCE, document(description="Documents", count=2, results=[bare, {"title": "?"}])
    )
    assert found.items == (RawItem(base=URL, guid="2026-04002", title="Notice", language="en"),)
    assert (found.title, found.trouble) == (
        "Documents",
        ("1 of 2 records are not as documented (no 'document_number')",),
    )


def test_a_search_without_hits_has_no_results_at_all() -> None:
    assert parse(SOURCE, document(count=0, description="None")).items == ()


def test_an_error_is_no_empty_search() -> None:
    with pytest.raises(SourceError, match="answers with an error: is not a valid field"):
        parse(SOURCE, document(errors={"order": "is not a valid field"}))


def test_a_poll_asks_for_the_newest_with_all_fields_and_keeps_what_was_asked() -> None:
    own = replace(SOURCE, url=f"{URL}&per_page=20&fields%5B%5D=title")
    (request,) = since(own, date(2026, 2, 1))
    asked = parameters(request.url)
    assert asked["conditions[term]"] == ["thinking machines"]
    assert asked["conditions[publication_date][gte]"] == ["2026-02-01"]
    assert (asked["per_page"], asked["order"]) == (["20"], ["newest"])
    assert {"comments_close_on", "docket_ids", "title"} < set(asked["fields[]"])
    assert parameters(since(SOURCE, date(2026, 2, 1))[0].url)["per_page"] == ["200"]


def test_the_next_page_is_asked_of_the_same_server() -> None:
    page = document(count=300, next_page_url="https://elsewhere.example/x?page=2&order=newest")
    assert [request.url for request in more(page)] == [
        "https://register.example/api/v1/documents.json?page=2&order=newest"
    ]
    assert more(document(count=300, results=[PROPOSED])) == ()


def test_a_search_that_was_cut_goes_on_from_its_oldest_day() -> None:
    rows = [PROPOSED, PROPOSED | {"publication_date": "2026-01-05"}]
    cut = document(f"{URL}&page=50", count=10_000, results=rows)
    (request,) = more(cut)
    asked = parameters(request.url)
    assert (asked["conditions[publication_date][lte]"], "page" in asked) == (["2026-01-05"], False)
    assert more(document(request.url, count=10_000, results=rows)) == ()
    assert more(document(count=10_000, results=[])) == ()
