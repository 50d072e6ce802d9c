"""What became of linked pages is kept beside their items, in every store."""

from dataclasses import replace

import pytest

from pipeline.linked import Copy, Linked, LinkedCounts, LinkedState
from pipeline.model import Verdict
from pipeline.ports import Store
from pipeline.records import Label
from store.pages import trim_copies
from store.sqlite import SqliteStore
from tests import make
from tests.contract.conftest import RULES

WAITING = Linked(state=LinkedState.WAITING, trouble="HTTP 503", tries=1, next_at=make.at(hours=1))
UNTRIED = Linked(state=LinkedState.WAITING)
READ = Linked(state=LinkedState.READ, tries=1)


def copy(number: int = 1) -> Copy:
    return Copy(
        url=f"https://gov.example/{number}.pdf",
        content_type="application/pdf",
        sha256=f"{number:064}",
        size=9_000,
        packed=b"x" * 1_000,
        fetched_at=make.at(minutes=number),
    )


def save(store: Store, run: int, *linked: Linked | None, first: int = 1) -> None:
    """Store an item for each, numbered from `first`."""
    new = [
        make.new(make.numbered(number), linked=each) for number, each in enumerate(linked, first)
    ]
    store.save_intake(run, make.intake(*new), RULES, make.NOW)


def test_an_item_comes_back_with_what_became_of_its_page(store: Store, run: int) -> None:
    save(store, run, WAITING, replace(READ, copy=copy()), None)
    found = [store.item(number) for number in (1, 2, 3)]
    assert [each.linked for each in found if each] == [WAITING, READ, None]
    known = store.known("gov", ["guid:https://gov.example/news/1"])
    assert known["guid:https://gov.example/news/1"][0].linked == WAITING
    assert (store.page_copy(1), store.page_copy(2)) == (None, copy())


def test_a_notice_knows_it_too(store: Store, run: int) -> None:
    store.save_intake(run, make.intake(make.news(linked=WAITING)), RULES, make.NOW)
    (line,) = store.ledger(0)
    assert line.stored is not None
    assert line.stored.linked == WAITING


def test_what_may_be_tried_now_waits_in_the_order_of_its_arrival(store: Store, run: int) -> None:
    save(store, run, WAITING, UNTRIED, READ, None, UNTRIED)
    before, later = make.at(minutes=59), make.at(hours=1)
    assert [known.id for known in store.waiting_pages("gov", before, 9)] == [2, 5]
    assert [known.id for known in store.waiting_pages("gov", later, 2)] == [1, 2]
    assert store.waiting_pages("other", later, 9) == ()


def test_a_try_in_vain_changes_the_page_alone(store: Store, run: int) -> None:
    save(store, run, UNTRIED)
    lost = Linked(state=LinkedState.TITLE_ONLY, trouble="HTTP 404", tries=4)
    store.save_intake(run, make.intake(tried=((1, lost),)), RULES, make.NOW)
    found = store.item(1)
    assert found is not None
    assert (found.linked, found.revision) == (lost, 1)


def test_a_text_that_comes_later_is_a_revision_and_found(store: Store, run: int) -> None:
    save(store, run, UNTRIED)
    (known,) = store.waiting_pages("gov", make.NOW, 9)
    read = make.changed(known, replace(known.item, body="The full text"), linked=READ, keys=())
    store.save_intake(run, make.intake(changed=(read,)), RULES, make.NOW)
    found = store.item(1)
    assert found is not None
    assert (found.linked, found.revision, found.item.body) == (READ, 2, "The full text")


def test_pages_are_counted_by_source_and_the_newest_reason_told(store: Store, run: int) -> None:
    lost = Linked(state=LinkedState.TITLE_ONLY, trouble="the PDF is encrypted", tries=1)
    save(store, run, READ, WAITING, lost, UNTRIED, None)
    assert store.page_counts(make.NOW) == {
        "gov": LinkedCounts(read=1, waiting=2, title_only=1, trouble="the PDF is encrypted")
    }
    assert store.page_counts(make.at(seconds=1)) == {}


def test_a_result_says_how_pages_fared(store: Store, run: int) -> None:
    result = make.result(pages=3, title_only=2)
    store.save_intake(run, make.intake(result=result), RULES, make.NOW)
    assert store.run_results(run) == (result,)


def test_servers_of_pages_are_left_alone_as_long_as_the_longest_says(
    store: Store, run: int
) -> None:
    for until in (make.at(hours=2), make.at(hours=1)):
        waits = (("gov.example:443/news", until),)
        store.save_intake(run, make.intake(waits=waits), RULES, make.NOW)
    assert store.page_waits(make.NOW) == {"gov.example:443/news": make.at(hours=2)}
    assert store.page_waits(make.at(hours=2)) == {}


@pytest.mark.parametrize(
    ("room", "kept"), [(4_000, [1, 2, 3, 4]), (3_500, [1, 2, 3]), (1_000, [3])]
)
def test_copies_that_nobody_wants_go_first(
    store: Store, run: int, room: int, kept: list[int]
) -> None:
    """Numbers 1 and 2 apply, 3 was labelled by somebody, 4 is no longer wanted by any theme."""
    assert isinstance(store, SqliteStore)
    verdicts = (Verdict.APPLIES, Verdict.APPLIES, Verdict.NEAR, Verdict.NEAR)
    new = [
        make.new(
            make.numbered(number),
            matches=(make.match(verdict=verdict),),
            linked=replace(READ, copy=copy(number)),
        )
        for number, verdict in enumerate(verdicts, 1)
    ]
    store.save_intake(run, make.intake(*new), RULES, make.NOW)
    store.put_label(Label(item_id=3, theme="safety", applies=True, who="ann", at=make.NOW))
    with store.write():
        trim_copies(store._connection, room)
    assert [number for number in (1, 2, 3, 4) if store.page_copy(number)] == kept
