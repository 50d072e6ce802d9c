"""Whether one query holds wherever another does, told from their trees alone.

Only what is certain is said: False means that nobody knows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from typing import TypeAlias

from pipeline.fold import fold
from pipeline.model import Field
from pipeline.rules.finder import Finder, masked
from pipeline.rules.settled import Same, found_words, placed, settled, words_of
from pipeline.rules.terms import alternatives, same_form, within
from pipeline.rules.tree import And, InField, Near, Node, Not, Or, ScopeIs, Term
from pipeline.rules.words import Lexicon, Texts, Word

Masks: TypeAlias = frozenset[str]
"""The folded words that a theme does not see where they stand inside others."""

NO_MASKS: Masks = frozenset()

# What may stand beside a term in a text: nothing, a letter, a digit, kana, a long vowel, Han.
_SIDES = ("", "x", "1", "ア", "ー", "規")


def implies(narrow: Node, wide: Node, masks: Masks = NO_MASKS) -> bool:
    """Say whether `wide` surely holds in every item in which `narrow` does."""
    return _implies(settled(narrow), settled(wide), masks)


def masks_of(*words: Iterable[str]) -> Masks:
    """Fold what an author masks, for one theme or for several."""
    return frozenset(fold(mask) for some in words for mask in some)


def are_apart(this: ScopeIs, that: ScopeIs) -> bool:
    """Say whether no item can be from both: it has one source, one type and so on."""
    return this.name == that.name and not _lies_in(this, that) and not _lies_in(that, this)


def _implies(narrow: Node, wide: Node, masks: Masks) -> bool:
    match narrow, wide:
        case Or(), Or() if _stands_in(narrow, wide):
            return True
        case Or(), _:
            return all(_implies(child, wide, masks) for child in narrow.children)
        case _, And():
            return all(_implies(narrow, child, masks) for child in wide.children)
        case _, Or():
            sides = _sides_for(narrow, wide)
            return any(_implies(narrow, side, masks) for side in sides) or _any_part(
                narrow, wide, masks
            )
        case _:
            return _one_implies(narrow, wide, masks) or _any_part(narrow, wide, masks)


def _stands_in(narrow: Or, wide: Or) -> bool:
    """Say quickly that one OR is another or a side of it: lists may have thousands of terms."""
    if narrow.children is wide.children:
        return True
    return any(_stands_in(narrow, side) for side in wide.children if isinstance(side, Or))


def _any_part(narrow: Node, wide: Node, masks: Masks) -> bool:
    """Say whether one of the things that are asked for together is enough."""
    fields, asked = placed(narrow)
    match asked:
        case And():
            parts = asked.children
        case Near():
            parts = (settled(asked.left, fields), settled(asked.right, fields))
        case _:
            return False
    return any(_implies(part, wide, masks) for part in parts)


def _sides_for(narrow: Node, wide: Or) -> Iterator[Node]:
    """Yield the sides of an OR that a node could imply."""
    sides = _sides(Same(wide.children))
    yield from sides.others
    _, asked = placed(narrow)
    if isinstance(asked, Term):
        for text in (found.folded for found in words_of(asked)):
            for found in within(text, sides.terms):
                yield from found
    elif isinstance(asked, Near):
        yield from sides.nears.get(found_words(asked).partition("\n")[0], ())


@dataclass(frozen=True, slots=True)
class _Sides:
    """What an OR asks for: terms by their text, NEAR by each of its words, and other sides."""

    terms: dict[str, list[Node]] = field(default_factory=dict)
    nears: dict[str, list[Node]] = field(default_factory=dict)
    others: list[Node] = field(default_factory=list)


@lru_cache(maxsize=1024)
def _sides(branches: Same) -> _Sides:
    sides = _Sides()
    for side in alternatives(Or(children=branches.children)):
        _, asked = placed(side)
        if isinstance(asked, Term) and not asked.slop:
            sides.terms.setdefault(words_of(asked)[0].folded, []).append(side)
        elif isinstance(asked, Near):
            for text in set(found_words(asked).splitlines()):
                sides.nears.setdefault(text, []).append(side)
        else:
            sides.others.append(side)
    return sides


def _one_implies(narrow: Node, wide: Node, masks: Masks) -> bool:
    """Judge two queries that are neither AND nor OR."""
    match narrow, wide:
        case Not(), Not():
            return _implies(wide.child, narrow.child, masks)
        case ScopeIs(), ScopeIs():
            return _lies_in(narrow, wide)
        case ScopeIs(), Not(child=ScopeIs() as other):
            return are_apart(narrow, other)
        case Term() | Near() | InField(), Term() | Near() | InField():
            return _unit_implies(narrow, wide, masks)
        case _:
            return False


def _lies_in(narrow: ScopeIs, wide: ScopeIs) -> bool:
    """Say whether an item from here is from there: `jur:US-CA` is in `jur:US`."""
    value, claimed = narrow.value.casefold(), wide.value.casefold()
    parted = narrow.name in {"jur", "lang"} and value.startswith(f"{claimed}-")
    return narrow.name == wide.name and (value == claimed or parted)


def _unit_implies(narrow: Node, wide: Node, masks: Masks) -> bool:
    (fields, asked), (wider, wanted) = placed(narrow), placed(wide)
    if not set(fields) <= set(wider):
        return False
    if isinstance(asked, Near) and isinstance(wanted, Near):
        return _near_implies(asked, wanted)
    both_terms = isinstance(asked, Term) and isinstance(wanted, Term)
    return both_terms and term_implies(asked, wanted, masks)


def _near_implies(narrow: Near, wide: Near) -> bool:
    if narrow.distance > wide.distance or (wide.ordered and not narrow.ordered):
        return False
    straight = _beside(narrow.left, wide.left) and _beside(narrow.right, wide.right)
    crossed = _beside(narrow.left, wide.right) and _beside(narrow.right, wide.left)
    return straight or (crossed and not wide.ordered)


def _beside(narrow: Node, wide: Node) -> bool:
    """Say whether `wide` stands at least at the very places of `narrow`, to measure from."""
    if isinstance(narrow, Or) and isinstance(wide, Or) and narrow.children is wide.children:
        return True
    sides = tuple(alternatives(wide))
    forms = {same_form(side) for side in sides if isinstance(side, Term)}
    nears = [side for side in sides if isinstance(side, Near)]
    return all(
        same_form(each) in forms
        if isinstance(each, Term)
        else isinstance(each, Near) and any(_near_implies(each, side) for side in nears)
        for each in alternatives(narrow)
    )


@lru_cache(maxsize=65_536)
def term_implies(narrow: Term, wide: Term, masks: Masks = NO_MASKS) -> bool:
    """Say whether a text that holds one term surely holds the other."""
    if same_form(narrow) == same_form(wide):
        return True
    if wide.slop:
        return same_form(narrow)[:3] == same_form(wide)[:3] and 0 < narrow.slop <= wide.slop
    if narrow.slop:
        return any(term_implies(part, wide, masks) for part in _words(narrow))
    (found,), (wanted,) = words_of(narrow), words_of(wide)
    if (wanted.cased and not found.cased) or wanted.folded not in found.folded:
        return False
    return not _may_hide_an_end(found, masks) and _found_along(narrow, wide, masks)


def _words(sloppy: Term) -> Iterable[Term]:
    words = sloppy.text.split()
    for i, text in enumerate(words):
        last = i == len(words) - 1
        yield Term(text=text, prefix=sloppy.prefix and last, cased=sloppy.cased)


def _may_hide_an_end(found: Word, masks: Masks) -> bool:
    """Say whether a mask may begin inside a word and hide how it goes on."""
    folded = found.folded
    ends = [folded[i:] for i in range(1, len(folded))] if found.prefix else []
    return any(mask.startswith(end) for mask in masks for end in ends)


def _found_along(narrow: Term, wide: Term, masks: Masks) -> bool:
    """Try both terms on the first one's own text, with whatever may stand beside it."""
    lexicon = Lexicon()
    first, second = (lexicon.number(*words_of(term)) for term in (narrow, wide))
    hidden = frozenset(lexicon.number(Word(mask)) for mask in masks)
    finder = Finder(lexicon.numbers)
    for left, right in product(_SIDES, repeat=2):
        found = finder.hits(Texts({Field.SUMMARY: left + narrow.text + right}))
        hits = masked(found, hidden)
        if first in hits and second not in hits:
            return False
    return True
