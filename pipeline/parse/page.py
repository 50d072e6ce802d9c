"""A page of news without a feed -> raw items, by the selectors of its source.

Of a page that is watched there is one raw item: the text that is watched, line by line.
"""

import html
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from bs4 import BeautifulSoup, Comment, Tag

from pipeline.errors import SourceError
from pipeline.model import Document, Outcome, Parsed, RawItem, Request, Source
from pipeline.parse.sniff import refuse_walls
from pipeline.parse.soup import LINKED, address_in, base_of, select, soup_of, text_of, title_of
from pipeline.places import Selectors
from pipeline.reading import Limits
from pipeline.text import html_to_text
from pipeline.yearly import readings

COMMENT: Final = "comment"
"""The `date` selector for pages that keep their dates inside HTML comments."""

# Characters of a page; what is longer is no page to watch as a whole.
_WATCHED: Final = 100_000
_COMMA: Final = re.compile(r",(?![^()\[\]]*[)\]])")


def first(source: Source, day: date) -> tuple[Request, ...]:
    """Ask for the page; around a change of the year for both, of which one may not be there."""
    urls = [url for (url,) in readings(day, source.url)]
    return tuple(Request(url=url, may_lack=len(urls) > 1) for url in urls)


def parse(source: Source, document: Document) -> Parsed:
    """Read a page by its selectors; raise SourceError when they find less than `min_items`.

    A date outside the item is looked for above it: the nearest place that each part of the
    `date` selector (`h2, p.day`) finds, joined, so that a heading may give the year.
    """
    markup = text_of(document, source.encoding)
    soup = soup_of(markup)
    chosen = source.select or Selectors(item=LINKED)
    found = select(soup, chosen.item)
    _refuse_nothing(chosen, markup, found)
    frame = RawItem(base=base_of(soup, document.url), language=_language(soup, source))
    if source.watch:
        return _watched(source, soup, found, replace(frame, link=document.url))
    rows = [row for row in found if _link_of(row, chosen)]
    _refuse_few(source, chosen, len(found), len(rows))
    dates = _DatesAbove(soup, chosen.date, rows)
    kept = rows[: Limits().items]
    return Parsed(
        title=title_of(soup),
        items=tuple(_item(row, chosen, dates, frame) for row in kept),
        trouble=tuple(_trouble(len(found), len(rows), len(kept))),
    )


def _watched(source: Source, soup: BeautifulSoup, found: Sequence[Tag], frame: RawItem) -> Parsed:
    lines = "\n".join(html_to_text(str(tag)) for tag in found).splitlines()
    text = "\n".join(line for line in (" ".join(line.split()) for line in lines) if line)
    if not text:
        raise SourceError(
            Outcome.NOT_A_FEED,
            f"what selector '{source.select.item if source.select else LINKED}' finds has no text:"
            " the page was rebuilt, or the selector is wrong",
        )
    title = title_of(soup)
    marked = "<br>".join(html.escape(line) for line in text[:_WATCHED].splitlines())
    item = replace(frame, title=html.escape(title or source.name), body=marked)
    beyond = f"only the first {_WATCHED:,} of {len(text):,} characters are watched"
    return Parsed(title=title, items=(item,), trouble=(beyond,) if len(text) > _WATCHED else ())


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
                for tag in select(soup, part)
                if not any(id(parent) in inside for parent in tag.parents)
            )
            for part in wanted
        ]

    def before(self, row: Tag) -> str:
        """Return the texts of the nearest places above a row, in reading order."""
        place = self._place.get(id(row), 0)
        nearest = [found[n - 1] for found in self._found if (n := bisect_left(found, (place,)))]
        return " ".join(_text(tag) for _, tag in sorted(nearest))


def _refuse_nothing(chosen: Selectors, markup: str, found: Sequence[Tag]) -> None:
    if not found:
        refuse_walls(markup)
        raise SourceError(
            Outcome.NOT_A_FEED,
            f"selector '{chosen.item}' finds nothing on the page: it was rebuilt, or the selector"
            " is wrong",
        )


def _refuse_few(source: Source, chosen: Selectors, found: int, linked: int) -> None:
    least = max(1, source.min_items)
    if linked < least:
        raise SourceError(
            Outcome.NOT_A_FEED,
            f"selector '{chosen.item}' finds {found} places, {linked} of them with a link,"
            f" where at least {least} are expected (min_items)",
        )


def _link_of(row: Tag, chosen: Selectors) -> str:
    return address_in(row, _first(row, chosen.link or LINKED))


def _item(row: Tag, chosen: Selectors, dates: _DatesAbove, frame: RawItem) -> RawItem:
    heading = _first(row, chosen.title or LINKED) or row
    return replace(
        frame,
        link=_link_of(row, chosen),
        title=str(heading),
        published=_date(row, chosen.date, dates) or None,
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
    found = select(row, selector)
    return found[0] if found else None


def _text(tag: Tag) -> str:
    """Return what a date element says: its `datetime`, or its text."""
    written = tag.get("datetime")
    return str(written) if written else " ".join(tag.get_text(" ").split())


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
