"""What the pipeline and the jobs ask of a store; kept by `store/` and by no one else."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from pipeline.model import Intake, KnownItem, Source, SourceResult, SourceState
from pipeline.records import (
    IssueRecord,
    LedgerLine,
    Mail,
    OutboxMail,
    Reach,
    StoredItem,
    Subscriber,
)
from pipeline.search import Search


class Store(Protocol):
    """One deployment's memory. Every write is one transaction under the write lock.

    Reads and writes of items and issues happen under the job lock (`job_lock`), so that what
    was read is still true when the decision is written.
    """

    def close(self) -> None:
        """Close the database."""
        ...

    def deployment_id(self) -> str:
        """Return a random name given to this deployment when its database was made."""
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
        """Keep the text of the rules under their hash; keeping it again changes nothing."""
        ...

    def known(self, source_id: str, keys: Iterable[str]) -> Mapping[str, tuple[KnownItem, ...]]:
        """Return the items of a source behind each key, oldest first; unknown keys are absent."""
        ...

    def save_intake(self, run_id: int, intake: Intake, ruleset_hash: str, now: datetime) -> None:
        """Write one source's reading: result, state, items, revisions, keys, matches, notices."""
        ...

    def run_results(self, run_id: int) -> tuple[SourceResult, ...]:
        """Return the results of a run in the order in which they were saved."""
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

    def issues_of(self, item_id: int) -> tuple[tuple[str, int], ...]:
        """Return (digest, number) of each issue that told of an item, oldest first."""
        ...

    def search(
        self, search: Search, *, limit: int, before: int | None = None
    ) -> Iterator[StoredItem]:
        """Yield items that the search finds, newest first, with ids below `before`."""
        ...
