"""A text and the places where rules fired in it -> the few lines of it that a mail shows."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from wcwidth import wcwidth

from pipeline.model import Evidence, Field, Item

WIDTH = 320
"""Columns of an excerpt; a Chinese, Japanese or Korean character takes two."""

_ELLIPSIS = "…"
_SPACE = re.compile(r"\s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """A piece of an item's text on one line; `marks` are half-open offsets into it."""

    text: str = ""
    marks: tuple[tuple[int, int], ...] = ()


def excerpt(item: Item, evidence: Iterable[Evidence], width: int = WIDTH) -> Excerpt:
    """Take the summary, or what the body says around its first match; empty when it adds nothing.

    Evidence that does not fit the text (it belongs to another revision) marks nothing.
    """
    fitting = _fitting(item, evidence)
    field = _field(item, {e.field for e in fitting})
    text = _SPACE.sub(" ", item.text(field))
    if " ".join(text.split()) in ("", " ".join(item.title.split())):
        return Excerpt()
    places = _merged((e.start, e.end) for e in fitting if e.field is field)
    start, end = _cut(text, places, width)
    head = _ELLIPSIS if start else ""
    tail = _ELLIPSIS if end < len(text) else ""
    shift = len(head) - start
    inside = [(max(a, start), min(b, end)) for a, b in places if a < end and b > start]
    return Excerpt(
        text=head + text[start:end] + tail,
        marks=tuple((a + shift, b + shift) for a, b in inside),
    )


def marked_title(item: Item, evidence: Iterable[Evidence]) -> Excerpt:
    """Take the title with the words that rules found in it."""
    fitting = _fitting(item, evidence)
    places = _merged((e.start, e.end) for e in fitting if e.field is Field.TITLE)
    return Excerpt(text=item.title, marks=tuple(places))


def _fitting(item: Item, evidence: Iterable[Evidence]) -> list[Evidence]:
    return [e for e in evidence if item.text(e.field)[e.start : e.end] == e.text != ""]


def _field(item: Item, matched: set[Field]) -> Field:
    if not item.summary.strip():
        return Field.BODY
    only_in_body = Field.BODY in matched and Field.SUMMARY not in matched
    return Field.BODY if only_in_body else Field.SUMMARY


def _merged(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _cut(text: str, places: list[tuple[int, int]], width: int) -> tuple[int, int]:
    end = _reach(text, 0, width)
    if not places or places[0][1] <= end:
        return 0, end
    start = max(places[0][0] - width // 4, 0)
    space = text.find(" ", start, places[0][0])
    if space >= 0:
        start = space + 1
    return start, _reach(text, start, width)


def _reach(text: str, start: int, width: int) -> int:
    """Find how far so many columns go, back to the last space where there is one near."""
    columns = 0
    for position in range(start, len(text)):
        columns += max(wcwidth(text[position]), 0)
        if columns > width:
            space = text.rfind(" ", position - 20, position)
            return space if space > start else position
    return len(text)
