"""A deployment's three files -> one frozen configuration, or everything that is wrong with them."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pipeline.digestshapes import DigestsShape
from pipeline.errors import ConfigError, Problem
from pipeline.model import Source
from pipeline.records import DigestSpec
from pipeline.rules.ruleset import Ruleset, load_ruleset, run_tests
from pipeline.rules.sense import strangers
from pipeline.selection import within
from pipeline.shapes import SourcesShape
from pipeline.urls import identity_form
from pipeline.yamlfile import Value, Where, YamlFile, did_you_mean, read_path, validate

SOURCES, THEMES, DIGESTS = "sources.yaml", "themes.yaml", "digests.yaml"

_Loaded = TypeVar("_Loaded")


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What one deployment watches, what matters to it and who is told when.

    `hash` is over the bytes of all files; `warnings` are worth a line, and stop nothing.
    """

    sources: tuple[Source, ...]
    ruleset: Ruleset
    digests: tuple[DigestSpec, ...]
    hash: str
    warnings: tuple[Problem, ...] = ()


def load_configuration(
    home: Path, *, themes: YamlFile | None = None, prove: bool = True
) -> Configuration:
    """Read all files of a deployment; raise ConfigError with every problem of all of them.

    `themes` stands in for themes.yaml. Without `prove` the examples of the themes are not run,
    and what can never count in their rules is not looked for; both take most of the time.
    """
    sources_file, digests_file = (read_path(home / name) for name in (SOURCES, DIGESTS))
    themes_file = themes or read_path(home / THEMES)
    files = (sources_file, themes_file, digests_file)
    problems: list[Problem] = []
    sources = _attempt(lambda: load_sources(sources_file), problems)
    ruleset = _attempt(lambda: _ruleset(themes_file, prove=prove), problems)
    theme_ids = None if ruleset is None else {theme.id for theme in ruleset.themes}
    digests = _attempt(lambda: load_digests(digests_file, theme_ids), problems)
    if sources is None or ruleset is None or digests is None:
        raise ConfigError(problems)
    themes_file.warnings.extend(
        themes_file.entry_problem(where, message)
        for where, message in strangers(ruleset.themes, sources)
    )
    digests_file.warnings.extend(_strange_jurisdictions(digests_file, sources))
    return Configuration(
        sources=sources,
        ruleset=ruleset,
        digests=digests,
        hash=_hash(file.content for file in files),
        warnings=tuple(sorted(warning for file in files for warning in file.warnings)),
    )


def load_sources(file: YamlFile) -> tuple[Source, ...]:
    """Return the sources of a file in its order; raise ConfigError with everything wrong in it."""
    shape = validate(file, SourcesShape)
    file.problems.extend(_source_clashes(file))
    if shape is None or file.problems:
        raise ConfigError(file.problems)
    return tuple(entry.source() for entry in shape.sources)


def load_digests(file: YamlFile, theme_ids: Collection[str] | None) -> tuple[DigestSpec, ...]:
    """Return the digests of a file in its order; raise ConfigError with everything wrong in it.

    `theme_ids` None means that the themes are not known, and not checked.
    """
    shape = validate(file, DigestsShape)
    file.problems.extend(_repeated(file, "digests", lambda entry: _text(entry, "id"), "id"))
    if theme_ids is not None:
        file.problems.extend(_unknown_themes(file, theme_ids))
    if shape is None or file.problems:
        raise ConfigError(file.problems)
    return tuple(entry.digest() for entry in shape.digests)


def _attempt(load: Callable[[], _Loaded], problems: list[Problem]) -> _Loaded | None:
    try:
        return load()
    except ConfigError as e:
        problems.extend(e.problems)
        return None


def _ruleset(file: YamlFile, *, prove: bool) -> Ruleset:
    ruleset = load_ruleset(file, prove=prove)
    if prove and (failures := run_tests(ruleset)):
        raise ConfigError(failures)
    return ruleset


def _hash(contents: Iterable[bytes]) -> str:
    parts = (hashlib.sha256(content).digest() for content in contents)
    return hashlib.sha256(b"".join(parts)).hexdigest()


def _source_clashes(file: YamlFile) -> Iterator[Problem]:
    """Compare the entries as written, so that one broken entry does not hide a clash."""
    yield from _repeated(file, "sources", lambda entry: _text(entry, "id"), "id")
    yield from _repeated(file, "sources", _address, "url")
    first_by_id: dict[str, int] = {}
    for i, entry in _entries(file, "sources"):
        first_by_id.setdefault(_text(entry, "id"), i)
    renamed: dict[str, int] = {}
    for i, entry in _entries(file, "sources"):
        for old in _texts(entry.get("was", "")):
            if old in first_by_id:
                line = file.place(("sources", first_by_id[old], "id"))[0]
                message = f"'was': '{old}' is the id of a source (line {line})"
                yield file.entry_problem(("sources", i, "was"), message)
            elif renamed.setdefault(old, i) != i:
                line = file.place(("sources", renamed[old], "was"))[0]
                message = f"'was': '{old}' was another source already (line {line})"
                yield file.entry_problem(("sources", i, "was"), message)


def _repeated(
    file: YamlFile, root: str, identity: Callable[[Mapping[str, Value]], str], key: str
) -> Iterator[Problem]:
    first: dict[str, Where] = {}
    for i, entry in _entries(file, root):
        same, where = identity(entry), (root, i, key)
        if same and first.setdefault(same, where) != where:
            line = file.place(first[same])[0]
            message = f"'{key}' stands twice in this file (first in line {line})"
            yield file.entry_problem(where, message)


def _address(entry: Mapping[str, Value]) -> str:
    """Return what two entries that read the same items share; one page may hold two lists."""
    url = _text(entry, "url")
    reading = repr((entry.get("select"), entry.get("path_filter")))
    return f"{identity_form(url).rstrip('/')} {reading}" if url else ""


def _unknown_themes(file: YamlFile, theme_ids: Collection[str]) -> Iterator[Problem]:
    for i, entry in _entries(file, "digests"):
        for j, theme in enumerate(_texts(entry.get("themes", ""))):
            if theme != "all" and theme not in theme_ids:
                message = f"no theme '{theme}' in {THEMES}{did_you_mean(theme, theme_ids)}"
                yield file.entry_problem(("digests", i, "themes", j), message)


def _strange_jurisdictions(file: YamlFile, sources: Iterable[Source]) -> Iterator[Problem]:
    """Name what a digest waits for and no source can bring."""
    held = {source.jurisdiction.upper() for source in sources} - {""}
    for i, entry in _entries(file, "digests"):
        for j, code in enumerate(_texts(entry.get("jurisdictions", ""))):
            if not any(within(known, code.upper()) for known in held):
                message = f"no source in {SOURCES} has jurisdiction '{code}'"
                hint = did_you_mean(code.upper(), held)
                yield file.entry_problem(("digests", i, "jurisdictions", j), f"{message}{hint}")


def _entries(file: YamlFile, root: str) -> Iterator[tuple[int, Mapping[str, Value]]]:
    entries = file.value.get(root) if isinstance(file.value, dict) else None
    for i, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict):
            yield i, entry


def _text(entry: Mapping[str, Value], key: str) -> str:
    value = entry.get(key, "")
    return value if isinstance(value, str) else ""


def _texts(value: Value) -> Iterator[str]:
    for text in value if isinstance(value, list) else [value]:
        if isinstance(text, str) and text:
            yield text
