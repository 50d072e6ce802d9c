"""A page of news without a feed -> raw items, by the selectors of its source."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final
from urllib.parse import urljoin

from bs4 import BeautifulSoup, Comment, Tag
from soupsieve import SelectorSyntaxError

from pipeline.charset import decode
from pipeline.errors import SourceError
from pipeline.model import Document, Outcome, Parsed, RawItem, Selectors, Source
from pipeline.parse.sniff import opened, refuse_walls
from pipeline.reading import Limits

COMMENT: Final = "comment"
"""The `date` selector for pages that keep their dates inside HTML comments."""

_COMMA: Final = re.compile(r",(?![^()\[\]]*[)\]])")
_PROLOG: Final = re.compile(r"<\?xml[^<>]{0,500}>?", re.IGNORECASE)
_LINKED: Final = "a[href]"


def parse(source: Source, document: Document) -> Parsed:
    """Read a page by its selectors; raise SourceError when they find less than `min_items`.

    A date outside the item is looked for above it: the nearest place that each part of the
    `date` selector (`h2, p.day`) finds, joined, so that a heading may give the year.
    """
    document = opened(document)
    text = decode(
        document.content,
        content_type=document.content_type,
        configured=source.encoding,
        page=True,
    )
    # Beautiful Soup warns when HTML looks like XML anywhere.
    soup = BeautifulSoup(_PROLOG.sub("", text), "lxml")
    select = source.select or Selectors(item=_LINKED)
    found = _select(soup, select.item)
    rows = [row for row in found if _link_of(row, select)]
    _guard(source, select, text, len(found), len(rows))
    dates = _DatesAbove(soup, select.date, rows)
    kept = rows[: Limits().items]
    frame = RawItem(base=_base(soup, document.url), language=_language(soup, source))
    title = soup.title.get_text() if soup.title else ""
    return Parsed(
        title=" ".join(title.split()),
        items=tuple(_item(row, select, dates, frame) for row in kept),
        trouble=tuple(_trouble(len(found), len(rows), len(kept))),
    )


class _DatesAbove:
    """The places of a page that a `date` selector finds, in the order of the page.

    What stands inside one item says nothing about the next.
    """

    def __init__(self, soup: BeautifulSoup, selector: str, rows: Iterable[Tag]) -> None:
        inside = {id(row) for row in rows}
        wanted = [p.strip() for p in _COMMA.split(selector) if p.strip() and selector != COMMENT]
        self._place = {id(node): n for n, node in enumerate(soup.descendants)} if wanted else {}
        self._found = [
            sorted(
                (self._place[id(tag)], tag)
                for tag in _select(soup, part)
                if not any(id(parent) in inside for parent in tag.parents)
            )
            for part in wanted
        ]

    def before(self, row: Tag) -> str:
        """Return the texts of the nearest places above a row, in reading order."""
        place = self._place.get(id(row), 0)
        nearest = [found[n - 1] for found in self._found if (n := bisect_left(found, (place,)))]
        return " ".join(_text(tag) for _, tag in sorted(nearest))


def _select(tag: Tag, selector: str) -> list[Tag]:
    try:
        return list(tag.select(selector))
    except SelectorSyntaxError as e:
        raise SourceError(Outcome.NOT_A_FEED, f"selector '{selector}' is not CSS: {e}") from e


def _guard(source: Source, select: Selectors, text: str, found: int, linked: int) -> None:
    if not found:
        refuse_walls(text)
        raise SourceError(
            Outcome.NOT_A_FEED,
            f"selector '{select.item}' finds nothing on the page: it was rebuilt, or the selector"
            " is wrong",
        )
    least = max(1, source.min_items)
    if linked < least:
        raise SourceError(
            Outcome.NOT_A_FEED,
            f"selector '{select.item}' finds {found} places, {linked} of them with a link,"
            f" where at least {least} are expected (min_items)",
        )


def _link_of(row: Tag, select: Selectors) -> str:
    link = _first(row, select.link or _LINKED)
    if link is None or not link.get("href"):
        # The item may be the link, or the link may be inside what the selector names.
        link = row if row.get("href") else (link or row).select_one(_LINKED)
    return str(link["href"]).strip() if link else ""


def _item(row: Tag, select: Selectors, dates: _DatesAbove, frame: RawItem) -> RawItem:
    heading = _first(row, select.title or _LINKED) or row
    return replace(
        frame,
        link=_link_of(row, select),
        title=str(heading),
        published=_date(row, select.date, dates) or None,
    )


def _date(row: Tag, selector: str, dates: _DatesAbove) -> str:
    if not selector:
        return ""
    if selector == COMMENT:
        comments = row.find_all(string=lambda text: isinstance(text, Comment))
        # `<!-- dt>2026年8月7日</dt -->` is markup that only lacks its brackets.
        return " ".join(" ".join(re.split(r"[\s<>/]+|\bd[dlt]\b", c)) for c in comments).strip()
    inside = row.select(selector)
    return " ".join(map(_text, inside)) if inside else dates.before(row)


def _first(row: Tag, selector: str) -> Tag | None:
    found = _select(row, selector)
    return found[0] if found else None


def _text(tag: Tag) -> str:
    """Return what a date element says: its `datetime`, or its text."""
    written = tag.get("datetime")
    return str(written) if written else " ".join(tag.get_text(" ").split())


def _base(soup: BeautifulSoup, url: str) -> str:
    base = soup.select_one("base[href]")
    return urljoin(url, str(base["href"])) if base else url


def _language(soup: BeautifulSoup, source: Source) -> str | None:
    # A page's own word is often that of its template; a person's goes before it.
    page = soup.select_one("html[lang]")
    return str(page["lang"]) if page and not source.language else None


def _trouble(found: int, linked: int, kept: int) -> Iterator[str]:
    # A few rows are headings or are still to come; when most are, the selector is wrong.
    if linked < found / 2:
        yield f"{found - linked} of {found} places without a link were left out"
    if kept < linked:
        yield f"{linked - kept} items left out, the limit is {Limits().items}"
