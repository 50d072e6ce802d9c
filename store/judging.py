"""Rulesets as they were kept, and stored items judged again, a chunk at a time.

An item's matches in force are those of its current revision by its own ruleset. Where later rules
say the very same these stay, and `item_judged` has who judged last. What a notice stands on is kept
beside matches that say something else; other matches by other rules are replaced.
"""

import getpass
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pipeline.errors import StoreError
from pipeline.judging import Chunk, Pass, Rejudged, RulesetRecord, StoredTexts
from pipeline.model import Field, Match, Origin, Scope, Tier, Type
from store.connection import Connection, Row, SqlValue
from store.program import fingerprint
from store.rows import MATCH_COLUMNS, match_from, match_values, optional_time, time_of, time_text

_UNTOLD = frozenset[str]()
_ITEMS = "item left join item_judged on item_id = id"
_JUDGE = "coalesce(item_judged.ruleset_id, item.ruleset_id)"
_TEXTS = f"""
select id, revision, item.ruleset_id, {_JUDGE}, source_id, title, summary, body, language, type,
    first_seen_at, origin
from {_ITEMS}
"""
_UNJUDGED = f"{_TEXTS} where id > ? and {_JUDGE} != ? order by id limit ?"
_SEEN_SINCE = f"{_TEXTS} where id > ? and first_seen_at >= ? order by id limit ?"
_MATCHES = f"""
select id, item_id, revision, ruleset_id, {", ".join(MATCH_COLUMNS)} from match
where item_id between ? and ?
"""
_NOTICED = "select distinct item_id, theme from notice where item_id between ? and ?"
_STANDING = f"""
select id, revision from {_ITEMS} where id between ? and ? and {_JUDGE} != ? order by id
"""
_JUDGED_ANEW = "update item set ruleset_id = ? where id in (select value from json_each(?))"
_JUDGED_AGAIN = (
    "update item_judged set ruleset_id = ? where item_id between ? and ? and ruleset_id != ?"
)
_JUDGED_AGAIN_FIRST = f"""
insert into item_judged (item_id, ruleset_id)
select id, ? from {_ITEMS} where id between ? and ? and item.ruleset_id != ? and item_id is null
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
_RULESETS = f"""
with newest as (select revised_at, {_JUDGE} as judge from {_ITEMS} order by id desc limit 1)
select ruleset.*, max(
    ruleset.at,
    coalesce((select started_at from reclassification where ruleset_id = ruleset.id), ''),
    coalesce((
        select revised_at from newest where judge = ruleset.id
    ), '')
) as used_at
from ruleset
order by used_at desc, id = (select judge from newest) desc, id desc
"""


# --- rulesets --------------------------------------------------------------------------------


def put_ruleset(
    connection: Connection, ruleset_hash: str, text: str, file: str, now: datetime
) -> None:
    """Keep the text of the rules under their hash, with who runs us; once is enough.

    Whoever judges by them says so here first, so that no judgement of another program passes for
    one of ours.
    """
    program = connection.value("select program from ruleset where hash = ?", (ruleset_hash,))
    if program in ("", fingerprint()):
        return
    with connection.write():
        connection.insert(
            "insert into ruleset (hash, text, file, at, who, program) values (?, ?, ?, ?, ?, ?) "
            "on conflict (hash) do update set program = '' where program <> excluded.program",
            (ruleset_hash, text, file, time_text(now), _user_name(), fingerprint()),
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
        repeatable=row["program"] == fingerprint(),
    )


# --- reading items as rules see them ---------------------------------------------------------


def unjudged(
    connection: Connection, ruleset_hash: str, *, after: int, limit: int
) -> tuple[StoredTexts, ...]:
    """Return items above a number that other rules judged last, with what those said, by number."""
    ruleset_id = ruleset_key(connection, ruleset_hash)
    rows = connection.tuples(_UNJUDGED, (after, ruleset_id, limit))
    if not rows:
        return ()
    first, last = rows[0][0], rows[-1][0]
    in_force = {row[:3] for row in rows}
    matches: defaultdict[int, list[Match]] = defaultdict(list)
    # In the order in which they were written; SQLite would sort them with all their texts.
    for row in sorted(connection.tuples(_MATCHES, (first, last))):
        if row[1:4] in in_force:
            matches[row[1]].append(match_from(row[4:]))
    noticed: defaultdict[int, list[str]] = defaultdict(list)
    for id_, theme in connection.tuples(_NOTICED, (first, last)):
        noticed[id_].append(theme)
    return tuple(_stored_texts(connection, rows, matches, noticed))


def seen_since(
    connection: Connection, since: datetime, *, after: int, limit: int
) -> tuple[StoredTexts, ...]:
    """Return items above a number that were first seen since, by number, as rules see them."""
    rows = connection.tuples(_SEEN_SINCE, (after, time_text(since), limit))
    return tuple(_stored_texts(connection, rows, {}, {}))


def count_items(connection: Connection, after: int) -> int:
    """Return how many items are numbered above `after`."""
    found = connection.value("select count(*) from item where id > ?", (after,))
    return found if isinstance(found, int) else 0


def _stored_texts(
    connection: Connection,
    rows: Iterable[tuple[Any, ...]],
    matches: Mapping[int, Sequence[Match]],
    noticed: Mapping[int, Iterable[str]],
) -> Iterator[StoredTexts]:
    sources = {row["id"]: row for row in connection.rows("select * from source")}
    hashes = {row["id"]: row["hash"] for row in connection.rows("select id, hash from ruleset")}
    scopes: dict[tuple[SqlValue, ...], Scope] = {}
    origins = {origin.value: origin for origin in Origin}
    for row in rows:
        id_, revision, _, judge, source, title, summary, body, language, kind, seen_at, origin = row
        # Far fewer scopes than items.
        scope = scopes.get((source, kind, language))
        if scope is None:
            scope = scopes[source, kind, language] = _scope(sources[source], kind, language)
        yield StoredTexts(
            id_,
            revision,
            {Field.TITLE: title, Field.SUMMARY: summary, Field.BODY: body},
            scope,
            time_of(seen_at),
            origins[origin],
            tuple(matches[id_]) if id_ in matches else (),
            frozenset(noticed[id_]) if id_ in noticed else _UNTOLD,
            hashes[judge],
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
    first, last = chunk.read[0].id, chunk.read[-1].id
    with connection.write():
        ruleset_id = ruleset_key(connection, ruleset_hash)
        standing = connection.tuples(_STANDING, (first, last, ruleset_id))
        if standing != [(stored.id, stored.revision) for stored in chunk.read]:
            return False
        _replace_matches(connection, ruleset_id, chunk)
        for judged_again in (_JUDGED_AGAIN, _JUDGED_AGAIN_FIRST):
            connection.change(judged_again, (ruleset_id, first, last, ruleset_id))
        connection.change_many(_ADD_NOTICE, _notices(chunk.changed, time_text(now)))
        connection.change(
            "update reclassification set done_to = ?, items = items + ?, changed = changed + ? "
            "where ruleset_id = ?",
            (last, len(chunk.read), len(chunk.changed), ruleset_id),
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


def _replace_matches(connection: Connection, ruleset_id: int, chunk: Chunk) -> None:
    changed = [stored for stored in chunk.read if stored.id in chunk.changed]
    # What a notice stands on stays beside what is said now.
    connection.change_many(
        "delete from match where item_id = ? and revision = ? and (? or ruleset_id = ?)",
        ((s.id, s.revision, not s.noticed_themes, ruleset_id) for s in changed),
    )
    connection.change_many(
        _ADD_MATCH,
        (
            (ruleset_id, stored.id, stored.revision, *match_values(match))
            for stored in changed
            for match in chunk.changed[stored.id].matches
        ),
    )
    ids = json.dumps([stored.id for stored in changed])
    connection.change(_JUDGED_ANEW, (ruleset_id, ids))


def _notices(changed: Mapping[int, Rejudged], at: str) -> Iterator[tuple[SqlValue, ...]]:
    for item_id, rejudged in changed.items():
        for notice in rejudged.notices:
            yield notice.theme, notice.reason, at, item_id
