"""How many hits a day are to be expected, and from what that is known."""

from datetime import datetime
from typing import Any

import pytest

from pipeline.forecast import Coverage
from pipeline.model import Origin
from pipeline.records import StoredItem
from tests import make


def coverage(**spans: tuple[datetime, int]) -> Coverage:
    return Coverage(since=make.at(days=-90), until=make.NOW, spans=spans)


def hit(source: str = "gov", **overrides: Any) -> StoredItem:
    return make.stored(item=make.item(source_id=source), **overrides)


def test_each_source_counts_over_the_days_that_are_stored_of_it() -> None:
    seen = coverage(gov=(make.at(days=-10), 40), lab=(make.at(days=-40), 40))
    assert [seen.share(hit()), seen.share(hit("lab"))] == pytest.approx([1 / 10, 1 / 40])


def test_no_source_counts_over_more_than_was_asked_or_less_than_a_day() -> None:
    seen = coverage(gov=(make.at(days=-400), 1), lab=(make.at(hours=-1), 1))
    assert seen.share(hit()) == pytest.approx(1 / 90)
    assert seen.share(hit("lab")) == 1.0
    assert seen.share(hit("unknown")) == 1.0


def test_what_a_first_contact_brought_without_a_date_says_nothing() -> None:
    seen, undated = coverage(gov=(make.at(days=-10), 4)), make.item(published_at=None)
    assert seen.share(make.stored(item=undated, origin=Origin.BASELINE)) == 0.0
    assert seen.share(make.stored(item=undated, origin=Origin.NEWS)) == pytest.approx(0.1)
    assert seen.share(hit(origin=Origin.BASELINE)) == pytest.approx(0.1)


def test_the_store_covers_what_its_oldest_item_reaches_back() -> None:
    seen = coverage(gov=(make.at(days=-10), 40), lab=(make.at(days=-40), 2))
    assert (seen.items, seen.begins, seen.days) == (42, make.at(days=-40), 40.0)
    assert (coverage().items, coverage().days) == (0, 0.0)
    late = coverage(gov=(make.at(days=2), 1), lab=(make.at(days=1), 1))
    assert late.days == 0.0
