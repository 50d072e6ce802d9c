"""`policywatch sources upgrade`: a newer catalogue comes in, a person's edits and comments stay."""

from difflib import ndiff
from pathlib import Path

import pytest

from jobs.shipped import BASE
from tests.e2e.terminal import Terminal
from tests.e2e.world import Deployment

OLD = """\
sources:
  # Ministries
  - id: a
    name: A
    kind: feed
    url: https://a.example/feed
    group: gov
  - id: b
    name: B
    kind: feed
    url: https://b.example/feed
    group: gov
"""
NEWER = OLD.replace("a.example/feed", "a.example/new").replace("name: B", "name: Bee") + (
    "  - {id: c, name: C, kind: feed, url: 'https://c.example/', group: gov}\n"
)
MINE = OLD.replace("# Ministries", "# My ministries").replace("name: B", "name: My B  # mine")


@pytest.fixture
def home(deployment: Deployment, tmp_path: Path) -> Deployment:
    deployment.write("sources.yaml", MINE)
    (tmp_path / "newer.yaml").write_text(NEWER)
    return deployment


def changes(home: Deployment) -> list[str]:
    text = (home.home / "sources.yaml").read_text(encoding="utf-8")
    return [line for line in ndiff(MINE.splitlines(), text.splitlines()) if line[0] in "+-"]


def test_what_nobody_changed_here_is_taken_over_and_what_both_did_is_named(
    home: Deployment, tmp_path: Path
) -> None:
    home.write(BASE, OLD)
    newer = str(tmp_path / "newer.yaml")
    looked = home.run("sources", "upgrade", newer, "--dry-run")
    assert (looked.code, changes(home)) == (0, [])
    assert "both changed, b: here name: My B, there name: Bee" in looked.err
    assert "1 new sources, 1 changed" in looked.err
    assert home.run("sources", "upgrade", newer, "--yes").code == 0
    assert changes(home) == [
        "-     url: https://a.example/feed",
        "+     url: https://a.example/new",
        "+   - id: c",
        "+     name: C",
        "+     kind: feed",
        "+     url: https://c.example/",
        "+     group: gov",
    ]
    again = home.run("sources", "upgrade", newer, "--yes", "--json").json
    assert (again["added"], again["changed"], again["clashes"]) == ([], {}, [])
    assert (home.home / BASE).read_text() == NEWER


def test_without_the_catalogue_it_came_from_nothing_of_ours_is_touched(
    home: Deployment, tmp_path: Path
) -> None:
    newer = str(tmp_path / "newer.yaml")
    told = home.run("sources", "upgrade", newer, "--yes", "--json").json
    assert (told["added"], told["changed"], len(told["clashes"])) == (["c"], {}, 2)
    assert [line for line in changes(home) if line[0] == "-"] == []


def test_theirs_can_be_taken_everywhere(home: Deployment, tmp_path: Path) -> None:
    newer = str(tmp_path / "newer.yaml")
    (tmp_path / "old.yaml").write_text(OLD)
    done = home.run(
        "sources", "upgrade", newer, "--base", str(tmp_path / "old.yaml"), "--theirs", "--yes"
    )
    assert done.code == 0
    assert "+     name: Bee  # mine" in changes(home)


def test_a_broken_catalogue_changes_nothing(home: Deployment, tmp_path: Path) -> None:
    (tmp_path / "newer.yaml").write_text("sources:\n  - {id: A}\n")
    done = home.run("sources", "upgrade", str(tmp_path / "newer.yaml"), "--yes")
    assert (done.code, changes(home)) == (3, [])
    assert "newer.yaml:2:" in done.err


@pytest.mark.parametrize(
    ("answers", "taken"),
    [
        pytest.param("yy", ["name: Bee  # mine", "a.example/new", "id: c"], id="theirs"),
        pytest.param("ny", ["a.example/new", "id: c"], id="ours"),
        pytest.param("yn", [], id="nothing after all"),
    ],
)
def test_whoever_sits_at_the_terminal_is_asked(
    home: Deployment, tmp_path: Path, answers: str, taken: list[str]
) -> None:
    home.write(BASE, OLD)
    with Terminal(home, "sources", "upgrade", str(tmp_path / "newer.yaml")) as terminal:
        shown = terminal.read_until("b: here name: My B, there name: Bee. Take theirs? [y/N]: ")
        assert "1 new sources, 1 changed" in shown
        terminal.type(answers[0])
        assert "+  - id: c" in terminal.read_until("Take this over? [y/N]: ")
        terminal.type(answers[1])
        assert terminal.end() == 0
    text = (home.home / "sources.yaml").read_text(encoding="utf-8")
    assert [
        each for each in ("name: Bee  # mine", "a.example/new", "id: c") if each in text
    ] == taken


def test_where_nobody_sits_nothing_is_decided(home: Deployment, tmp_path: Path) -> None:
    home.write(BASE, OLD)
    done = home.run("sources", "upgrade", str(tmp_path / "newer.yaml"))
    assert (done.code, changes(home)) == (2, [])
    assert "nobody is here to ask: say --yes, or --dry-run to look only" in done.err
