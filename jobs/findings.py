"""What the store says for the next issue of a digest, and the issue made of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from jobs.deployment import Deployment
from jobs.gloss import with_glosses
from jobs.window import Window
from pipeline.alarms import doubts, recoveries, unproven
from pipeline.cards import Setting
from pipeline.clusters import OPEN, Member, joined, report_of
from pipeline.digest import Findings, Issue, build_issue, new_source_ids
from pipeline.model import Reason, Verdict
from pipeline.ports import Store
from pipeline.records import DigestSpec, Held, LedgerLine, Reach, StoredItem
from pipeline.stories import Clusters
from pipeline.titles import rarity

_BASELINE_REACH = timedelta(days=3)
_STARTER_REACH = timedelta(days=7)
# More than are shown, for the digest may not take all of them.
_STARTERS = 200
_TITLES_REACH = timedelta(hours=72)
_TITLES = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An issue that is not saved yet, and the clusters that its items are found to be in."""

    issue: Issue
    members: tuple[Member, ...]


def draft(deployment: Deployment, spec: DigestSpec, window: Window, now: datetime) -> Draft:
    """Build the next issue of a digest; nothing is written."""
    store, previous = deployment.store, window.previous
    lines = store.ledger(previous.seq_to if previous else window.standing.seq_from)
    # What an interrupted first issue held back is among the lines still.
    held = store.triage.held(spec.id, previous.seq_to) if previous else Held()
    members = _members(deployment, (*held.lines, *lines), now)
    findings = replace(_findings(deployment, spec, window, lines, now), held=held)
    clusters = Clusters(
        of=MappingProxyType({member.report.id: member.cluster for member in members}),
        before=store.told_clusters(spec.id, now - OPEN),
    )
    setting = _setting(deployment, spec, window)
    issue = build_issue(spec, previous, replace(findings, clusters=clusters), setting, now)
    return Draft(issue=with_glosses(issue, spec.form), members=members)


def _findings(
    deployment: Deployment,
    spec: DigestSpec,
    window: Window,
    lines: Sequence[LedgerLine],
    now: datetime,
) -> Findings:
    store, previous = deployment.store, window.previous
    new_sources = new_source_ids(lines)
    start = previous.window_end if previous else window.standing.added_at
    today = now.astimezone(ZoneInfo(spec.zone)).date()
    starters = (
        () if not window.first else store.best_baseline(now - _STARTER_REACH, limit=_STARTERS)
    )
    return Findings(
        lines=lines,
        reach=_reach(deployment, start if previous else None, now),
        baselines=_baselines(store, new_sources),
        stored=store.stored_counts(new_sources) if new_sources else MappingProxyType({}),
        near=_near(store.near_misses(start, now)),
        starters=starters,
        closings=store.open_closings(spec.id, today),
        since=window.standing.added_at,
        seq_from=window.standing.seq_from,
    )


def _setting(deployment: Deployment, spec: DigestSpec, window: Window) -> Setting:
    themes = deployment.configuration.ruleset.themes
    notes = {rule.id: rule.note for theme in themes for rule in theme.rules if rule.note}
    return Setting(
        sources=deployment.sources,
        themes={theme.id: theme.title_in(spec.form.language) for theme in themes},
        warnings=deployment.warnings,
        unread=window.unread,
        read_at=window.read_at,
        rehearsal=deployment.settings.now is not None,
        merged=max(1, len(window.owed)) if window.previous else 1,
        notes=notes if spec.form.notes else MappingProxyType({}),
    )


def _members(
    deployment: Deployment, lines: Sequence[LedgerLine], now: datetime
) -> tuple[Member, ...]:
    """Put the new items of the ledger into the open clusters, or let them open their own."""
    new = {
        line.stored.id: line
        for line in lines
        if line.stored and line.reason in (Reason.NEW, Reason.LATE)
    }
    if not new:
        return ()
    store = deployment.store
    source_of = _setting_of(deployment)
    reports = [
        report_of(stored.id, stored.item, stored.first_seen_at, source_of.source(line.source_id))
        for line in new.values()
        if (stored := line.stored)
    ]
    known = store.cluster_members(now - OPEN)
    titles = store.titles_since(now - _TITLES_REACH, limit=_TITLES)
    added = joined(known, reports, rarity(titles))
    held = tuple(member for member in known if member.report.id in new)
    return (*held, *added)


def _setting_of(deployment: Deployment) -> Setting:
    return Setting(sources=deployment.sources, themes=MappingProxyType({}))


def _reach(deployment: Deployment, since: datetime | None, now: datetime) -> dict[str, Reach]:
    """Say how each source was read in a window, why that may prove little, and what has ended.

    One on trial that never worked is not among them.
    """
    store, sources = deployment.store, deployment.sources
    states = store.source_states()
    window = since or now - timedelta(days=1)
    ended = recoveries(store.alarm_log(window))
    found = {}
    for name, reach in store.reach(since, now).items():
        source = sources.get(name)
        if source and unproven(source, states[name]):
            continue
        doubted = doubts(source, states[name], now, since=window) if source else ()
        found[name] = replace(reach, doubt="; ".join(doubted), recovered=ended.get(name, ""))
    return found


def _baselines(store: Store, source_ids: Sequence[str]) -> dict[str, Sequence[StoredItem]]:
    """Return what matched among the last days before each first contact."""
    states = store.source_states()
    since = {
        name: state.baseline_at - _BASELINE_REACH
        for name in source_ids
        if (state := states.get(name)) and state.baseline_at
    }
    return {name: store.baseline_matches(name, since=start) for name, start in since.items()}


def _near(found: Sequence[StoredItem]) -> list[StoredItem]:
    """Leave out what some theme took: it stands in the issue already."""
    return [x for x in found if all(m.verdict is not Verdict.APPLIES for m in x.matches)]
