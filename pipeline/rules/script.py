"""In which scripts a query can hold: whether its words are Chinese, Japanese or Korean."""

import unicodedata
from collections.abc import Collection

from pipeline.fold import fold, is_cjk
from pipeline.rules.tree import And, Boosted, InField, Near, Node, Or, Term

CJK_LANGUAGES = frozenset({"zh", "ja", "ko"})
_WRITTEN_IN = {True: {"ko"}, False: {"ja", "zh"}}


def has_cjk(term: Term) -> bool:
    """Say whether a term is of these scripts: 生成AI is."""
    return any(map(is_cjk, fold(term.text)))


def may_be_read(term: Term, languages: Collection[str]) -> bool:
    """Say whether a text in one of some languages may have a term; none given means in any."""
    if not languages or not has_cjk(term):
        return True
    hangul = any(unicodedata.name(char, "").startswith("HANGUL") for char in term.text)
    return not _WRITTEN_IN[hangul].isdisjoint(languages)


def holds_without_cjk(node: Node) -> bool:
    """Say whether a query can hold in a text that has no character of these scripts."""
    match node:
        case Term():
            return not has_cjk(node)
        case Near():
            return holds_without_cjk(node.left) and holds_without_cjk(node.right)
        case And():
            return all(map(holds_without_cjk, node.children))
        case Or():
            return any(map(holds_without_cjk, node.children))
        case InField() | Boosted():
            return holds_without_cjk(node.child)
        case _:
            return True
