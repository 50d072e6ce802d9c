"""An address or a title -> why it was seen or not, step by step."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from urllib.parse import urlsplit

from jobs.alike import alike
from jobs.deployment import Deployment
from pipeline.alarms import FAILURES
from pipeline.clusters import OPEN
from pipeline.covering import covers, host_of, nearest
from pipeline.digest import item_id, short_id
from pipeline.flood import AFTER_CHANGE
from pipeline.model import Field, Match, Origin, Outcome, Reason, Source, Verdict
from pipeline.records import DigestSpec, Said, StoredItem
from pipeline.rules.tree import InField, Term
from pipeline.search import Search
from pipeline.selection import applying, is_ready, takes, wants
from pipeline.triage import State
from pipeline.urls import canonical

_MOST_ITEMS = 5
_LATELY = timedelta(days=14)
_AROUND = timedelta(days=1)
_NO_NEWS = {
    Origin.BASELINE: "it stood there at the first contact with the source",
    Origin.BACKFILL: "it was fetched later from the past of the source",
    Origin.MANUAL: "what is added by hand never is",
}
_AS = {
    Reason.NEW: "",
    Reason.UPDATED: ", as updated",
    Reason.LATE: ", as found late",
    Reason.RULE_CHANGE: ", as matched by changed rules",
    Reason.NEW_SOURCE: ", as of a new source",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One step of an answer: a sentence, and for scripts what kind of step it is, of what."""

    code: str
    text: str
    source: str = ""
    item: str = ""
    inner: bool = True
    """It tells more of the step before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    """The days that somebody asks about."""

    since: datetime
    until: datetime

    def __str__(self) -> str:
        return f"from {self.since:%Y-%m-%d} to {self.until:%Y-%m-%d}"


def trace(deployment: Deployment, text: str, *, on: datetime | None = None) -> tuple[Finding, ...]:
    """Say what became of what an address, a title or an item's id names.

    What is not stored is answered by how its sources were read: around the day `on`, or lately.
    """
    address = canonical(text) if "://" in text else ""
    stored = _stored(deployment, text, address)
    if stored:
        return tuple(found for item in stored for found in _of_item(deployment, item))
    if address:
        return tuple(_of_address(deployment, address, _window(deployment, on)))
    return tuple(_of_title(deployment, text))


def _stored(deployment: Deployment, text: str, address: str) -> Sequence[StoredItem]:
    if address:
        return deployment.store.items_at(address)
    if text.startswith("#"):
        found = deployment.store.item(_number(text))
        return [found] if found else []
    title = Search(tree=InField(fields=(Field.TITLE,), child=Term(text=text, quoted=True)))
    return list(islice(deployment.store.search(title, limit=_MOST_ITEMS), _MOST_ITEMS))


def _number(text: str) -> int:
    try:
        return item_id(text)
    except ValueError:
        return 0


def _window(deployment: Deployment, on: datetime | None) -> _Window:
    if on is None:
        return _Window(since=deployment.now() - _LATELY, until=deployment.now())
    return _Window(since=on - _AROUND, until=on + timedelta(days=1) + _AROUND)


# --- what is stored --------------------------------------------------------------------------


def _of_item(deployment: Deployment, stored: StoredItem) -> Iterator[Finding]:
    """Say how an item came, what the rules say of it, and what was said of it."""
    steps: tuple[Callable[[Deployment, StoredItem], Iterator[Finding]], ...]
    steps = (_arrival, _judgement, _decision, _telling, _folding)
    for step in steps:
        for found in step(deployment, stored):
            yield replace(found, source=stored.item.source_id, item=f"#{short_id(stored.id)}")


def _arrival(_: Deployment, stored: StoredItem) -> Iterator[Finding]:
    item = stored.item
    yield Finding(code="item", text=f"#{short_id(stored.id)} {item.title}", inner=False)
    way = "added by hand to" if stored.origin is Origin.MANUAL else "stored from"
    dated = f", dated {item.published_at:%Y-%m-%d}" if item.published_at else ", without a date"
    yield Finding(
        code=stored.origin.value,
        text=f"{way} {item.source_id} on {stored.first_seen_at:%Y-%m-%d %H:%M} UTC{dated}",
    )
    if stored.after_change:
        yield Finding(code="after_change", text=AFTER_CHANGE)


def _judgement(_: Deployment, stored: StoredItem) -> Iterator[Finding]:
    if stored.linked and stored.linked.title_only:
        yield Finding(code="title_only", text=f"judged by title only: {stored.linked.why}")
    applying = _applying(stored)
    for match in applying:
        yield Finding(code="applies", text=f"{match.theme} applies: {_words(match)}")
    if applying:
        return
    near = [match for match in stored.matches if match.verdict is not Verdict.APPLIES]
    if not near:
        yield Finding(code="no_rule", text="no rule took it, and none is near")
        return
    best = max(near, key=lambda match: (match.verdict is Verdict.EXCLUDED, match.score))
    rules = ", ".join(dict.fromkeys(evidence.rule for evidence in best.evidence))
    by_rule = f" (rule {rules})" if rules else ""
    if best.verdict is Verdict.EXCLUDED:
        text = f"no rule took it; {best.theme}{by_rule} would, but is excluded by"
        yield Finding(code="excluded", text=f"{text} {best.excluded_by}")
        return
    text = f"no rule took it; nearest: {best.theme}{by_rule}, missing {', '.join(best.missing)}"
    yield Finding(code="near", text=text)


def _decision(_: Deployment, stored: StoredItem) -> Iterator[Finding]:
    if stored.decision is None or stored.state is State.NEW:
        return
    decision = stored.decision
    why = f": {decision.note}" if decision.note else ""
    yield Finding(
        code=decision.state.value,
        text=f"{decision.state} by {decision.who} on {decision.at:%Y-%m-%d %H:%M} UTC{why}",
    )


def _telling(deployment: Deployment, stored: StoredItem) -> Iterator[Finding]:
    said = deployment.store.said_of(stored.id)
    told = [each for each in said if each.digest]
    for digest, number in dict.fromkeys((each.digest, each.number) for each in told):
        first = next(each for each in told if (each.digest, each.number) == (digest, number))
        yield Finding(code="mailed" if first.sent_at else "issued", text=_mailed(first))
    if told:
        yield from _held_elsewhere(deployment, said, stored)
    if told or not _applying(stored):
        return
    if stored.origin is not Origin.NEWS:
        text = f"not mailed as news: {_NO_NEWS[stored.origin]}"
        yield Finding(code="not_news", text=text)
        return
    yield from _waiting(deployment, said, stored)


def _held_elsewhere(
    deployment: Deployment, said: Sequence[Said], stored: StoredItem
) -> Iterator[Finding]:
    """Say which digests wait for a decision on an item that others have told of."""
    telling = {each.digest for each in said}
    for spec in deployment.configuration.digests:
        if spec.takes.state and spec.id not in telling and _is_due(deployment, spec, said, stored):
            yield _to_be_kept(spec, stored) or Finding(
                code="waiting", text=f"waits for the next issue of {spec.id}, as kept"
            )


def _is_due(
    deployment: Deployment, spec: DigestSpec, said: Sequence[Said], stored: StoredItem
) -> bool:
    """Say whether a digest takes an item, and its notice is held back or in no window yet."""
    store, source = deployment.store, deployment.sources.get(stored.item.source_id)
    if not applying(spec, stored) or (source and not takes(spec, stored, source)):
        return False
    last = store.last_issue(spec.id)
    end = last.seq_to if last else store.timetables.standing(spec, deployment.now()).seq_from
    return spec.id in store.triage.holding(stored.id) or any(each.seq > end for each in said)


def _to_be_kept(spec: DigestSpec, stored: StoredItem) -> Finding | None:
    """Say that a digest tells of an item only once it is kept, unless it is."""
    if is_ready(spec, stored):
        return None
    if stored.state is State.DROPPED:
        text = f"{spec.id} leaves it out, for it was dropped; it would tell of it once it is kept"
        return Finding(code="left_out", text=text)
    command = f"policywatch items keep '#{short_id(stored.id)}'"
    text = f"waits to be kept, for {spec.id} tells only of what is: {command}"
    return Finding(code="undecided", text=text)


def _waiting(deployment: Deployment, said: Sequence[Said], stored: StoredItem) -> Iterator[Finding]:
    if not said:
        text = "not mailed: it matches only since the rules changed, which is counted in a line"
        yield Finding(code="rule_change", text=text)
        return
    themes = [match.theme for match in _applying(stored)]
    asking = [
        spec
        for spec in deployment.configuration.digests
        if any(wants(spec, theme) for theme in themes)
    ]
    if not asking:
        yield Finding(code="no_digest", text=f"not mailed: no digest takes {', '.join(themes)}")
    reasons = {spec.id: _left_out(deployment, spec, stored) for spec in asking}
    yield from (found for found in reasons.values() if found)
    waiting = [name for name, found in reasons.items() if found is None]
    if not waiting:
        return
    late = ", as found late" if {each.reason for each in said} == {Reason.LATE} else ""
    text = f"not mailed yet: it waits for the next issue of {', '.join(waiting)}{late}"
    yield Finding(code="late" if late else "waiting", text=text)


def _left_out(deployment: Deployment, spec: DigestSpec, stored: StoredItem) -> Finding | None:
    """Say why a digest that has the item's theme does not take the item now, if it does not."""
    source = deployment.sources.get(stored.item.source_id)
    if source and not takes(spec, stored, source):
        text = f"{spec.id} leaves it out by its jurisdictions, types or languages"
        return Finding(code="left_out", text=text)
    if applying(spec, stored):
        return _to_be_kept(spec, stored)
    best = max(match.score for match in _applying(stored) if wants(spec, match.theme))
    text = (
        f"{spec.id} leaves it out: its score {best:g} is below min_score {spec.takes.min_score:g}"
    )
    return Finding(code="below_minimum", text=text)


