"""The words of any number of queries, found in a text in one pass over it."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, reduce
from operator import itemgetter, or_
from typing import Any, NamedTuple, TypeAlias, TypeVar

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from pipeline.fold import Span, WayBack, fold, fold_cased, is_katakana
from pipeline.model import Evidence, Field

Hits: TypeAlias = dict[int, list[Span]]
"""Where each word was found, by its number: words and places as they stand in the text."""

_Node = TypeVar("_Node")
_Answer = TypeVar("_Answer")

Allowed: TypeAlias = tuple[bool, bool, bool]
"""Whether a hit counts in the title, the summary and the body."""

FIELDS = tuple(Field)
EVERYWHERE: Allowed = (True, True, True)
# No folded text has a line break, so that no word and no distance reaches across it.
_EDGE = "\n"
# Letters and digits of the scripts with spaces around words; from U+2E80 on (radicals, kana, Han,
# Hangul) there are none.
_LETTERS = frozenset(char for char in map(chr, range(0x2E80)) if char.isalnum())
_KATAKANA = frozenset(char for char in map(chr, range(0x3000, 0x3200)) if is_katakana(char))
_NONE: frozenset[str] = frozenset()
# More make its table too large for the processor's cache.
_MOST_FOR_DFA = 4_000


@dataclass(frozen=True, slots=True)
class Word:
    """One word or phrase to find, folded; `cased` is how it must stand in the text, or empty."""

    folded: str
    prefix: bool = False
    cased: str = ""


class Group(NamedTuple):
    """Words any of which will do, in some of the fields."""

    numbers: frozenset[int]
    allowed: Allowed


# The words of a list stand in many rules, and a rule is gone through more than once.
@lru_cache(maxsize=16_384)
def word(text: str, *, prefix: bool = False, cased: bool = False) -> Word:
    """Fold what an author wrote into a word to find."""
    return Word(fold(text), prefix, fold_cased(text) if cased else "")


class Texts:
    """One item's fields, folded once and put one after the other."""

    def __init__(self, texts: Mapping[Field, str]) -> None:
        self._texts = [texts.get(name, "") for name in FIELDS]
        title, summary, body = self._folded = [text and fold(text) for text in self._texts]
        self.joined = f"{_EDGE}{title}{_EDGE}{summary}{_EDGE}{body}{_EDGE}"
        second = len(title) + 2
        self.starts = (1, second, second + len(summary) + 1)
        self._ways_back: dict[int, WayBack] = {}
        self._cased: dict[int, str] = {}

    def cased(self, start: int, end: int) -> str:
        """Return a span of the joined text with its capitals."""
        number, begin, stop = self._place(start, end)
        piece = self._texts[number][begin:stop]
        if piece.isascii():
            return fold_cased(piece)
        if number not in self._cased:
            self._cased[number] = fold_cased(self._texts[number])
        shift = self.starts[number]
        return self._cased[number][start - shift : end - shift]

    def field(self, start: int) -> int:
        """Return the number of the field in which a span of the joined text begins."""
        _, summary, body = self.starts
        return 0 if start < summary else 1 if start < body else 2

    def evidence(self, start: int, end: int, rule: str) -> Evidence:
        """Return a span of the joined text as words of the text as it was."""
        number, start, end = self._place(start, end)
        text = self._texts[number][start:end]
        return Evidence(rule, FIELDS[number], start, end, text)

    def _place(self, start: int, end: int) -> tuple[int, int, int]:
        """Return the field of a span of the joined text, and where it stands in its text."""
        number = self.field(start)
        way_back = self._ways_back.get(number)
        if way_back is None:
            way_back = self._ways_back[number] = WayBack(self._texts[number], self._folded[number])
        shift = self.starts[number]
        start, end = way_back.span(start - shift, end - shift)
        return number, start, end


@dataclass(slots=True)
class Lexicon:
    """Numbers words, and groups of them, from 0; `finder` makes the searcher for all words."""

    words: list[Word] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    answers: dict[tuple[object, int], tuple[object, Any]] = field(default_factory=dict)
    """What functions that ask `per_node` said so far, and of which nodes."""
    _numbers: dict[Word, int] = field(default_factory=dict)
    _group_numbers: dict[Group, int] = field(default_factory=dict)

    def number(self, found: Word) -> int:
        """Return a word's number, a new one at first."""
        number = self._numbers.setdefault(found, len(self.words))
        if number == len(self.words):
            self.words.append(found)
        return number

    def group(self, numbers: frozenset[int], allowed: Allowed = EVERYWHERE) -> int:
        """Return the number of a group of words, any of which will do, in the allowed fields."""
        group = Group(numbers, allowed)
        number = self._group_numbers.setdefault(group, len(self.groups))
        if number == len(self.groups):
            self.groups.append(group)
        return number

    def finder(self) -> "Finder":
        """Return what finds the words numbered so far."""
        return Finder(self._numbers)


