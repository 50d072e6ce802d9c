"""Ledger lines about items -> cards, each item once, in the order in which they are told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from types import MappingProxyType

from pipeline.deadlines import deadline_of
from pipeline.excerpts import excerpt
from pipeline.issue import Card, ThemeHit, Words
from pipeline.model import Evidence, Field, Match, Reason, Source, Tier, Verdict
from pipeline.records import DigestSpec, LedgerLine, StoredItem
from pipeline.selection import applying
from pipeline.triage import State

TIERS = (Tier.OFFICIAL, Tier.RESEARCH, Tier.PRESS)
_REASONS = (Reason.NEW, Reason.LATE, Reason.UPDATED, Reason.RULE_CHANGE, Reason.NEW_SOURCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the configuration says for one issue: sources by id, theme titles by id.

    `notes` are what rules say of themselves, by rule. `unread` sources were not read in time, the
    newest reading was at `read_at`.
    """

    sources: Mapping[str, Source]
    themes: Mapping[str, str]
    warnings: tuple[str, ...] = ()
    rehearsal: bool = False
    merged: int = 1
    unread: int = 0
    read_at: datetime | None = None
    notes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def source(self, source_id: str) -> Source:
        """Return a source; one that is no longer configured has a name and nothing else."""
        plain = Source(id=source_id, name=source_id, kind="", url="")
        return self.sources.get(source_id, plain)


def cards(spec: DigestSpec, lines: Iterable[LedgerLine], setting: Setting) -> list[Card]:
    """Return one card an item, the best first."""
    about_items = [(line.stored, line) for line in lines if line.stored is not None]
    about_items.sort(key=lambda told: (told[0].id, told[1].seq))
    made = [card(spec, list(told), setting) for _, told in groupby(about_items, lambda t: t[0].id)]
    return sorted(made, key=rank)


def rank(card: Card) -> tuple[int, float, float, int]:
    """Order official before research before press, then by score, then the latest first."""
    moment = card.published or card.first_seen
    return (TIERS.index(card.tier), -card.themes[0].score, -moment.timestamp(), -card.id)


def card(spec: DigestSpec, told: list[tuple[StoredItem, LedgerLine]], setting: Setting) -> Card:
    """Return the card of one item that these lines tell of."""
    stored = told[-1][0]
    reason = min((line.reason for _, line in told), key=_REASONS.index)
    return _card(spec, stored, _hits(spec, told, setting), reason, setting)


def starter_card(spec: DigestSpec, stored: StoredItem, setting: Setting) -> Card:
    """Return the card of an item that was published before anybody watched."""
    ordered = sorted(applying(spec, stored), key=lambda m: (-m.score, m.theme))
    hits = tuple(_hit(match, setting) for match in ordered)
    return _card(spec, stored, hits, Reason.NEW_SOURCE, setting)


def _card(
    spec: DigestSpec,
    stored: StoredItem,
    hits: tuple[ThemeHit, ...],
    reason: Reason,
    setting: Setting,
) -> Card:
    evidence = [e for match in applying(spec, stored) for e in match.evidence]
    item = stored.item
    source = setting.source(item.source_id)
    first_seen: datetime = stored.first_seen_at
    return Card(
        id=stored.id,
        title=item.title,
        url=item.url,
        source_id=item.source_id,
        source=source.name,
        organisation=source.organisation,
        jurisdiction=source.jurisdiction,
        tier=source.tier,
        type=item.type,
        language=item.language or source.language,
        published=item.published_at,
        precision=item.precision,
        first_seen=first_seen,
        reason=reason,
        themes=hits,
        excerpt=excerpt(item, evidence),
        deadline=deadline_of(item, first_seen=first_seen, timezone=source.timezone),
        note=_note(spec, stored),
        title_only=stored.linked is not None and stored.linked.title_only,
        after_change=stored.after_change and reason in (Reason.NEW, Reason.LATE),
    )


def _note(spec: DigestSpec, stored: StoredItem) -> str:
    kept = stored.decision if stored.state is State.KEPT else None
    return kept.note if kept and spec.form.notes else ""


def _hits(
    spec: DigestSpec, told: list[tuple[StoredItem, LedgerLine]], setting: Setting
) -> tuple[ThemeHit, ...]:
    """Give the noticed themes by score, then those that apply but were told before."""
    latest = {m.theme: m for m in applying(spec, told[-1][0])}
    # An edit may have dropped a theme that an earlier line of this window still tells of.
    earlier = {m.theme: m for stored, _ in told for m in applying(spec, stored)}
    noticed = {line.theme for _, line in told}
    unexplained = {theme: _unexplained(theme) for theme in noticed}
    matches = unexplained | {t: m for t, m in earlier.items() if t in noticed} | latest
    ordered = sorted(matches.values(), key=lambda m: (m.theme not in noticed, -m.score, m.theme))
    return tuple(_hit(match, setting) for match in ordered)


def _hit(match: Match, setting: Setting) -> ThemeHit:
    rules = dict.fromkeys(e.rule for e in match.evidence)
    return ThemeHit(
        theme=match.theme,
        title=setting.themes.get(match.theme, match.theme),
        score=match.score,
        words=_words(match.evidence),
        notes=tuple(note for rule in rules if (note := setting.notes.get(rule, ""))),
    )


def _unexplained(theme: str) -> Match:
    return Match(theme=theme, verdict=Verdict.APPLIES, score=0.0)


def _words(evidence: Iterable[Evidence]) -> tuple[Words, ...]:
    found: dict[tuple[str, Field, str], list[str]] = {}
    for e in evidence:
        found.setdefault((e.rule, e.field, e.text.casefold()), []).append(e.text)
    return tuple(
        Words(rule=rule, field=name, text=texts[0], count=len(texts))
        for (rule, name, _), texts in found.items()
    )
