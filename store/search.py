"""A search -> the items it finds: the index narrows, the rules themselves decide."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.classify import scope_of
from pipeline.model import Field, Item, Source, Tier, Type, Verdict
from pipeline.records import StoredItem
from pipeline.rules.query import Query, compile_query
from pipeline.rules.tree import And, Node, ScopeIs
from pipeline.search import Search
from store.connection import Connection, Row, SqlValue
from store.fts import match_expression
from store.items import stored_items
from store.rows import time_text
from store.triage import in_states

# FTS5's parser gives up at a hundred open brackets; deeper queries are read item by item.
_DEEPEST = 40
_BATCHES = (50, 200, 400)
_LAST_ID = 2**63 - 1

_APPLIES = f"""
exists (
    select 1 from match where item_id = item.id and match.revision = item.revision
    and match.ruleset_id = item.ruleset_id and verdict = '{Verdict.APPLIES}'
    {{}}
)
"""
_HAS = {
    "body": "item.body != ''",
    "date": "published_at is not null",
    "theme": _APPLIES.format(""),
    "label": "exists (select 1 from label where item_id = item.id)",
}
_SOURCE = "cross join source on source.id = item.source_id"
_BY_SCOPE = {
    "source": "lower(slug) = ?",
    "group": 'lower("group") = ?',
    "tier": "tier = ?",
    "type": "item.type = ?",
    "jur": "instr(lower(jurisdiction) || '-', ? || '-') = 1",
    "lang": (
        "instr(lower(coalesce(nullif(item.language, ''), source.language)) || '-', ? || '-') = 1"
    ),
}


@dataclass(frozen=True, slots=True)
class _Narrowed:
    """What SQL can say of a search: tables, a condition, and its values."""

    tables: str
    condition: str
    values: tuple[SqlValue, ...]


def find(
    connection: Connection, wanted: Search, *, limit: int, before: int | None
) -> Iterator[StoredItem]:
    """Yield items that a search finds, newest first."""
    narrowed = _narrowed(wanted)
    query = compile_query(wanted.tree) if wanted.tree else None
    last, left, batch = _LAST_ID if before is None else before, limit, 0
    while left > 0:
        size = _BATCHES[min(batch, len(_BATCHES) - 1)]
        ids = _candidates(connection, narrowed, last, size)
        for stored in _confirmed(connection, ids, query):
            if left == 0:
                return
            left -= 1
            yield stored
        if len(ids) < size:
            return
        last, batch = ids[-1], batch + 1


def _narrowed(wanted: Search) -> _Narrowed:
    conditions, values = _filters(wanted)
    expression = match_expression(wanted.tree) if wanted.tree else None
    if expression is None or _depth(expression) > _DEEPEST:
        condition = " and ".join(["item.id < ?", *conditions])
        return _Narrowed(f"item {_SOURCE}", condition, tuple(values))
    return _Narrowed(
        # Cross joins keep the order: the index first, newest first.
        f"item_fts cross join item on item.id = item_fts.rowid {_SOURCE}",
        " and ".join(["item_fts.rowid < ?", "item_fts match ?", *conditions]),
        (expression, *values),
    )


def _filters(wanted: Search) -> tuple[list[str], list[SqlValue]]:
    date = "coalesce(published_at, first_seen_at)"
    times = (
        (f"{date} >= ?", wanted.since),
        (f"{date} < ?", wanted.until),
        ("first_seen_at >= ?", wanted.seen_since),
    )
    conditions = [_HAS[name] for name in wanted.has]
    values: list[SqlValue] = []
    if wanted.states:
        conditions.append(in_states(wanted.states))
    for condition, moment in times:
        if moment:
            conditions.append(condition)
            values.append(time_text(moment))
    for theme in wanted.themes:
        conditions.append(_APPLIES.format("and theme = ?"))
        values.append(theme)
    for claim in _scopes(wanted.tree):
        conditions.append(_BY_SCOPE[claim.name])
        values.append(claim.value.casefold())
    return conditions, values


def _scopes(tree: Node | None) -> list[ScopeIs]:
    """Return the scopes that must hold, as far as SQL, which folds ASCII alone, can tell."""
    parts = tree.children if isinstance(tree, And) else (tree,)
    return [part for part in parts if isinstance(part, ScopeIs) and part.value.isascii()]


def _depth(expression: str) -> int:
    deepest = depth = 0
    for char in expression:
        depth += (char == "(") - (char == ")")
        deepest = max(deepest, depth)
    return deepest


def _candidates(
    connection: Connection, narrowed: _Narrowed, before: int, limit: int
) -> Sequence[int]:
    order = "item_fts.rowid" if "item_fts" in narrowed.tables else "item.id"
    sql = (
        f"select item.id from {narrowed.tables} where {narrowed.condition} "
        f"order by {order} desc limit ?"
    )
    return [row[0] for row in connection.rows(sql, (before, *narrowed.values, limit))]


def _confirmed(
    connection: Connection, ids: Sequence[int], query: Query | None
) -> Iterator[StoredItem]:
    sources = _sources(connection) if query else {}
    for stored in stored_items(connection, ids):
        if query is None or _holds(query, stored.item, sources[stored.item.source_id]):
            yield stored


def _holds(query: Query, item: Item, source: Source) -> bool:
    return query.find({name: item.text(name) for name in Field}, scope_of(item, source)) is not None


def _sources(connection: Connection) -> dict[str, Source]:
    return {row["slug"]: _source(row) for row in connection.rows("select * from source")}


def _source(row: Row) -> Source:
    return Source(
        id=row["slug"],
        name=row["name"],
        kind=row["kind"],
        url=row["url"],
        organisation=row["organisation"],
        jurisdiction=row["jurisdiction"],
        language=row["language"],
        type=Type(row["type"]),
        tier=Tier(row["tier"]),
        group=row["group"],
    )
