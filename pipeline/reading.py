"""What crosses the executor: picklable values in, picklable values out, and never the store."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from pipeline.linked import Copy
from pipeline.model import Outcome, RawItem, Source, Validators
from pipeline.records import Body
from pipeline.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one source may cost us; sizes in bytes, times in seconds."""

    wire_bytes: int = 10_000_000
    body_bytes: int = 15_000_000
    deadline: float = 30.0
    impatient_deadline: float = 5.0
    error_page_deadline: float = 5.0
    robots_deadline: float = 10.0
    robots_bytes: int = 512_000
    redirects: int = 5
    spacing: float = 1.0
    per_host: int = 2
    items: int = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchPolicy:
    """How we appear and where we may go; `allow_networks` opens non-public addresses.

    Each entry is a network (`10.1.0.0/16`), an address or `host:port`. `proxy` is an http(s)
    address; everything goes through it then, and names are looked up by it.
    """

    user_agent: str
    allow_networks: tuple[str, ...] = ()
    proxy: str = field(default="", repr=False)
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class PollTask:
    """One source to read, with what we know of it.

    `url` is asked in place of the source's own address, when that moved long ago. `robots_age` is
    how long ago the site's robots.txt last let us in; None means never. `since` is the day to ask
    from, where the source can be asked for days; `day` is today in the source's zone.
    """

    source: Source
    url: str = ""
    validators: Validators = Validators()
    body_hash: str = ""
    secret: Secret = Secret()
    robots_age: timedelta | None = None
    since: date | None = None
    day: date = date(1970, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostBatch:
    """All due sources of one host:port; one task, so that politeness needs no shared state."""

    host: str
    tasks: tuple[PollTask, ...]
    policy: FetchPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What reading one source gave: raw items, or an outcome that says why not.

    `items` is None when nothing was parsed: not modified, the same body as last time, or a
    failure. `moved_to` is set when every redirect on the way was permanent. `asked` is False when
    the source was only left alone because its server had asked for that. `whole` is false when a
    document after the first was lost. `since` is the day from which was asked, None for all.
    """

    source_id: str
    outcome: Outcome
    asked: bool = True
    since: date | None = None
    url: str = ""
    """The address that was asked."""
    status: int | None = None
    error: str = ""
    title: str = ""
    items: tuple[RawItem, ...] | None = None
    torn: tuple[RawItem, ...] = ()
    """Entries in which a document breaks off; they wait until they are whole."""
    trouble: tuple[str, ...] = ()
    whole: bool = True
    validators: Validators = Validators()
    body_hash: str = ""
    read_as: str = ""
    """By what of which addresses a page was read; empty for other kinds."""
    moved_to: str = ""
    floor: timedelta | None = None
    """How long the source says that it need not be asked again; None when it was not said."""
    retry_after_seconds: float | None = None
    wait_scope: str = ""
    robots_read: bool = False
    """The site's robots.txt was asked, and let us in."""
    form: str = ""
    """What the first document is written in: the name of its root."""
    bodies: tuple[Body, ...] = ()
    bytes: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkTask:
    """One linked page to read for a source; `pdf`: with the first PDF that the page names."""

    source: Source
    url: str
    pdf: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkBatch:
    """Linked pages of one host:port, asked for at a time; `warm`: the host was just asked."""

    host: str
    tasks: tuple[LinkTask, ...]
    policy: FetchPolicy
    at: datetime
    warm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedPage:
    """What asking for one linked page gave: its text, or the trouble that says why not.

    With `final` trouble, asking again would not help. `asked` is False when nobody was asked. A
    text may have trouble, too: a PDF of the page that could not be read.
    """

    source_id: str
    url: str
    text: str = ""
    trouble: str = ""
    final: bool = False
    asked: bool = True
    retry_after_seconds: float | None = None
    wait_scope: str = ""
    copy: Copy | None = None
    bytes: int = 0
