"""Read sources: choose which, fetch them side by side, take in each as it comes."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from jobs.deployment import JOB_WAIT_SECONDS, Deployment
from jobs.follow import Pages, with_pages
from jobs.memory import return_large_blocks
from jobs.settings import key_of
from jobs.window import last_issues
from pipeline.alarms import unproven
from pipeline.errors import PolicywatchError
from pipeline.health import due, effective_url, left_alone_until, unconditional
from pipeline.model import Outcome, Source, SourceResult, SourceState, Validators
from pipeline.pace import waits
from pipeline.parse import KINDS
from pipeline.ports import Store
from pipeline.reader import failed_reading
from pipeline.reading import PollTask, Reading
from pipeline.records import DigestSpec, Intake, Snapshot
from pipeline.run import Inflow, batches, read_all, take_in
from pipeline.schedule import next_cutoff
from pipeline.windows import owed

FETCH_THREADS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which sources to read: the named ones, every enabled one, or (neither) what is due.

    `force` reads in full: it asks without validators and parses an unchanged body again.
    """

    ids: tuple[str, ...] = ()
    all: bool = False
    force: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PollReport:
    """How one run went, source by source in the order of the configuration.

    Where nothing was due there was no run, and its number is 0. `unproven` are sources on trial
    that never worked and that nobody asked for by name.
    """

    run_id: int
    started: datetime
    finished: datetime
    results: tuple[SourceResult, ...]
    unproven: frozenset[str] = frozenset()

    @property
    def failed(self) -> tuple[SourceResult, ...]:
        """Return the results of the sources that could not be read, but should."""
        unread = (r for r in self.results if not r.outcome.read)
        return tuple(
            r
            for r in unread
            if r.outcome is not Outcome.DISABLED and r.source_id not in self.unproven
        )


