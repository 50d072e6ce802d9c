"""The sources.yaml of a deployment, changed by us: shown first, checked, written in one step."""

import difflib
import os
import tempfile
from pathlib import Path

from pipeline.config import SOURCES, load_sources
from pipeline.errors import ConfigError
from pipeline.sourcesfile import EditError
from pipeline.yamlfile import read_bytes, read_path


def text_of(home: Path) -> str:
    """Return the text of a deployment's sources.yaml; raise ConfigError when there is none."""
    file = read_path(home / SOURCES)
    if file.problems:
        raise ConfigError(file.problems)
    return file.content.decode("utf-8")


def difference(old: str, new: str) -> str:
    """Return what a change does to the file, as patches are written; empty when it does nothing."""
    lines = difflib.unified_diff(
        old.splitlines(keepends=True),
        new.splitlines(keepends=True),
        f"{SOURCES} (as it is)",
        f"{SOURCES} (as it would be)",
        n=2,
    )
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def save(home: Path, old: str, new: str) -> None:
    """Write the file in place of the text that was read; raise ConfigError for what is not valid.

    Raise EditError when somebody else changed it meanwhile.
    """
    load_sources(read_bytes(new.encode(), SOURCES))
    path = (home / SOURCES).resolve()
    if path.read_bytes() != old.encode():
        raise EditError(f"{path} was changed meanwhile: nothing is written, try again")
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{SOURCES}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(new.encode())
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(path.stat().st_mode & 0o7777)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
