"""`policywatch trace`."""

import click

from jobs.cli.frame import as_json, configuration, opened, say, say_json, settings
from jobs.deployment import Deployment
from jobs.trace import trace as trace_item


@click.command()
@click.argument("what", metavar="URL|TITLE")
@as_json
@click.pass_context
def trace(ctx: click.Context, what: str, *, json_: bool) -> None:
    """Say why something was or was not seen.

    No source covers it; its source could not be read; stored but no rule took it, and which one
    nearly did; mailed in issue N.
    """
    found = settings(ctx)
    loaded = configuration(found)
    with opened(found, readonly=True) as store:
        lines = trace_item(Deployment(settings=found, configuration=loaded, store=store), what)
    if json_:
        say_json({"what": what, "trace": list(lines)})
    else:
        say("\n".join(lines))
