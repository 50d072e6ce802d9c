from datetime import date, datetime
from typing import Any

import pytest

from pipeline.signs import Found, Signs, after_document, with_gap
from tests import make

NOW = make.NOW
USUAL = Signs(yields=(20,) * 9 + (18,), changed_at=make.at(days=-9), form="rss")


def after(signs: Signs, now: datetime = NOW, **found: Any) -> Signs:
    held = Found(**{"entries": 20, "new": 0, "known": 20} | found)
    return after_document(signs, held, make.at(days=-5), now)


def test_a_document_is_learned_from() -> None:
    found = Found(entries=3, new=2, days=(date(2026, 3, 1), date(2026, 3, 2)), form="rss")
    assert after_document(Signs(), found, None, NOW) == Signs(
        days=((date(2026, 3, 1), 1), (date(2026, 3, 2), 1)),
        changed_at=NOW,
        yields=(3,),
        form="rss",
    )


def test_the_same_document_read_again_has_not_changed() -> None:
    assert after(USUAL).changed_at == USUAL.changed_at
    assert after(USUAL, changed=True).changed_at == NOW


# --- how many entries --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("yields", "entries", "shrunk"),
    [
        pytest.param(USUAL.yields, 11, True, id="far fewer than usual"),
        pytest.param(USUAL.yields, 12, False, id="some fewer"),
        pytest.param(USUAL.yields[:4], 2, False, id="too little is known"),
        pytest.param((30, 30, 2, 30, 30), 2, False, id="it was as short before"),
        pytest.param((4, 4, 4, 4, 4), 1, False, id="a short list"),
        pytest.param(USUAL.yields, 0, False, id="nothing at all is another alarm"),
    ],
)
def test_a_document_shrinks_against_its_usual_length(
    yields: tuple[int, ...], entries: int, shrunk: bool
) -> None:
    found = after(Signs(yields=yields), entries=entries)
    assert found.shrunk_since == (NOW if shrunk else None)


def test_a_short_document_is_told_until_it_recovers_and_is_no_measure() -> None:
    short = after(USUAL, entries=5)
    later = after(short, make.at(days=13), entries=5)
    assert (later.shrunk_since, later.yields) == (NOW, USUAL.yields)
    assert after(later, make.at(days=13), entries=19).shrunk_since is None


def test_what_stays_short_for_two_weeks_is_the_new_normal() -> None:
    settled = after(after(USUAL, entries=5), make.at(days=14), entries=5)
    assert (settled.shrunk_since, settled.yields) == (None, (5,))


# --- its dates and its form ----------------------------------------------------------------------


def test_a_newest_date_that_goes_back_is_remembered_until_it_is_caught_up() -> None:
    back = after(USUAL, newest_at=make.at(days=-3000))
    assert (back.back_since, back.back_to) == (NOW, date(2017, 12, 14))
    later = make.at(days=1)
    assert after(back, later, newest_at=make.at(days=-2000)).back_since == NOW
    assert after(back, later, newest_at=None).back_since == NOW
    caught_up = after(back, later, newest_at=make.at(days=-5))
    assert (caught_up.back_since, caught_up.back_to) == (None, None)


def test_a_corrected_date_is_no_step_back() -> None:
    assert after(USUAL, newest_at=make.at(days=-7)).back_since is None


def test_other_ids_are_remembered_with_how_many_were_recognised() -> None:
    changed = after(USUAL, recognised=19, unrecognised=1)
    assert (changed.ids_changed_at, changed.recognised, changed.unrecognised) == (NOW, 19, 1)
    assert after(changed, make.at(days=1)).ids_changed_at == NOW


def test_another_form_is_remembered_with_the_former() -> None:
    changed = after(USUAL, form="feed")
    assert (changed.form_was, changed.form, changed.form_changed_at) == ("rss", "feed", NOW)
    assert after(changed, make.at(days=1), form="feed").form_changed_at == NOW
    assert after(USUAL, form="") == after(USUAL, form="rss")


def test_what_was_asked_for_some_days_says_nothing_of_the_whole() -> None:
    found = after(
        USUAL, entries=1, newest_at=make.at(days=-90), form="feed", windowed=True, days=()
    )
    assert found == USUAL


def test_a_gap_has_its_dates_where_there_are_some() -> None:
    found = Found(entries=3, new=3, oldest_at=make.at(days=-2))
    gap = with_gap(USUAL, found, make.at(days=-20))
    assert (gap.gap_from, gap.gap_until) == (date(2026, 2, 10), date(2026, 2, 28))
    unknown = with_gap(gap, Found(entries=3, new=3), None)
    assert (unknown.gap_from, unknown.gap_until) == (None, None)
