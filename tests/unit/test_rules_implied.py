"""What is said to hold wherever another query does is never denied by the naive matcher."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.fold import fold
from pipeline.model import Field, Scope
from pipeline.rules.implied import implies, masks_of, term_implies
from pipeline.rules.parse import parse_query
from pipeline.rules.query import compile_query
from pipeline.rules.tree import Node, Or, Term
from tests.cases import Case, plain, spelled
from tests.matching import tree_of
from tests.naive import Atom, Naive, Wanted, written

# Each stands within some of those behind it, or looks as if it did.
WORDS = (
    "ai",
    "law",
    "laws",
    "ai law",
    "gov",
    "govern",
    "governance",
    "gpt",
    "gpt 4",
    "規制ai",
    "規制",
    "規制法案",
    "法案",
    "京都",
    "東京都",
    "東京都の",
    "サーバー",
    "市サーバー",
    "ガス",
    "ガスタービン",
)
NOISE = ("AI", "ＡＩ", "Law", "の", "、", "x", "1", "ー", "said", "governing", "規\n制", "・")
GLUES = (" ", " ", "", "\n")
SEEDS = st.integers(0, 2**32)
MASKS = ("", "東京都", "governance", "ガスタービン", "ai law")


def word(texts: Sequence[str]) -> st.SearchStrategy[Any]:
    prefixed = st.tuples(
        st.sampled_from(texts), st.booleans(), st.sampled_from((False, False, True))
    )
    return prefixed.map(lambda drawn: ("word", wanted(*drawn)))


def wanted(text: str, prefix: bool = False, cased: bool = False) -> Wanted:
    return Wanted(plain(text), prefix and len(text) > 2, cased)


def near(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.tuples(st.just("near"), inner, inner, st.integers(0, 3), st.booleans())


def joined(kinds: Sequence[str], inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.tuples(st.sampled_from(kinds), inner, inner)


BESIDE = st.recursive(word(WORDS), lambda inner: near(inner) | joined(("or",), inner), max_leaves=3)
CORE = st.recursive(BESIDE, lambda inner: joined(("and", "or"), inner), max_leaves=3)
UNIT = (
    CORE
    | st.tuples(st.just("field"), st.sampled_from(Field), CORE)
    | st.tuples(st.just("boost"), st.just(2), CORE)
)
WITHOUT = st.tuples(st.just("and"), UNIT, st.tuples(st.just("not"), CORE))
QUERIES = UNIT | joined(("and", "or"), UNIT) | WITHOUT


@st.composite
def akin(draw: st.DrawFn, node: Any) -> Any:
    """Draw a query that asks for the same, for less, or for something that looks like it."""
    kind, *parts = node
    if kind == "word":
        text = written(parts[0].atoms)
        return draw(st.just(node) | word([w for w in WORDS if w in text]))
    if kind == "near":
        sides = draw(st.permutations(parts[:2]))
        distance = max(parts[2] + draw(st.integers(-1, 1)), 0)
        return draw(st.sampled_from([("near", *sides, distance, draw(st.booleans())), *sides]))
    if kind in ("field", "boost"):
        inner = draw(akin(parts[1]))
        wraps = [("field", parts[0] if kind == "field" else Field.BODY), ("boost", 2)]
        wrapped = [] if inner[0] in ("field", "boost") else [(*wrap, inner) for wrap in wraps]
        return draw(st.sampled_from([inner, *wrapped]))
    shuffled = draw(st.permutations(parts)) if kind == "or" else parts
    both = (kind, *[draw(akin(part)) for part in shuffled])
    return draw(st.sampled_from([both, *(both[1:] if kind == "and" else ())]))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Any, Any]:
    narrow = draw(QUERIES)
    wide = draw(akin(narrow))
    widened = ("or", draw(UNIT), wide) if wide[0] != "not" and draw(st.booleans()) else wide
    return narrow, widened


def texts_of(seed: int, words: Sequence[str]) -> Iterator[dict[Field, tuple[Atom, ...]]]:
    """Give items that are made of some words, and of what may stand beside them."""
    rng = Random(seed)
    for _ in range(20):
        few = rng.sample(words, min(len(words), 4))
        lengths = zip(Field, (4, 8, 4), strict=True)
        yield {field: _text(rng, few, rng.randrange(length)) for field, length in lengths}


def _text(rng: Random, words: Sequence[str], length: int) -> tuple[Atom, ...]:
    atoms: list[Atom] = []
    for _ in range(length):
        one = rng.choice([*list(words) * 4, *NOISE])
        in_any_spelling = one in words and rng.random() < 0.3
        atoms += spelled(rng, one.lower()) if in_any_spelling else plain(one)
        atoms += plain(rng.choice(GLUES))
    return tuple(atoms)


def words_in(node: Any) -> list[str]:
    kind, *parts = node
    if kind == "word":
        return [written(parts[0].atoms)]
    return [w for part in parts if isinstance(part, tuple) for w in words_in(part)]


def tree(node: Any) -> Node:
    return tree_of(Case(node, {}, ()))


def naive(texts: dict[Field, tuple[Atom, ...]], mask: str) -> Naive:
    return Naive(texts, [wanted(mask)] if mask else [])


def masks(mask: str) -> frozenset[str]:
    return masks_of([mask] if mask else [])


def denied(narrow: Any, wide: Any, item: Naive) -> bool:
    everywhere = frozenset(Field)
    held, found = item.holds(narrow, everywhere), item.holds(wide, everywhere)
    return held is not None and found is None


@settings(max_examples=250, deadline=None)
@given(pairs(), st.sampled_from(MASKS), SEEDS)
def test_what_is_implied_is_never_denied(pair: tuple[Any, Any], mask: str, seed: int) -> None:
    narrow, wide = pair
    if implies(tree(narrow), tree(wide), masks(mask)):
        for texts in texts_of(seed, words_in(narrow)):
            assert not denied(narrow, wide, naive(texts, mask)), texts


@settings(max_examples=150, deadline=None)
@given(QUERIES, QUERIES, st.sampled_from(MASKS), SEEDS)
def test_nor_is_what_two_queries_by_chance_imply(
    narrow: Any, wide: Any, mask: str, seed: int
) -> None:
    if implies(tree(narrow), tree(wide), masks(mask)):
        for texts in texts_of(seed, [*words_in(narrow), *words_in(wide)]):
            assert not denied(narrow, wide, naive(texts, mask)), texts


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        ('"AI law"', "AI"),
        ("AI AND law", "law AND AI"),
        ("AI AND law", "AI OR ban"),
        ("AI OR law", "ban OR law OR AI"),
        ("(AI AND law) OR (AI AND ban)", "AI"),
        ("title:AI", "AI"),
        ("title:AI", "text:AI"),
        ("title:(AI AND law)", "title:law"),
        ("AI^2", "AI"),
        ("AI NOT law", "AI"),
        ("AI NOT law", "AI NOT (law AND ban)"),
        ("AI AND jur:US-CA", "AI AND jur:us"),
        ("AI AND lang:ja", "lang:ja"),
        ("AI NEAR/2 law", "law NEAR/3 AI"),
        ("AI ONEAR/2 law", "AI NEAR/2 law"),
        ("AI NEAR/2 law", "law"),
        ("AI NEAR/2 (law OR bill)", "AI NEAR/2 (ban OR bill OR law)"),
        ("(AI NEAR/2 law) NEAR/3 ban", "(law NEAR/2 AI) NEAR/3 ban"),
        ("(AI NEAR/2 law) NEAR/3 ban", "AI"),
        ("(AI NEAR/2 law) NEAR/3 ban", "AI NEAR/2 law"),
        ("AI NEAR/2 (law OR laws)", "law OR laws OR ban"),
        ("government", "govern*"),
        ("government*", "govern*"),
        ("生成AI規制", "規制"),
        ("raw:AI", "AI"),
        ("raw:EU's", "raw:EU"),
        ('"AI law"~2', '"AI law"~3'),
        ('"AI laws"~2', "law*"),
        ('"AI law"~2', "AI AND law"),
    ],
)
def test_what_is_implied(narrow: str, wide: str) -> None:
    assert implies(parse_query(narrow), parse_query(wide, gate=True))


@pytest.mark.parametrize(
    ("narrow", "wide", "mask"),
    [
        ("AI", "law", ""),
        ("AI", "AI AND law", ""),
        ("AI OR law", "AI", ""),
        ("AI", "title:AI", ""),
        ("summary:(AI AND law)", "title:AI", ""),
        ("AI NOT law", "AI NOT ban", ""),
        ("AI", "NOT law", ""),
        ("AI AND jur:US", "jur:US-CA", ""),
        ("AI AND jur:US", "lang:us", ""),
        ("AI NEAR/3 law", "AI NEAR/2 law", ""),
        ("AI NEAR/2 law", "AI ONEAR/2 law", ""),
        ("AI ONEAR/2 law", "law ONEAR/2 AI", ""),
        ("AI NEAR/2 law", '"AI law"', ""),
        ("(AI NEAR/2 law) NEAR/3 ban", "(AI OR x) NEAR/3 ban", ""),
        ('"AI law" NEAR/2 ban', "AI NEAR/2 ban", ""),
        ("govern*", "govern", ""),
        ("laws", "law", ""),
        ("AI", "raw:AI", ""),
        ("raw:Ai", "raw:AI", ""),
        ("ガスタービン", "ガス", ""),
        ("デジタルマネー", "マネー", ""),
        ('"AI law"~3', '"AI law"~2', ""),
        ('"AI law"', '"AI law"~2', ""),
        ("東京都の", "京都", "東京都"),
        ('"good govern*"', "govern*", "governance"),
    ],
)
def test_what_is_not_sure_is_not_said(narrow: str, wide: str, mask: str) -> None:
    assert not implies(parse_query(narrow), parse_query(wide, gate=True), masks(mask))


def test_a_list_implies_itself_however_long_it_is() -> None:
    words = tuple(Term(text=f"word{n}") for n in range(3000))
    lists: dict[str, Node] = {"w": Or(children=words)}
    narrow, wide = (parse_query(f"{q} AND AI", lists=lists) for q in ("$w", "($w NEAR/2 AI)"))
    assert implies(narrow, parse_query("$w", lists=lists))
    assert implies(wide, parse_query("$w NEAR/3 AI", lists=lists))
    assert not implies(narrow, parse_query("title:$w", lists=lists))


# --- terms alone -----------------------------------------------------------------------------

TERM_WORDS = (*WORDS, "マネー", "東京マネー", "デジタルマネー", "EU", "EU/US", "eu", "us")


@st.composite
def terms(draw: st.DrawFn) -> Term:
    text = draw(st.sampled_from(TERM_WORDS))
    if draw(st.booleans()):
        text = f"{text} {draw(st.sampled_from(TERM_WORDS))}"
    slop = draw(st.integers(1, 3)) if " " in text and draw(st.booleans()) else 0
    prefix = draw(st.booleans()) and len(text.split()[-1]) > 2
    return Term(text=text, prefix=prefix, cased=draw(st.booleans()), slop=slop, quoted=True)


def node_of(term: Term) -> Any:
    """Return a term as the naive matcher is asked for it."""
    if not term.slop:
        return ("word", Wanted(plain(term.text), term.prefix, term.cased))
    words = [Wanted(plain(text), cased=term.cased) for text in term.text.split()]
    return ("sloppy", (*words[:-1], replace(words[-1], prefix=term.prefix)), term.slop)


@settings(max_examples=300, deadline=None)
@given(terms(), terms(), st.sampled_from(MASKS), SEEDS, st.data())
def test_a_term_that_is_implied_is_always_found(
    narrow: Term, other: Term, mask: str, seed: int, data: st.DataObject
) -> None:
    wide = data.draw(st.sampled_from([other, *_akin(narrow)]))
    if not term_implies(narrow, wide, masks(mask)):
        return
    pieces = [narrow.text, *narrow.text.split(), narrow.text.upper()]
    for texts in texts_of(seed, pieces):
        assert not denied(node_of(narrow), node_of(wide), naive(texts, mask)), texts
        as_written = {field: written(atoms) for field, atoms in texts.items()}
        held, found = (compile_query(term).find(as_written, Scope()) for term in (narrow, wide))
        assert mask or held is None or found is not None, texts


def _akin(term: Term) -> list[Term]:
    """Give terms that look as if a term held them."""
    inside = [w for w in TERM_WORDS if fold(w) in fold(term.text)]
    alike = [replace(term, cased=not term.cased), replace(term, prefix=not term.prefix)]
    if term.slop:
        alike += [replace(term, slop=slop) for slop in (1, term.slop + 1)]
    return alike + [
        Term(text=text, prefix=prefix, cased=cased)
        for text in inside
        for prefix in (False, len(text) > 2)
        for cased in (False, term.cased)
    ]
