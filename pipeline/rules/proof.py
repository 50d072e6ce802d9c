"""Query trees -> which claims can never hold together, and why.

A yes is proved and a no is not: what stands in no proof here may still be impossible.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations, product
from types import MappingProxyType

from pipeline.rules.implied import NO_MASKS, Masks, are_apart, implies
from pipeline.rules.settled import denies, found_words, parts_of, settled, words_of
from pipeline.rules.terms import alternatives
from pipeline.rules.tree import And, Boosted, InField, Near, Node, Not, Or, ScopeIs, Term
from pipeline.rules.write import write

_ONE = MappingProxyType(
    {"jur": "jurisdiction", "lang": "language"}
    | {name: name for name in ("source", "group", "type", "tier")}
)
_LONGEST = 60
# A proof that would take longer is none: lists may have thousands of words.
_MOST_COMPARED = 200_000


@dataclass(frozen=True, slots=True)
class Clash:
    """Two claims that cannot hold together.

    `first` is None where one is impossible by itself, or beside all others taken together.
    """

    first: Node | None
    second: Node

    def __str__(self) -> str:
        """Say what clashes, and what to do about it."""
        second = _short(self.second)
        first = _short(self.first) if self.first else "what stands beside it"
        if isinstance(self.second, Not):
            return f"{second} shuts out {first}"
        if claims := _claims(self.second):
            both = " and ".join(f"({text})" if " OR " in text else text for text in (first, second))
            return f"an item has one {_ONE[claims[0].name]}, not both {both}: join them by OR"
        return f"a mask hides {second} wherever it stands: mask a longer word"


def clash(claims: Iterable[Node], masks: Masks = NO_MASKS) -> Clash | None:
    """Return why claims can never hold together, or None when nothing speaks against them."""
    whole = [part for claim in claims for part in parts_of(settled(claim))]
    if not masks and not any(map(denies, whole)):
        return None
    # Of `NOT (a OR b)` both may speak against something together, which says more.
    asked = _relevant(map(_Fact, whole))
    facts = _relevant(_Fact(part) for fact in asked for part in _split(fact.node))
    return _clash(asked, masks) or _clash(facts, masks) or _clash_of_branches(facts, masks)


def always(node: Node, masks: Masks = NO_MASKS) -> bool:
    """Say whether a query holds for every item, as `a OR NOT a` does."""
    return clash([Not(child=node)], masks) is not None


def hidden_words(node: Node, masks: Masks) -> Iterator[str]:
    """Yield the words that a query itself looks for, not its lists, and that masks hide."""
    match node:
        case Term() | Near():
            if _is_hidden(node, masks):
                yield write(node)
        case And() | Or():
            for child in () if isinstance(node, Or) and node.name else node.children:
                yield from hidden_words(child, masks)
        case InField() | Boosted():
            yield from hidden_words(node.child, masks)
        case _:
            return


def _split(part: Node) -> Iterator[Node]:
    """Yield what `NOT (a OR b)` says of a and of b by itself."""
    if isinstance(part, Not) and isinstance(part.child, Or):
        for child in part.child.children:
            yield from (
                one for claim in parts_of(replace(part, child=child)) for one in _split(claim)
            )
    else:
        yield part


@dataclass(frozen=True)
class _Fact:
    """A claim, and the words that it finds, one in a line."""

    node: Node

    @cached_property
    def words(self) -> str:
        return found_words(self.node)


def _relevant(all_facts: Iterable[_Fact]) -> list[_Fact]:
    """Leave out what is denied and cannot follow: not one of its words stands in the others.

    Most of what rules exclude has nothing to do with them, and a proof costs a thousand times
    as much as this.
    """
    facts = list(all_facts)
    claimed = "\n".join(fact.words for fact in facts)
    # What is denied within something denied may follow from what is denied.
    nested = [fact.node.child for fact in facts if isinstance(fact.node, Not)]
    within = "\n".join(found_words(denied) for child in nested for denied in _denied(child))
    return [
        fact
        for fact in facts
        if not isinstance(fact.node, Not)
        or _may_follow(fact.node.child, claimed)
        or _may_follow(fact.node.child, within)
    ]


def _denied(node: Node) -> Iterator[Node]:
    match node:
        case Not():
            yield node.child
        case And() | Or():
            for child in node.children:
                yield from _denied(child)
        case _:
            return


def _may_follow(node: Node, claimed: str) -> bool:
    match node:
        case Term():
            return all(found.folded in claimed for found in words_of(node))
        case And():
            return all(_may_follow(child, claimed) for child in node.children)
        case Or():
            return any(_may_follow(child, claimed) for child in node.children)
        case Near():
            return _may_follow(node.left, claimed) and _may_follow(node.right, claimed)
        case InField():
            return _may_follow(node.child, claimed)
        case _:
            return True


def _clash(facts: Sequence[_Fact], masks: Masks) -> Clash | None:
    parts = [fact.node for fact in facts]
    for part in parts:
        if _is_hidden(part, masks):
            return Clash(None, part)
    for first, second in combinations(filter(_claims, parts), 2):
        pairs = product(_claims(first), _claims(second))
        if all(are_apart(one, other) for one, other in pairs):
            return Clash(first, second)
    return _clash_of_denied(facts, masks)


def _clash_of_denied(facts: Sequence[_Fact], masks: Masks) -> Clash | None:
    finding = [fact for fact in facts if fact.words]
    for part in (fact.node for fact in facts if isinstance(fact.node, Not)):
        if denies(part.child):
            bearing = [fact for fact in facts if fact.node is not part]
        else:
            bearing = [fact for fact in finding if _has_words(fact, part.child)]
        found = _clash_with(part, [fact.node for fact in bearing], masks)
        if found:
            return found
    return None


def _has_words(fact: _Fact, denied: Node) -> bool:
    """Say whether what is denied may follow from a fact, among others."""
    return any(folded in fact.words for folded in found_words(denied).splitlines())


def _clash_with(denied: Not, others: Sequence[Node], masks: Masks) -> Clash | None:
    if others and implies(And(children=tuple(others)), denied.child, masks):
        alone = (one for one in others if implies(one, denied.child, masks))
        return Clash(next(alone, None), denied)
    return None


def _clash_of_branches(facts: Sequence[_Fact], masks: Masks) -> Clash | None:
    """Return why an OR has no branch that can hold beside the rest."""
    for fact in facts:
        if isinstance(fact.node, Or):
            others = [other for other in facts if other is not fact]
            found = _clash_of_each(fact.node, others, masks)
            if found:
                return found
    return None


def _clash_of_each(node: Or, others: Sequence[_Fact], masks: Masks) -> Clash | None:
    first: Clash | None = None
    branches = tuple(alternatives(node))
    if len(branches) * len(others) ** 2 > _MOST_COMPARED:
        return None
    for branch in branches:
        found = _clash([*map(_Fact, parts_of(branch)), *others], masks)
        if found is None:
            return None
        first = first or found
    return first


def _short(node: Node) -> str:
    text = write(node)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _claims(node: Node) -> tuple[ScopeIs, ...]:
    """Return the scopes of which one must hold, where a query is nothing else."""
    claims = node.children if isinstance(node, Or) else (node,)
    scopes = tuple(claim for claim in claims if isinstance(claim, ScopeIs))
    return scopes if len(scopes) == len(claims) else ()


def _is_hidden(node: Node, masks: Masks) -> bool:
    """Say whether a query finds nothing but what masks hide."""
    match node:
        case Term():
            return any(found.folded in masks and not found.prefix for found in words_of(node))
        case Near():
            return _is_hidden(node.left, masks) or _is_hidden(node.right, masks)
        case Or():
            return all(_is_hidden(child, masks) for child in node.children)
        case InField():
            return _is_hidden(node.child, masks)
        case _:
            return False
