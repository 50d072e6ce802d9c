"""Sources as the configuration has them, and what we remember of each between two readings."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from pipeline.errors import StoreError
from pipeline.model import Outcome, Source, SourceState
from pipeline.records import Body, Reach, Snapshot
from store.connection import Connection, Row, SqlValue
from store.rows import optional_text, optional_time, time_of, time_text
from store.states import STATE_COLUMNS, state_of, state_values

_COLUMNS = (
    "name",
    "kind",
    "url",
    "organisation",
    "jurisdiction",
    "language",
    "type",
    "tier",
    '"group"',
    "enabled",
)
# What scopes of rules ask about: with others of these, rules may say otherwise of the same text.
_SCOPE = ("jurisdiction", "language", "tier", '"group"')
_UPDATE = (
    f"update source set configured = 1, {', '.join(f'{c} = ?' for c in _COLUMNS)} where slug = ?"
)
_INSERT = f"""
insert into source ({", ".join(_COLUMNS)}, slug, added_at)
values ({", ".join("?" * len(_COLUMNS))}, ?, ?)
"""
_PUT_STATE = f"""
insert or replace into source_state (source_id, {", ".join(STATE_COLUMNS)})
values ({", ".join("?" * (len(STATE_COLUMNS) + 1))})
"""
_LINKING = """
select distinct slug from item join source on source.id = item.source_id
where item.url >= ? and item.url < ?
"""
_BODY_COLUMNS = ("url", "status", "content_type", "packed")
_PUT_BODY = f"""
insert into snapshot (source_id, good, position, at, outcome, error, {", ".join(_BODY_COLUMNS)})
values (?, ?, ?, ?, ?, ?{", ?" * len(_BODY_COLUMNS)})
"""


def sync_sources(connection: Connection, sources: Sequence[Source], now: datetime) -> None:
    """Make the rows match the configuration; rows that already do are not rewritten."""
    with connection.write():
        rescoped = _rename(connection, sources)
        held = {
            row["slug"]: tuple(row)[1:]
            for row in connection.rows(
                f"select slug, configured, {', '.join(_COLUMNS)} from source"
            )
        }
        for source in sources:
            values = _values(source)
            if source.id not in held:
                connection.insert(_INSERT, (*values, source.id, time_text(now)))
            elif held[source.id] != (1, *values):
                connection.change(_UPDATE, (*values, source.id))
                rescoped |= _scope(held[source.id][1:]) != _scope(values)
        if rescoped:
            # What rules said so far is not what they would say now.
            connection.change("update ruleset set program = '' where program <> ''", ())
        gone = held.keys() - {source.id for source in sources}
        connection.change_many(
            "update source set configured = 0 where slug = ? and configured = 1",
            ((slug,) for slug in sorted(gone)),
        )


def source_key(connection: Connection, source_id: str) -> int:
    """Return the key of a source's row; raise StoreError for one that was never configured."""
    key = connection.value("select id from source where slug = ?", (source_id,))
    if not isinstance(key, int):
        raise StoreError(f"{connection.path}: no source '{source_id}': sync the sources first")
    return key


def keep_source(connection: Connection, source: Source, now: datetime) -> int:
    """Return the key of a source's row; one that is not there is made, as not configured."""
    if connection.row("select 1 from source where slug = ?", (source.id,)) is None:
        key = connection.insert(_INSERT, (*_values(source), source.id, time_text(now)))
        connection.change("update source set configured = 0 where id = ?", (key,))
    return source_key(connection, source.id)


def source_states(connection: Connection) -> Mapping[str, SourceState]:
    """Return the states of the configured sources; one never read has an empty state."""
    rows = connection.rows(
        "select * from source left join source_state on source_id = source.id "
        "where configured = 1 order by slug"
    )
    return {row["slug"]: _state(row["slug"], row) for row in rows}


def source_state(connection: Connection, source_id: str) -> SourceState:
    """Return the state of one source; one never read has an empty state."""
    row = connection.row(
        "select * from source left join source_state on source_id = source.id where slug = ?",
        (source_id,),
    )
    return SourceState(source_id=source_id) if row is None else _state(source_id, row)


def put_state(connection: Connection, key: int, state: SourceState) -> None:
    """Write a source's state."""
    connection.change(_PUT_STATE, (key, *state_values(state)))


