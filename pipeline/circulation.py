"""What the jobs ask of a store about digests, their readers, their mails and their choice."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from pipeline.records import DigestSpec, Held, IssueRecord, OutboxMail, Standing, Subscriber
from pipeline.triage import Decision


class Timetables(Protocol):
    """When digests were added, by which timetables they went, and what they wait for."""

    def sync(self, specs: Sequence[DigestSpec], now: datetime) -> None:
        """Note digests that are new and schedules that changed.

        The first ones ever noted start at the first run, later ones now, after the ledger's end.
        """
        ...

    def standing(self, spec: DigestSpec, now: datetime) -> Standing:
        """Return what is known of a digest; one not noted yet stands as if it were noted now."""
        ...

    def pass_over(self, digest: str, until: datetime) -> None:
        """Note that up to a cut-off there was nothing to say."""
        ...

    def wait(self, digest: str, since: datetime) -> None:
        """Note since when an issue that is due waits for its reading."""
        ...

    def seq_at(self, moment: datetime) -> int:
        """Return the number of the last notice before a moment, 0 if there is none."""
        ...

    def issue(self, issue_id: int) -> IssueRecord:
        """Return an issue by its id; raise StoreError where there is none."""
        ...

    def numbered(self, number: int, digest: str = "") -> tuple[IssueRecord, ...]:
        """Return the issues with a number, of one digest or of all."""
        ...


class Readers(Protocol):
    """Who gets which digest; an empty digest means each that the address gets."""

    def of(self, address: str) -> tuple[Subscriber, ...]:
        """Return what an address gets, by digest."""
        ...

    def remove(self, address: str, digest: str = "") -> int:
        """Take somebody off a digest, and count from how many."""
        ...

    def pause(self, address: str, digest: str, why: str, now: datetime) -> int:
        """Send somebody nothing until they are resumed, and count in how many digests."""
        ...

    def resume(self, address: str, digest: str = "") -> int:
        """Send mail again, and count in how many digests; refusals count from 0 again."""
        ...

    def forget(self, address: str, now: datetime) -> tuple[int, int]:
        """Erase an address and the bytes sent to it; return how many subscriptions and mails.

        What is left is that a mail was sent. What still waits to be sent is not.
        """
        ...

    def known(self) -> tuple[tuple[str, str], ...]:
        """Return each (digest, address) that gets mail or once did, for tokens to be tried on."""
        ...


class Mails(Protocol):
    """The mails of the outbox, beside what `Store` says of them."""

    def postpone(self, ids: Sequence[int], until: datetime) -> None:
        """Let none of these mails be tried before a moment."""
        ...

    def shorten(self, mail: OutboxMail, payload: bytes, now: datetime) -> None:
        """Put a shorter form in place of a mail that was refused for its size, to be tried once."""
        ...

    def plan_again(self, mail: OutboxMail, now: datetime) -> None:
        """Plan the same bytes for a further copy, because a person asked for it."""
        ...


class Triage(Protocol):
    """What people decide of items, and the notices that digests hold until then."""

    def decide(self, decisions: Sequence[Decision]) -> None:
        """Keep decisions, all or none; the latest one on an item counts, the others are history.

        Raise StoreError for an item that is not stored.
        """
        ...

    def history(self, item_id: int) -> tuple[Decision, ...]:
        """Return every decision on an item, the latest one last."""
        ...

    def hold(self, digest: str, notices: Sequence[int]) -> None:
        """Note that notices of a digest wait until their items are kept; once is enough."""
        ...

    def held(self, digest: str, up_to: int) -> Held:
        """Return what a digest holds of the ledger up to a number, and no issue of it told."""
        ...

    def holding(self, item_id: int) -> frozenset[str]:
        """Return the digests that hold a notice of an item."""
        ...
