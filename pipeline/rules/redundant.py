"""Terms of an OR that nothing would be lost without."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipeline.rules.implied import term_implies
from pipeline.rules.terms import children_of, same_form
from pipeline.rules.tree import Near, Node, Or, Term


@dataclass(frozen=True, slots=True, kw_only=True)
class Needless:
    """A term, another one of its OR that finds whatever it finds, and the list where that stands.

    `listed` is empty when the other one is written out beside it.
    """

    term: Term
    by: Term
    listed: str = ""


def needless(node: Node, mask: tuple[str, ...] = (), *, near: bool = False) -> Iterator[Needless]:
    """Yield the needless terms that a query writes out; what named lists hold is not its own.

    Beside NEAR (`near`) only the same term is one too many: from a shorter one it is farther.
    """
    if isinstance(node, Or) and node.name:
        return
    if isinstance(node, Or):
        yield from among(node, mask, near=near)
    for child in children_of(node):
        yield from needless(child, mask, near=near or isinstance(node, Near))


def among(group: Or, mask: tuple[str, ...] = (), *, near: bool = False) -> Iterator[Needless]:
    """Yield the needless terms that stand in one OR itself."""
    others = tuple(_alternatives(group, ""))
    for term in (child for child in group.children if isinstance(child, Term)):
        for other, listed in _better(term, others, mask, near=near):
            yield Needless(term=term, by=other, listed=listed)
            break


def list_uses(node: Node, *, near: bool = False) -> Iterator[tuple[str, bool]]:
    """Yield each named list in a query as it is written there, and whether NEAR measures from it.

    What stands inside such a list is used as the list is.
    """
    if isinstance(node, Or) and node.name:
        yield node.name, near
    for child in children_of(node):
        yield from list_uses(child, near=near or isinstance(node, Near))


def _better(
    term: Term, others: Iterable[tuple[Term, str]], mask: tuple[str, ...], *, near: bool
) -> Iterator[tuple[Term, str]]:
    """Yield what finds whatever a term finds; of two that find the same, the first is better."""
    before = True
    for other, listed in others:
        if other is term:
            before = False
            continue
        same = same_form(other) == same_form(term)
        found = same or (not near and term_implies(term, other, mask))
        if found and (before or listed or not term_implies(other, term, mask)):
            yield other, listed


def _alternatives(node: Node, listed: str) -> Iterator[tuple[Term, str]]:
    """Yield the terms each of which is enough for a side of an OR, and the list of each."""
    if isinstance(node, Term):
        yield node, listed
    elif isinstance(node, Or):
        for child in node.children:
            yield from _alternatives(child, listed or node.name)
