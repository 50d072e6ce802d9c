"""Who gets which digest: added, paused, refused, forgotten."""

from datetime import datetime

from pipeline.records import Subscriber
from store.connection import Connection, Row
from store.rows import optional_time, time_of, time_text

_WHOM = "where address = ? and (? = '' or digest = ?)"


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
    return tuple(map(_subscriber, rows))


class Readers:
    """Who gets which digest, kept by `pipeline.circulation.Readers`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, address: str) -> tuple[Subscriber, ...]:
        """Return what an address gets, by digest."""
        rows = self._connection.rows(
            "select * from subscriber where address = ? order by digest", (address,)
        )
        return tuple(map(_subscriber, rows))

    def remove(self, address: str, digest: str = "") -> int:
        """Take somebody off a digest, and count from how many."""
        with self._connection.write(durable=True):
            self._connection.change(
                """
                update outbox set state = 'failed', error = 'left the digest before it was sent'
                where state = 'planned' and address = ?
                and issue_id in (select id from digest_issue where ? = '' or digest = ?)
                """,
                (address, digest, digest),
            )
            return self._connection.change(
                f"delete from subscriber {_WHOM}", (address, digest, digest)
            )

    def pause(self, address: str, digest: str, why: str, now: datetime) -> int:
        """Send somebody nothing until they are resumed, and count in how many digests."""
        with self._connection.write(durable=True):
            return self._connection.change(
                f"update subscriber set paused_at = ?, why = ? {_WHOM} and paused_at is null",
                (time_text(now), why, address, digest, digest),
            )

    def resume(self, address: str, digest: str = "") -> int:
        """Send mail again, and count in how many digests; refusals count from 0 again."""
        with self._connection.write(durable=True):
            return self._connection.change(
                "update subscriber set paused_at = null, why = '', refusals = 0, refusal = '' "
                f"{_WHOM} and paused_at is not null",
                (address, digest, digest),
            )

    def forget(self, address: str, now: datetime) -> tuple[int, int]:
        """Erase an address and the bytes sent to it; return how many subscriptions and mails."""
        # What is deleted is overwritten, too.
        self._connection.rows("pragma secure_delete = on")
        with self._connection.write(durable=True):
            left = self._connection.change("delete from subscriber where address = ?", (address,))
            mails = self._connection.change(
                """
                update outbox set address = 'forgotten-' || id, payload = x'', error = '',
                state = case state when 'sent' then state else 'failed' end, changed_at = ?
                where address = ?
                """,
                (time_text(now), address),
            )
        return left, mails

    def known(self) -> tuple[tuple[str, str], ...]:
        """Return each (digest, address) that gets mail or once did, for tokens to be tried on."""
        rows = self._connection.rows(
            """
            select digest, address from subscriber
            union select digest, address from outbox
            join digest_issue on digest_issue.id = issue_id
            """
        )
        return tuple((row["digest"], row["address"]) for row in rows)


def _subscriber(row: Row) -> Subscriber:
    return Subscriber(
        address=row["address"],
        digest=row["digest"],
        added_at=time_of(row["added_at"]),
        paused_at=optional_time(row["paused_at"]),
        why=row["why"],
        refusals=row["refusals"],
        refusal=row["refusal"],
    )
