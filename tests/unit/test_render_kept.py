"""How a mail speaks of what was kept, of what waits for a decision, and of titles alone."""

import json
from dataclasses import replace
from typing import Any

import pytest

from pipeline.issue import Headline, Issue, Section, Story, Told, Waiting, from_json, to_json
from pipeline.model import Tier
from pipeline.render.mail import render, subject
from tests import make
from tests.issues import ADDRESS, FRAME, card, dom, html_text, issue, text

HOSTILE = '<img src=x onerror=alert(1)> "quoted"\n\u202egnp & so on'


def board(*cards: Any, items: int = 0, earlier: int = 0, **overrides: Any) -> Issue:
    return issue(*cards, waiting=Waiting(items=items, earlier=earlier), **overrides)


def both(of: Issue) -> tuple[str, str]:
    return text(of), html_text(of)


# --- the lead and the subject -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("of", "english", "japanese"),
    [
        pytest.param(
            board(items=12),
            "Nothing kept, 12 matched items wait for a decision.",
            "採用された項目なし、判断待ちの合致項目12件。",
            id="nothing kept",
        ),
        pytest.param(
            board(items=1, earlier=340),
            "Nothing kept, 1 matched item waits for a decision, 340 earlier ones too.",
            "採用された項目なし、判断待ちの合致項目1件、それ以前の340件も判断待ち。",
            id="older ones wait, too",
        ),
        pytest.param(
            board(earlier=3),
            "Nothing kept, 3 matched items wait for a decision.",
            "採用された項目なし、判断待ちの合致項目3件。",
            id="only older ones wait",
        ),
        pytest.param(
            board(),
            "Nothing kept, no matched item waits for a decision.",
            "採用された項目なし、判断待ちの合致項目なし。",
            id="nothing waits",
        ),
        pytest.param(
            board(card(), items=2),
            "1 new item in 1 theme, 2 matched items wait for a decision.",
            "新着1件、1テーマ、判断待ちの合致項目2件。",
            id="something is kept",
        ),
        pytest.param(
            board(updated=(card(),)),
            "1 updated, no matched item waits for a decision.",
            "更新1件、判断待ちの合致項目なし。",
            id="kept before, and changed",
        ),
    ],
)
def test_the_lead_says_what_waits_for_a_decision(of: Issue, english: str, japanese: str) -> None:
    assert all(english in part for part in both(of))
    assert all(japanese.replace(" ", "") in part.replace(" ", "") for part in both(in_ja(of)))


def in_ja(of: Issue) -> Issue:
    return replace(of, language="ja")


def test_a_silent_subject_says_what_waits_and_proves_what_was_read() -> None:
    quiet = board(items=2, earlier=10, read=148)
    assert subject(quiet) == "[AI policy] nothing kept, 12 undecided, 148 of 151 read: 2 Mar"
    assert subject(in_ja(quiet)) == (
        "[AI policy] 採用なし、判断待ち12件、151件中148件を確認: 3月2日"
    )
    assert all("148 of 151 sources read in this window." in part for part in both(quiet))


def test_a_kept_item_is_not_said_to_be_first_seen_in_the_window() -> None:
    assert all("Items that were kept; window 1 Mar" in part for part in both(board(card())))
    assert all("New items first seen 1 Mar" in part for part in both(issue(card())))


def test_what_was_kept_is_never_only_counted() -> None:
    press = [card(n, tier=Tier.PRESS) for n in range(1, 13)]
    for part in both(board(*press, merged=3)):
        assert all(f"Plan {n} for safer models" in part for n in range(1, 13))
    assert "And 4 more" in text(issue(*press, merged=3))


def test_the_foot_names_no_notices_where_all_came_of_earlier_windows() -> None:
    only_held = board(card(), notices=(3,), seq_from=44, seq_to=44)
    assert all("(Asia/Tokyo). All that we hold" in part for part in both(only_held))


# --- the note ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "label"), [("en", "Analyst’s note:"), ("ja", "担当者の注記:")]
)
def test_the_note_of_keeping_stands_with_its_item(language: str, label: str) -> None:
    of = board(card(note="Ask the ministry"), card(2), language=language)
    for part in both(of):
        assert part.count(label) == 1
        assert f"{label} Ask the ministry" in part


def test_a_note_is_text_and_nothing_else() -> None:
    of = board(card(note=HOSTILE))
    shown = '<img src=x onerror=alert(1)> "quoted" gnp & so on'
    assert all(shown in part for part in both(of))
    assert dom(of).find("img") is None
    assert "\u202e" not in render(of, FRAME, ADDRESS).html


def test_a_note_is_as_long_as_it_may_be_and_no_longer() -> None:
    shown = html_text(board(card(note="x" * 900)))
    assert " " + "x" * 499 + "…" in shown


def report(**overrides: Any) -> Told:
    base = Told(
        id=7,
        title="A paper wrote of it",
        url="https://paper.example/7",
        language="en",
        source_id="paper",
        source="The Paper",
        tier=Tier.PRESS,
        note="the better text",
    )
    return replace(base, **overrides)


def test_a_note_is_not_lost_when_its_item_stands_with_another() -> None:
    named = "A paper wrote of it"
    noted, plain = board(card(reports=(report(),))), board(card(reports=(report(note=""),)))
    for part in both(noted):
        assert named in part
        assert "The Paper · Analyst’s note: the better text" in part
    assert all(named not in part for part in both(plain))


def test_a_note_is_not_lost_in_a_story_that_goes_on() -> None:
    story = Story(head=Headline(id=1, title="Order", url=""), since=make.NOW, reports=(report(),))
    section = Section(theme="safety", title="Model safety", cards=(), stories=(story,))
    assert all("the better text" in part for part in both(board(sections=(section,))))


# --- titles alone -----------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "said"), [("en", "Title only"), ("ja", "タイトルのみ参照")])
def test_an_item_whose_page_was_not_read_says_so_among_what_is_known_of_it(
    language: str, said: str
) -> None:
    of = issue(card(title_only=True), card(2), language=language)
    meta = [line.get_text() for line in dom(of).select("p.meta")]
    assert [said in line for line in meta] == [True, False]
    assert text(of).count(f" · {said}") == 1


@pytest.mark.parametrize(
    ("language", "said"), [("en", "After a change of the site"), ("ja", "サイト変更後に検出")]
)
def test_an_item_that_came_when_its_site_changed_says_so(language: str, said: str) -> None:
    of = issue(card(title_only=True, after_change=True), card(2), language=language)
    assert [said in line.get_text() for line in dom(of).select("p.meta")] == [True, False]
    assert text(of).count(f" · {said}") == 1


# --- issues of before -------------------------------------------------------------------------


def test_an_issue_frozen_before_there_was_triage_renders_as_it_did() -> None:
    contents = json.loads(to_json(issue(card(reports=(report(note=""),)))))
    del contents["waiting"]
    for one in contents["sections"][0]["cards"]:
        del one["note"], one["title_only"], one["after_change"], one["reports"][0]["note"]
    old = from_json(json.dumps(contents))
    expected = issue(card(reports=(report(note=""),)))
    assert render(old, FRAME, ADDRESS) == render(expected, FRAME, ADDRESS)
