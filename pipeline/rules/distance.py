"""How far two hits are from each other, in words."""

import re
from collections.abc import Sequence
from itertools import pairwise

from pipeline.fold import CJK_CHARACTERS, Span

LONGEST_WORD = 40
"""No gap of n words is longer than n + 1 times this, whatever stands in it."""

_CJK = re.compile(f"[{CJK_CHARACTERS}]")


def is_within(gap: str, distance: int) -> bool:
    """Say whether at most so many words stand in a gap; a CJK character is half a word.

    A gap that reaches into another field (over a line break) is never within any distance.
    """
    return "\n" not in gap and _half_words(gap) <= 2 * distance


def others_within(text: str, spans: Sequence[Span], distance: int) -> bool:
    """Say whether at most so many words stand in all gaps between spans, taken together."""
    gaps = [(left[1], right[0]) for left, right in pairwise(spans)]
    if sum(end - start for start, end in gaps) > LONGEST_WORD * (distance + 1):
        return False
    between = [text[start:end] for start, end in gaps]
    return "\n" not in "".join(between) and sum(map(_half_words, between)) <= 2 * distance


def _half_words(gap: str) -> int:
    rest, characters = _CJK.subn(" ", gap)
    return characters + 2 * sum(map(_is_word, rest.split()))


def _is_word(run: str) -> bool:
    return any(map(str.isalnum, run))
