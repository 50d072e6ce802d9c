"""The rules give the same answers as a matcher that knows no shortcut."""

import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import pytest

from pipeline.fold import fold, is_cjk, is_katakana, offsets
from pipeline.model import Field, Scope, Verdict
from pipeline.rules.ruleset import read_ruleset

WORDS = (
    "ai",
    "law",
    "act",
    "data",
    "govern",
    "規制",
    "法案",
    "京都",
    "東京都",
    "東京都の",
    "サーバー",
    "ガス",
    "gpt-4",
    "us",
)
PIECES = (
    *WORDS,
    "AI",
    "US",
    "ＡＩ",
    "ﾃﾞｰﾀ",
    "governance",
    "said",
    "actual",
    "新サーバ",
    "ガスタービン",
    "東京都",
    "GPT‑4",
    "規\n制",
    "の",
    "、",
    "ﬁne",
    "Straße",
    "e\u0301",
    "・",
    "x",
    "—",
)
FACTORS = {Field.TITLE: 3.0, Field.SUMMARY: 2.0, Field.BODY: 1.0}

Hit = tuple[Field, int, int]


class Naive:
    """One item; looks for everything everywhere, one place after another."""

    def __init__(self, texts: Mapping[Field, str], mask: str) -> None:
        self.folded = {field: fold(text) for field, text in texts.items()}
        self.mask = [] if not mask else list(self._places(fold(mask), prefix=False))

    def words(self, text: str, *, prefix: bool) -> set[Hit]:
        return {h for h in self._places(fold(text), prefix=prefix) if not self._hidden(h)}

    def _places(self, word: str, *, prefix: bool) -> Iterator[Hit]:
        for field, text in self.folded.items():
            for start in range(len(text)):
                end = start + len(word)
                if text[start:end] != word:
                    continue
                before, after = text[max(start - 1, 0) : start], text[end : end + 1]
                if _spaced(word[0]) and _spaced(before):
                    continue
                short = len(word) <= 2 and all(is_katakana(c) for c in word)
                if short and before and is_katakana(before):
                    continue
                goes_on = bool(after) and (
                    is_katakana(after) if short else _spaced(word[-1]) and _spaced(after)
                )
                if goes_on and not prefix:
                    continue
                while goes_on and end < len(text) and _spaced(text[end]):
                    end += 1
                yield field, start, end

    def _hidden(self, hit: Hit) -> bool:
        field, start, end = hit
        for other, begin, stop in self.mask:
            apart = other != field or stop <= start or end <= begin
            if not apart and not (start <= begin and stop <= end and (start, end) != (begin, stop)):
                return True
        return False

    def holds(self, node: Any, fields: frozenset[Field]) -> dict[Hit, float] | None:
        """Return the hits of a query with their boosts, or None."""
        kind, *parts = node
        if kind == "word":
            return {
                h: 1.0 for h in self.words(*parts[:1], prefix=parts[1]) if h[0] in fields
            } or None
        if kind == "near":
            hits = {h for chain in self.chains(node) for h in chain if h[0] in fields}
            return dict.fromkeys(hits, 1.0) or None
        if kind == "field":
            return self.holds(parts[1], frozenset({parts[0]}))
        if kind == "boost":
            inner = self.holds(parts[0], fields)
            return inner and {hit: boost * parts[1] for hit, boost in inner.items()}
        if kind == "not":
            denied = self.holds(parts[0], fields)
            return {} if denied is None else None
        return self._together(kind, [self.holds(child, fields) for child in parts])

    def _together(
        self, kind: str, answers: list[dict[Hit, float] | None]
    ) -> dict[Hit, float] | None:
        if (kind == "and" and None in answers) or all(a is None for a in answers):
            return None
        best: dict[Hit, float] = {}
        for hit, boost in (pair for a in answers if a is not None for pair in a.items()):
            best[hit] = max(best.get(hit, 0.0), boost)
        return best

    def chains(self, node: Any) -> set[frozenset[Hit]]:
        """Return every set of hits that makes a unit beside NEAR hold."""
        kind, *parts = node
        if kind == "word":
            return {frozenset({h}) for h in self.words(parts[0], prefix=parts[1])}
        if kind == "or":
            return {chain for child in parts for chain in self.chains(child)}
        left, right, distance, ordered = parts
        pairs = product(self.chains(left), self.chains(right))
        return {a | b for a, b in pairs if self._near(a, b, distance, ordered=ordered)}

    def _near(self, a: frozenset[Hit], b: frozenset[Hit], distance: int, *, ordered: bool) -> bool:
        (field, *_), (other, *_) = next(iter(a)), next(iter(b))
        if field != other:
            return False
        start, end = min(h[1] for h in a), max(h[2] for h in a)
        begin, stop = min(h[1] for h in b), max(h[2] for h in b)
        if begin >= end or start >= stop:
            gap = self.folded[field][end:begin] if begin >= end else self.folded[field][stop:start]
            return _half_words(gap) <= 2 * distance and not (ordered and begin < end)
        crossing = any(x[1] < y[2] and y[1] < x[2] for x in a for y in b)
        return not ordered and not crossing


