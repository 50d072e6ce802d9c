"""Runs, and what one reading of one source brings, saved whole or not at all."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pipeline.changes import ChangedItem, NewItem
from pipeline.errors import StoreError
from pipeline.model import Match, Notice, Reason, Source, SourceResult
from pipeline.records import Backfill, Intake, Past
from store import index
from store.alarms import put_alarms
from store.connection import Connection
from store.judging import ruleset_key
from store.pages import put_linked, put_waits
from store.rows import (
    ITEM_COLUMNS,
    MATCH_COLUMNS,
    RESULT_COLUMNS,
    item_of,
    item_values,
    match_values,
    optional_time,
    result_of,
    result_values,
    time_of,
    time_text,
)
from store.sources import keep_source, put_state, source_key

MOST_REVISIONS = 24

_COLUMNS = ", ".join(ITEM_COLUMNS)
_PUT_RESULT = f"""
insert into source_result (run_id, source_id, at, {", ".join(RESULT_COLUMNS)})
values (?, ?, ?{", ?" * len(RESULT_COLUMNS)})
"""
_ADD_ITEM = f"""
insert into item
    (source_id, origin, after_change, first_seen_at, revised_at, ruleset_id, {_COLUMNS})
values (?, ?, ?, ?, ?, ?{", ?" * len(ITEM_COLUMNS)})
"""
_REVISE_ITEM = f"""
update item set revision = revision + 1, revised_at = ?, ruleset_id = ?,
{", ".join(f"{column} = ?" for column in ITEM_COLUMNS)}
where id = ?
"""
_KEEP_REVISION = f"""
insert into revision (item_id, number, seen_at, {_COLUMNS})
select id, revision, revised_at, {_COLUMNS} from item
where id = ? and (select count(*) from revision where item_id = item.id) < ?
"""
_ADD_MATCH = f"""
insert or replace into match (item_id, revision, ruleset_id, {", ".join(MATCH_COLUMNS)})
values (?, ?, ?{", ?" * len(MATCH_COLUMNS)})
"""
_ADD_NOTICE = """
insert into notice (source_id, item_id, revision, ruleset_id, theme, reason, at)
values (?, ?, ?, ?, ?, ?, ?)
on conflict (item_id, revision, theme, reason) where item_id is not null do nothing
"""
_BACKFILL = """
select backfill.* from backfill join source on source.id = source_id where slug = ?
"""
_PUT_BACKFILL = """
insert or replace into backfill (source_id, since, waiting, pages, new, at)
values (?, ?, ?, ?, ?, ?)
"""


@dataclass(frozen=True, slots=True)
class _Judged:
    """One revision of one item, and the rules that judged it."""

    source_key: int
    item_id: int
    revision: int
    ruleset_id: int


@dataclass(frozen=True, slots=True)
class _Saving:
    """What every row of one intake shares."""

    source_key: int
    ruleset_id: int
    at: str


def start_run(connection: Connection, job: str, now: datetime) -> int:
    """Open a run in the journal and return its number."""
    with connection.write():
        return connection.insert(
            "insert into run (job, started_at) values (?, ?)", (job, time_text(now))
        )


def finish_run(connection: Connection, run_id: int, now: datetime) -> None:
    """Close a run."""
    with connection.write():
        connection.change("update run set finished_at = ? where id = ?", (time_text(now), run_id))


def first_run_at(connection: Connection) -> datetime | None:
    """Return when the first run began, or None before it."""
    started = connection.value("select min(started_at) from run")
    return optional_time(started if isinstance(started, str) else None)


def run_results(connection: Connection, run_id: int) -> tuple[SourceResult, ...]:
    """Return the results of a run in the order in which they were saved."""
    rows = connection.rows(
        "select source_result.*, slug from source_result join source on source.id = source_id "
        "where run_id = ? order by source_result.id",
        (run_id,),
    )
    return tuple(map(result_of, rows))


def readings(
    connection: Connection, source_id: str, since: datetime, until: datetime
) -> tuple[tuple[datetime, SourceResult], ...]:
    """Return when a source was asked in a window and how it went, oldest first."""
    rows = connection.rows(
        "select source_result.*, slug from source_result join source on source.id = source_id "
        "where slug = ? and at > ? and at <= ? order by source_result.id",
        (source_id, time_text(since), time_text(until)),
    )
    return tuple((time_of(row["at"]), result_of(row)) for row in rows)


def save_intake(
    connection: Connection, run_id: int, intake: Intake, ruleset_hash: str, now: datetime
) -> None:
    """Write one source's reading in one transaction."""
    with connection.write():
        saving = _Saving(
            source_key(connection, intake.result.source_id),
            ruleset_key(connection, ruleset_hash),
            time_text(now),
        )
        connection.insert(
            _PUT_RESULT, (run_id, saving.source_key, saving.at, *result_values(intake.result))
        )
        put_state(connection, saving.source_key, intake.state)
        put_alarms(connection, saving.source_key, intake.alarms, saving.at)
        if intake.first_contact:
            _note_new_source(connection, saving)
        for new in intake.new:
            _add(connection, saving, new)
        for changed in intake.changed:
            _revise(connection, saving, changed)
        for seen in intake.seen:
            _put_keys(connection, saving, seen.known.id, seen.keys)
        for item_id, linked in intake.tried:
            put_linked(connection, item_id, linked)
        put_waits(connection, intake.waits, saving.at)


