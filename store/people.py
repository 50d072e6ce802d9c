"""Who gets which digest, and the mails on their way."""

from collections.abc import Iterable
from datetime import datetime

from pipeline.errors import StoreError
from pipeline.records import Mail, MailState, OutboxMail, Subscriber
from store.connection import Connection, Row
from store.rows import optional_text, optional_time, time_of, time_text

_MAIL = (
    "select outbox.*, digest, number from outbox join digest_issue on digest_issue.id = issue_id"
)


def add_subscriber(connection: Connection, subscriber: Subscriber) -> bool:
    """Add somebody to a digest; False when they already get it, however it is capitalised."""
    with connection.write(durable=True):
        added = connection.change(
            "insert or ignore into subscriber (address, digest, added_at) values (?, ?, ?)",
            (subscriber.address, subscriber.digest, time_text(subscriber.added_at)),
        )
    return added > 0


def subscribers(connection: Connection, digest: str | None) -> tuple[Subscriber, ...]:
    """Return who gets a digest, or everybody, by address."""
    rows = connection.rows(
        "select * from subscriber where ? is null or digest = ? order by address, digest",
        (digest, digest),
    )
    return tuple(
        Subscriber(address=row["address"], digest=row["digest"], added_at=time_of(row["added_at"]))
        for row in rows
    )


def plan_mails(connection: Connection, issue_id: int, mails: Iterable[Mail], at: str) -> None:
    """Put an issue's mails in the outbox, inside the transaction of the issue."""
    for mail in mails:
        added = connection.change(
            """
            insert or ignore into outbox
            (issue_id, address, message_id, payload, state, planned_at, changed_at)
            values (?, ?, ?, ?, ?, ?, ?)
            """,
            (issue_id, mail.address, mail.message_id, mail.payload, MailState.PLANNED, at, at),
        )
        if not added:
            raise StoreError(
                f"{mail.address}: {mail.message_id} is in the outbox already, or a second mail "
                "of the same issue; nothing was written"
            )


def outbox(connection: Connection, issue_id: int | None) -> tuple[OutboxMail, ...]:
    """Return the mails of one issue, or all that are not sent or failed, oldest first."""
    if issue_id is None:
        rows = connection.rows(
            f"{_MAIL} where state in ('planned', 'sending', 'unknown') order by outbox.id"
        )
    else:
        rows = connection.rows(f"{_MAIL} where issue_id = ? order by outbox.id", (issue_id,))
    return tuple(map(_mail, rows))


def mark_mail(connection: Connection, mail: OutboxMail, now: datetime) -> None:
    """Write a mail's new state durably; raise StoreError for a mail that is not there."""
    with connection.write(durable=True):
        marked = connection.change(
            """
            update outbox set state = ?, attempts = ?, resent = ?, next_attempt_at = ?, error = ?,
            changed_at = ? where id = ?
            """,
            (
                mail.state,
                mail.attempts,
                int(mail.resent),
                optional_text(mail.next_attempt_at),
                mail.error,
                time_text(now),
                mail.id,
            ),
        )
        if not marked:
            raise StoreError(f"{connection.path}: no mail {mail.id} in the outbox")


def recover_outbox(connection: Connection, now: datetime) -> int:
    """Turn every `sending` into `unknown`, and count them."""
    if not connection.row("select 1 from outbox where state = 'sending'"):
        return 0
    with connection.write(durable=True):
        return connection.change(
            "update outbox set state = 'unknown', changed_at = ? where state = 'sending'",
            (time_text(now),),
        )


def _mail(row: Row) -> OutboxMail:
    return OutboxMail(
        id=row["id"],
        issue_id=row["issue_id"],
        digest=row["digest"],
        number=row["number"],
        mail=Mail(address=row["address"], message_id=row["message_id"], payload=row["payload"]),
        state=MailState(row["state"]),
        attempts=row["attempts"],
        resent=bool(row["resent"]),
        next_attempt_at=optional_time(row["next_attempt_at"]),
        error=row["error"],
    )
