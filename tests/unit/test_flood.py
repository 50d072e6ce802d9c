from collections.abc import Sequence
from dataclasses import replace

import pytest

from pipeline.changes import KnownItem
from pipeline.flood import Flood, recognised, restless, suspected, unmarked
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


def marked(number: int, query: str, **overrides: object) -> Item:
    """Give an item without a guid, whose link carries a query."""
    url = f"https://gov.example/plan/{number}?{query}"
    return make.numbered(number, **{"guid": "", "url": url} | overrides)


def asked(
    before: Sequence[Item], after: Sequence[Item], *, more: Sequence[Item] = ()
) -> list[int | None]:
    """Return which of the items of before, and of more, a document of these is taken for."""
    held = [make.known(n, item=item) for n, item in enumerate((*before, *more), 1)]
    return ids(unmarked(new(*after), held))


def both(query: str, **overrides: object) -> list[Item]:
    return [marked(number, query, **overrides) for number in (1, 2)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("sid=Ab3x", "sid=9fQz", id="letters and digits"),
        pytest.param("lang=en&trk=9f01", "lang=en&trk=c7d2", id="beside another parameter"),
        pytest.param("r=0.83414762916054731", "r=0.10293847561029384", id="a number by lot"),
        pytest.param("sid=83414762916054", "sid=502938475610", id="a shorter number by lot"),
    ],
)
def test_a_link_that_is_another_at_every_request_names_a_known_item(
    before: str, after: str
) -> None:
    assert restless(new(*both(after)))
    assert asked(both(before), both(after)) == [1, 2]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("id=12", "id=13", id="numbers"),
        pytest.param("no=no-9", "no=no-10", id="numbers with a word"),
        pytest.param("day=2026-03-01", "day=2026-03-02", id="dates"),
        pytest.param("at=20260301090000", "at=20260302113015", id="seconds"),
        pytest.param("at=1772355600000", "at=1772442000000", id="thousandths of a second"),
        pytest.param("of=1mar2026", "of=1April2026", id="dates with months"),
        pytest.param(
            "at=2026-03-01T09:00:00%2B09:00", "at=2026-03-02T09:00:00%2B09:00", id="moments"
        ),
        pytest.param("sid=Ab3x&trk=9f01", "sid=9fQz&trk=c7d2", id="two parameters"),
        pytest.param("sid=Ab3x", "trk=9fQz", id="another name"),
        pytest.param("sid=Ab3x", "sid=9fQz&page=2", id="one more parameter"),
        pytest.param("sid=Ab3x", "sid=Ab3x", id="no difference"),
    ],
)
def test_a_link_that_differs_otherwise_is_news(before: str, after: str) -> None:
    assert asked(both(before), both(after)) == [None, None]


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(both("sid=9fQz", published_at=make.at(days=9)), id="other dates"),
        pytest.param(both("sid=9fQz", title="お知らせ"), id="a short title"),
        pytest.param([marked(1, "sid=9fQz"), marked(3, "sid=9fQz")], id="one is news"),
        pytest.param([marked(1, "sid=9fQz"), marked(2, "sid=77")], id="one has a number"),
        pytest.param([marked(1, "sid=9fQz")] * 2, id="one twice"),
    ],
)
def test_a_small_document_is_known_as_a_whole_or_not_at_all(after: Sequence[Item]) -> None:
    title = {"title": "お知らせ"} if after[0].title == "お知らせ" else {}
    before = [marked(1, "sid=Ab3x", **title), marked(2, "sid=12", **title)]
    assert asked(before, after) == [None, None]


def test_a_parameter_that_is_another_in_each_entry_is_news() -> None:
    before = [marked(1, "sid=Ab3x&trk=9f01"), marked(2, "sid=Ab3x&trk=9f01")]
    after = [marked(1, "sid=9fQz&trk=9f01"), marked(2, "sid=Ab3x&trk=c7d2")]
    assert asked(before, after) == [None, None]


def test_a_parameter_that_tells_entries_apart_is_news() -> None:
    url = "https://gov.example/view?key="
    before = [make.numbered(n, guid="", url=f"{url}a{n}x") for n in (1, 2)]
    after = [make.numbered(n, guid="", url=f"{url}b{n}yz") for n in (1, 2)]
    assert asked(before, after) == [None, None]
    other = marked(1, "sid=Zz9", title="Another plan published")
    assert asked(both("sid=Ab3x"), both("sid=9fQz"), more=[other]) == [None, None]


@pytest.mark.parametrize(
    "identified",
    [
        pytest.param(new(marked(1, "sid=9fQz")), id="one entry"),
        pytest.param(new(*(marked(n, "sid=9fQz") for n in range(5))), id="many entries"),
        pytest.param(new(*both("sid=9fQz", guid="plan")), id="a guid"),
        pytest.param(new(marked(1, "sid=9fQz"), make.numbered(2, guid="")), id="no query"),
        pytest.param(
            [
                *new(*both("sid=9fQz")),
                Identified(item=marked(3, "sid=9fQz"), keys=(), known=HELD[0]),
            ],
            id="a known entry beside",
        ),
    ],
)
def test_only_a_small_document_of_new_links_is_restless(identified: Sequence[Identified]) -> None:
    assert not restless(identified)
