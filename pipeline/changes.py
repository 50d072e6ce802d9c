"""What one reading changes: items that are known, new, changed or seen again."""

from dataclasses import dataclass
from datetime import datetime

from pipeline.linked import Linked
from pipeline.model import Item, Match, Notice, Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownItem:
    """An item that the store holds, as far as identity and edits ask for it."""

    id: int
    revision: int
    item: Item
    first_seen_at: datetime
    origin: Origin = Origin.NEWS
    applied_themes: frozenset[str] = frozenset()
    """Themes that apply to the current revision."""
    noticed_themes: frozenset[str] = frozenset()
    """Themes under which any notice of this item stands in the ledger."""
    last_noticed_at: datetime | None = None
    linked: Linked | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """An item to store for the first time, with all the keys by which it is known for ever.

    `after_change`: most of what came with it was known under other ids.
    """

    item: Item
    keys: tuple[str, ...]
    origin: Origin
    matches: tuple[Match, ...] = ()
    notices: tuple[Notice, ...] = ()
    linked: Linked | None = None
    after_change: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedItem:
    """A known item with another fingerprint, or with the text of its page: its next revision."""

    known: KnownItem
    item: Item
    keys: tuple[str, ...]
    matches: tuple[Match, ...] = ()
    notices: tuple[Notice, ...] = ()
    linked: Linked | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenItem:
    """A known item that did not change, with the keys to remember it by."""

    known: KnownItem
    keys: tuple[str, ...]
