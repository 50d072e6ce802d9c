"""Digests: build what is due, freeze it with its mails, deliver what the outbox holds.

The ledger decides what an issue says, the outbox what still has to go; a crash between any two
steps is made good by the next pass.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from jobs.deployment import JOB_WAIT_SECONDS, Deployment
from jobs.editions import make_mail
from jobs.findings import draft
from jobs.outbox import deliver_outbox, may_ever_go
from jobs.window import Window, window_of
from pipeline.closing import closings
from pipeline.digest import Issue, to_json
from pipeline.ports import Store
from pipeline.records import DigestSpec, Empty, IssueRecord, MailState, OutboxMail
from pipeline.windows import waiting_since, waits


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
    window = window_of(deployment, spec, now)
    if days is None:
        return draft(deployment, spec, window, now).issue
    since = now - timedelta(days=days)
    seq = deployment.store.timetables.seq_at(since)
    standing = replace(window.standing, added_at=since, seq_from=seq)
    asked = replace(window, standing=standing, previous=None, first=False)
    issue = draft(deployment, spec, asked, now).issue
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
    if not addresses or not _may_be_built(deployment, window_of(deployment, spec, now), haste, now):
        return None
    with store.job_lock("digest", wait_seconds=JOB_WAIT_SECONDS):
        now = deployment.now()
        # What was true without the lock may be an issue of somebody else's by now.
        window = window_of(deployment, spec, now)
        if not _may_be_built(deployment, window, haste, now):
            return None
        drafted = draft(deployment, spec, window, now)
        made = drafted.issue
        if made.silent and ((not window.owed and window.previous) or spec.empty is Empty.SKIP):
            if window.owed:
                store.timetables.pass_over(spec.id, window.owed[-1])
            return None
        record = _record(made, window)
        mails = [make_mail(deployment, record, address) for address in addresses]
        store.save_stories(drafted.members, closings(made.deadlines))
        if made.waiting:
            # Before the issue: what is held twice is told once, what is not held would be lost.
            store.triage.hold(spec.id, made.waiting.notices)
        return store.save_issue(record, made.notices, mails, now)


def recipients(store: Store, spec: DigestSpec) -> tuple[str, ...]:
    """Return where an issue of a digest goes: outputs first, then who is not paused."""
    people = store.subscribers(spec.id)
    return (*spec.outputs, *(person.address for person in people if person.paused_at is None))


def _may_be_built(deployment: Deployment, window: Window, haste: Haste, now: datetime) -> bool:
    if haste is Haste.NOW:
        return True
    return bool(window.owed) and not (haste is Haste.READ and _waits(deployment, window, now))


def _waits(deployment: Deployment, window: Window, now: datetime) -> bool:
    """Say whether an issue waits for its reading, and note since when."""
    if not window.unread:
        return False
    standing, cutoff = window.standing, window.owed[-1]
    since = waiting_since(standing, cutoff, now)
    if since != standing.waiting_since:
        deployment.store.timetables.wait(standing.digest, since)
    return waits(standing, cutoff, now)


def _record(issue: Issue, window: Window) -> IssueRecord:
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


def open_issues(store: Store) -> set[int]:
    """Return the issues of which some mail may still be tried."""
    return {mail.issue_id for mail in store.outbox() if may_ever_go(mail)}


def sendings(store: Store, issue_ids: Collection[int]) -> tuple[Sending, ...]:
    """Return how issues stand, oldest first."""
    return tuple(
        Sending(record=store.timetables.issue(one), mails=store.outbox(issue_id=one))
        for one in sorted(issue_ids)
    )
