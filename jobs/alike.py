"""A title as somebody remembers it -> the stored items whose titles are most like it."""

from collections.abc import Iterator

from pipeline.fold import fold, is_cjk
from pipeline.model import Field
from pipeline.ports import Store
from pipeline.records import StoredItem
from pipeline.rules.tree import InField, Or, Term
from pipeline.search import Search

_CANDIDATES = 400
_MOST_TERMS = 24
# Half of the pairs of characters that stand side by side: a word or two may be wrong.
_ALIKE = 0.5


def alike(store: Store, text: str, *, most: int) -> list[StoredItem]:
    """Return the items with the likest titles, the best first; none when all are unlike."""
    terms = tuple(dict.fromkeys(_terms(fold(text))))[:_MOST_TERMS]
    wanted = _pairs(text)
    if not terms or not wanted:
        return []
    tree = InField(fields=(Field.TITLE,), child=Or(children=terms))
    found = store.search(Search(tree=tree), limit=_CANDIDATES)
    ranked = [(len(wanted & _pairs(each.item.title)) / len(wanted), each) for each in found]
    ranked.sort(key=lambda pair: pair[0], reverse=True)
    return [each for share, each in ranked if share >= _ALIKE][:most]


def _terms(folded: str) -> Iterator[Term]:
    """Yield what a like title may share: beginnings of words, and two characters of CJK text."""
    for word in folded.split():
        if any(map(is_cjk, word)):
            yield from (Term(text=word[n : n + 2]) for n in range(len(word) - 1))
        elif len(word) > 3:
            yield Term(text=word[:4], prefix=len(word) > 4)
        else:
            yield Term(text=word)


def _pairs(text: str) -> frozenset[str]:
    joined = "".join(fold(text).split())
    return frozenset(joined[n : n + 2] for n in range(len(joined) - 1))
