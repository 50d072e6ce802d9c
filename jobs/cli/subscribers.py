"""`policywatch subscribers`: who gets which digest."""

import re

import click

from jobs.cli.frame import as_json, configuration, note, opened, say, say_json, settings, table
from pipeline.records import Subscriber

# What RFC 5321 calls a mailbox, without quoted local parts: nobody we write to has one.
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+"
    r"[A-Za-z0-9-]{2,63}"
)


@click.group()
def subscribers() -> None:
    """Say who gets which digest."""


@subscribers.command()
@click.argument("address")
@click.option("--digest", default="daily", show_default=True, help="Which digest.")
@click.pass_context
def add(ctx: click.Context, address: str, digest: str) -> None:
    """Subscribe an address to a digest. Works while the service runs."""
    if not _ADDRESS.fullmatch(address):
        raise click.UsageError(f"'{address}' is no mail address like analyst@example.org")
    found = settings(ctx)
    known = [spec.id for spec in configuration(found).digests]
    if digest not in known:
        raise click.UsageError(f"no digest is called '{digest}' (there is: {', '.join(known)})")
    with opened(found) as store:
        subscriber = Subscriber(address=address, digest=digest, added_at=found.clock())
        added = store.add_subscriber(subscriber)
    say(f"{address} gets {digest}" if added else f"{address} gets {digest} already")


@subscribers.command("list")
@as_json
@click.pass_context
def list_(ctx: click.Context, *, json_: bool) -> None:
    """List who gets which digest."""
    found = settings(ctx)
    with opened(found) as store:
        people = store.subscribers()
    if json_:
        say_json(
            [
                {"address": p.address, "digest": p.digest, "added": p.added_at.isoformat()}
                for p in people
            ]
        )
        return
    if not people:
        note("nobody yet: policywatch subscribers add analyst@example.org")
    table(
        ("address", "digest", "since"),
        [(p.address, p.digest, f"{p.added_at:%Y-%m-%d}") for p in people],
    )
