"""Read the pages that new items link to, between the reading of their sources and the taking in."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from datetime import datetime

from jobs.deployment import Deployment
from pipeline.errors import PolicywatchError
from pipeline.pace import scope, waits
from pipeline.pages import follow_host
from pipeline.reading import LinkBatch, LinkedPage, LinkTask, Reading
from pipeline.run import Inflow, linked_tasks, unhurried
from pipeline.urls import host_key

Pages = Mapping[str, LinkedPage]
"""Linked pages of one source by their addresses."""

_THREADS = 32


def with_pages(
    deployment: Deployment, readings: Iterable[Reading]
) -> Iterator[tuple[Reading, Pages]]:
    """Yield each reading with the linked pages that it needs, those that need none at once.

    Pages are asked for when all sources were: so one task alone talks to a host at any time.
    """
    held: list[tuple[Reading, Sequence[LinkTask]]] = []
    asked: set[str] = set()
    for reading in readings:
        asked.add(host_key(reading.url))
        tasks = _tasks(deployment, reading)
        if tasks:
            held.append((reading, tasks))
        else:
            yield reading, {}
    if held:
        yield from _Following(deployment, held, asked).run()


def _tasks(deployment: Deployment, reading: Reading) -> Sequence[LinkTask]:
    inflow = Inflow(
        source=deployment.sources[reading.source_id],
        ruleset=deployment.configuration.ruleset,
        store=deployment.store,
    )
    try:
        return linked_tasks(inflow, reading, deployment.now())
    except PolicywatchError:
        raise
    except Exception:  # noqa: BLE001 - what is wrong with it is said where it is taken in
        return ()


class _Following:
    """One pass over the pages of several readings; a reading is whole when its last page came."""

    def __init__(
        self,
        deployment: Deployment,
        held: Sequence[tuple[Reading, Sequence[LinkTask]]],
        asked: set[str],
    ) -> None:
        self._deployment = deployment
        self._readings = {reading.source_id: reading for reading, _ in held}
        self._tasks = [task for _, tasks in held for task in tasks]
        self._open = {reading.source_id: len(tasks) for reading, tasks in held}
        self._pages: dict[str, dict[str, LinkedPage]] = {name: {} for name in self._open}
        self._asked = asked

    def run(self) -> Iterator[tuple[Reading, Pages]]:
        now = self._deployment.now()
        refused = tuple(self._left_alone(now))
        yield from self._taken(refused)
        urls = {(page.source_id, page.url) for page in refused}
        batches = self._batches([t for t in self._tasks if (t.source.id, t.url) not in urls], now)
        executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="follow")
        try:
            waiting = {executor.submit(follow_host, batch) for batch in batches}
            while waiting:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    yield from self._taken(future.result())
        finally:
            # Who stops us does not wait for servers that hang: what they hold stays due.
            executor.shutdown(wait=False, cancel_futures=True)

    def _left_alone(self, now: datetime) -> Iterator[LinkedPage]:
        """Yield, as not asked, the pages of servers that want to be left alone."""
        store = self._deployment.store
        held = {**waits(store.source_states().values(), now), **store.page_waits(now)}
        for task in self._tasks:
            until = held.get(scope(task.url))
            if until:
                yield LinkedPage(
                    source_id=task.source.id,
                    url=task.url,
                    trouble=f"the server wants to be left alone until {until:%Y-%m-%d %H:%M} UTC",
                    asked=False,
                    retry_after_seconds=(until - now).total_seconds(),
                )

    def _batches(self, tasks: Iterable[LinkTask], now: datetime) -> Iterator[LinkBatch]:
        by_host: dict[str, list[LinkTask]] = {}
        for task in tasks:
            by_host.setdefault(host_key(task.url), []).append(task)
        policy = self._deployment.settings.fetch_policy
        for host, found in by_host.items():
            yield LinkBatch(
                host=host,
                tasks=tuple(found),
                policy=unhurried(policy, (task.source for task in found)),
                at=now,
                warm=host in self._asked,
            )

    def _taken(self, pages: Iterable[LinkedPage]) -> Iterator[tuple[Reading, Pages]]:
        for page in pages:
            self._pages[page.source_id][page.url] = page
            self._open[page.source_id] -= 1
            if not self._open[page.source_id]:
                yield self._readings[page.source_id], self._pages.pop(page.source_id)
