"""A digest that tells only of what somebody kept: what it takes, and what waits."""

from dataclasses import replace
from typing import Any

import pytest

from pipeline.cards import Setting
from pipeline.digest import Findings, Issue, build_issue
from pipeline.issue import Waiting
from pipeline.linked import Linked, LinkedState
from pipeline.model import Reason
from pipeline.records import DigestSpec, Form, Held, LedgerLine, Selection, StoredItem
from pipeline.triage import Decision, State
from tests import make

BOARD = make.digest("board", takes=Selection(state=State.KEPT))


def item(number: int, state: State | None = None, note: str = "", **overrides: Any) -> StoredItem:
    made = Decision(item_id=number, state=state or State.NEW, who="aya", at=make.NOW, note=note)
    plain = make.stored(number, item=make.numbered(number), matches=(make.match(),))
    return replace(plain, **{"decision": made if state else None} | overrides)


def told(seq: int, stored: StoredItem, **overrides: Any) -> LedgerLine:
    return make.line(seq, stored=stored, **overrides)


def built(*lines: LedgerLine, spec: DigestSpec = BOARD, **findings: Any) -> Issue:
    setting = Setting(sources={"gov": make.source()}, themes={"safety": "Model safety"})
    previous = findings.pop("previous", make.issue(3, seq_to=10))
    facts = Findings(**{"lines": lines, "reach": {}} | findings)
    return build_issue(spec, previous, facts, setting, make.NOW)


def test_only_what_is_kept_is_told_and_the_rest_waits() -> None:
    lines = (
        told(11, item(1, State.KEPT)),
        told(12, item(2)),
        told(13, item(3, State.DROPPED)),
        told(14, item(4, State.NEW)),
        told(15, item(2), reason=Reason.UPDATED),
    )
    issue = built(*lines)
    assert (issue.notices, issue.seq_from, issue.seq_to) == ((11,), 10, 15)
    assert issue.waiting == Waiting(notices=(12, 13, 14, 15), items=2)
    assert [card.id for card in issue.cards] == [1]


def test_what_waited_is_told_in_the_first_issue_after_it_was_kept() -> None:
    held = Held(lines=(told(4, item(1, State.KEPT)),), undecided=frozenset({2, 7}))
    issue = built(told(11, item(2)), held=held)
    assert (issue.notices, issue.seq_from, issue.seq_to) == ((4,), 10, 11)
    assert issue.waiting == Waiting(notices=(11,), items=1, earlier=1)


def test_all_notices_of_an_item_are_told_as_one_once_it_is_kept() -> None:
    kept = item(1, State.KEPT)
    issue = built(told(11, kept, reason=Reason.UPDATED), held=Held(lines=(told(4, kept),)))
    assert issue.notices == (4, 11)
    assert [(card.id, card.reason) for card in issue.cards] == [(1, Reason.NEW)]


def test_what_its_filters_leave_out_waits_for_nothing() -> None:
    spec = replace(BOARD, themes=("copyright",))
    issue = built(told(11, item(1)), spec=spec, held=Held(lines=(told(4, item(2, State.KEPT)),)))
    assert (issue.notices, issue.waiting) == ((), Waiting())


def test_a_day_on_which_nothing_was_kept_is_silent() -> None:
    assert built(told(11, item(1))).silent
    assert not built(told(11, item(1, State.KEPT))).silent


def test_another_digest_waits_for_nothing() -> None:
    lines = (told(11, item(1)), told(12, item(2, State.DROPPED)))
    issue = built(*lines, spec=make.digest())
    assert (issue.notices, issue.waiting) == ((11, 12), None)


def test_what_was_held_back_comes_though_the_digest_takes_everything_by_now() -> None:
    issue = built(spec=make.digest(), held=Held(lines=(told(4, item(1, State.KEPT)),)))
    assert (issue.notices, issue.waiting) == ((4,), None)


def test_new_sources_and_starters_show_only_what_is_kept() -> None:
    baseline = (item(1, State.KEPT), item(2), item(3, State.KEPT))
    first = told(11, item(9), reason=Reason.NEW_SOURCE, theme="")
    line = replace(first, stored=None)
    (source,) = built(line, baselines={"gov": baseline}).new_sources
    assert ([title.id for title in source.titles], source.matching) == ([1, 3], 3)
    starting = built(previous=None, starters=baseline)
    assert {card.id for card in starting.starter} == {1, 3}


def test_what_nobody_kept_is_not_shown_as_nearly_taken_either() -> None:
    near = make.stored(5, matches=(make.match(verdict="near", missing=("AI",)),))
    assert built(near=(near,)).near_misses == ()


# --- what is said of an item -------------------------------------------------------------------


@pytest.mark.parametrize(("notes", "expected"), [(True, "for the board"), (False, "")])
def test_the_note_of_keeping_goes_along_where_notes_are_printed(notes: bool, expected: str) -> None:
    spec = replace(BOARD, form=Form(notes=notes))
    (card,) = built(told(11, item(1, State.KEPT, "for the board")), spec=spec).cards
    assert card.note == expected


def test_a_note_of_dropping_is_never_printed() -> None:
    spec = make.digest(form=Form(notes=True))
    (card,) = built(told(11, item(1, State.DROPPED, "advertising")), spec=spec).cards
    assert card.note == ""


@pytest.mark.parametrize(
    ("linked", "expected"),
    [
        pytest.param(None, False, id="no page is read for it"),
        pytest.param(Linked(state=LinkedState.READ), False, id="read"),
        pytest.param(Linked(state=LinkedState.WAITING), True, id="not read yet"),
        pytest.param(Linked(state=LinkedState.TITLE_ONLY), True, id="given up"),
    ],
)
def test_a_card_says_that_the_page_of_its_item_was_not_read(
    linked: Linked | None, expected: bool
) -> None:
    (card,) = built(told(11, item(1, State.KEPT, linked=linked))).cards
    assert card.title_only is expected
