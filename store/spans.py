"""How far back the items of each source reach."""

from collections.abc import Mapping
from datetime import datetime

from store.connection import Connection
from store.rows import time_of, time_text


def spans(connection: Connection, since: datetime) -> Mapping[str, tuple[datetime, int]]:
    """Return the oldest date and the number of each source's items dated since a moment."""
    rows = connection.rows(
        """
        select slug, min(coalesce(published_at, first_seen_at)) as oldest, count(*) as items
        from item join source on source.id = item.source_id
        where coalesce(published_at, first_seen_at) >= ? group by slug
        """,
        (time_text(since),),
    )
    return {row["slug"]: (time_of(row["oldest"]), row["items"]) for row in rows}
