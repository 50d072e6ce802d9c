"""A site that gave its entries other ids -> which of them are known all the same.

Told one by one they would all be news. Together it is plain that most of them are not: their links
or their titles are those of known items.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import unquote

from pipeline.changes import KnownItem
from pipeline.fold import fold
from pipeline.identity import Identified
from pipeline.model import Item
from pipeline.normalise import with_link
from pipeline.urls import identity_form

CANDIDATES: Final = 1_000
"""Among how many of a source's latest items a document's entries are looked for."""
AFTER_CHANGE: Final = "came after a change of the site, which gave known items other ids"
"""What is said of an item that a flood brought and that was not recognised."""
_FEWEST: Final = 5
# A shorter title, such as お知らせ or "Press release", names many things.
_SHORTEST: Final = 8
_SAME_DAY: Final = timedelta(days=2)
# A number that a machine drew by lot: no issue or year is as long, and no second begins so.
_LOT: Final = re.compile(r"(?:0\.)?(?:\d{15,}|(?!19|20|1[5-8])\d{12,14})")
# What numbers and dates are made of, with the names of months: 12, no-3, 2026-03-01, 1mar2026.
_COUNTING: Final = re.compile(
    r"[\d\W_]|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Flood:
    """What became of a document whose entries have other ids.

    `moved` are the numbers of the items that were recognised, none where there was no flood;
    `news` counts entries that were not.
    """

    moved: frozenset[int] = frozenset()
    news: int = 0


def suspected(identified: Sequence[Identified]) -> bool:
    """Say whether so much of a document is new that its site may have changed its ids."""
    new = sum(each.known is None for each in identified)
    return new >= _FEWEST and 2 * new > len(identified)


def recognised(
    identified: Sequence[Identified], candidates: Iterable[KnownItem]
) -> tuple[tuple[Identified, ...], Flood]:
    """Take new entries for known items by link or title, when most of the new ones are that.

    A link or a title counts where no other entry and no other item has it, and where the dates do
    not contradict it: many a site announces the same every year. No item is taken twice.
    """
    taken = {each.known.id for each in identified if each.known}
    free = [known for known in candidates if known.id not in taken]
    found = _pairs(identified, free, _link)
    ids = {known.id for known in found.values()}
    rest = [known for known in free if known.id not in ids]
    found = {**_pairs(identified, rest, _title), **found}
    new = sum(each.known is None for each in identified)
    if 2 * len(found) <= new:
        return tuple(identified), Flood()
    flood = Flood(frozenset(known.id for known in found.values()), new - len(found))
    return (
        tuple(
            each._replace(known=found.get(place, each.known))
            for place, each in enumerate(identified)
        ),
        flood,
    )


def restless(identified: Sequence[Identified]) -> bool:
    """Say whether all of a small document is new and has no name but links with a query."""
    return 1 < len(identified) < _FEWEST and all(
        each.known is None and not each.item.guid and "?" in each.item.url for each in identified
    )


def unmarked(
    identified: Sequence[Identified], candidates: Sequence[KnownItem]
) -> tuple[Identified, ...]:
    """Take all entries of a restless document for known items, when but one mark is another.

    So few entries prove little, and news lost is worse than news told again. So each needs title
    and page of one known item, and the links may differ in the value of one parameter only, the
    same for all. It must not tell entries apart, as it does where links are alike without it,
    and must not count, as issues and years do. The known link is kept: another one is no edit.
    """
    found = _pairs(identified, candidates, _title_and_page)
    if len(found) < len(identified):
        return tuple(identified)
    known = [found[place] for place in range(len(identified))]
    marks = {
        _mark(each.item.url, old.item.url) for each, old in zip(identified, known, strict=True)
    }
    (mark, *others) = marks
    if others or not mark:
        return tuple(identified)
    held = Counter(_without(mark, old.item.url) for old in candidates)
    if any(held[_without(mark, old.item.url)] > 1 for old in known):
        return tuple(identified)
    return tuple(
        each._replace(item=with_link(each.item, old.item.url), known=old)
        for each, old in zip(identified, known, strict=True)
    )


def _pairs(
    identified: Sequence[Identified], free: Sequence[KnownItem], name: Callable[[Item], str]
) -> Mapping[int, KnownItem]:
    """Return by its place the item that each new entry shares a name with."""
    names = [name(each.item) for each in identified]
    ours = Counter(names)
    theirs = Counter(name(known.item) for known in free)
    by_name = {name(known.item): known for known in free}
    return {
        place: by_name[named]
        for place, (named, each) in enumerate(zip(names, identified, strict=True))
        if named and each.known is None and ours[named] == theirs[named] == 1
        if not _contradicting(each.item, by_name[named].item)
    }


def _link(item: Item) -> str:
    return identity_form(item.url)


def _title(item: Item) -> str:
    folded = fold(item.title)
    return folded if len(folded) >= _SHORTEST else ""


def _contradicting(item: Item, known: Item) -> bool:
    if item.published_at is None or known.published_at is None:
        return False
    return abs(item.published_at - known.published_at) > _SAME_DAY


def _title_and_page(item: Item) -> str:
    title, page = _title(item), _page_and_query(item.url)[0]
    return f"{title}\n{page}" if title else ""


def _mark(url: str, known: str) -> str:
    """Return the one parameter whose value alone differs and does not count, if there is one."""
    ours, theirs = _page_and_query(url)[1], _page_and_query(known)[1]
    if [name for name, _ in ours] != [name for name, _ in theirs]:
        return ""
    differing = [
        (name, value, other)
        for (name, value), (_, other) in zip(ours, theirs, strict=True)
        if value != other
    ]
    if len(differing) != 1:
        return ""
    ((name, value, other),) = differing
    return "" if _counting(value, other) else name


def _counting(value: str, other: str) -> bool:
    """Say whether two values differ in nothing but numbers and dates."""
    if _LOT.fullmatch(value) and _LOT.fullmatch(other):
        return False
    return _COUNTING.sub("", unquote(value)) == _COUNTING.sub("", unquote(other))


def _without(mark: str, url: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    page, parameters = _page_and_query(url)
    return page, tuple(each for each in parameters if each[0] != mark)


def _page_and_query(url: str) -> tuple[str, list[tuple[str, str]]]:
    page, _, query = identity_form(url).partition("?")
    query, _, place = query.partition("#")
    parameters = [each.partition("=") for each in query.split("&")]
    return f"{page}#{place}", [(name, value) for name, _, value in parameters]
