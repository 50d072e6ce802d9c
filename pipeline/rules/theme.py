"""What a theme is once its file has been read: titles, queries as written and as trees."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.model import Field, Scope
from pipeline.rules.tree import Node, ScopeIs


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A query as its author wrote it, and its tree."""

    query: str
    tree: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One query that speaks for a theme.

    `only`: at least one of these scopes must hold; `never`: none may. Empty means anywhere.
    """

    id: str
    query: str
    tree: Node
    weight: float = 1.0
    note: str = ""
    only: tuple[ScopeIs, ...] = ()
    never: tuple[ScopeIs, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A text that a theme must match, or must not, with its line and column in the file."""

    texts: Mapping[Field, str]
    scope: Scope
    match: bool
    place: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """One thing that matters to the readers, and the rules that recognise it.

    It applies when the scores of its rules reach `threshold`, at least one query of `require`
    holds (when there is any) and none of `exclude` does. `mask` hides words within others.
    """

    id: str
    title: Mapping[str, str]
    brief: str = ""
    threshold: float = 1.0
    require: tuple[Asked, ...] = ()
    rules: tuple[Rule, ...] = ()
    exclude: tuple[Asked, ...] = ()
    mask: tuple[str, ...] = ()
    trials: tuple[Trial, ...] = field(default=(), repr=False)

    def title_in(self, language: str) -> str:
        """Return the title in a language, else the first one given."""
        return self.title.get(language) or next(iter(self.title.values()))
