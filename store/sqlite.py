"""The SQLite store: opens and checks the file, and gives every promise of `Store` a place."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from pipeline.alarms import AlarmRecord
from pipeline.changes import KnownItem, NewItem
from pipeline.closing import Closing, OpenClosing
from pipeline.clusters import Member
from pipeline.coverage import Count
from pipeline.errors import StoreError
from pipeline.judging import Chunk, Pass, RulesetRecord, StoredTexts
from pipeline.linked import Copy, LinkedCounts
from pipeline.model import Source, SourceResult, SourceState, Verdict
from pipeline.records import (
    Backfill,
    Intake,
    IssueRecord,
    Label,
    LedgerLine,
    Mail,
    OutboxMail,
    Past,
    Reach,
    Said,
    Snapshot,
    StoredItem,
    Subscriber,
)
from pipeline.search import Search
from pipeline.stories import Before
from store import items, judging, labels, ledger, outbox, pages, people, polls, stories
from store import sources as source_rows
from store.alarms import alarm_log
from store.connection import told
from store.coverage import coverage_counts
from store.migrations import SCHEMA_VERSION
from store.opened import Opened
from store.opening import open_for_reading, open_for_writing
from store.search import find
from store.spans import spans


def open_sqlite(home: Path, *, readonly: bool = False) -> "SqliteStore":
    """Open the database of a deployment; raise StoreError naming the path and the next step.

    A missing one is made, an older one brought up to date, unless it is opened for reading.
    Nothing that is not ours is ever written over.
    """
    connection = open_for_reading(home) if readonly else open_for_writing(home)
    return SqliteStore(home, connection)


class SqliteStore(Opened):
    """One deployment's memory in one SQLite file, kept by `pipeline.ports.Store`.

    A store belongs to the thread that opened it; others open their own.
    """

    # --- sources -----------------------------------------------------------------------------

    def sync_sources(self, sources: Sequence[Source], now: datetime) -> None:
        """Make the source rows match the configuration; who left it is kept, with all items."""
        source_rows.sync_sources(self._connection, sources, now)

    def source_states(self) -> Mapping[str, SourceState]:
        """Return the state of every configured source by its id."""
        return source_rows.source_states(self._connection)

    def source_state(self, source_id: str) -> SourceState:
        """Return the state of one source; one never read has an empty state."""
        return source_rows.source_state(self._connection, source_id)

    def put_snapshot(self, source_id: str, snapshot: Snapshot) -> None:
        """Keep a reading's documents in place of the source's last good or last bad ones."""
        source_rows.put_snapshot(self._connection, source_id, snapshot)

    def snapshot(self, source_id: str, *, good: bool) -> Snapshot | None:
        """Return the documents of a source's last good or last bad reading, if they were kept."""
        return source_rows.snapshot(self._connection, source_id, good=good)

    def alarm_log(self, since: datetime) -> tuple[AlarmRecord, ...]:
        """Return the alarms that stand, and those that ended after `since`."""
        return alarm_log(self._connection, since)

    def coverage_counts(self, since: datetime) -> Sequence[Count]:
        """Return what came since a moment, counted by source and by what it is."""
        return coverage_counts(self._connection, since)

    def stored_counts(self, source_ids: Iterable[str]) -> Mapping[str, int]:
        """Return how many items each source has."""
        return source_rows.stored_counts(self._connection, source_ids)

    def reach(self, since: datetime | None, until: datetime) -> Mapping[str, Reach]:
        """Say how each enabled source was read in (since, until]."""
        return source_rows.reach(self._connection, since, until)

    # --- polls -------------------------------------------------------------------------------

    def start_run(self, job: str, now: datetime) -> int:
        """Open a run in the journal and return its number."""
        return polls.start_run(self._connection, job, now)

    def finish_run(self, run_id: int, now: datetime) -> None:
        """Close a run."""
        polls.finish_run(self._connection, run_id, now)

    def first_run_at(self) -> datetime | None:
        """Return when the first run began, or None before it."""
        return polls.first_run_at(self._connection)

    def run_results(self, run_id: int) -> tuple[SourceResult, ...]:
        """Return the results of a run in the order in which they were saved."""
        return polls.run_results(self._connection, run_id)

    def readings(
        self, source_id: str, since: datetime, until: datetime
    ) -> tuple[tuple[datetime, SourceResult], ...]:
        """Return when a source was asked in (since, until] and how it went, oldest first."""
        return polls.readings(self._connection, source_id, since, until)

    def put_ruleset(self, ruleset_hash: str, text: str, file: str, now: datetime) -> None:
        """Keep the text of the rules under their hash, with who runs us."""
        judging.put_ruleset(self._connection, ruleset_hash, text, file, now)

    def known(self, source_id: str, keys: Iterable[str]) -> Mapping[str, tuple[KnownItem, ...]]:
        """Return the items of a source behind each key, oldest first."""
        return items.known(self._connection, source_id, keys)

    def latest(self, source_id: str, limit: int) -> tuple[KnownItem, ...]:
        """Return the items of a source that came last, the latest first."""
        return items.latest(self._connection, source_id, limit)

    def save_intake(self, run_id: int, intake: Intake, ruleset_hash: str, now: datetime) -> None:
        """Write one source's reading, all of it or nothing."""
        polls.save_intake(self._connection, run_id, intake, ruleset_hash, now)

    def waiting_pages(self, source_id: str, now: datetime, limit: int) -> tuple[KnownItem, ...]:
        """Return items of a source whose linked page may be tried now, the longest known first."""
        return pages.waiting(self._connection, source_id, now, limit)

    def page_waits(self, now: datetime) -> Mapping[str, datetime]:
        """Return by scope until when servers of linked pages want to be left alone."""
        return pages.waits(self._connection, now)

    def page_counts(self, since: datetime) -> Mapping[str, LinkedCounts]:
        """Return by source how the linked pages of items first seen since a moment fared."""
        return pages.counts(self._connection, since)

    def page_copy(self, item_id: int) -> Copy | None:
        """Return the kept copy of an item's linked page, or None."""
        return pages.copy(self._connection, item_id)

    def backfill(self, source_id: str) -> Backfill | None:
        """Return how far a source's past was read, or None when nobody asked for it."""
        return polls.backfill(self._connection, source_id)

    def save_backfill(
        self, progress: Backfill, past: Past, ruleset_hash: str, now: datetime
    ) -> None:
        """Write what one document of the past brought, and how far that came."""
        polls.save_backfill(self._connection, progress, past, ruleset_hash, now)

    # --- judging again -----------------------------------------------------------------------

    def explain_ruleset(self, ruleset_hash: str, why: str) -> None:
        """Keep why rules came into force, and who says so; the first reason stands."""
        judging.explain_ruleset(self._connection, ruleset_hash, why)

    def rulesets(self) -> tuple[RulesetRecord, ...]:
        """Return every ruleset that was ever in force, the one that is in force first."""
        return judging.rulesets(self._connection)

    def start_pass(self, ruleset_hash: str, now: datetime) -> Pass:
        """Begin to judge by a ruleset, or go on where an interrupted pass of it stopped."""
        return judging.start_pass(self._connection, ruleset_hash, now)

    def unjudged(self, ruleset_hash: str, *, after: int, limit: int) -> tuple[StoredTexts, ...]:
        """Return items numbered above `after` that other rules judged last, by number."""
        return judging.unjudged(self._connection, ruleset_hash, after=after, limit=limit)

    def save_chunk(self, ruleset_hash: str, chunk: Chunk, now: datetime) -> bool:
        """Write what a ruleset says of items, or return False when one is not as it was read."""
        return judging.save_chunk(self._connection, ruleset_hash, chunk, now)

    def finish_pass(self, ruleset_hash: str, now: datetime) -> Pass:
        """Note that every stored item was judged by a ruleset, and return what its pass did."""
        return judging.finish_pass(self._connection, ruleset_hash, now)

    def seen_since(self, since: datetime, *, after: int, limit: int) -> tuple[StoredTexts, ...]:
        """Return items numbered above `after` and first seen since, by number."""
        return judging.seen_since(self._connection, since, after=after, limit=limit)

    def count_items(self, *, after: int = 0) -> int:
        """Return how many items are stored, or how many of them are numbered above `after`."""
        return judging.count_items(self._connection, after)

    # --- the ledger and the digests ----------------------------------------------------------

    def ledger(self, after_seq: int) -> tuple[LedgerLine, ...]:
        """Return all notices numbered above `after_seq`, in order."""
        return ledger.ledger(self._connection, after_seq)

    def ledger_end(self) -> int:
        """Return the highest number given so far, 0 in an empty ledger."""
        return ledger.ledger_end(self._connection)

    def best_baseline(self, since: datetime, *, limit: int) -> tuple[StoredItem, ...]:
        """Return baseline items dated since with a theme that applies, the best scores first."""
        return items.best_baseline(self._connection, since, limit)

    def cluster_members(self, since: datetime) -> tuple[Member, ...]:
        """Return the members of each cluster that was opened since."""
        return stories.members(self._connection, since)

    def told_clusters(self, digest: str, since: datetime) -> Mapping[int, Before]:
        """Say how a digest first told of the clusters opened since, by cluster."""
        return stories.told_before(self._connection, digest, since)

    def titles_since(self, since: datetime, *, limit: int) -> tuple[str, ...]:
        """Return titles of items first seen since, the latest ones."""
        return stories.titles_since(self._connection, since, limit)

    def open_closings(self, digest: str, day: date) -> tuple[OpenClosing, ...]:
        """Return the deadlines of items that a digest told of which may not be over on a day."""
        return stories.open_closings(self._connection, digest, day)

    def save_stories(self, joined: Sequence[Member], closings: Sequence[Closing]) -> None:
        """Keep which items tell of one thing, and deadlines; a member stays where it was."""
        stories.save_stories(self._connection, joined, closings)

    def baseline_matches(self, source_id: str, since: datetime) -> tuple[StoredItem, ...]:
        """Return a source's baseline items dated since, with a theme that applies."""
        return items.baseline_matches(self._connection, source_id, since)

    def near_misses(self, since: datetime | None, until: datetime) -> tuple[StoredItem, ...]:
        """Return news first seen in (since, until] with a near match, the best 50 first."""
        return items.near_misses(self._connection, since, until)

    def save_issue(
        self, issue: IssueRecord, notices: Sequence[int], mails: Sequence[Mail], now: datetime
    ) -> IssueRecord:
        """Freeze an issue, its notices and its outbox; raise StoreError for a second one."""
        return ledger.save_issue(self._connection, issue, notices, mails, now)

    def last_issue(self, digest: str) -> IssueRecord | None:
        """Return the newest issue of a digest, or None before the first."""
        return next(iter(self.issues(digest, limit=1)), None)

    def issues(self, digest: str | None = None, *, limit: int = 50) -> tuple[IssueRecord, ...]:
        """Return issues, newest first."""
        return ledger.issues(self._connection, digest, limit=limit)

    def said_of(self, item_id: int) -> tuple[Said, ...]:
        """Return the notices of an item with the issues that told of them, oldest first."""
        return ledger.said_of(self._connection, item_id)

    def outbox(self, *, issue_id: int | None = None) -> tuple[OutboxMail, ...]:
        """Return the mails of one issue, or all that are not sent or failed, oldest first."""
        return outbox.outbox(self._connection, issue_id)

    def mark_mail(self, mail: OutboxMail, now: datetime) -> None:
        """Write a mail's new state, attempts, error and next attempt, durably."""
        outbox.mark_mail(self._connection, mail, now)

    def recover_outbox(self, now: datetime) -> int:
        """Turn every `sending` into `unknown`, and count them; the caller holds the mail lock."""
        return outbox.recover_outbox(self._connection, now)

    # --- labels ------------------------------------------------------------------------------

    def put_label(self, label: Label) -> None:
        """Keep a label in place of the same person's former one for that item and theme."""
        labels.put_label(self._connection, label)

    def drop_label(self, item_id: int, theme: str, who: str) -> bool:
        """Forget what a person said of an item and a theme; False when they said nothing."""
        return labels.drop_label(self._connection, item_id, theme, who)

    def labels(self, theme: str | None = None) -> tuple[Label, ...]:
        """Return the labels of a theme or all, those of the newest item first."""
        return labels.labels(self._connection, theme)

    def items_by_id(self, ids: Iterable[int]) -> tuple[StoredItem, ...]:
        """Return items by their numbers, in the order of these; unknown numbers are left out."""
        return items.stored_items(self._connection, tuple(ids))

    def nearly(
        self, verdict: Verdict, since: datetime, *, theme: str | None = None, limit: int = 50
    ) -> tuple[StoredItem, ...]:
        """Return items first seen since of which near or excluded is the best verdict."""
        return labels.nearly(self._connection, verdict, since, theme, limit)

    def add_item(self, source: Source, new: NewItem, ruleset_hash: str, now: datetime) -> int:
        """Store an item that no poll brought, and return its number."""
        return polls.add_item(self._connection, source, new, ruleset_hash, now)

    # --- people ------------------------------------------------------------------------------

    def add_subscriber(self, subscriber: Subscriber) -> bool:
        """Add somebody to a digest; False when they already get it."""
        return people.add_subscriber(self._connection, subscriber)

    def subscribers(self, digest: str | None = None) -> tuple[Subscriber, ...]:
        """Return who gets a digest, or everybody, by address."""
        return people.subscribers(self._connection, digest)

    # --- reading -----------------------------------------------------------------------------

    def item(self, item_id: int) -> StoredItem | None:
        """Return one item with its matches, or None."""
        return items.item(self._connection, item_id)

    def items_at(self, url: str) -> tuple[StoredItem, ...]:
        """Return the items whose link is this address, be it http or https, newest first."""
        return items.items_at(self._connection, url)

    def sources_linking(self, host: str) -> frozenset[str]:
        """Return the sources with items on a host, www. or not."""
        return source_rows.linking(self._connection, host)

    def spans(self, since: datetime) -> Mapping[str, tuple[datetime, int]]:
        """Return the oldest date and the number of each source's items dated since a moment."""
        return spans(self._connection, since)

    def search(
        self, search: Search, *, limit: int, before: int | None = None
    ) -> Iterator[StoredItem]:
        """Yield items that the search finds, newest first, with ids below `before`."""
        return find(self._connection, search, limit=limit, before=before)

    # --- care --------------------------------------------------------------------------------

    @property
    def sqlite_version(self) -> str:
        """Return the version of the SQLite library at work."""
        return sqlite3.sqlite_version

    @property
    def schema_version(self) -> int:
        """Return the version of the database's schema."""
        return SCHEMA_VERSION

    def integrity(self) -> str:
        """Return `ok`, or what SQLite's own check finds wrong, one finding a line."""
        try:
            found = self._connection.rows("pragma integrity_check")
            strays = self._connection.rows("pragma foreign_key_check")
        except StoreError as e:
            return str(e)
        lines = [str(row[0]) for row in found if row[0] != "ok"]
        lines += [f"{row[0]}: row {row[1]} points at no {row[2]}" for row in strays]
        return "\n".join(lines) or "ok"

    def backup_to(self, path: Path) -> None:
        """Write a copy of the database as it is now; raise StoreError when the path is taken."""
        if path.exists():
            raise StoreError(f"{path}: is there already; name a file that is not")
        # A copy that was cut short never has the name of a whole one.
        part = path.with_name(f"{path.name}.part")
        try:
            part.unlink(missing_ok=True)
            part.touch(mode=0o600)
            with told(part):
                self._connection.db.conn.execute("vacuum into ?", (str(part),))
            part.rename(path)
        except OSError as e:
            raise StoreError(f"{path}: {e.strerror}; nothing was written over") from e
