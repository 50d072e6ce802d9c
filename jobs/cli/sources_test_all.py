"""`policywatch sources test --all`: a report on every source, and the mark of those that work."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import click

from jobs.cli.frame import Code, configuration, end, note, opened, say, say_json, table
from jobs.cli.sources_edit import agreed
from jobs.roundup import Check, done_before, forget, try_all
from jobs.settings import Settings
from jobs.sourcesfile import difference, save, text_of
from pipeline.errors import StoreError
from pipeline.model import Source, SourceState
from pipeline.sourcesfile import with_keys

_COLUMNS = ("source", "outcome", "entries", "dated", "newest", "seconds", "why")


def test_all(ctx: click.Context, found: Settings, told: Mapping[str, bool]) -> None:
    """Try every enabled source, report, and mark what works when asked to."""
    sources = _sources(found, on_trial=told["trial"])
    if told["anew"]:
        forget(found.home)
    done = done_before(found.home, sources, found.clock())
    left = [source for source in sources if source.id not in done]
    if done:
        note(f"{len(done)} of {len(sources)} were tried in this round; --anew tries them again")
    count = len(done)

    def tell(check: Check) -> None:
        nonlocal count
        count += 1
        done[check.id] = check
        note(f"{count}/{len(sources)} {check.id}: {check.outcome}, {check.entries} entries")

    try_all(left, _states(found), found, tell)
    checks = [done[source.id] for source in sources]
    verified = _mark(found, checks, told) if told["mark_verified"] else []
    _report(checks, verified, told)
    end(ctx, Code.OK if all(check.good for check in checks) else Code.SOURCES)


def _sources(found: Settings, *, on_trial: bool) -> list[Source]:
    loaded = configuration(found, prove=False)
    return [s for s in loaded.sources if s.enabled and (s.trial or not on_trial)]


def _states(found: Settings) -> Mapping[str, SourceState]:
    """Return what is known of servers that want to be left alone; nothing without a database."""
    try:
        with opened(found, readonly=True) as store:
            return store.source_states()
    except StoreError:
        return {}


def _mark(found: Settings, checks: Sequence[Check], told: Mapping[str, bool]) -> list[str]:
    good = [check for check in checks if check.good]
    old = text_of(found.home)
    new = with_keys(old, {c.id: {"trial": None, "verified": c.at[:10]} for c in good})
    if new == old:
        return []
    if not told["json_"]:
        click.echo(difference(old, new).rstrip(), err=True)
    yes, dry_run = told["yes"], told["dry_run"]
    if told["json_"] and not yes:
        return []
    if not agreed(f"Mark {len(good)} sources as verified?", yes=yes, dry_run=dry_run):
        return []
    save(found.home, old, new)
    return [check.id for check in good]


def _report(checks: Sequence[Check], verified: Sequence[str], told: Mapping[str, bool]) -> None:
    good = sum(check.good for check in checks)
    if told["json_"]:
        listed = [asdict(check) | {"good": check.good} for check in checks]
        say_json({"tried": len(checks), "good": good, "verified": verified, "sources": listed})
        return
    rows = [_row(check) for check in checks]
    if told["markdown"]:
        say(f"| {' | '.join(_COLUMNS)} |\n|{'---|' * len(_COLUMNS)}")
        for row in rows:
            say(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |")
    else:
        table(_COLUMNS, rows)
    note(f"{good} of {len(checks)} gave something to read, {len(verified)} marked as verified")


def _row(check: Check) -> tuple[str, ...]:
    counts = (str(check.entries), str(check.dated), check.newest, f"{check.seconds:.1f}")
    return (check.id, check.outcome, *counts, " ".join(check.error.split()))
