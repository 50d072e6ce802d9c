"""A page without a feed -> the selectors that read its list of news, by what repeats on it."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice, takewhile
from typing import Final

from bs4 import BeautifulSoup, Tag

from pipeline.dates import parse_date
from pipeline.places import Selectors

_FEWEST: Final = 3
_MOST_FORMS: Final = 40
_ROWS: Final = ("li", "article", "tr", "dd", "dl", "div", "section", "p", "a")
_TOO_PLAIN: Final = frozenset({"li", "tr", "dd", "div", "section", "p", "a"})
_AROUND: Final = ("nav", "header", "footer", "aside", "form")
_TOP: Final = frozenset({"body", "html", "[document]"})
_MENU: Final = re.compile(r"nav|menu|breadcrumb|footer|header|sidebar|pagin|social", re.IGNORECASE)
_NAME: Final = re.compile(r"[A-Za-z][\w-]{0,40}")
_COUNTED: Final = re.compile(r"\d{2,}|--?\d")
_DATES: Final = ("time", "span", "p", "div", "dt", "td", "em", "small", "h2", "h3", "h4", "strong")
_HEADINGS: Final = ("h1", "h2", "h3", "h4", "caption")
_LONGEST_DATE: Final = 40
_TELLING: Final = 60
_CJK: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def proposed(text: str, now: datetime) -> Selectors | None:
    """Return selectors for what most looks like a list of news, or None when nothing repeats."""
    soup = BeautifulSoup(text, "lxml")
    best: tuple[float, Selectors] | None = None
    for selector, rows in _repeated(soup):
        dates = _date_selector(soup, selector, rows, now)
        worth = _worth(rows) * (3 if dates else 1)
        if worth > (best[0] if best else 0):
            title = _title_selector(rows)
            best = worth, Selectors(item=selector, title=title, link=title, date=dates)
    return best[1] if best else None


def _repeated(soup: BeautifulSoup) -> Iterator[tuple[str, list[Tag]]]:
    """Yield every selector that finds rows of one form, each with a link."""
    forms: dict[str, list[Tag]] = {}
    for row in soup.find_all(_ROWS):
        if _main_link(row) and not _in_menu(row):
            forms.setdefault(_path(row), []).append(row)
    worth = {form: _worth(rows) for form, rows in forms.items() if form not in _TOO_PLAIN}
    for selector in sorted(worth, key=lambda form: -worth[form])[:_MOST_FORMS]:
        rows = [tag for tag in soup.select(selector) if not _in_menu(tag)]
        linked = [tag for tag in rows if _main_link(tag)]
        if len(linked) >= 0.8 * len(rows) and _flat(linked):
            yield selector, linked


def _flat(rows: Sequence[Tag]) -> bool:
    """Say whether most rows hold one link that matters: they are no groups of rows."""
    singles = sum(len([a for a in _links(row) if len(_said(a)) >= 12]) <= 2 for row in rows)
    return singles >= 0.8 * len(rows)


def _worth(rows: Sequence[Tag]) -> float:
    """Weigh rows by how much their links say; the same words twice are a menu."""
    told = {_said(link): _weight(_said(link)) for row in rows if (link := _main_link(row))}
    if len(told) < _FEWEST or sum(told.values()) / len(told) < 12:
        return 0.0
    # A link alone is worth less than the row around it, which may hold a date.
    return sum(told.values()) * (0.9 if rows[0].name == "a" else 1.0)


def _weight(words: str) -> int:
    # A character of Chinese or Japanese says as much as two or three letters.
    return min(len(words) + 2 * len(_CJK.findall(words)), _TELLING)


def _path(row: Tag) -> str:
    """Return a selector for rows of this form, with as much around them as has a name."""
    around = [_step(parent) for parent in islice(takewhile(_selectable, row.parents), 3)]
    named = next((i for i, step in enumerate(around) if "." in step or "#" in step), 3)
    return " > ".join([*reversed(around[: named + 1]), _step(row)])


def _selectable(tag: Tag) -> bool:
    # A broken page has elements such as <o:p> or <htlang="en">, for which there is no selector.
    return tag.name not in _TOP and bool(_NAME.fullmatch(tag.name))


def _step(tag: Tag) -> str:
    name = str(tag.get("id", ""))
    if _NAME.fullmatch(name) and not _COUNTED.search(name):
        return f"{tag.name}#{name}"
    classes = [c for c in tag.get_attribute_list("class") if _steady(str(c))]
    return f"{tag.name}.{classes[0]}" if classes else str(tag.name)


def _steady(name: str) -> bool:
    """Say whether a class names a form, and not one row of it or a build of the site."""
    return bool(_NAME.fullmatch(name)) and not _COUNTED.search(name)


def _in_menu(tag: Tag) -> bool:
    return any(
        around.name in _AROUND
        or _MENU.search(f"{around.get('id', '')} {' '.join(around.get_attribute_list('class'))}")
        for around in (tag, *tag.parents)
        if around.name not in _TOP
    )


def _links(row: Tag) -> list[Tag]:
    return [row] if row.name == "a" and row.get("href") else row.select("a[href]")


def _main_link(row: Tag) -> Tag | None:
    return max(_links(row), key=lambda link: len(_said(link)), default=None)


def _said(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split())


def _title_selector(rows: Sequence[Tag]) -> str:
    """Return what finds the link that tells, where it is not the first one of most rows."""
    first = sum(_links(row)[0] is _main_link(row) for row in rows)
    if first >= 0.8 * len(rows):
        return ""
    link = next(link for row in rows if (link := _main_link(row)) and link is not _links(row)[0])
    return f"{_step(link.parent)} > {_step(link)}" if link.parent else _step(link)


def _date_selector(soup: BeautifulSoup, item: str, rows: Sequence[Tag], now: datetime) -> str:
    """Return what finds a date in most rows, or above them."""
    for name in _DATES:
        for tag in rows[0].find_all(name):
            found = [hit for row in rows if (hit := row.select_one(_step(tag)))]
            if len(found) >= 0.6 * len(rows) and all(_dated(hit, now) for hit in found):
                return _step(tag)
    above = next((path for path in _above(rows[0], now) if path != item), "")
    return above if above and len(soup.select(above)) <= 2 * len(rows) + 1 else ""


def _above(row: Tag, now: datetime) -> Iterator[str]:
    """Yield what finds a date above a row: one place, or a day and the year in a heading."""
    near = row.find_all_previous(_DATES, limit=12)
    yield from (_path(tag) for tag in near if _read(_written(tag), now))
    for tag in near:
        for heading in tag.find_all_previous(_HEADINGS, limit=2):
            if _read(f"{_written(heading)} {_written(tag)}", now):
                yield f"{_path(heading)}, {_path(tag)}"


def _dated(tag: Tag, now: datetime) -> bool:
    return _read(_written(tag), now)


def _written(tag: Tag) -> str:
    return str(tag.get("datetime") or _said(tag))


def _read(text: str, now: datetime) -> bool:
    return len(text) <= _LONGEST_DATE and bool(parse_date(text, timezone="UTC", now=now))
