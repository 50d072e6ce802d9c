"""A query that finds nothing, and items -> which of its parts stand nowhere."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from pipeline.model import Field, Scope
from pipeline.rules.finder import Finder, masked
from pipeline.rules.query import Case, Judge, compile_node
from pipeline.rules.terms import children_of, named
from pipeline.rules.tree import And, Boosted, InField, Near, Node, Not, Or, Term
from pipeline.rules.words import Lexicon, Texts, word
from pipeline.rules.write import write


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """Why a query finds nothing: in how many items each part of it holds, and words that none has.

    A query that is not made of parts has none. A named list is one word: any of its own.
    """

    items: int
    parts: tuple[tuple[str, int], ...]
    unseen: tuple[str, ...]


class Parts:
    """Looks at items one after another for what a query asks for together."""

    def __init__(self, tree: Node, mask: Iterable[str]) -> None:
        self._lexicon = Lexicon()
        self._masks = frozenset(self._lexicon.number(word(text)) for text in mask)
        self._words = self._judges(dict(_words(tree)))
        self._parts = self._judges({write(part): part for part in parts_of(tree)})
        self._finder = Finder(self._lexicon.numbers)
        self._items = 0
        self._held: Counter[str] = Counter()
        self._seen: set[str] = set()

    def look(self, texts: Mapping[Field, str], scope: Scope) -> None:
        """Look at one item."""
        joined = Texts(texts)
        hits = masked(self._finder.hits(joined), self._masks)
        case = Case(hits, joined, scope)
        self._items += 1
        self._held.update(part for part, judge in self._parts.items() if judge(case) is not None)
        unseen = self._words.keys() - self._seen if hits else ()
        self._seen.update(word for word in unseen if self._words[word](case) is not None)

    def nothing(self) -> Nothing:
        """Return what was seen so far."""
        return Nothing(
            items=self._items,
            parts=tuple((part, self._held[part]) for part in self._parts),
            unseen=tuple(word for word in self._words if word not in self._seen),
        )

    def _judges(self, nodes: Mapping[str, Node]) -> dict[str, Judge]:
        return {name: compile_node(node, self._lexicon) for name, node in nodes.items()}


def parts_of(node: Node) -> Iterator[Node]:
    """Yield what a query asks for together, and again what such a part does."""
    match node:
        case And():
            parts: tuple[Node, ...] = node.children
        case Near():
            parts = (node.left, node.right)
        case InField():
            yield from (replace(node, child=part) for part in parts_of(node.child))
            return
        case Boosted():
            yield from parts_of(node.child)
            return
        case _:
            return
    for part in parts:
        yield part
        yield from parts_of(part)


def _words(node: Node) -> Iterator[tuple[str, Node]]:
    """Yield terms and named lists as they are written; what is denied need not be there."""
    match node:
        case Term():
            yield named(node), node
        case Or() if node.name:
            yield node.name, node
        case Not():
            return
        case _:
            for child in children_of(node):
                yield from _words(child)
