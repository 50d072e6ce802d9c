"""The full-text index of all items: it holds words only, and is fed and emptied from here."""

from pipeline.model import Item
from store.connection import Connection
from store.fts import INDEX_VERSION, index_text
from store.rows import item_of

_ADD = "insert into item_fts (rowid, title, summary, body) values (?, ?, ?, ?)"
_DROP = "insert into item_fts (item_fts, rowid, title, summary, body) values ('delete', ?, ?, ?, ?)"
_BATCH = 1_000


def add(connection: Connection, item_id: int, item: Item) -> None:
    """Put an item into the index, inside the transaction that stores it."""
    connection.insert(_ADD, (item_id, *_indexed(item)))


def replace(connection: Connection, item_id: int, before: Item, after: Item) -> None:
    """Take the words of an item's text before from the index and put in those after."""
    old, new = _indexed(before), _indexed(after)
    if old != new:
        connection.insert(_DROP, (item_id, *old))
        connection.insert(_ADD, (item_id, *new))


def rebuild(connection: Connection) -> None:
    """Make the index anew from the stored texts, and note by which way of cutting words."""
    connection.change("insert into item_fts (item_fts) values ('delete-all')", ())
    last = 0
    while rows := connection.rows(
        "select item.*, slug from item join source on source.id = source_id "
        "where item.id > ? order by item.id limit ?",
        (last, _BATCH),
    ):
        for row in rows:
            add(connection, row["id"], item_of(row))
        last = rows[-1]["id"]
    connection.change("update deployment set index_version = ?", (INDEX_VERSION,))


def _indexed(item: Item) -> tuple[str, str, str]:
    return index_text(item.title), index_text(item.summary), index_text(item.body)
