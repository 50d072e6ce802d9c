"""What every store promises about labels, near misses and items that no poll brought."""

import pytest

from pipeline.changes import NewItem
from pipeline.errors import StoreError
from pipeline.model import Origin, Verdict
from pipeline.ports import Store
from pipeline.records import Label, StoredItem
from pipeline.search import parse_search
from tests import make
from tests.contract.conftest import RULES

BY_HAND = make.source("manual", kind="manual", url="")


@pytest.fixture
def shelf(store: Store, run: int) -> Store:
    """A store with the items 1, 2 and 3."""
    items = (make.new(make.numbered(number)) for number in (1, 2, 3))
    store.save_intake(run, make.intake(*items), RULES, make.NOW)
    return store


def label(item_id: int = 1, theme: str = "safety", who: str = "aya", **how: bool) -> Label:
    return Label(
        item_id=item_id, theme=theme, applies=how.get("applies", True), who=who, at=make.NOW
    )


def titles(found: tuple[StoredItem, ...]) -> list[str]:
    return [stored.item.title for stored in found]


# --- labels ----------------------------------------------------------------------------------


def test_labels_come_back_the_newest_item_first(shelf: Store) -> None:
    said = (label(3, who="ben"), label(1, "labour", applies=False), label(1), label(1, who="ben"))
    for one in reversed(said):
        shelf.put_label(one)
    assert shelf.labels() == said
    assert shelf.labels("labour") == (said[1],)
    assert shelf.labels("other") == ()


def test_a_person_has_one_word_on_an_item_and_a_theme(shelf: Store) -> None:
    for one in (label(), label(who="ben"), label(applies=False)):
        shelf.put_label(one)
    assert shelf.labels() == (label(applies=False), label(who="ben"))


def test_a_label_can_be_taken_back_once(shelf: Store) -> None:
    for one in (label(), label(who="ben"), label(theme="labour"), label(2)):
        shelf.put_label(one)
    assert [shelf.drop_label(1, "safety", "aya") for _ in range(2)] == [True, False]
    assert shelf.labels() == (label(2), label(theme="labour"), label(who="ben"))


def test_only_an_item_can_be_labelled(shelf: Store) -> None:
    with pytest.raises(StoreError, match="no item 9"):
        shelf.put_label(label(9))
    assert shelf.labels() == ()


def test_labelled_items_are_found(shelf: Store) -> None:
    shelf.put_label(label(2, applies=False))
    found = shelf.search(parse_search("has:label", now=make.NOW), limit=9)
    assert titles(tuple(found)) == ["Plan 2 published"]


def test_items_are_found_by_their_numbers(shelf: Store) -> None:
    assert titles(shelf.items_by_id([3, 9, 1])) == ["Plan 3 published", "Plan 1 published"]
    assert shelf.items_by_id([]) == ()


# --- near misses -----------------------------------------------------------------------------


def judged(number: int, **score_by_verdict: float) -> NewItem:
    """Give an item with one theme for each verdict, which it is called after."""
    matches = tuple(
        make.match(f"t_{verdict}", verdict=Verdict(verdict), score=score)
        for verdict, score in score_by_verdict.items()
    )
    return make.new(make.numbered(number, title=" ".join(score_by_verdict)), matches=matches)


@pytest.fixture
def nearby(store: Store, run: int) -> Store:
    items = (
        judged(1, near=1.0),
        judged(2, near=2.0),
        judged(3, near=9.0, applies=3.0),
        judged(4, near=9.0, excluded=3.0),
        judged(5, excluded=1.0),
        judged(6, excluded=9.0, applies=3.0),
    )
    store.save_intake(run, make.intake(judged(7, near=9.0)), RULES, make.at(days=-1))
    store.save_intake(run, make.intake(*items), RULES, make.NOW)
    return store


def numbers(found: tuple[StoredItem, ...]) -> list[int]:
    return [int(stored.item.url.rpartition("/")[2]) for stored in found]


def test_near_is_the_best_verdict_of_a_near_miss(nearby: Store) -> None:
    assert numbers(nearby.nearly(Verdict.NEAR, make.NOW)) == [2, 1]
    assert numbers(nearby.nearly(Verdict.NEAR, make.at(days=-1))) == [7, 2, 1]
    assert numbers(nearby.nearly(Verdict.NEAR, make.at(days=-1), limit=2)) == [7, 2]
    assert nearby.nearly(Verdict.NEAR, make.at(seconds=1)) == ()


def test_only_an_exclusion_stood_in_the_way(nearby: Store) -> None:
    assert numbers(nearby.nearly(Verdict.EXCLUDED, make.NOW)) == [4, 5]


def test_of_one_theme_its_verdict_alone_counts(nearby: Store) -> None:
    assert numbers(nearby.nearly(Verdict.NEAR, make.NOW, theme="t_near")) == [4, 3, 2, 1]
    assert numbers(nearby.nearly(Verdict.EXCLUDED, make.NOW, theme="t_excluded")) == [6, 4, 5]
    assert nearby.nearly(Verdict.NEAR, make.NOW, theme="t_excluded") == ()


def test_a_verdict_on_a_former_text_is_none(nearby: Store, run: int) -> None:
    key = "guid:https://gov.example/news/2"
    (known,) = nearby.known("gov", [key])[key]
    edit = make.changed(known, make.numbered(2, title="withdrawn"))
    nearby.save_intake(run, make.intake(changed=(edit,)), RULES, make.at(hours=1))
    assert numbers(nearby.nearly(Verdict.NEAR, make.NOW)) == [1]


# --- items that no poll brought --------------------------------------------------------------


def by_hand(source_id: str = "manual") -> NewItem:
    return make.new(make.item(source_id=source_id), origin=Origin.MANUAL, matches=(make.match(),))


def test_an_added_item_is_stored_and_found(store: Store) -> None:
    new = by_hand("gov")
    number = store.add_item(make.source(), new, RULES, make.NOW)
    added = make.stored(
        number,
        item=new.item,
        first_seen_at=make.NOW,
        origin=Origin.MANUAL,
        matches=new.matches,
    )
    assert store.item(number) == added
    assert list(store.search(parse_search("models", now=make.NOW), limit=9)) == [added]
    assert [known.id for known in store.known("gov", new.keys)[new.keys[0]]] == [number]


def test_an_added_item_leaves_no_trace_of_a_poll(store: Store) -> None:
    states, end = store.source_states(), store.ledger_end()
    store.add_item(make.source(), by_hand("gov"), RULES, make.NOW)
    assert (store.source_states(), store.ledger_end()) == (states, end)
    assert not store.reach(None, make.NOW)["gov"].read


def test_a_source_that_is_not_configured_gets_items_once_named(store: Store) -> None:
    first = store.add_item(BY_HAND, by_hand(), RULES, make.NOW)
    second = store.add_item(BY_HAND, by_hand(), RULES, make.NOW)
    assert {stored.item.source_id for stored in store.items_by_id([first, second])} == {"manual"}
    store.sync_sources([make.source()], make.NOW)
    assert list(store.source_states()) == ["gov"]
    assert list(store.reach(None, make.NOW)) == ["gov"]


def test_an_added_item_needs_its_rules(store: Store) -> None:
    with pytest.raises(StoreError, match="no ruleset other"):
        store.add_item(BY_HAND, by_hand(), "other", make.NOW)
