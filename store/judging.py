"""Rulesets as they were kept, and stored items judged again, a chunk at a time.

An item's matches in force are those of its current revision by its own ruleset. What a notice
stands on is kept beside them; other matches by other rules are replaced.
"""

import getpass
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from pipeline.errors import StoreError
from pipeline.judging import Chunk, Pass, Rejudged, RulesetRecord, StoredTexts
from pipeline.model import Field, Match, Origin, Scope, Tier, Type
from store.connection import Connection, Row, SqlValue
from store.rows import MATCH_COLUMNS, match_of, match_values, optional_time, time_of, time_text

_TEXTS = """
select id, revision, source_id, title, summary, body, language, type, first_seen_at, origin
from item
"""
_UNJUDGED = f"{_TEXTS} where id > ? and ruleset_id != ? order by id limit ?"
_SEEN_SINCE = f"{_TEXTS} where id > ? and first_seen_at >= ? order by id limit ?"
_MATCHES = """
select match.* from match join item on item.id = item_id
    and item.revision = match.revision and item.ruleset_id = match.ruleset_id
where item_id between ? and ? and match.ruleset_id != ? order by match.id
"""
_NOTICED = "select distinct item_id, theme from notice where item_id between ? and ?"
_STANDING = """
select id, revision, ruleset_id from item where id between ? and ? and ruleset_id != ?
"""
_ADD_MATCH = f"""
insert into match (ruleset_id, item_id, revision, {", ".join(MATCH_COLUMNS)})
values (?, ?, ?{", ?" * len(MATCH_COLUMNS)})
"""
_ADD_NOTICE = """
insert into notice (source_id, item_id, revision, ruleset_id, theme, reason, at)
select source_id, id, revision, ruleset_id, ?, ?, ? from item where id = ?
on conflict (item_id, revision, theme, reason) where item_id is not null do nothing
"""
# In force is what judged last: a pass, a first use, or the newest item.
_RULESETS = """
select ruleset.*, max(
    ruleset.at,
    coalesce((select started_at from reclassification where ruleset_id = ruleset.id), ''),
    coalesce((
        select revised_at from item
        where id = (select max(id) from item) and ruleset_id = ruleset.id
    ), '')
) as used_at
from ruleset
order by used_at desc, id = (select ruleset_id from item order by id desc limit 1) desc, id desc
"""


# --- rulesets --------------------------------------------------------------------------------


def put_ruleset(
    connection: Connection, ruleset_hash: str, text: str, file: str, now: datetime
) -> None:
    """Keep the text of the rules under their hash, with who runs us; once is enough."""
    if connection.row("select 1 from ruleset where hash = ?", (ruleset_hash,)):
        return
    with connection.write():
        connection.insert(
            "insert or ignore into ruleset (hash, text, file, at, who) values (?, ?, ?, ?, ?)",
            (ruleset_hash, text, file, time_text(now), _user_name()),
        )


def explain_ruleset(connection: Connection, ruleset_hash: str, why: str) -> None:
    """Keep why rules came into force, and who says so; the first reason stands."""
    with connection.write():
        connection.change(
            "update ruleset set who = ?, why = ? where hash = ? and why = ''",
            (_user_name(), why, ruleset_hash),
        )


def rulesets(connection: Connection) -> tuple[RulesetRecord, ...]:
    """Return every ruleset that was ever in force, the one that is in force first."""
    return tuple(map(_ruleset, connection.rows(_RULESETS)))


def ruleset_key(connection: Connection, ruleset_hash: str) -> int:
    """Return the key of a ruleset's row; raise StoreError for one that was never put."""
    found = connection.value("select id from ruleset where hash = ?", (ruleset_hash,))
    if not isinstance(found, int):
        raise StoreError(f"{connection.path}: no ruleset {ruleset_hash}: put it first")
    return found


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        # A container may run us under a number that has no name.
        return ""


def _ruleset(row: Row) -> RulesetRecord:
    return RulesetRecord(
        hash=row["hash"],
        text=row["text"],
        file=row["file"],
        at=time_of(row["at"]),
        used_at=time_of(row["used_at"]),
        who=row["who"],
        why=row["why"],
    )


