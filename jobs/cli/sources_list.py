"""`policywatch sources list` and `check`: what is configured, and how it fares."""

from dataclasses import asdict
from datetime import datetime, timedelta

import click

from jobs.cli.frame import as_json, configuration, opened, say, say_json, settings, table
from jobs.cli.sources_health import source_json
from jobs.deployment import Deployment
from jobs.health import standings
from pipeline.alarms import unproven, unread_pages
from pipeline.follow import may_follow
from pipeline.linked import LinkedCounts
from pipeline.standing import Standing

_PAGES_OF = timedelta(days=7)


@click.command("list")
@as_json
@click.pass_context
def list_(ctx: click.Context, *, json_: bool) -> None:
    """List the configured sources with how their last reading went."""
    found = settings(ctx)
    loaded = configuration(found)
    with opened(found) as store:
        shown = standings(Deployment(settings=found, configuration=loaded, store=store))
        pages = store.page_counts(found.clock() - _PAGES_OF)
    if json_:
        say_json([_source_json(standing, pages.get(standing.source.id)) for standing in shown])
        return
    rows = [_row(standing, pages.get(standing.source.id)) for standing in shown]
    table(("source", "name", "outcome", "last success", "next due", "why"), rows)


@click.command()
@as_json
@click.pass_context
def check(ctx: click.Context, *, json_: bool) -> None:
    """Check sources.yaml and the files beside it; name every problem at once.

    The examples of the themes, and what can never count in a rule, are left to `themes check`.
    """
    loaded = configuration(settings(ctx), prove=False)
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


def _source_json(standing: Standing, pages: LinkedCounts | None) -> dict[str, object]:
    source = standing.source
    return source_json(standing) | {
        "group": source.group,
        "trial": source.trial,
        "verified": source.verified.isoformat() if source.verified else None,
        "alarm": _alarm(standing, pages) or None,
        "pages": asdict(pages) if pages else None,
    }


def _alarm(standing: Standing, pages: LinkedCounts | None) -> str:
    source = standing.source
    unread = unread_pages(pages) if source.enabled and may_follow(source) else ""
    return "; ".join(filter(None, (*(alarm.text for alarm in standing.alarms), unread)))


def _row(standing: Standing, pages: LinkedCounts | None) -> tuple[str, ...]:
    source, state = standing.source, standing.state
    outcome = state.outcome.value if state.outcome else "never read"
    if unproven(source, state):
        outcome = f"{outcome} (on trial)"
    why = _alarm(standing, pages) or state.error
    return (
        source.id,
        source.name,
        outcome if source.enabled else "disabled",
        _minute(state.last_success_at),
        _minute(standing.due.at),
        why if source.enabled else source.reason,
    )


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""
