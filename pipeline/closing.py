"""Deadlines that a digest knows of -> those that an issue shows, and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.deadlines import Deadline
from pipeline.issue import Card, Due, DueWhy, Headline

WARNED = (14, 7, 2)
"""Days before a deadline on which it is shown again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What we hold of an item's deadline; `sequence` counts how often it was moved."""

    item_id: int
    deadline: Deadline
    sequence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenClosing:
    """A deadline that a digest told of, with what a reader recognises its item by."""

    item: Headline
    source: str
    jurisdiction: str
    closing: Closing


def deadlines(
    cards: Iterable[Card], known: Sequence[OpenClosing], today: date, before: date, *, whole: bool
) -> tuple[Due, ...]:
    """Return the deadlines to show on a day, the next one first.

    Shown are those of new items, those that were moved, and those of which one of the WARNED days
    came since the day of the issue `before`; on a `whole` day all of them.
    """
    held = {one.item.id: one for one in known}
    told = [_told(card, held.get(card.id), today) for card in cards]
    new = [due for due in told if due is not None]
    dues = {due.item.id: due for due in new}
    for one in known:
        dues.setdefault(one.item.id, _known(one, today, before))
    shown = (d for d in dues.values() if d.days >= 0 and (whole or d.why is not DueWhy.OPEN))
    return tuple(sorted(shown, key=lambda d: (d.deadline.last, d.deadline.first, d.item.id)))


def closings(dues: Iterable[Due]) -> tuple[Closing, ...]:
    """Return what there is to keep of the deadlines that an issue tells for the first time."""
    return tuple(
        Closing(item_id=due.item.id, deadline=due.deadline, sequence=due.sequence)
        for due in dues
        if due.why in (DueWhy.NEW, DueWhy.CHANGED)
    )


def _told(card: Card, held: OpenClosing | None, today: date) -> Due | None:
    if card.deadline is None or (held and held.closing.deadline.last == card.deadline.last):
        return None
    return Due(
        item=Headline(id=card.id, title=card.title, url=card.url, language=card.language),
        source=card.organisation or card.source,
        jurisdiction=card.jurisdiction,
        deadline=card.deadline,
        days=(card.deadline.last - today).days,
        why=DueWhy.CHANGED if held else DueWhy.NEW,
        sequence=held.closing.sequence + 1 if held else 0,
    )


def _known(one: OpenClosing, today: date, before: date) -> Due:
    # What may be too late already is warned of before the first of its days.
    first = one.closing.deadline.first
    left, then = (first - today).days, (first - before).days
    near = any(left <= days < then for days in WARNED)
    return Due(
        item=one.item,
        source=one.source,
        jurisdiction=one.jurisdiction,
        deadline=one.closing.deadline,
        days=(one.closing.deadline.last - today).days,
        why=DueWhy.NEAR if near else DueWhy.OPEN,
        sequence=one.closing.sequence,
    )
