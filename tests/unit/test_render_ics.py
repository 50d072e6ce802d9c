"""The calendar of an issue says what is sure, the same entry every time."""

import re
from dataclasses import replace
from datetime import date

import pytest

from pipeline.deadlines import Deadline
from pipeline.issue import Due, DueWhy, Headline, Issue
from pipeline.render.ics import calendar
from tests import make
from tests.issues import FRAME, issue, parsed

ITEM = Headline(id=7, title="Call for views", url="https://gov.example/7", language="en")
DUE = Due(
    item=ITEM,
    source="Ministry",
    jurisdiction="JP",
    deadline=Deadline(day=date(2026, 4, 3)),
    days=32,
    why=DueWhy.NEW,
)


def lines(of: Issue) -> list[str]:
    unfolded = re.sub("\r\n ", "", calendar(of, "example.org", "k1"))
    return unfolded.split("\r\n")


def test_a_day_is_a_day_and_a_moment_is_one() -> None:
    timed = replace(DUE, deadline=Deadline(day=date(2026, 4, 3), at=make.at(days=32)))
    said = lines(issue(deadlines=(DUE, timed)))
    assert said[:5] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//policywatch//deadlines//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
    ]
    assert said[5:16] == [
        "BEGIN:VEVENT",
        "UID:deadline-7.k1@example.org",
        "DTSTAMP:20260302T090000Z",
        "SEQUENCE:0",
        "DTSTART;VALUE=DATE:20260403",
        "DTEND;VALUE=DATE:20260404",
        "SUMMARY:Closes Call for views",
        "DESCRIPTION:Ministry\\, Japan",
        "URL:https://gov.example/7",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]
    assert "DTSTART:20260403T090000Z" in said
    assert said[-2:] == ["END:VCALENDAR", ""]


def test_an_extension_is_the_same_entry_with_a_higher_number() -> None:
    moved = replace(DUE, sequence=1, why=DueWhy.CHANGED, deadline=Deadline(day=date(2026, 5, 5)))
    first, second = (lines(issue(deadlines=(due,))) for due in (DUE, moved))
    assert first[6] == second[6]
    assert (first[8], second[8]) == ("SEQUENCE:0", "SEQUENCE:1")


def test_what_is_not_sure_is_in_no_calendar() -> None:
    days = (date(2026, 3, 4), date(2026, 4, 3))
    doubtful = replace(DUE, deadline=Deadline(day=None, candidates=days))
    assert calendar(issue(deadlines=(doubtful,)), "example.org", "k") == ""
    assert calendar(issue(), "example.org", "k") == ""


@pytest.mark.parametrize(
    "title",
    [
        "A; B, C\\D",
        "Call\r\nDTSTART:19700101T000000Z",
        "規制" * 200,
        "x" * 10_000,
        "emoji 🏛" * 40,
        "a\x00b\u202ec",
    ],
)
def test_foreign_text_is_escaped_and_folded(title: str) -> None:
    text = calendar(
        issue(deadlines=(replace(DUE, item=replace(ITEM, title=title)),)), "example.org", "k"
    )
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    assert text.count("DTSTART") == 1 + ("DTSTART" in title)
    assert len(re.findall("^DTSTART", text, re.MULTILINE)) == 1
    assert not re.search("[\x00\u202e]", text)
    assert text.count("\n") == text.count("\r\n")


@pytest.mark.parametrize("url", ["", "javascript:x", "https://x.example/\r\nX:1"])
def test_only_web_addresses_are_links(url: str) -> None:
    text = calendar(
        issue(deadlines=(replace(DUE, item=replace(ITEM, url=url)),)), "example.org", "k"
    )
    assert "\r\nURL:" not in text


def test_the_calendar_goes_along_with_the_mail() -> None:
    (file,) = parsed(issue(deadlines=(DUE,))).iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("deadlines.ics", "text/calendar")
    assert file.get_param("method") == "PUBLISH"
    assert "UID:deadline-7." in file.get_content()
    assert FRAME.deployment not in file.get_content()
