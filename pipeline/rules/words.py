"""The words of any number of queries, found in a text in one pass over it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from ahocorasick_rs import AhoCorasick, MatchKind

from pipeline.fold import Span, aligned, fold, fold_cased, is_katakana, offsets
from pipeline.model import Evidence, Field

Hits: TypeAlias = dict[int, list[Span]]
"""Where each word was found, by its number."""

FIELDS = tuple(Field)
# No folded text has a line break, so that no word and no distance reaches across it.
_EDGE = "\n"
# From here on (radicals, kana, Han, Hangul) words have no spaces around them.
_UNBOUNDED = "\u2e80"


@dataclass(frozen=True, slots=True)
class Word:
    """One word or phrase to find, folded; `cased` is how it must stand in the text, or empty."""

    folded: str
    prefix: bool = False
    cased: str = ""


def word(text: str, *, prefix: bool = False, cased: bool = False) -> Word:
    """Fold what an author wrote into a word to find."""
    return Word(fold(text), prefix, fold_cased(text) if cased else "")


class Texts:
    """One item's fields, folded once and put one after the other."""

    def __init__(self, texts: Mapping[Field, str]) -> None:
        self._texts = tuple(texts.get(name, "") for name in FIELDS)
        title, summary, body = self._folded = tuple(map(fold, self._texts))
        self.joined = f"{_EDGE}{title}{_EDGE}{summary}{_EDGE}{body}{_EDGE}"
        second = len(title) + 2
        self.starts = (1, second, second + len(summary) + 1)
        self._offsets: dict[int, tuple[Span, ...]] = {}
        self._cased = ""

    def cased(self, start: int, end: int) -> str:
        """Return a span of the joined text with its capitals."""
        if not self._cased:
            self._cased = _EDGE + _EDGE.join(map(fold_cased, self._texts))
        return self._cased[start:end]

    def field(self, start: int) -> int:
        """Return the number of the field in which a span of the joined text begins."""
        _, summary, body = self.starts
        return 0 if start < summary else 1 if start < body else 2

    def evidence(self, rule: str, start: int, end: int) -> Evidence:
        """Return a span of the joined text as words of the text as it was."""
        number = self.field(start)
        text, shift = self._texts[number], self.starts[number]
        start, end = start - shift, end - shift
        spans = self._spans(number)
        if spans:
            start, end = spans[start][0], spans[end - 1][1]
        return Evidence(rule=rule, field=FIELDS[number], start=start, end=end, text=text[start:end])

    def _spans(self, number: int) -> tuple[Span, ...]:
        """Return the way back to a field's text, or nothing where it is the folded one's own."""
        if number not in self._offsets:
            text = self._texts[number]
            self._offsets[number] = () if aligned(text, self._folded[number]) else offsets(text)
        return self._offsets[number]


@dataclass(frozen=True, slots=True)
class _Pattern:
    """What a place must be like to be a hit, and the words that it is then a hit of."""

    left: bool
    """No letter may stand before it."""
    right: bool
    """No letter may stand behind it, but for a prefix."""
    kana: bool
    """No katakana may stand beside it; for a tail, before it some must."""
    tail: bool
    """It ends a longer run of katakana, whose final ー folding took away."""
    words: tuple[tuple[int, bool, str], ...]
    """Number, prefix and cased form of each word."""

    def begins(self, before: str) -> bool:
        """Say whether it may begin behind a character."""
        if self.kana:
            return is_katakana(before) == self.tail
        return not (self.left and before < _UNBOUNDED and before.isalnum())

    def goes_on(self, after: str) -> bool:
        """Say whether a character goes on with its last word."""
        if self.kana:
            return is_katakana(after)
        return self.right and after < _UNBOUNDED and after.isalnum()


@dataclass(slots=True)
class Lexicon:
    """Numbers words from 0; `finder` makes the searcher for all of them."""

    words: list[Word] = field(default_factory=list)
    _numbers: dict[Word, int] = field(default_factory=dict)

    def number(self, found: Word) -> int:
        """Return a word's number, a new one at first."""
        number = self._numbers.setdefault(found, len(self.words))
        if number == len(self.words):
            self.words.append(found)
        return number

    def finder(self) -> "Finder":
        """Return what finds the words numbered so far."""
        return Finder(self._numbers)


class Finder:
    """Finds every word of a lexicon in one pass."""

    def __init__(self, numbers: Mapping[Word, int]) -> None:
        grouped: dict[tuple[str, bool], list[tuple[int, bool, str]]] = {}
        for found, number in ((f, n) for f, n in numbers.items() if f.folded):
            for spelling in _spellings(found):
                entry = (number, found.prefix, found.cased)
                grouped.setdefault(spelling, []).append(entry)
        self._patterns = [_pattern(*key, words) for key, words in grouped.items()]
        self._automaton = AhoCorasick(
            [folded for folded, _ in grouped], matchkind=MatchKind.Standard
        )

    def hits(self, texts: Texts) -> Hits:
        """Return where each word stands; one that stands nowhere is absent."""
        hits: Hits = {}
        joined, patterns = texts.joined, self._patterns
        for index, start, end in self._automaton.find_matches_as_indexes(joined, overlapping=True):
            pattern = patterns[index]
            if not pattern.begins(joined[start - 1]):
                continue
            goes_on = pattern.goes_on(joined[end])
            for number, prefix, cased in pattern.words:
                # マネー* finds マネーロンダリング, but no デジタルマネジメント.
                if goes_on and (pattern.tail or not prefix):
                    continue
                if cased and texts.cased(start, end) != cased[: end - start]:
                    continue
                stop = _word_end(joined, end) if goes_on else end
                hits.setdefault(number, []).append((start, stop))
        return hits


def masked(hits: Hits, masks: Iterable[int]) -> Hits:
    """Drop hits that lie inside a hit of a mask or straddle its edge; a longer one stays."""
    covers = [span for number in masks for span in hits.get(number, ())]
    if not covers:
        return hits
    kept = {n: [s for s in spans if not _is_masked(s, covers)] for n, spans in hits.items()}
    return {number: spans for number, spans in kept.items() if spans}


def _is_masked(span: Span, covers: Sequence[Span]) -> bool:
    return any(_overlap(span, cover) and not _reaches_over(span, cover) for cover in covers)


def _overlap(span: Span, cover: Span) -> bool:
    return span[0] < cover[1] and cover[0] < span[1]


def _reaches_over(span: Span, cover: Span) -> bool:
    return span != cover and span[0] <= cover[0] and cover[1] <= span[1]


def _word_end(joined: str, end: int) -> int:
    while joined[end] < _UNBOUNDED and joined[end].isalnum():
        end += 1
    return end


def _spellings(found: Word) -> Iterator[tuple[str, bool]]:
    """Yield the folded forms under which a word stands in texts; True for the tail of a run."""
    folded = found.folded
    yield folded, False
    # Folding takes the last ー of デジタルマネー, a run of more than three, but not of マネー.
    if len(folded) == 3 and folded[-1] == "ー" and all(map(is_katakana, folded)):
        yield folded[:-1], True


def _pattern(folded: str, tail: bool, words: list[tuple[int, bool, str]]) -> _Pattern:
    return _Pattern(
        left=folded[0] < _UNBOUNDED and folded[0].isalnum(),
        right=folded[-1] < _UNBOUNDED and folded[-1].isalnum(),
        kana=len(folded) <= 2 and all(map(is_katakana, folded)),
        tail=tail,
        words=tuple(words),
    )
