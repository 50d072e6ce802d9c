"""`policywatch sources list` and `check`: what is configured, and how it fares."""

from datetime import datetime

import click

from jobs.cli.frame import as_json, configuration, opened, say, say_json, settings, table
from pipeline.alarms import alarms, unproven
from pipeline.model import Source, SourceState


@click.command("list")
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


@click.command()
@as_json
@click.pass_context
def check(ctx: click.Context, *, json_: bool) -> None:
    """Check sources.yaml and the files beside it; name every problem at once.

    The examples of the themes are left to `themes check`.
    """
    loaded = configuration(settings(ctx), examples=False)
    enabled = sum(source.enabled for source in loaded.sources)
    trial = [source.id for source in loaded.sources if source.trial and source.enabled]
    if json_:
        say_json(
            {
                "ok": True,
                "sources": len(loaded.sources),
                "enabled": enabled,
                "trial": trial,
                "warnings": [str(warning) for warning in loaded.warnings],
            }
        )
        return
    say(f"{len(loaded.sources)} sources, {enabled} enabled: no problems")
    if trial:
        say(f"{len(trial)} on trial: nobody has seen them work yet")


def _source_json(source: Source, state: SourceState, now: datetime) -> dict[str, object]:
    return {
        "id": source.id,
        "name": source.name,
        "kind": source.kind,
        "url": source.url,
        "group": source.group,
        "enabled": source.enabled,
        "trial": source.trial,
        "verified": source.verified.isoformat() if source.verified else None,
        "outcome": state.outcome.value if state.outcome else None,
        "alarm": "; ".join(alarms(source, state, now)) or None,
        "last_success": state.last_success_at.isoformat() if state.last_success_at else None,
        "next_due": state.due_at.isoformat() if state.due_at and source.enabled else None,
        "error": state.error or None,
    }


def _row(source: Source, state: SourceState, now: datetime) -> tuple[str, ...]:
    outcome = state.outcome.value if state.outcome else "never read"
    if unproven(source, state):
        outcome = f"{outcome} (on trial)"
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
