"""Well-formed RSS, RDF, Atom or CDF as a tree -> its title and raw items.

Every element counts where it stands: what is nested in something else is not the entry's own.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

from lxml import etree

from pipeline.model import RawItem
from pipeline.parse.entries import CATEGORY_LIMIT
from pipeline.parse.markup import markup, plain
from pipeline.parse.names import name_of

ENTRIES: Final = frozenset({"item", "entry"})
_HOLDERS: Final = frozenset(
    {"channel", "feed", "items", "rss", "rdf:rdf", "rdf", "rdf:seq", "rdf:bag", "rdf:li"}
)
_ATOM: Final = "{http://www.w3.org/2005/Atom}"
_BASE: Final = "{http://www.w3.org/XML/1998/namespace}base"
_BASE_OF_CDF: Final = "BASE"
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"

# In each group the first element that says anything counts.
_TITLES: Final = ("title", "dc:title", "dcterms:title", "media:title", "itunes:title")
_SUMMARIES: Final = (
    ("description", "html"),
    ("summary", "plain"),
    ("abstract", "plain"),
    ("dc:description", "html"),
    ("dcterms:abstract", "plain"),
    ("itunes:summary", "plain"),
    ("googleplay:description", "plain"),
    ("media:description", "html"),
    ("itunes:subtitle", "plain"),
)
_BODIES: Final = (
    ("content:encoded", "html"),
    ("encoded", "html"),
    ("content", "plain"),
    ("xhtml:body", "xhtml"),
    ("body", "xhtml"),
    ("fullitem", "html"),
    ("xhtml:div", "xhtml"),
)
_PUBLISHED: Final = (
    "pubdate",
    "published",
    "issued",
    "dcterms:issued",
    "prism:publicationdate",
    "created",
    "dcterms:created",
    "dcterms:available",
    "date",
)
_UPDATED: Final = (
    "updated",
    "modified",
    "dcterms:modified",
    "dc:date",
    "dcterms:date",
    "lastbuilddate",
)
_AUTHORS: Final = (
    "author",
    "dc:creator",
    "dc:author",
    "itunes:author",
    "googleplay:author",
    "dcterms:creator",
)
_CATEGORIES: Final = ("category", "dc:type", "dc:subject", "prism:genre", "dcterms:type")
_LANGUAGES: Final = ("dc:language", "language", "dcterms:language")
_REAL_LINKS: Final = ("feedburner:origlink", "pheedo:origlink")
_MEDIA: Final = frozenset({"media:group", "media:content"})
_HTML_TYPES: Final = frozenset({"", "text/html", "application/xhtml+xml"})
# What comes nearest to a page for people, where an entry names none.
_NEAREST: Final = ("guid", "about", "related", "enclosure", "via", "src", "self")

Parts = Mapping[str, list[etree._Element]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed taken apart: what it says of itself, and its entries, which are read on demand."""

    title: str
    site: str
    language: str
    entries: tuple[etree._Element, ...]


def feed(root: etree._Element) -> Feed:
    """Take a feed apart; entries may stand anywhere but inside texts."""
    holders = _holders(root)
    heads = [_parts(holder) for holder in holders]
    links = (_linked(each) for head in heads for each in head.get("link", ()))
    titles = (_title(head, guess=_guesses(root)) for head in heads)
    languages = (_first(head, _LANGUAGES) for head in heads)
    tags = (holder.get(_LANG) for holder in holders)
    return Feed(
        title=next(filter(None, titles), ""),
        site=next((url for kind, _, url in links if url and kind in ("own", "page")), ""),
        language=next(filter(None, [*languages, *tags]), ""),
        entries=(root,) if _name(root) in ENTRIES else tuple(_entries(root)),
    )


def raw_item(entry: etree._Element, address: str) -> RawItem:
    """Read one entry of a document from that address."""
    parts = _parts(entry)
    guess = _guesses(entry.getroottree().getroot())
    link, base = _link(entry, parts, address)
    told = _texts(parts, _SUMMARIES, guess=guess)
    summary = next(filter(None, told), told[0] if told else None)
    # What is summarised twice is mostly told in full the second time.
    bodies = _texts(parts, _BODIES, guess=guess) or [text for text in told if text != summary]
    return RawItem(
        base=base,
        guid=_first(parts, ("guid", "id")) or _attribute(entry, "about") or None,
        link=link,
        title=_title(parts, guess=guess),
        summary=summary,
        body=max(bodies, key=len, default=None),
        author=_author(parts) or None,
        language=_language(entry, parts) or None,
        published=_first(parts, _PUBLISHED) or None,
        updated=_first(parts, _UPDATED) or _attribute(entry, "lastmod") or None,
        categories=tuple(_categories(parts))[:CATEGORY_LIMIT],
    )


def published(entry: etree._Element) -> str:
    """Return the date of an entry alone, to tell old ones from new ones."""
    parts = _parts(entry)
    return _first(parts, _PUBLISHED) or _first(parts, _UPDATED)


def _name(element: etree._Element) -> str:
    return name_of(element.tag, element.prefix) if isinstance(element.tag, str) else ""


def _guesses(root: etree._Element) -> bool:
    """Say whether texts have no types of their own, as in everything but Atom."""
    return _name(root) not in ("feed", "entry")


def _holders(root: etree._Element) -> list[etree._Element]:
    """Return what may say the title of a feed, the nearest first."""
    if _name(root) in ENTRIES:
        return []
    inner = [child for child in root if _name(child) in _HOLDERS]
    return [root, *inner] if _name(root) in ("feed", "channel") else [*inner, root]


