"""What a document really is, whatever its name, its address and its header say."""

import html
import re
from dataclasses import replace
from typing import Final, NamedTuple
from urllib.parse import urljoin

from pipeline.errors import SourceError
from pipeline.inflate import decoded
from pipeline.model import Document, Outcome
from pipeline.reading import Limits

FEED_ROOTS: Final = frozenset({"rss", "rdf", "feed", "channel", "entry"})
SITEMAP_ROOTS: Final = frozenset({"urlset", "sitemapindex"})
JSON_ROOTS: Final = frozenset({"{", "["})

_HEAD: Final = 100_000
_OURS: Final = FEED_ROOTS | SITEMAP_ROOTS | JSON_ROOTS
IS_SITEMAP: Final = "is a sitemap: its kind is 'sitemap'"
_GZIP: Final = b"\x1f\x8b"
_MAGIC: Final = (
    (b"%PDF", "a PDF file"),
    (_GZIP, "gzip data"),
    (b"PK\x03\x04", "a ZIP file"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
)
_BEFORE_ROOT: Final = re.compile(
    r"\s+|<\?.{0,2000}?\?>|<!--.{0,100000}?-->|<!DOCTYPE\s[^\[>]{0,1000}(?:\[[^\]]{0,20000}\]\s*)?>",
    re.DOTALL | re.IGNORECASE,
)
_ROOT: Final = re.compile(r"<(?:[\w.-]{1,40}:)?([\w.-]{1,60})[\s/>]")
_FEED_INSIDE: Final = re.compile(r"<\?xml\s|<(?:rss|feed|rdf:RDF|urlset|sitemapindex)[\s>]")
_HTML_ROOTS: Final = frozenset(
    {"head", "body", "script", "div", "p", "br", "title", "meta", "center", "h1"}
)
_HTML: Final = re.compile(r"<!doctype html|<(?:html|head|body|script|div|p|br)\b", re.IGNORECASE)
_DOCTYPE: Final = re.compile(r"<!doctype\s+html", re.IGNORECASE)
_TITLE: Final = re.compile(r"<title[^>]{0,200}>([^<]{0,300})", re.IGNORECASE)
_FEED_LINK: Final = re.compile(
    r"<link\b(?=[^>]{0,500}application/(?:(?:rss|atom)\+xml|feed\+json))[^>]{0,500}?"
    r"href\s*=\s*[\"']?([^\"'\s>]{1,500})",
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


class Root(NamedTuple):
    """Where a document begins: the name of its root, small and without prefix, and what follows.

    The name of JSON is its first bracket; it is empty for what has no root at all. `junk` says
    that text which does not belong there stood before it.
    """

    name: str
    text: str
    before: str = ""
    junk: bool = False


def opened(document: Document) -> Document:
    """Return a document as it is read, unpacked if it is gzip; raise SourceError for no text."""
    if document.content.startswith(_GZIP):
        document = replace(document, content=_unpacked(document.content))
    refuse_other_files(document)
    return document


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


def root_of(text: str) -> Root:
    """Find the root of a document, behind junk too where a feed or sitemap follows."""
    text = text.lstrip("\ufeff \t\r\n")
    root = _root(text)
    if root.name in _OURS or root.name == "html":
        return root
    start = len(root.before)
    inside = _FEED_INSIDE.search(text, start + 1, start + 5_000)
    behind = _root(text[inside.start() :]) if inside else root
    if inside and behind.name in _OURS:
        return behind._replace(before=text[: inside.start()] + behind.before, junk=True)
    # Where there is no root, what stands there may be words, and markup further on.
    is_html = root.name in _HTML_ROOTS or (not root.name and _HTML.search(text[:2_000]))
    return Root("html" if is_html else root.name, text)


def refusal(root: Root, document: Document, wanted: str) -> SourceError:
    """Return the error that names what was found instead of `wanted`."""
    if root.name == "html":
        return _html_found(root.text[:_HEAD], document, wanted)
    if root.name in SITEMAP_ROOTS:
        return SourceError(Outcome.NOT_A_FEED, IS_SITEMAP)
    if root.name in FEED_ROOTS:
        found = "a feed: its kind is 'feed'"
    elif root.name in JSON_ROOTS:
        found = f"JSON, but {wanted}"
    elif root.name:
        found = f"an XML document of another kind (<{root.name}>)"
    else:
        found = wanted
    return SourceError(Outcome.NOT_A_FEED, f"is {found}")


def refuse_walls(text: str) -> None:
    """Raise SourceError BLOCKED for a page that a gatekeeper or a log-in shows instead."""
    head = text[:_HEAD]
    if _WALLS.search(head):
        raise SourceError(Outcome.BLOCKED, f"a wall against robots{_titled(head)}")
    if _LOGIN.search(head):
        raise SourceError(Outcome.BLOCKED, f"a log-in page{_titled(head)}")


def _unpacked(content: bytes) -> bytes:
    try:
        return decoded([content], "gzip", Limits().body_bytes)
    except SourceError as e:
        if e.outcome is Outcome.TOO_BIG:
            raise
        raise SourceError(Outcome.NOT_A_FEED, f"is gzip data; {e.message}") from e


def _root(text: str) -> Root:
    start = _root_position(text)
    found = _ROOT.match(text, start)
    name = found[1].lower() if found else ""
    if text[start : start + 1] in JSON_ROOTS:
        name = text[start]
    if name == "html" or (name not in _OURS and _DOCTYPE.search(text[:start])):
        return Root("html", text)
    return Root(name, text[start:], text[:start])


def _root_position(text: str) -> int:
    position = 0
    while match := _BEFORE_ROOT.match(text, position, position + _HEAD):
        position = match.end()
    return position


def _html_found(head: str, document: Document, wanted: str) -> SourceError:
    try:
        refuse_walls(head)
    except SourceError as wall:
        return wall
    link = _FEED_LINK.search(head)
    hint = f"; it names a feed: {urljoin(document.url, html.unescape(link[1]))}" if link else ""
    return SourceError(Outcome.NOT_A_FEED, f"is an HTML page, {wanted}{_titled(head)}{hint}")


def _titled(head: str) -> str:
    title = _TITLE.search(head)
    words = " ".join(html.unescape(title[1]).split()) if title else ""
    return f', titled "{words[:100]}"' if words else ""
