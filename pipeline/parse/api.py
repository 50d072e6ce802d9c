"""What the kinds for official APIs share: JSON that is read by name, and addresses with a query.

An answer is never trusted to be as documented: what is absent or of another sort reads as empty,
and a record without what an item needs is counted and left out.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from pipeline.charset import decode
from pipeline.errors import SourceError
from pipeline.model import Document, Outcome, Parsed, RawItem
from pipeline.parse.sniff import refuse_other_files, refuse_walls
from pipeline.reading import Limits
from pipeline.secret import PLACE
from pipeline.text import one_line

_ERROR_NAMES: Final = ("message", "error", "errors", "detail")
_MOST_WORDS: Final = 200


class NotAsDocumentedError(ValueError):
    """A record that lacks what an item needs; its text says what."""


class Record:
    """One JSON object, read by name; what is absent or of another sort is empty."""

    def __init__(self, value: object) -> None:
        if not isinstance(value, dict):
            raise NotAsDocumentedError("is no object")
        self._value: dict[str, Any] = value

    def text(self, name: str) -> str:
        """Return a text or a number as text."""
        return _text(self._value.get(name))

    def needed(self, name: str) -> str:
        """Return a text, or raise NotAsDocumentedError when there is none."""
        text = self.text(name)
        if not text:
            raise NotAsDocumentedError(f"no '{name}'")
        return text

    def number(self, name: str) -> int:
        """Return a whole number, written as one or as text, or 0."""
        text = self.text(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0

    def record(self, name: str) -> "Record":
        """Return an object, an empty one when there is none."""
        value = self._value.get(name)
        return Record(value if isinstance(value, dict) else {})

    def rows(self, name: str) -> list[object] | None:
        """Return a list as it stands, or None when there is none."""
        value = self._value.get(name)
        return value if isinstance(value, list) else None

    def records(self, name: str) -> list["Record"]:
        """Return the objects of a list."""
        return [Record(row) for row in self.rows(name) or () if isinstance(row, dict)]

    def texts(self, name: str) -> list[str]:
        """Return the texts of a list."""
        return [text for row in self.rows(name) or () if (text := _text(row))]

    def all_texts(self) -> list[str]:
        """Return every text of the object, whatever its name."""
        return [text for value in self._value.values() if (text := _text(value))]


def _text(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def opened(document: Document) -> Record:
    """Read an answer; raise SourceError for anything but one JSON object."""
    refuse_other_files(document)
    try:
        return Record(json.loads(document.content))
    except NotAsDocumentedError as e:
        raise SourceError(Outcome.NOT_A_FEED, f"is JSON, but {e}") from e
    except (ValueError, RecursionError) as e:
        raise _no_json(document) from e


def _no_json(document: Document) -> SourceError:
    try:
        text = decode(document.content, content_type=document.content_type, configured="")
        refuse_walls(text)
    except SourceError as e:
        return e
    page = "<html" in text[:2_000].lower()
    return SourceError(Outcome.NOT_A_FEED, "is a web page, not JSON" if page else "is no JSON")


def unexpected(answer: Record, wanted: str) -> SourceError:
    """Return what to say of an answer without what its kind promises: its own words, if any."""
    words = next(filter(None, (_words(answer, name) for name in _ERROR_NAMES)), "")
    if words:
        return SourceError(Outcome.HTTP_ERROR, f"answers with an error: {words}")
    return SourceError(Outcome.NOT_A_FEED, f"is JSON without '{wanted}'")


def _words(answer: Record, name: str) -> str:
    found = [answer.text(name), *answer.record(name).all_texts(), *answer.texts(name)]
    return one_line(" ".join(filter(None, found)))[:_MOST_WORDS]


def salvaged(title: str, rows: Sequence[object], read: Callable[[Record], RawItem]) -> Parsed:
    """Read record by record: one that is not as documented costs itself alone, and is counted."""
    items: list[RawItem] = []
    faults: list[str] = []
    for row in rows[: Limits().items]:
        try:
            items.append(read(Record(row)))
        except NotAsDocumentedError as e:
            faults.append(str(e))
    trouble = f"{len(faults)} of {len(rows)} records are not as documented" if faults else ""
    return Parsed(
        title=title,
        items=tuple(items),
        trouble=(f"{trouble} ({faults[0]})",) if trouble else (),
    )


def plain(text: str) -> str:
    """Return plain text as markup that shows it, line by line."""
    return escape(text, quote=False).replace("\r\n", "\n").replace("\n", "<br>")


def lines(*said: tuple[str, str]) -> str:
    """Return `label: text` lines as markup, without those that have no text."""
    return "<br>".join(plain(f"{label}: {text}") for label, text in said if text)


# --- addresses -------------------------------------------------------------------------------


def query(url: str) -> dict[str, str]:
    """Return the parameters of an address, the last one of each name."""
    return dict(_pairs(url))


def with_defaults(url: str, defaults: Mapping[str, str]) -> str:
    """Return an address with the parameters that it does not have yet."""
    given = query(url)
    return with_query(url, {n: value for n, value in defaults.items() if n not in given})


def with_query(url: str, changes: Mapping[str, str | Iterable[str]]) -> str:
    """Return an address with these parameters in place of those of their names."""
    pairs = [(name, value) for name, value in _pairs(url) if name not in changes]
    for name, value in changes.items():
        pairs += [(name, one) for one in ([value] if isinstance(value, str) else value)]
    # The place of a key stays one.
    written = urlencode(pairs).replace(quote(PLACE), PLACE)
    return urlsplit(url)._replace(query=written, fragment="").geturl()


def with_query_of(url: str, other: str) -> str:
    """Return an address with the query of another: what a server says comes next stays with it."""
    # Not split as an address: it may be none.
    following = other.partition("#")[0].partition("?")[2]
    return urlsplit(url)._replace(query=following).geturl()


def _pairs(url: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(url).query, keep_blank_values=True)
