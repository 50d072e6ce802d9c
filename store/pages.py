"""Linked pages: which items wait for theirs, what became of it, and copies of those that matter."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from pipeline.changes import KnownItem
from pipeline.linked import Copy, Linked, LinkedCounts
from pipeline.model import Verdict
from store.connection import Connection, Row
from store.items import known_items
from store.rows import LINKED_COLUMNS, linked_values, time_of, time_text

MOST_COPY_BYTES = 500_000_000
"""What all copies together may take, packed."""

_PUT_LINKED = f"update item set {', '.join(f'{c} = ?' for c in LINKED_COLUMNS)} where id = ?"
_WAITING = """
select item.id from item join source on source.id = source_id
where slug = ? and linked_state = 'waiting' and coalesce(linked_next_at, '') <= ?
order by item.id limit ?
"""
_COUNTS = """
select slug, linked_state, count(*) as items from item join source on source.id = source_id
where linked_state is not null and first_seen_at >= ? group by slug, linked_state
"""
_TROUBLE = """
select slug, linked_trouble from item join source on source.id = source_id
where linked_state is not null and linked_state <> 'read' and linked_trouble <> ''
and first_seen_at >= ? order by item.id
"""
_PUT_COPY = """
insert or replace into page_copy
(item_id, url, content_type, sha256, size, packed_size, fetched_at, packed)
values (?, ?, ?, ?, ?, ?, ?, ?)
"""
# What no theme wants any more goes first, then the oldest; a person's label keeps it to the last.
_LEAST_WANTED = """
select item_id, packed_size from page_copy join item on item.id = item_id
order by
    exists (select 1 from label where label.item_id = page_copy.item_id),
    exists (
        select 1 from match where match.item_id = item.id and match.revision = item.revision
        and match.ruleset_id = item.ruleset_id and verdict = ?
    ),
    fetched_at, item_id
"""


def waiting(
    connection: Connection, source_id: str, now: datetime, limit: int
) -> tuple[KnownItem, ...]:
    """Return items of a source whose page may be tried now, the longest known first."""
    rows = connection.rows(_WAITING, (source_id, time_text(now), limit))
    return tuple(known_items(connection, [row["id"] for row in rows]).values())


def put_linked(connection: Connection, item_id: int, linked: Linked | None) -> None:
    """Write what became of an item's page, inside the transaction of its reading."""
    if linked is None:
        return
    connection.change(_PUT_LINKED, (*linked_values(linked), item_id))
    if linked.copy:
        _put_copy(connection, item_id, linked.copy)


def counts(connection: Connection, since: datetime) -> Mapping[str, LinkedCounts]:
    """Return by source how the pages of items first seen since a moment fared."""
    at = time_text(since)
    trouble = {row["slug"]: row["linked_trouble"] for row in connection.rows(_TROUBLE, (at,))}
    by_source: dict[str, dict[str, int]] = {}
    for row in connection.rows(_COUNTS, (at,)):
        by_source.setdefault(row["slug"], {})[row["linked_state"]] = row["items"]
    return {
        slug: LinkedCounts(**found, trouble=trouble.get(slug, ""))
        for slug, found in by_source.items()
    }


def copy(connection: Connection, item_id: int) -> Copy | None:
    """Return the kept copy of an item's page, or None."""
    row = connection.row("select * from page_copy where item_id = ?", (item_id,))
    return None if row is None else _copy(row)


def trim_copies(connection: Connection, most: int = MOST_COPY_BYTES) -> None:
    """Take copies away until the others fit, inside the transaction that added one."""
    held = connection.value("select coalesce(sum(packed_size), 0) from page_copy")
    excess = (held if isinstance(held, int) else 0) - most
    if excess <= 0:
        return
    for row in connection.rows(_LEAST_WANTED, (Verdict.APPLIES,)):
        connection.change("delete from page_copy where item_id = ?", (row["item_id"],))
        excess -= row["packed_size"]
        if excess <= 0:
            return


def put_waits(connection: Connection, waits: Iterable[tuple[str, datetime]], at: str) -> None:
    """Remember until when servers want to be left alone, and forget what is over."""
    found = [(scope, time_text(until)) for scope, until in waits]
    if found:
        connection.change("delete from host_wait where until <= ?", (at,))
    connection.change_many(
        "insert into host_wait (scope, until) values (?, ?) "
        "on conflict (scope) do update set until = max(until, excluded.until)",
        found,
    )


def waits(connection: Connection, now: datetime) -> Mapping[str, datetime]:
    """Return by scope until when servers of linked pages want to be left alone."""
    rows = connection.rows("select * from host_wait where until > ?", (time_text(now),))
    return {row["scope"]: time_of(row["until"]) for row in rows}


def _put_copy(connection: Connection, item_id: int, kept: Copy) -> None:
    connection.insert(
        _PUT_COPY,
        (
            item_id,
            kept.url,
            kept.content_type,
            kept.sha256,
            kept.size,
            len(kept.packed),
            time_text(kept.fetched_at),
            kept.packed,
        ),
    )
    trim_copies(connection)


def _copy(row: Row) -> Copy:
    return Copy(
        url=row["url"],
        content_type=row["content_type"],
        sha256=row["sha256"],
        size=row["size"],
        packed=row["packed"],
        fetched_at=time_of(row["fetched_at"]),
    )
