"""What every store promises about things that several items tell of, and about deadlines."""

from datetime import date

import pytest

from pipeline.closing import Closing
from pipeline.clusters import Member, report_of
from pipeline.deadlines import Deadline
from pipeline.model import Origin, Tier
from pipeline.ports import Store
from pipeline.stories import Before
from tests import make
from tests.contract.conftest import RULES

PRESS = make.source("press", tier=Tier.PRESS)


@pytest.fixture(autouse=True)
def items(store: Store, run: int) -> dict[str, int]:
    """One official item and one of the press, both told of in the ledger."""
    store.sync_sources([make.source(), PRESS], make.NOW)
    official = make.news(make.numbered(1, links=("https://a.example/1", "https://b.example/2")))
    press = make.news(make.numbered(2, source_id="press", title="Order 14365 signed"))
    store.save_intake(run, make.intake(official), RULES, make.NOW)
    store.save_intake(run, make.intake(press, source_id="press"), RULES, make.NOW)
    return {line.source_id: line.stored.id for line in store.ledger(0) if line.stored}


def member(store: Store, item_id: int, cluster: int) -> Member:
    stored = store.item(item_id)
    assert stored is not None
    source = PRESS if stored.item.source_id == "press" else make.source()
    report = report_of(item_id, stored.item, stored.first_seen_at, source)
    return Member(report=report, cluster=cluster, opened=make.NOW)


def test_links_come_back(store: Store, items: dict[str, int]) -> None:
    stored = store.item(items["gov"])
    assert stored is not None
    assert stored.item.links == ("https://a.example/1", "https://b.example/2")


def test_members_come_back_while_their_cluster_is_open(store: Store, items: dict[str, int]) -> None:
    pair = (member(store, items["gov"], items["gov"]), member(store, items["press"], items["gov"]))
    store.save_stories(pair, ())
    assert store.cluster_members(make.NOW) == pair
    assert store.cluster_members(make.at(seconds=1)) == ()


def test_a_member_stays_where_it_was(store: Store, items: dict[str, int]) -> None:
    first = member(store, items["press"], items["press"])
    store.save_stories([first], ())
    store.save_stories([member(store, items["press"], items["gov"])], ())
    assert store.cluster_members(make.NOW) == (first,)


def test_a_digest_remembers_how_it_told_of_a_cluster(store: Store, items: dict[str, int]) -> None:
    gov, press = items["gov"], items["press"]
    store.save_stories([member(store, gov, press), member(store, press, press)], ())
    seq = {line.source_id: line.seq for line in store.ledger(0)}
    assert store.told_clusters("daily", make.NOW) == {}
    first = store.save_issue(make.issue(1), [seq["press"]], [], make.NOW)
    told = store.told_clusters("daily", make.NOW)
    assert (told[press].head.id, told[press].official) == (press, False)
    store.save_issue(make.issue(2), [seq["gov"]], [], make.NOW)
    again = store.told_clusters("daily", make.NOW)[press]
    assert (again.head.id, again.since, again.official) == (gov, first.window_end, True)
    assert isinstance(again, Before)
    assert store.told_clusters("weekly", make.NOW) == {}


def test_a_deadline_is_kept_as_it_was_last_told(store: Store, items: dict[str, int]) -> None:
    days = (date(2026, 4, 3), date(2026, 3, 4))
    open_ = Closing(item_id=items["gov"], deadline=Deadline(day=None, candidates=days, words="3/4"))
    moved = Closing(
        item_id=items["gov"], deadline=Deadline(day=date(2026, 5, 5), at=make.NOW), sequence=1
    )
    seq = [line.seq for line in store.ledger(0) if line.source_id == "gov"]
    store.save_issue(make.issue(1), seq, [], make.NOW)
    for closing in (open_, moved):
        store.save_stories((), [closing])
        (found,) = store.open_closings("daily", date(2026, 4, 3))
        assert found.closing == closing
    assert found.item.title == "Plan 1 published"
    assert store.open_closings("daily", date(2026, 5, 6)) == ()


def test_titles_are_the_latest_ones(store: Store) -> None:
    assert set(store.titles_since(make.NOW, limit=9)) == {"Plan 1 published", "Order 14365 signed"}
    assert len(store.titles_since(make.NOW, limit=1)) == 1
    assert store.titles_since(make.at(seconds=1), limit=9) == ()


def test_the_best_of_the_baseline_comes_first(store: Store, run: int) -> None:
    low, high = (
        make.news(
            make.numbered(n), origin=Origin.BASELINE, matches=(make.match(score=score),), notices=()
        )
        for n, score in ((7, 1.0), (8, 9.0))
    )
    store.save_intake(run, make.intake(low, high), RULES, make.NOW)
    found = store.best_baseline(make.at(days=-7), limit=5)
    assert [x.item.title for x in found] == ["Plan 8 published", "Plan 7 published"]
    assert store.best_baseline(make.NOW, limit=5) == ()