def _folding(deployment: Deployment, stored: StoredItem) -> Iterator[Finding]:
    """Say of which item's event a digest holds this one to be a further report."""
    members = deployment.store.cluster_members(stored.first_seen_at - OPEN)
    own = [member for member in members if member.report.id == stored.id]
    for member in own:
        head = deployment.store.item(member.cluster)
        if member.cluster != stored.id and head:
            text = f"folded into #{short_id(head.id)} {head.item.title}, of the same event"
            yield Finding(code="folded", text=text)


def _mailed(said: Said) -> str:
    issue = f"issue {said.number} of {said.digest}"
    if said.sent_at:
        return f"mailed in {issue} at {said.sent_at:%Y-%m-%d %H:%M} UTC{_AS[said.reason]}"
    when = f"{said.issued_at:%Y-%m-%d %H:%M} UTC" if said.issued_at else ""
    return f"told in {issue} of {when}{_AS[said.reason]}; no mail of it was accepted yet"


def _applying(stored: StoredItem) -> list[Match]:
    return [match for match in stored.matches if match.verdict is Verdict.APPLIES]


def _words(match: Match) -> str:
    return ", ".join(dict.fromkeys(f"{e.text} ({e.rule}, {e.field})" for e in match.evidence))


def _of_title(deployment: Deployment, text: str) -> Iterator[Finding]:
    found = alike(deployment.store, text, most=_MOST_ITEMS)
    if not found:
        yield Finding(
            code="unknown_title",
            text=f"no stored title contains '{text}', and none is like it: give its address to "
            "learn more",
            inner=False,
        )
        return
    yield Finding(code="like", text=f"no stored title contains '{text}'; the nearest:", inner=False)
    best, *others = found
    yield from _of_item(deployment, best)
    for stored in others:
        yield Finding(
            code="candidate",
            text=f"#{short_id(stored.id)} {stored.item.title}",
            source=stored.item.source_id,
            item=f"#{short_id(stored.id)}",
            inner=False,
        )


