"""`policywatch sources`: what is read, whether it works, and what one source would give."""

from datetime import datetime

import click

from jobs.cli.frame import (
    Code,
    as_json,
    configuration,
    end,
    file_argument,
    note,
    opened,
    say,
    say_json,
    settings,
    table,
)
from jobs.cli.sources_backfill import backfill
from jobs.settings import Settings
from jobs.trial import Trial, try_file, try_snapshot, try_source
from pipeline.alarms import alarms
from pipeline.model import Source, SourceState


@click.group()
def sources() -> None:
    """List, check and test sources."""


sources.add_command(backfill)


@sources.command("list")
@as_json
@click.pass_context
def list_(ctx: click.Context, *, json_: bool) -> None:
    """List the configured sources with how their last reading went."""
    found = settings(ctx)
    loaded = configuration(found)
    with opened(found) as store:
        store.sync_sources(loaded.sources, found.clock())
        states = store.source_states()
    if json_:
        told = [_source_json(s, states[s.id], found.clock()) for s in loaded.sources]
        say_json(told)
        return
    rows = [_row(source, states[source.id], found.clock()) for source in loaded.sources]
    table(("source", "name", "outcome", "last success", "next due", "why"), rows)


@sources.command()
@as_json
@click.pass_context
def check(ctx: click.Context, *, json_: bool) -> None:
    """Check sources.yaml and the files beside it; name every problem at once."""
    found = settings(ctx)
    loaded = configuration(found)
    enabled = sum(source.enabled for source in loaded.sources)
    if json_:
        warnings = [str(warning) for warning in loaded.warnings]
        say_json(
            {"ok": True, "sources": len(loaded.sources), "enabled": enabled, "warnings": warnings}
        )
    else:
        say(f"{len(loaded.sources)} sources, {enabled} enabled: no problems")


@sources.command()
@click.argument("what", metavar="FILE|URL|ID")
@click.option("--last-good", "kept", flag_value="good", help="Read again what last gave entries.")
@click.option("--last-bad", "kept", flag_value="bad", help="Read again what last gave none.")
@as_json
@click.pass_context
def test(ctx: click.Context, what: str, kept: str | None, *, json_: bool) -> None:
    """Read one thing as a poll would, store nothing, and show what would be kept.

    A file that is not in sources.yaml is read as a feed. What a source gave on its last good or
    last bad reading is kept, and can be read again without asking its server.
    """
    found = settings(ctx)
    trial = _replayed(found, what, good=kept == "good") if kept else _trial(found, what)
    if json_:
        say_json(_trial_json(trial))
    else:
        _show(trial)
    end(ctx, Code.OK if trial.outcome.read else Code.SOURCES)


def _trial(found: Settings, what: str) -> Trial:
    path = file_argument(what)
    if path:
        return try_file(path, found.clock())
    if what.startswith(("http://", "https://")):
        known = [s for s in _configured(found) if s.url == what]
        source = known[0] if known else Source(id="trial", name=what, kind="feed", url=what)
        return try_source(source, found)
    for source in configuration(found).sources:
        if source.id == what:
            return try_source(source, found)
    raise click.UsageError(f"'{what}' is no file, no http(s) address and no source's id")


def _replayed(found: Settings, source_id: str, *, good: bool) -> Trial:
    by_id = {source.id: source for source in configuration(found).sources}
    if source_id not in by_id:
        raise click.UsageError(f"'{source_id}' is no source's id")
    with opened(found, readonly=True) as store:
        snapshot = store.snapshot(source_id, good=good)
    if snapshot is None:
        raise click.UsageError(f"no {'good' if good else 'bad'} document of {source_id} is kept")
    for body in snapshot.bodies:
        note(f"from {snapshot.at:%Y-%m-%d %H:%M} UTC: HTTP {body.status} {body.url}")
    return try_snapshot(by_id[source_id], snapshot, found.clock())


def _configured(found: Settings) -> tuple[Source, ...]:
    """Return the configured sources; none in a directory that was never set up."""
    if not (found.home / "sources.yaml").exists():
        return ()
    return configuration(found).sources


def _show(trial: Trial) -> None:
    note(f"{trial.kind}: {trial.outcome}, {len(trial.items)} entries, {trial.title}")
    if trial.error:
        note(trial.error)
    rows = [(_day(item.published_at), item.title, item.url) for item in trial.items]
    table(("published", "title", "link"), rows)


def _trial_json(trial: Trial) -> dict[str, object]:
    entries = [
        {
            "id": item.guid or item.url,
            "title": item.title,
            "url": item.url,
            "published": item.published_at.isoformat() if item.published_at else None,
            "published_raw": item.published_raw or None,
            "summary": item.summary,
        }
        for item in trial.items
    ]
    return {
        "ok": trial.outcome.read,
        "kind": trial.kind,
        "outcome": trial.outcome.value,
        "error": trial.error or None,
        "title": trial.title,
        "entries": entries,
    }


def _source_json(source: Source, state: SourceState, now: datetime) -> dict[str, object]:
    return {
        "id": source.id,
        "name": source.name,
        "kind": source.kind,
        "url": source.url,
        "enabled": source.enabled,
        "outcome": state.outcome.value if state.outcome else None,
        "alarm": "; ".join(alarms(source, state, now)) or None,
        "last_success": state.last_success_at.isoformat() if state.last_success_at else None,
        "next_due": state.due_at.isoformat() if state.due_at and source.enabled else None,
        "error": state.error or None,
    }


def _row(source: Source, state: SourceState, now: datetime) -> tuple[str, ...]:
    outcome = state.outcome.value if state.outcome else "never read"
    return (
        source.id,
        source.name,
        outcome if source.enabled else "disabled",
        _minute(state.last_success_at),
        _minute(state.due_at) if source.enabled else "",
        ("; ".join(alarms(source, state, now)) or state.error) if source.enabled else source.reason,
    )


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else ""
