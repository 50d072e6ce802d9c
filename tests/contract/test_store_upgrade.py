"""An older database grows into the present schema and keeps what it holds."""

import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlite_utils import Database

from pipeline.errors import StoreError
from pipeline.model import Outcome
from pipeline.records import Subscriber
from pipeline.schedule import parse_schedule
from store import open_store
from store.migrations import MIGRATIONS, SCHEMA_VERSION
from tests import make


@pytest.fixture(
    params=[
        "m002_judging",
        "m003_reading",
        "m004_deadlines",
        "m005_pages",
        "m006_linked_pages",
        "m007_alarms",
        "m008_stories",
        "m009_delivery",
        "m010_triage",
        "m011_site_changes",
        "m012_narrow_coverage",
        "m013_programs",
        "m014_judged_again",
    ]
)
def old_home(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A deployment whose database was made by an older schema, with one subscriber."""
    db = Database(tmp_path / "policywatch.db")
    MIGRATIONS.apply(db, stop_before=request.param)
    db.execute(
        "insert into subscriber (address, digest, added_at) values (?, ?, ?)",
        ["analyst@example.org", "daily", "2026-03-02T09:00:00.000000Z"],
    )
    db.conn.commit()
    db.close()
    return tmp_path


def test_opening_brings_it_up_to_date_and_keeps_its_data(old_home: Path) -> None:
    store = open_store(old_home)
    kept = Subscriber(address="analyst@example.org", digest="daily", added_at=make.NOW)
    assert (store.schema_version, store.subscribers()) == (SCHEMA_VERSION, (kept,))
    assert len(store.secret()) == 32
    store.close()
    database = sqlite3.connect(old_home / "policywatch.db")
    judged, read = ("label", "triage", "item_judged"), ("snapshot", "backfill", "page_copy")
    for table in (*judged, *read, "digest_wait", "host_wait", "cluster", "closing"):
        assert database.execute(f"select count(*) from {table}").fetchone() == (0,)
    database.close()


def test_reading_only_says_what_to_do_and_changes_nothing(old_home: Path) -> None:
    before = (old_home / "policywatch.db").read_bytes()
    with pytest.raises(StoreError, match=r"schema \d+ is older"):
        open_store(old_home, readonly=True)
    assert (old_home / "policywatch.db").read_bytes() == before


def test_items_of_a_time_before_deadlines_come_back_without_one(tmp_path: Path) -> None:
    db = Database(tmp_path / "policywatch.db")
    MIGRATIONS.apply(db, stop_before="m004_deadlines")
    db.executescript(_ITEM_OF_BEFORE)
    db.conn.commit()
    db.close()
    store = open_store(tmp_path)
    (stored,) = store.items_at("https://gov.example/1")
    assert (stored.item.title, stored.item.deadline) == ("Draft rules", None)
    store.close()


def test_the_pace_of_a_source_is_learned_from_the_items_of_before(tmp_path: Path) -> None:
    db = Database(tmp_path / "policywatch.db")
    MIGRATIONS.apply(db, stop_before="m004_deadlines")
    db.executescript(_ITEM_OF_BEFORE + _STATE_OF_BEFORE)
    db.conn.commit()
    db.close()
    store = open_store(tmp_path)
    state = store.source_state("gov")
    assert state.signs.days == ((date(2026, 2, 27), 2), (date(2026, 3, 2), 1))
    assert (state.interval_minutes, state.outcome) == (45, Outcome.OK)
    store.close()


def test_deadlines_that_were_told_before_are_still_open(tmp_path: Path) -> None:
    db = Database(tmp_path / "policywatch.db")
    MIGRATIONS.apply(db, stop_before="m008_stories")
    db.executescript(_ITEM_OF_BEFORE + _TOLD_BEFORE)
    db.conn.commit()
    db.close()
    store = open_store(tmp_path)
    (found,) = store.open_closings("daily", date(2026, 3, 2))
    assert (found.item.title, found.closing.deadline.day) == ("Draft rules", date(2026, 4, 3))
    assert store.open_closings("weekly", date(2026, 3, 2)) == ()
    store.close()


_TOLD_BEFORE = """
update item set deadline = '2026-04-03';
insert into notice (source_id, item_id, revision, ruleset_id, theme, reason, at)
values (1, 1, 1, 1, 'safety', 'new', '2026');
insert into digest_issue (digest, number, window_start, window_end, seq_from, seq_to, contents, at)
values ('daily', 1, '2026-01', '2026-02', 0, 1, '{}', '2026');
insert into digest_item (digest, seq, issue_id) values ('daily', 1, 1);
"""


def test_a_digest_of_a_time_before_timetables_still_tells_all_that_was_never_told(
    tmp_path: Path,
) -> None:
    db = Database(tmp_path / "policywatch.db")
    MIGRATIONS.apply(db, stop_before="m009_delivery")
    db.execute("insert into run (job, started_at) values ('poll', '2026-02-01T00:00:00.000000Z')")
    db.conn.commit()
    db.close()
    store = open_store(tmp_path)
    first = make.digest(schedule=(parse_schedule("07:30"),))
    store.timetables.sync([first], make.NOW)
    standing = store.timetables.standing(first, make.NOW)
    started = datetime(2026, 2, 1, tzinfo=UTC)
    assert (standing.added_at, standing.seq_from) == (started, 0)
    later = make.digest("weekly", schedule=(parse_schedule("mon 07:30"),))
    store.timetables.sync([first, later], make.NOW)
    assert store.timetables.standing(later, make.at(days=1)).added_at == make.NOW
    store.close()


_ITEM_OF_BEFORE = """
insert into source (slug, name, kind, url, organisation, jurisdiction, language, type, tier,
    "group", enabled, added_at)
values ('gov', 'A', 'feed', 'https://gov.example/', '', '', '', 'press', 'official', '', 1, '2026');
insert into ruleset (hash, text, file, at) values ('rules', '', 'themes.yaml', '2026');
insert into item (source_id, guid, url, title, summary, body, author, language, type,
    published_raw, fingerprint, first_seen_at, origin, revised_at, ruleset_id)
values (1, '1', 'https://gov.example/1', 'Draft rules', '', '', '', 'en', 'press',
    '', 'f', '2026-03-02T09:00:00.000000Z', 'news', '2026-03-02T09:00:00.000000Z', 1);
"""

_STATE_OF_BEFORE = """
insert into source_state (source_id, etag, last_modified, body_hash, interval_minutes, failures,
    good_polls, entries, outcome, error)
values (1, '', '', '', 45, 0, 0, 3, 'ok', '');
insert into item (source_id, guid, url, title, summary, body, author, language, type,
    published_raw, published_at, fingerprint, first_seen_at, origin, revised_at, ruleset_id)
select 1, n, '', 'Rules', '', '', '', 'en', 'press', '', '2026-02-27T09:00:00.000000Z', 'f',
    '2026-03-02T09:00:00.000000Z', 'baseline', '2026', 1
from (select 'a' as n union select 'b');
"""
