"""Digests: build what is due, freeze it with its mails, deliver what the outbox holds.

The ledger decides what an issue says, the outbox what still has to go; a crash between any two
steps is made good by the next pass.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from jobs.deployment import JOB_WAIT_SECONDS, Deployment
from jobs.outbox import deliver_outbox
from pipeline.alarms import doubts, recoveries, unproven
from pipeline.digest import (
    Findings,
    Issue,
    Setting,
    build_issue,
    from_json,
    new_source_ids,
    to_json,
)
from pipeline.model import Verdict
from pipeline.ports import Store
from pipeline.records import (
    DigestSpec,
    Empty,
    IssueRecord,
    Mail,
    MailState,
    OutboxMail,
    Reach,
    StoredItem,
)
from pipeline.render.mail import Frame, RenderedMail, render
from pipeline.schedule import cutoffs, last_cutoff

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


def preview(deployment: Deployment, spec: DigestSpec) -> Issue:
    """Build the issue that would be sent now; nothing is written."""
    return _build(deployment, spec, deployment.now())


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
        issue = _build(deployment, spec, now)
        if issue.silent and ((not due and previous) or spec.empty is Empty.SKIP):
            return None
        record = _record(issue)
        mails = [_mail(deployment, record, person.address) for person in people]
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


def _build(deployment: Deployment, spec: DigestSpec, now: datetime) -> Issue:
    store, configuration = deployment.store, deployment.configuration
    previous = store.last_issue(spec.id)
    lines = store.ledger(previous.seq_to if previous else 0)
    new_sources = new_source_ids(lines)
    first_run = store.first_run_at()
    start = previous.window_end if previous else first_run
    findings = Findings(
        lines=lines,
        reach=_reach(deployment, start if previous else None, now),
        baselines=_baselines(store, new_sources),
        stored=store.stored_counts(new_sources),
        near=_near(store.near_misses(start, now)),
        since=first_run,
    )
    setting = Setting(
        sources=deployment.sources,
        themes={
            theme.id: theme.title.get("en", theme.id) for theme in configuration.ruleset.themes
        },
        warnings=deployment.warnings,
        rehearsal=deployment.settings.now is not None,
        merged=_merged(spec, previous, now),
    )
    return build_issue(spec, previous, findings, setting, now)


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


def _merged(spec: DigestSpec, previous: IssueRecord | None, now: datetime) -> int:
    """Count the cut-offs that an issue stands for; silent ones were skipped on purpose."""
    if previous is None or spec.empty is Empty.SKIP:
        return 1
    return max(1, len(cutoffs(spec, previous.window_end, now)))


def _near(found: Sequence[StoredItem]) -> list[StoredItem]:
    """Leave out what some theme took: it stands in the issue already."""
    return [x for x in found if all(m.verdict is not Verdict.APPLIES for m in x.matches)]


def _sendings(deployment: Deployment, issue_ids: set[int]) -> tuple[Sending, ...]:
    store = deployment.store
    records = [record for record in store.issues() if record.id in issue_ids]
    return tuple(
        Sending(record=record, mails=store.outbox(issue_id=record.id))
        for record in sorted(records, key=lambda record: record.id)
    )