# --- reading items as rules see them ---------------------------------------------------------


def unjudged(
    connection: Connection, ruleset_hash: str, *, after: int, limit: int
) -> tuple[StoredTexts, ...]:
    """Return items above a number that other rules judged last, with what those said, by number."""
    ruleset_id = ruleset_key(connection, ruleset_hash)
    rows = connection.rows(_UNJUDGED, (after, ruleset_id, limit))
    if not rows:
        return ()
    first, last = rows[0]["id"], rows[-1]["id"]
    matches: defaultdict[int, list[Match]] = defaultdict(list)
    for row in connection.rows(_MATCHES, (first, last, ruleset_id)):
        matches[row["item_id"]].append(match_of(row))
    noticed: defaultdict[int, list[str]] = defaultdict(list)
    for id_, theme in connection.rows(_NOTICED, (first, last)):
        noticed[id_].append(theme)
    return tuple(_stored_texts(connection, rows, matches, noticed))


def seen_since(
    connection: Connection, since: datetime, *, after: int, limit: int
) -> tuple[StoredTexts, ...]:
    """Return items above a number that were first seen since, by number, as rules see them."""
    rows = connection.rows(_SEEN_SINCE, (after, time_text(since), limit))
    return tuple(_stored_texts(connection, rows, {}, {}))


def count_items(connection: Connection, after: int) -> int:
    """Return how many items are numbered above `after`."""
    found = connection.value("select count(*) from item where id > ?", (after,))
    return found if isinstance(found, int) else 0


def _stored_texts(
    connection: Connection,
    rows: Iterable[Row],
    matches: Mapping[int, Sequence[Match]],
    noticed: Mapping[int, Iterable[str]],
) -> Iterator[StoredTexts]:
    sources = {row["id"]: row for row in connection.rows("select * from source")}
    scopes: dict[tuple[SqlValue, ...], Scope] = {}
    for id_, revision, source, title, summary, body, language, kind, seen_at, origin in rows:
        # Far fewer scopes than items.
        scope = scopes.get((source, kind, language))
        if scope is None:
            scope = scopes[source, kind, language] = _scope(sources[source], kind, language)
        yield StoredTexts(
            id=id_,
            revision=revision,
            texts={Field.TITLE: title, Field.SUMMARY: summary, Field.BODY: body},
            scope=scope,
            first_seen_at=time_of(seen_at),
            origin=Origin(origin),
            matches=tuple(matches.get(id_, ())),
            noticed_themes=frozenset(noticed.get(id_, ())),
        )


def _scope(source: Row, kind: str, language: str) -> Scope:
    return Scope(
        source=source["slug"],
        group=source["group"],
        jurisdiction=source["jurisdiction"],
        type=Type(kind),
        language=language or source["language"],
        tier=Tier(source["tier"]),
    )


# --- one pass --------------------------------------------------------------------------------


def start_pass(connection: Connection, ruleset_hash: str, now: datetime) -> Pass:
    """Begin to judge by a ruleset, or go on where an interrupted pass of it stopped.

    Where other rules had a pass since then, what the interrupted one did is undone: it begins anew.
    """
    with connection.write():
        ruleset_id = ruleset_key(connection, ruleset_hash)
        newest = connection.row(
            "select ruleset_id, finished_at from reclassification "
            "order by started_at desc, ruleset_id desc limit 1"
        )
        if newest is None or newest["finished_at"] or newest["ruleset_id"] != ruleset_id:
            connection.insert(
                "insert or replace into reclassification (ruleset_id, started_at) values (?, ?)",
                (ruleset_id, time_text(now)),
            )
        (found,) = connection.rows(
            "select * from reclassification where ruleset_id = ?", (ruleset_id,)
        )
    return _pass(found)


