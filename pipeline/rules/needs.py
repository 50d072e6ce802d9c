"""Which words a query cannot do without: most rules are not asked, as one of these is absent."""

from collections.abc import Iterable
from functools import lru_cache, reduce
from operator import or_

from pipeline.fold import is_cjk
from pipeline.rules.finder import Hits
from pipeline.rules.numbers import allowed_in, numbers_of
from pipeline.rules.tree import And, Boosted, InField, Near, Node, Or, Term
from pipeline.rules.words import EVERYWHERE, Allowed, Lexicon, Texts, bits, per_node

Needs = frozenset[int]

_TITLE = (True, False, False)


@per_node
def needed(node: Node, lexicon: Lexicon) -> Needs | None:
    """Return words of which one must be found for a node to hold; None when it needs none.

    Of several such sets it is the one that is likely to be found least often.
    """
    match node:
        case Term():
            return _rarest([frozenset({n}) for n in numbers_of(node, lexicon)], lexicon)
        case Near():
            return _rarest([needed(node.left, lexicon), needed(node.right, lexicon)], lexicon)
        case And():
            return _rarest([needed(child, lexicon) for child in node.children], lexicon)
        case Or():
            return _together([needed(child, lexicon) for child in node.children])
        case InField() | Boosted():
            return needed(node.child, lexicon)
        case _:
            return None


def required(node: Node, lexicon: Lexicon, allowed: Allowed = EVERYWHERE) -> int:
    """Return groups of words of which each must be found for a node to hold: bit n for group n."""
    match node:
        case Term():
            numbers = numbers_of(node, lexicon)
            return bits(lexicon.group(frozenset({n}), allowed) for n in numbers)
        case Near() | And():
            children = node.children if isinstance(node, And) else (node.left, node.right)
            return reduce(or_, (required(child, lexicon, allowed) for child in children))
        case Or():
            needs = needed(node, lexicon)
            return 1 << lexicon.group(needs, allowed) if needs else 0
        case InField():
            return required(node.child, lexicon, allowed_in(node))
        case Boosted():
            return required(node.child, lexicon, allowed)
        case _:
            return 0


@per_node
def words_of(node: Node, lexicon: Lexicon) -> Needs:
    """Return every word that may be a hit of a node."""
    match node:
        case Term():
            return frozenset(numbers_of(node, lexicon))
        case Near():
            return words_of(node.left, lexicon) | words_of(node.right, lexicon)
        case And() | Or():
            return frozenset().union(*(words_of(child, lexicon) for child in node.children))
        case InField() | Boosted():
            return words_of(node.child, lexicon)
        case _:
            return frozenset()


class Presence:
    """Says which groups of words cannot hold in an item, so that most rules need not be asked."""

    def __init__(self, lexicon: Lexicon) -> None:
        anywhere, in_title = [0] * len(lexicon.words), [0] * len(lexicon.words)
        for group, (numbers, allowed) in enumerate(lexicon.groups):
            for number in numbers:
                (in_title if allowed == _TITLE else anywhere)[number] |= 1 << group
        self.anywhere, self._in_title = tuple(anywhere), tuple(in_title)
        self._every = (1 << len(lexicon.groups)) - 1

    def absent(self, hits: Hits, texts: Texts) -> int:
        """Return the groups that cannot hold."""
        present = reduce(or_, (self.anywhere[number] for number in hits), 0)
        return self.with_title(present, hits, texts)[0]

    def with_title(self, present: int, hits: Hits, texts: Texts) -> tuple[int, set[int]]:
        """Return the groups that cannot hold, by those that hold in any field, and title words."""
        in_title: set[int] = set()
        behind_title = texts.starts[1]
        for number, spans in hits.items():
            # The first hit of a word stands in its first field.
            if spans[0][0] < behind_title:
                in_title.add(number)
                present |= self._in_title[number]
        # To ask a negative number (~present) for bits takes longer.
        return self._every ^ present, in_title


def frequency(needs: Needs, lexicon: Lexicon) -> float:
    """Guess how often one of some words is found, by their lengths: a number to compare."""
    return sum(_frequency(lexicon.words[number].folded) for number in needs)


@lru_cache(maxsize=16_384)
def _frequency(folded: str) -> float:
    # A Han character tells as much as two or three letters do.
    return 1 / (len(folded) + sum(map(is_cjk, folded))) ** 2


def _rarest(choices: Iterable[Needs | None], lexicon: Lexicon) -> Needs | None:
    sets = [needs for needs in choices if needs is not None]
    return min(sets, key=lambda needs: frequency(needs, lexicon), default=None)


def _together(branches: Iterable[Needs | None]) -> Needs | None:
    union: set[int] = set()
    for needs in branches:
        if needs is None:
            return None
        union |= needs
    return frozenset(union)
