"""How far two hits are from each other, in words."""

import re
from collections.abc import Sequence
from itertools import pairwise

from pipeline.fold import CJK_CHARACTERS, Span

# No gap of n words is longer than n + 1 times this, whatever stands in it.
_LONGEST_WORD = 40

_EDGE = "\n"
_CJK = re.compile(f"[{CJK_CHARACTERS}]")


def is_within(text: str, start: int, end: int, distance: int) -> bool:
    """Say whether at most so many words stand in a gap; a CJK character is half a word.

    A gap that reaches into another field (over a line break) is never within any distance.
    """
    length = end - start
    if length > _LONGEST_WORD * (distance + 1) or text.find(_EDGE, start, end) >= 0:
        return False
    # Of n characters the most words are one letter beside one of CJK, which make 3/2.
    if 3 * (length + 1) <= 4 * distance:
        return True
    # Most gaps are far too long: what is too much is enough.
    rest, characters = _apart(text[start:end], 2 * distance + 1)
    most = distance - (characters + 1) // 2
    if most < 0:
        return False
    runs = rest.split()
    if len(runs) <= most:
        return True
    return sum(map(str.isalnum, runs)) <= most and sum(map(_is_word, runs)) <= most


def others_within(text: str, spans: Sequence[Span], distance: int) -> bool:
    """Say whether at most so many words stand in all gaps between spans, taken together."""
    gaps = [(left[1], right[0]) for left, right in pairwise(spans)]
    if sum(end - start for start, end in gaps) > _LONGEST_WORD * (distance + 1):
        return False
    between = [text[start:end] for start, end in gaps]
    return "\n" not in "".join(between) and sum(map(_half_words, between)) <= 2 * distance


def _half_words(gap: str) -> int:
    rest, characters = _apart(gap, len(gap))
    return characters + 2 * sum(map(_is_word, rest.split()))


def _apart(gap: str, most: int) -> tuple[str, int]:
    """Return a gap without its CJK characters, and how many these are, `most` at the most."""
    return (gap, 0) if gap.isascii() else _CJK.subn(" ", gap, most)


def _is_word(run: str) -> bool:
    return run.isalnum() or any(map(str.isalnum, run))