def _entries(holder: etree._Element) -> Iterator[etree._Element]:
    for child in holder:
        name = _name(child)
        if name in ENTRIES:
            yield child
        # One that was not closed in time holds the next.
        if name in ENTRIES or name in _HOLDERS:
            yield from _entries(child)


def _parts(parent: etree._Element) -> Parts:
    """Return the children by name; those of Media RSS count from within their groups, too."""
    parts: dict[str, list[etree._Element]] = {}
    groups: list[etree._Element] = []
    for child in parent:
        name = _name(child)
        parts.setdefault(name, []).append(child)
        if name in _MEDIA:
            groups.append(child)
    for group in groups:
        for name, children in _parts(group).items():
            if name.startswith("media:"):
                parts.setdefault(name, []).extend(children)
    return parts


def _all(parts: Parts, names: Iterable[str]) -> Iterator[etree._Element]:
    for name in names:
        yield from parts.get(name, ())


def _first(parts: Parts, names: Iterable[str]) -> str:
    return next((text for each in _all(parts, names) if (text := _own_text(each))), "")


def _own_text(element: etree._Element) -> str:
    return (str(element.xpath("string()")) if len(element) else element.text or "").strip()


def _title(parts: Parts, *, guess: bool) -> str | None:
    found = [markup(each, default="plain", guess=guess) for each in _all(parts, _TITLES)]
    return next(filter(None, found), found[0] if found else None)


def _texts(parts: Parts, kinds: Iterable[tuple[str, str]], *, guess: bool) -> list[str]:
    """Return the different texts of elements, the most telling first."""
    found = (
        markup(element, default=default, guess=guess or ":" in name)
        for name, default in kinds
        for element in parts.get(name, ())
    )
    return list(dict.fromkeys(found))


def _author(parts: Parts) -> str:
    names = []
    for element in _all(parts, _AUTHORS):
        own = _parts(element)
        name = _first(own, ("name", "itunes:name", "email")) or _own_text(element)
        if name and name not in names:
            names.append(plain(name))
    return ", ".join(names)


def _language(entry: etree._Element, parts: Parts) -> str:
    own = _first(parts, _LANGUAGES)
    titles = [title.get(_LANG) for title in parts.get("title", ())]
    return own or next(filter(None, [*titles, entry.get(_LANG)]), "")


def _categories(parts: Parts) -> Iterator[str]:
    for element in _all(parts, _CATEGORIES):
        for text in (element.get("label"), element.get("term"), _own_text(element)):
            if text:
                yield text


def _link(entry: etree._Element, parts: Parts, address: str) -> tuple[str | None, str]:
    """Return what leads to the page of an entry, and the address that it is relative to."""
    candidates = _candidates(entry, parts)
    # A link of RSS has no relation; of several, all readers take the last.
    own = [candidate for candidate in candidates if candidate[0] == "own"][-1:]
    candidates = own + [candidate for candidate in candidates if candidate[0] != "own"]
    for kind in ("real", "own", "page", "alternate", *_NEAREST):
        for found, element, url in candidates:
            if found == kind:
                return url, base_of(element, address)
    return None, base_of(entry, address)


def _candidates(entry: etree._Element, parts: Parts) -> list[tuple[str, etree._Element, str]]:
    found = [("real", each, _own_text(each)) for each in _all(parts, _REAL_LINKS)]
    found += [_linked(each) for each in parts.get("link", ())]
    found += [("enclosure", each, _attribute(each, "url")) for each in parts.get("enclosure", ())]
    found += [
        ("enclosure", each, _attribute(each, "url")) for each in parts.get("media:content", ())
    ]
    found += [("src", each, _attribute(each, "src")) for each in parts.get("content", ())]
    found += [("guid", each, _permalink(each)) for each in _all(parts, ("guid", "id"))]
    found += [("own", entry, _attribute(entry, "href"))]
    found += [("about", entry, _web_address(_attribute(entry, "about")))]
    return [candidate for candidate in found if candidate[2]]


def _linked(element: etree._Element) -> tuple[str, etree._Element, str]:
    url = _attribute(element, "href") or _attribute(element, "resource") or _own_text(element)
    rel = _attribute(element, "rel").lower().rpartition("/")[2]
    if not rel and not element.tag.startswith(_ATOM):
        return "own", element, url
    rel = rel or "alternate"
    page = rel == "alternate" and _attribute(element, "type").lower() in _HTML_TYPES
    return "page" if page else rel, element, url


def _permalink(guid: etree._Element) -> str:
    said = _attribute(guid, "ispermalink").lower()
    return "" if said == "false" else _web_address(_own_text(guid))


def _web_address(text: str) -> str:
    return text if text.lower().startswith(("http:", "https:", "/")) else ""


def _attribute(element: etree._Element, name: str) -> str:
    """Return an attribute by its bare name, whatever its case and prefix; empty without it."""
    value = element.get(name)
    if value is None:
        # Not items(): lxml looks each value up from the start, the square of their number.
        for key in map(str, element.attrib):
            if key.rpartition("}")[2].lower() == name:
                value = element.get(key)
    return (value or "").strip()


def base_of(element: etree._Element, address: str) -> str:
    """Return the address that links at this place of a document are relative to."""
    around = (element, *element.iterancestors())
    bases = [base for each in around if (base := each.get(_BASE) or each.get(_BASE_OF_CDF))]
    for base in reversed(bases):
        try:
            address = urljoin(address, base)
        except ValueError:
            continue
    return address
