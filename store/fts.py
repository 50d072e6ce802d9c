"""Folded text -> words and bigrams for FTS5; a query tree -> an FTS5 expression that finds all.

Runs of CJK become overlapping bigrams and their last character, other words stay words:
生成AIの規制 is indexed as `生成 成 ai の規 規制 制`. The tokens hold nothing but letters and
digits, so FTS5 never sees syntax from outside, and its `ascii` tokenizer splits where we did.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise

from pipeline.fold import fold, is_cjk, is_katakana
from pipeline.model import Field
from pipeline.rules.tree import And, Boosted, InField, Near, Node, Or, Term

ALL_FIELDS = tuple(Field)
INDEX_VERSION = f"1 unicode {unicodedata.unidata_version}"
"""Changes whenever the same text may give other tokens: the index is then built anew."""


def index_text(text: str) -> str:
    """Return what FTS5 is to index for a text."""
    return " ".join(token for run in _runs(fold(text)) for token in _indexed(run))


def match_expression(node: Node, fields: Sequence[Field] = ALL_FIELDS) -> str | None:
    """Return an FTS5 expression that finds at least what the query finds in these fields.

    None when words cannot narrow the search: the tree asks for none, or only says what must
    not be there.
    """
    match node:
        case Term():
            return _term(node, fields)
        case Near():
            return _all(match_expression(child, fields) for child in (node.left, node.right))
        case And():
            return _all(match_expression(child, fields) for child in node.children)
        case Or():
            return _any([match_expression(child, fields) for child in node.children])
        case InField() | Boosted():
            within = node.fields if isinstance(node, InField) else fields
            return match_expression(node.child, within)
        case _:  # NOT and scopes say nothing of words that must be there
            return None


def _term(term: Term, fields: Sequence[Field]) -> str | None:
    words = term.text.split() if term.slop else [term.text]
    last = len(words) - 1
    return _all(
        _in_fields(fields, _word(fold(word), prefix=term.prefix and i == last))
        for i, word in enumerate(words)
    )


def _in_fields(fields: Sequence[Field], expression: str | None) -> str | None:
    if expression is None or set(fields) == set(ALL_FIELDS):
        return expression
    return f"{{{' '.join(fields)}}} : {expression}"


def _word(folded: str, *, prefix: bool) -> str | None:
    phrase = _phrase(folded, prefix=prefix)
    if len(folded) == 3 and folded[-1] == "ー" and all(map(is_katakana, folded)):
        # The rules find マネー in デジタルマネー, too, whose last ー folding takes away.
        return _any((phrase, _phrase(folded[:-1], prefix=prefix)))
    return phrase


def _phrase(folded: str, *, prefix: bool) -> str | None:
    """Return the phrase of a folded text, or None for one without letters and digits."""
    runs = _runs(folded)
    if not runs:
        return None
    tokens = [token for run in runs[:-1] for token in _indexed(run)]
    last = _sought(runs[-1])
    # The text may go on where the query ends: 法 is found in 法律, but ai not in aim.
    goes_on = prefix or _is_single_unspaced(last)
    return f'"{" ".join([*tokens, *last])}"' + ("*" if goes_on else "")


def _all(expressions: Iterable[str | None]) -> str | None:
    narrowing = [expression for expression in expressions if expression]
    return _joined(" AND ", narrowing) if narrowing else None


def _any(expressions: Sequence[str | None]) -> str | None:
    narrowing = [expression for expression in expressions if expression]
    return _joined(" OR ", narrowing) if len(narrowing) == len(expressions) else None


def _joined(operator: str, expressions: Sequence[str]) -> str:
    return f"({operator.join(expressions)})" if len(expressions) > 1 else expressions[0]


def _runs(folded: str) -> list[str]:
    """Cut a folded text into words and runs of text without spaces."""
    runs: list[str] = []
    before = ""
    for char in folded:
        kind = _kind(char)
        if kind and kind == before:
            runs[-1] += char
        elif kind:
            runs.append(char)
        before = kind
    return runs


def _kind(char: str) -> str:
    if _is_unspaced(char):
        return "unspaced"
    return "word" if char.isalnum() else ""


def _is_unspaced(char: str) -> bool:
    # The rules see no neighbouring letter from U+2E80 on, whatever its script.
    return is_cjk(char) or (char >= "\u2e80" and char.isalnum())


def _indexed(run: str) -> list[str]:
    return [*_bigrams(run), run[-1]] if _is_unspaced(run[0]) else [run]


def _sought(run: str) -> list[str]:
    return _bigrams(run) or [run] if _is_unspaced(run[0]) else [run]


def _bigrams(run: str) -> list[str]:
    return [first + second for first, second in pairwise(run)]


def _is_single_unspaced(tokens: list[str]) -> bool:
    return len(tokens[0]) == 1 and _is_unspaced(tokens[0])
