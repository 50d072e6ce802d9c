"""`policywatch digest list`, `show`, `resend` and `resume`: what became of issues."""

import re
import sys
from collections.abc import Sequence
from email import message_from_bytes
from email.policy import default

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
from jobs.digest import Sending
from jobs.digest import resend as resend_mails
from jobs.digest import resume as resume_outbox
from jobs.outbox import how_it_stands
from pipeline.digest import Issue, from_json, summary
from pipeline.ports import Store
from pipeline.records import OutboxMail

_ISSUE = re.compile(r"(?:([a-z0-9-]+)[/:#])?#?([0-9]+)")


@click.command("list")
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


@click.command("show")
@click.argument("issue", metavar="ISSUE")
@click.argument("address", default="", metavar="[ADDRESS]")
@click.option("--eml", "shape", flag_value="eml", help="Print the mail's bytes.")
@click.option("--html", "shape", flag_value="html", help="Print the HTML part.")
@as_json
@click.pass_context
def show_issue(
    ctx: click.Context, issue: str, address: str, *, shape: str | None, json_: bool
) -> None:
    """Show a past issue as it was sent; ISSUE is a number or daily/12."""
    found = settings(ctx)
    with opened(found, readonly=True) as store:
        sending = _sending(store, issue)
    if json_:
        say_json(sending_json(sending))
        return
    mail = _chosen(sending, address)[0]
    if shape == "eml":
        sys.stdout.buffer.write(mail.mail.payload)
        return
    message = message_from_bytes(mail.mail.payload, policy=default)
    part = message.get_body(("html" if shape else "plain",))
    if not shape:
        say(f"To: {mail.mail.address} ({mail.state})\nSubject: {message['Subject']}\n")
    say(str(part.get_content()).replace("\r\n", "\n").rstrip() if part else "")


@click.command()
@click.argument("issue", metavar="ISSUE")
@click.argument("address", default="", metavar="[ADDRESS]")
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
@click.pass_context
def resend(ctx: click.Context, issue: str, address: str, *, yes: bool, json_: bool) -> None:
    """Send a past issue again, byte for byte: to one recipient, or to all it went to."""
    found = settings(ctx)
    with opened(found) as store:
        sending = _sending(store, issue)
        mails = _chosen(sending, address)
        record = sending.record
        note(f"Issue {record.number} of {record.digest} goes out again, with the same Message-ID:")
        for mail in mails:
            note(f"  {mail.mail.address} (now: {mail.state})")
        if not yes:
            click.confirm("Who has it already gets it a second time. Send?", abort=True, err=True)
        deployment = Deployment(settings=found, configuration=configuration(found), store=store)
        end_sending(ctx, resend_mails(deployment, mails), json_=json_)


@click.command()
@as_json
@click.pass_context
def resume(ctx: click.Context, *, json_: bool) -> None:
    """Deliver what waits in the outbox now, once its trouble is over; nothing new is issued."""
    found = settings(ctx)
    with opened(found) as store:
        deployment = Deployment(settings=found, configuration=configuration(found), store=store)
        sendings = resume_outbox(deployment)
    if not sendings and not json_:
        note("nothing waits in the outbox")
        return
    end_sending(ctx, sendings, json_=json_)


def show(sendings: tuple[Sending, ...]) -> None:
    """Say how sendings went."""
    if not sendings:
        note("nothing to send: the last cut-off has its issue, and nothing new came since")
    for sending in sendings:
        issue = from_json(sending.record.contents)
        counts = f"{len(issue.cards)} items, {len(issue.new_sources)} new sources"
        say(f"{issue.digest} issue {issue.number}: {counts}, {sending.state}")
        for mail in sending.mails:
            note(f"  {mail.mail.address}: {how_it_stands(mail)}")


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


def end_sending(ctx: click.Context, sendings: tuple[Sending, ...], *, json_: bool) -> None:
    """Say how sendings went, and end the command with what became of the mail."""
    if json_:
        say_json([sending_json(sending) for sending in sendings])
    else:
        show(sendings)
    end(ctx, Code.OK if all(sending.delivered for sending in sendings) else Code.MAIL)


def _sending(store: Store, text: str) -> Sending:
    """Return the issue that a person names; a number alone is the digest that has one."""
    named = _ISSUE.fullmatch(text)
    if not named:
        raise click.UsageError(f"'{text}' names no issue: write daily/12")
    records = store.timetables.numbered(int(named[2]), named[1] or "")
    if len(records) != 1:
        found = ", ".join(f"{r.digest}/{r.number}" for r in records)
        trouble = f"may be one of {found}" if found else "is no issue; see policywatch digest list"
        raise click.UsageError(f"'{text}' {trouble}")
    return Sending(record=records[0], mails=store.outbox(issue_id=records[0].id))


def _chosen(sending: Sending, address: str) -> Sequence[OutboxMail]:
    wanted = address.lower()
    mails = [m for m in sending.mails if wanted in ("", m.mail.address.lower())]
    # An erased mail is a row without bytes.
    mails = [mail for mail in mails if mail.mail.payload]
    if not mails:
        record = sending.record
        to = ", ".join(mail.mail.address for mail in sending.mails) or "nobody"
        raise click.UsageError(f"issue {record.number} of {record.digest} went to {to}")
    return mails


def _row(sending: Sending) -> tuple[str, ...]:
    issue: Issue = from_json(sending.record.contents)
    until = f"{issue.window_end:%Y-%m-%d %H:%M} UTC"
    return (issue.digest, str(issue.number), until, str(len(issue.cards)), sending.state)