def put_snapshot(connection: Connection, source_id: str, snapshot: Snapshot) -> None:
    """Keep a reading's documents in place of the last good or the last bad ones."""
    with connection.write():
        whose = (source_key(connection, source_id), int(snapshot.good))
        connection.change("delete from snapshot where source_id = ? and good = ?", whose)
        how = (time_text(snapshot.at), snapshot.outcome, snapshot.error)
        connection.change_many(
            _PUT_BODY,
            (
                (*whose, position, *how, body.url, body.status, body.content_type, body.packed)
                for position, body in enumerate(snapshot.bodies)
            ),
        )


def snapshot(connection: Connection, source_id: str, *, good: bool) -> Snapshot | None:
    """Return the documents of the last good or the last bad reading, if they were kept."""
    rows = connection.rows(
        "select snapshot.* from snapshot join source on source.id = source_id "
        "where slug = ? and good = ? order by position",
        (source_id, int(good)),
    )
    if not rows:
        return None
    return Snapshot(
        at=time_of(rows[0]["at"]),
        outcome=Outcome(rows[0]["outcome"]),
        error=rows[0]["error"],
        bodies=tuple(Body(**{name: row[name] for name in _BODY_COLUMNS}) for row in rows),
    )


def stored_counts(connection: Connection, source_ids: Iterable[str]) -> Mapping[str, int]:
    """Return how many items each source has."""
    counts = dict.fromkeys(source_ids, 0)
    rows = connection.rows(
        "select slug, count(*) from item join source on source.id = source_id group by source_id"
    )
    return counts | {row[0]: row[1] for row in rows if row[0] in counts}


def linking(connection: Connection, host: str) -> frozenset[str]:
    """Return the sources with items on a host, www. or not."""
    names = (host, f"www.{host}")
    found: set[str] = set()
    for origin in (f"{scheme}://{name}" for scheme in ("https", "http") for name in names):
        # `0` comes after `/`: a range, for which the index of links is good.
        rows = connection.rows(_LINKING, (f"{origin}/", f"{origin}0"))
        found.update(row[0] for row in rows)
    return frozenset(found)


def reach(connection: Connection, since: datetime | None, until: datetime) -> Mapping[str, Reach]:
    """Say how each enabled source was read in a window."""
    window = (optional_text(since) or "", time_text(until))
    read = _read(connection, window)
    rows = connection.rows(
        """
        select slug, last_success_at, failing_since, result.outcome, result.error
        from source
        left join source_state as state on state.source_id = source.id
        left join source_result as result on result.id = (
            select id from source_result
            where source_id = source.id and at > ? and at <= ?
            order by at desc, id desc limit 1
        )
        where configured = 1 and enabled = 1 order by slug
        """,
        window,
    )
    return {
        row["slug"]: Reach(
            source_id=row["slug"],
            outcome=None if row["outcome"] is None else Outcome(row["outcome"]),
            error=row["error"] or "",
            read=row["slug"] in read,
            last_success_at=optional_time(row["last_success_at"]),
            failing_since=optional_time(row["failing_since"]),
        )
        for row in rows
    }


def _rename(connection: Connection, sources: Sequence[Source]) -> bool:
    """Give rows the ids that their sources have now; say whether any got another one."""
    renamed = False
    held = {row[0] for row in connection.rows("select slug from source")}
    configured = {source.id for source in sources}
    for source in sources:
        former = [slug for slug in source.was if slug in held - configured]
        if source.id not in held and former:
            connection.change("update source set slug = ? where slug = ?", (source.id, former[-1]))
            held = held - {former[-1]} | {source.id}
            renamed = True
    return renamed


def _scope(values: Sequence[SqlValue]) -> tuple[SqlValue, ...]:
    return tuple(values[_COLUMNS.index(column)] for column in _SCOPE)


def _values(source: Source) -> tuple[SqlValue, ...]:
    return (
        source.name,
        source.kind,
        source.url,
        source.organisation,
        source.jurisdiction,
        source.language,
        source.type,
        source.tier,
        source.group,
        int(source.enabled),
    )


def _read(connection: Connection, window: tuple[str, str]) -> frozenset[str]:
    rows = connection.rows(
        "select distinct slug, outcome from source_result join source on source.id = source_id "
        "where at > ? and at <= ?",
        window,
    )
    return frozenset(row[0] for row in rows if Outcome(row[1]).read)


def _state(slug: str, row: Row) -> SourceState:
    return SourceState(source_id=slug) if row["source_id"] is None else state_of(row)
