"""Titles -> words with weights, and whether two titles say the same."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from pipeline.fold import CJK_CHARACTERS, fold

# Enough to keep words of a small collection from looking rare when they are only few.
_SMALLEST = 400
_ALIKE = 0.6
_LONG = 6
SAME = 1_000_000
"""The very same words outdo whatever other titles say."""
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
class Title:
    """The words of a title; pairs of characters where a script has no spaces.

    `heavy` are those that tell one thing from another; `least` of them all two titles must share.
    """

    words: frozenset[str]
    heavy: frozenset[str]
    weight: float
    least: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rarity:
    """In how many of `total` titles each word stands."""

    total: int = 0
    counts: Mapping[str, int]
    _known: dict[str, float] = field(default_factory=dict, compare=False, repr=False)

    def weight(self, word: str) -> float:
        """Return how much a word says: the less often it stands in titles, the more."""
        known = self._known.get(word)
        if known is None:
            known = math.log(1 + self._all / (1 + self.counts.get(word, 0)))
            self._known[word] = known
        return known

    def title(self, text: str, language: str = "") -> Title:
        """Weigh the words of a title."""
        words = frozenset(_words(fold(text)))
        rare = math.log(1 + self._all) / 2
        cjk = sum(bool(_CJK.match(word)) for word in words)
        return Title(
            words=words,
            heavy=frozenset(word for word in words if self.weight(word) > rare),
            weight=sum(map(self.weight, words)),
            least=5 if language in ("ja", "zh") or cjk * 2 > len(words) else 3,
        )

    @property
    def _all(self) -> int:
        return max(self.total, _SMALLEST)


def rarity(titles: Iterable[str]) -> Rarity:
    """Count in how many titles each word stands."""
    counts: Counter[str] = Counter()
    total = 0
    for title in titles:
        counts.update(set(_words(fold(title))))
        total += 1
    return Rarity(total=total, counts=counts)


def vote(one: Title, two: Title, rare: Rarity) -> int:
    """Count two titles for being about one thing, or against it, or not at all.

    They are for it when they share most of their weight and one of them adds nothing heavy, against
    it when both do: then they are the same but for what tells two things apart.
    """
    if one.words == two.words:
        # "Weekly press briefing" is said every week; a long title is said once.
        return SAME if one.heavy or len(one.words) >= _LONG else 0
    both = one.weight + two.weight
    if 2 * min(one.weight, two.weight) < _ALIKE * both:
        return 0
    if 2 * sum(map(rare.weight, one.words & two.words)) < _ALIKE * both:
        return 0
    return -1 if one.heavy - two.words and two.heavy - one.words else 1


def _words(folded: str) -> list[str]:
    found: list[str] = []
    for run in _RUNS.findall(folded):
        if _CJK.match(run):
            pairs = ("".join(pair) for pair in pairwise(run))
            found += [pair for pair in pairs if not _HIRAGANA.fullmatch(pair)]
        elif run not in _STOP:
            found.append(_stem(run))
    return found


def _stem(word: str) -> str:
    """Let blocks, blocked and blocking be one word, roughly; other scripts are only cut."""
    if word.isascii() and not word.isdigit():
        for ending in ("ing", "ed", "es", "s"):
            if word.endswith(ending) and len(word) - len(ending) >= 3:
                word = word.removesuffix(ending)
                break
    return word[:_STEM]
