"""The nouns of one issue of a digest, and their frozen form.

Everything that a mail says is in the Issue: rendering is a pure function of it.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from pydantic import TypeAdapter

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
    """A theme that applies to an item, and why."""

    theme: str
    title: str
    score: float
    words: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """An item of which an issue gives only the title."""

    id: int
    title: str
    url: str
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """An item with all that a mail shows of it; it stands under the first of its themes."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The new items of one theme: official before research before press, then by score."""

    theme: str
    title: str
    cards: tuple[Card, ...]


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
    seq_to: int
    notices: tuple[int, ...]
    sections: tuple[Section, ...]
    updated: tuple[Card, ...]
    late: tuple[Card, ...]
    rule_changes: tuple[Card, ...]
    new_sources: tuple[NewSource, ...]
    trouble: tuple[Trouble, ...]
    near_misses: tuple[NearMiss, ...]
    read: int
    sources: int
    warnings: tuple[str, ...] = ()
    rehearsal: bool = False
    merged: int = 1
    """How many cut-offs this issue stands for; more than one makes it a catch-up issue."""

    @property
    def new(self) -> tuple[Card, ...]:
        """Return the new items in the order of the themes."""
        return tuple(card for section in self.sections for card in section.cards)

    @property
    def cards(self) -> tuple[Card, ...]:
        """Return every item that the issue is about, in the order in which it tells them."""
        return self.new + self.updated + self.late + self.rule_changes

    @property
    def silent(self) -> bool:
        """Say whether there is nothing to tell but the state of the sources."""
        return not (self.cards or self.new_sources)


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
        "items": [
            {
                "id": card.id,
                "short_id": short_id(card.id),
                "title": card.title,
                "url": card.url,
                "source": card.source_id,
                "themes": [hit.theme for hit in card.themes],
                "reason": card.reason.value,
                "published": published_text(card.published, card.precision),
                "first_seen": _stamp(card.first_seen),
            }
            for card in issue.cards
        ],
        "new_sources": [source.id for source in issue.new_sources],
        "trouble": [trouble.source_id for trouble in issue.trouble],
        "read": issue.read,
        "sources": issue.sources,
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
