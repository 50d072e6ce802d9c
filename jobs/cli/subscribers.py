"""`policywatch subscribers`: who gets which digest."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import click

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
    table,
)
from pipeline.mailbox import mailbox
from pipeline.records import Subscriber

_DAILY = "daily"


def _mailbox(ctx: click.Context, parameter: click.Parameter, text: str) -> str:
    try:
        return mailbox(text)
    except ValueError as e:
        raise click.BadParameter(str(e), ctx, parameter) from e


_ADDRESS = click.argument("address", callback=_mailbox)


@click.group()
def subscribers() -> None:
    """Say who gets which digest."""


@subscribers.command()
@_ADDRESS
@click.argument("digests", nargs=-1, metavar="[DIGEST]...")
@click.option("--welcome", is_flag=True, help="Mail them the last issue and what it looks for.")
@as_json
@click.pass_context
def add(
    ctx: click.Context, address: str, digests: tuple[str, ...], *, welcome: bool, json_: bool
) -> None:
    """Subscribe an address to digests, `daily` by default. Works while the service runs."""
    from jobs.deployment import Deployment  # noqa: PLC0415 - a welcome needs the whole renderer
    from jobs.readers import try_welcome  # noqa: PLC0415

    found = settings(ctx)
    loaded = configuration(found)
    specs = {spec.id: spec for spec in loaded.digests}
    wanted = _known(digests or _default(specs), specs)
    with opened(found) as store:
        added = {
            digest: store.add_subscriber(
                Subscriber(address=address, digest=digest, added_at=found.clock())
            )
            for digest in wanted
        }
        deployment = Deployment(settings=found, configuration=loaded, store=store)
        asked = wanted if welcome else ()
        failures = [f for d in asked if (f := try_welcome(deployment, specs[d], address))]
    states = [(address, d, "added" if new else "already there") for d, new in added.items()]
    _tell(states, json_=json_)
    for failure in failures:
        note(f"subscribed, but the welcome was not sent: {failure}")
    end(ctx, Code.MAIL if failures else Code.OK)


@subscribers.command("import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@as_json
@click.pass_context
def import_(ctx: click.Context, file: Path, *, json_: bool) -> None:
    """Subscribe everybody in a CSV file of addresses and digests, or nobody if a line is wrong."""
    from jobs.readers import read_people  # noqa: PLC0415 - keeps --help quick

    found = settings(ctx)
    known = [spec.id for spec in configuration(found).digests]
    people = read_people(file, known, _default(known)[0])
    with opened(found) as store, store.write(durable=True):
        states = [
            (
                address,
                digest,
                "added"
                if store.add_subscriber(
                    Subscriber(address=address, digest=digest, added_at=found.clock())
                )
                else "already there",
            )
            for address, digest in people
        ]
    _tell(states, json_=json_)


@subscribers.command()
@_ADDRESS
@click.argument("digest", default="", metavar="[DIGEST]")
@as_json
@click.pass_context
def remove(ctx: click.Context, address: str, digest: str, *, json_: bool) -> None:
    """Take an address off a digest, or off all. What was sent to it stays in the archive."""
    found = settings(ctx)
    with opened(found) as store:
        people = _subscribed(store.readers.of(address), address, digest)
        store.readers.remove(address, digest)
    _tell(((p.address, p.digest, "removed") for p in people), json_=json_)


@subscribers.command()
@_ADDRESS
@click.argument("digest", default="", metavar="[DIGEST]")
@as_json
@click.pass_context
def pause(ctx: click.Context, address: str, digest: str, *, json_: bool) -> None:
    """Send an address nothing until it is resumed; what it misses is not sent later."""
    found = settings(ctx)
    with opened(found) as store:
        people = _subscribed(store.readers.of(address), address, digest)
        store.readers.pause(address, digest, "by hand", found.clock())
    _tell(((p.address, p.digest, "paused") for p in people), json_=json_)


@subscribers.command()
@_ADDRESS
@click.argument("digest", default="", metavar="[DIGEST]")
@as_json
@click.pass_context
def resume(ctx: click.Context, address: str, digest: str, *, json_: bool) -> None:
    """Send mail again to an address that was paused, by hand or after refusals."""
    found = settings(ctx)
    with opened(found) as store:
        people = _subscribed(store.readers.of(address), address, digest)
        store.readers.resume(address, digest)
    states = ((p.address, p.digest, "resumed" if p.paused_at else "not paused") for p in people)
    _tell(states, json_=json_)


@subscribers.command()
@_ADDRESS
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
@click.pass_context
def forget(ctx: click.Context, address: str, *, yes: bool, json_: bool) -> None:
    """Erase an address and the bytes of every mail to it; only the counts stay."""
    found = settings(ctx)
    if not yes:
        click.confirm(
            f"Erase {address}, its subscriptions and the bytes of every mail to it, for good?",
            abort=True,
            err=True,
        )
    with opened(found) as store:
        subscriptions, mails = store.readers.forget(address, found.clock())
    if json_:
        say_json({"subscriptions": subscriptions, "mails": mails})
    else:
        say(f"erased: {subscriptions} subscriptions, the bytes of {mails} mails")


@subscribers.command("list")
@click.argument("digest", required=False, metavar="[DIGEST]")
@as_json
@click.pass_context
def list_(ctx: click.Context, digest: str | None, *, json_: bool) -> None:
    """List who gets which digest, who is paused and why."""
    found = settings(ctx)
    with opened(found) as store:
        people = store.subscribers(digest)
    if json_:
        say_json([_json(person) for person in people])
        return
    if not people:
        note("nobody yet: policywatch subscribers add analyst@example.org")
    table(
        ("address", "digest", "since", "state"),
        [(p.address, p.digest, f"{p.added_at:%Y-%m-%d}", _state(p)) for p in people],
    )


def _default(known: Iterable[str]) -> tuple[str, ...]:
    """Return the digest that is meant where none is named."""
    ids = list(known)
    return (_DAILY,) if _DAILY in ids or len(ids) != 1 else (ids[0],)


def _known(digests: Sequence[str], known: Iterable[str]) -> tuple[str, ...]:
    there = list(known)
    for digest in digests:
        if digest not in there:
            raise click.UsageError(f"no digest is called '{digest}' (there is: {', '.join(there)})")
    return tuple(dict.fromkeys(digests))


def _subscribed(people: Sequence[Subscriber], address: str, digest: str) -> list[Subscriber]:
    found = [person for person in people if digest in ("", person.digest)]
    if not found:
        gets = ", ".join(person.digest for person in people) or "no digest"
        raise click.UsageError(f"{address} gets {gets}")
    return found


def _tell(states: Iterable[tuple[str, str, str]], *, json_: bool) -> None:
    shown = [{"address": a, "digest": d, "state": s} for a, d, s in states]
    if json_:
        say_json(shown)
        return
    for one in shown:
        say(f"{one['address']}  {one['digest']}: {one['state']}")


def _json(person: Subscriber) -> dict[str, object]:
    return {
        "address": person.address,
        "digest": person.digest,
        "added": person.added_at.isoformat(),
        "paused": person.paused_at.isoformat() if person.paused_at else None,
        "why": person.why or None,
        "refusals": person.refusals,
        "refusal": person.refusal or None,
    }


def _state(person: Subscriber) -> str:
    if person.paused_at:
        return f"paused since {person.paused_at:%Y-%m-%d}: {person.why}"
    if person.refusals:
        times = "once" if person.refusals == 1 else f"{person.refusals} times in a row"
        return f"refused {times}: {person.refusal}"
    return ""
