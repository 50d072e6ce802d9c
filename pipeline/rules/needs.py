"""Which words a query cannot do without: a rule waits under these until one of them is found."""

from collections.abc import Iterable

from pipeline.fold import is_cjk
from pipeline.rules.query import numbers_of
from pipeline.rules.tree import And, Boosted, InField, Near, Node, Or, Term
from pipeline.rules.words import Lexicon

Needs = frozenset[int]


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


def frequency(needs: Needs, lexicon: Lexicon) -> float:
    """Guess how often one of some words is found, by their lengths: a number to compare."""
    return sum(1 / _letters(lexicon.words[number].folded) ** 2 for number in needs)


def _letters(folded: str) -> int:
    # A Han character tells as much as two or three letters do.
    return len(folded) + sum(map(is_cjk, folded))


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
