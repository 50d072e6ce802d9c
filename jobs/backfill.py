"""Read a source's past, document by document back to a day: stored and searchable, never mailed."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date

from jobs.deployment import JOB_WAIT_SECONDS, Deployment
from jobs.poll import Choice, full_task, poll
from pipeline.errors import SourceError
from pipeline.fetch import HostSession
from pipeline.model import Parsed, RawItem, Request, Source
from pipeline.parse import KINDS
from pipeline.reader import GONE, read_document, refused_reading
from pipeline.reading import FetchPolicy, PollTask, Reading
from pipeline.records import Backfill, Past
from pipeline.run import Inflow, take_in, take_past, unhurried
from pipeline.urls import host_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfilled:
    """How a backfill ended; `error` says why it did before its day.

    A resumed one counts from its start. `trouble` names what could not be read on the way.
    """

    progress: Backfill
    resumed: bool = False
    error: str = ""
    trouble: tuple[str, ...] = ()


def backfill(
    deployment: Deployment,
    source: Source,
    since: date,
    *,
    on_page: Callable[[Backfill, Past], None] | None = None,
) -> Backfilled:
    """Read back to a day; an interrupted backfill to the same day goes on where it stopped.

    The source is polled first, so that what is news is taken in as news.
    """
    (polled,) = poll(deployment, Choice(ids=(source.id,))).results
    if not polled.outcome.read:
        nothing = Backfill(source_id=source.id, since=since, waiting=())
        return Backfilled(progress=nothing, error=polled.error)
    held = _held(deployment, source, since)
    walk = _Walk(deployment, source, held or _begun(source, since))
    policy = unhurried(deployment.settings.fetch_policy, [source])
    _pause(deployment, source, policy)
    error = ""
    with HostSession(policy) as session:
        while walk.progress.waiting and not error:
            try:
                past = walk.step(session)
            except SourceError as e:
                refused = refused_reading(walk.task(), e)
                _leave_alone(deployment, refused)
                error = refused.error
            else:
                if on_page:
                    on_page(walk.progress, past)
    return Backfilled(
        progress=walk.progress, resumed=bool(held), error=error, trouble=tuple(walk.trouble)
    )


class _Walk:
    """A way back through a source's documents; each step is saved as it is made."""

    def __init__(self, deployment: Deployment, source: Source, progress: Backfill) -> None:
        self.progress = progress
        self.trouble: list[str] = []
        self._deployment = deployment
        self._source = source
        self._asked: set[str] = set()

    def task(self) -> PollTask:
        """Return what asks for the source's past."""
        task = full_task(self._source, None, self._deployment.now())
        return replace(task, since=self.progress.since)

    def step(self, session: HostSession) -> Past:
        """Read the next document and store what it brings; raise SourceError.

        One that is no longer there brings nothing, and is named.
        """
        url = self.progress.waiting[0]
        self._asked.add(url)
        task = self.task()
        try:
            parsed, following = read_document(task, Request(url=url), session)
        except SourceError as e:
            if e.status not in GONE:
                raise
            trouble = (refused_reading(task, e).error,)
            parsed, following = Parsed(title="", items=(), trouble=trouble), ()
        self.trouble += parsed.trouble
        return self._take_in(parsed.items, following)

    def _take_in(self, raw_items: Iterable[RawItem], following: Iterable[Request]) -> Past:
        deployment, now = self._deployment, self._deployment.now()
        store, ruleset = deployment.store, deployment.configuration.ruleset
        with store.job_lock("backfill", wait_seconds=JOB_WAIT_SECONDS):
            inflow = Inflow(source=self._source, ruleset=ruleset, store=store)
            past = take_past(inflow, raw_items, now)
            ended = KINDS[self._source.kind].ends_backfill(self.progress.since, past.newest_at)
            progress = self._after(past, () if ended else following)
            store.save_backfill(progress, past, ruleset.hash, now)
        self.progress = progress
        return past

    def _after(self, past: Past, following: Iterable[Request]) -> Backfill:
        held = self.progress
        left = dict.fromkeys((*held.waiting[1:], *(request.url for request in following)))
        return replace(
            held,
            waiting=tuple(url for url in left if url not in self._asked),
            pages=held.pages + 1,
            new=held.new + len(past.new),
        )


def _held(deployment: Deployment, source: Source, since: date) -> Backfill | None:
    """Return an interrupted backfill of the source to that day."""
    held = deployment.store.backfill(source.id)
    return held if held and held.since == since and held.waiting else None


def _begun(source: Source, since: date) -> Backfill:
    ask = KINDS[source.kind].since
    waiting = tuple(request.url for request in ask(source, since)) if ask else ()
    return Backfill(source_id=source.id, since=since, waiting=waiting)


def _pause(deployment: Deployment, source: Source, policy: FetchPolicy) -> None:
    """Wait as after every request: the poll has asked the same host just now."""
    if host_key(source.url) not in deployment.settings.allow_networks:
        time.sleep(policy.limits.spacing)


def _leave_alone(deployment: Deployment, refused: Reading) -> None:
    """Let polls, too, keep away as long as a server asks for."""
    if refused.retry_after_seconds is None:
        return
    store, now = deployment.store, deployment.now()
    source, ruleset = deployment.sources[refused.source_id], deployment.configuration.ruleset
    run_id = store.start_run("backfill", now)
    with store.job_lock("backfill", wait_seconds=JOB_WAIT_SECONDS):
        inflow = Inflow(source=source, ruleset=ruleset, store=store)
        intake = take_in(inflow, refused, store.source_state(source.id), now)
        store.save_intake(run_id, intake, ruleset.hash, now)
    store.finish_run(run_id, deployment.now())
