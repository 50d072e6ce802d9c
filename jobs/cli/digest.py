"""`policywatch digest`: preview, send, list."""

import sys

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
from jobs.deployment import Deployment
from jobs.digest import Sending, recipients
from jobs.digest import preview as preview_issue
from jobs.digest import send as send_digest
from jobs.editions import frame
from pipeline.digest import Issue, from_json, summary
from pipeline.records import DigestSpec
from pipeline.render.mail import RenderedMail, render

_NOBODY = "subscriber@example.org"


@click.group()
def digest() -> None:
    """Preview, send and list digests."""


@digest.command()
@click.argument("name", default="daily", metavar="[DIGEST]")
@click.option("--eml", "shape", flag_value="eml", help="Print the mail's bytes.")
@click.option("--html", "shape", flag_value="html", help="Print the HTML part.")
@as_json
@click.pass_context
def preview(ctx: click.Context, name: str, *, shape: str | None, json_: bool) -> None:
    """Show the issue that would be sent now; nothing is written."""
    found = settings(ctx)
    with opened(found) as store:
        deployment = Deployment(settings=found, configuration=configuration(found), store=store)
        spec = _spec(deployment, name)
        issue = preview_issue(deployment, spec)
        people = store.subscribers(spec.id)
        address = people[0].address if people else _NOBODY
        mail = render(issue, frame(deployment), address)
    if json_:
        say_json(summary(issue) | {"state": "preview", "message_ids": []})
    else:
        _print(mail, shape)


@digest.command()
@click.argument("name", default="daily", metavar="[DIGEST]")
@click.option("--dry-run", is_flag=True, help="Only say what would be sent.")
@as_json
@click.pass_context
def send(ctx: click.Context, name: str, *, dry_run: bool, json_: bool) -> None:
    """Send what the digest has not said yet, and whatever mail is still in the outbox.

    A digest has one issue for each cut-off: when the last one is covered and nothing new came
    since, nothing is sent.
    """
    found = settings(ctx)
    with opened(found) as store:
        deployment = Deployment(settings=found, configuration=configuration(found), store=store)
        spec = _spec(deployment, name)
        if dry_run:
            issue = preview_issue(deployment, spec)
            to = ", ".join(recipients(store, spec)) or "nobody"
            say(f"issue {issue.number} of {spec.id}: {len(issue.cards)} items to {to}")
            return
        if not recipients(store, spec):
            note(f"nobody gets {spec.id}: policywatch subscribers add analyst@example.org")
            end(ctx, Code.MAIL)
        sendings = send_digest(deployment, spec)
    if json_:
        say_json([sending_json(sending) for sending in sendings])
    else:
        show(sendings)
    end(ctx, Code.OK if all(sending.delivered for sending in sendings) else Code.MAIL)


@digest.command("list")
@click.argument("name", required=False, metavar="[DIGEST]")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000))
@as_json
@click.pass_context
def list_(ctx: click.Context, name: str | None, *, limit: int, json_: bool) -> None:
    """List past issues, newest first."""
    found = settings(ctx)
    with opened(found, readonly=True) as store:
        sendings = [
            Sending(record=record, mails=store.outbox(issue_id=record.id))
            for record in store.issues(name, limit=limit)
        ]
    if json_:
        say_json([sending_json(sending) for sending in sendings])
        return
    table(("digest", "issue", "until", "items", "state"), [_row(sending) for sending in sendings])


def show(sendings: tuple[Sending, ...]) -> None:
    """Say how sendings went."""
    if not sendings:
        note("nothing to send: the last cut-off has its issue, and nothing new came since")
    for sending in sendings:
        issue = from_json(sending.record.contents)
        counts = f"{len(issue.cards)} items, {len(issue.new_sources)} new sources"
        say(f"{issue.digest} issue {issue.number}: {counts}, {sending.state}")
        for mail in sending.mails:
            note(f"  {mail.mail.address}: {mail.state}{' ' + mail.error if mail.error else ''}")


def sending_json(sending: Sending) -> dict[str, object]:
    """Return a sending in the shape that scripts rely on."""
    return summary(from_json(sending.record.contents)) | {
        "state": sending.state,
        "message_ids": [mail.mail.message_id for mail in sending.mails],
        "mails": [
            {"address": m.mail.address, "state": m.state.value, "error": m.error or None}
            for m in sending.mails
        ],
    }


def _spec(deployment: Deployment, name: str) -> DigestSpec:
    spec = deployment.digest(name)
    if spec is None:
        known = ", ".join(spec.id for spec in deployment.configuration.digests)
        raise click.UsageError(f"no digest is called '{name}' (there is: {known})")
    return spec


def _print(mail: RenderedMail, shape: str | None) -> None:
    if shape == "eml":
        sys.stdout.buffer.write(mail.payload)
    elif shape == "html":
        say(mail.html)
    else:
        say(f"Subject: {mail.subject}\n\n{mail.text}")


def _row(sending: Sending) -> tuple[str, ...]:
    issue: Issue = from_json(sending.record.contents)
    until = f"{issue.window_end:%Y-%m-%d %H:%M} UTC"
    return (issue.digest, str(issue.number), until, str(len(issue.cards)), sending.state)
