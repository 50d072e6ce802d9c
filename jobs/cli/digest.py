"""`policywatch digest`: preview and send; what is past stands in `digest_past`."""

import sys
from pathlib import Path

import click

from jobs.cli import digest_past
from jobs.cli.digest_past import end_sending
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
from jobs.digest import preview as preview_issue
from jobs.digest import recipients
from jobs.digest import send as send_digest
from jobs.editions import frame
from pipeline.digest import summary
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
@click.option("--open", "shape", flag_value="open", help="Show the HTML part in a browser.")
@click.option(
    "--days",
    type=click.IntRange(1, 366),
    help="Tell what was found in so many days, even if it was sent.",
)
@as_json
@click.pass_context
def preview(
    ctx: click.Context, name: str, *, shape: str | None, days: int | None, json_: bool
) -> None:
    """Show the issue that would be sent now; nothing is written."""
    found = settings(ctx)
    with opened(found) as store:
        deployment = Deployment(settings=found, configuration=configuration(found), store=store)
        spec = _spec(deployment, name)
        issue = preview_issue(deployment, spec, days=days)
        people = store.subscribers(spec.id)
        address = people[0].address if people else _NOBODY
        mail = render(issue, frame(deployment), address)
    if json_:
        say_json(summary(issue) | {"state": "preview", "message_ids": []})
    elif shape == "open":
        _open(found.home / ".policywatch" / f"preview-{spec.id}.html", mail.html)
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
            say(f"issue {issue.number} of {spec.id}: {issue.item_count} items to {to}")
            return
        if not recipients(store, spec):
            note(f"nobody gets {spec.id}: policywatch subscribers add analyst@example.org")
            end(ctx, Code.MAIL)
        sendings = send_digest(deployment, spec)
    end_sending(ctx, sendings, json_=json_)


def _spec(deployment: Deployment, name: str) -> DigestSpec:
    spec = deployment.digest(name)
    if spec is None:
        known = ", ".join(spec.id for spec in deployment.configuration.digests)
        raise click.UsageError(f"no digest is called '{name}' (there is: {known})")
    return spec


def _open(path: Path, html: str) -> None:
    path.write_text(html, encoding="utf-8")
    say(str(path))
    click.launch(str(path))


def _print(mail: RenderedMail, shape: str | None) -> None:
    if shape == "eml":
        sys.stdout.buffer.write(mail.payload)
    elif shape == "html":
        say(mail.html)
    else:
        say(f"Subject: {mail.subject}\n\n{mail.text}")


# The commands about past issues join the group.
digest.add_command(digest_past.list_)
digest.add_command(digest_past.show_issue)
digest.add_command(digest_past.resend)
digest.add_command(digest_past.resume)
