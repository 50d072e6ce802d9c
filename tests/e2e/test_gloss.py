"""A line in the reader's language comes from a command of the operator's, or not at all."""

import sys
from pathlib import Path

import pytest

from jobs.gloss import with_glosses
from pipeline.records import Form
from tests.issues import card, issue

ECHO = "import sys\nfor line in sys.stdin: print('Gloss of ' + line.split(chr(9))[1].strip())"
ISSUE = issue(card(1), card(2, language="ja", title="指針案"), updated=(card(3, language="de"),))


def form(tmp_path: Path, code: str) -> Form:
    script = tmp_path / "gloss.py"
    script.write_text(code, encoding="utf-8")
    return Form(gloss_command=f"{sys.executable} {script}")


def test_titles_in_other_languages_get_a_line(tmp_path: Path) -> None:
    made = with_glosses(ISSUE, form(tmp_path, ECHO))
    assert [c.gloss for c in made.cards] == [
        "",
        "Gloss of 指針案",
        "Gloss of Plan 3 for safer models",
    ]
    assert made.warnings == ()


def test_without_a_command_nothing_is_made_up() -> None:
    assert with_glosses(ISSUE, Form()) == ISSUE
    assert with_glosses(issue(card()), Form(gloss_command="/no/such/command")) == issue(card())


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("print('one')", "1 lines for 2 titles"),
        ("import sys; sys.exit(3)", "exit status 3"),
    ],
)
def test_a_command_that_fails_is_told_and_stops_nothing(
    tmp_path: Path, code: str, why: str
) -> None:
    made = with_glosses(ISSUE, form(tmp_path, code))
    assert [c.gloss for c in made.cards] == ["", "", ""]
    (warning,) = made.warnings
    assert warning.startswith("Titles in other languages have no gloss: the gloss command failed")
    assert why in warning


def test_a_command_that_is_not_there_is_told() -> None:
    made = with_glosses(ISSUE, Form(gloss_command="/no/such/command"))
    assert "No such file" in made.warnings[0]
