"""Values that the store hands back or keeps as they are: the ledger, issues, mails, people."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from pipeline.alarms import Alarm
from pipeline.changes import ChangedItem, NewItem, SeenItem
from pipeline.linked import Linked
from pipeline.model import Item, Match, Origin, Outcome, Reason, SourceResult, SourceState, Type
from pipeline.triage import Decision, State


class Empty(StrEnum):
    """What a digest does on a day with nothing new."""

    SHORT = "short"
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A local time on some weekdays (Monday is 0), or on some days of the month (0 is the last)."""

    days: frozenset[int]
    at: time
    dates: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """The schedule of a digest and when it came into force."""

    since: datetime
    schedule: tuple[Slot, ...]
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the store knows of a digest beside its issues.

    Its first issue starts at `added_at` and after `seq_from`. `timetables` are all that were in
    force, oldest first. Up to `passed_at` nothing had to be said; since `waiting_since` an issue
    that is due waits for its reading.
    """

    digest: str
    added_at: datetime
    seq_from: int
    timetables: tuple[Timetable, ...]
    passed_at: datetime | None = None
    waiting_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which items a digest takes; an empty tuple takes all.

    An item of which nobody knows the language is taken: silence about it proves nothing. With
    `state` a notice waits until its item is in that state.
    """

    jurisdictions: tuple[str, ...] = ()
    types: tuple[Type, ...] = ()
    languages: tuple[str, ...] = ()
    min_score: float = 0.0
    state: State | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How a digest speaks: in which language, what it adds to an item, how much it shows.

    `gloss_command` gives titles in the digest's language for those in others.
    """

    language: str = "en"
    notes: bool = False
    gloss_command: str = ""
    read_first: int = 5
    per_theme: int = 8
    near_misses: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestSpec:
    """A mail product, as `digests.yaml` declares it; no themes means every theme.

    Each of `outputs` is where an issue goes beside the mails, such as `file:mails`.
    """

    id: str
    title: str
    themes: tuple[str, ...]
    schedule: tuple[Slot, ...]
    zone: str = "UTC"
    empty: Empty = Empty.SHORT
    takes: Selection = Selection()
    form: Form = Form()
    outputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredItem:
    """An item as the store holds it, with the matches of its current revision.

    `decision` is the latest that was made on it, None before the first. `after_change`: it came
    when its site had given known items other ids, and may be one of them.
    """

    id: int
    item: Item
    revision: int
    first_seen_at: datetime
    origin: Origin
    matches: tuple[Match, ...] = ()
    linked: Linked | None = None
    decision: Decision | None = None
    after_change: bool = False

    @property
    def state(self) -> State:
        """Return where the item stands with its readers."""
        return self.decision.state if self.decision else State.NEW


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """One document as a server gave it, packed."""

    url: str
    status: int
    content_type: str
    packed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The documents of one reading, kept to be read again when somebody asks why."""

    at: datetime
    outcome: Outcome
    error: str
    bodies: tuple[Body, ...]

    @property
    def good(self) -> bool:
        """Say whether the reading gave entries; a source keeps its last good and last bad one."""
        return self.outcome in (Outcome.OK, Outcome.PARTLY_BROKEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """One numbered notice with what it is about, as it was when the line was written.

    `stored` is None for a new source; its `matches` are those of the notice's revision.
    """

    seq: int
    at: datetime
    reason: Reason
    theme: str
    source_id: str
    stored: StoredItem | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What earlier windows of a digest held back, and no issue of it told.

    `lines` are the notices of items that are kept by now; of `undecided` nobody decided anything.
    """

    lines: tuple[LedgerLine, ...] = ()
    undecided: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One notice of an item, and an issue that told of it; without a digest none has yet.

    `seq` is its number in the ledger, `sent_at` is when the first mail of that issue was accepted.
    """

    theme: str
    reason: Reason
    at: datetime
    seq: int = 0
    digest: str = ""
    number: int = 0
    issued_at: datetime | None = None
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How one source was read inside a window: its last result there, and its best.

    `outcome` None means that it was not tried. `read`: some result of the window was a read.
    `doubt`: why its silence proves little all the same. `recovered`: what was wrong until inside
    the window, and is no more.
    """

    source_id: str
    outcome: Outcome | None
    error: str
    read: bool
    last_success_at: datetime | None
    failing_since: datetime | None
    doubt: str = ""
    recovered: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueRecord:
    """One sending of a digest, frozen: `contents` is JSON, rendering is a function of it.

    The window is half open on time and (seq_from, seq_to] on the ledger. The issue stands for
    `merged` cut-offs from the first to the last; a person may send one where none was due.
    `unread` sources had not been read when it was built, the newest reading was at `read_at`.
    """

    id: int
    digest: str
    number: int
    window_start: datetime
    window_end: datetime
    seq_from: int
    seq_to: int
    contents: str
    merged: int = 1
    first_cutoff: datetime | None = None
    last_cutoff: datetime | None = None
    read_at: datetime | None = None
    unread: int = 0


class MailState(StrEnum):
    """A mail's way: planned -> sending -> sent, with unknown and failed aside.

    `sending` found at start means that we died between the payload and the answer: `unknown`.
    """

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail of one issue to one address: the exact bytes, for every attempt."""

    address: str
    message_id: str
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxMail:
    """A mail in the outbox.

    `resent` once its single copy from `unknown` was spent; `refused` when the server will never
    take mail for this recipient; `short` when titles alone replaced a mail that was too large.
    """

    id: int
    issue_id: int
    digest: str
    number: int
    mail: Mail
    state: MailState
    attempts: int = 0
    resent: bool = False
    next_attempt_at: datetime | None = None
    error: str = ""
    refused: bool = False
    short: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One person's word on whether a theme applies to an item."""

    item_id: int
    theme: str
    applies: bool
    who: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """Somebody who gets a digest, unless paused.

    `refusals` counts the issues in a row that their server refused for good, `refusal` is the
    last of its answers.
    """

    address: str
    digest: str
    added_at: datetime
    paused_at: datetime | None = None
    why: str = ""
    refusals: int = 0
    refusal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """All that one reading of one source changes; saved in one transaction or not at all.

    `tried` are items whose page was asked for again, in vain, by their numbers. `waits` says by
    scope until when servers of linked pages want to be left alone.
    """

    result: SourceResult
    state: SourceState
    new: tuple[NewItem, ...] = ()
    changed: tuple[ChangedItem, ...] = ()
    seen: tuple[SeenItem, ...] = ()
    tried: tuple[tuple[int, Linked], ...] = ()
    waits: tuple[tuple[str, datetime], ...] = ()
    alarms: tuple[Alarm, ...] = ()
    """What is wrong with the source now: what is not among them any more has ended."""
    first_contact: bool = False
    """The source's baseline is taken now: the ledger gets one `new_source` notice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """How far a source's past was read: back to `since` once no address is waiting any more.

    `pages` and `new` count the documents that were read and the items that they brought.
    """

    source_id: str
    since: date
    waiting: tuple[str, ...]
    pages: int = 0
    new: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What one document of a source's past changes; none of it is ever news.

    `completed` are items of an earlier document that got what only this one says.
    """

    new: tuple[NewItem, ...] = ()
    completed: tuple[ChangedItem, ...] = ()
    entries: int = 0
    oldest_at: datetime | None = None
    newest_at: datetime | None = None
