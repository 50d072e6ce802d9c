from collections.abc import Sequence
from dataclasses import replace

import pytest

from pipeline.changes import KnownItem
from pipeline.flood import Flood, recognised, suspected
from pipeline.identity import Identified
from pipeline.model import Item
from tests import make

HELD = tuple(make.known(n, item=make.numbered(n)) for n in range(1, 11))


def moved(number: int, **overrides: object) -> Item:
    """Give an item of before as the new site has it: another guid at another address."""
    address = f"https://new.example/{number}"
    return replace(make.numbered(number, guid=address, url=address), **overrides)  # type: ignore[arg-type] # the test names the fields


def new(*items: Item) -> list[Identified]:
    return [Identified(item=item, keys=()) for item in items]


def ids(identified: Sequence[Identified]) -> list[int | None]:
    return [each.known.id if each.known else None for each in identified]


def flood(
    items: Sequence[Item], held: Sequence[KnownItem] = HELD
) -> tuple[list[int | None], Flood]:
    found, flooded = recognised(new(*items), held)
    return ids(found), flooded


@pytest.mark.parametrize(
    ("known", "fresh", "suspicious"),
    [(4, 5, True), (5, 5, False), (0, 5, True), (0, 4, False), (40, 20, False)],
)
def test_only_a_document_that_is_mostly_new_is_suspected(
    known: int, fresh: int, suspicious: bool
) -> None:
    items = [each._replace(known=HELD[0]) for each in new(*[moved(1)] * known)]
    assert suspected(items + new(*[moved(2)] * fresh)) is suspicious


def test_entries_are_known_by_their_titles_at_another_address() -> None:
    items = [moved(n) for n in range(1, 7)]
    assert flood(items) == ([1, 2, 3, 4, 5, 6], Flood(frozenset(range(1, 7)), 0))


def test_entries_are_known_by_their_addresses_under_another_title() -> None:
    items = [make.numbered(n, guid=f"new-{n}", title=f"Plan {n} | Ministry") for n in range(1, 7)]
    assert flood(items) == ([1, 2, 3, 4, 5, 6], Flood(frozenset(range(1, 7)), 0))


def test_what_has_neither_is_news() -> None:
    items = [*(moved(n) for n in range(1, 6)), moved(77), moved(78)]
    assert flood(items) == ([1, 2, 3, 4, 5, None, None], Flood(frozenset(range(1, 6)), 2))


def test_where_few_are_known_nothing_is_recognised() -> None:
    items = [*(moved(n) for n in (1, 2, 3)), *(moved(n) for n in (77, 78, 79))]
    assert flood(items) == ([None] * 6, Flood())


def test_what_was_known_before_stays_and_is_not_taken_again() -> None:
    known = Identified(item=make.numbered(1), keys=(), known=HELD[0])
    found, flooded = recognised([known, *new(*(moved(n) for n in range(1, 7)))], HELD)
    # The title stands twice in the document, so that it tells neither apart.
    assert ids(found) == [1, None, 2, 3, 4, 5, 6]
    assert flooded == Flood(frozenset(range(2, 7)), 1)


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param(moved(1, title="お知らせ"), id="a title that names many things"),
        pytest.param(moved(1, url="", title=""), id="no name at all"),
        pytest.param(moved(1, published_at=make.at(days=200)), id="another day"),
        pytest.param(moved(2), id="a title that stands twice in the document"),
    ],
)
def test_a_name_that_tells_little_makes_no_known_item(odd: Item) -> None:
    held = (*HELD, make.known(20, item=make.numbered(20, title="お知らせ", url="")))
    numbers, flooded = flood([odd, *(moved(n) for n in range(2, 9))], held)
    assert numbers[0] is None
    assert flooded.news == 7 - len(flooded.moved) + 1


def test_a_title_that_several_items_had_makes_no_known_item() -> None:
    again = make.known(30, item=make.numbered(30, title="Plan 1 published"))
    numbers, _ = flood([moved(n) for n in range(1, 7)], (*HELD, again))
    assert numbers == [None, 2, 3, 4, 5, 6]


def test_what_has_no_date_is_not_contradicted() -> None:
    items = [moved(n, published_at=None) for n in range(1, 7)]
    assert flood(items)[0] == [1, 2, 3, 4, 5, 6]


def test_an_address_tells_more_than_a_title() -> None:
    swapped = [
        make.numbered(1, guid="a", title="Plan 2 published"),
        *(moved(n) for n in range(3, 8)),
    ]
    assert flood(swapped)[0] == [1, 3, 4, 5, 6, 7]
