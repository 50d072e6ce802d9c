"""The words of any number of queries, found in a text in one pass over it, or two."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ahocorasick_rs import AhoCorasick, BytesAhoCorasick, Implementation, MatchKind

from pipeline.fold import Span, is_katakana
from pipeline.rules.words import Texts, Word

Hits: TypeAlias = dict[int, list[Span]]
"""Where each word was found, by its number, in the order of the text."""

# Letters and digits of the scripts with spaces around words; from U+2E80 on (radicals, kana, Han,
# Hangul) there are none.
_LETTERS = frozenset(char for char in map(chr, range(0x2E80)) if char.isalnum())
_KATAKANA = frozenset(char for char in map(chr, range(0x3000, 0x3200)) if is_katakana(char))
_NONE: frozenset[str] = frozenset()
_LATIN = "latin-1"
_PAST_LATIN = "\u0100"
# Makes spaces of all that is no letter; what Latin-1 does not have was a question mark before.
_APART = bytes(byte if chr(byte) in _LETTERS else ord(" ") for byte in range(256))
# Of more words its table takes dozens of megabytes, and is no faster: caches are small.
_MOST_FOR_DFA = 2_000


class Finder:
    """Finds every word of a lexicon.

    Words of Latin letters are looked for in a copy of the text in which a space stands for whatever
    is no such letter, so that those in the middle of other words are not met at all.
    """

    def __init__(self, numbers: Mapping[Word, int]) -> None:
        latin, rest = dict[Word, int](), dict[Word, int]()
        for found, number in numbers.items():
            if found.folded:
                (latin if _is_latin(found.folded) else rest)[found] = number
        self._latin, self._rest = _Latin(latin), _Rest(rest)
        self._is_rest_ascii = any(found.folded.isascii() for found in rest)

    def hits(self, texts: Texts) -> Hits:
        """Return where each word stands; one that stands nowhere is absent."""
        hits: Hits = {}
        self._latin.find(texts, hits)
        if self._is_rest_ascii or not texts.joined.isascii():
            self._rest.find(texts, hits)
        return hits


def masked(hits: Hits, masks: frozenset[int]) -> Hits:
    """Drop hits that lie inside a hit of a mask or straddle its edge; a longer one stays."""
    if masks.isdisjoint(hits):
        return hits
    covers = [span for number in masks for span in hits.get(number, ())]
    kept = {n: [s for s in spans if not _is_masked(s, covers)] for n, spans in hits.items()}
    return {number: spans for number, spans in kept.items() if spans}


def _is_masked(span: Span, covers: Sequence[Span]) -> bool:
    return any(_overlap(span, cover) and not _reaches_over(span, cover) for cover in covers)


def _overlap(span: Span, cover: Span) -> bool:
    return span[0] < cover[1] and cover[0] < span[1]


def _reaches_over(span: Span, cover: Span) -> bool:
    return span != cover and span[0] <= cover[0] and cover[1] <= span[1]


def _word_end(joined: str, end: int) -> int:
    while joined[end] in _LETTERS:
        end += 1
    return end


def _is_latin(folded: str) -> bool:
    """Say whether a word is written in Latin-1, a letter or digit at both ends."""
    return max(folded) < _PAST_LATIN and folded[0] in _LETTERS and folded[-1] in _LETTERS


def _apart(text: str) -> bytes:
    """Return a text, as long as it was, with a space for all that is no letter of Latin-1."""
    return text.encode(_LATIN, "replace").translate(_APART)


_Written: TypeAlias = tuple[int, str, str]
"""A word's number, its capitals, and all of it where more than its letters count."""
_LatinForms: TypeAlias = tuple[bool, Sequence[_Written]]
"""Whether words end where their pattern does, and the words."""
_LatinPattern: TypeAlias = tuple[int | None, str, _LatinForms]
"""The number of a word that has a pattern for itself, whole and in any case, and all of it where
more than its letters count; then, as for any others, the words.
"""


class _Latin:
    """Finds words of Latin letters."""

    def __init__(self, numbers: Mapping[Word, int]) -> None:
        forms: dict[bytes, list[_Written]] = {}
        for found, number in numbers.items():
            written = "" if found.folded.isalnum() else found.folded
            pattern = b" " + _apart(found.folded) + (b"" if found.prefix else b" ")
            forms.setdefault(pattern, []).append((number, found.cased, written))
        self._patterns = [_latin_pattern(*entry) for entry in forms.items()]
        self._automaton = BytesAhoCorasick(
            list(forms), matchkind=MatchKind.Standard, implementation=_implementation(len(forms))
        )

    def find(self, texts: Texts, hits: Hits) -> None:
        """Add to the hits where the words stand."""
        joined, patterns = texts.joined, self._patterns
        is_odd = not joined.isascii()
        found = self._automaton.find_matches_as_indexes(_apart(joined), overlapping=True)
        for index, before, behind in found:
            alone, written, forms = patterns[index]
            if alone is None or (is_odd and _goes_on(joined, before, behind)):
                _add(hits, texts, (before, behind), forms)
            elif not written or joined.startswith(written, before + 1):
                if alone in hits:
                    hits[alone].append((before + 1, behind - 1))
                else:
                    hits[alone] = [(before + 1, behind - 1)]


