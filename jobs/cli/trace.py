"""`policywatch trace`."""

from datetime import datetime

import click

from jobs.cli.frame import as_json, configuration, opened, say, say_json, settings
from jobs.deployment import Deployment
from jobs.settings import read_time
from jobs.trace import trace as trace_item


@click.command()
@click.argument("what", metavar="URL|TITLE")
@click.option("--on", metavar="DAY", help="How its sources were read around 2026-11-24.")
@as_json
@click.pass_context
def trace(ctx: click.Context, what: str, *, on: str | None, json_: bool) -> None:
    """Say why something was or was not seen.

    No source covers it; its source could not be read; stored but no rule took it, and which one
    nearly did; mailed in issue N.
    """
    found = settings(ctx)
    loaded = configuration(found)
    with opened(found, readonly=True) as store:
        deployment = Deployment(settings=found, configuration=loaded, store=store)
        lines = trace_item(deployment, what, on=_day(on) if on else None)
    if json_:
        say_json({"what": what, "trace": list(lines)})
    else:
        say("\n".join(lines))


def _day(text: str) -> datetime:
    try:
        return read_time(text)
    except ValueError as e:
        raise click.UsageError(f"'{text}' is no day: write 2026-11-24") from e
