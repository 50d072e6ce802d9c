"""A hub page -> the addresses of the pages to read, which it links to.

Pages that move every year are followed from where they are linked.
"""

import unicodedata
from collections.abc import Iterator
from datetime import date

from bs4 import BeautifulSoup

from pipeline.errors import SourceError
from pipeline.model import Document, Outcome, Request, Source
from pipeline.parse.sniff import refuse_walls
from pipeline.parse.soup import LINKED, address_in, base_of, select, soup_of, text_of
from pipeline.places import Hub
from pipeline.urls import canonical
from pipeline.yearly import readings


def links(source: Source, hub: Hub, document: Document, day: date) -> tuple[Request, ...]:
    """Return what a hub page leads to, around a change of the year maybe two pages.

    Raise SourceError, which names the hub and what was looked for, when there is no such link.
    """
    try:
        markup = text_of(document, source.encoding)
        soup = soup_of(markup)
        wanted = readings(day, hub.link, hub.text)
        found = dict.fromkeys(
            url for link, text in wanted for url in _found(soup, document.url, link, text)
        )
        if not found:
            refuse_walls(markup)
            raise SourceError(
                Outcome.NOT_A_FEED,
                f"{_looked_for(hub)} finds no link: it was rebuilt, or the link is called"
                " something else",
            )
    except SourceError as e:
        raise SourceError(e.outcome, f"the hub page {hub.page}: {e.message}") from e
    return tuple(Request(url=url, may_lack=len(found) > 1) for url in found)


def _found(soup: BeautifulSoup, url: str, link: str, text: str) -> Iterator[str]:
    """Yield the first address that a selector and a text find together."""
    base, words = base_of(soup, url), _folded(text)
    for tag in select(soup, link or LINKED):
        address = canonical(address_in(tag), base).partition("#")[0]
        if address and words in _folded(tag.get_text(" ")):
            yield address
            return


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _looked_for(hub: Hub) -> str:
    named = [f"selector '{hub.link}'" if hub.link else "", f"text '{hub.text}'" if hub.text else ""]
    return " with ".join(part for part in named if part)
