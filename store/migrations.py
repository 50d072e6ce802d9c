"""The schema and how it grows: each function brings a database one version further.

A released migration is never edited; the next change is a new function. Integer keys; times are
TEXT `YYYY-MM-DDTHH:MM:SS.ffffffZ`, which sorts as time does; JSON where nothing is queried.
"""

import json
import secrets
from datetime import date

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from store.additions import (
    ALARMS,
    DEADLINES,
    DELIVERY,
    JUDGED_AGAIN,
    JUDGING,
    LINKED_PAGES,
    PAGES,
    READING,
    STORIES,
    TRIAGE,
)
from store.tables import ITEMS, LEDGER, PEOPLE, RUNS, SOURCES

MIGRATIONS = Migrations("policywatch")
# "plcw"; `file` and other tools tell a database of ours by it.
APPLICATION_ID = 0x706C6377


@MIGRATIONS()
def m001_first(db: Database) -> None:
    """Make everything that a first digest needs."""
    for tables in (SOURCES, RUNS, ITEMS, LEDGER, PEOPLE):
        db.executescript(tables)
    db.execute("insert into deployment (name) values (?)", [secrets.token_hex(8)])
    db.execute(f"pragma application_id = {APPLICATION_ID}")
    db.execute("pragma user_version = 1")


@MIGRATIONS()
def m002_judging(db: Database) -> None:
    """Keep people's labels, who changed the rules and why, and how far a reclassify came."""
    db.executescript(JUDGING)
    db.execute("pragma user_version = 2")


@MIGRATIONS()
def m003_reading(db: Database) -> None:
    """Remember more of each source between two readings, and the last documents it gave."""
    db.executescript(READING)
    db.execute("pragma user_version = 3")


@MIGRATIONS()
def m004_deadlines(db: Database) -> None:
    """Keep until when one may answer, and how far back a source was read."""
    db.executescript(DEADLINES)
    db.execute("pragma user_version = 4")


@MIGRATIONS()
def m005_pages(db: Database) -> None:
    """Remember what pages usually give, and the text of those that are watched."""
    db.executescript(PAGES)
    db.execute("pragma user_version = 5")


@MIGRATIONS()
def m006_linked_pages(db: Database) -> None:
    """Keep what became of the pages that items link to, and copies of those that matter."""
    db.executescript(LINKED_PAGES)
    db.execute("pragma user_version = 6")


@MIGRATIONS()
def m007_alarms(db: Database) -> None:
    """Keep signs of trouble and alarms; learn the pace of each source from its items."""
    db.executescript(ALARMS)
    for source_id, steps in _days_of_items(db).items():
        signs = json.dumps({"days": steps})
        db.execute("update source_state set signs = ? where source_id = ?", [signs, source_id])
    db.execute("pragma user_version = 7")


def _days_of_items(db: Database) -> dict[int, list[int]]:
    """Return, for each source, steps from day to day and the items of each day."""
    rows = db.execute(
        "select source_id, substr(coalesce(published_at, first_seen_at), 1, 10) as day, count(*) "
        "from item where origin <> 'manual' group by source_id, day order by source_id, day"
    )
    days: dict[int, list[tuple[int, int]]] = {}
    for source_id, day, count in rows:
        days.setdefault(source_id, []).append((date.fromisoformat(day).toordinal(), count))
    steps: dict[int, list[int]] = {}
    for source_id, found in days.items():
        kept = found[-300:]
        befores = [0, *(day for day, _ in kept)]
        steps[source_id] = [
            number
            for (day, count), before in zip(kept, befores, strict=False)
            for number in (day - before, count)
        ]
    return steps


@MIGRATIONS()
def m008_stories(db: Database) -> None:
    """Keep what items link to, which of them tell of one thing, and what is still open."""
    db.executescript(STORIES)
    db.execute("pragma user_version = 8")


@MIGRATIONS()
def m009_delivery(db: Database) -> None:
    """Remember when digests came and went by which timetable, and how people's mail fares."""
    db.executescript(DELIVERY)
    db.execute("update deployment set secret = ?", [secrets.token_hex(16)])
    db.execute("pragma user_version = 9")


@MIGRATIONS()
def m010_triage(db: Database) -> None:
    """Keep what people decide of items, and the notices that a digest holds until then."""
    db.executescript(TRIAGE)
    db.execute("pragma user_version = 10")


@MIGRATIONS()
def m011_site_changes(db: Database) -> None:
    """Keep which items came when their site had given known ones other ids."""
    db.execute("alter table item add column after_change integer not null default 0")
    db.execute("pragma user_version = 11")


@MIGRATIONS()
def m012_narrow_coverage(db: Database) -> None:
    """Take out of an index what every pass of the rules changes of every item."""
    db.execute("drop index item_coverage")
    db.execute(
        "create index item_coverage on item "
        "(first_seen_at, source_id, type, language, origin, published_at)"
    )
    db.execute("pragma user_version = 12")


@MIGRATIONS()
def m013_programs(db: Database) -> None:
    """Keep which program judged by a ruleset; of those so far nobody knows."""
    db.execute("alter table ruleset add column program text not null default ''")
    db.execute("pragma user_version = 13")


@MIGRATIONS()
def m014_judged_again(db: Database) -> None:
    """Keep apart which rules said of an item what others had said, so that no text is rewritten."""
    db.executescript(JUDGED_AGAIN)
    db.execute("pragma user_version = 14")


SCHEMA_VERSION = 14
"""What `pragma user_version` says after the last migration."""