def add_item(
    connection: Connection, source: Source, new: NewItem, ruleset_hash: str, now: datetime
) -> int:
    """Store an item that no poll brought, and return its number."""
    with connection.write(durable=True):
        saving = _Saving(
            keep_source(connection, source, now),
            ruleset_key(connection, ruleset_hash),
            time_text(now),
        )
        return _add(connection, saving, new)


def backfill(connection: Connection, source_id: str) -> Backfill | None:
    """Return how far a source's past was read, or None when nobody asked for it."""
    row = connection.row(_BACKFILL, (source_id,))
    if row is None:
        return None
    return Backfill(
        source_id=source_id,
        since=date.fromisoformat(row["since"]),
        waiting=tuple(json.loads(row["waiting"])),
        pages=row["pages"],
        new=row["new"],
    )


def save_backfill(
    connection: Connection, progress: Backfill, past: Past, ruleset_hash: str, now: datetime
) -> None:
    """Write what one document of the past brought, and how far that came, in one transaction."""
    with connection.write():
        saving = _Saving(
            source_key(connection, progress.source_id),
            ruleset_key(connection, ruleset_hash),
            time_text(now),
        )
        for new in past.new:
            _add(connection, saving, new)
        for completed in past.completed:
            _revise(connection, saving, completed)
        waiting = json.dumps(progress.waiting)
        values = (progress.since.isoformat(), waiting, progress.pages, progress.new, saving.at)
        connection.insert(_PUT_BACKFILL, (saving.source_key, *values))


def _note_new_source(connection: Connection, saving: _Saving) -> None:
    values = (saving.source_key, None, None, None, "", Reason.NEW_SOURCE, saving.at)
    connection.insert(_ADD_NOTICE, values)


def _add(connection: Connection, saving: _Saving, new: NewItem) -> int:
    item_id = connection.insert(
        _ADD_ITEM,
        (
            saving.source_key,
            new.origin,
            new.after_change,
            saving.at,
            saving.at,
            saving.ruleset_id,
            *item_values(new.item),
        ),
    )
    index.add(connection, item_id, new.item)
    _put_keys(connection, saving, item_id, new.keys)
    judged = _Judged(saving.source_key, item_id, 1, saving.ruleset_id)
    _judge(connection, judged, new.matches, new.notices, saving.at)
    put_linked(connection, item_id, new.linked)
    return item_id


def _revise(connection: Connection, saving: _Saving, changed: ChangedItem) -> None:
    item_id = changed.known.id
    before = connection.row(
        "select item.*, slug from item join source on source.id = source_id "
        "where item.id = ? and source_id = ? and revision = ?",
        (item_id, saving.source_key, changed.known.revision),
    )
    if before is None:
        raise StoreError(
            f"{connection.path}: item {item_id} was changed by another pass since it was read; "
            "nothing of this reading was saved, the next poll reads it again"
        )
    connection.insert(_KEEP_REVISION, (item_id, MOST_REVISIONS))
    connection.change(
        _REVISE_ITEM, (saving.at, saving.ruleset_id, *item_values(changed.item), item_id)
    )
    index.replace(connection, item_id, item_of(before), changed.item)
    _put_keys(connection, saving, item_id, changed.keys)
    judged = _Judged(saving.source_key, item_id, changed.known.revision + 1, saving.ruleset_id)
    _judge(connection, judged, changed.matches, changed.notices, saving.at)
    put_linked(connection, item_id, changed.linked)


def _put_keys(connection: Connection, saving: _Saving, item_id: int, keys: Iterable[str]) -> None:
    connection.change_many(
        "insert or ignore into item_key (source_id, key, item_id) values (?, ?, ?)",
        ((saving.source_key, key, item_id) for key in keys),
    )


def _judge(
    connection: Connection,
    judged: _Judged,
    matches: Sequence[Match],
    notices: Sequence[Notice],
    at: str,
) -> None:
    place = (judged.item_id, judged.revision, judged.ruleset_id)
    connection.change_many(_ADD_MATCH, ((*place, *match_values(match)) for match in matches))
    connection.change_many(
        _ADD_NOTICE,
        ((judged.source_key, *place, notice.theme, notice.reason, at) for notice in notices),
    )
