"""The nouns, in the order in which an item meets them; all of them frozen values.

Source -> Document -> RawItem -> Item -> Match -> Notice; a Run is the journal of SourceResults.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from pipeline.places import Hub, Selectors
from pipeline.readonly import read_only
from pipeline.signs import Signs


class Type(StrEnum):
    """What an item is; the source's default, overridden by its document."""

    LAW = "law"
    BILL = "bill"
    RULE = "rule"
    ORDER = "order"
    CONSULTATION = "consultation"
    GUIDANCE = "guidance"
    REPORT = "report"
    SPEECH = "speech"
    PRESS = "press"
    STATISTICS = "statistics"
    OTHER = "other"


class Tier(StrEnum):
    """Who speaks: official before research before press, wherever items are ordered."""

    OFFICIAL = "official"
    RESEARCH = "research"
    PRESS = "press"


class Precision(StrEnum):
    """How exact a publication time is; a day is never shifted between zones."""

    SECOND = "second"
    DAY = "day"


class Origin(StrEnum):
    """Why an item is in the store; only `news` is ever mailed as new."""

    NEWS = "news"
    BASELINE = "baseline"
    BACKFILL = "backfill"
    MANUAL = "manual"


class Outcome(StrEnum):
    """How one reading of one source ended."""

    OK = "ok"
    NOT_MODIFIED = "not_modified"
    EMPTY = "empty"
    PARTLY_BROKEN = "partly_broken"
    NOT_A_FEED = "not_a_feed"
    BLOCKED = "blocked"
    TOO_BIG = "too_big"
    TOO_SLOW = "too_slow"
    PARSE_LIMIT = "parse_limit"
    REFUSED_ADDRESS = "refused_address"
    MOVED = "moved"
    GONE = "gone"
    HTTP_ERROR = "http_error"
    DNS = "dns"
    TLS = "tls"
    DISABLED = "disabled"

    @property
    def read(self) -> bool:
        """Say whether the source was read: what it offers now is known to us."""
        return self in (Outcome.OK, Outcome.NOT_MODIFIED, Outcome.EMPTY, Outcome.PARTLY_BROKEN)


class Field(StrEnum):
    """A text of an item in which rules look; a lone text is the summary."""

    TITLE = "title"
    SUMMARY = "summary"
    BODY = "body"

    # A field equals its value, and an enum's own hash, which is slow, would be another one.
    __hash__ = str.__hash__


class Verdict(StrEnum):
    """What a theme says of an item: it applies, nearly did, or was excluded."""

    APPLIES = "applies"
    NEAR = "near"
    EXCLUDED = "excluded"


class Reason(StrEnum):
    """Why a notice is worth saying."""

    NEW = "new"
    UPDATED = "updated"
    LATE = "late"
    RULE_CHANGE = "rule_change"
    NEW_SOURCE = "new_source"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One address that we read, as `sources.yaml` declares it; empty text means not given.

    `trial`: nobody has seen it work yet. `verified`: the day on which somebody last did.
    """

    id: str
    name: str
    kind: str
    url: str
    organisation: str = ""
    jurisdiction: str = ""
    language: str = ""
    languages: tuple[str, ...] = ()
    type: Type = Type.OTHER
    tier: Tier = Tier.PRESS
    group: str = ""
    timezone: str = "UTC"
    encoding: str = ""
    select: Selectors | None = None
    min_items: int = 0
    via: Hub | None = None
    watch: str = ""
    """What of a page is watched instead of its links: its `text`, or nothing."""
    headers: Mapping[str, str] = field(default_factory=lambda: read_only({}))
    user_agent: str = ""
    key_env: str = ""
    path_filter: str = ""
    rhythm: str | None = None
    late_by: int = 30
    follow: str = ""
    trial: bool = False
    verified: date | None = None
    enabled: bool = True
    reason: str = ""
    terms: str = ""
    was: tuple[str, ...] = ()
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One GET that a kind asks for.

    `may_lack`: nothing is wrong when it is not there, as long as another one is.
    """

    url: str
    may_lack: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server gave us to ask `changed since?` with; empty text means nothing."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One answer as bytes: after decompression, before any decoding of text."""

    url: str
    """The address that answered in the end; relative links are relative to it."""
    status: int
    content: bytes
    content_type: str = ""
    validators: Validators = Validators()


