"""Text -> the form in which words are compared, and the way back to the text as it was.

Rules, searches and the full-text index all compare folded text, so that full width, case,
soft hyphens, dashes, line breaks inside Japanese and spellings of katakana make no difference.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from enum import Enum, auto
from functools import lru_cache
from typing import NamedTuple, TypeAlias

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
_INVISIBLES = (
    "\u00ad\u034f\u061c\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef"
)
_LONG_DASHES = "\u058a\u05be\u1400\u1806\u2010-\u2015\u2212\u2e3a\u2e3b\u30a0"
_INVISIBLE = re.compile(f"[{_INVISIBLES}]")
_DASHES = re.compile(f"[\\-{_LONG_DASHES}]")
# Where this finds nothing the two above find nothing but -; the last five normalise to dashes.
_UNUSUAL = re.compile(f"[{_INVISIBLES}{_LONG_DASHES}\u207b\u208b\ufe31\ufe32\ufe58]")
# Each begins with the character it looks for, which is what lets `re` skip through a text.
_SPACE_IN_CJK = re.compile(f" (?<=[{_UNSPACED}・] )(?=[{_UNSPACED}・])")
_DOT_IN_KATAKANA = re.compile(f"・(?<=[{_KATAKANA}]・)(?=[{_KATAKANA}])")
_LONG_VOWEL_AT_END = re.compile(f"ー(?<=[{_KATAKANA}]{{3}}ー)ー*(?![{_KATAKANA}])")
# To ask for one character costs a tenth of what a pattern does that finds nothing.
_DROPPED = ((" ", _SPACE_IN_CJK), ("・", _DOT_IN_KATAKANA), ("ー", _LONG_VOWEL_AT_END))
_WHITE = bytes(byte for byte in range(128) if chr(byte).isspace() or byte == ord("-"))
# What ASCII folds to; a table of bytes takes all steps of it at once.
_SPACED = bytes.maketrans(_WHITE, b" " * len(_WHITE))
_LOWER = bytes(range(256)).lower().translate(_SPACED)
_SPARE_SPACES = re.compile(r"\s\s+")
# What may join the character before it, or fold to none or to two; the rest never does.
_DOUBTFUL = re.compile("[^\n -~、。「」ぁ-ゖァ-ー一-鿿]")


def fold(text: str) -> str:
    """Return the form of a text that is compared; its length may differ from the text's."""
    if text.isascii():
        return _one_spaces(text.encode().translate(_LOWER).decode())
    if _UNUSUAL.search(text):
        return _joined(_DASHES.sub(" ", _visible(text).casefold()))
    return _joined(_normal(text).casefold().replace("-", " "))


def fold_cased(text: str) -> str:
    """Return the folded text with its capitals kept; it is as long as the folded text.

    What folds to two characters (ß) has no capital here.
    """
    if text.isascii():
        return _one_spaces(text.encode().translate(_SPACED).decode())
    visible = _visible(text)
    if len(visible.casefold()) != len(visible):
        visible = "".join(c if len(c.casefold()) == 1 else c.casefold() for c in visible)
    return _joined(_DASHES.sub(" ", visible))


def offsets(text: str) -> tuple[Span, ...]:
    """Return, for each character of fold(text), the span of the text that it stands for."""
    folded = fold(text)
    back = WayBack(text, folded)
    return tuple(back.span(place, place + 1) for place in range(len(folded)))


class WayBack:
    """Leads from spans of a folded text to where they stand in the text as it was."""

    def __init__(self, text: str, folded: str) -> None:
        self._parts: _Parts | None = None
        self._cuts: list[_Cuts] = []
        plain = text.isascii() or _is_plain(text)
        # Where nothing becomes two, all that folding does is leave out.
        if plain and len(text) == len(folded):
            return
        if not plain or _INVISIBLE.search(text) or "i\u0307" in text:
            self._parts = _Parts(text)
        left = self._parts.folded if self._parts else _DASHES.sub(" ", text.casefold())
        self._cuts = [cuts for cuts in _all_cuts(left, len(folded)) if cuts.places][::-1]

    def span(self, start: int, end: int) -> Span:
        """Return where a span of the folded text, of one character or more, is from."""
        for cuts in self._cuts:
            start, end = cuts.before(start, end)
        return self._parts.span(start, end) if self._parts else (start, end)


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


def _visible(text: str) -> str:
    # Before normalising: a mark composes with its letter even over a soft hyphen.
    return _normal(_INVISIBLE.sub("", text))


def _normal(text: str) -> str:
    # Folding would make two characters of İ, and Istanbul would not find it.
    return unicodedata.normalize("NFKC", text).replace("İ", "I").replace("i\u0307", "i")


