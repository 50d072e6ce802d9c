"""An item's texts as one, and the words of any number of queries by their numbers."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, reduce
from operator import or_
from typing import Any, NamedTuple, TypeAlias, TypeVar

from pipeline.fold import WayBack, fold, fold_cased
from pipeline.model import Evidence, Field

_Node = TypeVar("_Node")
_Answer = TypeVar("_Answer")

Allowed: TypeAlias = tuple[bool, bool, bool]
"""Whether a hit counts in the title, the summary and the body."""

FIELDS = tuple(Field)
EVERYWHERE: Allowed = (True, True, True)
# No folded text has a line break, so that no word and no distance reaches across it.
_EDGE = "\n"


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
    """Numbers words, and groups of them, from 0."""

    words: list[Word] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    answers: dict[tuple[object, int], tuple[object, Any]] = field(default_factory=dict)
    """What functions that ask `per_node` said so far, and of which nodes."""
    numbers: dict[Word, int] = field(default_factory=dict)
    """The number of each word."""
    _group_numbers: dict[Group, int] = field(default_factory=dict)

    def number(self, found: Word) -> int:
        """Return a word's number, a new one at first."""
        number = self.numbers.setdefault(found, len(self.words))
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
