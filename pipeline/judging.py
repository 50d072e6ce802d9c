"""The nouns of judging stored items again, by rules other than those that judged them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from pipeline.model import Field, Match, Notice, Origin, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesetRecord:
    """Rules as they once were in force: who brought them in and, where somebody said it, why.

    `at` is when they were first used, `used_at` when they last came into force. `repeatable`: by
    them this program would say what was said so far, of the sources as they are described now.
    """

    hash: str
    text: str
    file: str
    at: datetime
    used_at: datetime
    who: str = ""
    why: str = ""
    repeatable: bool = False


class StoredTexts(NamedTuple):
    """One revision of a stored item as rules see it, and what was said of it before."""

    id: int
    revision: int
    texts: Mapping[Field, str]
    scope: Scope
    first_seen_at: datetime
    origin: Origin = Origin.NEWS
    matches: tuple[Match, ...] = ()
    noticed_themes: frozenset[str] = frozenset()
    """Themes under which any notice of this item stands in the ledger."""
    judge: str = ""
    """The hash of the rules that judged it last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejudged:
    """What the rules say of an item now that said something else before."""

    matches: tuple[Match, ...]
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Items as they were read, and by number those of which the rules now say something else."""

    read: Sequence[StoredTexts]
    changed: Mapping[int, Rejudged]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """How far one pass of a ruleset over the stored items came: all up to `done_to` are judged."""

    started_at: datetime
    done_to: int = 0
    items: int = 0
    changed: int = 0
    finished_at: datetime | None = None
