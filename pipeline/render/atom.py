"""The issues of a digest -> an Atom feed of what they told, newest first."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parseaddr
from xml.etree.ElementTree import Element, SubElement, tostring

from pipeline.issue import Card, Issue
from pipeline.render.mail import Frame

ENTRIES = 200
_ATOM = "http://www.w3.org/2005/Atom"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def atom(issues: Sequence[Issue], frame: Frame) -> bytes:
    """Write the items of issues, the newest issue first; the same bytes whenever asked."""
    newest = issues[0]
    host = parseaddr(frame.sender)[1].rpartition("@")[2]
    name = f"tag:{host},2026:{newest.digest}"
    feed = Element("feed", xmlns=_ATOM)
    _add(feed, "id", name)
    _add(feed, "title", newest.title)
    _add(feed, "updated", _stamp(newest.window_end))
    _add(SubElement(feed, "author"), "name", "policywatch")
    told = [(issue, card) for issue in issues for card in issue.cards][:ENTRIES]
    for issue, card in told:
        _entry(feed, f"{name}/{issue.number}/{card.id}", issue, card)
    content: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return content


def _entry(feed: Element, name: str, issue: Issue, card: Card) -> None:
    entry = SubElement(feed, "entry")
    _add(entry, "id", name)
    _add(entry, "title", card.title)
    SubElement(entry, "link", href=_legal(card.url), rel="alternate")
    _add(entry, "updated", _stamp(issue.window_end))
    if card.published:
        _add(entry, "published", _stamp(card.published))
    _add(SubElement(entry, "author"), "name", card.source)
    for hit in card.themes:
        SubElement(entry, "category", term=_legal(hit.theme), label=_legal(hit.title))
    _add(entry, "summary", card.excerpt.text)


def _add(parent: Element, tag: str, text: str) -> None:
    SubElement(parent, tag).text = _legal(text)


def _legal(text: str) -> str:
    return _NOT_XML.sub(" ", text)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
