"""What a digest costs: `python -m bench.digest [ITEMS]`, in seconds of this process's CPU.

Renders 500 items, then builds and saves an issue over a store of ITEMS (1,000,000 unless told).
"""

import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from jobs.deployment import Deployment
from jobs.digest import note_digests, send
from jobs.findings import draft
from jobs.settings import Settings
from jobs.window import window_of
from pipeline.config import load_configuration
from pipeline.render.mail import Frame, render
from store import open_store
from tests.issues import card, issue

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)
NEWS = 500
FRAME = Frame(sender="watch@example.org", deployment="bench")


def main() -> None:
    items = int(sys.argv[1].replace(",", "")) if len(sys.argv) > 1 else 1_000_000
    crowd = issue(*(card(n, title=f"Plan {n} 生成AIの規制") for n in range(1, NEWS + 1)))
    print(f"render {NEWS} items: {_cpu(lambda: render(crowd, FRAME, 'a@example.org')):.2f} s")
    home = Path(tempfile.mkdtemp(prefix="policywatch-bench-"))
    try:
        _measure(home, items)
    finally:
        shutil.rmtree(home)


def _measure(home: Path, items: int) -> None:
    for name in ("sources.yaml", "themes.yaml", "digests.yaml"):
        shutil.copy(ROOT / name, home / name)
    configuration = load_configuration(home)
    store = open_store(home)
    store.sync_sources(configuration.sources, NOW - timedelta(days=400))
    print(f"filling a store with {items:,} items takes a while", file=sys.stderr)
    _fill(home, items)
    settings = Settings(home=home, mail_from="watch@example.org", now=NOW)
    deployment = Deployment(settings=settings, configuration=configuration, store=store)
    spec = configuration.digests[0]
    note_digests(deployment)
    window = window_of(deployment, spec, NOW)
    print(f"draft over {items:,} items: {_cpu(lambda: draft(deployment, spec, window, NOW)):.2f} s")
    made = draft(deployment, spec, window, NOW).issue
    print(f"  {made.new_count} new, {len(made.deadlines)} deadlines, {made.read} sources read")
    print(f"send: {_cpu(lambda: send(deployment, spec)):.2f} s")
    store.close()


def _fill(home: Path, items: int) -> None:
    """Write rows as a year of polls would leave them, without the polls."""
    db = sqlite3.connect(home / "policywatch.db")
    db.executescript("pragma synchronous = off; pragma journal_mode = wal;")
    sources = [row[0] for row in db.execute("select id from source where enabled = 1")]
    db.execute("insert into ruleset (hash, text, file, at) values ('b', '', 'themes.yaml', '2025')")
    _items(db, items, sources)
    db.execute(
        "insert into match (item_id, revision, theme, ruleset_id, verdict, score, evidence,"
        " missing, excluded_by) select id, 1, 'gov_ai_capacity', 1,"
        " case id % 10 when 0 then 'applies' else 'near' end, id % 7, '[]', '[]', ''"
        " from item where id % 4 = 0"
    )
    db.execute(
        "insert into notice (source_id, item_id, revision, ruleset_id, theme, reason, at)"
        " select source_id, item_id, 1, 1, theme, 'new', first_seen_at from match"
        " join item on item.id = item_id where verdict = 'applies'"
    )
    _journal(db, sources)
    _issued(db)
    db.commit()
    db.close()


def _items(db: sqlite3.Connection, items: int, sources: list[int]) -> None:
    start = NOW - timedelta(days=365)
    step = timedelta(days=365) / items

    def at(n: int) -> str:
        return _stamp(start + n * step)

    body = "An agency published a plan on artificial intelligence and its risks. " * 12
    db.executemany(
        "insert into item (source_id, guid, url, title, summary, body, author, language, type,"
        " published_raw, published_at, precision, fingerprint, first_seen_at, origin, revised_at,"
        " ruleset_id) values (?,?,?,?,?,?,'', 'en', 'press', '', ?, 'second', ?, ?, 'news', ?, 1)",
        (
            (
                sources[n % len(sources)],
                f"g{n}",
                f"https://s.example/{n}",
                f"Plan {n} of agency {n % 97} on topic {n % 1013}",
                f"Comments by {1 + n % 28} January 2027.",
                body,
                at(n),
                f"f{n}",
                at(n),
                at(n),
            )
            for n in range(items)
        ),
    )


def _journal(db: sqlite3.Connection, sources: list[int]) -> None:
    db.execute(
        "insert into run (job, started_at) values ('poll', ?)", ["2025-11-20T00:00:00.000000Z"]
    )
    hours = ((s, NOW - timedelta(hours=h)) for h in range(24 * 365) for s in sources)
    db.executemany(
        "insert into source_result (run_id, source_id, at, outcome, new, updated, entries, error,"
        " seconds, bytes) values (1, ?, ?, 'ok', 0, 0, 0, '', 0, 0)",
        ((source, _stamp(at)) for source, at in hours),
    )


def _issued(db: sqlite3.Connection) -> None:
    """Say that everything but the last NEWS notices was told."""
    (end,) = db.execute("select max(seq) from notice").fetchone()
    told = end - NEWS
    stamp = _stamp(NOW - timedelta(days=1))
    db.execute(
        "insert into digest_issue (digest, number, window_start, window_end, seq_from, seq_to,"
        " contents, at) values ('daily', 1, ?, ?, 0, ?, '{}', ?)",
        [_stamp(NOW - timedelta(days=365)), stamp, told, stamp],
    )
    db.execute("insert into digest_item select 'daily', seq, 1 from notice where seq <= ?", [told])
    db.execute(
        "insert into subscriber (address, digest, added_at) values (?, ?, ?)",
        ["analyst@example.org", "daily", stamp],
    )
    # What 14 days of issues would have kept.
    db.execute(
        "insert into cluster select item_id, item_id, at, 'en', json_array('page:' || item_id)"
        " from notice where seq <= ? and at >= ?",
        [told, (NOW - timedelta(days=14)).isoformat()],
    )
    db.execute(
        "insert into closing (item_id, day, candidates, words, last_day)"
        " select item_id, '2027-01-05', '[]', '', '2027-01-05' from notice"
        " where seq <= ? order by seq desc limit 300",
        [told],
    )


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _cpu(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


if __name__ == "__main__":
    main()
