"""What came of which source lately, counted by what it is."""

from collections.abc import Sequence
from datetime import datetime

from pipeline.coverage import Count, Place, main_language
from pipeline.model import Tier, Type
from store.connection import Connection, Row
from store.rows import time_text

# What stood there at the first contact counts by its date.
_LATELY = """
first_seen_at >= ? and (origin in ('news', 'manual') or published_at >= ?)
"""
_ITEMS = f"""
select source_id, type, language, origin = 'manual' as manual, count(*) as number
from item where {_LATELY} group by 1, 2, 3, 4
"""
# The window is the smaller side: match has every item that ever matched.
_MATCHES = f"""
select source_id, type, language, origin = 'manual' as manual, count(*) as number
from item where {_LATELY} and exists (
    select 1 from match
    where item_id = item.id and match.revision = item.revision
    and match.ruleset_id = item.ruleset_id and verdict = 'applies'
) group by 1, 2, 3, 4
"""


def coverage_counts(connection: Connection, since: datetime) -> Sequence[Count]:
    """Return how many items came since a moment, and how many of them some theme took."""
    window = (time_text(since),) * 2
    sources = {row["id"]: row for row in connection.rows("select * from source")}
    matches = {tuple(row)[:4]: row["number"] for row in connection.rows(_MATCHES, window)}
    return [
        _count(row, sources[row["source_id"]], matches.get(tuple(row)[:4], 0))
        for row in connection.rows(_ITEMS, window)
    ]


def _count(row: Row, source: Row, matches: int) -> Count:
    language = main_language(row["language"] or source["language"])
    return Count(
        place=Place(source["jurisdiction"], Type(row["type"]), language),
        tier=Tier(source["tier"]),
        configured=bool(source["configured"]),
        manual=bool(row["manual"]),
        items=row["number"],
        matches=matches,
    )
