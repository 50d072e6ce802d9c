"""Text -> the form in which words are compared, and the way back to the text as it was.

Rules, searches and the full-text index all compare folded text, so that full width, case,
soft hyphens, dashes, line breaks inside Japanese and spellings of katakana make no difference.
"""

import re
import unicodedata
from collections.abc import Iterator
from enum import Enum, auto
from functools import lru_cache
from typing import TypeAlias

Span: TypeAlias = tuple[int, int]

_KATAKANA = "ァ-ヺー-ヿㇰ-ㇿ"
# Kana and Han: the scripts that put no space between words. Hangul does.
_UNSPACED = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3041-\u3096\u309d-\u309f"
    "\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff66-\uff9f\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
_HANGUL = "\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\uac00-\ud7fb\uffa0-\uffdc"
CJK_CHARACTERS = _UNSPACED + _HANGUL
"""The inside of a regular expression's [...] for what `is_cjk` says."""

_IS_CJK = re.compile(f"[{CJK_CHARACTERS}]")
# Soft hyphen, joiners, zero-width and bidi marks, variation selectors (葛󠄀 is 葛).
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]"
)
_DASHES = re.compile("[\\-\u058a\u05be\u1400\u1806\u2010-\u2015\u2212\u2e3a\u2e3b\u30a0]")
# Each begins with the character it looks for, which is what lets `re` skip through a text.
_SPACE_IN_CJK = re.compile(f" (?<=[{_UNSPACED}・] )(?=[{_UNSPACED}・])")
_DOT_IN_KATAKANA = re.compile(f"・(?<=[{_KATAKANA}]・)(?=[{_KATAKANA}])")
_LONG_VOWEL_AT_END = re.compile(f"ー(?<=[{_KATAKANA}]{{3}}ー)ー*(?![{_KATAKANA}])")
_DROPPED = (_SPACE_IN_CJK, _DOT_IN_KATAKANA, _LONG_VOWEL_AT_END)


def fold(text: str) -> str:
    """Return the form of a text that is compared; its length may differ from the text's."""
    if text.isascii():
        return " ".join(text.lower().replace("-", " ").split())
    return _tidy(_visible(text).casefold())


def fold_cased(text: str) -> str:
    """Return the folded text with its capitals kept; it is as long as the folded text.

    What folds to two characters (ß) has no capital here.
    """
    visible = _visible(text)
    if len(visible.casefold()) != len(visible):
        visible = "".join(c if len(c.casefold()) == 1 else c.casefold() for c in visible)
    return _tidy(visible)


def offsets(text: str) -> tuple[Span, ...]:
    """Return, for each character of fold(text), the span of the text that it stands for."""
    if aligned(text, fold(text)):
        return tuple((i, i + 1) for i in range(len(text)))
    together, spans = _without_spare_spaces(*_characters(text))
    for pattern in _DROPPED:
        together, spans = _without(pattern, together, spans)
    return tuple(spans)


def aligned(text: str, folded: str) -> bool:
    """Say whether each character of the folded text stands for the one at its place; quickly."""
    # Where nothing becomes two, all that folding does is leave out.
    return len(folded) == len(text) and _is_plain(text)


def pieces(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the visible text in NFKC, cut as finely as normalising allows, with source spans."""
    start, end = 0, 0
    piece: list[str] = []
    for i, char in enumerate(text):
        role = _role(char)
        if role is _Role.NONE:
            continue
        if piece and role is _Role.BEGINS:
            yield _piece(piece), start, end
            piece = []
        if not piece:
            start = i
        piece.append(char)
        end = i + 1
    if piece:
        yield _piece(piece), start, end


def is_cjk(char: str) -> bool:
    """Say whether a character is Han, kana, bopomofo or Hangul, where a term is a substring."""
    return _IS_CJK.match(char) is not None


def is_katakana(char: str) -> bool:
    """Say whether a character belongs to a run of katakana, ー included."""
    return "ァ" <= char <= "ヺ" or "ー" <= char <= "ヿ" or "ㇰ" <= char <= "ㇿ"


def _characters(text: str) -> tuple[list[str], list[Span]]:
    """Return the characters that a text gives before any is left out, and where each is from."""
    if _is_plain(text) and not _INVISIBLE.search(text) and "i\u0307" not in text:
        return list(_DASHES.sub(" ", text.casefold())), [(i, i + 1) for i in range(len(text))]
    folded: list[str] = []
    spans: list[Span] = []
    for piece, start, end in pieces(text):
        characters = _DASHES.sub(" ", piece.casefold())
        folded += characters
        spans += [(start, end)] * len(characters)
    return folded, spans


def _is_plain(text: str) -> bool:
    """Say whether each character stands by itself, in any case."""
    return text.isascii() or (
        unicodedata.is_normalized("NFKC", text)
        and len(text.casefold()) == len(text)
        and not any(_role(char) is _Role.JOINS for char in set(text))
    )


def _visible(text: str) -> str:
    # Before normalising: a mark composes with its letter even over a soft hyphen.
    return _normal(_INVISIBLE.sub("", text))


def _normal(text: str) -> str:
    # Folding would make two characters of İ, and Istanbul would not find it.
    return unicodedata.normalize("NFKC", text).replace("İ", "I").replace("i\u0307", "i")


def _tidy(text: str) -> str:
    text = " ".join(_DASHES.sub(" ", text).split())
    for pattern in _DROPPED:
        text = pattern.sub("", text)
    return text


class _Role(Enum):
    """What a character does to the piece of text before it."""

    NONE = auto()
    BEGINS = auto()
    JOINS = auto()


# A language's few hundred characters come again and again.
@lru_cache(maxsize=8192)
def _role(char: str) -> _Role:
    if _INVISIBLE.match(char):
        return _Role.NONE
    first = unicodedata.normalize("NFKD", char)[0]
    joins = unicodedata.category(first)[0] == "M" or "\u1160" <= first <= "\u11ff"
    return _Role.JOINS if joins else _Role.BEGINS


def _piece(characters: list[str]) -> str:
    return _single(characters[0]) if len(characters) == 1 else _normal("".join(characters))


@lru_cache(maxsize=8192)
def _single(char: str) -> str:
    return _normal(char)


def _without_spare_spaces(folded: list[str], spans: list[Span]) -> tuple[str, list[Span]]:
    """Make each run of white space one space that stands for the run; none at the ends."""
    kept: list[str] = []
    kept_spans: list[Span] = []
    for char, span in zip(folded, spans, strict=True):
        if not char.isspace():
            kept.append(char)
            kept_spans.append(span)
        elif kept and kept[-1] == " ":
            kept_spans[-1] = (kept_spans[-1][0], span[1])
        elif kept:
            kept.append(" ")
            kept_spans.append(span)
    if kept and kept[-1] == " ":
        del kept[-1], kept_spans[-1]
    return "".join(kept), kept_spans


def _without(pattern: re.Pattern[str], text: str, spans: list[Span]) -> tuple[str, list[Span]]:
    kept: list[Span] = []
    start = 0
    for found in pattern.finditer(text):
        kept += spans[start : found.start()]
        start = found.end()
        if pattern is _LONG_VOWEL_AT_END:
            # The vowel still belongs to its word, where the word is shown.
            kept[-1] = (kept[-1][0], spans[start - 1][1])
    return pattern.sub("", text), kept + spans[start:]
