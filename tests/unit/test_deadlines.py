"""Deadlines are read where they are sure, and shown as doubtful where they are not."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.days import mentions
from pipeline.deadlines import Deadline, deadline_of
from tests import make


def read(text: str, timezone: str = "UTC", **overrides: Any) -> Deadline | None:
    item = make.item(text, **{"summary": ""} | overrides)
    return deadline_of(item, first_seen=make.NOW, timezone=timezone)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Send comments by 5 January 2027", date(2027, 1, 5)),
        ("Comments due Friday 3 April 2026", date(2026, 4, 3)),
        ("Consultation closes 3 Jun", date(2026, 6, 3)),
        ("Deadline: June 3rd", date(2026, 6, 3)),
        ("The deadline for responses to this request is April 3, 2026.", date(2026, 4, 3)),
        ("Call for evidence, open until 13/04/2026", date(2026, 4, 13)),
        ("Call for evidence, open until 4/13/2026", date(2026, 4, 13)),
        ("Submissions close on 2026-04-03", date(2026, 4, 3)),
        ("Comments are invited from 2 March to 30 March 2026", date(2026, 3, 30)),
        ("Comment period extended from 3 April 2026 to 10 April 2026", date(2026, 4, 10)),
        ("Comments were due 3 April 2026. Extended to 10 April 2026", date(2026, 4, 10)),
        ("意見募集期間:令和8年3月2日(月)〜令和8年4月1日(水)", date(2026, 4, 1)),
        ("意見募集 3月10日から4月8日まで", date(2026, 4, 8)),
        ("意見募集(3月2日から20日まで)", date(2026, 3, 20)),
        ("令和8年12月10日から1月15日まで意見を募集します", date(2027, 1, 15)),
        ("締切は令和8年12月10日です", date(2026, 12, 10)),
        ("公募の締切:令和元年12月10日", date(2019, 12, 10)),
        ("応募書類は3月20日(金)必着", date(2026, 3, 20)),
        ("提出期限 R8.4.3", date(2026, 4, 3)),
        ("2026年4月3日までにご意見をお寄せください", date(2026, 4, 3)),
        ("２０２６年４月３日締切", date(2026, 4, 3)),
    ],
)
def test_a_day_that_is_sure_is_the_deadline(text: str, day: date) -> None:
    found = read(text)
    assert found is not None
    assert (found.day, found.at, found.candidates) == (day, None, ())


@pytest.mark.parametrize(
    ("text", "days"),
    [
        pytest.param(
            "Call for evidence, open until 03/04/2026",
            [date(2026, 3, 4), date(2026, 4, 3)],
            id="day or month first",
        ),
        pytest.param(
            "Consultation closes 3 Feb", [date(2026, 2, 3), date(2027, 2, 3)], id="no year fits"
        ),
        pytest.param(
            "Comments close 3 April 2026; applications close 10 April 2026",
            [date(2026, 4, 3), date(2026, 4, 10)],
            id="two deadlines",
        ),
    ],
)
def test_what_can_be_read_in_two_ways_stays_two_days(text: str, days: list[date]) -> None:
    found = read(text)
    assert found is not None
    assert (found.day, list(found.candidates)) == (None, days)
    assert (found.first, found.last) == (days[0], days[1])


@pytest.mark.parametrize(
    "text",
    [
        "The moratorium applies until 3 February 2027",
        "Obligations start on 2 August 2026",
        "Comments on the law of 5 May 2026",
        "The law of 31 June 2026 ends, comments by 31 June 2026",
        "Conference on 3 June, call for papers to follow",
        "会議は3月10日から12日まで開催されます",
        "施行日は令和8年4月1日です",
        "Comments welcome",
    ],
)
def test_other_days_are_no_deadlines(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "timezone", "at"),
    [
        ("Responses due by 5:00 p.m. ET on April 3, 2026", "UTC", (21, 0)),
        ("Responses due by 3 April 2026, 23:59 CET", "UTC", (21, 59)),
        ("Responses due by 3 April 2026 at 12 noon", "Europe/London", None),
        ("Responses due by 3 April 2026 at noon", "Europe/London", (11, 0)),
        ("Responses due by 3 April 2026 at 5pm", "UTC", None),
        ("Responses due by 3 April 2026 at 12 am GMT", "UTC", None),
        ("Responses due by 3 April 2026 at 99:00 GMT", "UTC", None),
        ("締切 令和8年4月3日(金)17時", "Asia/Tokyo", (8, 0)),
        ("締切 令和8年4月3日(金)午後5時30分", "Asia/Tokyo", (8, 30)),
        ("締切 令和8年4月3日正午", "Asia/Tokyo", (3, 0)),
    ],
)
def test_a_moment_needs_a_zone(text: str, timezone: str, at: tuple[int, int] | None) -> None:
    found = read(text, timezone)
    assert found is not None
    assert found.day == date(2026, 4, 3)
    assert found.at == (datetime(2026, 4, 3, *at, tzinfo=UTC) if at else None)


def test_the_field_of_an_interface_goes_before_words() -> None:
    assert read("Comments by 5 May 2026", deadline=date(2026, 4, 3)) == Deadline(
        day=date(2026, 4, 3)
    )
    same = read("Comments by 3 April 2026, 23:59 GMT", deadline=date(2026, 4, 3))
    assert same is not None
    assert same.at == datetime(2026, 4, 3, 23, 59, tzinfo=UTC)
    assert read("Nothing said", deadline=date(2026, 4, 3)) == Deadline(day=date(2026, 4, 3))


def test_title_summary_and_body_are_read_in_this_order() -> None:
    found = read("A plan", summary="Comments by 3 April 2026.", body="Comments by 5 May 2026.")
    assert found is not None
    assert found.day == date(2026, 4, 3)
    late = read("A plan", body="Long text. " * 20 + "Comments by 5 May 2026.")
    assert late is not None
    assert late.day == date(2026, 5, 5)


def test_of_two_days_at_one_place_the_longer_one_is_meant() -> None:
    assert [(m.words, m.month, m.day) for m in mentions("令和8年4月3日と20日")] == [
        ("令和8年4月3日", 4, 3),
        ("20日", 0, 20),
    ]


PIECES = st.sampled_from(
    [
        "comments by ", "deadline ", "締切", "意見募集 ", "まで", "から", "〜", " to ", "extended ",
        "3 May", "31 June", "February 30, 2026", "5/6/2026", "25/30/2026", "2026-13-45", "令和元年",
        "令和99年99月99日", "12月31日", "99日", "17時", "at 25:99", "noon ET", "\n", "。", ". The ",
    ]
)  # fmt: skip


@given(st.lists(PIECES | st.text(max_size=6), max_size=14).map("".join))
@settings(max_examples=300, deadline=None)
def test_whatever_a_text_says_a_deadline_is_a_day_or_several(text: str) -> None:
    found = read(text, "Asia/Tokyo")
    assert found is None or (found.day is None) == (len(found.candidates) > 1)
    assert found is None or found.first <= found.last
