"""One entry of `sources.yaml` -> the lines that a person would write for it."""

import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Final

from pipeline.shapes import SourceShape
from pipeline.yamlfile import Value

KEYS: Final = tuple(SourceShape.model_fields)
"""The keys of an entry in their usual order."""

_WIDTH: Final = 100
_PLAIN: Final = frozenset({"min_items", "late_by", "trial", "verified", "enabled"})
_UNSAFE: Final = re.compile(r"^[-?:,\[\]{}#&*!|>'\"%@`\s]|: | #|:$|\s$|^$")
_ELSE: Final = re.compile(r"(?:yes|no|on|off|true|false|null|~|y|n|[-+.\d][-+.:\d_eT]*)", re.I)
_FLOW: Final = re.compile(r"[,\[\]{}]")


def written(entry: Mapping[str, Value], dash: str = "  ") -> list[str]:
    """Return the lines of an entry, its dash behind `dash` and its keys in their usual order."""
    keys = sorted(entry, key=lambda key: KEYS.index(key) if key in KEYS else len(KEYS))
    lines = [line for key in keys for line in key_lines(key, entry[key], f"{dash}  ")]
    return [f"{dash}- {lines[0].lstrip()}", *lines[1:]]


def key_lines(key: str, value: Value, indent: str) -> list[str]:
    """Return the lines of one key; long texts are folded."""
    if isinstance(value, dict):
        return [f"{indent}{key}:", *(f"{indent}  {k}: {scalar(v)}" for k, v in value.items())]
    if isinstance(value, str) and _foldable(f"{indent}{key}: {scalar(value)}", value):
        return [f"{indent}{key}: >-", *_folded(value, f"{indent}  ")]
    shown = value if key in _PLAIN and isinstance(value, str) else scalar(value)
    return [f"{indent}{key}: {shown}"]


def scalar(value: Value) -> str:
    """Return a value in one line, in quotes only where YAML would read something else."""
    if not isinstance(value, str):
        return in_flow(value)
    if not value.isprintable():
        return f'"{"".join(map(_escaped, value))}"'
    if _UNSAFE.search(value) or _ELSE.fullmatch(value):
        return f"'{value.replace(chr(39), chr(39) * 2)}'"
    return value


def in_flow(value: Value) -> str:
    """Return a value as it stands between brackets."""
    if isinstance(value, list):
        return f"[{', '.join(map(in_flow, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {in_flow(v)}' for key, v in value.items())}}}"
    plain = scalar(value)
    quoted = plain.startswith(("'", '"'))
    return (
        f"'{value.replace(chr(39), chr(39) * 2)}'" if _FLOW.search(value) and not quoted else plain
    )


def inline(key: str, value: Value) -> str:
    """Return the value of a key as it stands between brackets."""
    return value if key in _PLAIN and isinstance(value, str) else in_flow(value)


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08x}"


def _foldable(line: str, value: str) -> bool:
    """Say whether a text is too long for its line, and the same when it is folded."""
    plain = (
        value.isprintable() and value == " ".join(value.split(" ")).strip() and "  " not in value
    )
    return len(line) > _WIDTH and plain and all(len(word) < 80 for word in value.split(" "))


def _folded(value: str, indent: str) -> Iterator[str]:
    for line in textwrap.wrap(
        value, _WIDTH - len(indent), break_long_words=False, break_on_hyphens=False
    ):
        yield f"{indent}{line}"
