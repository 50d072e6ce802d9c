"""`policywatch sources backfill`: what a source published before we knew it."""

import sys
from datetime import date, datetime

import click

from jobs.backfill import Backfilled
from jobs.backfill import backfill as read_past
from jobs.cli.frame import (
    Code,
    as_json,
    configuration,
    end,
    note,
    opened,
    say,
    say_json,
    settings,
)
from jobs.deployment import Deployment
from pipeline.config import Configuration
from pipeline.model import Source
from pipeline.parse import KINDS
from pipeline.records import Backfill, Past
from pipeline.urls import host_key
from pipeline.yamlfile import did_you_mean


@click.command()
@click.argument("source_id", metavar="ID")
@click.option(
    "--since",
    required=True,
    type=click.DateTime(formats=["%Y-%m-%d"]),
    metavar="DATE",
    help="How far back: 2025-01-01.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
@click.pass_context
def backfill(
    ctx: click.Context, source_id: str, *, since: datetime, yes: bool, json_: bool
) -> None:
    """Store what a source published since DATE: searchable, classified, never mailed.

    One that was interrupted goes on where it stopped, another DATE begins anew. Nothing is ever
    stored twice.
    """
    found = settings(ctx)
    loaded = configuration(found)
    source = _source(loaded, source_id)
    day = _past(since.date(), found.clock().date())
    if not yes:
        _confirm(source, day)
    with opened(found) as store:
        deployment = Deployment(settings=found, configuration=loaded, store=store)
        done = read_past(deployment, source, day, on_page=_progress)
    if json_:
        say_json(_json(done))
    else:
        _show(done)
    end(ctx, Code.SOURCES if done.error else Code.OK)


def _source(loaded: Configuration, source_id: str) -> Source:
    by_id = {source.id: source for source in loaded.sources}
    source = by_id.get(source_id)
    if source is None:
        hint = did_you_mean(source_id, by_id) or " (see: policywatch sources list)"
        raise click.UsageError(f"no source is called '{source_id}'{hint}")
    if KINDS[source.kind].since is None:
        able = ", ".join(name for name in sorted(KINDS) if KINDS[name].since)
        raise click.UsageError(
            f"'{source_id}' is of kind '{source.kind}', which holds only what it offers today; "
            f"its past cannot be asked for. Kinds that can be asked: {able}"
        )
    return source


def _past(day: date, today: date) -> date:
    if day >= today:
        raise click.UsageError(f"--since {day} is not past; polls read what is new")
    return day


def _confirm(source: Source, day: date) -> None:
    if not sys.stdin.isatty():
        raise click.UsageError("nobody is here to ask: say --yes")
    host = host_key(source.url).partition(":")[0]
    question = f"Ask {host} for everything since {day}, one document after the other?"
    click.confirm(question, abort=True, err=True)


def _progress(progress: Backfill, past: Past) -> None:
    back = f", back to {past.oldest_at:%Y-%m-%d}" if past.oldest_at else ""
    note(
        f"{progress.source_id}: document {progress.pages}, {past.entries} entries, "
        f"{len(past.new)} new{back}"
    )


def _show(done: Backfilled) -> None:
    progress = done.progress
    for line in done.trouble:
        note(f"not read: {line}")
    say(
        f"{progress.source_id} since {progress.since}: {progress.new} items stored "
        f"from {progress.pages} documents"
    )
    if done.error:
        note(f"stopped: {done.error}; the same command goes on from there")


def _json(done: Backfilled) -> dict[str, object]:
    progress = done.progress
    return {
        "source": progress.source_id,
        "since": progress.since.isoformat(),
        "documents": progress.pages,
        "new": progress.new,
        "resumed": done.resumed,
        "complete": not done.error,
        "trouble": list(done.trouble),
        "error": done.error or None,
    }