@dataclass(frozen=True, slots=True, kw_only=True)
class RawItem:
    """One entry as its document gives it: markup, entities and dates untouched.

    None means that the document has no such element; an empty text that it is empty. `deadline`
    is until when one may answer; `type` goes before what `categories` name, and that before the
    source's.
    """

    base: str
    """The absolute address that `link` is relative to."""
    guid: str | None = None
    link: str | None = None
    title: str | None = None
    summary: str | None = None
    body: str | None = None
    author: str | None = None
    language: str | None = None
    published: str | None = None
    updated: str | None = None
    deadline: str | None = None
    type: Type | None = None
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What one document holds; `trouble` names what in it could not be read."""

    title: str
    items: tuple[RawItem, ...]
    torn: tuple[RawItem, ...] = ()
    """Entries in which the document breaks off before any link or id: not to be kept."""
    trouble: tuple[str, ...] = ()
    site: str = ""
    """The address of the site that the document says it is of; empty when it says none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item as we keep it: absolute http(s) link, plain text, aware UTC time.

    `published_at` is None when the source gave no usable date; we never make one up. `url` is empty
    when it gave no usable link. `deadline` is the last day to answer, by the source's calendar.
    """

    source_id: str
    guid: str
    url: str
    title: str
    summary: str = ""
    body: str = ""
    author: str = ""
    language: str = ""
    type: Type = Type.OTHER
    published_raw: str = ""
    published_at: datetime | None = None
    precision: Precision | None = None
    deadline: date | None = None
    links: tuple[str, ...] = ()
    """Pages of other sites that its texts link to, as far as they were HTML."""
    fingerprint: str = ""
    """SHA-256 hex over title, texts, author and link as the source gives them; nothing else."""

    def text(self, name: Field) -> str:
        """Return the text of one field."""
        texts = {Field.TITLE: self.title, Field.SUMMARY: self.summary, Field.BODY: self.body}
        return texts[name]


# Of this and of Match a pass makes millions, and compares them: a tuple does both faster.
class Evidence(NamedTuple):
    """One place in one text that made a rule fire: half-open code-point offsets, original words."""

    rule: str
    field: Field
    start: int
    end: int
    text: str


class Match(NamedTuple):
    """What one theme says of one item, and why.

    `missing` tells what kept a near theme from applying, in the words of the rule's author;
    `excluded_by` names the query that took an excluded one away. The score of a theme that lacks
    an operand is what its nearest rule would have been worth.
    """

    theme: str
    verdict: Verdict
    score: float
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[str, ...] = ()
    excluded_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What scopes in a rule ask of an item's source: `jur:JP`, `tier:official`, `lang:ja`."""

    source: str = ""
    group: str = ""
    jurisdiction: str = ""
    type: Type = Type.OTHER
    language: str = ""
    tier: Tier = Tier.PRESS


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A line of the ledger of what is worth saying, unnumbered; a new source's has no theme."""

    theme: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """What we remember of a source between two readings; None means never."""

    source_id: str
    validators: Validators = Validators()
    body_hash: str = ""
    baseline_at: datetime | None = None
    last_attempt_at: datetime | None = None
    last_success_at: datetime | None = None
    full_read_at: datetime | None = None
    due_at: datetime | None = None
    not_before: datetime | None = None
    """A server's Retry-After; nothing, a forced poll included, asks it before."""
    wait_scope: str = ""
    """The part of a host that `not_before` holds for; empty when it is about this source alone."""
    interval_minutes: int = 60
    floor_minutes: int = 0
    """What the source's ttl or Cache-Control asks for; the interval is never shorter."""
    failures: float = 0.0
    good_polls: int = 0
    last_new_at: datetime | None = None
    newest_at: datetime | None = None
    entries: int = 0
    outcome: Outcome | None = None
    error: str = ""
    failing_since: datetime | None = None
    empty_since: datetime | None = None
    overlaps: int = 0
    gap_at: datetime | None = None
    """When a changed document shared no entry with what we hold, after `overlaps` that did."""
    moved_from: str = ""
    moved_to: str = ""
    moved_since: datetime | None = None
    """Since when `moved_from` redirects to `moved_to` for ever, with entries that we know."""
    robots_at: datetime | None = None
    """When the site's robots.txt last let us read this source."""
    read_as: str = ""
    """By what of which addresses a page was last read; what follows holds for that alone."""
    yields: tuple[tuple[int, int], ...] = ()
    """How many entries the last documents of a page gave, and how many had a date."""
    watched: str = ""
    """The text of a watched page, as of the last change worth an item."""
    signs: Signs = Signs()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceResult:
    """How one source fared in one run; `new` counts items stored for the first time.

    `title_only` counts those whose linked page could not be read, `pages` those of which it was.
    """

    source_id: str
    outcome: Outcome
    status: int | None = None
    new: int = 0
    updated: int = 0
    entries: int = 0
    error: str = ""
    seconds: float = 0.0
    bytes: int = 0
    newest_at: datetime | None = None
    pages: int = 0
    title_only: int = 0
