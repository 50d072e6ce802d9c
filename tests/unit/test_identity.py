from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.identity import Identified, identify, keys
from pipeline.model import Item
from tests import make


class Memory:
    """All items of a source with all their keys, as a store keeps them."""

    def __init__(self) -> None:
        self.items: dict[int, Item] = {}
        self.ids: dict[str, list[int]] = {}

    def read(self, *items: Item) -> tuple[Identified, ...]:
        """Identify one document and keep what it brings."""
        own = keys(items)
        known = {
            key: tuple(make.known(n, item=self.items[n]) for n in sorted(self.ids[key]))
            for each in own
            for key in each
            if key in self.ids
        }
        found = identify(items, own, known)
        for each in found:
            number = each.known.id if each.known else len(self.items) + 1
            self.items[number] = each.item
            for key in each.keys:
                if number not in self.ids.setdefault(key, []):
                    self.ids[key].append(number)
        return found

    def numbers(self, *items: Item) -> list[int | None]:
        """Say of each item of a document which one it was before."""
        return [each.known.id if each.known else None for each in self.read(*items)]


def after(*items: Item) -> Memory:
    memory = Memory()
    memory.read(*items)
    return memory


def entry(title: str = "Plan", link: str = "/1", guid: str = "", day: int | None = 1) -> Item:
    return make.item(
        title,
        guid=guid,
        url=f"https://gov.example{link}" if link else "",
        published_at=None if day is None else make.at(days=day - 10),
    )


def test_a_first_document_brings_only_new_items() -> None:
    one, two = make.numbered(1), make.numbered(2)
    own = keys([one, two])
    assert identify([one, two], own, {}) == (
        Identified(item=one, keys=own[0]),
        Identified(item=two, keys=own[1]),
    )


def test_keys_are_kept_for_ever_and_never_change_their_form() -> None:
    assert keys([entry(guid="tag:1"), entry("Plan", "", "7"), entry("Plan", "")]) == [
        (
            "g:f9018dbd9ba435987eae939f3fabdd22",
            "t:130f0494929e13414c695b5c2d5252da",
            "l:1c3c82ccf4cf379f185b96efae8168b2",
        ),
        (
            "g:44b8c33a73f336b9a38eee7ae24b5b2d",
            "g:adaaf9ed31a431fcda25e465a3f90876",
            "h:75b9226f6ff59aa929238ca4fb4eb4ad",
        ),
        ("h:75b9226f6ff59aa929238ca4fb4eb4ad",),
    ]


@pytest.mark.parametrize(
    ("before", "now"),
    [
        pytest.param(
            entry(guid="tag:1"), entry("Other", "/2", "tag:1", day=5), id="guid, all else another"
        ),
        pytest.param(entry(guid="tag:1"), entry(guid="tag:99"), id="new guid, link and title same"),
        pytest.param(
            entry(guid="tag:1"), entry(guid="tag:99", day=5), id="new guid, and a later date"
        ),
        pytest.param(entry(guid="tag:1"), entry(), id="guid gone"),
        pytest.param(entry(), entry(guid="tag:1"), id="guid come"),
        pytest.param(entry(), entry(day=5), id="no guid, link and title same"),
        pytest.param(entry(), entry("Plan, edited"), id="no guid, same date, other title"),
        pytest.param(
            entry(), entry("Plan, edited", day=None), id="no guid, no date now, other title"
        ),
        pytest.param(
            entry(day=None), entry("Plan, edited"), id="no guid, no date then, other title"
        ),
        pytest.param(
            make.item(guid="http://gov.example/1", url="http://gov.example/1"),
            make.item("Other", guid="https://gov.example/1", url="https://gov.example/1"),
            id="http became https",
        ),
        pytest.param(entry(link="", guid=""), entry(link="", guid="", day=5), id="the same text"),
        pytest.param(
            entry("Plan", "/1", "item_1"),
            entry("Plan", "/2", "item_1"),
            id="same place, same title",
        ),
        pytest.param(
            entry("Plan", "/1", "item_1"),
            entry("New", "/1", "item_1", 5),
            id="same place, same link",
        ),
        pytest.param(
            entry("Plan", "/1", "item_1"), entry("New", "/1", "item_2"), id="moved down, edited"
        ),
    ],
)
def test_the_same_item_in_another_dress(before: Item, now: Item) -> None:
    assert after(before).numbers(now) == [1]


@pytest.mark.parametrize(
    ("before", "now"),
    [
        pytest.param(entry(), entry("Plan 2026", day=5), id="a reused link, a later date"),
        pytest.param(entry(day=5), entry("Plan 2025", day=1), id="a reused link, an earlier date"),
        pytest.param(entry(guid="tag:1"), entry("Plan 2026", guid="tag:2"), id="a guid of its own"),
        pytest.param(entry(), entry(link="/2"), id="the same title elsewhere"),
        pytest.param(
            entry("Old", "/1", "item_1"), entry("New", "/2", "item_1"), id="only the place"
        ),
        pytest.param(entry(link=""), entry("Other", link=""), id="another text"),
    ],
)
def test_another_item_that_looks_alike(before: Item, now: Item) -> None:
    assert after(before).numbers(now) == [None]


