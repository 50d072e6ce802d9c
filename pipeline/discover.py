"""A web page -> where the feeds of its site may be, and why there may be nothing to read on it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

from pipeline.charset import decode
from pipeline.errors import SourceError
from pipeline.model import Document
from pipeline.parse.sniff import opened, refuse_walls, root_of
from pipeline.urls import canonical, host_key, identity_form

MOST_CANDIDATES: Final = 12
_TYPES: Final = re.compile(
    r"application/(?:rss|atom|rdf)\+xml|application/feed\+json|(?:application|text)/xml"
)
_ADDRESS: Final = re.compile(
    r"\.(?:rss|rdf|atom)$|/(?:rss|feeds?|atom)(?:/|$|\.)|[/_-](?:rss|feed|atom|index)\w{0,20}\.xml$"
    r"|[?&](?:format|feed)=(?:rss|atom)|/sitemap[\w-]{0,20}\.xml$",
    re.IGNORECASE,
)
_WORDS: Final = re.compile(r"\b(?:rss|atom|feed)\b|新着情報配信", re.IGNORECASE)
_PROLOG: Final = re.compile(r"<\?xml[^<>]{0,500}>?", re.IGNORECASE)
_PLACES: Final = ("feed/", "rss.xml", "index.rdf", "feed.xml", "atom.xml", "rss/")
_SHELL: Final = re.compile(
    r"enable javascript|javascript (?:is|must be) |requires javascript|javascriptを有効",
    re.IGNORECASE,
)
_ROOTS: Final = "#root, #app, #__next, #__nuxt, app-root"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An address that may hold a feed, and where it was found."""

    url: str
    found: str
    title: str = ""


def page_text(document: Document) -> str:
    """Return a web page as text, or an empty one for anything else; raise SourceError for walls."""
    document = opened(document)
    text = decode(document.content, content_type=document.content_type, configured="", page=True)
    if root_of(text).name != "html":
        return ""
    refuse_walls(text)
    # Beautiful Soup warns when HTML looks like XML anywhere.
    return _PROLOG.sub("", text)


def candidates(text: str, url: str) -> tuple[Candidate, ...]:
    """Return the feeds that a page names, those that it declares before those that it links to."""
    soup = BeautifulSoup(text, "lxml")
    base = soup.select_one("base[href]")
    near = urljoin(url, str(base["href"])) if base else url
    return tuple(_first_of_each([*_declared(soup, near), *_linked(soup, near)]))[:MOST_CANDIDATES]


def common_places(url: str) -> tuple[Candidate, ...]:
    """Return where sites keep a feed that they name nowhere: beside the page, and at the top."""
    parts = urlsplit(url)
    folder = parts.path[: parts.path.rfind("/") + 1] or "/"
    folders = dict.fromkeys([folder, "/"])
    found = [
        Candidate(
            url=parts._replace(path=f"{path}{name}", query="", fragment="").geturl(), found=""
        )
        for name in _PLACES
        for path in folders
    ]
    return tuple(_first_of_each(found))[:MOST_CANDIDATES]


def scripted(text: str) -> bool:
    """Say whether a page is an empty shell that a browser fills by JavaScript."""
    soup = BeautifulSoup(text, "lxml")
    if not soup.find("script"):
        return False
    told = " ".join(tag.get_text(" ") for tag in soup.find_all("noscript"))
    for tag in soup(["script", "style", "noscript", "template"]):
        tag.decompose()
    shell = any(not root.get_text(strip=True) for root in soup.select(_ROOTS))
    links = len(soup.select("a[href]"))
    return shell or (
        links < 5 and (bool(_SHELL.search(told)) or len(soup.get_text(strip=True)) < 50)
    )


def why_not(document: Document) -> str:
    """Return what stands between us and the items of a page; empty when nothing does."""
    try:
        text = page_text(document)
    except SourceError as e:
        return e.message
    if text and scripted(text):
        return "the page is built by JavaScript, which is not run here"
    return ""


def _declared(soup: BeautifulSoup, base: str) -> Iterator[Candidate]:
    for link in soup.select("link[href]"):
        relation = " ".join(link.get_attribute_list("rel")).lower()
        kind = str(link.get("type", "")).lower()
        if "alternate" in relation.split() and _TYPES.match(kind):
            url, title = canonical(str(link["href"]), base), str(link.get("title", "")).strip()
            yield Candidate(url=url, found="declared by the page", title=title)


def _linked(soup: BeautifulSoup, base: str) -> Iterator[Candidate]:
    for link in soup.select("a[href]"):
        url, words = canonical(str(link["href"]), base), _words(link)
        if _ADDRESS.search(url) or (_WORDS.search(words) and len(words) < 40):
            yield Candidate(url=url, found="linked on the page", title=words)


def _words(link: Tag) -> str:
    image = link.select_one("img[alt]")
    return " ".join(link.get_text(" ").split()) or (str(image["alt"]) if image else "")


def _first_of_each(found: Iterable[Candidate]) -> Iterator[Candidate]:
    known = set[str]()
    for candidate in found:
        page = identity_form(candidate.url) if host_key(candidate.url) else ""
        if page and page not in known:
            known.add(page)
            yield candidate
