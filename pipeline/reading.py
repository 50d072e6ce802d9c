"""What crosses the executor: picklable values in, picklable values out, and never the store."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from pipeline.model import Outcome, RawItem, Source, Validators


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one source may cost us; sizes in bytes, times in seconds."""

    wire_bytes: int = 10_000_000
    body_bytes: int = 15_000_000
    deadline: float = 30.0
    impatient_deadline: float = 5.0
    redirects: int = 5
    spacing: float = 1.0
    per_host: int = 2
    items: int = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchPolicy:
    """How we appear and where we may go; `allow_networks` opens non-public addresses.

    Each entry is a network (`10.1.0.0/16`), an address or `host:port`.
    """

    user_agent: str
    allow_networks: tuple[str, ...] = ()
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class PollTask:
    """One source to read, with what we know of it.

    `since` is the day to ask from, where the source can be asked for days; `key` the secret that
    its `key_env` names.
    """

    source: Source
    validators: Validators = Validators()
    body_hash: str = ""
    since: date | None = None
    key: str = field(default="", repr=False)


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
    failure. `moved_to` is set when every redirect on the way was permanent. `whole` is false when
    a document after the first could not be read.
    """

    source_id: str
    outcome: Outcome
    status: int | None = None
    error: str = ""
    title: str = ""
    items: tuple[RawItem, ...] | None = None
    trouble: tuple[str, ...] = ()
    whole: bool = True
    validators: Validators = Validators()
    body_hash: str = ""
    moved_to: str = ""
    retry_after_seconds: float | None = None
    bytes: int = 0
    seconds: float = 0.0
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
