"""`policywatch doctor`."""

import click

from jobs.cli.frame import Code, as_json, end, say, say_json, settings
from jobs.doctor import Finding, examine


@click.command()
@as_json
@click.pass_context
def doctor(ctx: click.Context, *, json_: bool) -> None:
    """Check the machine, the configuration, the database and the way out for mail."""
    findings = examine(settings(ctx))
    if json_:
        say_json([{"ok": f.ok, "what": f.what, "found": f.found} for f in findings])
    else:
        for finding in findings:
            say(_line(finding))
    end(ctx, Code.OK if all(finding.ok for finding in findings) else Code.INTERNAL)


def _line(finding: Finding) -> str:
    return f"{'ok ' if finding.ok else '!! '} {finding.what}: {finding.found}"
