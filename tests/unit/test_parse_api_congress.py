import json
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pipeline.errors import SourceError
from pipeline.model import Document, RawItem, Type
from pipeline.parse.api_congress import more, parse, since
from tests import make

URL = "https://api.congress.example/v3/bill/119"
SOURCE = make.source(kind="api_congress", url=URL, key_env="MY_KEY")

BILL: dict[str, Any] = {
    "congress": 119,
    "latestAction": {"actionDate": "2026-02-27", "text": "Referred to the Committee on Machines."},
    "number": "4321",
    "originChamber": "House",
    "originChamberCode": "H",
    "title": "Thinking Machines & Tests Act",
    "type": "HR",
    "updateDate": "2026-03-01",
    "updateDateIncludingText": "2026-03-01T08:15:00Z",
    "url": "https://api.congress.example/v3/bill/119/hr/4321?format=json",
}
SUMMARY: dict[str, Any] = {
    "actionDate": "2026-02-20",
    "actionDesc": "Introduced in House",
    "bill": BILL,
    "currentChamber": "House",
    "lastSummaryUpdateDate": "2026-03-01T10:00:00Z",
    "text": "<p><b>Thinking Machines & Tests Act</b></p><p>This bill asks for tests.</p>",
    "updateDate": "2026-03-01T10:05:00Z",
    "versionCode": "00",
}


def document(url: str = URL, **answer: Any) -> Document:
    return make.document(json.dumps(answer), url=url, content_type="application/json")


def bill(**changes: Any) -> RawItem:
    found = parse(SOURCE, document(bills=[BILL | changes]))
    assert found.trouble == ()
    return found.items[0]


def test_a_bill_is_known_by_its_number_and_leads_to_the_page_for_people() -> None:
    assert bill() == RawItem(
        base=URL,
        guid="119-hr-4321",
        link="https://www.congress.gov/bill/119th-congress/house-bill/4321",
        title="H.R. 4321: Thinking Machines &amp; Tests Act",
        summary="2026-02-27: Referred to the Committee on Machines.",
        author="House",
        language="en",
        published="2026-02-27",
        updated="2026-03-01T08:15:00Z",
        type=Type.BILL,
    )


@pytest.mark.parametrize(
    ("congress", "kind", "page"),
    [
        (111, "S", "111th-congress/senate-bill"),
        (117, "hjres", "117th-congress/house-joint-resolution"),
        (121, "SJRES", "121st-congress/senate-joint-resolution"),
        (122, "HCONRES", "122nd-congress/house-concurrent-resolution"),
        (123, "SCONRES", "123rd-congress/senate-concurrent-resolution"),
        (113, "HRES", "113th-congress/house-resolution"),
        (120, "SRES", "120th-congress/senate-resolution"),
    ],
)
def test_every_sort_of_bill_has_its_page(congress: int, kind: str, page: str) -> None:
    link = bill(congress=congress, type=kind, number=7).link
    assert link == f"https://www.congress.gov/bill/{page}/7"


def test_what_became_law_is_a_law() -> None:
    action = {"actionDate": "2026-03-01", "text": "Became Public Law No: 119-99."}
    assert bill(latestAction=action).type is Type.LAW


def test_a_summary_is_an_item_of_its_own() -> None:
    found = parse(SOURCE, document(summaries=[SUMMARY]))
    assert found.items == (
        RawItem(
            base=URL,
            guid="119-hr-4321-00",
            link="https://www.congress.gov/bill/119th-congress/house-bill/4321/summary/00",
            title="H.R. 4321: Thinking Machines &amp; Tests Act (Introduced in House)",
            summary="<p><b>Thinking Machines & Tests Act</b></p><p>This bill asks for tests.</p>",
            author="House",
            language="en",
            published="2026-03-01T10:00:00Z",
            type=Type.BILL,
        ),
    )


def test_a_summary_may_have_no_stage_and_only_the_date_of_its_action() -> None:
    gone = {"actionDesc": None, "lastSummaryUpdateDate": None, "updateDate": None}
    (item,) = parse(SOURCE, document(summaries=[SUMMARY | gone])).items
    assert (item.title, item.published) == (
        "H.R. 4321: Thinking Machines &amp; Tests Act",
        "2026-02-20",
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"type": "PN"}, "no bill is called PN 4321"),
        ({"number": "../1"}, "no bill is called HR ../1"),
        ({"congress": None}, "no 'congress'"),
        ({"title": ""}, "no 'title'"),
    ],
)
def test_a_record_that_is_no_bill_is_counted(changes: dict[str, Any], reason: str) -> None:
    found = parse(SOURCE, document(bills=[BILL | changes, BILL]))
    assert (len(found.items), found.trouble) == (
        1,
        (f"1 of 2 records are not as documented ({reason})",),
    )


def test_a_bill_without_an_action_has_only_its_update() -> None:
    found = bill(latestAction=None, updateDateIncludingText=None)
    assert (found.summary, found.published, found.updated) == (None, None, "2026-03-01")


def test_other_endpoints_and_errors_are_refused() -> None:
    with pytest.raises(SourceError, match="is JSON without 'bills'"):
        parse(SOURCE, document(amendments=[]))
    with pytest.raises(SourceError, match="answers with an error: API_KEY_INVALID No such key"):
        parse(SOURCE, document(error={"code": "API_KEY_INVALID", "message": "No such key"}))


def test_a_poll_asks_for_the_latest_updates_since_a_day() -> None:
    (request,) = since(SOURCE, date(2026, 2, 1))
    assert parse_qs(urlsplit(request.url).query) == {
        "limit": ["250"],
        "sort": ["updateDate desc"],
        "format": ["json"],
        "fromDateTime": ["2026-02-01T00:00:00Z"],
    }
    assert "sort=updateDate+desc" in request.url


def test_pages_follow_until_all_records_were_given() -> None:
    first = document(f"{URL}?limit=2", bills=[BILL, BILL], pagination={"count": 3})
    assert [request.url for request in more(first)] == [f"{URL}?limit=2&offset=2"]
    last = document(f"{URL}?limit=2&offset=2", summaries=[SUMMARY], pagination={"count": 3})
    assert more(last) == ()
    assert more(document(f"{URL}?offset=x", bills=[], pagination={"count": 3})) == ()