# --- what is not stored ----------------------------------------------------------------------


def _of_address(deployment: Deployment, address: str, window: _Window) -> Iterator[Finding]:
    host, sources = host_of(address), deployment.configuration.sources
    linking = deployment.store.sources_linking(host)
    covering = [source for source in sources if covers(source, host) or source.id in linking]
    if not covering:
        yield _uncovered(host, sources)
        return
    yield Finding(code="not_stored", text=f"not stored, though {host} is read by:", inner=False)
    for source in covering:
        for found in _reach(deployment, source, urlsplit(address).path, window):
            yield replace(found, text=f"{source.id}: {found.text}", source=source.id)


def _uncovered(host: str, sources: Sequence[Source]) -> Finding:
    near = nearest(host, sources)
    text = f"not stored, and no source covers {host}"
    if near is None:
        return Finding(code="not_covered", text=f"{text}; nothing near it is read", inner=False)
    text = f"{text}; the nearest is {near.source.id}: {near.shared}"
    return Finding(code="not_covered", text=text, source=near.source.id, inner=False)


def _reach(deployment: Deployment, source: Source, path: str, window: _Window) -> Iterator[Finding]:
    """Say how a source was read in a window, and why it may have missed something."""
    if not source.enabled:
        yield Finding(code="disabled", text=f"disabled: {source.reason}")
        return
    state = deployment.store.source_state(source.id)
    if source.path_filter not in path:
        text = f"leaves out what has no '{source.path_filter}' in its path (path_filter)"
        yield Finding(code="filtered", text=text)
    yield _readings(deployment, source, window)
    if state.baseline_at and state.baseline_at > window.since:
        text = f"first read on {state.baseline_at:%Y-%m-%d}: what it no longer listed was not seen"
        yield Finding(code="new_source", text=text)
    yield from _doubts(deployment, source, window)


def _readings(deployment: Deployment, source: Source, window: _Window) -> Finding:
    readings = deployment.store.readings(source.id, window.since, window.until)
    if not readings:
        text = f"not asked at all {window}: policywatch poll {source.id}"
        return Finding(code="not_asked", text=text)
    failed = [(at, result) for at, result in readings if not result.outcome.read]
    if not failed:
        text = f"read {len(readings)} times {window}; the address was never among its entries"
        return Finding(code="unseen", text=text)
    last, why = failed[-1]
    return Finding(
        code="blocked" if why.outcome is Outcome.BLOCKED else "failing",
        text=f"could not be read {len(failed)} of {len(readings)} times {window}, first on "
        f"{failed[0][0]:%Y-%m-%d %H:%M} UTC, last on {last:%Y-%m-%d %H:%M} UTC "
        f"({why.outcome}: {why.error})",
    )


def _doubts(deployment: Deployment, source: Source, window: _Window) -> Iterator[Finding]:
    for record in deployment.store.alarm_log(window.since):
        alarm = record.alarm
        here = record.source_id == source.id and record.raised_at <= window.until
        if here and alarm.kind not in FAILURES:
            yield Finding(code=alarm.kind.value, text=alarm.text)
