"""The text of a `sources.yaml` and a change -> its new text, with every other line as it was.

Comments, order, quotes and line ends are a person's own. So nothing is dumped anew: places come
from the parser, lines are put in, replaced or taken out, and the result is read again and compared
with what was meant before anybody gets it.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import yaml

from pipeline.errors import ConfigError, PolicywatchError
from pipeline.sourceentry import KEYS, inline, key_lines, written
from pipeline.yamlfile import Value, YamlFile, compose, read_text

Entry = Mapping[str, Value]
Change: TypeAlias = "Value | None"

_NAME: Final = "sources.yaml"
_NOTHING: Final = re.compile(r":\s*(?:\[\s*\]|null|~)")
_COMMENT: Final = re.compile(r"\s*#")


class EditError(PolicywatchError):
    """A file that cannot be changed without disturbing it; the text says what to do by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where one entry stands: its lines, last one included, and the column of its keys."""

    entry: dict[str, Value]
    node: yaml.MappingNode
    first: int
    last: int

    @property
    def column(self) -> int:
        return int(self.node.value[0][0].start_mark.column)


def entries(text: str) -> list[dict[str, Value]]:
    """Return the entries of a file as written; raise ConfigError when it cannot be read.

    An empty list has none.
    """
    return [place.entry for place in _places(text)]


def with_entries(text: str, new: Sequence[Entry]) -> str:
    """Put each new entry behind the last one of its group, or behind all others."""
    places = _places(text)
    lines, end = _lines(text)
    if not places:
        return _begun(text, new)
    if not lines[places[-1].last].endswith(("\n", "\r")):
        lines[places[-1].last] += end
    last = {str(place.entry.get("group", "")): at for at, place in enumerate(places)}
    spaced = len(places) == 1 or any(not lines[p.first - 1].strip() for p in places[1:])
    behind: dict[int, list[Entry]] = {}
    for entry in new:
        behind.setdefault(last.get(str(entry.get("group", "")), len(places) - 1), []).append(entry)
    for at in sorted(behind, reverse=True):
        dash = " " * lines[places[at].first].index("-")
        blocks = [[""] * spaced + written(entry, dash) for entry in behind[at]]
        added = [f"{line}{end}" for block in blocks for line in block]
        lines[places[at].last + 1 : places[at].last + 1] = added
    meant = [e for at, place in enumerate(places) for e in (place.entry, *behind.get(at, ()))]
    return _checked("".join(lines), meant)


def _begun(text: str, new: Sequence[Entry]) -> str:
    """Write the first entries of a list that is empty."""
    lines, end = _lines(text)
    behind = _first_line(text)
    lines[behind - 1] = f"{_NOTHING.sub(':', lines[behind - 1].rstrip())}{end}"
    blocks = [([""] if n else []) + written(entry) for n, entry in enumerate(new)]
    lines[behind:behind] = [f"{line}{end}" for block in blocks for line in block]
    return _checked("".join(lines), new)


def with_keys(text: str, changes: Mapping[str, Mapping[str, Change]]) -> str:
    """Set keys of entries by their ids; None takes a key out."""
    places = _places(text)
    if unknown := set(changes) - {str(place.entry.get("id")) for place in places}:
        raise EditError(f"no entry has the id '{min(unknown)}'")
    lines, end = _lines(text)
    meant = [place.entry for place in places]
    for at, place in reversed(list(enumerate(places))):
        wanted = {
            key: value
            for key, value in changes.get(str(place.entry.get("id")), {}).items()
            if place.entry.get(key) != value
        }
        for key, value in wanted.items():
            piece = _with_key(lines[place.first : place.last + 1], end, key, value)
            lines[place.first : place.last + 1] = piece
            place = replace(place, last=place.first + len(piece) - 1)  # noqa: PLW2901 - it grew
        kept = {key: value for key, value in place.entry.items() if key not in wanted}
        meant[at] = kept | {key: value for key, value in wanted.items() if value is not None}
    return _checked("".join(lines), meant)


def only(text: str, ids: Collection[str]) -> str:
    """Leave out every entry but these, and the headings of which nothing remains."""
    places = _places(text)
    lines, _ = _lines(text)
    begin = _first_line(text)
    kept = lines[:begin]
    heading: list[str] = []
    for place, past in zip(places, [begin, *(p.last + 1 for p in places)], strict=False):
        own = _above(lines, place, past)
        gap = lines[past:own]
        if any(_COMMENT.match(line) for line in gap):
            heading = gap
        if place.entry.get("id") in ids:
            kept += (heading or gap) + lines[own : place.last + 1]
            heading = []
    kept += lines[places[-1].last + 1 :]
    return _checked("".join(kept), [p.entry for p in places if p.entry.get("id") in ids])


# --- one key ---------------------------------------------------------------------------------


def _with_key(piece: list[str], end: str, key: str, value: Change) -> list[str]:
    """Change one key of the lines of one entry."""
    lines = [f"sources:{end}", *piece]
    (place,) = _places("".join(lines))
    if place.node.flow_style:
        _change_flow(lines, place, key, value)
    else:
        _change_block(lines, end, place, key, value)
    return lines[1:]


def _change_block(lines: list[str], end: str, place: _Place, key: str, value: Change) -> None:
    new = [] if value is None else key_lines(key, value, " " * place.column)
    pair = _pair(place, key)
    if pair is None:
        at = _behind(lines, place, key) + 1
        if at == len(lines) and not lines[-1].endswith(("\n", "\r")):
            lines[-1] += end
        lines[at:at] = [f"{line}{end}" for line in new]
        return
    first, last = pair[0].start_mark.line, _last_line(lines, pair[1])
    if first == last and len(new) == 1:
        # What stands behind the value, a comment say, stays.
        start, stop = pair[0].start_mark.column, pair[1].end_mark.column
        line = lines[first]
        lines[first] = f"{line[:start]}{new[0].lstrip()}{line[stop:]}"
        return
    head = lines[first][: pair[0].start_mark.column]
    found = [f"{line}{end}" for line in new]
    lines[first : last + 1] = [head + found[0].lstrip(" "), *found[1:]] if found else []


def _change_flow(lines: list[str], place: _Place, key: str, value: Change) -> None:
    """Change an entry that is written as {key: value, ...}."""
    shown = "" if value is None else inline(key, value)
    pair, pairs = _pair(place, key), place.node.value
    if pair is None:
        last = pairs[-1][1].end_mark
        _put(lines, last, last, f", {key}: {shown}")
    elif value is None:
        # The id stands before everything that can be taken out.
        before = pairs[[p[0].value for p in pairs].index(key) - 1][1].end_mark
        _put(lines, before, pair[1].end_mark, "")
    else:
        _put(lines, pair[1].start_mark, pair[1].end_mark, shown)


def _put(lines: list[str], start: yaml.Mark, stop: yaml.Mark, text: str) -> None:
    tail = lines[stop.line][stop.column :]
    lines[start.line : stop.line + 1] = [lines[start.line][: start.column] + text + tail]


def _pair(place: _Place, key: str) -> tuple[yaml.Node, yaml.Node] | None:
    return next(((k, v) for k, v in place.node.value if k.value == key), None)


def _behind(lines: Sequence[str], place: _Place, key: str) -> int:
    """Return the last line of the key behind which a new one belongs."""
    earlier = KEYS[: KEYS.index(key)] if key in KEYS else KEYS
    found = [v for k, v in place.node.value if k.value in earlier]
    return max((_last_line(lines, node) for node in found), default=place.last)


# --- places ----------------------------------------------------------------------------------


def _places(text: str) -> list[_Place]:
    file = read_text(text, _NAME)
    if file.problems:
        raise ConfigError(file.problems)
    root = compose(text)
    listed = _listed(file, root)
    lines, _ = _lines(text)
    return [
        _Place(entry=entry, node=node, first=node.start_mark.line, last=_last_line(lines, node))
        for entry, node in listed
    ]


def _listed(
    file: YamlFile, root: yaml.Node | None
) -> Iterator[tuple[dict[str, Value], yaml.MappingNode]]:
    values = file.value.get("sources") if isinstance(file.value, dict) else None
    nodes = dict(_named(root)).get("sources") if isinstance(root, yaml.MappingNode) else None
    if nodes is not None and _empty(nodes):
        return
    if not isinstance(values, list) or not isinstance(nodes, yaml.SequenceNode):
        raise EditError(f"{_NAME} has no list of sources to change")
    if nodes.flow_style:
        raise EditError(
            f"{_NAME} holds its sources between [ and ]: write one entry a line, with -"
        )
    for value, node in zip(values, nodes.value, strict=True):
        if not isinstance(value, dict) or not isinstance(node, yaml.MappingNode) or not value:
            raise EditError(f"{_NAME}:{node.start_mark.line + 1}: is no entry")
        yield value, node


def _empty(node: yaml.Node) -> bool:
    if isinstance(node, yaml.SequenceNode):
        return not node.value
    return bool(node.tag == "tag:yaml.org,2002:null")


def _first_line(text: str) -> int:
    """Return the line behind `sources:`."""
    root = compose(text)
    named = root.value if isinstance(root, yaml.MappingNode) else ()
    return next(int(key.start_mark.line) for key, _ in named if key.value == "sources") + 1


def _named(root: yaml.MappingNode) -> Iterator[tuple[str, yaml.Node]]:
    for key, value in root.value:
        yield str(key.value), value


def _last_line(lines: Sequence[str], node: yaml.Node) -> int:
    """Return the last line that a node is written in, without what only follows it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style:
        last = node.value[-1]
        return _last_line(lines, last[1] if isinstance(last, tuple) else last)
    end = node.end_mark
    line = int(end.line) if end.column else int(end.line) - 1
    line = max(min(line, len(lines) - 1), int(node.start_mark.line))
    while line > node.start_mark.line and not lines[line].strip():
        line -= 1
    return line


def _above(lines: Sequence[str], place: _Place, past: int) -> int:
    """Return the first line of the comment that stands right above an entry, or its own."""
    line = place.first
    while line - 1 >= past and _COMMENT.match(lines[line - 1]):
        line -= 1
    return line


def _lines(text: str) -> tuple[list[str], str]:
    # YAML and str.splitlines break lines at the same characters, of those that YAML allows.
    lines = text.splitlines(keepends=True)
    return lines, "\r\n" if lines and lines[0].endswith("\r\n") else "\n"


def _checked(text: str, meant: Sequence[Entry]) -> str:
    try:
        found = entries(text)
    except ConfigError as e:
        raise EditError(f"{_NAME} is written in a way that cannot be changed here: {e}") from e
    if found != list(meant):
        raise EditError(f"{_NAME} is written in a way that cannot be changed here: edit it by hand")
    return text
