"""What every store promises about how far back the items of its sources reach."""

from datetime import datetime

import pytest

from pipeline.changes import NewItem
from pipeline.ports import Store
from tests import make
from tests.contract.conftest import RULES


def dated(number: int, published_at: datetime | None) -> NewItem:
    return make.new(make.numbered(number, published_at=published_at))


@pytest.fixture
def filled(store: Store, run: int) -> Store:
    store.sync_sources([make.source(), make.source("lab"), make.source("empty")], make.NOW)
    news = (dated(1, make.at(days=-9)), dated(2, make.at(days=-3)), dated(3, make.at(days=-400)))
    store.save_intake(run, make.intake(*news), RULES, make.NOW)
    undated = make.new(make.numbered(4, source_id="lab", published_at=None))
    store.save_intake(run, make.intake(undated, source_id="lab"), RULES, make.at(days=-1))
    return store


def test_a_source_reaches_back_to_its_oldest_item_since_then(filled: Store) -> None:
    assert filled.spans(make.at(days=-10)) == {
        "gov": (make.at(days=-9), 2),
        "lab": (make.at(days=-1), 1),
    }
    assert filled.spans(make.at(days=-500))["gov"] == (make.at(days=-400), 3)


def test_a_source_without_items_since_then_has_no_span(filled: Store) -> None:
    assert filled.spans(make.at(days=-1)) == {"lab": (make.at(days=-1), 1)}
    assert filled.spans(make.NOW) == {}