def poll(
    deployment: Deployment,
    choice: Choice,
    *,
    on_result: Callable[[SourceResult], None] | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> PollReport:
    """Read the chosen sources and save each reading in a transaction of its own.

    `stopping` is asked between two sources: what was not read by then stays due.
    """
    return_large_blocks()
    store, started = deployment.store, deployment.now()
    _note_configuration(deployment, started)
    states = store.source_states()
    chosen, results = _choose(deployment, choice, states, started)
    if not chosen and not results and choice == Choice() and store.first_run_at():
        # The service asks every few seconds; what did not happen leaves no trace.
        return PollReport(run_id=0, started=started, finished=started, results=())
    run_id = store.start_run("poll", started)
    tell = on_result or _nobody
    for result in results:
        tell(result)
    readings = _readings(deployment, chosen, states, choice)
    for reading, pages in with_pages(deployment, readings):
        result = _take_in(deployment, run_id, reading, pages)
        results.append(result)
        tell(result)
        if stopping():
            break
    finished = deployment.now()
    store.finish_run(run_id, finished)
    return PollReport(
        run_id=run_id,
        started=started,
        finished=finished,
        results=_in_order(deployment, results),
        unproven=_unproven(deployment, choice, results),
    )


def _note_configuration(deployment: Deployment, now: datetime) -> None:
    store, configuration = deployment.store, deployment.configuration
    store.sync_sources(configuration.sources, now)
    # Before the first notice: a digest tells of what is found once it is there.
    store.timetables.sync(configuration.digests, now)
    ruleset = configuration.ruleset
    store.put_ruleset(ruleset.hash, ruleset.text, ruleset.file, now)


def _in_order(deployment: Deployment, results: Iterable[SourceResult]) -> tuple[SourceResult, ...]:
    order = {source.id: i for i, source in enumerate(deployment.configuration.sources)}
    return tuple(sorted(results, key=lambda result: order[result.source_id]))


def _unproven(
    deployment: Deployment, choice: Choice, results: Iterable[SourceResult]
) -> frozenset[str]:
    unread = {result.source_id for result in results if not result.outcome.read}
    trials = (s for s in deployment.configuration.sources if s.trial and s.id in unread)
    states = deployment.store.source_states() if unread and not choice.ids else {}
    return frozenset(s.id for s in trials if s.id in states and unproven(s, states[s.id]))


def full_task(source: Source, last_success_at: datetime | None, now: datetime) -> PollTask:
    """Return what reads a source in full, whatever was read before."""
    return PollTask(
        source=source,
        since=KINDS[source.kind].poll_since(last_success_at, now),
        day=now.astimezone(ZoneInfo(source.timezone)).date(),
        secret=key_of(source),
    )


def _nobody(result: SourceResult) -> None:
    del result


def _choose(
    deployment: Deployment, choice: Choice, states: Mapping[str, SourceState], now: datetime
) -> tuple[list[Source], list[SourceResult]]:
    """Return the sources to read, and the results of those that were asked for but are not."""
    chosen: list[Source] = []
    refused: list[SourceResult] = []
    waiting = {**deployment.store.page_waits(now), **waits(states.values(), now)}
    for source in _candidates(deployment, choice, states, now):
        until = left_alone_until(source, states[source.id], waiting, now)
        if until and choice == Choice():
            continue
        if not source.enabled:
            refused.append(_refusal(source, Outcome.DISABLED, f"disabled: {source.reason}"))
        elif until:
            message = f"not asked: the server wants to be left alone until {_minute(until)}"
            refused.append(_refusal(source, Outcome.BLOCKED, message))
        else:
            chosen.append(source)
    return chosen, refused


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _candidates(
    deployment: Deployment, choice: Choice, states: Mapping[str, SourceState], now: datetime
) -> Iterable[Source]:
    sources = deployment.configuration.sources
    if choice.ids:
        return [source for source in sources if source.id in choice.ids]
    enabled = [source for source in sources if source.enabled]
    if choice.all:
        return enabled
    cutoffs = [
        moment
        for spec in deployment.configuration.digests
        for moment in _cutoffs(deployment.store, spec, now)
    ]
    return [source for source in enabled if due(states[source.id], now, cutoffs)]


def _cutoffs(store: Store, spec: DigestSpec, now: datetime) -> Iterator[datetime]:
    """Give the next cut-off of a digest, and the last one while its issue is owed."""
    following = next_cutoff(spec, now)
    if following:
        yield following
    issues = last_issues(store, spec, now)
    yield from owed(store.timetables.standing(spec, now), issues, now)[-1:]


def _refusal(source: Source, outcome: Outcome, message: str) -> SourceResult:
    return SourceResult(source_id=source.id, outcome=outcome, error=message)


def _readings(
    deployment: Deployment,
    chosen: Sequence[Source],
    states: Mapping[str, SourceState],
    choice: Choice,
) -> Iterable[Reading]:
    now = deployment.now()
    tasks = [_task(source, states[source.id], choice, now) for source in _in_turn(chosen, states)]
    policy = deployment.settings.fetch_policy
    executor = ThreadPoolExecutor(FETCH_THREADS, thread_name_prefix="fetch")
    try:
        yield from read_all(batches(tasks, policy), executor)
    finally:
        # Who stops us does not wait for servers that hang: what they hold stays due.
        executor.shutdown(wait=False, cancel_futures=True)


def _in_turn(chosen: Sequence[Source], states: Mapping[str, SourceState]) -> list[Source]:
    """Return sources in the order in which to ask them: who was not asked for longest first.

    Who was refused or failed the last time comes after its neighbours on the host: they show
    whether the server means us or one address, and get their time before it takes too much of it.
    """
    return sorted(chosen, key=lambda source: _turn(states[source.id]))


def _turn(state: SourceState) -> tuple[bool, datetime]:
    failed = state.failing_since is not None or state.outcome is Outcome.BLOCKED
    return failed, state.last_attempt_at or datetime.min.replace(tzinfo=UTC)


def _task(source: Source, state: SourceState, choice: Choice, now: datetime) -> PollTask:
    full = choice.force or unconditional(state, now)
    return replace(
        full_task(source, state.last_success_at, now),
        url=effective_url(source, state, now),
        validators=Validators() if full else state.validators,
        body_hash="" if choice.force else state.body_hash,
        robots_age=now - state.robots_at if state.robots_at else None,
    )


def _take_in(deployment: Deployment, run_id: int, reading: Reading, pages: Pages) -> SourceResult:
    """Take in one reading under the job lock, by the newest state: another pass may have read."""
    with deployment.store.job_lock("poll", wait_seconds=JOB_WAIT_SECONDS):
        try:
            return _saved(deployment, run_id, reading, pages).result
        except PolicywatchError:
            raise
        except Exception as e:  # noqa: BLE001 - what one source brings must not cost the others
            return _saved(deployment, run_id, failed_reading(reading, e), {}).result


def _saved(deployment: Deployment, run_id: int, reading: Reading, pages: Pages) -> Intake:
    store, source, now = deployment.store, deployment.sources[reading.source_id], deployment.now()
    ruleset = deployment.configuration.ruleset
    state = store.source_state(source.id)
    inflow = Inflow(source=source, ruleset=ruleset, store=store, pages=pages)
    intake = take_in(inflow, reading, state, now)
    store.save_intake(run_id, intake, ruleset.hash, now)
    if reading.bodies:
        outcome, error = intake.result.outcome, intake.result.error
        snapshot = Snapshot(at=now, outcome=outcome, error=error, bodies=reading.bodies)
        store.put_snapshot(source.id, snapshot)
    return intake
