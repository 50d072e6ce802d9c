"""Ledger lines and the reach of our sources -> one frozen issue of a digest.

Nothing is left out here: how much of an issue fits into a mail is a question of rendering.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from pipeline.cards import TIERS, Setting, cards, rank, starter_card
from pipeline.closing import OpenClosing, deadlines
from pipeline.issue import (
    Card,
    Headline,
    Issue,
    NearMiss,
    NewSource,
    Section,
    Story,
    ThemeHit,
    Trouble,
    Waiting,
    Words,
    from_json,
    summary,
    to_json,
)
from pipeline.model import Outcome, Reason, Tier, Type, Verdict
from pipeline.records import DigestSpec, Held, IssueRecord, LedgerLine, Reach, StoredItem
from pipeline.selection import applying, is_ready, takes, wants
from pipeline.shortid import item_id, short_id
from pipeline.stories import Clusters, folded, is_burst
from pipeline.triage import State

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
    "Story",
    "ThemeHit",
    "Trouble",
    "Waiting",
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
STARTERS = 20
_ACTS = (Type.LAW, Type.ORDER, Type.BILL, Type.CONSULTATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the store says for one issue.

    `lines` are those after the previous issue, `held` is what earlier windows held back; `reach`
    covers its enabled sources; `baselines` and `stored` speak of the new sources
    (`new_source_ids`); `near` are items with a match that is near; `starters` the best of the last
    days before the first issue; `closings` the deadlines that the digest told of; `since` and
    `seq_from` are where a first issue starts.
    """

    lines: Sequence[LedgerLine]
    reach: Mapping[str, Reach]
    held: Held = field(default_factory=Held)
    baselines: Mapping[str, Sequence[StoredItem]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    stored: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    near: Sequence[StoredItem] = ()
    starters: Sequence[StoredItem] = ()
    clusters: Clusters = field(default_factory=Clusters)
    closings: Sequence[OpenClosing] = ()
    since: datetime | None = None
    seq_from: int = 0


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
    """Take every notice of the digest since its previous issue; an item stands once.

    Where only kept items are told of, the notices of others wait, and those that waited and are
    kept by now are taken beside the new ones.
    """
    seq_from = previous.seq_to if previous else findings.seq_from
    passed = [line for line in findings.lines if line.seq > seq_from]
    lines, waiting = _parted(spec, (*findings.held.lines, *passed), setting)
    told = cards(spec, lines, setting)
    of = {reason: tuple(c for c in told if c.reason is reason) for reason in Reason}
    starter = () if previous else _starter(spec, findings, setting, {card.id for card in told})
    issue = _bare(spec, previous, findings, setting, now)
    today, before = (_day(moment, spec) for moment in (issue.window_end, issue.window_start))
    new, stories = folded(of[Reason.NEW], findings.clusters)
    first = _read_first(new, today, spec.form.read_first)
    rest = [card for card in new if card not in first]
    return replace(
        issue,
        seq_to=max((line.seq for line in passed), default=seq_from),
        notices=tuple(line.seq for line in lines),
        waiting=_waiting(waiting, findings.held) if spec.takes.state else None,
        first=first,
        sections=_sections(spec, rest, stories, setting),
        updated=of[Reason.UPDATED],
        late=of[Reason.LATE],
        rule_changes=of[Reason.RULE_CHANGE],
        starter=starter,
        new_sources=_new_sources(spec, lines, findings, setting, {card.id for card in starter}),
        deadlines=deadlines(
            (*told, *starter), findings.closings, today, before, whole=issue.weekly
        ),
    )


def _parted(
    spec: DigestSpec, lines: Iterable[LedgerLine], setting: Setting
) -> tuple[list[LedgerLine], list[LedgerLine]]:
    """Return what the digest takes of notices: those to tell, and those that wait."""
    taken = [line for line in lines if _taken(spec, line, setting)]
    told = [line for line in taken if is_ready(spec, line.stored)]
    return told, [line for line in taken if not is_ready(spec, line.stored)]


def _waiting(lines: Sequence[LedgerLine], held: Held) -> Waiting:
    """Say what waits to be kept; of what was dropped nobody is asked again."""
    undecided = {x.stored.id for x in lines if x.stored and x.stored.state is State.NEW}
    return Waiting(
        notices=tuple(line.seq for line in lines),
        items=len(undecided),
        earlier=len(held.undecided - undecided),
    )


def _bare(
    spec: DigestSpec,
    previous: IssueRecord | None,
    findings: Findings,
    setting: Setting,
    now: datetime,
) -> Issue:
    """Return an issue that tells of no item yet, only of itself and of the sources."""
    start, end = _window(previous, findings, now)
    weeks = {_day(moment, spec).isocalendar()[:2] for moment in (start, end)}
    return Issue(
        digest=spec.id,
        title=spec.title,
        number=previous.number + 1 if previous else 1,
        previous_number=previous.number if previous else None,
        zone=spec.zone,
        window_start=start,
        window_end=end,
        seq_from=previous.seq_to if previous else findings.seq_from,
        trouble=_trouble(findings.reach.values(), setting, start),
        recovered=_recovered(previous, findings.reach, setting),
        near_misses=() if spec.takes.state else _near_misses(spec, findings.near, setting),
        read=sum(reach.read and not reach.doubt for reach in findings.reach.values()),
        sources=len(findings.reach),
        warnings=setting.warnings,
        unread=setting.unread,
        read_at=setting.read_at,
        rehearsal=setting.rehearsal,
        merged=setting.merged,
        weekly=previous is None or len(weeks) > 1,
        language=spec.form.language,
        per_theme=spec.form.per_theme,
    )


def _window(
    previous: IssueRecord | None, findings: Findings, now: datetime
) -> tuple[datetime, datetime]:
    starts = [line.at for line in findings.lines] + [findings.since or now]
    start = previous.window_end if previous else min(starts)
    # A clock that went back must not turn a window inside out.
    return start, max(now, start + timedelta(microseconds=1))


def _day(moment: datetime, spec: DigestSpec) -> date:
    return moment.astimezone(ZoneInfo(spec.zone)).date()


def _taken(spec: DigestSpec, line: LedgerLine, setting: Setting) -> bool:
    """Say whether a digest takes a notice; one whose match is gone is never left out for it."""
    if line.stored is None:
        return line.reason is Reason.NEW_SOURCE
    matches = [m for m in line.stored.matches if m.theme == line.theme]
    enough = all(m.score >= spec.takes.min_score for m in matches)
    source = setting.source(line.source_id)
    return wants(spec, line.theme) and enough and takes(spec, line.stored, source)


def _read_first(new: Sequence[Card], today: date, most: int) -> tuple[Card, ...]:
    """Take what may ask for a decision, the reports of many first, then as they rank."""
    urgent = [card for card in new if is_burst(card) or _asks(card, today)]
    return tuple(sorted(urgent, key=lambda card: (not is_burst(card), *rank(card)))[:most])


def _asks(card: Card, today: date) -> bool:
    still_open = card.deadline is not None and card.deadline.last >= today
    return card.tier is Tier.OFFICIAL and (still_open or card.type in _ACTS)


def _starter(
    spec: DigestSpec, findings: Findings, setting: Setting, told: set[int]
) -> tuple[Card, ...]:
    """Take the best of what was published before the start, and is not told as news."""
    made = [
        starter_card(spec, stored, setting)
        for stored in findings.starters
        if stored.id not in told
        and is_ready(spec, stored)
        and applying(spec, stored)
        and takes(spec, stored, setting.source(stored.item.source_id))
    ]
    best = sorted(made, key=lambda card: (-card.themes[0].score, rank(card)))[:STARTERS]
    return tuple(sorted(best, key=rank))


def _sections(
    spec: DigestSpec, new: list[Card], stories: list[tuple[str, Story]], setting: Setting
) -> tuple[Section, ...]:
    ids = dict.fromkeys((*spec.themes, *setting.themes))
    ids |= dict.fromkeys(card.themes[0].theme for card in new)
    ids |= dict.fromkeys(theme for theme, _ in stories)
    sections = (
        Section(
            theme=theme,
            title=setting.themes.get(theme, theme),
            cards=tuple(card for card in new if card.themes[0].theme == theme),
            stories=tuple(story for place, story in stories if place == theme),
        )
        for theme in ids
    )
    return tuple(section for section in sections if section.cards or section.stories)


def _new_sources(
    spec: DigestSpec,
    lines: Iterable[LedgerLine],
    findings: Findings,
    setting: Setting,
    shown: set[int],
) -> tuple[NewSource, ...]:
    return tuple(
        _new_source(spec, source_id, findings, setting, shown)
        for source_id in new_source_ids(lines)
    )


def _new_source(
    spec: DigestSpec, source_id: str, findings: Findings, setting: Setting, shown: set[int]
) -> NewSource:
    matching = [
        stored
        for stored in findings.baselines.get(source_id, ())
        if applying(spec, stored) and takes(spec, stored, setting.source(source_id))
    ]
    titles = [_headline(x) for x in matching if x.id not in shown and is_ready(spec, x)]
    return NewSource(
        id=source_id,
        name=setting.source(source_id).name,
        stored=findings.stored.get(source_id),
        matching=len(matching),
        titles=tuple(titles[:TITLES_OF_A_NEW_SOURCE]),
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
        source = setting.source(reach.source_id)
        found.append(
            Trouble(
                source_id=reach.source_id,
                name=source.name,
                tier=source.tier,
                outcome=reach.outcome,
                error="; ".join(filter(None, (reach.error, reach.doubt))),
                since=reach.failing_since,
                last_read=reach.last_success_at,
                read=reach.read,
                lost=not reach.read
                and (reach.failing_since is None or reach.failing_since >= start),
            )
        )
    return tuple(sorted(found, key=lambda t: (TIERS.index(t.tier), t.name, t.source_id)))


def _recovered(
    previous: IssueRecord | None, reaches: Mapping[str, Reach], setting: Setting
) -> tuple[str, ...]:
    """Name the sources that the issue before could not read, and that are well now."""
    told = json.loads(previous.contents).get("trouble", ()) if previous else ()
    ids = {trouble["source_id"] for trouble in told if not trouble["read"]}
    well = [setting.source(id_) for id_ in ids if id_ in reaches and _proven(reaches[id_])]
    well.sort(key=lambda source: (TIERS.index(source.tier), source.name))
    return tuple(source.name for source in well)


def _near_misses(
    spec: DigestSpec, near: Iterable[StoredItem], setting: Setting
) -> tuple[NearMiss, ...]:
    found = [
        (match, stored)
        for stored in near
        if takes(spec, stored, setting.source(stored.item.source_id))
        for match in stored.matches
        if match.verdict is Verdict.NEAR and wants(spec, match.theme)
    ]
    found.sort(key=lambda pair: (-pair[0].score, -pair[1].id, pair[0].theme))
    best = {stored.id: (match, stored) for match, stored in reversed(found)}
    return tuple(
        NearMiss(
            item=_headline(stored),
            theme=setting.themes.get(match.theme, match.theme),
            missing=match.missing,
        )
        for match, stored in list(reversed(best.values()))[: spec.form.near_misses]
    )
