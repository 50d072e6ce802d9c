"""`policywatch doctor`, and `doctor mail`."""

from collections.abc import Iterable
from typing import BinaryIO, Protocol

import click

from jobs.cli.frame import Code, as_json, configuration, end, opened, say, say_json, settings
from jobs.doctor import examine


class _Finding(Protocol):
    @property
    def ok(self) -> bool: ...
    @property
    def what(self) -> str: ...
    @property
    def found(self) -> str: ...


@click.group(invoke_without_command=True)
@as_json
@click.pass_context
def doctor(ctx: click.Context, *, json_: bool) -> None:
    """Check the machine, the configuration, the database and the way out for mail."""
    if ctx.invoked_subcommand is None:
        _show(ctx, examine(settings(ctx)), json_=json_)


@doctor.command()
@click.argument("address", default="", metavar="[ADDRESS]")
@click.option("--check", type=click.File("rb"), help="Judge a received mail (- for stdin).")
@as_json
@click.pass_context
def mail(ctx: click.Context, address: str, *, check: BinaryIO | None, json_: bool) -> None:
    """Send a probe to ADDRESS, or judge one that was received and saved with its headers."""
    from jobs.deployment import Deployment  # noqa: PLC0415 - needs the whole renderer
    from jobs.mailcheck import judge, send_probe  # noqa: PLC0415
    from pipeline.mailbox import mailbox  # noqa: PLC0415

    if check:
        _show(ctx, judge(check.read()), json_=json_)
        return
    try:
        to = mailbox(address)
    except ValueError as e:
        raise click.UsageError(f"{e}; or judge a received probe with --check FILE.eml") from e
    found = settings(ctx)
    loaded = configuration(found)
    with opened(found) as store:
        deployment = Deployment(settings=found, configuration=loaded, store=store)
        answer = send_probe(deployment, loaded.digests[0].id, to)
    if json_:
        say_json({"address": to, "answer": answer})
    else:
        say(f"accepted for {to}: {answer}")
        say("once it has arrived: policywatch doctor mail --check FILE.eml")


def _show(ctx: click.Context, findings: Iterable[_Finding], *, json_: bool) -> None:
    found = list(findings)
    if json_:
        say_json([{"ok": f.ok, "what": f.what, "found": f.found} for f in found])
    else:
        for finding in found:
            say(f"{'ok ' if finding.ok else '!! '} {finding.what}: {finding.found}")
    end(ctx, Code.OK if all(finding.ok for finding in found) else Code.INTERNAL)
