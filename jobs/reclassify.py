"""Judge every stored item by the rules of today, in chunks between which polls go on."""

import gc
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from jobs.carryover import Carryover
from jobs.deployment import JOB_WAIT_SECONDS, Deployment
from pipeline.judging import Chunk, Pass, Rejudged, StoredTexts
from pipeline.model import Reason
from pipeline.rulediff import Change, Kind, compare, rule_change_notices
from pipeline.rules.ruleset import Ruleset

CHUNK = 2_000
TOLD_FOR = timedelta(days=14)
"""How long after it was first seen an item that newly matches is still worth telling."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reclassified:
    """What a pass changed, theme by theme; `notices` counts what the next digests will tell.

    A resumed pass counts items and changes from its start, themes and notices from where it went
    on, after item `resumed_after`.
    """

    ruleset: str
    items: int
    changed: int
    notices: int
    by_theme: Mapping[str, Counter[Kind]]
    resumed_after: int = 0


def reclassify(
    deployment: Deployment,
    *,
    announce: bool = False,
    why: str = "",
    on_progress: Callable[[int], None] | None = None,
) -> Reclassified:
    """Judge every item that other rules judged last; an interrupted pass goes on where it was.

    What newly matches and was first seen lately gets a notice: one line of the next digests, or
    with `announce` each item in full. `on_progress` is told how many items each chunk had.
    """
    store, now = deployment.store, deployment.now()
    ruleset = deployment.configuration.ruleset
    reason = Reason.LATE if announce else Reason.RULE_CHANGE
    notices, by_theme = 0, dict[str, Counter[Kind]]()
    with store.pass_lock("reclassify"):
        begun = _begin(deployment, why)
        carried = Carryover(store, ruleset, store.count_items(after=begun.done_to))
        judging = _Judging(ruleset, carried, now - TOLD_FOR, reason)
        for step in _steps(deployment, judging, begun.done_to):
            notices += step.notices
            for change in step.changes:
                by_theme.setdefault(change.theme, Counter())[change.kind] += 1
            if on_progress:
                on_progress(step.items)
        ended = store.finish_pass(ruleset.hash, deployment.now())
    return Reclassified(
        ruleset=ruleset.hash,
        items=ended.items,
        changed=ended.changed,
        notices=notices,
        by_theme=by_theme,
        resumed_after=begun.done_to,
    )


@dataclass(frozen=True, slots=True)
class _Judging:
    """How one pass judges: what is carried over stands, the rest is asked of the ruleset.

    What newly matches is told when it was first seen since then, for this reason.
    """

    ruleset: Ruleset
    carried: Carryover
    since: datetime
    reason: Reason


@dataclass(frozen=True, slots=True)
class _Step:
    """What became of one chunk: of how many items up to which, and whether it was saved."""

    items: int = 0
    last: int = 0
    saved: bool = False
    notices: int = 0
    changes: tuple[Change, ...] = ()


def _begin(deployment: Deployment, why: str) -> Pass:
    store, configuration, now = deployment.store, deployment.configuration, deployment.now()
    store.sync_sources(configuration.sources, now)
    ruleset = configuration.ruleset
    store.put_ruleset(ruleset.hash, ruleset.text, ruleset.file, now)
    if why:
        store.explain_ruleset(ruleset.hash, why)
    return store.start_pass(ruleset.hash, now)


def _steps(deployment: Deployment, judging: _Judging, after: int) -> Iterator[_Step]:
    """Judge and save chunk after chunk, and yield those that were saved.

    A chunk that a poll touched meanwhile is read again, and at the end so is what a poll by the
    rules of before has judged behind us.
    """
    while True:
        with _collector_paused():
            step = _step(deployment, judging, after)
        if step.saved:
            after = step.last
            yield step
        elif not step.items and after == 0:
            return
        elif not step.items:
            after = 0


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep the collector of cycles away from what a chunk makes: all of it, and no cycle."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _step(deployment: Deployment, judging: _Judging, after: int) -> _Step:
    """Judge and save the next chunk; only saving happens under the job lock."""
    store, ruleset = deployment.store, judging.ruleset
    read = store.unjudged(ruleset.hash, after=after, limit=CHUNK)
    if not read:
        return _Step()
    chunk, changes = _judged(judging, read)
    with store.job_lock("reclassify", wait_seconds=JOB_WAIT_SECONDS):
        saved = store.save_chunk(ruleset.hash, chunk, deployment.now())
    notices = sum(len(rejudged.notices) for rejudged in chunk.changed.values())
    return _Step(len(read), read[-1].id, saved, notices, changes)


def _judged(judging: _Judging, read: Sequence[StoredTexts]) -> tuple[Chunk, tuple[Change, ...]]:
    """Return a chunk as it is saved, and what the themes say otherwise of its items."""
    changed: dict[int, Rejudged] = {}
    every: list[Change] = []
    for stored in read:
        if judging.carried.stands(stored):
            continue
        matches = judging.ruleset.classify(stored.texts, stored.scope)
        if matches == stored.matches:
            continue
        changes = compare(stored.matches, matches)
        notices = rule_change_notices(stored, changes, judging.since, judging.reason)
        changed[stored.id] = Rejudged(matches=matches, notices=notices)
        every += changes
    return Chunk(read=read, changed=changed), tuple(every)
