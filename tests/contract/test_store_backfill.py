"""How far a source's past was read, and what that brought, are one thing in every store."""

from dataclasses import replace
from datetime import date

import pytest

from pipeline.errors import StoreError
from pipeline.model import Notice, Origin
from pipeline.ports import Store
from pipeline.records import Backfill, Past
from tests import make
from tests.contract.conftest import RULES

BEGUN = Backfill(
    source_id="gov",
    since=date(2025, 1, 1),
    waiting=("https://gov.example/?page=2", "https://gov.example/?page=3"),
    pages=1,
    new=1,
)


def past(*numbers: int) -> Past:
    items = (make.numbered(number) for number in numbers)
    return Past(new=tuple(make.new(item, origin=Origin.BACKFILL) for item in items))


def test_nobody_has_asked_for_the_past_of_a_new_source(store: Store) -> None:
    assert store.backfill("gov") is None


def test_progress_and_items_are_kept_together(store: Store) -> None:
    store.save_backfill(BEGUN, past(1), RULES, make.NOW)
    ended = replace(BEGUN, waiting=(), pages=2, new=2)
    assert store.backfill("gov") == BEGUN
    store.save_backfill(ended, past(2), RULES, make.NOW)
    assert (store.backfill("gov"), store.stored_counts(["gov"])) == (ended, {"gov": 2})
    assert (store.ledger(0), store.source_states()["gov"].last_success_at) == ((), None)


def test_an_item_of_the_past_can_get_its_deadline(store: Store) -> None:
    store.save_backfill(BEGUN, past(1), RULES, make.NOW)
    (known,) = store.known("gov", ["guid:https://gov.example/news/1"])[
        "guid:https://gov.example/news/1"
    ]
    dated = replace(known.item, deadline=date(2025, 3, 1))
    completed = Past(completed=(make.changed(known, dated),))
    store.save_backfill(BEGUN, completed, RULES, make.NOW)
    stored = store.item(known.id)
    assert stored is not None
    assert (stored.item, stored.revision, stored.origin) == (dated, 2, Origin.BACKFILL)


def test_what_fails_half_way_leaves_neither(store: Store) -> None:
    broken = replace(past(1).new[0], notices=(Notice(theme=None, reason="new"),))  # type: ignore[arg-type] # the trouble
    with pytest.raises(Exception, match="constraint"):
        store.save_backfill(BEGUN, Past(new=(broken,)), RULES, make.NOW)
    assert (store.backfill("gov"), store.stored_counts(["gov"])) == (None, {"gov": 0})


def test_a_source_that_was_never_configured_has_no_past(store: Store) -> None:
    with pytest.raises(StoreError, match="no source 'other'"):
        store.save_backfill(replace(BEGUN, source_id="other"), Past(), RULES, make.NOW)
