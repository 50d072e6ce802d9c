"""Digests: build what is due, freeze it with its mails, deliver what the outbox holds.

The ledger decides what an issue says, the outbox what still has to go; a crash between any two
steps is made good by the next pass.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from jobs.deployment import JOB_WAIT_SECONDS, Deployment
from jobs.editions import make_mail
from jobs.outbox import deliver_outbox, may_ever_go
from pipeline.alarms import doubts
from pipeline.digest import (
    Findings,
    Issue,
    Setting,
    build_issue,
    new_source_ids,
    to_json,
)
from pipeline.health import awaited, left_alone_until
from pipeline.model import SourceState, Verdict
from pipeline.pace import waits as pauses
from pipeline.ports import Store
from pipeline.records import (
    DigestSpec,
    Empty,
    IssueRecord,
    MailState,
    OutboxMail,
    Reach,
    Standing,
    StoredItem,
)
from pipeline.windows import owed, waiting_since, waits

_BASELINE_REACH = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One issue and how its mails stand."""

    record: IssueRecord
    mails: tuple[OutboxMail, ...]

    @property
    def state(self) -> str:
        """Return one word for all mails of the issue."""
        states = {mail.state for mail in self.mails}
        if not states:
            return "no_subscribers"
        if len(states) == 1:
            return states.pop().value
        return "partly_sent" if MailState.SENT in states else "undelivered"

    @property
    def delivered(self) -> bool:
        """Say whether every mail of the issue was accepted."""
        return all(mail.state is MailState.SENT for mail in self.mails)


def preview(deployment: Deployment, spec: DigestSpec, *, days: int | None = None) -> Issue:
    """Build the issue that would be sent now; nothing is written.

    With `days` it tells what was found in so many days, whatever was issued of it.
    """
    now = deployment.now()
    window = _window(deployment, spec, now)
    if days is None:
        return _build(deployment, spec, window, now)
    since = now - timedelta(days=days)
    seq = deployment.store.timetables.seq_at(since)
    standing = replace(window.standing, added_at=since, seq_from=seq)
    issue = _build(deployment, spec, replace(window, standing=standing, previous=None), now)
    last = window.previous.number if window.previous else None
    return replace(issue, number=(last or 0) + 1, previous_number=last)


def send(deployment: Deployment, spec: DigestSpec) -> tuple[Sending, ...]:
    """Issue what a digest has not said yet, and deliver it with whatever the outbox still holds.

    A cut-off has one issue: when the last one is covered and the ledger holds nothing new, no
    issue is added.
    """
    note_digests(deployment)
    with deployment.store.mail_lock("digest", wait_seconds=JOB_WAIT_SECONDS):
        pending = open_issues(deployment.store)
        record = issue(deployment, spec, Haste.NOW)
        deliver_outbox(deployment, patient=False)
    return sendings(deployment.store, pending | ({record.id} if record else set()))


def send_due(deployment: Deployment, *, wait: bool) -> tuple[Sending, ...]:
    """Issue every digest whose cut-off has passed, and deliver what the outbox holds.

    With `wait` an issue is built once the reading for its cut-off has ended, or half an hour on.
    """
    note_digests(deployment)
    haste = Haste.READ if wait else Haste.DUE
    with deployment.store.mail_lock("digest", wait_seconds=JOB_WAIT_SECONDS):
        pending = open_issues(deployment.store)
        made = [issue(deployment, spec, haste) for spec in deployment.configuration.digests]
        deliver_outbox(deployment, patient=True)
    return sendings(deployment.store, pending | {record.id for record in made if record})


def resume(deployment: Deployment) -> tuple[Sending, ...]:
    """Deliver at once what the outbox still holds, and issue nothing."""
    with deployment.store.mail_lock("digest", wait_seconds=JOB_WAIT_SECONDS):
        pending = open_issues(deployment.store)
        deliver_outbox(deployment, patient=False)
    return sendings(deployment.store, pending)


def resend(deployment: Deployment, mails: Sequence[OutboxMail]) -> tuple[Sending, ...]:
    """Send further copies of mails, the same bytes, because a person asked for them."""
    with deployment.store.mail_lock("digest", wait_seconds=JOB_WAIT_SECONDS):
        for mail in mails:
            deployment.store.mails.plan_again(mail, deployment.now())
        deliver_outbox(deployment, patient=False)
    return sendings(deployment.store, {mail.issue_id for mail in mails})


def note_digests(deployment: Deployment) -> None:
    """Note digests that are new and schedules that changed, before anything follows from them."""
    deployment.store.timetables.sync(deployment.configuration.digests, deployment.now())


class Haste(StrEnum):
    """When an issue is built: now, once a cut-off passed, or once its reading has ended, too."""

    NOW = "now"
    DUE = "due"
    READ = "read"


def issue(deployment: Deployment, spec: DigestSpec, haste: Haste) -> IssueRecord | None:
    """Freeze the next issue of a digest with a mail for each recipient, or None."""
    store, now = deployment.store, deployment.now()
    addresses = recipients(store, spec)
    if not addresses or not _may_be_built(deployment, _window(deployment, spec, now), haste, now):
        return None
    with store.job_lock("digest", wait_seconds=JOB_WAIT_SECONDS):
        now = deployment.now()
        # What was true without the lock may be an issue of somebody else's by now.
        window = _window(deployment, spec, now)
        if not _may_be_built(deployment, window, haste, now):
            return None
        made = _build(deployment, spec, window, now)
        if made.silent and ((not window.owed and window.previous) or spec.empty is Empty.SKIP):
            if window.owed:
                store.timetables.pass_over(spec.id, window.owed[-1])
            return None
        record = _record(made, window)
        mails = [make_mail(deployment, record, address) for address in addresses]
        return store.save_issue(record, made.notices, mails, now)


