"""What a document really is, whatever its name, its address and its header say."""

import html
import re
from typing import Final
from urllib.parse import urljoin

from pipeline.errors import SourceError
from pipeline.model import Document, Outcome

_HEAD: Final = 100_000
_FEED_ROOTS: Final = frozenset({"rss", "rdf", "feed"})
_MAGIC: Final = (
    (b"%PDF", "a PDF file"),
    (b"\x1f\x8b", "gzip data"),
    (b"PK\x03\x04", "a ZIP file"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
)
_BEFORE_ROOT: Final = re.compile(
    r"\s+|<\?.{0,2000}?\?>|<!--.{0,20000}?-->|<!DOCTYPE\s[^\[>]{0,1000}(?:\[[^\]]{0,20000}\]\s*)?>",
    re.DOTALL | re.IGNORECASE,
)
_ROOT: Final = re.compile(r"<(?:[\w.-]{1,40}:)?([\w.-]{1,60})[\s/>]")
_FEED_INSIDE: Final = re.compile(r"<\?xml\s|<(?:rss|feed|rdf:RDF)[\s>]")
_TITLE: Final = re.compile(r"<title[^>]{0,200}>([^<]{0,300})", re.IGNORECASE)
_FEED_LINK: Final = re.compile(
    r"<link\b(?=[^>]{0,500}application/(?:rss|atom)\+xml)[^>]{0,500}?href\s*=\s*[\"']?([^\"'\s>]{1,500})",
    re.IGNORECASE,
)
# What the walls of common gatekeepers show instead of the page; none stands in a page of news.
_WALLS: Final = re.compile(
    r"cf-browser-verification|cf_chl_opt|challenge-platform|Just a moment\.\.\.|_Incapsula_Resource"
    r"|awsWafCookieDomainList|gokuProps|DDoS-Guard|Attention Required! \| Cloudflare|px-captcha"
    r"|g-recaptcha[\"' ]|h-captcha[\"' ]|datadome|<title>\s*(?:Access Denied|Request Rejected)",
    re.IGNORECASE,
)
_LOGIN: Final = re.compile(r"<input[^>]{0,300}type\s*=\s*[\"']?password", re.IGNORECASE)


def refuse_other_files(document: Document) -> None:
    """Raise SourceError for what is empty or by its first bytes no text at all."""
    body = document.content.lstrip()
    if not body:
        waf = document.status == 202
        raise SourceError(
            Outcome.BLOCKED if waf else Outcome.NOT_A_FEED,
            "the answer is empty" + (" (a wall that waits for JavaScript)" if waf else ""),
        )
    for magic, name in _MAGIC:
        if body.startswith(magic):
            raise SourceError(Outcome.NOT_A_FEED, f"is {name}")


def from_root(text: str, document: Document) -> tuple[str, bool]:
    """Return a feed from its root element on, and whether junk stood before it.

    Raise SourceError, naming what was found, when it is no feed.
    """
    start = _root_position(text)
    root = _ROOT.match(text, start)
    name = root[1].lower() if root else ""
    if name in _FEED_ROOTS:
        return text[start:], False
    inside = _FEED_INSIDE.search(text, start, start + 5_000)
    if name != "html" and inside:
        rest = text[inside.start() :]
        return rest[_root_position(rest) :], True
    if name == "html" or _is_html(text[: start + 2_000]):
        raise _html_found(text[:_HEAD], document)
    if text[start : start + 1] in ("{", "["):
        raise SourceError(Outcome.NOT_A_FEED, "is JSON, not RSS or Atom")
    found = f"an XML document of another kind (<{name}>)" if name else "neither RSS nor Atom"
    raise SourceError(Outcome.NOT_A_FEED, f"is {found}")


def refuse_walls(text: str) -> None:
    """Raise SourceError BLOCKED for a page that a gatekeeper or a log-in shows instead."""
    head = text[:_HEAD]
    if _WALLS.search(head):
        raise SourceError(Outcome.BLOCKED, f"a wall against robots{_titled(head)}")
    if _LOGIN.search(head):
        raise SourceError(Outcome.BLOCKED, f"a log-in page{_titled(head)}")


def _root_position(text: str) -> int:
    position = 0
    while match := _BEFORE_ROOT.match(text, position, position + _HEAD):
        position = match.end()
    return position


def _is_html(start: str) -> bool:
    return bool(re.search(r"<!doctype html|<(?:html|head|body|script|div|p|br)\b", start, re.I))


def _html_found(head: str, document: Document) -> SourceError:
    try:
        refuse_walls(head)
    except SourceError as wall:
        return wall
    link = _FEED_LINK.search(head)
    hint = f"; it names a feed: {urljoin(document.url, html.unescape(link[1]))}" if link else ""
    return SourceError(Outcome.NOT_A_FEED, f"is an HTML page, not RSS or Atom{_titled(head)}{hint}")


def _titled(head: str) -> str:
    title = _TITLE.search(head)
    words = " ".join(html.unescape(title[1]).split()) if title else ""
    return f', titled "{words[:100]}"' if words else ""
