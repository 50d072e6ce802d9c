"""Deliberate faults of the matcher: its modules run anew, one line of one of them wrong."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import cast

from pipeline.rules.engine import Engine

# Each imports only those before it; nothing else takes part in finding words.
MODULES = (
    "pipeline.fold",
    "pipeline.rules.distance",
    "pipeline.rules.words",
    "pipeline.rules.finder",
    "pipeline.rules.numbers",
    "pipeline.rules.needs",
    "pipeline.rules.query",
    "pipeline.rules.near",
    "pipeline.rules.compiled",
    "pipeline.rules.awake",
    "pipeline.rules.engine",
)


@dataclass(frozen=True)
class Fault:
    """A line of a module, and what stands there instead."""

    module: str
    right: str
    wrong: str

    def sources(self) -> Mapping[str, str]:
        """Return the text of every module, the fault in its own; it must stand there once."""
        sources = {name: source(name) for name in MODULES}
        number = sources[self.module].count(self.right)
        if number != 1:
            raise LookupError(f"{self.module} has {number} times: {self.right}")
        sources[self.module] = sources[self.module].replace(self.right, self.wrong)
        return sources


def engine_with(sources: Mapping[str, str]) -> type[Engine]:
    """Return the engine that modules of these texts make; the real ones stay as they are."""
    real = {name: sys.modules[name] for name in sources}
    try:
        for name, source in sources.items():
            module = ModuleType(name)
            sys.modules[name] = module
            exec(compile(source, f"{name} with a fault", "exec"), module.__dict__)
        return cast("type[Engine]", sys.modules["pipeline.rules.engine"].Engine)
    finally:
        sys.modules.update(real)


def source(name: str) -> str:
    """Return the text of a module."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise LookupError(name)
    return Path(spec.origin).read_text(encoding="utf-8")
