"""Alarms: each raised once, and ended once."""

from collections.abc import Iterable
from datetime import datetime

from pipeline.alarms import Alarm, AlarmKind, AlarmRecord
from store.connection import Connection
from store.rows import optional_time, time_of, time_text


def put_alarms(connection: Connection, source_key: int, standing: Iterable[Alarm], at: str) -> None:
    """Raise what was not raised yet, and end what does not stand any more."""
    alarms = {alarm.kind: alarm for alarm in standing}
    rows = connection.rows(
        "select kind from alarm where source_id = ? and ended_at is null", (source_key,)
    )
    raised = {AlarmKind(row["kind"]) for row in rows}
    connection.change_many(
        "update alarm set ended_at = ? where source_id = ? and kind = ? and ended_at is null",
        ((at, source_key, kind) for kind in sorted(raised - alarms.keys())),
    )
    connection.change_many(
        "insert into alarm (source_id, kind, since, text, raised_at) values (?, ?, ?, ?, ?)",
        (
            (source_key, kind, time_text(alarm.since), alarm.text, at)
            for kind, alarm in alarms.items()
            if kind not in raised
        ),
    )


def alarm_log(connection: Connection, since: datetime) -> tuple[AlarmRecord, ...]:
    """Return the alarms of configured sources that stand or ended after `since`, by when raised."""
    rows = connection.rows(
        """
        select slug, alarm.* from alarm join source on source.id = source_id
        where (ended_at is null or ended_at > ?) and configured = 1 and enabled = 1
        order by alarm.id
        """,
        (time_text(since),),
    )
    return tuple(
        AlarmRecord(
            source_id=row["slug"],
            alarm=Alarm(kind=AlarmKind(row["kind"]), since=time_of(row["since"]), text=row["text"]),
            raised_at=time_of(row["raised_at"]),
            ended_at=optional_time(row["ended_at"]),
        )
        for row in rows
    )
