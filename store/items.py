"""Items as they are read back: by key, by number, by what matched."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from pipeline.changes import KnownItem
from pipeline.model import Match, Origin, Verdict
from pipeline.records import StoredItem
from pipeline.urls import identity_form
from store.connection import Connection, Row, SqlValue
from store.rows import (
    DECISION_COLUMNS,
    LATEST_DECISION,
    item_of,
    linked_of,
    match_of,
    optional_text,
    optional_time,
    stored_of,
    time_of,
    time_text,
)

# SQLite builds allow 999 values or more in a statement.
_CHUNK = 500
_MANY = ", ".join("?" * _CHUNK)
_ITEM = f"""
select item.*, slug, {", ".join(DECISION_COLUMNS)}
from item join source on source.id = item.source_id {LATEST_DECISION}
"""
_NEAR_MISSES = 50

_KEYS = f"""
select key, item_id from item_key join source on source.id = source_id
where slug = ? and key in ({_MANY}) order by item_id
"""
_ITEMS = f"{_ITEM} where item.id in ({_MANY})"
_MATCHES = f"""
select match.* from match
join item on item.id = item_id
    and item.revision = match.revision and item.ruleset_id = match.ruleset_id
where item_id in ({_MANY}) order by match.id
"""
_LATEST = """
select item.id from item join source on source.id = source_id
where slug = ? and origin != ? order by item.id desc limit ?
"""
_NOTICED = f"""
select item_id, theme, max(at) as at from notice where item_id in ({_MANY})
group by item_id, theme
"""


def known(
    connection: Connection, source_id: str, keys: Iterable[str]
) -> Mapping[str, tuple[KnownItem, ...]]:
    """Return the items of a source behind each key, oldest first; unknown keys are absent."""
    ids_by_key: defaultdict[str, list[int]] = defaultdict(list)
    for chunk in _chunks(sorted(set(keys))):
        for row in connection.rows(_KEYS, (source_id, *chunk)):
            ids_by_key[row["key"]].append(row["item_id"])
    items = known_items(connection, {id_ for ids in ids_by_key.values() for id_ in ids})
    return {key: tuple(items[id_] for id_ in ids) for key, ids in ids_by_key.items()}


def latest(connection: Connection, source_id: str, limit: int) -> tuple[KnownItem, ...]:
    """Return the items of a source that came last, the latest first."""
    rows = connection.rows(_LATEST, (source_id, Origin.MANUAL, limit))
    found = known_items(connection, [row["id"] for row in rows])
    return tuple(found[row["id"]] for row in rows)


def known_items(connection: Connection, ids: Iterable[int]) -> Mapping[int, KnownItem]:
    """Return items by their numbers, as far as identity and edits ask for them."""
    ids = sorted(ids)
    matches = matches_by_id(connection, ids)
    noticed: defaultdict[int, list[Row]] = defaultdict(list)
    for row in _in(connection, _NOTICED, ids):
        noticed[row["item_id"]].append(row)
    return {
        row["id"]: _known_item(row, matches.get(row["id"], ()), noticed.get(row["id"], ()))
        for row in _in(connection, _ITEMS, ids)
    }


def item(connection: Connection, item_id: int) -> StoredItem | None:
    """Return one item with its matches, or None."""
    found = stored_items(connection, (item_id,))
    return found[0] if found else None


def items_at(connection: Connection, url: str) -> tuple[StoredItem, ...]:
    """Return the items whose link is this address, be it http or https, newest first."""
    page = identity_form(url)
    return _found(
        connection,
        "select id from item where url in (?, ?) order by id desc",
        (f"https://{page}", f"http://{page}"),
    )


def baseline_matches(
    connection: Connection, source_id: str, since: datetime
) -> tuple[StoredItem, ...]:
    """Return a source's baseline items dated since, with a theme that applies, newest first."""
    return _found(
        connection,
        """
        select item.id from item join source on source.id = item.source_id
        where slug = ? and origin = ? and published_at >= ? and exists (
            select 1 from match where item_id = item.id and match.revision = item.revision
            and match.ruleset_id = item.ruleset_id and verdict = ?
        )
        order by published_at desc, item.id desc
        """,
        (source_id, Origin.BASELINE, time_text(since), Verdict.APPLIES),
    )


def best_baseline(connection: Connection, since: datetime, limit: int) -> tuple[StoredItem, ...]:
    """Return baseline items dated since with a theme that applies, the best scores first."""
    return _found(
        connection,
        """
        select item.id from source cross join item on item.source_id = source.id
        join match on item_id = item.id
            and match.revision = item.revision and match.ruleset_id = item.ruleset_id
        where configured = 1 and origin = ? and published_at >= ? and verdict = ?
        group by item.id order by max(score) desc, published_at desc, item.id desc limit ?
        """,
        (Origin.BASELINE, time_text(since), Verdict.APPLIES, limit),
    )


def near_misses(
    connection: Connection, since: datetime | None, until: datetime
) -> tuple[StoredItem, ...]:
    """Return news first seen in a window with a near match, the best first."""
    # Joined in this order and grouped without an index: the window is small, the matches are not.
    return _found(
        connection,
        """
        select item.id from item cross join match on item_id = item.id
            and match.revision = item.revision and match.ruleset_id = item.ruleset_id
        where first_seen_at > ? and first_seen_at <= ? and origin = ? and verdict = ?
        group by +item.id order by max(score) desc, item.id desc limit ?
        """,
        (optional_text(since) or "", time_text(until), Origin.NEWS, Verdict.NEAR, _NEAR_MISSES),
    )


def stored_items(connection: Connection, ids: Sequence[int]) -> tuple[StoredItem, ...]:
    """Return items with the matches of their current revisions, in the order of their numbers."""
    rows = {row["id"]: row for row in _in(connection, _ITEMS, ids)}
    matches = matches_by_id(connection, ids)
    return tuple(stored_of(rows[id_], matches.get(id_, ())) for id_ in ids if id_ in rows)


def matches_by_id(connection: Connection, ids: Sequence[int]) -> Mapping[int, Sequence[Match]]:
    """Return what themes say of the current revisions of items, by the rules last applied."""
    matches: defaultdict[int, list[Match]] = defaultdict(list)
    for row in _in(connection, _MATCHES, ids):
        matches[row["item_id"]].append(match_of(row))
    return matches


def _found(connection: Connection, sql: str, values: Sequence[SqlValue]) -> tuple[StoredItem, ...]:
    return stored_items(connection, [row[0] for row in connection.rows(sql, values)])


def _known_item(row: Row, matches: Iterable[Match], noticed: Sequence[Row]) -> KnownItem:
    return KnownItem(
        id=row["id"],
        revision=row["revision"],
        item=item_of(row),
        first_seen_at=time_of(row["first_seen_at"]),
        origin=Origin(row["origin"]),
        applied_themes=frozenset(m.theme for m in matches if m.verdict is Verdict.APPLIES),
        noticed_themes=frozenset(line["theme"] for line in noticed),
        last_noticed_at=optional_time(max((line["at"] for line in noticed), default=None)),
        linked=linked_of(row),
    )


def _in(connection: Connection, sql: str, ids: Sequence[int]) -> Iterator[Row]:
    for chunk in _chunks(ids):
        yield from connection.rows(sql, chunk)


def _chunks(values: Sequence[SqlValue]) -> Iterator[tuple[SqlValue, ...]]:
    """Yield chunks of one length, so that each statement is prepared once; nothing equals null."""
    for start in range(0, len(values), _CHUNK):
        chunk = values[start : start + _CHUNK]
        yield (*chunk, *(None,) * (_CHUNK - len(chunk)))
