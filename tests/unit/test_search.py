"""Promises of a search: what is asked of the store, and how it says it was read."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import QueryError
from pipeline.model import Field, Scope
from pipeline.rules.parse import parse_query
from pipeline.rules.query import compile_query
from pipeline.rules.write import write
from pipeline.search import Search, parse_search

TOKYO = datetime(2026, 11, 24, 9, 30, tzinfo=ZoneInfo("Asia/Tokyo"))


def utc(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "  \n"])
def test_an_empty_search_finds_everything(text: str) -> None:
    assert parse_search(text, now=TOKYO) == Search(reading="everything")


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        pytest.param("theme:a theme:b theme:a", {"themes": ("a", "b")}, id="themes"),
        pytest.param("state:new state:kept", {"states": ("new", "kept")}, id="states"),
        pytest.param("has:date", {"has": ("date",)}, id="has"),
        pytest.param("since:2026-11-02", {"since": utc(1, 15)}, id="a day begins in the zone"),
        pytest.param("until:2026-11-01", {"until": utc(1, 15)}, id="a day is included"),
        pytest.param("until:today", {"until": utc(24, 15)}, id="today"),
        pytest.param("since:yesterday", {"since": utc(22, 15)}, id="yesterday"),
        pytest.param("seen-since:7d", {"seen_since": utc(17, 0, 30)}, id="days ago"),
        pytest.param(
            "since:2w until:36h",
            {"since": utc(10, 0, 30), "until": utc(22, 12, 30)},
            id="weeks and hours ago",
        ),
    ],
)
def test_filters(text: str, asked: dict[str, Any]) -> None:
    search = parse_search(text, now=TOKYO)
    assert search == Search(**asked, reading=search.reading)


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        pytest.param("ai, law", "ai AND law", id="words"),
        pytest.param("theme:x (a OR b) NOT c", "(a OR b) AND NOT c AND theme:x", id="filters last"),
        pytest.param("a OR b", "a OR b", id="one group"),
        pytest.param(
            "until:today since:2w",
            "until 2026-11-25 00:00 AND since 2026-11-10 09:30",
            id="times in the zone",
        ),
    ],
)
def test_a_search_says_how_it_was_read(text: str, reading: str) -> None:
    assert parse_search(text, now=TOKYO).reading == reading


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("theme:x AI law since:7d", "AI AND law", id="words"),
        pytest.param("(AI OR law) NOT jur:JP has:date", "(AI OR law) NOT jur:JP", id="scopes"),
        pytest.param("AI theme:x", "AI", id="one word"),
    ],
)
def test_words_and_scopes_are_the_tree(text: str, words: str) -> None:
    tree = parse_search(text, now=TOKYO).tree
    assert tree is not None
    assert write(tree) == write(parse_query(words))


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        pytest.param("a since:soon", 2, "since:soon is no date: write 2026-11-01", id="no date"),
        pytest.param("until:1066-10-14", 0, "is no date", id="long ago"),
        pytest.param("a since:1d since:2d", 11, "since: stands twice", id="twice"),
        pytest.param(
            "since:today until:yesterday", 0, "since: is not before until:", id="inside out"
        ),
        pytest.param("state:nwe", 0, "unknown state 'nwe' (did you mean 'new'?)", id="state"),
        pytest.param("has:wings", 0, "unknown has 'wings': one of body, date", id="has"),
        pytest.param("a NOT theme:x", 6, "not under OR, NOT or a field", id="under NOT"),
        pytest.param(
            "title:(a AND theme:x)^2", 13, "not under OR, NOT or a field", id="in a field"
        ),
        pytest.param("a (", 2, "never closes", id="no query"),
    ],
)
def test_a_mistake_is_answered_at_its_place(text: str, position: int, message: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse_search(text, now=TOKYO)
    assert message in caught.value.message
    assert caught.value.position == position


PIECES = (
    'AI 規制 AND OR NOT NEAR/3 ( ) " ^2 title: jur:JP since:7d until:9999w theme:x has:date '
    "state:new * a ー"
)
pieces = st.lists(st.sampled_from(PIECES.split(" ")), max_size=9)


@given(st.one_of(st.text(), pieces.map(" ".join)), st.text())
def test_any_text_is_a_search_or_an_error(text: str, item: str) -> None:
    try:
        search = parse_search(text, now=TOKYO)
    except QueryError:
        return
    if search.tree is not None:
        compile_query(search.tree).find({Field.TITLE: item, Field.BODY: text}, Scope())
