"""Texts inside and outside a theme -> the words and phrases that tell them apart.

Log-odds ratios with an informative Dirichlet prior, as in Monroe, Colaresi and Quinn,
"Fightin' Words" (Political Analysis 16, 2008); a text that says a word ten times counts once.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from pipeline.fold import CJK_CHARACTERS, fold, offsets
from pipeline.rules.theme import Theme
from pipeline.rules.tree import And, Boosted, InField, Near, Node, Or, Term

LEAST_Z: Final = 1.96
"""Below it a difference is what chance gives in one case of forty."""

_LEAST_TEXTS: Final = 2
_MOST_WORDS: Final = 4
_MOST_CHARACTERS: Final = 8
_HANGUL: Final = "\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\uac00-\ud7fb"
_UNSPACED: Final = f"(?:(?![{_HANGUL}])[{CJK_CHARACTERS}])"
_WORD: Final = rf"(?:(?!{_UNSPACED})[^\W_])+"
_HAS_UNSPACED: Final = re.compile(_UNSPACED)
_CHUNK: Final = re.compile(r"[^\W_]+")
# What sentences are built of, whatever they are about. Words that are also names (us, who, it)
# are not here.
_SMALL_WORDS: Final = frozenset(
    """
    a about after all also an and are as at be been but by can for four from had has have he her
    his how if in into is its more new not of on or our she so such than that the their them these
    they this those three through to two under up was we were what when which while will with
    would you your
    au aux ce ces cette dans de des du elle en est et il la le les leur ou par pas plus pour que
    qui sa se ses son sont sur un une
    als am auf aus bei das dem den der die ein eine einen einer er für hat im ist mit nach nicht
    oder sich sie sind und vom von wird zu zum zur
    al con del e el los las o por su una che di della delle gli nel per
    """.split()  # noqa: SIM905 - a list of a hundred strings is no easier to read
)
_GRAMMAR: Final = """
    に関する に関し に対する に対し における について にて により による によって として ための ため
    こと もの など まで から より だけ ほか する して した され です ます まし この その られる られ
    れる れた ない なる なり なく ある あり いる いた いて
"""
_GRAMMAR_WORDS: Final = frozenset(_GRAMMAR.split())
_PARTICLES: Final = re.compile("[はがをにのでとへもやかな]+")
_ENDINGS: Final = re.compile("[はがをにのでとへもやかなよねしたてさるれいうっすくあだらりけま]+")
# A word of grammar, a run of katakana or a Latin word counts as one character.
_UNIT: Final = re.compile("|".join(_GRAMMAR.split()) + rf"|[ァ-ヺー-ヿㇰ-ㇿ]+|{_UNSPACED}|{_WORD}")
_HIRAGANA_FIRST: Final = re.compile("[ぁ-ゖ]*")
_HIRAGANA_LAST: Final = re.compile(r"[ぁ-ゖ]*\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """What is read of one item."""

    title: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A word or phrase that is said more often inside a theme than outside.

    `term` stands as the first text inside writes it, whose title is the `example`. `inside` and
    `outside` count texts. `known`: the theme's rules have the term, alone or in a phrase.
    """

    term: str
    z: float
    inside: int
    outside: int
    example: str
    known: bool = False


def suggest(
    inside: Iterable[Passage], outside: Iterable[Passage], theme: Theme
) -> tuple[Suggestion, ...]:
    """Return the terms that are surely more frequent inside, the surest first.

    A term stands in two texts inside at least. Of terms within each other that are equally
    frequent only the longest is named.
    """
    within, without, examples = _Counts(), _Counts(), dict[str, Passage]()
    for passage in inside:
        found = terms(passage)
        within.add(found, found)
        examples |= {term: passage for term in found if term not in examples}
    wanted = frozenset(term for term, count in within.texts.items() if count >= _LEAST_TEXTS)
    for passage in outside:
        without.add(terms(passage), wanted)
    z_by_term = {term: _z(term, within, without) for term in wanted}
    sure = {term: within.texts[term] for term, z in z_by_term.items() if z >= LEAST_Z}
    words = tuple(_words(theme))
    return tuple(
        Suggestion(
            term=_as_written(term, examples[term]),
            z=round(z_by_term[term], 3),
            inside=within.texts[term],
            outside=without.texts[term],
            example=examples[term].title,
            known=any(_contains(word, term) for word in words),
        )
        for term in sorted(_longest(sure), key=lambda term: (-z_by_term[term], term))
    )


def terms(passage: Passage) -> frozenset[str]:
    """Return the words and phrases of a text, folded.

    Up to four words where words have spaces; runs of up to eight characters in Japanese and
    Chinese, a word in katakana or Latin letters being one. None begins or ends in a small word
    or a particle.
    """
    return frozenset(term for text in (passage.title, passage.text) for term in _terms(fold(text)))


