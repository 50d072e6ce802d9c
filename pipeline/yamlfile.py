"""A person's YAML file -> values, with every problem at its line and column.

Scalars stay text until the model asks for something else, so that `no`, `07:30` and `1.10` mean
what they say. Keys that stand twice, aliases and tags are refused.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from yaml.reader import ReaderError

from pipeline.errors import Problem
from pipeline.writtentext import WrittenText

Value: TypeAlias = "str | list[Value] | dict[str, Value]"
Where: TypeAlias = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)

_MAX_CHARACTERS = 4_000_000
_MAX_DEPTH = 20
_MAX_NESTS = 100
_NESTED = "stands too deep: no key lies inside so many others"
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class YamlFile:
    """What one file says: its value, where each part stands, and what is wrong with it.

    Warnings do not stop anything; they name what will not work as its writer may expect.
    """

    name: str
    value: Value = ""
    readable: bool = False
    content: bytes = b""
    lines: list[str] = field(default_factory=list, repr=False)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    places: dict[Where, tuple[int, int]] = field(default_factory=dict)

    def place(self, where: Where) -> tuple[int, int]:
        """Return line and column of a part, or of the nearest part around it."""
        while where and where not in self.places:
            where = where[:-1]
        return self.places.get(where, (1, 1))

    def place_in(self, where: Where, text: str, position: int) -> tuple[int, int]:
        """Return the place of a character of a text; of the part, where it is written otherwise."""
        found = self._written(where).place(_key(where), text, position)
        return (found[0] + 1, found[1] + 1) if found else self.place(where)

    def quotes(self, where: Where, text: str) -> bool:
        """Say whether a text stands in quotation marks, which YAML takes away."""
        return self._written(where).quoted(_key(where), text)

    def problem(self, where: Where, message: str) -> Problem:
        """Name what is wrong with a part."""
        return Problem(self.name, *self.place(where), message)

    def entry_problem(self, where: Where, message: str) -> Problem:
        """Name what is wrong with a part of an entry: `source 2 (a): …`."""
        return self.problem(where, f"{_subject(where, self.value)}{message}")

    def _written(self, where: Where) -> WrittenText:
        line, column = self.place(where)
        return WrittenText(self.lines, line - 1, column - 1)


def _key(where: Where) -> str:
    return f"{where[-1]}:" if where else ""


class Shape(BaseModel):
    """A mapping of known keys; one that is left empty (`notes:`) counts as not given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _without_empty_keys(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return {k: v for k, v in value.items() if v != "" or k not in cls.model_fields}


def read_bytes(content: bytes, name: str) -> YamlFile:
    """Read a file's bytes as UTF-8 YAML."""
    try:
        file = read_text(content.decode("utf-8-sig"), name)
    except UnicodeDecodeError as e:
        # The marker of byte order is cut off before the place is counted.
        place = _byte_place(e.object, e.start)
        message = f"byte 0x{e.object[e.start]:02x} is not UTF-8: save the file as UTF-8"
        file = YamlFile(name, problems=[Problem(name, *place, message)])
    file.content = content
    return file


def read_path(path: Path) -> YamlFile:
    """Read a file; one that cannot be opened is a problem at its first line."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        message = f"not found in {path.parent.absolute()}: `policywatch init` writes a first one"
        return YamlFile(path.name, problems=[Problem(path.name, 1, 1, message)])
    except OSError as e:
        reason = e.strerror or type(e).__name__
        return YamlFile(path.name, problems=[Problem(path.name, 1, 1, f"cannot be read: {reason}")])
    return read_bytes(content, path.name)


def compose(text: str) -> yaml.Node | None:
    """Return the root node of YAML text, with the place of each part; raise what PyYAML raises."""
    _refuse_nests(text)
    root: yaml.Node | None = yaml.compose(text, Loader=_Loader)
    return root


def _refuse_nests(text: str) -> None:
    # libyaml composes by recursion in C, which ends the process where the stack does.
    depth = 0
    events: Iterator[Any] = yaml.parse(text, Loader=_Loader)
    for event in events:
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_NESTS:
            raise yaml.MarkedYAMLError(problem=_NESTED, problem_mark=event.start_mark)


def read_text(text: str, name: str) -> YamlFile:
    """Read YAML text."""
    file = YamlFile(name, lines=text.splitlines())
    if len(text) > _MAX_CHARACTERS:
        file.problems.append(Problem(name, 1, 1, "is larger than 4 million characters"))
        return file
    try:
        root = compose(text)
    except yaml.MarkedYAMLError as e:
        file.problems.append(_syntax_problem(name, e, text))
    except ReaderError as e:
        place = _byte_place(text.encode(), e.position)
        message = f"the character U+{e.character:04X} is not allowed: remove it"
        file.problems.append(Problem(name, *place, message))
    else:
        if root is None:
            file.problems.append(Problem(name, 1, 1, "is empty"))
        else:
            file.value, file.readable = _Walk(file).value(root, ()), True
    return file


def validate(file: YamlFile, model: type[Model]) -> Model | None:
    """Return the file's value as a model, or None with the problems added to the file."""
    if not file.readable:
        return None
    try:
        value = model.model_validate(file.value)
    except ValidationError as e:
        for error in e.errors(include_url=False):
            where = tuple(error["loc"])
            file.problems.append(file.problem(where, _message(where, error, file.value, model)))
        return None
    return None if file.problems else value


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a hint at the nearest known word, or an empty text."""
    nearest = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" (did you mean '{nearest[0]}'?)" if nearest else ""


def _byte_place(content: bytes, position: int) -> tuple[int, int]:
    before = content[:position]
    line_start = before.rfind(b"\n") + 1
    column = len(before[line_start:].decode("utf-8", "replace")) + 1
    return before.count(b"\n") + 1, column


class _Walk:
    """Turns nodes into values; collects places and problems on the way."""

    def __init__(self, file: YamlFile) -> None:
        self._file = file
        self._seen: set[int] = set()

    def value(self, node: yaml.Node, where: Where) -> Value:
        mark = node.start_mark
        self._file.places.setdefault(where, (mark.line + 1, mark.column + 1))
        if id(node) in self._seen:
            self._wrong(node, "used again under a name (&name, *name): write the value out")
            return ""
        if len(where) > _MAX_DEPTH:
            self._wrong(node, _NESTED)
            return ""
        self._seen.add(id(node))
        if node.tag and not node.tag.startswith("tag:yaml.org,2002:"):
            self._wrong(node, f"the tag {node.tag} is not read: remove it")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, where)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*where, i)) for i, child in enumerate(node.value)]
        return _text(node)

    def _mapping(self, node: yaml.MappingNode, where: Where) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._wrong(key_node, "a key must be one word")
                continue
            key = str(key_node.value)
            mark = key_node.start_mark
            if key in values:
                first = self._file.places[(*where, key)][0]
                self._wrong(key_node, f"'{key}' stands twice here (first in line {first})")
                continue
            self._file.places[(*where, key)] = (mark.line + 1, mark.column + 1)
            values[key] = self.value(value_node, (*where, key))
        return values

    def _wrong(self, node: yaml.Node, message: str) -> None:
        mark = node.start_mark
        self._file.problems.append(
            Problem(self._file.name, mark.line + 1, mark.column + 1, message)
        )


def _text(node: yaml.Node) -> str:
    empty = node.tag == "tag:yaml.org,2002:null" and node.value in {"~", "null", "Null", "NULL"}
    return "" if empty else str(node.value)


def _syntax_problem(name: str, error: yaml.MarkedYAMLError, text: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    lines = text.splitlines()
    found = lines[line] if line < len(lines) else ""
    message = str(error.problem).strip()
    hint = next((hint for part, hint in _SYNTAX.items() if part in message), message)
    if "\t" in found[: len(found) - len(found.lstrip())]:
        hint = "a tab is used to indent: use spaces"
    return Problem(name, line + 1, column + 1, hint)


_SYNTAX = {
    "mapping values are not allowed": "a second ': ' in one line: put the text in quotes",
    "cannot start any token": "a text cannot begin with this character: put it in quotes",
    "unexpected end of stream": "a quote is opened and not closed",
    "did not find expected key": "does not line up with the lines above: check the indentation",
    "expected ',' or ']'": "a [ is not closed with ]",
    "expected ',' or '}'": "a { is not closed with }",
    "found another document": "a second '---': one file holds one document",
    "undefined alias": "a text cannot begin with *: put it in quotes",
}


def _message(where: Where, error: Mapping[str, Any], root: Value, model: type[BaseModel]) -> str:
    kind, key = str(error["type"]), str(where[-1]) if where else ""
    subject, context = _subject(where, root), error.get("ctx", {})
    if kind == "extra_forbidden":
        return f"{subject}unknown key '{key}'{_key_hint(where, model)}"
    if kind == "missing":
        return f"{subject}needs '{key}'"
    if not key:
        return f"must begin with '{_keys(model)[0]}:' at the left edge"
    if kind in {"enum", "literal_error"}:
        known = str(context["expected"]).replace("'", "")
        named = _named(where) if key.isdigit() else f"'{key}' "
        return (
            f"{subject}{named}must be {known}, not '{error['input']}'"
            f"{did_you_mean(str(error['input']), known.replace(' or ', ', ').split(', '))}"
        )
    expected = _EXPECTED.get(kind, "").format_map(context) or str(error["msg"])
    return f"{subject}{_named(where)}{expected.removeprefix('Value error, ')}"


def _named(where: Where) -> str:
    """Name a key, or an entry of a short list by its number; an entry of the root needs none."""
    if len(where) == 2 and isinstance(where[1], int):
        return ""
    if isinstance(where[-1], int):
        return f"'{where[-2]}', entry {where[-1] + 1}: "
    return f"'{where[-1]}': "


_EXPECTED = {
    "string_type": "must be text",
    "list_type": "must be a list of entries that begin with '- '",
    "tuple_type": "must be a list of entries that begin with '- '",
    "too_short": "has no entries",
    "dict_type": "must be a mapping (key: value)",
    "model_type": "must be a mapping (key: value)",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "finite_number": "must be a number",
    "greater_than": "must be above {gt:g}",
    "greater_than_equal": "must be {ge:g} or more",
    "less_than_equal": "must be {le:g} or less",
}


def _subject(where: Where, root: Value) -> str:
    """Name the entry of a list that a place lies in: `source 2 (a): `."""
    if len(where) < 2 or not isinstance(where[0], str) or not isinstance(where[1], int):
        return ""
    entries = root.get(where[0]) if isinstance(root, dict) else None
    entry = entries[where[1]] if isinstance(entries, list) else None
    name = entry.get("id") if isinstance(entry, dict) else None
    noun = where[0].removesuffix("s")
    return (
        f"{noun} {where[1] + 1} ({name}): "
        if name and isinstance(name, str)
        else f"{noun} {where[1] + 1}: "
    )


def _key_hint(where: Where, model: type[BaseModel]) -> str:
    """Name the key that was meant, or where a key that we know belongs."""
    key, here = str(where[-1]), model
    for part in where[:-1]:
        info = here.model_fields.get(str(part))
        here = next(_models_in(info.annotation), here) if info else here
    owners = (f" (it belongs under '{owner}')" for owner, keys in _levels(model) if key in keys)
    return did_you_mean(key, _keys(here)) or next(owners, "")


def _levels(model: type[BaseModel]) -> Iterator[tuple[str, list[str]]]:
    """Yield the keys that lie under each key of a model, at any depth."""
    for name, info in model.model_fields.items():
        for inner in _models_in(info.annotation):
            yield name, _keys(inner)
            yield from _levels(inner)


def _keys(model: type[BaseModel]) -> list[str]:
    return [info.alias or name for name, info in model.model_fields.items()]


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        return
    arguments: Sequence[Any] = getattr(annotation, "__args__", ())
    for argument in arguments:
        yield from _models_in(argument)
