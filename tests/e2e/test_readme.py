"""What the README tells people to type exists, and what exists is told."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from jobs.cli.main import COMMANDS, policywatch

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
LINES = [line for block in BLOCKS for line in block.splitlines()]


def commands() -> Iterator[list[str]]:
    """Yield the words after `policywatch` of every line and of every inline mention."""
    mentions = re.findall(r"`(policywatch [^`\n]+)`", README)
    for line in [*LINES, *mentions]:
        words = shlex.split(line)
        if words and Path(words[0]).name == "policywatch":
            yield words[1:]


def typed(words: list[str]) -> None:
    """Read the words behind `policywatch` as the command line does; raise for what is unknown."""
    context = click.Context(policywatch, info_name="policywatch")
    command: click.Command = policywatch
    rest = list(words)
    while isinstance(command, click.Group) and (rest or not command.invoke_without_command):
        name = rest.pop(0)
        found = command.get_command(context, name)
        if found is None:
            raise LookupError(name)
        command = found
    command.make_context(command.name, rest)


@pytest.mark.parametrize("words", [pytest.param(w, id=" ".join(w)) for w in commands()])
def test_command_can_be_typed(words: list[str]) -> None:
    typed(words)


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^(\w+):", makefile, re.MULTILINE))
    named = set(re.findall(r"\bmake (\w+)", "\n".join(LINES))) | {"check", "setup"}
    assert named <= targets


def test_every_command_is_in_the_changelog_or_readme() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if name not in README + changelog] == []


def test_every_variable_is_told() -> None:
    source = (ROOT / "jobs/settings.py").read_text(encoding="utf-8")
    names = set(re.findall(r'reader\.(?:text|words|secret|parsed|networks)\("(\w+)"', source))
    assert {n for n in names if f"`POLICYWATCH_{n}`" not in README} == set()


def test_documents_name_files_that_exist() -> None:
    named = set(re.findall(r"`((?:docs|jobs|pipeline|store)/[\w/]+\.(?:md|py))`", README))
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