def _spaced(char: str) -> bool:
    return char != "" and char < "\u2e80" and char.isalnum()


def _half_words(gap: str) -> int:
    count, in_word = 0, False
    for run in "".join(f" {c} " if is_cjk(c) else c for c in gap).split():
        in_word = any(c.isalnum() for c in run)
        count += 1 if len(run) == 1 and is_cjk(run) else 2 * in_word
    return count


def written(node: Any) -> str:
    kind, *parts = node
    if kind == "word":
        return f'"{parts[0]}{"*" * parts[1]}"'
    if kind == "near":
        return f"({written(parts[0])} {'O' * parts[3]}NEAR/{parts[2]} {written(parts[1])})"
    if kind == "field":
        return f"{parts[0].value}:({written(parts[1])})"
    if kind == "boost":
        return f"({written(parts[0])})^{parts[1]}"
    if kind == "not":
        return f"NOT ({written(parts[0])})"
    return "(" + f" {kind.upper()} ".join(map(written, parts)) + ")"


def random_query(rng: random.Random, depth: int = 2, *, inside: str = "") -> Any:
    if depth == 0 or rng.random() < 0.2:
        word = rng.choice(WORDS)
        return ("word", word, rng.random() < 0.2 and len(word) > 3)
    kind = rng.choice(("and", "or", "near", "near", *(() if inside else ("not", "field", "boost"))))
    if kind == "near" or inside == "near":
        kind = rng.choice(("near", "or")) if inside == "near" else "near"
        sides = [random_query(rng, depth - 1, inside="near") for _ in range(2)]
        near = (kind, *sides, rng.choice((0, 1, 2, 5)), rng.random() < 0.3)
        return near if kind == "near" else ("or", *sides)
    if kind == "not":
        without = random_query(rng, depth - 1, inside="not")
        return ("and", random_query(rng, depth - 1, inside="not"), ("not", without))
    if kind == "field":
        return ("field", rng.choice(list(Field)), random_query(rng, depth - 1, inside="field"))
    if kind == "boost":
        return ("boost", random_query(rng, depth - 1, inside="boost"), rng.choice((0.5, 2, 3)))
    return (kind, *(random_query(rng, depth - 1, inside=inside) for _ in range(2)))


def random_texts(rng: random.Random) -> dict[Field, str]:
    return {
        field: "".join(rng.choice(PIECES) + rng.choice((" ", " ", "", "\n")) for _ in range(length))
        for field, length in zip(Field, (4, 12, 20), strict=True)
    }


def spans_in(texts: Mapping[Field, str], hits: Sequence[Hit]) -> list[tuple[Field, int, int]]:
    places = {field: offsets(text) for field, text in texts.items()}
    order = list(Field)
    spans = {(f, places[f][start][0], places[f][end - 1][1]) for f, start, end in hits}
    return sorted(spans, key=lambda span: (order.index(span[0]), *span[1:]))


@pytest.mark.parametrize("seed", range(20))
def test_a_hundred_pairs_of_rule_and_item_get_the_answer_of_the_naive_matcher(seed: int) -> None:
    rng = random.Random(seed)
    queries = [random_query(rng) for _ in range(10)]
    themes = [
        f"  - {{id: t{i}, title: T, rules: [{{q: '{written(query)}', weight: 100}}]}}"
        for i, query in enumerate(queries)
    ]
    ruleset = read_ruleset("\n".join(["mask: [東京都]", "themes:", *themes]), "random.yaml")
    for _ in range(10):
        texts = random_texts(rng)
        naive = Naive(texts, "東京都")
        expected = {}
        for i, query in enumerate(queries):
            hits = naive.holds(query, frozenset(Field))
            if hits:
                score = 100 * max(FACTORS[hit[0]] * boost for hit, boost in hits.items())
                expected[f"t{i}"] = (score, spans_in(texts, list(hits)))
        matches = ruleset.classify(texts, Scope())
        actual = {
            m.theme: (m.score, [(e.field, e.start, e.end) for e in m.evidence])
            for m in matches
            if m.verdict is Verdict.APPLIES
        }
        assert actual == expected, texts
