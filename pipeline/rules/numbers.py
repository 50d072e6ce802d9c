"""The words of a query by their numbers in a lexicon."""

from pipeline.rules.tree import InField, Node, Or, Term
from pipeline.rules.words import FIELDS, Allowed, Lexicon, per_node, word


@per_node
def numbers_of(node: Term, lexicon: Lexicon) -> tuple[int, ...]:
    """Return the numbers of a term's words; a sloppy phrase has several."""
    words = node.text.split() if node.slop else [node.text]
    last = len(words) - 1
    return tuple(
        lexicon.number(word(text, prefix=node.prefix and i == last, cased=node.cased))
        for i, text in enumerate(words)
    )


@per_node
def plain_words(node: Node, lexicon: Lexicon) -> frozenset[int] | None:
    """Return words any of which is all that a node asks for, or None where it asks for more."""
    if isinstance(node, Term) and not node.slop:
        return frozenset(numbers_of(node, lexicon))
    parts = [plain_words(c, lexicon) for c in node.children] if isinstance(node, Or) else [None]
    return None if None in parts else frozenset().union(*(part for part in parts if part))


def allowed_in(node: InField) -> Allowed:
    """Return in which fields a hit counts."""
    title, summary, body = (name in node.fields for name in FIELDS)
    return title, summary, body
