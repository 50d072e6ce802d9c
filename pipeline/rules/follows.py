"""Settled queries -> whether one holds wherever another does.

A yes is proved and a no is not: what stands in no proof here may still follow.
"""

from typing import TypeAlias

from pipeline.fold import is_katakana
from pipeline.rules.settled import placed, settled, words_of
from pipeline.rules.tree import And, InField, Near, Node, Not, Or, ScopeIs, Term
from pipeline.rules.words import Word
from pipeline.rules.write import write

Masks: TypeAlias = frozenset[str]
"""The folded words that a theme does not see."""

NO_MASKS: Masks = frozenset()


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
            return are_apart(this, other)
        case (Term() | Near() | InField(), Term() | Near() | InField() | Or()):
            return _words_imply(this, that, masks)
        case _:
            return False


def are_apart(this: ScopeIs, that: ScopeIs) -> bool:
    """Say whether no item can be from both: it has one source, one type and so on."""
    return this.name == that.name and not _lies_in(this, that) and not _lies_in(that, this)


def _lies_in(this: ScopeIs, that: ScopeIs) -> bool:
    """Say whether an item from here is from there: `jur:US-CA` is in `jur:US`."""
    one, other = this.value.casefold(), that.value.casefold()
    parted = this.name in {"jur", "lang"} and one.startswith(f"{other}-")
    return this.name == that.name and (one == other or parted)


def _words_imply(this: Node, that: Node, masks: Masks) -> bool:
    fields, found = placed(this)
    wider, wanted = placed(that)
    if not set(fields) <= set(wider):
        return False
    if isinstance(found, Near):
        sides = (settled(side, fields) for side in (found.left, found.right))
        return _is_nearer(found, wanted) or any(implies(side, that, masks) for side in sides)
    return isinstance(found, Term) and isinstance(wanted, Term) and _covers(found, wanted, masks)


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
    (wanted,) = words_of(that)
    return any(_holds(found, wanted, masks) for found in words_of(this))


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
