from dataclasses import replace

import pytest

from pipeline.model import RawItem
from pipeline.watch import Change, change, item_of, text_of
from tests import make

TEXT = (
    "Artificial intelligence at the ministry",
    "The ministry prepares rules for foundation models and will consult on them in spring.",
    "Last updated: 2 March 2026",
    "1,234 views",
    "生成AIに関する基本方針を検討しています。",
    "最終更新日：令和8年3月2日",
)


def edited(old: str, new: str) -> tuple[str, ...]:
    return tuple(line.replace(old, new) for line in TEXT)


@pytest.mark.parametrize(
    "now",
    [
        pytest.param(TEXT, id="nothing"),
        pytest.param(edited("2 March 2026", "Wed, 15 April 2026, 10:30 am"), id="a stamp"),
        pytest.param(edited("令和8年3月2日", "令和８年１１月２４日（火）"), id="a Japanese stamp"),
        pytest.param((*TEXT, "© 2026", "アクセス数 12,345"), id="a new counter"),
        pytest.param(edited("1,234", "1,235"), id="a counter"),
        pytest.param(edited(" and ", "  \u00a0and "), id="white space"),
        pytest.param(edited("AI", "ＡＩ"), id="width"),
        pytest.param(edited("spring", "Spring"), id="a letter"),
        pytest.param(TEXT[::-1], id="another order"),
        pytest.param(
            edited(TEXT[1], "will consult on them in spring. " + TEXT[1][:51]), id="moved"
        ),
    ],
)
def test_what_says_nothing_new_is_no_change(now: tuple[str, ...]) -> None:
    assert change(TEXT, now) is None


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param(
            edited("prepares", "has suspended all"),
            Change(added=(edited("prepares", "has suspended all")[1],), removed=(TEXT[1],)),
            id="some words",
        ),
        pytest.param(TEXT[:1] + TEXT[2:], Change(added=(), removed=(TEXT[1],)), id="a line less"),
        pytest.param(
            (*TEXT, "令和8年3月31日までに公表"),
            Change(added=("令和8年3月31日までに公表",), removed=()),
            id="a day with words",
        ),
    ],
)
def test_a_change_is_the_lines_that_came_and_went(now: tuple[str, ...], expected: Change) -> None:
    assert change(TEXT, now) == expected


def test_of_a_short_text_a_word_is_much() -> None:
    assert change(("Status: draft",), ("Status: final",)) == Change(
        added=("Status: final",), removed=("Status: draft",)
    )
    assert change((), ("5 views",)) is None


RAW = RawItem(base="https://gov.example/", link="https://gov.example/", title="AI &amp; us")


def test_a_watched_text_is_kept_line_by_line() -> None:
    assert text_of(replace(RAW, body="a &lt; b<br>c")) == ("a < b", "c")


def test_a_change_is_an_entry_that_shows_what_changed() -> None:
    found = Change(added=("a < b",), removed=tuple(f"line {n}" for n in range(10)))
    source = make.source(timezone="Asia/Tokyo")
    entry = item_of(found, replace(RAW, body="all"), source, make.NOW)
    lines = ["Added: a &lt; b", *(f"Removed: line {n}" for n in range(8)), "Removed: 2 more lines"]
    assert entry == replace(
        RAW,
        guid="change:2026-03-02T09:00:00+00:00",
        title="AI &amp; us: text changed (2026-03-02 18:00)",
        summary="<br>".join(lines),
    )


def test_a_long_line_is_cut() -> None:
    found = Change(added=("x" * 301,), removed=())
    assert item_of(found, RAW, make.source(), make.NOW).summary == f"Added: {'x' * 299}…"
