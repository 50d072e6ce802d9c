"""Query trees -> what follows from them: which claims can never hold together.

A yes is proved and a no is not: what stands in no proof here may still be impossible.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product, takewhile
from types import MappingProxyType
from typing import TypeAlias

from pipeline.fold import is_katakana
from pipeline.model import Field
from pipeline.rules.tree import And, Boosted, InField, Near, Node, Not, Or, ScopeIs, Term
from pipeline.rules.words import Word, word
from pipeline.rules.write import write

Masks: TypeAlias = frozenset[str]
"""The folded words that a theme does not see."""

NO_MASKS: Masks = frozenset()
_EVERYWHERE = tuple(Field)
_ONE = MappingProxyType(
    {"jur": "jurisdiction", "lang": "language"}
    | {name: name for name in ("source", "group", "type", "tier")}
)
_LONGEST = 60


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
    whole = [part for claim in claims for part in _parts(_settled(claim, _EVERYWHERE))]
    parts = [part for claim in whole for part in _split(claim)]
    return _clash(whole, masks) or _clash(parts, masks) or _clash_of_branches(parts, masks)


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


def implies(this: Node, that: Node, masks: Masks = NO_MASKS) -> bool:
    """Say whether one query holds wherever another does; both settled."""
    match this, that:
        case Or(), _:
            return all(implies(child, that, masks) for child in this.children)
        case _, And():
            return all(implies(this, child, masks) for child in that.children)
        case _, Or() if any(implies(this, child, masks) for child in that.children):
            return True
        case And(), _:
            return any(implies(child, that, masks) for child in this.children)
        case Not(), Not():
            return implies(that.child, this.child, masks)
        case _:
            return _claim_implies(this, that, masks)


def _claim_implies(this: Node, that: Node, masks: Masks) -> bool:
    match this, that:
        case ScopeIs(), ScopeIs():
            return _lies_in(this, that)
        case ScopeIs(), Not(child=ScopeIs() as other):
            return _are_apart(this, other)
        case (Term() | Near() | InField(), Term() | Near() | InField() | Or()):
            return _words_imply(this, that, masks)
        case _:
            return False


def _settled(node: Node, fields: tuple[Field, ...]) -> Node:
    """Return a tree without boosts, with each field right at its words."""
    match node:
        case InField():
            return _settled(node.child, node.fields)
        case Boosted():
            return _settled(node.child, fields)
        case And() | Or():
            return replace(node, children=tuple(_settled(c, fields) for c in node.children))
        case Not():
            return replace(node, child=_settled(node.child, fields))
        case ScopeIs():
            return node
        case _:
            return node if fields == _EVERYWHERE else InField(fields=fields, child=node)


def _parts(node: Node) -> Iterator[Node]:
    """Yield the claims that a query makes together."""
    match node:
        case And():
            for child in node.children:
                yield from _parts(child)
        case Not(child=Not() as denied):
            yield from _parts(denied.child)
        case _:
            yield node


def _split(part: Node) -> Iterator[Node]:
    """Yield what `NOT (a OR b)` says of a and of b by itself."""
    if isinstance(part, Not) and isinstance(part.child, Or):
        for child in part.child.children:
            yield from (
                one for claim in _parts(replace(part, child=child)) for one in _split(claim)
            )
    else:
        yield part


def _clash(parts: Sequence[Node], masks: Masks) -> Clash | None:
    for part in parts:
        if _is_hidden(part, masks):
            return Clash(None, part)
    for first, second in combinations(filter(_claims, parts), 2):
        pairs = product(_claims(first), _claims(second))
        if all(_are_apart(one, other) for one, other in pairs):
            return Clash(first, second)
    for number, part in enumerate(parts):
        if isinstance(part, Not):
            others = [*parts[:number], *parts[number + 1 :]]
            if implies(And(children=tuple(others)), part.child, masks):
                alone = (one for one in others if implies(one, part.child, masks))
                return Clash(next(alone, None), part)
    return None


def _clash_of_branches(parts: Sequence[Node], masks: Masks) -> Clash | None:
    """Return why an OR has no branch that can hold beside the rest."""
    for number, part in enumerate(parts):
        if isinstance(part, Or):
            others = [*parts[:number], *parts[number + 1 :]]
            clashes = _until_none(_clash([*_parts(c), *others], masks) for c in part.children)
            if len(clashes) == len(part.children):
                return clashes[0]
    return None


def _until_none(clashes: Iterable[Clash | None]) -> list[Clash]:
    return [found for found in takewhile(lambda found: found is not None, clashes) if found]


def _short(node: Node) -> str:
    text = write(node)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


# --- scopes ------------------------------------------------------------------------------------


def _lies_in(this: ScopeIs, that: ScopeIs) -> bool:
    """Say whether an item from here is from there: `jur:US-CA` is in `jur:US`."""
    one, other = this.value.casefold(), that.value.casefold()
    parted = this.name in {"jur", "lang"} and one.startswith(f"{other}-")
    return this.name == that.name and (one == other or parted)


def _claims(node: Node) -> tuple[ScopeIs, ...]:
    """Return the scopes of which one must hold, where a query is nothing else."""
    claims = node.children if isinstance(node, Or) else (node,)
    scopes = tuple(claim for claim in claims if isinstance(claim, ScopeIs))
    return scopes if len(scopes) == len(claims) else ()


def _are_apart(this: ScopeIs, that: ScopeIs) -> bool:
    """Say whether no item can be from both: it has one source, one type and so on."""
    return this.name == that.name and not _lies_in(this, that) and not _lies_in(that, this)


# --- words -------------------------------------------------------------------------------------


def _words_imply(this: Node, that: Node, masks: Masks) -> bool:
    fields, found = _placed(this)
    wider, wanted = _placed(that)
    if not set(fields) <= set(wider):
        return False
    if isinstance(found, Near):
        sides = (_settled(side, fields) for side in (found.left, found.right))
        return _is_nearer(found, wanted) or any(implies(side, that, masks) for side in sides)
    return isinstance(found, Term) and isinstance(wanted, Term) and _covers(found, wanted, masks)


def _placed(node: Node) -> tuple[tuple[Field, ...], Node]:
    return (node.fields, node.child) if isinstance(node, InField) else (_EVERYWHERE, node)


def _is_nearer(this: Near, that: Node) -> bool:
    """Say whether two units are the same and asked to be at least as near."""
    if not isinstance(that, Near) or this.distance > that.distance:
        return False
    sides, others = (write(this.left), write(this.right)), (write(that.left), write(that.right))
    in_order = sides == others and (this.ordered or not that.ordered)
    return in_order or (sides == others[::-1] and not that.ordered)


def _covers(this: Term, that: Term, masks: Masks) -> bool:
    """Say whether one term is found wherever another is."""
    if that.slop:
        same = this.text.casefold() == that.text.casefold() and this.prefix == that.prefix
        return same and 0 < this.slop <= that.slop and this.cased >= that.cased
    (wanted,) = _words(that)
    return any(_holds(found, wanted, masks) for found in _words(this))


def _words(term: Term) -> list[Word]:
    """Return what a term looks for: one word, or each of a sloppy phrase."""
    texts = term.text.split() if term.slop else [term.text]
    words = [word(text, cased=term.cased) for text in texts]
    return [*words[:-1], replace(words[-1], prefix=term.prefix)]


def _holds(found: Word, wanted: Word, masks: Masks) -> bool:
    """Say whether a word is found within each place where another one is."""
    if found == wanted:
        return True
    if wanted.cased and not found.cased:
        return False
    whole = found.folded == wanted.folded and wanted.prefix >= found.prefix
    if whole and (not wanted.cased or wanted.cased == found.cased):
        return True
    # A mask may hide the inner word and leave the outer one; short katakana looks around itself.
    if _may_be_masked(found, masks) or _is_short_kana(wanted.folded) or _has_tail(found.folded):
        return False
    begins = range(len(found.folded) - len(wanted.folded) + 1)
    return any(_holds_at(begin, found, wanted) for begin in begins)


def _holds_at(begin: int, found: Word, wanted: Word) -> bool:
    end = begin + len(wanted.folded)
    if found.folded[begin:end] != wanted.folded:
        return False
    if wanted.cased and found.cased[begin:end] != wanted.cased:
        return False
    if begin and _is_spaced(found.folded[begin - 1]) and _is_spaced(wanted.folded[0]):
        return False
    goes_on = found.prefix if end == len(found.folded) else _is_spaced(found.folded[end])
    return wanted.prefix or not (goes_on and _is_spaced(wanted.folded[-1]))


def _may_be_masked(found: Word, masks: Masks) -> bool:
    return bool(masks) and (found.prefix or any(mask in found.folded for mask in masks))


def _is_short_kana(folded: str) -> bool:
    return len(folded) <= 2 and all(map(is_katakana, folded))


def _has_tail(folded: str) -> bool:
    # It is found without its ー, too, at the end of a longer run.
    return len(folded) == 3 and folded[-1] == "ー"


def _is_spaced(char: str) -> bool:
    """Say whether a character belongs to a word with spaces around it."""
    return char < "\u2e80" and char.isalnum()


def _is_hidden(node: Node, masks: Masks) -> bool:
    """Say whether a query finds nothing but what masks hide."""
    match node:
        case Term():
            return any(found.folded in masks and not found.prefix for found in _words(node))
        case Near():
            return _is_hidden(node.left, masks) or _is_hidden(node.right, masks)
        case Or():
            return all(_is_hidden(child, masks) for child in node.children)
        case InField():
            return _is_hidden(node.child, masks)
        case _:
            return False
