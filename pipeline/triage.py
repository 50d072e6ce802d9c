"""What people decide of items: kept, dropped, or not yet."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """Where an item stands with its readers; `new` until somebody decides."""

    NEW = "new"
    KEPT = "kept"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One person's decision on an item; the latest one on an item counts, whoever made it.

    `new` takes back what was decided before. `note` says why, for who reads the item next.
    """

    item_id: int
    state: State
    who: str
    at: datetime
    note: str = ""