def _latin_pattern(pattern: bytes, words: Sequence[_Written]) -> _LatinPattern:
    is_whole = pattern.endswith(b" ")
    (number, cased, written), *others = words
    alone = number if is_whole and not cased and not others else None
    return alone, written, (is_whole, words)


def _goes_on(joined: str, before: int, behind: int) -> bool:
    """Say whether a letter of another alphabet, which is a space here, stands beside a word."""
    return joined[before] in _LETTERS or joined[behind - 1] in _LETTERS


def _add(hits: Hits, texts: Texts, span: Span, forms: _LatinForms) -> None:
    """Add a place, spaces included, to the hits of each word that stands there as it is written."""
    joined = texts.joined
    is_whole, words = forms
    start, stop = span[0] + 1, span[1] - is_whole
    end = stop if is_whole else _word_end(joined, stop)
    # Letters of other alphabets are no spaces.
    if joined[start - 1] in _LETTERS or joined[end] in _LETTERS:
        return
    for number, cased, written in words:
        if written and not joined.startswith(written, start):
            continue
        if not cased or texts.cased(start, stop) == cased:
            hits.setdefault(number, []).append((start, end))


class _Rest:
    """Finds words of other scripts, and what has no letter at one of its ends."""

    def __init__(self, numbers: Mapping[Word, int]) -> None:
        grouped: dict[tuple[str, bool], list[tuple[int, bool, str]]] = {}
        for found, number in numbers.items():
            for spelling in _spellings(found):
                entry = (number, found.prefix, found.cased)
                grouped.setdefault(spelling, []).append(entry)
        self._patterns = [_pattern(*key, words) for key, words in grouped.items()]
        self._automaton = AhoCorasick(
            [folded for folded, _ in grouped],
            matchkind=MatchKind.Standard,
            implementation=_implementation(len(grouped)),
        )

    def find(self, texts: Texts, hits: Hits) -> None:
        """Add to the hits where the words stand."""
        joined, patterns = texts.joined, self._patterns
        for index, start, end in self._automaton.find_matches_as_indexes(joined, overlapping=True):
            not_before, going_on, words, prefixes = patterns[index]
            if joined[start - 1] in not_before:
                continue
            goes_on = joined[end] in going_on
            for number, cased in prefixes if goes_on else words:
                if not cased or texts.cased(start, end) == cased[: end - start]:
                    span = (start, _word_end(joined, end) if goes_on else end)
                    hits.setdefault(number, []).append(span)


def _implementation(patterns: int) -> Implementation | None:
    return Implementation.DFA if patterns <= _MOST_FOR_DFA else None


def _spellings(found: Word) -> Iterator[tuple[str, bool]]:
    """Yield the folded forms under which a word stands in texts; True for the tail of a run."""
    folded = found.folded
    yield folded, False
    # Folding takes the last ー of デジタルマネー, a run of more than three, but not of マネー.
    if len(folded) == 3 and folded[-1] == "ー" and all(map(is_katakana, folded)):
        yield folded[:-1], True


_Forms: TypeAlias = tuple[tuple[int, str], ...]
"""Number and cased form of each word that a place is a hit of."""
_Pattern: TypeAlias = tuple[Container[str], Container[str], _Forms, _Forms]
"""What may not stand before it, what goes on with it behind it, its words, and the prefixes."""


def _pattern(folded: str, tail: bool, words: Sequence[tuple[int, bool, str]]) -> _Pattern:
    forms = tuple((number, cased) for number, _, cased in words)
    prefixes = tuple((number, cased) for number, prefix, cased in words if prefix)
    if tail:
        # It ends a longer run of katakana, whose final ー folding took away: マネー* finds
        # マネーロンダリング, but no デジタルマネジメント.
        return _AllBut(_KATAKANA), _KATAKANA, forms, ()
    if len(folded) <= 2 and all(map(is_katakana, folded)):
        return _KATAKANA, _KATAKANA, forms, prefixes
    before, behind = (_LETTERS if char in _LETTERS else _NONE for char in (folded[0], folded[-1]))
    return before, behind, forms, prefixes


@dataclass(frozen=True, slots=True)
class _AllBut:
    characters: frozenset[str]

    def __contains__(self, char: object) -> bool:
        return char not in self.characters
