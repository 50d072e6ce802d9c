"""Where a page is found and where on it its items stand: what a person writes of a page."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Selectors:
    """Where a page keeps its items: CSS selectors, the last three inside an item.

    An empty selector means: the first link for `link`, its text for `title`, no date for `date`.
    """

    item: str
    title: str = ""
    link: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """Where a link to the page is found that a source is about: on which page, and which link.

    The link is the first that the selector finds and that holds the text; either may be empty.
    """

    page: str
    link: str = ""
    text: str = ""
