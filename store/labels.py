"""What people say of items, and the items that nearly mattered: what rules are tuned by."""

from datetime import datetime

from pipeline.errors import StoreError
from pipeline.model import Verdict
from pipeline.records import Label, StoredItem
from store.connection import Connection, Row, SqlValue
from store.items import stored_items
from store.rows import time_of, time_text

_BETTER = {Verdict.EXCLUDED: "'applies'", Verdict.NEAR: "'applies', 'excluded'"}
_CURRENT = "match.revision = item.revision and match.ruleset_id = item.ruleset_id"


def put_label(connection: Connection, label: Label) -> None:
    """Keep a label in place of the same person's former one; raise StoreError for no item."""
    if not connection.row("select 1 from item where id = ?", (label.item_id,)):
        raise StoreError(f"{connection.path}: no item {label.item_id} to label")
    with connection.write(durable=True):
        connection.insert(
            """
            insert into label (item_id, theme, applies, who, at) values (?, ?, ?, ?, ?)
            on conflict (item_id, theme, who) do update set applies = excluded.applies,
            at = excluded.at
            """,
            (label.item_id, label.theme, int(label.applies), label.who, time_text(label.at)),
        )


def drop_label(connection: Connection, item_id: int, theme: str, who: str) -> bool:
    """Forget what a person said of an item and a theme; False when they said nothing."""
    with connection.write(durable=True):
        dropped = connection.change(
            "delete from label where item_id = ? and theme = ? and who = ?", (item_id, theme, who)
        )
    return dropped > 0


def labels(connection: Connection, theme: str | None) -> tuple[Label, ...]:
    """Return the labels of a theme or all, those of the newest item first."""
    rows = connection.rows(
        "select * from label where ? is null or theme = ? order by item_id desc, theme, who",
        (theme, theme),
    )
    return tuple(map(_label, rows))


def nearly(
    connection: Connection, verdict: Verdict, since: datetime, theme: str | None, limit: int
) -> tuple[StoredItem, ...]:
    """Return items first seen since of which near or excluded is the best verdict."""
    better = (
        "false"
        if theme
        else f"""
        exists (
            select 1 from match as other where other.item_id = item.id
            and other.revision = item.revision and other.ruleset_id = item.ruleset_id
            and other.verdict in ({_BETTER[verdict]})
        )
        """
    )
    values: tuple[SqlValue, ...] = (time_text(since), verdict, theme, theme, limit)
    rows = connection.rows(
        f"""
        select item.id from item join match on item_id = item.id and {_CURRENT}
        where first_seen_at >= ? and verdict = ? and (? is null or theme = ?) and not {better}
        group by item.id order by max(score) desc, item.id desc limit ?
        """,
        values,
    )
    return stored_items(connection, [row[0] for row in rows])


def _label(row: Row) -> Label:
    return Label(
        item_id=row["item_id"],
        theme=row["theme"],
        applies=bool(row["applies"]),
        who=row["who"],
        at=time_of(row["at"]),
    )
