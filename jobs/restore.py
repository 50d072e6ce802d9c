"""Rules as they once were in force -> themes.yaml again, with nothing lost on the way."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from pipeline.config import THEMES, load_configuration
from pipeline.errors import ConfigError, Problem
from pipeline.judging import RulesetRecord
from pipeline.yamlfile import read_bytes

_SHORT_HASH = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What became of themes.yaml: whether it was another one, and where that one is kept now."""

    changed: bool
    kept: Path | None = None


def restore(home: Path, record: RulesetRecord) -> Restored:
    """Write kept rules back to themes.yaml; the file that was there is kept beside it.

    Raise ConfigError, and change nothing, when they no longer load, when another file of the
    deployment does not go with them, or when the directory cannot be written. Problems name the
    kept rules as their file: the lines are those of the kept text.
    """
    content = record.text.encode()
    load_configuration(home, themes=read_bytes(content, f"rules {record.hash[:_SHORT_HASH]}"))
    # Where themes.yaml is a link, what it points at is the file.
    path = (home / THEMES).resolve()
    try:
        present = path.read_bytes() if path.exists() else None
        if present == content:
            return Restored(changed=False)
        kept = None if present is None else _kept_beside(path, present)
        _replace(path, content)
    except OSError as e:
        message = f"cannot be restored: {path}: {e.strerror or e}; it is as it was"
        raise ConfigError([Problem(THEMES, 1, 1, message)]) from e
    return Restored(changed=True, kept=kept)


def _kept_beside(path: Path, present: bytes) -> Path:
    """Copy a file to a name that says what it holds; the same content is kept once."""
    digest = hashlib.sha256(present).hexdigest()[:_SHORT_HASH]
    for kept in _names(path, digest):
        if not kept.exists():
            _replace(kept, present)
            shutil.copystat(path, kept)
            return kept
        if kept.read_bytes() == present:
            return kept
    raise AssertionError  # pragma: no cover - there is always another number


def _names(path: Path, digest: str) -> Iterator[Path]:
    yield path.with_name(f"{path.name}.{digest}")
    yield from (path.with_name(f"{path.name}.{digest}.{number}") for number in count(2))


def _replace(path: Path, content: bytes) -> None:
    """Put a whole file in place of another one: no reader and no crash finds half of it."""
    draft = path.with_name(f"{path.name}.part")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if path.exists():
        shutil.copymode(path, draft)
    draft.replace(path)
