"""The mails on their way: their exact bytes, and how far each came."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from pipeline.errors import StoreError
from pipeline.records import Mail, MailState, OutboxMail
from store.connection import Connection, Row
from store.rows import optional_text, optional_time, time_text

_MAIL = (
    "select outbox.*, digest, number from outbox join digest_issue on digest_issue.id = issue_id"
)
_OPEN = "state in ('planned', 'sending', 'unknown')"


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
        rows = connection.rows(f"{_MAIL} where {_OPEN} order by outbox.id")
    else:
        rows = connection.rows(f"{_MAIL} where issue_id = ? order by outbox.id", (issue_id,))
    return tuple(map(_mail, rows))


def mark_mail(connection: Connection, mail: OutboxMail, now: datetime) -> None:
    """Write a mail's new state durably; raise StoreError for a mail that is not there."""
    with connection.write(durable=True):
        _count_refusal(connection, mail)
        marked = connection.change(
            """
            update outbox set state = ?, attempts = ?, resent = ?, next_attempt_at = ?, error = ?,
            refused = ?, changed_at = ? where id = ?
            """,
            (
                mail.state,
                mail.attempts,
                int(mail.resent),
                optional_text(mail.next_attempt_at),
                mail.error,
                int(mail.refused),
                time_text(now),
                mail.id,
            ),
        )
        if not marked:
            raise StoreError(f"{connection.path}: no mail {mail.id} in the outbox")


def _count_refusal(connection: Connection, mail: OutboxMail) -> None:
    """Count a refusal against its recipient, once a mail; an accepted mail clears them all."""
    whom = (mail.mail.address, mail.digest)
    if mail.state is MailState.SENT:
        connection.change(
            "update subscriber set refusals = 0, refusal = '' where address = ? and digest = ?",
            whom,
        )
    elif mail.refused:
        connection.change(
            """
            update subscriber set refusals = refusals + 1, refusal = ?
            where address = ? and digest = ?
            and exists (select 1 from outbox where id = ? and not refused)
            """,
            (mail.error, *whom, mail.id),
        )


def recover_outbox(connection: Connection, now: datetime) -> int:
    """Turn every `sending` into `unknown`, and count them."""
    if not connection.row("select 1 from outbox where state = 'sending'"):
        return 0
    with connection.write(durable=True):
        return connection.change(
            "update outbox set state = 'unknown', changed_at = ? where state = 'sending'",
            (time_text(now),),
        )


class Mails:
    """The mails of the outbox, kept by `pipeline.circulation.Mails`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def postpone(self, ids: Sequence[int], until: datetime) -> None:
        """Let none of these mails be tried before a moment."""
        at = time_text(until)
        with self._connection.write(durable=True):
            self._connection.change_many(
                """
                update outbox set next_attempt_at = ? where id = ?
                and (next_attempt_at is null or next_attempt_at < ?)
                """,
                [(at, one, at) for one in ids],
            )

    def shorten(self, mail: OutboxMail, payload: bytes, now: datetime) -> None:
        """Put a shorter form in place of a mail that was refused for its size, to be tried once."""
        with self._connection.write(durable=True):
            self._connection.change(
                """
                update outbox set payload = ?, short = 1, state = 'planned', refused = 0,
                next_attempt_at = null, attempts = ?, error = ?, changed_at = ? where id = ?
                """,
                (payload, mail.attempts, mail.error, time_text(now), mail.id),
            )

    def plan_again(self, mail: OutboxMail, now: datetime) -> None:
        """Plan the same bytes for a further copy, because a person asked for it."""
        with self._connection.write(durable=True):
            self._connection.change(
                """
                update outbox set state = 'planned', resent = 0, refused = 0, attempts = 0,
                next_attempt_at = null, error = '', changed_at = ? where id = ?
                """,
                (time_text(now), mail.id),
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
        refused=bool(row["refused"]),
        short=bool(row["short"]),
    )
