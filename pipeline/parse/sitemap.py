"""A sitemap, or an index of sitemaps -> raw items: for sites that announce pages nowhere else."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote, urlsplit

from lxml import etree

from pipeline.charset import decode
from pipeline.errors import SourceError
from pipeline.model import Document, Parsed, RawItem, Request, Source
from pipeline.parse.entries import CATEGORY_LIMIT, in_language, left_out, newest
from pipeline.parse.markup import plain
from pipeline.parse.names import name_of
from pipeline.parse.repair import repaired, with_namespaces
from pipeline.parse.sniff import SITEMAP_ROOTS, Root, opened, refusal, root_of
from pipeline.urls import canonical

_INDEX: Final = "sitemapindex"
# With the index itself, as many documents as one source may have in one reading.
_SITEMAPS: Final = 9
# An index is read here and not in the sandbox: none of these goes over a text more than once.
_ENDS: Final = re.compile(r"</(?:\w{1,20}:)?sitemap\s{0,20}>")
_LOC: Final = re.compile(
    r"<(?:\w{1,20}:)?loc>\s{0,200}(?:<!\[CDATA\[\s{0,200})?([^<>\s\]]{1,2000})"
)
_LASTMOD: Final = re.compile(r"<(?:\w{1,20}:)?lastmod>\s{0,200}([\d:TZ.+-]{8,40})")
_EXTENSION: Final = re.compile(r"\.[a-zA-Z]{2,5}\Z")
_JOINTS: Final = re.compile(r"[\s\-_+.]+")
_NAMELESS: Final = re.compile(r"[\d.]*|index|default|home", re.IGNORECASE)

Texts = dict[str, str]


def parse(source: Source, document: Document) -> Parsed:
    """Read a sitemap; an index has no items of its own.

    A page is called what the sitemap calls it, else by the words of its address. Raise
    SourceError for anything but a sitemap.
    """
    root = _root(source, document)
    if root.name == _INDEX:
        return Parsed(title="", items=(), trouble=tuple(_unread(root.text)))
    tree, fault = _tree(repaired(root.text, root.before))
    pages = [_texts(child) for child in tree if _name(child) == "url"]
    wanted = [page for page in pages if source.path_filter in urlsplit(page.get("loc", "")).path]
    kept = newest(wanted, _written, source.timezone)
    return Parsed(
        title=next((p["news:name"] for p in pages if "news:name" in p), ""),
        items=tuple(in_language(_item(page, document), "", source) for page in kept),
        trouble=(*fault, *left_out(len(wanted) - len(kept))),
    )


def more(document: Document) -> tuple[Request, ...]:
    """Return the sitemaps that an index names, those of its own host and the newest first."""
    try:
        root = root_of(decode(opened(document).content, content_type=document.content_type))
    except SourceError:  # says the same when it is parsed
        return ()
    if root.name != _INDEX:
        return ()
    own = urlsplit(document.url)
    listed = (urlsplit(canonical(loc, document.url)) for loc, _ in _listed(root.text))
    # By http or https: the way that the index came is the way that the site goes today.
    near = (
        url._replace(scheme=own.scheme, netloc=own.netloc)
        for url in listed
        if url.hostname == own.hostname
    )
    addresses = dict.fromkeys(url.geturl() for url in near)
    return tuple(Request(url=url) for url in list(addresses)[:_SITEMAPS])


def _root(source: Source, document: Document) -> Root:
    document = opened(document)
    text = decode(document.content, content_type=document.content_type, configured=source.encoding)
    root = root_of(text)
    if root.name not in SITEMAP_ROOTS:
        raise refusal(root, document, "not a sitemap")
    return root


def _listed(text: str) -> list[tuple[str, str]]:
    """Return address and date of every sitemap of an index, the newest first."""
    found = []
    for entry in _ENDS.split(text)[:-1]:
        loc, date = _LOC.search(entry), _LASTMOD.search(entry)
        if loc:
            found.append((loc[1], date[1] if date else ""))
    # Dates of one index are written in one form, so that their texts sort like times.
    return sorted(found, key=lambda listed: listed[1], reverse=True)


def _unread(text: str) -> Iterator[str]:
    rest = _listed(text)[_SITEMAPS:]
    # What is left out by age is no loss; without a date nobody knows.
    if undated := sum(not date for _, date in rest):
        yield (
            f"{undated} sitemaps of the index are not read, {_SITEMAPS} are the limit:"
            " give the address of one"
        )


def _tree(text: str) -> tuple[etree._Element, tuple[str, ...]]:
    try:
        return etree.fromstring(text, _parser(recover=False)), ()
    except etree.XMLSyntaxError as e:
        fault = f"not well-formed, read as far as possible ({e.msg})"
    root = etree.fromstring(with_namespaces(text), _parser(recover=True))
    # Where not even the first tag is whole, there is no tree.
    return etree.Element("urlset") if root is None else root, (fault,)


def _parser(*, recover: bool) -> etree.XMLParser:
    return etree.XMLParser(recover=recover, resolve_entities=False, no_network=True)


def _name(element: etree._Element) -> str:
    return name_of(element.tag, element.prefix) if isinstance(element.tag, str) else ""


def _texts(page: etree._Element) -> Texts:
    texts: Texts = {}
    for element in page.iter():
        text = (element.text or "").strip()
        if text and (name := _name(element)):
            texts.setdefault(name, text)
    return texts


def _written(page: Texts) -> str:
    return page.get("news:publication_date") or page.get("lastmod", "")


def _item(page: Texts, document: Document) -> RawItem:
    url = page.get("loc", "")
    title = page.get("news:title") or page.get("video:title") or _title_of(url)
    words = f"{page.get('news:keywords', '')},{page.get('news:genres', '')}".split(",")
    return RawItem(
        base=document.url,
        link=url or None,
        title=plain(title) or None,
        summary=plain(page["video:description"]) if "video:description" in page else None,
        language=page.get("news:language"),
        published=page.get("news:publication_date"),
        updated=page.get("lastmod"),
        categories=tuple(word.strip() for word in words if word.strip())[:CATEGORY_LIMIT],
    )


def _title_of(url: str) -> str:
    """Return the words of an address: `/news/ai-act-guidance.html` is 'Ai act guidance'."""
    parts = [part for part in unquote(urlsplit(url).path).split("/") if part]
    names = [_EXTENSION.sub("", part) for part in parts]
    kept = names[-1:]
    if kept and _NAMELESS.fullmatch(kept[0]):
        kept = [name for name in names[-2:] if not _NAMELESS.fullmatch(name)] or kept
        kept += names[-1:] if names[-1:] != kept else []
    title = _JOINTS.sub(" ", " ".join(kept)).strip()
    return title[:1].upper() + title[1:]
