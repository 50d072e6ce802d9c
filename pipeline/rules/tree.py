"""The query tree: what the parser makes of a query, and what the compilers read.

Texts are as the author wrote them (NFKC-normalised, not folded); positions count code points
from 0 in the query as written, so that an error can point at the place.
"""

from dataclasses import dataclass
from typing import TypeAlias

from pipeline.model import Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """Words to find side by side: one word, a phrase, or a run of CJK text.

    `prefix`: the last word may go on. `cased`: `raw:`, compared with the source text as it is.
    `slop` > 0 only for `"a b"~n`: the words within n others of each other, in any order.
    `quoted` keeps how it was written.
    """

    text: str
    prefix: bool = False
    cased: bool = False
    slop: int = 0
    quoted: bool = False
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """Two units with at most `distance` words between them, in one field; `ordered`: left first."""

    left: "Node"
    right: "Node"
    distance: int
    ordered: bool = False
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class And:
    """All children hold; a negated one is a `Not`."""

    children: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Or:
    """At least one child holds; `name` is set (`$ai`) when it was written as a named list."""

    children: "tuple[Node, ...]"
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """The child does not hold."""

    child: "Node"
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class InField:
    """The child holds within the given fields alone (`text:` = all three)."""

    fields: tuple[Field, ...]
    child: "Node"


@dataclass(frozen=True, slots=True, kw_only=True)
class Boosted:
    """A positive unit whose hits count `boost` times as much."""

    child: "Node"
    boost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeIs:
    """A claim about where the item comes from: `jur:JP`; in a search also `theme:` and others."""

    name: str
    value: str
    position: int = 0


Node: TypeAlias = Term | Near | And | Or | Not | InField | Boosted | ScopeIs
