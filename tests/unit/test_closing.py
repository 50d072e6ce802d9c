"""A deadline is shown when it is new, when it moves, and 14, 7 and 2 days before."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from pipeline.closing import Closing, OpenClosing, closings, deadlines
from pipeline.deadlines import Deadline
from pipeline.issue import Due, DueWhy, Headline
from tests.issues import card

TODAY = date(2026, 3, 2)


def open_one(days: int, id: int = 1) -> OpenClosing:  # noqa: A002
    deadline = Deadline(day=TODAY + timedelta(days=days))
    return OpenClosing(
        item=Headline(id=id, title="Call", url="https://gov.example/call"),
        source="Ministry",
        jurisdiction="JP",
        closing=Closing(item_id=id, deadline=deadline, sequence=2),
    )


def shown(*known: OpenClosing, since: int = 1, whole: bool = False) -> list[tuple[int, DueWhy]]:
    before = TODAY - timedelta(days=since)
    return [(d.days, d.why) for d in deadlines((), known, TODAY, before, whole=whole)]


@pytest.mark.parametrize("days", [14, 7, 2])
def test_a_reader_is_warned_three_times(days: int) -> None:
    assert shown(open_one(days)) == [(days, DueWhy.NEAR)]
    assert shown(open_one(days + 1)) == shown(open_one(days - 1)) == []


def test_a_warning_is_not_lost_over_a_weekend() -> None:
    assert shown(open_one(6), since=3) == [(6, DueWhy.NEAR)]


def test_a_second_issue_of_a_day_does_not_warn_again() -> None:
    assert shown(open_one(7), since=0) == []


def test_the_whole_list_is_in_the_order_of_days_and_without_what_is_over() -> None:
    assert shown(open_one(30, 1), open_one(3, 2), open_one(-1, 3), whole=True) == [
        (3, DueWhy.OPEN),
        (30, DueWhy.OPEN),
    ]


def test_what_may_be_over_sooner_is_warned_of_sooner() -> None:
    early, late = TODAY + timedelta(days=7), TODAY + timedelta(days=40)
    one = open_one(0)
    doubtful = Closing(item_id=1, deadline=Deadline(day=None, candidates=(early, late)))
    assert shown(replace(one, closing=doubtful)) == [(40, DueWhy.NEAR)]


def test_a_new_deadline_is_shown_and_kept() -> None:
    told = card(5, deadline=Deadline(day=date(2026, 4, 3)))
    (due,) = deadlines((told, card(6)), (), TODAY, TODAY, whole=False)
    assert due == Due(
        item=Headline(id=5, title=told.title, url=told.url, language="en"),
        source="Ministry of Digital Affairs",
        jurisdiction="JP",
        deadline=Deadline(day=date(2026, 4, 3)),
        days=32,
        why=DueWhy.NEW,
    )
    assert closings([due]) == (Closing(item_id=5, deadline=Deadline(day=date(2026, 4, 3))),)


def test_an_extension_counts_and_the_same_day_again_does_not() -> None:
    moved = card(1, deadline=Deadline(day=TODAY + timedelta(days=40)))
    (due,) = deadlines((moved,), [open_one(30)], TODAY, TODAY, whole=False)
    assert (due.why, due.sequence, due.days) == (DueWhy.CHANGED, 3, 40)
    same = card(1, deadline=Deadline(day=TODAY + timedelta(days=30)))
    assert deadlines((same,), [open_one(30)], TODAY, TODAY, whole=False) == ()
    near = open_one(7)
    assert closings(deadlines((), [near], TODAY, TODAY - timedelta(days=1), whole=False)) == ()