def save_chunk(connection: Connection, ruleset_hash: str, chunk: Chunk, now: datetime) -> bool:
    """Write what a ruleset says of items as they were read.

    What is not among `changed` is judged as before. When one of them was edited or judged by the
    ruleset since it was read, nothing is written, and the answer is False.
    """
    with connection.write():
        ruleset_id = ruleset_key(connection, ruleset_hash)
        former = _former_rulesets(connection, ruleset_id, chunk.read)
        if former is None:
            return False
        _move_matches(connection, ruleset_id, _untouched(chunk, former))
        _replace_matches(connection, ruleset_id, _restated(chunk))
        connection.change_many(
            "update item set ruleset_id = ? where id = ?", ((ruleset_id, s.id) for s in chunk.read)
        )
        connection.change_many(_ADD_NOTICE, _notices(chunk.changed, time_text(now)))
        connection.change(
            "update reclassification set done_to = ?, items = items + ?, changed = changed + ? "
            "where ruleset_id = ?",
            (chunk.read[-1].id, len(chunk.read), len(chunk.changed), ruleset_id),
        )
    return True


def finish_pass(connection: Connection, ruleset_hash: str, now: datetime) -> Pass:
    """Note that every stored item was judged by a ruleset, and return what its pass did."""
    with connection.write():
        ruleset_id = ruleset_key(connection, ruleset_hash)
        connection.change(
            "update reclassification set finished_at = ? where ruleset_id = ?",
            (time_text(now), ruleset_id),
        )
        (found,) = connection.rows(
            "select * from reclassification where ruleset_id = ?", (ruleset_id,)
        )
    return _pass(found)


def _pass(row: Row) -> Pass:
    return Pass(
        started_at=time_of(row["started_at"]),
        done_to=row["done_to"],
        items=row["items"],
        changed=row["changed"],
        finished_at=optional_time(row["finished_at"]),
    )


def _former_rulesets(
    connection: Connection, ruleset_id: int, read: Sequence[StoredTexts]
) -> Mapping[int, int] | None:
    """Return the ruleset that judged each item last, or None when one is not as it was read."""
    rows = connection.rows(_STANDING, (read[0].id, read[-1].id, ruleset_id))
    standing = {id_: (revision, former) for id_, revision, former in rows}
    if any(standing.get(stored.id, (0, 0))[0] != stored.revision for stored in read):
        return None
    return {id_: former for id_, (_, former) in standing.items()}


def _untouched(chunk: Chunk, former: Mapping[int, int]) -> Iterator[tuple[int, int, int]]:
    """Yield item, revision and former ruleset where the matches stay and no notice needs them."""
    for stored in chunk.read:
        if stored.matches and not stored.noticed_themes and stored.id not in chunk.changed:
            yield stored.id, stored.revision, former[stored.id]


def _restated(chunk: Chunk) -> Iterator[tuple[StoredTexts, Sequence[Match]]]:
    """Yield the items whose matches are written: other ones, or a copy of those of a notice."""
    for stored in chunk.read:
        if stored.id in chunk.changed:
            yield stored, chunk.changed[stored.id].matches
        elif stored.noticed_themes:
            yield stored, stored.matches


def _move_matches(
    connection: Connection, ruleset_id: int, untouched: Iterable[tuple[int, int, int]]
) -> None:
    connection.change_many(
        "update match set ruleset_id = ? where item_id = ? and revision = ? and ruleset_id = ?",
        ((ruleset_id, *place) for place in untouched),
    )


def _replace_matches(
    connection: Connection,
    ruleset_id: int,
    restated: Iterable[tuple[StoredTexts, Sequence[Match]]],
) -> None:
    for stored, matches in restated:
        place = (ruleset_id, stored.id, stored.revision)
        connection.change(
            "delete from match where (? or ruleset_id = ?) and item_id = ? and revision = ?",
            (not stored.noticed_themes, *place),
        )
        connection.change_many(_ADD_MATCH, ((*place, *match_values(m)) for m in matches))


def _notices(changed: Mapping[int, Rejudged], at: str) -> Iterator[tuple[SqlValue, ...]]:
    for item_id, rejudged in changed.items():
        for notice in rejudged.notices:
            yield notice.theme, notice.reason, at, item_id
