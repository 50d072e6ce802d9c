"""Whether one query holds wherever another does, told from their trees alone.

Only what is certain is said: False means that nobody knows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import product

from pipeline.fold import fold
from pipeline.model import Field
from pipeline.rules.terms import alternatives, children_of, same_form, within
from pipeline.rules.tree import And, Boosted, InField, Near, Node, Not, Or, ScopeIs, Term
from pipeline.rules.words import Lexicon, Texts, masked, word

_ANYWHERE = frozenset(Field)
# What may stand beside a term in a text: nothing, a letter, a digit, kana, a long vowel, Han.
_SIDES = ("", "x", "1", "ア", "ー", "規")


@dataclass(frozen=True)
class _Asked:
    """A query as it is asked of some fields, in which some words are hidden."""

    node: Node
    mask: tuple[str, ...]
    fields: frozenset[Field] = _ANYWHERE

    def part(self, node: Node) -> "_Asked":
        """Return a part of the query, asked of the same fields."""
        return replace(self, node=node)

    def sides(self, narrow: Node) -> Iterator[Node]:
        """Yield the sides of an OR that a node could imply."""
        terms, others = self._sides
        yield from others
        if isinstance(narrow, Term):
            for found in within(fold(narrow.text), terms):
                yield from found

    @cached_property
    def _sides(self) -> tuple[dict[str, list[Term]], list[Node]]:
        terms: dict[str, list[Term]] = {}
        others: list[Node] = []
        for side in alternatives(self.node):
            if isinstance(side, Term):
                terms.setdefault(fold(side.text), []).append(side)
            else:
                others.append(side)
        return terms, others


def implies(narrow: Node, wide: Node, mask: tuple[str, ...] = ()) -> bool:
    """Say whether `wide` surely holds in every item in which `narrow` does.

    A mask hides a word inside another one from both.
    """
    return _implies(_Asked(narrow, mask), _Asked(wide, mask))


def _implies(narrow: _Asked, wide: _Asked) -> bool:
    narrow, wide = _bare(narrow), _bare(wide)
    match narrow.node, wide.node:
        case Or(), Or() if _stands_in(narrow.node, wide.node):
            return narrow.fields <= wide.fields
        case Or(), _:
            return all(_implies(narrow.part(child), wide) for child in narrow.node.children)
        case _, And():
            return all(_implies(narrow, wide.part(child)) for child in wide.node.children)
        case _, Or():
            return _any_part(narrow, wide) or any(
                _implies(narrow, wide.part(side)) for side in wide.sides(narrow.node)
            )
        case And(), _:
            return _any_part(narrow, wide)
        case _:
            return _one_implies(narrow, wide)


def _stands_in(narrow: Or, wide: Or) -> bool:
    """Say quickly that one OR is another or a side of it: lists may have thousands of terms."""
    if narrow.children is wide.children:
        return True
    return any(_stands_in(narrow, side) for side in wide.children if isinstance(side, Or))


def _bare(asked: _Asked) -> _Asked:
    """Take off what does not change whether a query holds."""
    match asked.node:
        case Boosted():
            return _bare(asked.part(asked.node.child))
        case InField():
            return _bare(replace(asked, node=asked.node.child, fields=frozenset(asked.node.fields)))
        case _:
            return asked


def _any_part(narrow: _Asked, wide: _Asked) -> bool:
    """Say whether one of the things that are asked for together is enough."""
    parts = children_of(narrow.node) if isinstance(narrow.node, And | Near) else ()
    return any(_implies(narrow.part(part), wide) for part in parts)


def _one_implies(narrow: _Asked, wide: _Asked) -> bool:
    """Judge two queries that are neither AND nor OR."""
    match narrow.node, wide.node:
        case Not(), Not():
            return _implies(wide.part(wide.node.child), narrow.part(narrow.node.child))
        case ScopeIs(), ScopeIs():
            return _scope_implies(narrow.node, wide.node)
        case Near(), Near():
            within = narrow.fields <= wide.fields and _near_implies(narrow.node, wide.node)
            return within or _any_part(narrow, wide)
        case Near(), Term():
            return _any_part(narrow, wide)
        case Term(), Term():
            sure = term_implies(narrow.node, wide.node, narrow.mask)
            return sure and narrow.fields <= wide.fields
        case _:
            return False


def _scope_implies(narrow: ScopeIs, wide: ScopeIs) -> bool:
    if narrow.name != wide.name:
        return False
    value, claimed = narrow.value.casefold(), wide.value.casefold()
    parted = narrow.name in {"jur", "lang"} and value.startswith(f"{claimed}-")
    return value == claimed or parted


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
def term_implies(narrow: Term, wide: Term, mask: tuple[str, ...] = ()) -> bool:
    """Say whether a text that holds one term surely holds the other."""
    if same_form(narrow) == same_form(wide):
        return True
    if wide.slop:
        return same_form(narrow)[:3] == same_form(wide)[:3] and 0 < narrow.slop <= wide.slop
    if narrow.slop:
        return any(term_implies(part, wide, mask) for part in _words(narrow))
    if (wide.cased and not narrow.cased) or fold(wide.text) not in fold(narrow.text):
        return False
    return not _may_hide_an_end(narrow, mask) and _found_along(narrow, wide, mask)


def _words(sloppy: Term) -> Iterable[Term]:
    words = sloppy.text.split()
    for i, text in enumerate(words):
        last = i == len(words) - 1
        yield Term(text=text, prefix=sloppy.prefix and last, cased=sloppy.cased)


def _may_hide_an_end(term: Term, mask: Iterable[str]) -> bool:
    """Say whether a mask may begin inside a term and hide how its last word goes on."""
    folded = fold(term.text)
    ends = [folded[i:] for i in range(1, len(folded))] if term.prefix else []
    return any(fold(hidden).startswith(end) for hidden in mask for end in ends)


def _found_along(narrow: Term, wide: Term, mask: Iterable[str]) -> bool:
    """Try both terms on the first one's own text, with whatever may stand beside it."""
    lexicon = Lexicon()
    first, second = (
        lexicon.number(word(term.text, prefix=term.prefix, cased=term.cased))
        for term in (narrow, wide)
    )
    masks = [lexicon.number(word(text)) for text in mask]
    finder = lexicon.finder()
    for left, right in product(_SIDES, repeat=2):
        found = finder.hits(Texts({Field.SUMMARY: left + narrow.text + right}))
        hits = masked(found, masks)
        if first in hits and second not in hits:
            return False
    return True