def _joined(text: str) -> str:
    text = _spaced(text)
    for char, pattern in _DROPPED:
        if char in text:
            text = pattern.sub("", text)
    return text


def _spaced(text: str) -> str:
    """Make one space of each run of white space, none at the ends."""
    text = text.replace("\n", " ")
    if not text.isprintable():
        return " ".join(text.split())
    # No other white space is printable; cutting a text to words costs more than all the rest.
    return _one_spaces(text)


def _one_spaces(text: str) -> str:
    while "  " in text:
        text = text.replace("  ", " ")
    return text.strip(" ")


def _is_plain(text: str) -> bool:
    """Say whether each character stands by itself, in any case."""
    return not _DOUBTFUL.search(text) or (
        unicodedata.is_normalized("NFKC", text)
        and len(text.casefold()) == len(text)
        and not any(_role(char) is _Role.JOINS for char in set(_DOUBTFUL.findall(text)))
    )


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


class _Parts:
    """A text in parts: long ones that fold character by character, and the pieces between them."""

    def __init__(self, text: str) -> None:
        self._places = [0]
        self._spans: list[tuple[int, int | None]] = []
        folded: list[str] = []
        for normal, start, end in _parts(text):
            part = _DASHES.sub(" ", normal.casefold())
            self._places.append(self._places[-1] + len(part))
            self._spans.append((start, end))
            folded.append(part)
        self.folded = "".join(folded)

    def span(self, start: int, end: int) -> Span:
        """Return where a span of what the parts fold to is from."""
        first, last = self._at(start), self._at(end - 1)
        begin, one = self._spans[first]
        final, stop = self._spans[last]
        return (
            begin + start - self._places[first] if one is None else begin,
            final + end - self._places[last] if stop is None else stop,
        )

    def _at(self, place: int) -> int:
        return bisect_right(self._places, place) - 1


def _parts(text: str) -> Iterator[tuple[str, int, int | None]]:
    """Yield what normalised parts are from; without an end they fold character by character."""
    done = 0
    for start, end in _odd_stretches(text):
        yield _normal(text[done:start]), done, None
        for piece, begin, stop in pieces(text[start:end]):
            yield piece, start + begin, start + stop
        done = end
    yield _normal(text[done:]), done, None


def _odd_stretches(text: str) -> Iterator[Span]:
    """Yield what does not fold character by character, with the character that it may join."""
    odd = "".join(sorted(char for char in set(_DOUBTFUL.findall(text)) if not _folds_to_one(char)))
    if odd:
        for found in _runs_of(odd).finditer(text):
            yield max(found.start() - 1, 0), found.end()


@lru_cache(maxsize=8192)
def _folds_to_one(char: str) -> bool:
    return _role(char) is _Role.BEGINS and len(_single(char).casefold()) == 1


@lru_cache(maxsize=256)
def _runs_of(characters: str) -> re.Pattern[str]:
    return re.compile(f"[{re.escape(characters)}]+")


class _Cuts(NamedTuple):
    """Where characters were left out of a text: places in what is left, and how many so far."""

    places: list[int]
    gone: list[int]
    behind: bool
    """What was left out still belongs to the character before it, where that is shown."""

    def before(self, start: int, end: int) -> Span:
        """Return a span of what is left as a span of the whole."""
        by_end = (bisect_right if self.behind else bisect_left)(self.places, end)
        return start + self.gone[bisect_right(self.places, start)], end + self.gone[by_end]


def _all_cuts(text: str, length: int) -> Iterator[_Cuts]:
    """Yield what each step of folding leaves out of a text, until it is as long as in the end."""
    spaced = _spaced(text)
    if len(spaced) < len(text):
        yield _cuts(_spare_spaces(text), behind=True)
    for char, pattern in _DROPPED:
        if len(spaced) > length and char in spaced:
            dropped = [found.span() for found in pattern.finditer(spaced)]
            yield _cuts(dropped, behind=pattern is _LONG_VOWEL_AT_END)
            spaced = pattern.sub("", spaced) if dropped else spaced


def _cuts(spans: Iterable[Span], *, behind: bool) -> _Cuts:
    places: list[int] = []
    gone = [0]
    for start, end in spans:
        places.append(start - gone[-1])
        gone.append(gone[-1] + end - start)
    return _Cuts(places, gone, behind)


def _spare_spaces(text: str) -> Iterator[Span]:
    """Yield the white space that no space will stand for, but for what ends the text."""
    first = len(text) - len(text.lstrip())
    if first:
        yield 0, first
    for found in _SPARE_SPACES.finditer(text.rstrip(), first):
        yield found.start() + 1, found.end()
