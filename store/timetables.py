"""When digests were added, by which timetables they went, and what they wait for."""

from collections.abc import Sequence
from datetime import datetime

from pipeline.errors import StoreError
from pipeline.records import DigestSpec, IssueRecord, Standing, Timetable
from pipeline.schedule import parse_schedule, write_schedule
from store.connection import Connection, Row
from store.ledger import issue_of, ledger_end
from store.rows import optional_time, time_of, time_text

_LATEST = "select schedule, zone from timetable where digest = ? order by id desc"


class Timetables:
    """The digests as they stand, kept by `pipeline.circulation.Timetables`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def sync(self, specs: Sequence[DigestSpec], now: datetime) -> None:
        """Note digests that are new and schedules that changed; nothing to note writes nothing."""
        if all(self._is_noted(spec) for spec in specs):
            return
        with self._connection.write(durable=True):
            since, seq = self._addition(now)
            for spec in specs:
                self._note(spec, since, seq, now)

    def standing(self, spec: DigestSpec, now: datetime) -> Standing:
        """Return what is known of a digest; one not noted yet stands as if it were noted now."""
        row = self._connection.row("select * from digest where id = ?", (spec.id,))
        if row is None:
            since, seq = self._addition(now)
            table = Timetable(since=since, schedule=spec.schedule, zone=spec.zone)
            return Standing(digest=spec.id, added_at=since, seq_from=seq, timetables=(table,))
        tables = self._connection.rows(
            "select * from timetable where digest = ? order by id", (spec.id,)
        )
        return Standing(
            digest=spec.id,
            added_at=time_of(row["added_at"]),
            seq_from=row["seq_from"],
            timetables=tuple(map(_timetable, tables)),
            passed_at=optional_time(row["passed_at"]),
            waiting_since=optional_time(row["waiting_since"]),
        )

    def pass_over(self, digest: str, until: datetime) -> None:
        """Note that up to a cut-off there was nothing to say."""
        with self._connection.write(durable=True):
            self._connection.change(
                "update digest set passed_at = ?, waiting_since = null where id = ?",
                (time_text(until), digest),
            )

    def wait(self, digest: str, since: datetime) -> None:
        """Note since when an issue that is due waits for its reading."""
        with self._connection.write(durable=True):
            self._connection.change(
                "update digest set waiting_since = ? where id = ?", (time_text(since), digest)
            )

    def seq_at(self, moment: datetime) -> int:
        """Return the number of the last notice before a moment, 0 if there is none."""
        seq = self._connection.value(
            "select max(seq) from notice where at < ?", (time_text(moment),)
        )
        return seq if isinstance(seq, int) else 0

    def issue(self, issue_id: int) -> IssueRecord:
        """Return an issue by its id; raise StoreError where there is none."""
        row = self._connection.row("select * from digest_issue where id = ?", (issue_id,))
        if row is None:
            raise StoreError(f"{self._connection.path}: no issue {issue_id}")
        return issue_of(row)

    def numbered(self, number: int, digest: str = "") -> tuple[IssueRecord, ...]:
        """Return the issues with a number, of one digest or of all."""
        rows = self._connection.rows(
            "select * from digest_issue where number = ? and (? = '' or digest = ?) order by id",
            (number, digest, digest),
        )
        return tuple(map(issue_of, rows))

    def _is_noted(self, spec: DigestSpec) -> bool:
        row = self._connection.row(_LATEST, (spec.id,))
        return row is not None and tuple(row) == (write_schedule(spec.schedule), spec.zone)

    def _addition(self, now: datetime) -> tuple[datetime, int]:
        """Return from when, and after which notice, a digest starts that is noted now.

        The digests of a deployment's first file start at its first run: they were there before
        anything was read, or before a version that notes them.
        """
        if self._connection.row("select 1 from digest"):
            return now, ledger_end(self._connection)
        first = self._connection.value("select min(started_at) from run")
        return (time_of(first) if isinstance(first, str) else now), 0

    def _note(self, spec: DigestSpec, since: datetime, seq: int, now: datetime) -> None:
        added = self._connection.change(
            "insert or ignore into digest (id, added_at, seq_from) values (?, ?, ?)",
            (spec.id, time_text(since), seq),
        )
        if not self._is_noted(spec):
            self._connection.insert(
                "insert into timetable (digest, since, schedule, zone) values (?, ?, ?, ?)",
                (
                    spec.id,
                    time_text(since if added else now),
                    write_schedule(spec.schedule),
                    spec.zone,
                ),
            )


def _timetable(row: Row) -> Timetable:
    return Timetable(
        since=time_of(row["since"]),
        schedule=tuple(map(parse_schedule, row["schedule"].splitlines())),
        zone=row["zone"],
    )