@dataclass(slots=True)
class _Counts:
    """How many texts have each term, and how many terms they have in all, by script.

    Scripts are kept apart: a theme that is labelled in Japanese alone must not find that it is
    Japanese.
    """

    texts: Counter[str] = field(default_factory=Counter)
    totals: Counter[bool] = field(default_factory=Counter)

    def add(self, found: Iterable[str], wanted: frozenset[str]) -> None:
        """Count the terms of one text; those that are not wanted count in the total alone."""
        for term in found:
            self.totals[_is_unspaced(term)] += 1
            if term in wanted:
                self.texts[term] += 1


def _z(term: str, inside: _Counts, outside: _Counts) -> float:
    script = _is_unspaced(term)
    a, b = inside.texts[term], outside.texts[term]
    all_a, all_b = inside.totals[script], outside.totals[script]
    # The prior says that both sides speak alike, and weighs as much as the side inside does; one
    # is for all that nobody said yet.
    weight = float(all_a)
    prior = weight * (a + b) / (all_a + all_b + 1)
    difference = _log_odds(a + prior, all_a + weight) - _log_odds(b + prior, all_b + weight)
    return difference / math.sqrt(1 / (a + prior) + 1 / (b + prior))


def _log_odds(part: float, whole: float) -> float:
    return math.log(part / (whole - part))


def _longest(counts: Mapping[str, int]) -> Iterator[str]:
    """Yield the terms that are within no longer one that is equally frequent."""
    by_count: dict[int, list[str]] = {}
    for term, count in counts.items():
        by_count.setdefault(count, []).append(term)
    for alike in by_count.values():
        for term in alike:
            if not any(other != term and _contains(other, term) for other in alike):
                yield term


def _contains(longer: str, term: str) -> bool:
    """Say whether a term stands in another text: anywhere in Japanese, else as whole words."""
    if _is_unspaced(term):
        return term in longer
    return f" {term} " in f" {longer} "


def _is_unspaced(term: str) -> bool:
    return _HAS_UNSPACED.search(term) is not None


def _as_written(term: str, passage: Passage) -> str:
    text = passage.title if term in fold(passage.title) else passage.text
    start = fold(text).index(term)
    spans = offsets(text)[start : start + len(term)]
    return text[spans[0][0] : spans[-1][1]]


# --- from a text to its terms ----------------------------------------------------------------


def _terms(folded: str) -> Iterator[str]:
    words: list[str] = []
    end = -1
    for chunk in _CHUNK.finditer(folded):
        # Only a space stands between the words of a phrase.
        if folded[end : chunk.start()] != " ":
            words.clear()
        end = chunk.end()
        if _is_unspaced(chunk[0]):
            words.clear()
            yield from _runs(_UNIT.findall(chunk[0]))
        else:
            words = [*words[1 - _MOST_WORDS :], chunk[0]]
            yield from _phrases_at_the_end(words)


def _phrases_at_the_end(words: Sequence[str]) -> Iterator[str]:
    if not _ends_a_phrase(words[-1]):
        return
    for start, first in enumerate(words):
        phrase = words[start:]
        if _ends_a_phrase(first) and not all(map(str.isdecimal, phrase)):
            yield " ".join(phrase)


def _ends_a_phrase(word: str) -> bool:
    return word not in _SMALL_WORDS and (len(word) > 1 or word.isdecimal())


def _runs(units: Sequence[str]) -> Iterator[str]:
    for start, first in enumerate(units):
        if not _is_unspaced(first) and len(first) > 1 and not first.isdecimal():
            yield first
        if _is_grammar(first):
            continue
        for stop in range(start + 1, min(start + _MOST_CHARACTERS, len(units)) + 1):
            run = "".join(units[start:stop])
            if not _is_grammar(units[stop - 1]) and _is_run(run):
                yield run


def _is_grammar(unit: str) -> bool:
    return unit in _GRAMMAR_WORDS or unit.isdecimal()


def _is_run(text: str) -> bool:
    if len(text) < 2 or not _is_unspaced(text) or _ENDINGS.fullmatch(text):
        return False
    ends = (_HIRAGANA_FIRST.match(text), _HIRAGANA_LAST.search(text))
    return not any(end and _PARTICLES.fullmatch(end[0]) for end in ends)


# --- what the rules have ---------------------------------------------------------------------


def _words(theme: Theme) -> Iterator[str]:
    rules, required = (rule.tree for rule in theme.rules), (asked.tree for asked in theme.require)
    for tree in chain(rules, required):
        yield from _words_of(tree)


def _words_of(node: Node) -> Iterator[str]:
    match node:
        case Term():
            yield fold(node.text)
        case And() | Or():
            for child in node.children:
                yield from _words_of(child)
        case Near():
            yield from _words_of(node.left)
            yield from _words_of(node.right)
        case InField() | Boosted():
            yield from _words_of(node.child)
        case _:
            return
