"""What every store promises about what people decide of items, and about what waits for it."""

import pytest

from pipeline.errors import StoreError
from pipeline.model import Reason
from pipeline.ports import Store
from pipeline.records import Held, IssueRecord
from pipeline.search import parse_search
from pipeline.triage import Decision, State
from tests import make
from tests.contract.conftest import RULES


@pytest.fixture
def shelf(store: Store, run: int) -> Store:
    """A store with the items 1, 2 and 3, whose notices are 1, 2 and 3."""
    items = (make.news(make.numbered(number)) for number in (1, 2, 3))
    store.save_intake(run, make.intake(*items), RULES, make.NOW)
    return store


def decision(item_id: int = 1, state: State = State.KEPT, who: str = "aya") -> Decision:
    return Decision(item_id=item_id, state=state, who=who, at=make.NOW, note="for the board")


def found(store: Store, query: str) -> list[int]:
    return [stored.id for stored in store.search(parse_search(query, now=make.NOW), limit=9)]


# --- decisions -------------------------------------------------------------------------------


def test_the_latest_decision_counts_and_the_others_are_history(shelf: Store) -> None:
    made = (decision(), decision(state=State.DROPPED, who="ben"), decision(state=State.KEPT))
    for one in made:
        shelf.triage.decide([one])
    stored = shelf.item(1)
    assert stored is not None
    assert (stored.decision, stored.state) == (made[-1], State.KEPT)
    assert shelf.triage.history(1) == made
    assert shelf.triage.history(2) == ()


def test_nothing_is_decided_when_one_of_several_is_not_stored(shelf: Store) -> None:
    with pytest.raises(StoreError, match="no item 9 to decide on; nothing was written"):
        shelf.triage.decide([decision(1), decision(9)])
    assert shelf.triage.history(1) == ()


def test_items_are_found_by_where_they_stand(shelf: Store) -> None:
    shelf.triage.decide([decision(1), decision(2, State.DROPPED), decision(3)])
    shelf.triage.decide([decision(3, State.NEW)])
    queries = ("state:kept", "state:dropped", "state:new", "state:kept state:dropped")
    assert [found(shelf, query) for query in queries] == [[1], [2], [3], [2, 1]]
    assert found(shelf, "state:new state:kept published") == [3, 1]


def test_a_notice_shows_the_decision_of_now(shelf: Store) -> None:
    shelf.triage.decide([decision(2)])
    lines = shelf.ledger(0)
    assert [line.stored.state for line in lines if line.stored] == [
        State.NEW,
        State.KEPT,
        State.NEW,
    ]


# --- what waits ------------------------------------------------------------------------------


def issue(store: Store, *notices: int, number: int = 1) -> None:
    record = IssueRecord(
        id=0,
        digest="board",
        number=number,
        window_start=make.at(days=number),
        window_end=make.at(days=number + 1),
        seq_from=0,
        seq_to=3,
        contents="{}",
    )
    store.save_issue(record, notices, (), make.NOW)


def held(store: Store, up_to: int = 3, digest: str = "board") -> tuple[list[int], set[int]]:
    waiting = store.triage.held(digest, up_to)
    return [line.seq for line in waiting.lines], set(waiting.undecided)


def test_what_is_held_comes_once_it_is_kept(shelf: Store) -> None:
    shelf.triage.hold("board", (1, 2, 3))
    shelf.triage.hold("board", (3,))
    assert held(shelf) == ([], {1, 2, 3})
    shelf.triage.decide([decision(1), decision(2, State.DROPPED)])
    assert held(shelf) == ([1], {3})
    shelf.triage.decide([decision(2), decision(1, State.NEW)])
    assert held(shelf) == ([2], {1, 3})


def test_what_an_issue_told_is_held_no_more(shelf: Store) -> None:
    shelf.triage.hold("board", (1, 2))
    shelf.triage.decide([decision(1), decision(2)])
    issue(shelf, 1)
    assert held(shelf) == ([2], set())
    assert [shelf.triage.holding(number) for number in (1, 2, 3)] == [set(), {"board"}, set()]


def test_a_digest_holds_what_is_its_own_and_in_its_windows(shelf: Store) -> None:
    shelf.triage.hold("board", (1, 3))
    shelf.triage.decide([decision(1), decision(3)])
    assert held(shelf, up_to=2) == ([1], set())
    assert shelf.triage.held("daily", 3) == Held()


def test_a_held_line_is_the_line_of_the_ledger(shelf: Store, run: int) -> None:
    key = "guid:https://gov.example/news/1"
    (known,) = shelf.known("gov", [key])[key]
    edit = make.changed(
        known,
        make.numbered(1, title="Plan 1 withdrawn"),
        matches=(make.match(),),
        notices=(make.notice(reason=Reason.UPDATED),),
    )
    shelf.save_intake(run, make.intake(changed=(edit,)), RULES, make.at(hours=1))
    shelf.triage.hold("board", (1,))
    shelf.triage.decide([decision(1)])
    first, *_ = shelf.ledger(0)
    assert shelf.triage.held("board", 4).lines == (first,)
    assert first.stored is not None
    assert first.stored.item.title == "Plan 1 published"
