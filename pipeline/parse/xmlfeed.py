"""RSS 0.9 to 2.0, RDF, Atom and CDF -> raw items.

Well-formed documents are read as a tree, by lxml; what is still broken after small repairs goes
through feedparser, which reads more than any tree can hold.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from lxml import etree

from pipeline.errors import SourceError
from pipeline.model import Document, Parsed, RawItem, Source
from pipeline.parse import elements, lenient
from pipeline.parse.balance import balanced
from pipeline.parse.entries import in_language, left_out, newest
from pipeline.parse.repair import repaired, with_namespaces
from pipeline.parse.sniff import Root
from pipeline.text import html_to_text, one_line
from pipeline.urls import canonical

_OPENS: Final = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_CLOSES: Final = re.compile(r"</(?:\w+:)?(?:item|entry)\s*>", re.IGNORECASE)
_CLOSED_ROOT: Final = re.compile(r"</(?:\w+:)?(?:rss|rdf|feed|channel)\s*>\s*\Z", re.IGNORECASE)
# The ends of what tells most about an entry.
_KNOWN: Final = re.compile(
    r"</(?:\w+:)?(title|link|guid|id|description|summary|pubdate|published|updated)\s*>"
    r"|<(?:\w+:)?(link)\s[^<>]*/>",
    re.IGNORECASE,
)
_ROOT_TAG: Final = re.compile(r"\s*<[^<>]*>")
_FAULT_LENGTH: Final = 120
_TITLE_LENGTH: Final = 80
_OPEN_END: Final = frozenset({"ERR_TAG_NOT_FINISHED"})


class _Read(NamedTuple):
    """A feed taken apart by either reader: `item` reads one entry, `published` its date alone."""

    title: str
    site: str
    language: str
    entries: Sequence[Any]
    item: Callable[[Any, str], RawItem]
    published: Callable[[Any], str]
    trouble: str = ""
    torn: bool = False
    """The document breaks off in the last entry, behind its title."""


def read(source: Source, document: Document, root: Root) -> Parsed:
    """Read a feed from its root on; small damage is repaired, larger damage named.

    A feed without entries has no items.
    """
    # Faults are named by line, and lines are counted from the beginning of the document.
    lines_before = "\n" * root.before.count("\n")
    found = _taken_apart(lines_before + repaired(root.text, root.before))
    found, torn = _without_torn(found, document.url)
    kept = newest(found.entries, found.published, source.timezone)
    items = (found.item(entry, document.url) for entry in kept)
    return Parsed(
        title=one_line(html_to_text(found.title)),
        site=canonical(found.site, document.url),
        items=tuple(in_language(item, found.language, source) for item in items),
        torn=tuple(in_language(item, found.language, source) for item in torn),
        trouble=tuple(_trouble(root, found, torn, dropped=len(found.entries) - len(kept))),
    )


def _without_torn(found: _Read, url: str) -> tuple[_Read, tuple[RawItem, ...]]:
    """Part off a last entry that breaks off before its link and its id."""
    if not found.torn:
        return found, ()
    last = found.item(found.entries[-1], url)
    if last.link or last.guid:
        return found, ()
    return found._replace(entries=found.entries[:-1]), (last,)


def _taken_apart(text: str) -> _Read:
    try:
        return _from_tree(_tree(text))
    except etree.XMLSyntaxError as e:
        fault = one_line(e.msg or "broken")[:_FAULT_LENGTH]
    text = with_namespaces(text)
    try:
        return _from_tree(_tree(text))
    except etree.XMLSyntaxError:
        found = _damaged(text, fault)
    # What was torn off before its end lacks more than end tags.
    mended = balanced(text) if _CLOSED_ROOT.search(text[-200:]) else text
    if mended == text:
        return found
    whole = _balanced(mended, fault)
    return whole if len(whole.entries) >= len(found.entries) else found


def _balanced(text: str, fault: str) -> _Read:
    try:
        return _from_tree(_tree(text), f"not well-formed, read leniently ({fault})")
    except etree.XMLSyntaxError:
        return _damaged(text, fault)


def _tree(text: str) -> etree._Element:
    return etree.fromstring(text, _parser(recover=False))


def _recovered(text: str) -> tuple[etree._Element, set[str]]:
    """Return the tree of as much of a document as one can be made of, and the kinds of errors."""
    parser = _parser(recover=True)
    # Where not even a first tag is whole, there is no tree.
    root = etree.fromstring(text, parser) if text.strip() else None
    return (
        etree.Element("rss") if root is None else root,
        {error.type_name for error in parser.error_log},
    )


def _parser(*, recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        recover=recover, resolve_entities=False, no_network=True, remove_pis=True
    )


def _from_tree(root: etree._Element, fault: str = "") -> _Read:
    feed = elements.feed(root)
    return _Read(
        title=feed.title,
        site=feed.site,
        language=feed.language,
        entries=feed.entries,
        item=elements.raw_item,
        published=elements.published,
        trouble=fault,
    )


def _damaged(text: str, fault: str) -> _Read:
    """Read a feed up to where it was torn off, or leniently.

    Half a title must not become an item; an entry whose title is whole is read as far as it goes.
    """
    end = _end_of_whole_entries(text)
    torn = _OPENS.search(text, end)
    if torn and _CLOSED_ROOT.search(text[-200:]):
        # It goes on to its end; only an end tag was forgotten.
        return _leniently(text, fault)
    known = _end_of_known(text, end)
    start = text[:known]
    found = _from_start(start, fault) or _leniently(start if torn else text, fault)
    entries = len(_CLOSES.findall(text))
    if len(found.entries) < entries:
        found = _from_start(_without_head(start), fault) or found
    return found._replace(torn=known > end and len(found.entries) > entries)


def _from_start(text: str, fault: str) -> _Read | None:
    """Read what only lacks its end; None when it is broken before that, too."""
    root, errors = _recovered(text)
    found = _from_tree(root, f"broken after its last whole entry ({fault})")
    # An element of the head that nobody closed would swallow the entries.
    whole = len(found.entries) >= len(_CLOSES.findall(text))
    return found if whole and not errors - _OPEN_END else None


def _without_head(text: str) -> str:
    """Leave out what stands between the root and the first entry, where nobody closed something.

    With a comment there, the first entry may be a part of it.
    """
    root, first = _ROOT_TAG.match(text), _OPENS.search(text)
    if not root or not first or "<!" in text[root.end() : first.start()]:
        return text
    return text[: root.end()] + text[first.start() :]


def _end_of_whole_entries(text: str) -> int:
    closes = [match.end() for match in _CLOSES.finditer(text)]
    first = _OPENS.search(text)
    return closes[-1] if closes else first.start() if first else len(text)


def _end_of_known(text: str, end: int) -> int:
    """Return where the last whole element of a torn entry with a title ends.

    `end` is that of the entries before, and of a torn one that does not get to its title.
    """
    found = list(_KNOWN.finditer(text, end))
    names = {(match[1] or match[2]).lower() for match in found}
    return found[-1].end() if "title" in names else end


def _leniently(text: str, fault: str) -> _Read:
    trouble = f"not well-formed, read leniently ({fault})"
    try:
        head, entries = lenient.read(text)
    except SourceError:
        return _from_tree(_recovered(text)[0], trouble)
    return _Read(
        title=str(head.get("title") or ""),
        site=str(head.get("link") or ""),
        language=str(head.get("language") or ""),
        entries=entries,
        item=lenient.raw_item,
        published=lenient.published,
        trouble=trouble,
    )


def _trouble(root: Root, found: _Read, torn: Sequence[RawItem], *, dropped: int) -> Iterator[str]:
    if root.junk:
        yield "text before the feed was skipped"
    if found.trouble:
        yield found.trouble
    for item in torn:
        title = one_line(html_to_text(item.title or ""))[:_TITLE_LENGTH]
        yield f"'{title}' breaks off before its link or id: it waits until whole"
    yield from left_out(dropped)
