"""Terms of an OR that nothing would be lost without."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pipeline.fold import fold
from pipeline.rules.implied import NO_MASKS, Masks, term_implies
from pipeline.rules.terms import children_of, same_form, within
from pipeline.rules.tree import Near, Node, Or, Term


@dataclass(frozen=True, slots=True, kw_only=True)
class Needless:
    """A term, another one of its OR that finds whatever it finds, and the list where that stands.

    `listed` is empty when the other one is written out beside it.
    """

    term: Term
    by: Term
    listed: str = ""


def needless(node: Node, masks: Masks = NO_MASKS, *, near: bool = False) -> Iterator[Needless]:
    """Yield the needless terms that a query writes out; what named lists hold is not its own.

    Beside NEAR (`near`) only the same term is one too many: from a shorter one it is farther.
    """
    if isinstance(node, Or) and node.name:
        return
    if isinstance(node, Or):
        yield from among(node, masks, near=near)
    for child in children_of(node):
        yield from needless(child, masks, near=near or isinstance(node, Near))


def among(group: Or, masks: Masks = NO_MASKS, *, near: bool = False) -> Iterator[Needless]:
    """Yield the needless terms that stand in one OR itself."""
    by_text: dict[str, list[_Other]] = {}
    for place, (other, listed) in enumerate(_alternatives(group, "")):
        by_text.setdefault(fold(other.text), []).append(_Other(place, other, listed))
    for term in (child for child in group.children if isinstance(child, Term)):
        others = sorted(other for found in within(fold(term.text), by_text) for other in found)
        place = next(other.place for other in others if other.term is term)
        better = _better(_Other(place, term, ""), others, masks, near=near)
        if better:
            yield Needless(term=term, by=better.term, listed=better.listed)


def list_uses(node: Node, *, near: bool = False) -> Iterator[tuple[str, bool]]:
    """Yield each named list in a query as it is written there, and whether NEAR measures from it.

    What stands inside such a list is used as the list is.
    """
    if isinstance(node, Or) and node.name:
        yield node.name, near
    for child in children_of(node):
        yield from list_uses(child, near=near or isinstance(node, Near))


@dataclass(frozen=True, slots=True, order=True)
class _Other:
    """A term of an OR: which one it is, and the list where it stands."""

    place: int
    term: Term = field(compare=False)
    listed: str = field(compare=False)


def _better(own: _Other, others: Iterable[_Other], masks: Masks, *, near: bool) -> _Other | None:
    """Return what finds whatever a term finds; of two that find the same, the first is better."""
    for other in (other for other in others if other.place != own.place):
        same = same_form(other.term) == same_form(own.term)
        found = same or (not near and term_implies(own.term, other.term, masks))
        first = other.place < own.place or bool(other.listed)
        if found and (first or not term_implies(other.term, own.term, masks)):
            return other
    return None


def _alternatives(node: Node, listed: str) -> Iterator[tuple[Term, str]]:
    """Yield the terms each of which is enough for a side of an OR, and the list of each."""
    if isinstance(node, Term):
        yield node, listed
    elif isinstance(node, Or):
        for child in node.children:
            yield from _alternatives(child, listed or node.name)
