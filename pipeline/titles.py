"""Titles -> words with weights, and whether two titles say the same."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from pipeline.fold import CJK_CHARACTERS, fold

# Enough to keep words of a small collection from looking rare when they are only few.
_SMALLEST = 400
_ALIKE = 0.6
_STEM = 6
_RUNS = re.compile(f"[{CJK_CHARACTERS}]+|[^\\W_]+")
_CJK = re.compile(f"[{CJK_CHARACTERS}]")
_HIRAGANA = re.compile("[\u3041-\u309f]+")
_STOP_WORDS = (
    "a an and are as at be by for from has have in into is it its of on or over that the this to"
    " was will with what why how new says said after amid der die das und ein eine für mit von zu"
    " im den dem des le la les un une du de et en pour sur au aux el los las una y del por con il"
    " lo gli di e per da o os as um uma em no na dos het een van op te i w z do и в на с о по"
)
_STOP = frozenset(_STOP_WORDS.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Rarity:
    """In how many of `total` titles each word stands."""

    total: int = 0
    counts: Mapping[str, int]

    def weight(self, word: str) -> float:
        """Return how much a word says: the less often it stands in titles, the more."""
        return math.log(1 + self._all / (1 + self.counts.get(word, 0)))

    def heavy(self, words: Iterable[str]) -> bool:
        """Say whether one of the words is rare enough to tell one thing from another."""
        return any(self.weight(word) > math.log(1 + self._all) / 2 for word in words)

    @property
    def _all(self) -> int:
        return max(self.total, _SMALLEST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of a title; pairs of characters where a script has no spaces."""

    all: frozenset[str]
    least: int
    """How many of them two titles must share at the least."""


def title_words(title: str, language: str = "") -> Words:
    """Return the words of a title that say something."""
    found = _words(fold(title))
    unspaced = language in ("ja", "zh") or sum(bool(_CJK.match(w)) for w in found) * 2 > len(found)
    return Words(all=frozenset(found), least=5 if unspaced else 3)


def rarity(titles: Iterable[str]) -> Rarity:
    """Count in how many titles each word stands."""
    counts: Counter[str] = Counter()
    total = 0
    for title in titles:
        counts.update(title_words(title).all)
        total += 1
    return Rarity(total=total, counts=counts)


def alike(one: Words, two: Words, rare: Rarity) -> bool:
    """Say whether two titles share most of their weight, and one of them adds little of its own."""
    return _similarity(one, two, rare) >= _ALIKE and not _substituted(one, two, rare)


def unlike(one: Words, two: Words, rare: Rarity) -> bool:
    """Say whether two titles are the same but for what tells two things apart."""
    return _similarity(one, two, rare) >= _ALIKE and _substituted(one, two, rare)


def _similarity(one: Words, two: Words, rare: Rarity) -> float:
    shared = _weight(one.all & two.all, rare)
    both = _weight(one.all, rare) + _weight(two.all, rare)
    return 2 * shared / both if both else 0.0


def _substituted(one: Words, two: Words, rare: Rarity) -> bool:
    return rare.heavy(one.all - two.all) and rare.heavy(two.all - one.all)


def _weight(words: Iterable[str], rare: Rarity) -> float:
    return sum(rare.weight(word) for word in words)


def _words(folded: str) -> list[str]:
    found: list[str] = []
    for run in _RUNS.findall(folded):
        if _CJK.match(run):
            pairs = ("".join(pair) for pair in pairwise(run))
            found += [pair for pair in pairs if not _HIRAGANA.fullmatch(pair)]
        elif run not in _STOP:
            found.append(run[:_STEM])
    return found
