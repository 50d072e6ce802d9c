"""The page that an item links to, as far as it stands beside the item."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class LinkedState(StrEnum):
    """How far the reading of a linked page came.

    Until it was `read`, its item is judged by its title only: for now while it is `waiting`, for
    good when it was given up.
    """

    WAITING = "waiting"
    READ = "read"
    TITLE_ONLY = "title_only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A page or PDF as its server gave it, `packed` with zlib; `sha256` and `size` before that."""

    url: str
    content_type: str
    sha256: str
    size: int
    packed: bytes
    fetched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """What became of an item's linked page; `trouble` says why the text of it is not there.

    `next_at` is when it may be tried again, None for at once. `copy` is the document, on its way
    into the store; it never comes back with the item.
    """

    state: LinkedState
    trouble: str = ""
    tries: int = 0
    next_at: datetime | None = None
    copy: Copy | None = None

    @property
    def title_only(self) -> bool:
        """Say whether the item is judged without the text of its page."""
        return self.state is not LinkedState.READ

    @property
    def why(self) -> str:
        """Return the reason for judging by the title only; empty when there is none."""
        if not self.title_only:
            return ""
        return self.trouble or "the page was not read yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedCounts:
    """How many items of a source had their page read, or not; `trouble` is the newest reason."""

    read: int = 0
    waiting: int = 0
    title_only: int = 0
    trouble: str = ""
