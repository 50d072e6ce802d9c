"""What all kinds for official APIs share: JSON by name, errors in words, addresses."""

import json
from contextlib import suppress
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SourceError
from pipeline.model import Outcome, RawItem, Request
from pipeline.normalise import normalise
from pipeline.parse import KINDS, Kind
from pipeline.parse.api import (
    Record,
    opened,
    plain,
    query,
    salvaged,
    unexpected,
    with_defaults,
    with_query,
    with_query_of,
)
from tests import make


def refusal(content: bytes | str) -> tuple[Outcome, str]:
    with pytest.raises(SourceError) as caught:
        opened(make.document(content, content_type="application/json"))
    return caught.value.outcome, caught.value.message


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("", (Outcome.NOT_A_FEED, "the answer is empty"), id="nothing"),
        pytest.param("[]", (Outcome.NOT_A_FEED, "is JSON, but is no object"), id="a list"),
        pytest.param("{", (Outcome.NOT_A_FEED, "is no JSON"), id="torn"),
        pytest.param("[" * 90_000, (Outcome.NOT_A_FEED, "is no JSON"), id="nested without end"),
        pytest.param(b'{"a": "\xff"}', (Outcome.NOT_A_FEED, "is no JSON"), id="not UTF-8"),
        pytest.param(
            "<!doctype html><html><body>Back soon",
            (Outcome.NOT_A_FEED, "is a web page, not JSON"),
            id="a page",
        ),
        pytest.param(
            "<html><title>Access Denied</title></html>",
            (Outcome.BLOCKED, 'a wall against robots, titled "Access Denied"'),
            id="a wall",
        ),
    ],
)
def test_what_is_no_json_object_is_named(content: bytes | str, expected: object) -> None:
    assert refusal(content) == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"message": "no such field"}, "answers with an error: no such field"),
        ({"error": {"code": "X1", "message": "no"}}, "answers with an error: X1 no"),
        ({"errors": ["one", "two"]}, "answers with an error: one two"),
        ({"errors": {"term": "too\nlong"}}, "answers with an error: too long"),
        ({"message": "word " * 90}, f"answers with an error: {('word ' * 90)[:200]}"),
    ],
)
def test_an_error_with_status_200_is_told_in_its_own_words(answer: object, expected: str) -> None:
    error = unexpected(Record(answer), "results")
    assert (error.outcome, error.message) == (Outcome.HTTP_ERROR, expected)


def test_an_answer_of_another_shape_says_what_is_missing() -> None:
    error = unexpected(Record({"total": 3}), "results")
    assert (error.outcome, error.message) == (Outcome.NOT_A_FEED, "is JSON without 'results'")


def test_fields_of_another_sort_read_as_empty() -> None:
    record = Record({"a": None, "b": True, "c": ["x", 2, None, {}], "d": {"e": " f "}, "g": "x1"})
    assert (record.text("a"), record.text("b"), record.text("c")) == ("", "", "")
    assert (record.texts("c"), record.texts("d"), record.records("c")[0].text("x")) == (
        ["x", "2"],
        [],
        "",
    )
    assert (record.record("d").text("e"), record.record("c").text("e")) == ("f", "")
    assert (record.number("g"), record.number("a"), record.rows("d")) == (0, 0, None)


def test_a_record_that_is_not_as_documented_costs_itself_alone() -> None:
    def read(record: Record) -> RawItem:
        return RawItem(base="https://gov.example/", guid=record.needed("id"))

    found = salvaged("Title", [{"id": "1"}, {"id": None}, "text", {"id": 2}], read)
    assert [item.guid for item in found.items] == ["1", "2"]
    assert found.trouble == ("2 of 4 records are not as documented (no 'id')",)


def test_plain_text_stays_what_it_is_as_markup() -> None:
    assert plain("R&D <b>\r\nand\nmore") == "R&amp;D &lt;b&gt;<br>and<br>more"


def test_the_place_of_a_key_stays_in_an_address() -> None:
    url = "https://gov.example/?api_key={key}"
    assert with_query(url, {"page": "2"}) == f"{url}&page=2"


