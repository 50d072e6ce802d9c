"""`policywatch trace`."""

from datetime import datetime

import click

from jobs.cli.frame import as_json, configuration, opened, say, say_json, settings
from jobs.deployment import Deployment
from jobs.settings import read_time
from jobs.trace import Finding
from jobs.trace import trace as trace_item


@click.command()
@click.argument("what", metavar="URL|TITLE")
@click.option("--on", metavar="DAY", help="How its sources were read around 2026-11-24.")
@as_json
@click.pass_context
def trace(ctx: click.Context, what: str, *, on: str | None, json_: bool) -> None:
    """Say why something was or was not seen; a title may be remembered badly, an id is #7k3f.

    No source covers it, and which is nearest; its source was blocked, failing, silent, or had a
    gap; stored, but no rule took it, and which one nearly did; old or late; mailed in issue N.
    """
    found = settings(ctx)
    loaded = configuration(found)
    with opened(found, readonly=True) as store:
        deployment = Deployment(settings=found, configuration=loaded, store=store)
        findings = trace_item(deployment, what, on=_day(on) if on else None)
    lines = [f"  {found.text}" if found.inner else found.text for found in findings]
    if json_:
        say_json({"what": what, "trace": lines, "findings": [_json(each) for each in findings]})
    else:
        say("\n".join(lines))


def _json(found: Finding) -> dict[str, str | None]:
    return {
        "code": found.code,
        "text": found.text,
        "source": found.source or None,
        "item": found.item or None,
    }


def _day(text: str) -> datetime:
    try:
        return read_time(text)
    except ValueError as e:
        raise click.UsageError(f"'{text}' is no day: write 2026-11-24") from e
