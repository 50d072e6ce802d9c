"""A document -> what its source is measured by: its entries, how new, and how many are known."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from pipeline.flood import Flood
from pipeline.identity import Identified
from pipeline.model import Source, SourceState
from pipeline.reading import Reading
from pipeline.signs import Found


def found_in(
    reading: Reading,
    state: SourceState,
    identified: Sequence[Identified],
    days: tuple[date, ...],
    flooded: Flood,
) -> Found:
    """Return what a document held; `days` has the day of each new item."""
    dates = [each.item.published_at for each in identified if each.item.published_at]
    return Found(
        entries=len(reading.items or ()),
        new=len(days),
        known=sum(_shared(each, state) for each in identified),
        newest_at=max(dates, default=None),
        oldest_at=min(dates, default=None),
        days=days,
        form=reading.form,
        changed=state.body_hash not in ("", reading.body_hash),
        windowed=reading.since is not None,
        recognised=len(flooded.moved),
        unrecognised=flooded.news,
    )


def as_usual(source: Source, found: Found) -> Found:
    """Return what a source is measured by: a page that is watched may say the same for years."""
    return replace(found, entries=1, new=0, known=1, days=()) if source.watch else found


def _shared(each: Identified, state: SourceState) -> bool:
    """Say whether an entry links a document to the one before; one with a new date does not."""
    dated, newest = each.item.published_at, state.newest_at
    return each.known is not None and not (dated and newest and dated > newest)
