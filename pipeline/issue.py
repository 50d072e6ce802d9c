"""The nouns of one issue of a digest, and their frozen form.

Everything that a mail says is in the Issue: rendering is a pure function of it.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from pydantic import TypeAdapter

from pipeline.deadlines import Deadline
from pipeline.excerpts import Excerpt
from pipeline.model import Field, Outcome, Precision, Reason, Tier, Type
from pipeline.shortid import short_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What one rule found in one field: the words as the text first writes them, how often."""

    rule: str
    field: Field
    text: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeHit:
    """A theme that applies to an item, and why; `notes` are what rules say of themselves."""

    theme: str
    title: str
    score: float
    words: tuple[Words, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """An item of which an issue gives only the title."""

    id: int
    title: str
    url: str
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Another report of a thing that an issue tells of already: its title is all of it."""

    id: int
    title: str
    url: str
    language: str
    source_id: str
    source: str
    tier: Tier
    theme: str = ""
    published: datetime | None = None
    precision: Precision | None = None
    first_seen: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A thing that an earlier issue told of, first `since` then, and what was reported later."""

    head: Headline
    since: datetime
    reports: tuple[Told, ...]


class DueWhy(StrEnum):
    """Why a deadline is shown: it is new or another one now, its day comes near, or all are."""

    NEW = "new"
    CHANGED = "changed"
    NEAR = "near"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A deadline of an item; `sequence` counts how often it was moved, `days` those left."""

    item: Headline
    source: str
    jurisdiction: str
    deadline: Deadline
    days: int
    why: DueWhy
    sequence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """An item with all that a mail shows of it; it stands under the first of its themes.

    `reports` tell of the same thing; `follows` is how an earlier issue told of it. `note` is what
    was said of it when it was kept. `title_only`: the text of its page was not there.
    `after_change`: it came with known items to which their site had given other ids.
    """

    id: int
    title: str
    url: str
    source_id: str
    source: str
    organisation: str
    jurisdiction: str
    tier: Tier
    type: Type
    language: str
    published: datetime | None
    precision: Precision | None
    first_seen: datetime
    reason: Reason
    themes: tuple[ThemeHit, ...]
    excerpt: Excerpt = field(default_factory=Excerpt)
    deadline: Deadline | None = None
    gloss: str = ""
    reports: tuple[Told, ...] = ()
    follows: Headline | None = None
    note: str = ""
    title_only: bool = False
    after_change: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The new items of one theme: official before research before press, then by score."""

    theme: str
    title: str
    cards: tuple[Card, ...]
    stories: tuple[Story, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSource:
    """A source read for the first time; `matching` counts what `titles` gives the first of.

    `stored` is None when nobody counted what its baseline holds.
    """

    id: str
    name: str
    stored: int | None
    matching: int
    titles: tuple[Headline, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A source whose silence proves nothing; `lost`: it was still read in the window before.

    `outcome` None means that it was not tried; `read`, that it was read earlier in this window.
    """

    source_id: str
    name: str
    tier: Tier
    outcome: Outcome | None
    error: str
    since: datetime | None
    last_read: datetime | None
    read: bool
    lost: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMiss:
    """An item that a theme nearly took, and the words that it lacks."""

    item: Headline
    theme: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What an issue that tells only of kept items holds back: the notices of its window.

    Nobody decided on `items` of its window yet, nor on `earlier` ones.
    """

    notices: tuple[int, ...] = ()
    items: int = 0
    earlier: int = 0

    @property
    def undecided(self) -> int:
        """Return how many items wait for a decision."""
        return self.items + self.earlier


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One sending of a digest: everything it says, and the notices that it takes."""

    digest: str
    title: str
    number: int
    previous_number: int | None
    zone: str
    window_start: datetime
    window_end: datetime
    seq_from: int
    seq_to: int = 0
    notices: tuple[int, ...] = ()
    sections: tuple[Section, ...] = ()
    updated: tuple[Card, ...] = ()
    late: tuple[Card, ...] = ()
    rule_changes: tuple[Card, ...] = ()
    new_sources: tuple[NewSource, ...] = ()
    trouble: tuple[Trouble, ...]
    near_misses: tuple[NearMiss, ...]
    read: int
    sources: int
    warnings: tuple[str, ...] = ()
    rehearsal: bool = False
    merged: int = 1
    """How many cut-offs this issue stands for; more than one makes it a catch-up issue."""
    first: tuple[Card, ...] = ()
    """What to read first; it stands in no section."""
    deadlines: tuple[Due, ...] = ()
    starter: tuple[Card, ...] = ()
    """In a first issue: the best of what was published before the start."""
    recovered: tuple[str, ...] = ()
    """Sources that the issue before could not read, and this one can: their names."""
    weekly: bool = False
    """This issue gives whole lists of what others only give the changes of."""
    language: str = "en"
    per_theme: int = 8
    """How many entries a theme shows in full when there are too many."""
    unread: int = 0
    """How many sources were not read in time for this issue."""
    read_at: datetime | None = None
    """When the newest reading of any source was."""
    waiting: Waiting | None = None
    """What it holds back until it is kept; None where it tells of everything."""

    @property
    def new(self) -> tuple[Card, ...]:
        """Return the new items that have an entry of their own, as the issue tells them."""
        return self.first + tuple(card for section in self.sections for card in section.cards)

    @property
    def told(self) -> tuple[Told, ...]:
        """Return the new items that stand with another one."""
        with_cards = tuple(told for card in self.new for told in card.reports)
        stories = (story for section in self.sections for story in section.stories)
        return with_cards + tuple(told for story in stories for told in story.reports)

    @property
    def new_count(self) -> int:
        """Return how many items are new, with an entry of their own or not."""
        return len(self.new) + len(self.told)

    @property
    def cards(self) -> tuple[Card, ...]:
        """Return every item that the issue is about, in the order in which it tells them."""
        return self.new + self.updated + self.late + self.rule_changes

    @property
    def item_count(self) -> int:
        """Return how many items the issue is about, however it tells of them."""
        return len(self.cards) + len(self.told)

    @property
    def closing(self) -> tuple[Due, ...]:
        """Return the deadlines that this issue has a reason to show, beside whole lists."""
        return tuple(due for due in self.deadlines if due.why is not DueWhy.OPEN)

    @property
    def silent(self) -> bool:
        """Say whether there is nothing to tell but the state of the sources."""
        return not (self.cards or self.told or self.new_sources or self.closing)


_ISSUE = TypeAdapter(Issue)


def to_json(issue: Issue) -> str:
    """Freeze an issue; `from_json` gives back its equal."""
    return _ISSUE.dump_json(issue).decode()


def from_json(contents: str) -> Issue:
    """Read a frozen issue; what later versions added takes its default."""
    return _ISSUE.validate_json(contents)


def summary(issue: Issue) -> dict[str, object]:
    """Return what scripts read: keys may be added, not changed."""
    return {
        "digest": issue.digest,
        "number": issue.number,
        "window": {"start": _stamp(issue.window_start), "end": _stamp(issue.window_end)},
        "items": [_item(card) for card in issue.cards] + [_report(told) for told in issue.told],
        "deadlines": [_due(due) for due in issue.deadlines],
        "new_sources": [source.id for source in issue.new_sources],
        "trouble": [trouble.source_id for trouble in issue.trouble],
        "undecided": issue.waiting.undecided if issue.waiting else 0,
        "read": issue.read,
        "sources": issue.sources,
    }


def _item(card: Card) -> dict[str, object]:
    return {
        "id": card.id,
        "short_id": short_id(card.id),
        "title": card.title,
        "url": card.url,
        "source": card.source_id,
        "themes": [hit.theme for hit in card.themes],
        "reason": card.reason.value,
        "published": published_text(card.published, card.precision),
        "first_seen": _stamp(card.first_seen),
        "title_only": card.title_only,
        "after_change": card.after_change,
        "note": card.note or None,
        "reports": [told.id for told in card.reports],
    }


def _report(told: Told) -> dict[str, object]:
    return {
        "id": told.id,
        "short_id": short_id(told.id),
        "title": told.title,
        "url": told.url,
        "source": told.source_id,
        "themes": [told.theme],
        "reason": Reason.NEW.value,
        "published": published_text(told.published, told.precision),
        "first_seen": _stamp(told.first_seen) if told.first_seen else None,
        "note": told.note or None,
    }


def _due(due: Due) -> dict[str, object]:
    deadline = due.deadline
    return {
        "id": due.item.id,
        "short_id": short_id(due.item.id),
        "day": deadline.day.isoformat() if deadline.day else None,
        "at": _stamp(deadline.at) if deadline.at else None,
        "candidates": [day.isoformat() for day in deadline.candidates],
        "days": due.days,
        "why": due.why.value,
    }


def published_text(published: datetime | None, precision: Precision | None) -> str | None:
    """Write a publication time for machines; a day stays a day, whatever the zone."""
    if published is None:
        return None
    if precision is Precision.DAY:
        return published.astimezone(UTC).date().isoformat()
    return _stamp(published)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
