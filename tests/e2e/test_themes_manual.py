"""The commands of docs/themes.md exist, and print what it shows."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.test_readme import typed
from tests.e2e.world import Deployment
from tests.manual import MANUAL, Block, blocks

TEXT = MANUAL.read_text(encoding="utf-8")
BLOCKS = blocks(TEXT)
SOURCES = """sources:
  - {id: gov, name: Ministry, kind: feed, url: "https://gov.example/feed", jurisdiction: JP}
"""


def commands() -> Iterator[list[str]]:
    """Yield the words after `policywatch` of every line and of every mention that has arguments."""
    lines = [line for b in BLOCKS if b.kind == "sh" for line in b.text.splitlines()]
    mentions = re.findall(r"`(policywatch [^`\n]+)`", TEXT)
    for line in [*lines, *mentions]:
        words = shlex.split(line)
        assert words[0] == "policywatch"
        yield words[1:]


@pytest.mark.parametrize("words", [pytest.param(w, id=" ".join(w)) for w in commands()])
def test_a_command_can_be_typed(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "labelled.jsonl").touch()
    monkeypatch.chdir(tmp_path)
    typed(words)


def shown() -> Iterator[tuple[Block, str]]:
    """Yield every block of a terminal, with the file that stands above it."""
    file = ""
    for block in BLOCKS:
        if block.kind == "yaml":
            file = block.text
        elif block.kind == "console":
            yield block, file


@pytest.mark.parametrize(
    ("block", "file"), [pytest.param(block, file, id=str(block)) for block, file in shown()]
)
def test_a_command_prints_what_is_shown(block: Block, file: str, deployment: Deployment) -> None:
    deployment.write("sources.yaml", SOURCES)
    deployment.write("themes.yaml", file)
    _, *steps = re.split(r"^\$ policywatch ", block.text, flags=re.MULTILINE)
    for step in steps:
        typed_in, _, told = step.partition("\n")
        done = deployment.run(*shlex.split(typed_in))
        assert (done.code, (done.err + done.out).strip()) == (0, told.strip())
