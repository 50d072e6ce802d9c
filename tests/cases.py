"""Random rules and random texts for them, in every spelling that folding knows."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from hypothesis import strategies as st

from pipeline.model import Field
from tests.naive import ATOMS, CJK, UNSPACED, Atom, Wanted, written

WORDS = (
    *("ai", "us", "law", "act", "data", "govern", "9", "gpt 4", "no 9", "c++", "u.s.", "tel"),
    *("fine", "strasse", "istanbul", "iv", "café", "aq\u0301", "1⁄2", "(株)", "株式会社", "会社"),
    *("no.9", "λ", "λж", "ж ai"),
    *("規制", "法案", "京都", "東京都", "東京都の", "データ", "サーバー", "マネー", "ガス", "ドル"),
    *("규제", "한규", "葛𠮷"),
)
# Each group holds words that stand in each other, or that differ by a sign or an end.
KINS = (
    ("京都", "東京都", "東京都の", "法案"),
    ("会社", "株式会社", "(株)", "us"),
    ("us", "us act", "act", "u.s."),
    ("govern", "governance", "law", "9"),
    ("マネー", "デジタルマネー", "マネジメント", "ガス"),
    ("ガス", "都市ガス", "ガスタービン", "サーバー"),
    ("ai", "law", "data", "act"),
    ("gpt 4", "9", "no 9", "no.9", "1⁄2"),
    ("λ", "λж", "ai", "ж ai"),
)
MASKS = ("東京都", "us act", "データ", "株式会社")
BETWEEN = ("x", "の", "規の", "規の", "of the", "、", "/", "", "9", "サ", "s", "λ")

_BY_FIRST: dict[str, list[Atom]] = defaultdict(list)
for _atom in ATOMS:
    _BY_FIRST[_atom.folded[:1]].append(_atom)
_BY_WRITTEN = {atom.written: atom for atom in ATOMS}
_PLAIN = {atom.folded: atom for atom in reversed(ATOMS) if atom.written == atom.folded}
_INVISIBLE, _SPACES = _BY_FIRST[""], _BY_FIRST[" "]

Query = tuple[Any, ...]


@dataclass(frozen=True)
class Case:
    """A rule, the texts that it is tried on, and the words that are masked."""

    query: Query
    texts: dict[Field, tuple[Atom, ...]]
    masks: tuple[Wanted, ...]

    @property
    def q(self) -> str:
        """Return the query as an author would write it."""
        return query_text(self.query)

    @property
    def written(self) -> dict[Field, str]:
        """Return the texts as a source would bring them."""
        return {field: written(atoms) for field, atoms in self.texts.items()}

    def __repr__(self) -> str:
        masks = [written(mask.atoms) for mask in self.masks]
        return f"{self.q!r} on {list(self.written.values())!r} without {masks}"


def cases() -> st.SearchStrategy[Case]:
    """Draw a seed alone: a draw for each letter would take ten times as long as the matching."""
    return st.integers(0, 2**64 - 1).map(lambda seed: random_case(Random(seed)))


def pairs() -> st.SearchStrategy[tuple[Case, Case]]:
    """Draw two rules of the same words on the same texts."""
    return st.integers(0, 2**64 - 1).map(lambda seed: _random_pair(Random(seed)))


def _random_pair(rng: Random) -> tuple[Case, Case]:
    words = _some_words(rng)
    case = random_case(rng, words)
    return case, replace(case, query=_random_query(rng, words, depth=rng.randint(0, 2)))


def random_case(rng: Random, words: Sequence[str] = ()) -> Case:
    """Return a rule and texts of the same few words, so that they often meet."""
    words = words or _some_words(rng)
    texts = {
        field: _text(rng, words, rng.randint(0, longest))
        for field, longest in zip(Field, (3, 6, 8), strict=True)
    }
    masks = rng.sample(MASKS, 1) if rng.random() < 0.4 else []
    query = _random_query(rng, words)
    return Case(query, texts, tuple(Wanted(spelled(rng, mask)) for mask in masks))


def _some_words(rng: Random) -> Sequence[str]:
    return rng.choice(KINS) if rng.random() < 0.5 else tuple(rng.sample(WORDS, 3))


def _text(rng: Random, words: Sequence[str], length: int) -> tuple[Atom, ...]:
    atoms: list[Atom] = []
    for _ in range(length):
        kind = rng.random()
        if kind < 0.7:
            atoms += spelled(rng, rng.choice(words))
        elif kind < 0.9:
            atoms += spelled(rng, rng.choice(BETWEEN))
        else:
            atoms.append(rng.choice(ATOMS))
        if rng.random() < 0.7:
            atoms.append(_PLAIN[" "] if rng.random() < 0.7 else rng.choice(_SPACES + _INVISIBLE))
    return tuple(atoms)


def plain(text: str) -> tuple[Atom, ...]:
    """Return a text of single characters as it is written."""
    return tuple(_BY_WRITTEN[char] for char in text)


def spelled(rng: Random, word: str) -> tuple[Atom, ...]:
    """Return one of the many ways to write a word."""
    if rng.random() < 0.4:
        # A letter with a mark that it does not melt with is one atom of two characters.
        return tuple(_PLAIN[char] for char in re.findall(".\u0301?", word))
    atoms: list[Atom] = []
    at = 0
    while at < len(word):
        atom = rng.choice(_choices(word, at))
        at += len(atom.folded)
        atoms.append(atom)
        if rng.random() < 0.1:
            inside = word[at - 1] in UNSPACED and word[at : at + 1] in UNSPACED
            atoms.append(rng.choice(_INVISIBLE + _SPACES if inside else _INVISIBLE))
    return tuple(atoms)


def _choices(word: str, at: int) -> list[Atom]:
    atoms = [atom for atom in _BY_FIRST[word[at]] if word.startswith(atom.folded, at)]
    return [atom for atom in atoms if not word.startswith("\u0301", at + len(atom.folded))]


# --- queries ---------------------------------------------------------------------------------


def _random_query(rng: Random, words: Sequence[str], depth: int = 2, inside: str = "") -> Query:
    if depth == 0 or rng.random() < 0.25:
        return _unit(rng, words)
    kinds = ["or", "near"] if inside == "near" else ["and", "or", "near", "near"]
    kind = rng.choice(kinds if inside else [*kinds, "not", "field", "boost"])
    if kind in {"field", "boost"}:
        child = _random_query(rng, words, depth - 1, kind)
        return (kind, rng.choice(list(Field) if kind == "field" else [0.5, 2, 3]), child)
    within = "near" if kind == "near" else inside or kind
    children = [_random_query(rng, words, depth - 1, within) for _ in range(2)]
    if kind == "near":
        return ("near", *children, rng.choice((0, 1, 2, 5)), rng.random() < 0.3)
    return ("and", children[0], ("not", children[1])) if kind == "not" else (kind, *children)


def _unit(rng: Random, words: Sequence[str]) -> Query:
    short = [word for word in words if word.isascii() and word.isalpha()]
    if len(short) > 1 and rng.random() < 0.4:
        both = tuple(Wanted(spelled(rng, word)) for word in rng.sample(short, 2))
        return ("sloppy", both, rng.choice((1, 1, 2, 3)))
    word = rng.choice(words)
    prefix = rng.random() < 0.2 and (len(word) > 2 or word[-1] in CJK)
    return ("word", Wanted(spelled(rng, word), prefix, rng.random() < 0.2))


def query_text(node: Query) -> str:
    kind, *parts = node
    match kind:
        case "word":
            return _word(parts[0])
        case "sloppy":
            return f'"{" ".join(written(word.atoms) for word in parts[0])}"~{parts[1]}'
        case "near":
            return (
                f"({query_text(parts[0])} {'O' * parts[3]}NEAR/{parts[2]} {query_text(parts[1])})"
            )
        case "field":
            return f"{parts[0].value}:({query_text(parts[1])})"
        case "boost":
            return f"({query_text(parts[1])})^{parts[0]}"
        case _:
            shown = [f"({query_text(part)})" for part in parts]
            return f"NOT {shown[0]}" if kind == "not" else f"({f' {kind.upper()} '.join(shown)})"


def _word(word: Wanted) -> str:
    text, star = written(word.atoms), "*" * word.prefix
    return "raw:" * word.cased + (f"{text}{star}" if text.isalnum() else f'"{text}{star}"')
