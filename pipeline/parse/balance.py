"""Text whose entries lack end tags -> text in which entries, and what they are made of, end.

What stands directly in an entry, or in its author or source, is mended; texts are left alone.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, NamedTuple

from pipeline.parse.elements import ENTRIES

# Comments, CDATA and instructions hold no tags; an end tag without its `>` ends at the next one.
_TAGS: Final = re.compile(
    r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<\?.*?(?:\?>|\Z)"
    r"|</(?P<end>[^<>]*+>?+)"
    r"|<(?P<start>[A-Za-z_][\w.:-]{0,100}+)(?:[^<>\"']|\"[^\"<]*+\"|'[^'<]*+')*+>",
    re.DOTALL,
)
_PARENTS: Final = frozenset({"channel", "feed", "rss", "rdf"})
# What begins a part of an entry, whatever was left open before it.
_PARTS: Final = frozenset(
    {"title", "link", "guid", "id", "description", "summary", "content", "encoded", "category"}
    | {"author", "creator", "contributor", "subject", "date", "pubdate", "published", "updated"}
    | {"issued", "modified", "created", "rights", "source", "comments", "enclosure"}
)
# Prefixes of texts; what has any other is a part of its own.
_PREFIXES_OF_TEXTS: Final = frozenset({"", "xhtml", "html"})
# Elements of an entry that hold such parts of their own.
_HOLDERS: Final = frozenset({"source", "group", "author", "contributor"})
# More tags than an entry has.
_MOST_TAGS: Final = 50_000


class _Tag(NamedTuple):
    """A tag and where it stands; an end tag that is not whole has no name."""

    start: int
    end: int
    name: str
    closes: bool
    empty: bool


class _Entry(NamedTuple):
    """Where the content of an entry stands; `name` is that of its end tag, where it has none."""

    start: int
    end: int
    name: str


class _Change(NamedTuple):
    start: int
    end: int
    written: str


def balanced(text: str) -> str:
    """Write the end tags that entries and their own elements lack; other damage stays."""
    pieces: list[str] = []
    done = 0
    for entry in _entries(text):
        for change in _changes(text, entry):
            pieces += text[done : change.start], change.written
            done = change.end
    return "".join([*pieces, text[done:]])


def _entries(text: str) -> Iterator[_Entry]:
    """Find the outermost entries; one without an end goes on to the next or to its parent's end."""
    marks = [tag for tag in _tags(text, 0, len(text)) if _is_mark(tag)]
    partners = _partners(marks)
    starts = [*(mark.start for mark in marks), len(text)]
    done = 0
    for i, mark in enumerate(marks):
        if mark.closes or mark.empty or mark.start < done:
            continue
        done = starts[partners.get(i, i + 1)]
        yield _Entry(mark.end, done, "" if i in partners else mark.name)


def _is_mark(tag: _Tag) -> bool:
    name = _local(tag.name)
    return name in ENTRIES or (tag.closes and name in _PARENTS)


def _changes(text: str, entry: _Entry, holders: frozenset[str] = _HOLDERS) -> Iterator[_Change]:
    tags = list(islice(_tags(text, entry.start, entry.end), _MOST_TAGS))
    left_open = ""
    for tag, end in _outermost(tags):
        if tag.closes:
            # It ends nothing by its name: a slip of the pen for what is open.
            if left_open or entry.name:
                yield _Change(tag.start, tag.end, _end_tag(left_open))
            left_open = ""
            continue
        if left_open and _begins_part(tag.name):
            yield _Change(tag.start, tag.start, _end_tag(left_open))
            left_open = ""
        if end and _local(tag.name) in holders:
            yield from _changes(text, _Entry(tag.end, end.start, ""), frozenset())
        elif not end and not tag.empty:
            left_open = left_open or tag.name
    yield _Change(entry.end, entry.end, _end_tag(left_open) + _end_tag(entry.name))


def _begins_part(name: str) -> bool:
    return _local(name) in _PARTS or name.rpartition(":")[0].lower() not in _PREFIXES_OF_TEXTS


def _outermost(tags: Sequence[_Tag]) -> Iterator[tuple[_Tag, _Tag | None]]:
    """Yield the tags that stand in no whole element, and the end tag of each that begins one."""
    partners = _partners(tags)
    done = 0
    for i, tag in enumerate(tags):
        paired = i in partners
        if i >= done and not (paired and tag.closes):
            yield tag, tags[partners[i]] if paired else None
            done = partners.get(i, i)


def _partners(tags: Sequence[_Tag]) -> Mapping[int, int]:
    """Pair start and end tags, by their places; an end tag ends the last one of its name."""
    partners: dict[int, int] = {}
    open_by_name: dict[str, list[int]] = {}
    for i, tag in enumerate(tags):
        if not tag.closes:
            if not tag.empty:
                open_by_name.setdefault(tag.name, []).append(i)
        elif opened := open_by_name.get(tag.name):
            start = opened.pop()
            partners[start], partners[i] = i, start
    return partners


def _tags(text: str, start: int, end: int) -> Iterator[_Tag]:
    for found in _TAGS.finditer(text, start, end):
        closing, opening = found.group("end", "start")
        if opening:
            empty = text[found.end() - 2] == "/"
            yield _Tag(found.start(), found.end(), opening, closes=False, empty=empty)
        elif closing is not None:
            name = closing[:-1].rstrip() if closing.endswith(">") else ""
            yield _Tag(found.start(), found.end(), name, closes=True, empty=False)


def _local(name: str) -> str:
    return name.rpartition(":")[2].lower()


def _end_tag(name: str) -> str:
    return f"</{name}>" if name else ""