def recipients(store: Store, spec: DigestSpec) -> tuple[str, ...]:
    """Return where an issue of a digest goes: outputs first, then who is not paused."""
    people = store.subscribers(spec.id)
    return (*spec.outputs, *(person.address for person in people if person.paused_at is None))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    """What the next issue of a digest covers, and how it was read."""

    standing: Standing
    previous: IssueRecord | None
    owed: tuple[datetime, ...]
    unread: int
    read_at: datetime | None


def _window(deployment: Deployment, spec: DigestSpec, now: datetime) -> _Window:
    store = deployment.store
    standing = store.timetables.standing(spec, now)
    previous = store.last_issue(spec.id)
    moments = owed(standing, previous, now) if store.first_run_at() else ()
    states = store.source_states()
    attempts = [state.last_attempt_at for state in states.values() if state.last_attempt_at]
    return _Window(
        standing=standing,
        previous=previous,
        owed=moments,
        unread=_unread(deployment, states, moments[-1], now) if moments else 0,
        read_at=max(attempts, default=None),
    )


def _unread(
    deployment: Deployment, states: Mapping[str, SourceState], cutoff: datetime, now: datetime
) -> int:
    """Count the sources whose reading for a cut-off is still to come and may come."""
    waiting = pauses(states.values(), now)
    return sum(
        source.enabled
        and awaited(states[source.id], cutoff)
        and not left_alone_until(source, states[source.id], waiting, now)
        for source in deployment.configuration.sources
        if source.id in states
    )


def _may_be_built(deployment: Deployment, window: _Window, haste: Haste, now: datetime) -> bool:
    if haste is Haste.NOW:
        return True
    return bool(window.owed) and not (haste is Haste.READ and _waits(deployment, window, now))


def _waits(deployment: Deployment, window: _Window, now: datetime) -> bool:
    """Say whether an issue waits for its reading, and note since when."""
    if not window.unread:
        return False
    standing, cutoff = window.standing, window.owed[-1]
    since = waiting_since(standing, cutoff, now)
    if since != standing.waiting_since:
        deployment.store.timetables.wait(standing.digest, since)
    return waits(standing, cutoff, now)


def _record(issue: Issue, window: _Window) -> IssueRecord:
    return IssueRecord(
        id=0,
        digest=issue.digest,
        number=issue.number,
        window_start=issue.window_start,
        window_end=issue.window_end,
        seq_from=issue.seq_from,
        seq_to=issue.seq_to,
        contents=to_json(issue),
        merged=issue.merged,
        first_cutoff=window.owed[0] if window.owed else None,
        last_cutoff=window.owed[-1] if window.owed else None,
        read_at=window.read_at,
        unread=window.unread,
    )


def _build(deployment: Deployment, spec: DigestSpec, window: _Window, now: datetime) -> Issue:
    store, configuration = deployment.store, deployment.configuration
    previous, standing = window.previous, window.standing
    lines = store.ledger(previous.seq_to if previous else standing.seq_from)
    new_sources = new_source_ids(lines)
    start = previous.window_end if previous else standing.added_at
    findings = Findings(
        lines=lines,
        reach=_reach(store, start if previous else None, now),
        baselines=_baselines(store, new_sources),
        stored=store.stored_counts(new_sources),
        near=_near(store.near_misses(start, now)),
        since=standing.added_at,
        seq_from=standing.seq_from,
    )
    setting = Setting(
        sources=deployment.sources,
        themes={
            theme.id: theme.title.get("en", theme.id) for theme in configuration.ruleset.themes
        },
        warnings=deployment.warnings + _unread_warning(window, spec, len(deployment.sources)),
        rehearsal=deployment.settings.now is not None,
        merged=max(1, len(window.owed)) if previous else 1,
    )
    return build_issue(spec, previous, findings, setting, now)


def _reach(store: Store, since: datetime | None, now: datetime) -> dict[str, Reach]:
    """Say how each source was read in a window, and why that may prove little."""
    states = store.source_states()
    window = since or now - timedelta(days=1)
    return {
        name: replace(reach, doubt="; ".join(doubts(states[name], now, since=window)))
        for name, reach in store.reach(since, now).items()
    }


def _baselines(store: Store, source_ids: Sequence[str]) -> dict[str, Sequence[StoredItem]]:
    """Return what matched among the last days before each first contact."""
    states = store.source_states()
    since = {
        name: state.baseline_at - _BASELINE_REACH
        for name in source_ids
        if (state := states.get(name)) and state.baseline_at
    }
    return {name: store.baseline_matches(name, since=start) for name, start in since.items()}


def _unread_warning(window: _Window, spec: DigestSpec, sources: int) -> tuple[str, ...]:
    if not window.unread:
        return ()
    read = window.read_at and window.read_at.astimezone(ZoneInfo(spec.zone))
    last = f"the newest reading was at {read:%Y-%m-%d %H:%M} ({spec.zone})" if read else "none was"
    return (f"{window.unread} of {sources} sources were not read in time for this issue; {last}.",)


def _near(found: Sequence[StoredItem]) -> list[StoredItem]:
    """Leave out what some theme took: it stands in the issue already."""
    return [x for x in found if all(m.verdict is not Verdict.APPLIES for m in x.matches)]


def open_issues(store: Store) -> set[int]:
    """Return the issues of which some mail may still be tried."""
    return {mail.issue_id for mail in store.outbox() if may_ever_go(mail)}


def sendings(store: Store, issue_ids: Collection[int]) -> tuple[Sending, ...]:
    """Return how issues stand, oldest first."""
    return tuple(
        Sending(record=store.timetables.issue(one), mails=store.outbox(issue_id=one))
        for one in sorted(issue_ids)
    )
