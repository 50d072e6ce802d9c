"""One document after another -> the signs by which a source that answers shows that it is not well.

What is remembered is small: the days on which something new came, how many entries the last
documents had, what they were written in, and what of that last changed for the worse.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from statistics import median
from typing import Final

from pipeline.cadence import Days, add_days

# A corrected date or two is no step back in time.
_SLACK: Final = timedelta(days=2)
_MOST_YIELDS, _TELLING_YIELDS, _TELLING_ENTRIES = 10, 5, 5
_LEAST_SHARE: Final = 0.6
_NEW_NORMAL_AFTER: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one reading held: entries in the documents, how many of them were new or known.

    `windowed`: only what is dated since a day was asked for, so that none, or none that is known,
    says nothing about the source. `days` has the day of each new item. `changed`: the document is
    not the one of the last reading. `recognised` entries have other ids than before, and
    `unrecognised` ones came with them.
    """

    entries: int
    new: int
    known: int = 0
    newest_at: datetime | None = None
    oldest_at: datetime | None = None
    days: tuple[date, ...] = ()
    form: str = ""
    changed: bool = False
    windowed: bool = False
    recognised: int = 0
    unrecognised: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What we know of the documents of a source; None and empty mean that there is nothing."""

    days: Days = ()
    changed_at: datetime | None = None
    """When the document last differed from the one before."""
    yields: tuple[int, ...] = ()
    """The entries of the last documents that had as many as usual, oldest first."""
    shrunk_since: datetime | None = None
    back_since: datetime | None = None
    back_to: date | None = None
    """The newest date of a document that is older than one before it."""
    form: str = ""
    """What the document is written in: the name of its root."""
    form_was: str = ""
    form_changed_at: datetime | None = None
    gap_from: date | None = None
    gap_until: date | None = None
    """The dates between which items may have been missed."""
    ids_changed_at: datetime | None = None
    recognised: int = 0
    unrecognised: int = 0
    """How many entries of that document were known by link or title, and how many were not."""


def after_document(
    signs: Signs, found: Found, newest_before: datetime | None, now: datetime
) -> Signs:
    """Learn from a document that was parsed; `newest_before` is the newest date of those before."""
    changed = found.new or found.changed
    signs = replace(
        signs,
        days=add_days(signs.days, found.days),
        changed_at=now if changed else signs.changed_at,
    )
    if found.recognised:
        signs = replace(
            signs,
            ids_changed_at=now,
            recognised=found.recognised,
            unrecognised=found.unrecognised,
        )
    if found.windowed:
        return signs
    signs = _with_yield(signs, found.entries, now)
    signs = _with_newest(signs, found.newest_at, newest_before, now)
    return _with_form(signs, found.form, now)


def with_gap(signs: Signs, found: Found, before: datetime | None) -> Signs:
    """Remember between which dates a document that shares nothing with the last leaves a gap."""
    return replace(
        signs,
        gap_from=before.date() if before else None,
        gap_until=found.oldest_at.date() if found.oldest_at else None,
    )


def _with_yield(signs: Signs, entries: int, now: datetime) -> Signs:
    if not entries:
        return signs
    if not _shrunk(signs.yields, entries):
        return replace(signs, yields=(*signs.yields, entries)[-_MOST_YIELDS:], shrunk_since=None)
    since = signs.shrunk_since or now
    if now - since >= _NEW_NORMAL_AFTER:
        return replace(signs, yields=(entries,), shrunk_since=None)
    return replace(signs, shrunk_since=since)


def _shrunk(yields: tuple[int, ...], entries: int) -> bool:
    if len(yields) < _TELLING_YIELDS or median(yields) < _TELLING_ENTRIES:
        return False
    # A list whose length changes from day to day has been as short before.
    return entries < _LEAST_SHARE * median(yields) and entries < min(yields)


def _with_newest(
    signs: Signs, newest: datetime | None, before: datetime | None, now: datetime
) -> Signs:
    if newest is None:
        return signs
    if before is None or newest >= before - _SLACK:
        return replace(signs, back_since=None, back_to=None)
    return replace(signs, back_since=signs.back_since or now, back_to=newest.date())


def _with_form(signs: Signs, form: str, now: datetime) -> Signs:
    if not form or form == signs.form:
        return signs
    if not signs.form:
        return replace(signs, form=form)
    return replace(signs, form=form, form_was=signs.form, form_changed_at=now)
