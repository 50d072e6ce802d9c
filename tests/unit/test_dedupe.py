from datetime import date
from typing import Any

import pytest

from pipeline.changes import ChangedItem, SeenItem
from pipeline.dedupe import (
    Changes,
    changes,
    material_change,
    notices_for_change,
    notices_for_new,
)
from pipeline.identity import Identified
from pipeline.model import Item, Match, Notice, Origin, Reason, Verdict
from tests import make

SAFETY = Match(theme="safety", verdict=Verdict.APPLIES, score=3.0)
TRADE = Match(theme="trade", verdict=Verdict.APPLIES, score=2.0)
NEARLY = Match(theme="health", verdict=Verdict.NEAR, score=1.0)
OUT = Match(theme="war", verdict=Verdict.EXCLUDED, score=1.0)


def test_items_are_new_changed_or_merely_seen() -> None:
    one, two, three = make.numbered(1), make.numbered(2), make.numbered(3)
    known_two, known_three = make.known(2, item=make.item("Before")), make.known(3, item=three)
    assert changes(
        [
            Identified(item=one, keys=("a",)),
            Identified(item=two, keys=("b",), known=known_two),
            Identified(item=three, keys=("c", "d"), known=known_three),
        ]
    ) == Changes(
        new=((one, ("a",)),),
        changed=(ChangedItem(known=known_two, item=two, keys=("b",)),),
        seen=(SeenItem(known=known_three, keys=("c", "d")),),
    )


def test_another_date_alone_is_no_change() -> None:
    known = make.known(item=make.item(published_at=make.at(days=-2)))
    found = changes([Identified(item=make.item(published_at=make.NOW), keys=("a",), known=known)])
    assert (found.new, found.changed) == ((), ())


def test_another_deadline_is_a_change_and_one_no_longer_named_stands() -> None:
    extended = make.item(deadline=date(2026, 5, 1))
    known = make.known(item=make.item(deadline=date(2026, 4, 1)))
    found = changes([Identified(item=extended, keys=("a",), known=known)])
    assert found.changed == (ChangedItem(known=known, item=extended, keys=("a",)),)
    edited = make.item("Edited")
    found = changes([Identified(item=edited, keys=("a",), known=known)])
    assert [change.item.deadline for change in found.changed] == [date(2026, 4, 1)]
    assert changes([Identified(item=make.item(), keys=("a",), known=known)]).changed == ()


LONG = "The ministry asks for comments on the draft. "


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(make.item("A plan"), make.item("Another plan"), True, id="title"),
        pytest.param(make.item(), make.item(deadline=date(2026, 4, 1)), True, id="deadline"),
        pytest.param(make.item("A beats B"), make.item("B beats A"), True, id="order in the title"),
        pytest.param(make.item("A plan"), make.item("A  PLAN."), False, id="dress of the title"),
        pytest.param(make.item(body="a"), make.item(body="a " + "b" * 50), False, id="50 came"),
        pytest.param(make.item(body="a"), make.item(body="a " + "b" * 51), True, id="51 came"),
        pytest.param(make.item(summary="b" * 51), make.item(summary=""), True, id="51 went"),
        pytest.param(
            make.item(body="法案" * 25), make.item(body="法案" * 50), False, id="50 of CJK"
        ),
        pytest.param(
            make.item(body="法案" * 25), make.item(body="法案" * 51), True, id="52 of CJK"
        ),
        pytest.param(make.item(body=LONG * 3), make.item(body=(LONG * 3)[::-1]), True, id="all"),
        pytest.param(
            make.item(summary=LONG, body="x"), make.item(summary="x", body=LONG), False, id="moved"
        ),
        pytest.param(make.item(url="https://a.example"), make.item(url=""), False, id="link"),
        pytest.param(make.item(author="Desk"), make.item(author="Press"), False, id="author"),
    ],
)
def test_an_edit_is_material_when_a_reader_would_care(
    before: Item, after: Item, expected: bool
) -> None:
    assert material_change(before, after) is expected


@pytest.mark.parametrize("origin", [Origin.BASELINE, Origin.BACKFILL, Origin.MANUAL])
def test_only_news_is_noticed(origin: Origin) -> None:
    assert notices_for_new(make.item(), [SAFETY], origin, make.NOW) == ()


@pytest.mark.parametrize(
    ("days", "reason"),
    [
        pytest.param(None, Reason.NEW, id="no date"),
        pytest.param(0, Reason.NEW, id="today"),
        pytest.param(-7, Reason.NEW, id="just inside"),
        pytest.param(-8, Reason.LATE, id="late"),
    ],
)
def test_a_new_item_is_noticed_once_a_theme(days: int | None, reason: Reason) -> None:
    item = make.item(published_at=None if days is None else make.at(days=days))
    matches = [SAFETY, NEARLY, OUT, TRADE]
    notices = notices_for_new(item, matches, Origin.NEWS, make.at(days=-7))
    assert notices == (
        Notice(theme="safety", reason=reason),
        Notice(theme="trade", reason=reason),
    )


EDITED = make.item("Another plan")
RETOUCHED = make.item(summary="The plan sets out six steps.")
NOTICED = {
    "applied_themes": frozenset({"safety"}),
    "noticed_themes": frozenset({"safety"}),
    "last_noticed_at": make.at(days=-1),
}


@pytest.mark.parametrize(
    ("known", "item", "expected"),
    [
        pytest.param(NOTICED, EDITED, [("safety", "updated"), ("trade", "new")], id="material"),
        pytest.param(NOTICED, RETOUCHED, [("trade", "new")], id="not material"),
        pytest.param(
            NOTICED | {"last_noticed_at": make.at(hours=-23)},
            EDITED,
            [("trade", "new")],
            id="noticed today",
        ),
        pytest.param(
            NOTICED | {"applied_themes": frozenset({"safety", "trade"})},
            EDITED,
            [("safety", "updated")],
            id="applied before, and never noticed",
        ),
        pytest.param({}, EDITED, [("safety", "new"), ("trade", "new")], id="both newly apply"),
        pytest.param(
            {"applied_themes": frozenset({"safety", "trade"})}, EDITED, [], id="from the baseline"
        ),
    ],
)
def test_an_edit_is_noticed_when_it_matters(
    known: dict[str, Any], item: Item, expected: list[tuple[str, str]]
) -> None:
    notices = notices_for_change(make.known(**known), item, [SAFETY, NEARLY, TRADE], make.NOW)
    assert [(notice.theme, notice.reason) for notice in notices] == expected