def bits(numbers: Iterable[int]) -> int:
    """Return a set of small numbers as one number: bit n for n."""
    return reduce(or_, (1 << number for number in numbers), 0)


def per_node(
    work: Callable[[_Node, Lexicon], _Answer],
) -> Callable[[_Node, Lexicon], _Answer]:
    """Let a function work once on each node: those of a named list are in many rules."""

    def asked(node: _Node, lexicon: Lexicon) -> _Answer:
        key = work, id(node)
        if key not in lexicon.answers:
            # A node that is held keeps its id to itself.
            lexicon.answers[key] = node, work(node, lexicon)
        answer: _Answer = lexicon.answers[key][1]
        return answer

    return asked


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
            [folded for folded, _ in grouped],
            matchkind=MatchKind.Standard,
            implementation=Implementation.DFA if len(grouped) <= _MOST_FOR_DFA else None,
        )

    def hits(self, texts: Texts) -> Hits:
        """Return where each word stands; one that stands nowhere is absent."""
        hits: Hits = {}
        joined, patterns = texts.joined, self._patterns
        for index, start, end in self._automaton.find_matches_as_indexes(joined, overlapping=True):
            not_before, going_on, alone, forms = patterns[index]
            if joined[start - 1] in not_before:
                continue
            goes_on = joined[end] in going_on
            if alone is None:
                stop = _word_end(joined, end) if goes_on else end
                _add(hits, texts, (start, end), stop, forms[goes_on])
            elif not goes_on:
                if alone in hits:
                    hits[alone].append((start, end))
                else:
                    hits[alone] = [(start, end)]
        return hits


def _add(hits: Hits, texts: Texts, span: Span, end: int, forms: "_Forms") -> None:
    """Add a place up to `end` for each word that stands in a span, where its capitals do, too."""
    start, stop = span
    for number, cased in forms:
        if not cased or texts.cased(start, stop) == cased[: stop - start]:
            hits.setdefault(number, []).append((start, end))


def masked(hits: Hits, masks: frozenset[int]) -> Hits:
    """Drop hits that lie inside a hit of a mask or straddle its edge; a longer one stays."""
    if masks.isdisjoint(hits):
        return hits
    covers = [span for number in masks for span in hits.get(number, ())]
    kept = {n: [s for s in spans if not _is_masked(s, covers)] for n, spans in hits.items()}
    left = [(number, spans) for number, spans in kept.items() if spans]
    return dict(sorted(left, key=itemgetter(1)))


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


def _spellings(found: Word) -> Iterator[tuple[str, bool]]:
    """Yield the folded forms under which a word stands in texts; True for the tail of a run."""
    folded = found.folded
    yield folded, False
    # Folding takes the last ー of デジタルマネー, a run of more than three, but not of マネー.
    if len(folded) == 3 and folded[-1] == "ー" and all(map(is_katakana, folded)):
        yield folded[:-1], True


_Forms: TypeAlias = tuple[tuple[int, str], ...]
"""Number and cased form of each word that a place is a hit of."""
_Pattern: TypeAlias = tuple[Container[str], Container[str], int | None, tuple[_Forms, _Forms]]
"""What may not stand before it, what goes on with it behind it, and its words.

Most have one word alone, in any case and no prefix; otherwise all words, and the prefixes.
"""


def _pattern(folded: str, tail: bool, words: Sequence[tuple[int, bool, str]]) -> _Pattern:
    forms = tuple((number, cased) for number, _, cased in words)
    prefixes = tuple((number, cased) for number, prefix, cased in words if prefix)
    number, is_prefix, cased = words[0]
    alone = number if len(words) == 1 and not is_prefix and not cased else None
    if tail:
        # It ends a longer run of katakana, whose final ー folding took away: マネー* finds
        # マネーロンダリング, but no デジタルマネジメント.
        return _AllBut(_KATAKANA), _KATAKANA, alone, (forms, ())
    if len(folded) <= 2 and all(map(is_katakana, folded)):
        return _KATAKANA, _KATAKANA, alone, (forms, prefixes)
    before, behind = (_LETTERS if char in _LETTERS else _NONE for char in (folded[0], folded[-1]))
    return before, behind, alone, (forms, prefixes)


@dataclass(frozen=True, slots=True)
class _AllBut:
    characters: frozenset[str]

    def __contains__(self, char: object) -> bool:
        return char not in self.characters
