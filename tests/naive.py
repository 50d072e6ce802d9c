"""A matcher that knows no shortcut, and none of the real one's code.

Its texts are made of atoms: spellings of which a table says how they fold. So it is known from
the start which characters of a text each folded character stands for.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, product
from typing import Any, NamedTuple

from pipeline.model import Field

HAN = frozenset("規制法案京都東市神株式会社葛𠮷")
KATAKANA = frozenset("アガキサジスセタデトドネバハパビマメルロンー")
HIRAGANA = frozenset("のを")
HANGUL = frozenset("규제한")
UNSPACED = HAN | KATAKANA | HIRAGANA | {"・"}
CJK = HAN | KATAKANA | HIRAGANA | HANGUL
FACTORS = {Field.TITLE: 3.0, Field.SUMMARY: 2.0, Field.BODY: 1.0}
LONGEST_WORD = 40


class Atom(NamedTuple):
    """One spelling, what it folds to, and the same with its capitals."""

    written: str
    folded: str
    cased: str


class Char(NamedTuple):
    """One folded character, what it looks like with its capital, and where it is from."""

    char: str
    cased: str
    start: int
    end: int


Hit = tuple[Field, int, int]


# --- folding ---------------------------------------------------------------------------------

_OTHERS = """
ﬁ=fi ﬀ=ff ﬃ=ffi ﬅ=st ß=ss ẞ=ss ſ=s K=k=K №=no=No Ⅳ=iv=IV ℡=tel=TEL ½=1⁄2 ①=1 ②=2 ²=2
İ=i=I I\u0307=i=I i\u0307=i 𝐀=a=A 𝐢=i 𝟗=9 é=é e\u0301=é e\u00ad\u0301=é É=é=É E\u0301=é=É
a\u0323\u0301=ạ\u0301 a\u0301\u0323=ạ\u0301 q\u0301=q\u0301 q\u200b\u0301=q\u0301
㈱=(株) ㍿=株式会社 ㌔=キロ ㌦=ドル 神=神 \u1100\u1172=규 \u110c\u1166=제 \u1112\u1161\u11ab=한
ﾃﾞ=デ テ\u3099=デ ﾃ\u3099=デ ﾊﾞ=バ ハ\u3099=バ ﾊﾟ=パ ﾊ\u00ad\u309a=パ ｶﾞ=ガ カ\u3099=ガ ﾄﾞ=ド
λ=λ Λ=λ=Λ ж=ж Ж=ж=Ж
ｱ=ア ｷ=キ ｻ=サ ｽ=ス ｾ=セ ﾀ=タ ﾄ=ト ﾈ=ネ ﾊ=ハ ﾏ=マ ﾙ=ル ﾛ=ロ ﾝ=ン ｰ=ー ･=・ …=...
"""
_HYPHENS = "-‐‑–—−－﹣゠"
_SPACES = " \n\t\u3000\u00a0\u2009"
_INVISIBLE = "\u00ad\u200b\u200d\u2060\ufeff\ufe0f\u200e\U000e0100"
_SIGNS = "$.,()/+、。・😀⁄"


def _atoms() -> Iterator[Atom]:
    for char in "abcdefghijklmnopqrstuvwxyz0123456789":
        yield Atom(char, char, char)
        yield Atom(_full_width(char), char, char)
        if char.isalpha():
            yield Atom(char.upper(), char, char.upper())
            yield Atom(_full_width(char.upper()), char, char.upper())
    for char in sorted(CJK) + list(_SIGNS):
        yield Atom(char, char, char)
    for entry in _OTHERS.split():
        written, folded, *cased = entry.split("=")
        yield Atom(written, folded, cased[0] if cased else folded)
    for char in _HYPHENS + _SPACES:
        yield Atom(char, " ", " ")
    for char in _INVISIBLE:
        yield Atom(char, "", "")


def _full_width(char: str) -> str:
    return chr(ord(char) + 0xFEE0)


ATOMS = tuple(_atoms())


def written(atoms: Iterable[Atom]) -> str:
    return "".join(atom.written for atom in atoms)


def folded(atoms: Iterable[Atom]) -> list[Char]:
    """Fold a text and keep where each character is from."""
    chars, at = [], 0
    for atom in atoms:
        end = at + len(atom.written)
        pairs = zip(atom.folded, atom.cased, strict=True)
        chars += [Char(char, cased, at, end) for char, cased in pairs]
        at = end
    return _without_ends(_without_dots(_without_cjk_spaces(_without_runs(chars))))


def _without_runs(chars: Sequence[Char]) -> list[Char]:
    """Make one space of a run of them, and none of those at the ends."""
    kept: list[Char] = []
    for char in chars:
        if char.char == " " and kept and kept[-1].char == " ":
            kept[-1] = kept[-1]._replace(end=char.end)
        elif char.char != " " or kept:
            kept.append(char)
    return kept[:-1] if kept and kept[-1].char == " " else kept


def _without_cjk_spaces(chars: Sequence[Char]) -> list[Char]:
    return [c for c, *beside in _beside(chars) if c.char != " " or not set(beside) <= UNSPACED]


def _without_dots(chars: Sequence[Char]) -> list[Char]:
    return [c for c, *beside in _beside(chars) if c.char != "・" or not set(beside) <= KATAKANA]


def _beside(chars: Sequence[Char]) -> Iterator[tuple[Char, str, str]]:
    """Yield each character with those before and behind it."""
    names = ["", *(c.char for c in chars), ""]
    return zip(chars, names, names[2:], strict=False)


def _without_ends(chars: Sequence[Char]) -> list[Char]:
    """Leave out the ー at the end of a run of katakana, from its fourth character on."""
    text = "".join(c.char for c in chars)
    kept: list[Char] = []
    run = 0
    for number, char in enumerate(chars):
        run = run + 1 if char.char in KATAKANA else 0
        behind = text[number:].lstrip("ー")[:1]
        if run > 3 and char.char == "ー" and behind not in KATAKANA:
            # The vowel still belongs to its word, where the word is shown.
            kept[-1] = kept[-1]._replace(end=char.end)
        else:
            kept.append(char)
    return kept


# --- matching --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """A word or phrase as a query asks for it."""

    atoms: tuple[Atom, ...]
    prefix: bool = False
    cased: bool = False

    @cached_property
    def text(self) -> str:
        return "".join(c.char for c in folded(self.atoms))

    @cached_property
    def capitals(self) -> str:
        return "".join(c.cased for c in folded(self.atoms))


class Naive:
    """One item; looks for everything everywhere, one place after another."""

    def __init__(self, texts: Mapping[Field, Sequence[Atom]], masks: Iterable[Wanted] = ()) -> None:
        self._chars = {field: folded(atoms) for field, atoms in texts.items()}
        self._texts = {f: "".join(c.char for c in chars) for f, chars in self._chars.items()}
        self._cased = {f: "".join(c.cased for c in chars) for f, chars in self._chars.items()}
        self._covers = [hit for mask in masks for hit in self._places(mask)]

    def source(self, hit: Hit) -> Hit:
        """Return a hit as a span of the text as it is written."""
        field, start, end = hit
        return field, self._chars[field][start].start, self._chars[field][end - 1].end

    def holds(self, node: Any, fields: frozenset[Field]) -> dict[Hit, float] | None:
        """Return the hits of a query with their boosts, or None."""
        kind, *parts = node
        if kind in {"word", "near", "sloppy"}:
            hits = {hit for chain in self._chains(node) for hit in chain if hit[0] in fields}
            return dict.fromkeys(hits, 1.0) or None
        if kind == "field":
            return self.holds(parts[1], frozenset({parts[0]}))
        if kind == "boost":
            inner = self.holds(parts[1], fields)
            return inner and {hit: boost * parts[0] for hit, boost in inner.items()}
        if kind == "not":
            return {} if self.holds(parts[0], fields) is None else None
        return _together(kind, [self.holds(child, fields) for child in parts])

    def _chains(self, node: Any) -> set[frozenset[Hit]]:
        """Return every set of hits that makes a unit beside NEAR hold."""
        kind, *parts = node
        if kind == "word":
            return {frozenset({hit}) for hit in self._words(parts[0])}
        if kind == "or":
            return {chain for child in parts for chain in self._chains(child)}
        if kind == "sloppy":
            return self._sloppy(*parts)
        left, right, distance, ordered = parts
        pairs = product(self._chains(left), self._chains(right))
        return {a | b for a, b in pairs if self._near(a, b, distance, ordered=ordered)}

    def _words(self, word: Wanted) -> set[Hit]:
        return {hit for hit in self._places(word) if not self._is_hidden(hit)}

    def _places(self, word: Wanted) -> Iterator[Hit]:
        """Yield where a word stands, masks or not."""
        for field, text in self._texts.items():
            for spelling, start in product(_spellings(word.text), range(len(text))):
                end = _end(text, start, spelling, word)
                capitals = self._cased[field][start : start + len(spelling)]
                if end and (not word.cased or capitals == word.capitals[: len(spelling)]):
                    yield field, start, end

    def _is_hidden(self, hit: Hit) -> bool:
        field, start, end = hit
        for other, begin, stop in self._covers:
            apart = other != field or stop <= start or end <= begin
            if not apart and not (start <= begin and stop <= end and (start, end) != (begin, stop)):
                return True
        return False

    def _near(self, a: frozenset[Hit], b: frozenset[Hit], distance: int, *, ordered: bool) -> bool:
        (field, *_), (other, *_) = next(iter(a)), next(iter(b))
        if field != other:
            return False
        start, end = min(h[1] for h in a), max(h[2] for h in a)
        begin, stop = min(h[1] for h in b), max(h[2] for h in b)
        if begin >= end or start >= stop:
            gap = self._texts[field][end:begin] if begin >= end else self._texts[field][stop:start]
            return _is_within([gap], distance) and not (ordered and begin < end)
        crossing = any(x[1] < y[2] and y[1] < x[2] for x in a for y in b)
        return not ordered and not crossing

    def _sloppy(self, words: Sequence[Wanted], slop: int) -> set[frozenset[Hit]]:
        """Return each hit with the next one of every other word, where they are near enough."""
        chains = set()
        hits = [sorted(self._words(word)) for word in words]
        for number, first in ((n, hit) for n, found in enumerate(hits) for hit in found):
            taken = [first]
            for other, found in enumerate(hits):
                behind = [h for h in found if h[0] == first[0] and h[1] >= first[2]]
                free = [h for h in behind if all(h[2] <= t[1] or t[2] <= h[1] for t in taken)]
                taken += free[:1] if other != number else []
            taken.sort()
            text = self._texts[first[0]]
            gaps = [text[a[2] : b[1]] for a, b in pairwise(taken)]
            if len(taken) == len(words) and _is_within(gaps, slop):
                chains.add(frozenset(taken))
        return chains


def _spellings(word: str) -> Iterator[str]:
    """Yield what to look for: マネー is マネ where it ends a longer run, as in デジタルマネー."""
    yield word
    if _is_tail_of(word):
        yield word[:-1]


def _is_tail_of(word: str) -> bool:
    return len(word) == 3 and word[-1] == "ー" and set(word) <= KATAKANA


def _end(text: str, start: int, spelling: str, word: Wanted) -> int:
    """Return where a hit ends that starts here, or 0 when there is none."""
    end = start + len(spelling)
    before, after = text[max(start - 1, 0) : start], text[end : end + 1]
    if text[start:end] != spelling:
        return 0
    if spelling != word.text:
        return end if before in KATAKANA and after not in KATAKANA else 0
    short = len(spelling) <= 2 and set(spelling) <= KATAKANA
    apart = before not in KATAKANA if short else not (_spaced(spelling[0]) and _spaced(before))
    goes_on = after in KATAKANA if short else _spaced(spelling[-1]) and _spaced(after)
    if not apart or (goes_on and not word.prefix):
        return 0
    while goes_on and _spaced(text[end : end + 1]):
        end += 1
    return end


def _spaced(char: str) -> bool:
    return char.isalnum() and char not in CJK


def _together(kind: str, answers: Sequence[dict[Hit, float] | None]) -> dict[Hit, float] | None:
    if (kind == "and" and None in answers) or all(a is None for a in answers):
        return None
    best: dict[Hit, float] = {}
    for hit, boost in (pair for a in answers if a is not None for pair in a.items()):
        best[hit] = max(best.get(hit, 0.0), boost)
    return best


def _is_within(gaps: Sequence[str], distance: int) -> bool:
    if sum(map(len, gaps)) > LONGEST_WORD * (distance + 1):
        return False
    return sum(map(_half_words, gaps)) <= 2 * distance


def _half_words(gap: str) -> int:
    runs = "".join(f" {c} " if c in CJK else c for c in gap).split()
    return sum(1 if run in CJK else 2 * any(map(str.isalnum, run)) for run in runs)
