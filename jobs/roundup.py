"""Every source once, gently, with nothing stored: which work today.

What was tried is kept in a file of the deployment, so that a round that was interrupted goes on
where it was, and no server is asked twice for one round.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from jobs.poll import FETCH_THREADS, full_task
from jobs.settings import Settings
from jobs.trial import Trial, try_reading
from pipeline.health import left_alone_until
from pipeline.model import Outcome, Source, SourceState
from pipeline.pace import waits
from pipeline.reading import Reading
from pipeline.run import batches, read_all

KEPT = ".sources-test.jsonl"
ROUND = timedelta(hours=24)
"""How long what was tried is part of the same round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """How one source did; `dated` of its entries have a date, the newest is `newest`."""

    id: str
    url: str
    kind: str
    outcome: str
    at: str
    status: int | None = None
    entries: int = 0
    dated: int = 0
    newest: str = ""
    seconds: float = 0.0
    error: str = ""

    @property
    def good(self) -> bool:
        """Say whether there was something to read."""
        return Outcome(self.outcome).read and self.entries > 0


def done_before(home: Path, sources: Iterable[Source], now: datetime) -> dict[str, Check]:
    """Return what this round has tried already, of sources that are read the same way still."""
    file = home / KEPT
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    by_id = {source.id: source for source in sources}
    found: dict[str, Check] = {}
    for line in lines:
        try:
            check = Check(**json.loads(line))
            young = now - datetime.fromisoformat(check.at) <= ROUND
        except (ValueError, TypeError):
            # The last line of a round that was killed may be half a line.
            continue
        source = by_id.get(check.id)
        if young and source and (source.url, source.kind) == (check.url, check.kind):
            found[check.id] = check
    return found


def try_all(
    sources: Sequence[Source],
    states: Mapping[str, SourceState],
    settings: Settings,
    on_check: Callable[[Check], None],
) -> None:
    """Read each source at the pace of a poll, keep how it did, and tell of each as it comes."""
    now = settings.clock()
    by_id = {source.id: source for source in sources}
    waiting = waits(states.values(), now)
    tasks = []
    for source in sources:
        state = states.get(source.id, SourceState(source_id=source.id))
        until = left_alone_until(source, state, waiting, now)
        if until:
            told = f"not asked: the server wants to be left alone until {until:%Y-%m-%d %H:%M} UTC"
            on_check(_check(source, Trial(kind="", outcome=Outcome.BLOCKED, error=told), now))
        else:
            tasks.append(full_task(source, None, now))
    executor = ThreadPoolExecutor(FETCH_THREADS, thread_name_prefix="fetch")
    try:
        with (settings.home / KEPT).open("a", encoding="utf-8") as kept:
            for reading in read_all(batches(tasks, settings.fetch_policy), executor):
                source = by_id[reading.source_id]
                check = _check(source, try_reading(source, reading, now), now, reading)
                kept.write(json.dumps(asdict(check), ensure_ascii=False) + "\n")
                kept.flush()
                on_check(check)
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


def forget(home: Path) -> None:
    """Begin a new round."""
    (home / KEPT).unlink(missing_ok=True)


def _check(source: Source, trial: Trial, now: datetime, reading: Reading | None = None) -> Check:
    items = [entry.item for entry in trial.entries if entry.kept]
    dates = [item.published_at for item in items if item.published_at]
    return Check(
        id=source.id,
        url=source.url,
        kind=source.kind,
        outcome=trial.outcome.value,
        at=now.isoformat(),
        status=reading.status if reading else None,
        entries=len(items),
        dated=len(dates),
        newest=f"{max(dates):%Y-%m-%d}" if dates else "",
        seconds=reading.seconds if reading else 0.0,
        error=trial.error,
    )
