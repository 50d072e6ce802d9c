"""A web page -> its elements, and what CSS selectors find among them."""

import re
from typing import Final
from urllib.parse import urljoin

from bs4 import BeautifulSoup, Tag
from soupsieve import SelectorSyntaxError

from pipeline.charset import decode
from pipeline.errors import SourceError
from pipeline.model import Document, Outcome
from pipeline.parse.sniff import opened

LINKED: Final = "a[href]"

_PROLOG: Final = re.compile(r"<\?xml[^<>]{0,500}>?", re.IGNORECASE)


def text_of(document: Document, encoding: str) -> str:
    """Return the markup of a page; raise SourceError for what is no text."""
    document = opened(document)
    return decode(
        document.content,
        content_type=document.content_type,
        configured=encoding,
        page=True,
    )


def soup_of(markup: str) -> BeautifulSoup:
    """Return the elements of a page."""
    # Beautiful Soup warns when HTML looks like XML anywhere.
    return BeautifulSoup(_PROLOG.sub("", markup), "lxml")


def select(tag: Tag, selector: str) -> list[Tag]:
    """Return what a selector finds inside an element; raise SourceError for one that is not CSS."""
    try:
        return list(tag.select(selector))
    except (SelectorSyntaxError, NotImplementedError) as e:
        raise SourceError(Outcome.NOT_A_FEED, f"selector '{selector}' is not CSS: {e}") from e


def address_in(tag: Tag, link: Tag | None = None) -> str:
    """Return the address of a link, of the first inside it, or else of the element around it."""
    if link is None or not link.get("href"):
        # The item may be the link, or the link may be inside what the selector names.
        link = tag if tag.get("href") else (link or tag).select_one(LINKED)
    return str(link["href"]).strip() if link else ""


def base_of(soup: BeautifulSoup, url: str) -> str:
    """Return what the links of a page are relative to."""
    base = soup.select_one("base[href]")
    return urljoin(url, str(base["href"])) if base else url


def title_of(soup: BeautifulSoup) -> str:
    """Return the title of a page on one line."""
    return " ".join(soup.title.get_text().split()) if soup.title else ""
