"""Entries of `sources.yaml` <-> OPML and CSV, in which feed readers and people pass lists on.

What only our own file knows travels in attributes and columns of its own, so that a list that we
wrote comes back as it went. CSV never begins a cell with what a spreadsheet would run.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from lxml import etree

from pipeline.errors import PolicywatchError
from pipeline.sourceentry import KEYS
from pipeline.urls import canonical
from pipeline.yamlfile import Value

Entry = Mapping[str, Value]

_OURS: Final = "urn:policywatch:source"
_FEEDS: Final = frozenset({"feed", "jsonfeed"})
_RUNS: Final = ("=", "+", "-", "@", "\t", "\r")
_DEEP: Final = frozenset({"select", "headers", "via"})
_LISTS: Final = frozenset({"was", "language"})
_MOST: Final = 20_000_000
_NO_WORD: Final = re.compile(r"[^\w]+")


class ListError(PolicywatchError):
    """A list that cannot be read; the text says why."""


def to_opml(entries: Sequence[Entry], title: str) -> bytes:
    """Write entries as OPML 2.0, a folder for each group; pages and APIs are plain links there."""
    root = etree.Element("opml", {"version": "2.0"}, nsmap={"policywatch": _OURS})
    etree.SubElement(etree.SubElement(root, "head"), "title").text = title
    body = etree.SubElement(root, "body")
    folders: dict[str, etree._Element] = {"": body}
    for entry in entries:
        group = _text(entry, "group")
        if group not in folders:
            folders[group] = etree.SubElement(body, "outline", {"text": group})
        etree.SubElement(folders[group], "outline", _attributes(entry))
    found: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return found


def from_opml(content: bytes) -> list[dict[str, Value]]:
    """Read the entries of an OPML file, the innermost folder as the group; raise ListError."""
    if len(content) > _MOST:
        raise ListError("is too large for a list of feeds")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as e:
        raise ListError(f"is no OPML: {e.msg}") from e
    if root.tag != "opml":
        raise ListError(f"is no OPML, but <{root.tag}>")
    return list(_outlines(root.find("body"), ""))


def to_csv(entries: Sequence[Entry]) -> str:
    """Write entries as CSV with a column for each key."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    columns = [key for key in KEYS if any(key in entry for entry in entries)]
    writer.writerow(columns)
    for entry in entries:
        writer.writerow([_safe(_flat(entry.get(key, ""))) for key in columns])
    return out.getvalue()


def from_csv(text: str) -> list[dict[str, Value]]:
    """Read the entries of a CSV file with a heading; raise ListError."""
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    heading = [name.strip() for name in rows[0]] if rows else []
    if "url" not in heading:
        raise ListError("has no heading with a column 'url'")
    if unknown := [name for name in heading if name and name not in KEYS]:
        raise ListError(f"has a column '{unknown[0]}', which is no key of a source")
    return [_row(heading, row) for row in rows[1:] if any(cell.strip() for cell in row)]


def group_of(folder: str) -> str:
    """Return the name of a folder as one word, by which rules can ask for it."""
    return _NO_WORD.sub("-", folder.strip().lower()).strip("-_")


# --- OPML ------------------------------------------------------------------------------------


def _attributes(entry: Entry) -> dict[str, str]:
    kind, url = _text(entry, "kind"), _text(entry, "url")
    place = {"type": "rss", "xmlUrl": url} if kind in _FEEDS else {"type": "link", "url": url}
    own = {
        f"{{{_OURS}}}{name}": _xml(value)
        for key, given in entry.items()
        if key not in ("name", "url", "group")
        for name, value in _named(key, given)
    }
    name = _xml(_text(entry, "name"))
    return {"text": name, "title": name, **place, **own}


def _named(key: str, value: Value) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for inner, text in value.items():
            yield f"{key}.{inner}", _flat(text)
    else:
        yield key, _flat(value)


def _outlines(parent: etree._Element | None, folder: str) -> Iterator[dict[str, Value]]:
    for outline in parent if parent is not None else ():
        url = outline.get("xmlUrl") or outline.get("url") or ""
        name = outline.get("title") or outline.get("text") or ""
        if url:
            yield _outline(outline, canonical(url) and url, name, folder)
        yield from _outlines(outline, folder if url else group_of(name) or folder)


def _outline(outline: etree._Element, url: str, name: str, folder: str) -> dict[str, Value]:
    own: dict[str, str] = {
        key.removeprefix(f"{{{_OURS}}}"): value
        for key, value in outline.attrib.items()
        if key.startswith(f"{{{_OURS}}}")
    }
    entry = {"name": " ".join(name.split()), "url": url, "group": folder, **own}
    return _deepened(entry)


def _deepened(flat: Mapping[str, str]) -> dict[str, Value]:
    """Put `select.item` under `select`, and split lists; what is empty is left out."""
    entry: dict[str, Value] = {}
    for name, value in flat.items():
        key, _, inner = name.partition(".")
        if not value or key not in KEYS:
            continue
        if inner:
            deep = entry.setdefault(key, {})
            if isinstance(deep, dict):
                deep[inner] = value
        elif key in _LISTS and " " in value:
            entry[key] = [*value.split()]
        else:
            entry[key] = value
    return entry


def _xml(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


# --- CSV -------------------------------------------------------------------------------------


def _row(heading: Sequence[str], row: Sequence[str]) -> dict[str, Value]:
    cells = {name: _unsafe(cell) for name, cell in zip(heading, row, strict=False)}
    flat: dict[str, str] = {}
    for name, cell in cells.items():
        if name in _DEEP and cell:
            pairs = (line.partition(": ") for line in cell.splitlines())
            flat |= {f"{name}.{key}": value for key, _, value in pairs}
        else:
            flat[name] = cell
    return _deepened(flat)


def _flat(value: Value) -> str:
    if isinstance(value, dict):
        return "\n".join(f"{key}: {_flat(inner)}" for key, inner in value.items())
    return " ".join(map(_flat, value)) if isinstance(value, list) else value


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(("'", *_RUNS)) else cell


def _unsafe(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(("'", *_RUNS)) else cell.strip()


def _text(entry: Entry, key: str) -> str:
    value = entry.get(key, "")
    return value if isinstance(value, str) else ""
