"""What the pipeline and the jobs ask of a store; kept by `store/` and by no one else."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Protocol

from pipeline.alarms import AlarmRecord
from pipeline.changes import KnownItem, NewItem
from pipeline.circulation import Mails, Readers, Timetables, Triage
from pipeline.closing import Closing, OpenClosing
from pipeline.clusters import Member
from pipeline.coverage import Count
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


class Store(Protocol):
    """One deployment's memory. Every write is one transaction under the write lock.

    Reads and writes of items and issues happen under the job lock (`job_lock`), so that what
    was read is still true when the decision is written.
    """

    @property
    def timetables(self) -> Timetables:
        """Return what is known of each digest beside its issues."""
        ...

    @property
    def readers(self) -> Readers:
        """Return who gets which digest."""
        ...

    @property
    def mails(self) -> Mails:
        """Return the mails of the outbox."""
        ...

    @property
    def triage(self) -> Triage:
        """Return what people decided of items."""
        ...

    def close(self) -> None:
        """Close the database."""
        ...

    def deployment_id(self) -> str:
        """Return a random name given to this deployment when its database was made."""
        ...

    def secret(self) -> str:
        """Return the random secret of the deployment, from which tokens follow."""
        ...

    def job_lock(self, holder: str, *, wait_seconds: float) -> AbstractContextManager[None]:
        """Hold the job lock; raise LockedError naming the holder after the wait."""
        ...

    def mail_lock(self, holder: str, *, wait_seconds: float) -> AbstractContextManager[None]:
        """Hold the mail lock: its holder alone sends what is in the outbox."""
        ...

    def service_lock(self, holder: str) -> AbstractContextManager[None]:
        """Hold the service lock; raise LockedError at once when another `run` holds it."""
        ...

    # --- sources -----------------------------------------------------------------------------

    def sync_sources(self, sources: Sequence[Source], now: datetime) -> None:
        """Make the source rows match the configuration; renames (`was`) keep their history."""
        ...

    def source_states(self) -> Mapping[str, SourceState]:
        """Return the state of every configured source by its id."""
        ...

    def source_state(self, source_id: str) -> SourceState:
        """Return the state of one source; one never read has an empty state."""
        ...

    def put_snapshot(self, source_id: str, snapshot: Snapshot) -> None:
        """Keep a reading's documents in place of the source's last good or last bad ones.

        A snapshot without documents only takes away what was kept.
        """
        ...

    def snapshot(self, source_id: str, *, good: bool) -> Snapshot | None:
        """Return the documents of a source's last good or last bad reading, if they were kept."""
        ...

    def alarm_log(self, since: datetime) -> tuple[AlarmRecord, ...]:
        """Return the alarms of enabled sources that stand or ended after `since`, oldest first."""
        ...

    def coverage_counts(self, since: datetime) -> Sequence[Count]:
        """Return what came since a moment, counted by source and by what it is."""
        ...

    # --- polls -------------------------------------------------------------------------------

    def start_run(self, job: str, now: datetime) -> int:
        """Open a run in the journal and return its number."""
        ...

    def finish_run(self, run_id: int, now: datetime) -> None:
        """Close a run; one never closed was interrupted."""
        ...

    def readings(
        self, source_id: str, since: datetime, until: datetime
    ) -> tuple[tuple[datetime, SourceResult], ...]:
        """Return when a source was asked in (since, until] and how it went, oldest first."""
        ...

    def put_ruleset(self, ruleset_hash: str, text: str, file: str, now: datetime) -> None:
        """Keep the text of the rules under their hash, with who runs us; once is enough."""
        ...

    def explain_ruleset(self, ruleset_hash: str, why: str) -> None:
        """Keep why rules came into force, and who says so; the first reason stands."""
        ...

    def rulesets(self) -> tuple[RulesetRecord, ...]:
        """Return every ruleset that was ever in force, the one that is in force first."""
        ...

    def known(self, source_id: str, keys: Iterable[str]) -> Mapping[str, tuple[KnownItem, ...]]:
        """Return the items of a source behind each key, oldest first; unknown keys are absent."""
        ...

    def latest(self, source_id: str, limit: int) -> tuple[KnownItem, ...]:
        """Return the items of a source that came last, the latest first."""
        ...

    def save_intake(self, run_id: int, intake: Intake, ruleset_hash: str, now: datetime) -> None:
        """Write one source's reading: result, state, items, revisions, keys, matches, notices."""
        ...

    def waiting_pages(self, source_id: str, now: datetime, limit: int) -> tuple[KnownItem, ...]:
        """Return items of a source whose linked page may be tried now, the longest known first."""
        ...

    def page_waits(self, now: datetime) -> Mapping[str, datetime]:
        """Return by scope until when servers of linked pages want to be left alone."""
        ...

    def page_counts(self, since: datetime) -> Mapping[str, LinkedCounts]:
        """Return by source how the linked pages of items first seen since a moment fared."""
        ...

    def page_copy(self, item_id: int) -> Copy | None:
        """Return the kept copy of an item's linked page, or None.

        All copies together are bounded: what no theme wants any more goes first, then the oldest.
        """
        ...

    def backfill(self, source_id: str) -> Backfill | None:
        """Return how far a source's past was read, or None when nobody asked for it."""
        ...

    def save_backfill(
        self, progress: Backfill, past: Past, ruleset_hash: str, now: datetime
    ) -> None:
        """Write what one document of the past brought, and how far that came, all or nothing."""
        ...

    def run_results(self, run_id: int) -> tuple[SourceResult, ...]:
        """Return the results of a run in the order in which they were saved."""
        ...

    # --- judging again -----------------------------------------------------------------------

    def pass_lock(self, holder: str) -> AbstractContextManager[None]:
        """Hold the lock of a pass over all items; raise LockedError at once when it is held."""
        ...

    def start_pass(self, ruleset_hash: str, now: datetime) -> Pass:
        """Begin to judge by a ruleset, or go on where an interrupted pass of it stopped."""
        ...

    def unjudged(self, ruleset_hash: str, *, after: int, limit: int) -> tuple[StoredTexts, ...]:
        """Return items numbered above `after` that other rules judged last, by number."""
        ...

    def save_chunk(self, ruleset_hash: str, chunk: Chunk, now: datetime) -> bool:
        """Write what a ruleset says of items as they were read.

        What is not among `changed` is judged as before. When one of them was edited or judged by
        the ruleset since it was read, nothing is written, and the answer is False.
        """
        ...

    def finish_pass(self, ruleset_hash: str, now: datetime) -> Pass:
        """Note that every stored item was judged by a ruleset, and return what its pass did."""
        ...

    def seen_since(self, since: datetime, *, after: int, limit: int) -> tuple[StoredTexts, ...]:
        """Return items numbered above `after` and first seen since, by number, without matches."""
        ...

    def count_items(self, *, after: int = 0) -> int:
        """Return how many items are stored, or how many of them are numbered above `after`."""
        ...

    # --- the ledger and the digests ----------------------------------------------------------

    def ledger(self, after_seq: int) -> tuple[LedgerLine, ...]:
        """Return all notices numbered above `after_seq`, in order."""
        ...

    def ledger_end(self) -> int:
        """Return the highest number given so far, 0 in an empty ledger."""
        ...

    def reach(self, since: datetime | None, until: datetime) -> Mapping[str, Reach]:
        """Say how each enabled source was read in (since, until]; since None = from the start."""
        ...

    def best_baseline(self, since: datetime, *, limit: int) -> tuple[StoredItem, ...]:
        """Return baseline items dated since with a theme that applies, the best scores first."""
        ...

    def cluster_members(self, since: datetime) -> tuple[Member, ...]:
        """Return the members of each cluster that was opened since."""
        ...

    def told_clusters(self, digest: str, since: datetime) -> Mapping[int, Before]:
        """Say how a digest first told of the clusters opened since, by cluster."""
        ...

    def titles_since(self, since: datetime, *, limit: int) -> tuple[str, ...]:
        """Return titles of items first seen since, the latest ones."""
        ...

    def open_closings(self, digest: str, day: date) -> tuple[OpenClosing, ...]:
        """Return the deadlines of items that a digest told of which may not be over on a day."""
        ...

    def save_stories(self, joined: Sequence[Member], closings: Sequence[Closing]) -> None:
        """Keep which items tell of one thing, and deadlines; a member stays where it was."""
        ...

    def baseline_matches(self, source_id: str, since: datetime) -> tuple[StoredItem, ...]:
        """Return a source's baseline items dated since, with a theme that applies, newest first."""
        ...

    def save_issue(
        self, issue: IssueRecord, notices: Sequence[int], mails: Sequence[Mail], now: datetime
    ) -> IssueRecord:
        """Freeze an issue, its notices and its outbox in one durable transaction.

        `issue.id` is given by the store. Raise StoreError when the digest has an issue that
        starts at the same moment, or a notice was issued before: nothing is written then.
        """
        ...

    def last_issue(self, digest: str) -> IssueRecord | None:
        """Return the newest issue of a digest, or None before the first."""
        ...

    def issues(self, digest: str | None = None, *, limit: int = 50) -> tuple[IssueRecord, ...]:
        """Return issues, newest first."""
        ...

    def outbox(self, *, issue_id: int | None = None) -> tuple[OutboxMail, ...]:
        """Return the mails of one issue, or all that are not sent or failed, oldest first."""
        ...

    def mark_mail(self, mail: OutboxMail, now: datetime) -> None:
        """Write a mail's new state, attempts, error and next attempt, durably."""
        ...

    def recover_outbox(self, now: datetime) -> int:
        """Turn every `sending` into `unknown`, and count them; the caller holds the mail lock."""
        ...

    def first_run_at(self) -> datetime | None:
        """Return when the first run began, or None before it."""
        ...

    def stored_counts(self, source_ids: Iterable[str]) -> Mapping[str, int]:
        """Return how many items each source has."""
        ...

    def near_misses(self, since: datetime | None, until: datetime) -> tuple[StoredItem, ...]:
        """Return news first seen in (since, until] with a near match, the best 50 first."""
        ...

    # --- labels ------------------------------------------------------------------------------

    def put_label(self, label: Label) -> None:
        """Keep a label in place of the same person's former one for that item and theme."""
        ...

    def drop_label(self, item_id: int, theme: str, who: str) -> bool:
        """Forget what a person said of an item and a theme; False when they said nothing."""
        ...

    def labels(self, theme: str | None = None) -> tuple[Label, ...]:
        """Return the labels of a theme or all, those of the newest item first."""
        ...

    def items_by_id(self, ids: Iterable[int]) -> tuple[StoredItem, ...]:
        """Return items by their numbers, in the order of these; unknown numbers are left out."""
        ...

    def nearly(
        self, verdict: Verdict, since: datetime, *, theme: str | None = None, limit: int = 50
    ) -> tuple[StoredItem, ...]:
        """Return items first seen since of which near or excluded is the best verdict.

        The best score comes first. With a theme its verdict alone counts, otherwise no theme may
        apply.
        """
        ...

    def add_item(self, source: Source, new: NewItem, ruleset_hash: str, now: datetime) -> int:
        """Store an item that no poll brought, and return its number.

        A source without a row gets one that is not configured.
        """
        ...

    # --- people ------------------------------------------------------------------------------

    def add_subscriber(self, subscriber: Subscriber) -> bool:
        """Add somebody to a digest; False when they already get it."""
        ...

    def subscribers(self, digest: str | None = None) -> tuple[Subscriber, ...]:
        """Return who gets a digest, or everybody, by address."""
        ...

    # --- reading -----------------------------------------------------------------------------

    def item(self, item_id: int) -> StoredItem | None:
        """Return one item with its matches, or None."""
        ...

    def items_at(self, url: str) -> tuple[StoredItem, ...]:
        """Return the items with this link, http and https alike, oldest first."""
        ...

    def said_of(self, item_id: int) -> tuple[Said, ...]:
        """Return the notices of an item with the issues that told of them, oldest first."""
        ...

    def sources_linking(self, host: str) -> frozenset[str]:
        """Return the sources with items on a host, www. or not."""
        ...

    def spans(self, since: datetime) -> Mapping[str, tuple[datetime, int]]:
        """Return the oldest date and the number of each source's items dated since a moment.

        An item's date is when it was published, else when it was first seen.
        """
        ...

    def search(
        self, search: Search, *, limit: int, before: int | None = None
    ) -> Iterator[StoredItem]:
        """Yield items that the search finds, newest first, with ids below `before`."""
        ...