def test_parameters_are_added_replaced_and_taken_away() -> None:
    url = "https://gov.example/api?conditions%5Bterm%5D=%22a+b%22&page=2&page=3#top"
    assert query(url) == {"conditions[term]": '"a b"', "page": "3"}
    assert with_query(url, {"page": (), "fields[]": ("x", "y")}) == (
        "https://gov.example/api?conditions%5Bterm%5D=%22a+b%22&fields%5B%5D=x&fields%5B%5D=y"
    )
    assert with_defaults("https://gov.example/?a=1", {"a": "2", "b": "3"}) == (
        "https://gov.example/?a=1&b=3"
    )
    for following in ("http://evil.example/x?b=2", "http://[?b=2#top"):
        assert with_query_of("https://gov.example/a?b=1", following) == "https://gov.example/a?b=2"


# --- which days are asked for ----------------------------------------------------------------


def ask(source: object, day: object) -> tuple[Request, ...]:
    del source, day
    return ()


DAILY = Kind(parse=KINDS["feed"].parse, since=ask, late_days=2)
ARCHIVE = Kind(parse=KINDS["feed"].parse, since=ask)


@pytest.mark.parametrize(
    ("last_success_at", "expected"),
    [
        pytest.param(None, date(2026, 2, 21), id="first contact"),
        pytest.param(make.at(hours=-1), date(2026, 2, 28), id="every day"),
        pytest.param(make.at(days=-100), date(2025, 11, 20), id="after an outage"),
        pytest.param(make.at(days=5), date(2026, 2, 28), id="a clock that went back"),
    ],
)
def test_a_poll_reaches_back_to_the_last_good_one(
    last_success_at: datetime | None, expected: date
) -> None:
    assert DAILY.poll_since(last_success_at, make.NOW) == expected


def test_a_kind_that_knows_no_days_is_asked_for_none() -> None:
    asked = (kind.poll_since(None, make.NOW) for kind in (ARCHIVE, KINDS["feed"]))
    assert [*asked] == [None, None]


@pytest.mark.parametrize(
    ("kind", "newest_at", "ends"),
    [
        pytest.param(ARCHIVE, make.at(days=-1), False, id="an archive within the days"),
        pytest.param(ARCHIVE, make.at(days=-9), True, id="an archive before them"),
        pytest.param(ARCHIVE, None, True, id="an archive without dates"),
        pytest.param(DAILY, make.at(days=-9), False, id="a server that knows days"),
    ],
)
def test_an_archive_ends_where_nothing_is_young_enough(
    kind: Kind, newest_at: datetime | None, ends: bool
) -> None:
    assert kind.ends_backfill(make.at(days=-7).date(), newest_at) is ends


def test_every_kind_that_is_asked_for_days_asks_for_json_of_that_day() -> None:
    source = make.source(url="https://api.example/search?q=AI", language="en")
    asked = {
        name: kind.since(source, date(2026, 2, 1)) for name, kind in KINDS.items() if kind.since
    }
    assert {name: len(requests) for name, requests in asked.items()} == dict.fromkeys(asked, 1)
    assert [n for n, (request,) in asked.items() if "2026-02-01" not in request.url] == []


_WORDS = (
    "results bindings bills summaries speechRecord meetingRecord congress type number title link "
    "base_path details count total pagination nextRecordPosition next_page_url celex value date "
    "publication_date document_number speechID issueID nameOfMeeting speaker bill versionCode"
)
NAMES = _WORDS.split()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text("a1\ud800\n<&", max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6)
    ),
    max_leaves=25,
)


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.since])
@given(answer=st.dictionaries(st.sampled_from(NAMES), JSON, max_size=5))
def test_no_answer_makes_a_kind_stumble(name: str, answer: dict[str, object]) -> None:
    source, kind = make.source(kind=name), KINDS[name]
    document = make.document(
        json.dumps(answer), url="https://api.example/?query=x LIMIT 1 OFFSET 0"
    )
    with suppress(SourceError):
        for raw in kind.parse(source, document).items:
            assert normalise(raw, source, make.NOW) is not None
        assert all(r.url.startswith("https://api.example/") for r in kind.more(document))