def test_guids_that_name_places_of_one_page_are_different_items() -> None:
    page = "https://gov.example/log"
    items = [entry(f"Change {n}", link="/log", guid=f"{page}#{n}") for n in (1, 2)]
    memory = after(*items)
    assert memory.numbers(*items) == [1, 2]


def test_a_link_twice_in_a_document_makes_two_items() -> None:
    memory = after(entry("Survey, May"))
    assert memory.numbers(entry("Survey, June"), entry("Survey, July")) == [None, None]


def test_each_item_of_a_reused_link_is_known_again_by_its_title() -> None:
    memory = after(entry("Survey, May"), entry("Survey, June"))
    assert memory.numbers(entry("Survey, June"), entry("Survey, May")) == [2, 1]


def test_an_edit_belongs_to_the_newest_item_of_its_link() -> None:
    memory = after(entry("Survey, May"), entry("Survey, June"))
    assert memory.numbers(entry("Survey, June (corrected)")) == [2]


def test_an_item_is_known_by_every_title_it_had() -> None:
    memory = after(entry("Plan"))
    memory.read(entry("Plan, edited"))
    assert memory.numbers(entry("Plan")) == [1]


def test_no_item_is_taken_twice() -> None:
    memory = after(entry("Plan", "/1", "tag:1"))
    memory.read(entry("New plan", "/1", "tag:1"))
    assert memory.numbers(entry("New plan", "/1", "tag:1"), entry("Plan", "/1", "tag:2")) == [
        1,
        None,
    ]


def test_a_guid_shared_by_several_links_names_none_of_them() -> None:
    one, two = entry("One", "/1", "tag:x"), entry("Two", "/2", "tag:x")
    memory = after(one, two)
    assert memory.numbers(two, one, entry("Three", "/3", "tag:x")) == [2, 1, None]


@pytest.mark.parametrize(
    "again",
    [
        pytest.param(entry(guid="tag:2"), id="same link and title"),
        pytest.param(entry("Plan, again", guid="tag:1"), id="same guid and link"),
    ],
)
def test_a_repetition_in_a_document_is_folded_into_the_first(again: Item) -> None:
    first = entry(guid="tag:1")
    one, two = keys([first, again])
    (found,) = identify([first, again], [one, two], {})
    assert (found.item, set(found.keys)) == (first, {*one, *two})


def test_a_repetition_gives_the_deadline_that_the_first_lacks() -> None:
    first, again = entry(guid="tag:1"), entry(guid="tag:1")
    dated = replace(again, deadline=date(2026, 4, 1))
    (found,) = identify([first, dated], keys([first, dated]), {})
    assert found.item == dated


def test_a_flood_of_new_guids_brings_nothing_new() -> None:
    items = [make.numbered(n) for n in range(20)]
    flood = [replace(item, guid=f"tag:new,{n}") for n, item in enumerate(items)]
    news = make.numbered(99, guid="tag:new,99")
    assert after(*items).numbers(news, *flood) == [None, *range(1, 21)]


def test_a_new_guid_without_a_link_is_told_by_the_words_and_the_date() -> None:
    def warning(guid: str, raw: str) -> Item:
        return make.item("Warning", guid=guid, url="", published_raw=raw)

    memory = after(warning("tag:1", "2 March"))
    assert memory.numbers(warning("tag:2", "2 March")) == [1]
    assert memory.numbers(warning("tag:3", "3 March")) == [None]
    undated = after(warning("tag:1", ""))
    assert undated.numbers(warning("tag:1", ""), warning("tag:2", "")) == [1, None]


def test_numbered_places_of_a_list_are_not_identities() -> None:
    """A list whose guids count from the top gets a new first entry."""
    old = [entry(f"Event {n}", f"/{n}", f"item_{n}") for n in range(1, 6)]
    now = [entry("Event 0", "/0", "item_1")]
    now += [replace(item, guid=f"item_{n}") for n, item in enumerate(old[:4], start=2)]
    assert after(*old).numbers(*now) == [None, 1, 2, 3, 4]


ENTRIES = st.lists(
    st.builds(
        entry,
        title=st.sampled_from(["A", "B", ""]),
        link=st.sampled_from(["", "/1", "/2", "/2?utm_source=x"]),
        guid=st.sampled_from(["", "g1", "tag:1", "tag:2", "http://gov.example/1"]),
        day=st.sampled_from([None, 1, 2]),
    )
)


@given(ENTRIES, ENTRIES)
@example(
    [],
    [
        entry(title, "/2", guid, None)
        for title, guid in [("", ""), ("A", "g1"), ("B", ""), ("B", "g1"), ("", "g1")]
    ],
)
def test_a_document_read_again_brings_nothing_new(
    before: Sequence[Item], items: Sequence[Item]
) -> None:
    memory = after(*before)
    memory.read(*items)
    assert None not in memory.numbers(*items)


@given(ENTRIES, ENTRIES)
def test_no_two_items_of_a_document_are_the_same_known_item(
    before: Sequence[Item], now: Sequence[Item]
) -> None:
    numbers = [number for number in after(*before).numbers(*now) if number]
    assert len(numbers) == len(set(numbers))


def test_the_same_words_without_link_or_guid_on_another_day_are_another_item() -> None:
    first, same, later = (replace(entry("Plan", ""), published_raw=day) for day in ("2", "2", "3"))
    own = keys([first, same, later])
    assert (own[0] == own[1], own[0] == own[2]) == (True, False)
