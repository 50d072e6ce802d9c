"""Ledger lines and the reach of our sources -> one frozen issue of a digest.

Nothing is left out here: how much of an issue fits into a mail is a question of rendering.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from types import MappingProxyType

from pipeline.excerpts import excerpt
from pipeline.issue import (
    Card,
    Headline,
    Issue,
    NearMiss,
    NewSource,
    Section,
    ThemeHit,
    Trouble,
    Words,
    from_json,
    summary,
    to_json,
)
from pipeline.model import Evidence, Field, Match, Outcome, Reason, Source, Tier, Verdict
from pipeline.records import DigestSpec, IssueRecord, LedgerLine, Reach, StoredItem
from pipeline.shortid import item_id, short_id

# The nouns of an issue are known by this address.
__all__ = [
    "Card",
    "Findings",
    "Headline",
    "Issue",
    "NearMiss",
    "NewSource",
    "Section",
    "Setting",
    "ThemeHit",
    "Trouble",
    "Words",
    "build_issue",
    "from_json",
    "item_id",
    "new_source_ids",
    "short_id",
    "summary",
    "to_json",
]

TITLES_OF_A_NEW_SOURCE = 5
NEAR_MISSES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the store says for one issue.

    `lines` are those after the previous issue; `reach` covers its enabled sources;
    `baselines` and `stored` speak of the new sources (`new_source_ids`); `near` are items with
    a match that is near; `since` and `seq_from` are where a first issue starts.
    """

    lines: Sequence[LedgerLine]
    reach: Mapping[str, Reach]
    baselines: Mapping[str, Sequence[StoredItem]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    stored: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    near: Sequence[StoredItem] = ()
    since: datetime | None = None
    seq_from: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the configuration says for one issue: sources by id, theme titles by id."""

    sources: Mapping[str, Source]
    themes: Mapping[str, str]
    warnings: tuple[str, ...] = ()
    rehearsal: bool = False
    merged: int = 1


def new_source_ids(lines: Iterable[LedgerLine]) -> tuple[str, ...]:
    """Return the sources whose first contact the lines tell of, each once."""
    return tuple(dict.fromkeys(x.source_id for x in lines if x.reason is Reason.NEW_SOURCE))


def build_issue(
    spec: DigestSpec,
    previous: IssueRecord | None,
    findings: Findings,
    setting: Setting,
    now: datetime,
) -> Issue:
    """Take every notice of the digest since its previous issue; an item stands once."""
    start, end = _window(previous, findings, now)
    seq_from = previous.seq_to if previous else findings.seq_from
    passed = [line for line in findings.lines if line.seq > seq_from]
    lines = [x for x in passed if x.reason is Reason.NEW_SOURCE or _wants(spec, x.theme)]
    cards = _cards(spec, lines, setting)
    by_reason = {reason: [c for c in cards if c.reason is reason] for reason in Reason}
    return Issue(
        digest=spec.id,
        title=spec.title,
        number=previous.number + 1 if previous else 1,
        previous_number=previous.number if previous else None,
        zone=spec.zone,
        window_start=start,
        window_end=end,
        seq_from=seq_from,
        seq_to=max((line.seq for line in passed), default=seq_from),
        notices=tuple(line.seq for line in lines),
        sections=_sections(spec, by_reason[Reason.NEW], setting),
        updated=tuple(by_reason[Reason.UPDATED]),
        late=tuple(by_reason[Reason.LATE]),
        rule_changes=tuple(by_reason[Reason.RULE_CHANGE]),
        new_sources=tuple(
            _new_source(spec, source_id, findings, setting) for source_id in new_source_ids(lines)
        ),
        trouble=_trouble(findings.reach.values(), setting, start),
        near_misses=_near_misses(spec, findings.near, setting),
        read=sum(reach.read and not reach.doubt for reach in findings.reach.values()),
        sources=len(findings.reach),
        warnings=setting.warnings,
        rehearsal=setting.rehearsal,
        merged=setting.merged,
    )


def _window(
    previous: IssueRecord | None, findings: Findings, now: datetime
) -> tuple[datetime, datetime]:
    starts = [line.at for line in findings.lines] + [findings.since or now]
    start = previous.window_end if previous else min(starts)
    # A clock that went back must not turn a window inside out.
    return start, max(now, start + timedelta(microseconds=1))


def _wants(spec: DigestSpec, theme: str) -> bool:
    return not spec.themes or theme in spec.themes


_REASONS = (Reason.NEW, Reason.LATE, Reason.UPDATED, Reason.RULE_CHANGE, Reason.NEW_SOURCE)
_TIERS = (Tier.OFFICIAL, Tier.RESEARCH, Tier.PRESS)


def _cards(spec: DigestSpec, lines: Iterable[LedgerLine], setting: Setting) -> list[Card]:
    about_items = [(line.stored, line) for line in lines if line.stored is not None]
    about_items.sort(key=lambda told: (told[0].id, told[1].seq))
    cards = [
        _card(spec, list(told), setting) for _, told in groupby(about_items, lambda t: t[0].id)
    ]
    return sorted(cards, key=_rank)


def _rank(card: Card) -> tuple[int, float, float, int]:
    moment = card.published or card.first_seen
    return (_TIERS.index(card.tier), -card.themes[0].score, -moment.timestamp(), -card.id)


def _card(spec: DigestSpec, told: list[tuple[StoredItem, LedgerLine]], setting: Setting) -> Card:
    stored = told[-1][0]
    hits = _hits(spec, told, setting)
    evidence = [e for match in _applying(spec, stored) for e in match.evidence]
    item = stored.item
    source = setting.sources.get(
        item.source_id, Source(id=item.source_id, name=item.source_id, kind="", url="")
    )
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
        first_seen=stored.first_seen_at,
        reason=min((line.reason for _, line in told), key=_REASONS.index),
        themes=hits,
        excerpt=excerpt(item, evidence),
    )


def _applying(spec: DigestSpec, stored: StoredItem) -> list[Match]:
    return [m for m in stored.matches if m.verdict is Verdict.APPLIES and _wants(spec, m.theme)]


def _hits(
    spec: DigestSpec, told: list[tuple[StoredItem, LedgerLine]], setting: Setting
) -> tuple[ThemeHit, ...]:
    """Give the noticed themes by score, then those that apply but were told before."""
    latest = {m.theme: m for m in _applying(spec, told[-1][0])}
    # An edit may have dropped a theme that an earlier line of this window still tells of.
    earlier = {m.theme: m for stored, _ in told for m in _applying(spec, stored)}
    noticed = {line.theme for _, line in told}
    unexplained = {theme: _unexplained(theme) for theme in noticed}
    matches = unexplained | {t: m for t, m in earlier.items() if t in noticed} | latest
    ordered = sorted(matches.values(), key=lambda m: (m.theme not in noticed, -m.score, m.theme))
    return tuple(
        ThemeHit(
            theme=match.theme,
            title=setting.themes.get(match.theme, match.theme),
            score=match.score,
            words=_words(match.evidence),
        )
        for match in ordered
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


def _sections(spec: DigestSpec, cards: list[Card], setting: Setting) -> tuple[Section, ...]:
    by_theme: dict[str, list[Card]] = {theme: [] for theme in (*spec.themes, *setting.themes)}
    for card in cards:
        by_theme.setdefault(card.themes[0].theme, []).append(card)
    return tuple(
        Section(theme=theme, title=setting.themes.get(theme, theme), cards=tuple(found))
        for theme, found in by_theme.items()
        if found
    )


def _new_source(
    spec: DigestSpec, source_id: str, findings: Findings, setting: Setting
) -> NewSource:
    source = setting.sources.get(source_id)
    matching = [x for x in findings.baselines.get(source_id, ()) if _applying(spec, x)]
    return NewSource(
        id=source_id,
        name=source.name if source else source_id,
        stored=findings.stored.get(source_id),
        matching=len(matching),
        titles=tuple(_headline(x) for x in matching[:TITLES_OF_A_NEW_SOURCE]),
    )


def _headline(stored: StoredItem) -> Headline:
    item = stored.item
    return Headline(id=stored.id, title=item.title, url=item.url, language=item.language)


_HEALTHY = (Outcome.OK, Outcome.NOT_MODIFIED)


def _proven(reach: Reach) -> bool:
    """Say whether a source's silence in a window means that it had nothing to say."""
    well = reach.outcome in _HEALTHY or reach.outcome is None
    return reach.read and well and not reach.doubt


def _trouble(reaches: Iterable[Reach], setting: Setting, start: datetime) -> tuple[Trouble, ...]:
    found = []
    for reach in reaches:
        if _proven(reach):
            continue
        source = setting.sources.get(reach.source_id)
        found.append(
            Trouble(
                source_id=reach.source_id,
                name=source.name if source else reach.source_id,
                tier=source.tier if source else Tier.PRESS,
                outcome=reach.outcome,
                error="; ".join(filter(None, (reach.error, reach.doubt))),
                since=reach.failing_since,
                last_read=reach.last_success_at,
                read=reach.read,
                lost=not reach.read
                and (reach.failing_since is None or reach.failing_since >= start),
            )
        )
    return tuple(sorted(found, key=lambda t: (_TIERS.index(t.tier), t.name, t.source_id)))


def _near_misses(
    spec: DigestSpec, near: Iterable[StoredItem], setting: Setting
) -> tuple[NearMiss, ...]:
    found = [
        (match, stored)
        for stored in near
        for match in stored.matches
        if match.verdict is Verdict.NEAR and _wants(spec, match.theme)
    ]
    found.sort(key=lambda pair: (-pair[0].score, -pair[1].id, pair[0].theme))
    best = {stored.id: (match, stored) for match, stored in reversed(found)}
    return tuple(
        NearMiss(
            item=_headline(stored),
            theme=setting.themes.get(match.theme, match.theme),
            missing=match.missing,
        )
        for match, stored in list(reversed(best.values()))[:NEAR_MISSES]
    )
