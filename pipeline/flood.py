"""A site that gave its entries other ids -> which of them are known all the same.

Told one by one they would all be news. Together it is plain that most of them are not: their links
or their titles are those of known items.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from pipeline.changes import KnownItem
from pipeline.fold import fold
from pipeline.identity import Identified
from pipeline.model import Item
from pipeline.urls import identity_form

CANDIDATES: Final = 1_000
"""Among how many of a source's latest items a document's entries are looked for."""
AFTER_CHANGE: Final = "came after a change of the site, which gave known items other ids"
"""What is said of an item that a flood brought and that was not recognised."""
_FEWEST: Final = 5
# A shorter title, such as お知らせ or "Press release", names many things.
_SHORTEST: Final = 8
_SAME_DAY: Final = timedelta(days=2)


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
