"""Digests: build what is due, freeze it with its mails, deliver what the outbox holds.

The ledger decides what an issue says, the outbox what still has to go; a crash between any two
steps is made good by the next pass.
"""

from dataclasses import dataclass
from datetime import datetime

from jobs.deployment import JOB_WAIT_SECONDS, Deployment
from jobs.findings import draft
from jobs.outbox import deliver_outbox
from pipeline.closing import closings
from pipeline.digest import Issue, from_json, to_json
from pipeline.records import (
    DigestSpec,
    Empty,
    IssueRecord,
    Mail,
    MailState,
    OutboxMail,
)
from pipeline.render.mail import Frame, RenderedMail, render
from pipeline.schedule import last_cutoff


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


def preview(deployment: Deployment, spec: DigestSpec) -> Issue:
    """Build the issue that would be sent now; nothing is written."""
    return draft(deployment, spec, deployment.now()).issue


def send(deployment: Deployment, spec: DigestSpec) -> tuple[Sending, ...]:
    """Issue what a digest has not said yet, and deliver it with whatever the outbox still holds.

    A cut-off has one issue: when the last one is covered and the ledger holds nothing new, no
    issue is added.
    """
    with deployment.store.mail_lock("digest", wait_seconds=JOB_WAIT_SECONDS):
        pending = {mail.issue_id for mail in deployment.store.outbox()}
        record = _issue(deployment, spec, only_due=False)
        deliver_outbox(deployment, patient=False)
    return _sendings(deployment, pending | ({record.id} if record else set()))


def send_due(deployment: Deployment) -> tuple[Sending, ...]:
    """Issue every digest whose cut-off has passed, and deliver what the outbox holds."""
    with deployment.store.mail_lock("digest", wait_seconds=JOB_WAIT_SECONDS):
        pending = {mail.issue_id for mail in deployment.store.outbox()}
        made = [
            _issue(deployment, spec, only_due=True) for spec in deployment.configuration.digests
        ]
        deliver_outbox(deployment, patient=True)
    return _sendings(deployment, pending | {record.id for record in made if record})


def frame(deployment: Deployment) -> Frame:
    """Return what every mail of the deployment says around its issue."""
    # No base URL yet: nothing of ours answers at it before there are pages to serve.
    return Frame(
        sender=deployment.settings.mail_from,
        deployment=deployment.store.deployment_id(),
    )


def rendered(deployment: Deployment, record: IssueRecord, address: str) -> RenderedMail:
    """Render a frozen issue for an address: the same bytes whenever asked."""
    return render(from_json(record.contents), frame(deployment), address)


def issue_due(
    spec: DigestSpec, previous: IssueRecord | None, first_run: datetime | None, now: datetime
) -> bool:
    """Say whether the last cut-off still has no issue; one before the first run needs none."""
    cutoff = last_cutoff(spec, now)
    if cutoff is None or first_run is None:
        return False
    covered = previous.window_end if previous else first_run
    return covered < cutoff


def _issue(deployment: Deployment, spec: DigestSpec, *, only_due: bool) -> IssueRecord | None:
    """Freeze the next issue of a digest with a mail for each subscriber, or None."""
    store = deployment.store
    people = store.subscribers(spec.id)
    if not people:
        return None
    with store.job_lock("digest", wait_seconds=JOB_WAIT_SECONDS):
        now = deployment.now()
        previous = store.last_issue(spec.id)
        due = issue_due(spec, previous, store.first_run_at(), now)
        if only_due and not due:
            return None
        made = draft(deployment, spec, now)
        issue = made.issue
        if issue.silent and ((not due and previous) or spec.empty is Empty.SKIP):
            return None
        record = _record(issue)
        mails = [_mail(deployment, record, person.address) for person in people]
        store.save_stories(made.members, closings(issue.deadlines))
        return store.save_issue(record, issue.notices, mails, now)


def _record(issue: Issue) -> IssueRecord:
    return IssueRecord(
        id=0,
        digest=issue.digest,
        number=issue.number,
        window_start=issue.window_start,
        window_end=issue.window_end,
        seq_from=issue.seq_from,
        seq_to=issue.seq_to,
        contents=to_json(issue),
    )


def _mail(deployment: Deployment, record: IssueRecord, address: str) -> Mail:
    made = rendered(deployment, record, address)
    return Mail(address=address, message_id=made.message_id, payload=made.payload)


def _sendings(deployment: Deployment, issue_ids: set[int]) -> tuple[Sending, ...]:
    store = deployment.store
    records = [record for record in store.issues() if record.id in issue_ids]
    return tuple(
        Sending(record=record, mails=store.outbox(issue_id=record.id))
        for record in sorted(records, key=lambda record: record.id)
    )
