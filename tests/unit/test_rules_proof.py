"""Promises about proofs: what is said to be impossible is so, and what is not proved is let be."""

import pytest
from hypothesis import Phase, given, settings

from pipeline.fold import fold
from pipeline.rules.parse import parse_query
from pipeline.rules.proof import always, clash
from pipeline.rules.tree import Not, Or, Term
from tests.cases import Case, pairs
from tests.matching import naive_answer, tree_of
from tests.naive import written

LISTS = {"ai": Or(children=(Term(text="AI"), Term(text="machine learning")))}


def follows(this: str, that: str, *masks: str) -> bool:
    """Say whether it is proved that one query holds wherever another does."""
    one, other = (parse_query(query, lists=LISTS, gate=True) for query in (this, that))
    return clash([one, Not(child=other)], frozenset(masks)) is not None


@pytest.mark.parametrize(
    ("this", "that"),
    [
        pytest.param("AI", "ＡＩ", id="the same folded"),
        pytest.param("raw:AI", "ai", id="capitals are one spelling"),
        pytest.param('raw:"the US"', "raw:US", id="capitals within"),
        pytest.param("governance", "govern*", id="prefix"),
        pytest.param('"data governance"', "govern*", id="prefix within"),
        pytest.param("governan*", "govern*", id="longer prefix"),
        pytest.param('"AI act of*"', '"AI act"', id="phrase within"),
        pytest.param("規制法案", "法案", id="substring"),
        pytest.param("生成AI", "AI", id="latin word within"),
        pytest.param("규제법", "규제", id="hangul"),
        pytest.param("データガバナンス", "データ", id="long katakana within"),
        pytest.param("マネー", "マネー*", id="katakana with a tail"),
        pytest.param('"b a"~2', "a", id="word of a sloppy phrase"),
        pytest.param('"a b"~2', '"A b"~3', id="less slop"),
        pytest.param("a NEAR/3 b", "b NEAR/3 a", id="near either way"),
        pytest.param("a ONEAR/3 b", "b NEAR/4 a", id="ordered and nearer"),
        pytest.param("(a OR $ai) NEAR/3 b", "a OR $ai", id="one of near"),
        pytest.param("title:(a NEAR/3 b)", "title:b OR c", id="near in a field"),
        pytest.param("title:a", "text:a", id="field"),
        pytest.param("a^2 AND b", "(b OR c)^3", id="boosts"),
        pytest.param("$ai", "AI OR ban OR machine AND learning", id="list"),
        pytest.param("a AND (b OR c)", "(a AND b) OR (a AND c) OR b OR c", id="branches"),
        pytest.param("a AND b", "b AND a", id="order"),
        pytest.param("a NOT (b OR c)", "NOT c", id="denied"),
        pytest.param("a NOT b", "a NOT (b AND c)", id="denied together"),
        pytest.param("jur:us-ca", "jur:US", id="part of a jurisdiction"),
        pytest.param("jur:JP", "NOT jur:US", id="elsewhere"),
        pytest.param("a AND jur:JP", "a NOT jur:US", id="here and not elsewhere"),
        pytest.param("tier:press OR tier:research", "NOT tier:official", id="other tiers"),
        pytest.param("jur:JP OR jur:EU", "NOT (jur:US OR jur:GB)", id="elsewhere altogether"),
        pytest.param("NOT (NOT a)", "a", id="twice denied"),
    ],
)
def test_proved(this: str, that: str) -> None:
    assert follows(this, that)


@pytest.mark.parametrize(
    ("this", "that"),
    [
        pytest.param("AI", "AIs", id="another word"),
        pytest.param("govern*", "governance", id="prefix"),
        pytest.param("govern*", "govern", id="prefix and word"),
        pytest.param('"data govern*"', "govern", id="prefix within"),
        pytest.param("maintain", "AI", id="inside a word"),
        pytest.param("規制AIs", "AI", id="inside a word after cjk"),
        pytest.param("AI規制", "aig*", id="not there"),
        pytest.param("ai", "raw:AI", id="any capitals"),
        pytest.param('raw:"the us"', "raw:US", id="other capitals"),
        pytest.param("バイオガス", "ガス", id="short katakana"),
        pytest.param("都市ガス", "ガス", id="short katakana behind han"),
        pytest.param("マネー", "マネ*", id="tail"),
        pytest.param('"a b"', '"a b"~2', id="phrase and sloppy phrase"),
        pytest.param('"a b"~3', '"a b"~2', id="more slop"),
        pytest.param('"a b"~2', "raw:a", id="sloppy and cased"),
        pytest.param("a NEAR/3 b", "a NEAR/2 b", id="farther"),
        pytest.param("a NEAR/3 b", "a ONEAR/3 b", id="any order"),
        pytest.param('"a c" NEAR/0 b', "c NEAR/0 a", id="other units"),
        pytest.param("a AND b", "a NEAR/5 b", id="not near"),
        pytest.param("a", "title:a", id="any field"),
        pytest.param("a OR b", "a", id="one branch"),
        pytest.param("a", "a AND b", id="one of two"),
        pytest.param("NOT a", "NOT b", id="another denied"),
        pytest.param("jur:US", "jur:US-CA", id="whole jurisdiction"),
        pytest.param("jur:US", "lang:US", id="another name"),
        pytest.param("jur:US", "NOT jur:US-CA", id="whole without a part"),
        pytest.param("jur:JP OR jur:EU", "NOT (jur:US OR jur:JP)", id="partly elsewhere"),
        pytest.param("jur:JP OR tier:press", "NOT jur:US", id="of two kinds"),
        pytest.param("jur:US", "NOT a", id="scope and word"),
    ],
)
def test_not_proved(this: str, that: str) -> None:
    assert not follows(this, that)


def test_a_mask_may_hide_the_inner_word() -> None:
    assert follows("京都府警", "京都", "東京都")
    assert not follows("東京都民", "京都", "東京都")
    assert not follows('"good govern*"', "govern*", "governance")
    assert follows("govern*", "gov*", "governor")
    assert follows("東京都民", "東京都民", "東京都")


def test_what_masks_hide_is_impossible() -> None:
    tokyo = frozenset({"tokyo", "osaka"})
    hidden = ["tokyo", "title:Tokyo", "Tokyo NEAR/3 a", '"Tokyo a"~3', "(tokyo OR osaka) AND a"]
    assert [bool(clash([parse_query(query)], tokyo)) for query in hidden] == [True] * 5
    seen = ["tokyo*", "tokyo OR a", "Tokyo-to", "a NOT tokyo", '"a tokyo*"~3']
    assert [bool(clash([parse_query(query)], tokyo)) for query in seen] == [False] * 5


@pytest.mark.parametrize(
    ("query", "expected"),
    [("NOT a", False), ("jur:JP", False), ("a OR b", False), ("NOT a OR NOT b", False)],
)
def test_a_query_that_may_fail_does_not_always_hold(query: str, expected: bool) -> None:
    assert always(parse_query(query, gate=True)) is expected


def test_a_long_clash_is_told_in_short() -> None:
    words = " OR ".join(f"word{i}" for i in range(30))
    found = clash([parse_query(words), Not(child=parse_query(words))])
    assert found is not None
    assert len(str(found)) < 150


def test_a_list_is_denied_as_a_whole_at_any_length_and_word_by_word_where_it_is_short() -> None:
    for length, proved in ((3, True), (300, False)):
        words = tuple(Term(text=f"word{i}") for i in range(length))
        assert clash([Or(children=words), Not(child=Or(children=(*words, Term(text="x"))))])
        denied = [Not(child=word) for word in words]
        assert bool(clash([Or(children=words), *denied[:100]])) is proved


@settings(
    max_examples=2000, derandomize=True, database=None, deadline=None, phases=(Phase.generate,)
)
@given(pairs())
def test_no_text_contradicts_a_proof(pair: tuple[Case, Case]) -> None:
    one, other = pair
    this, that = map(tree_of, pair)
    masks = frozenset(fold(written(mask.atoms)) for mask in one.masks)
    if clash([this], masks):
        assert naive_answer(one) is None
    if clash([this, that], masks):
        assert None in (naive_answer(one), naive_answer(other))
    if clash([this, Not(child=that)], masks):
        assert naive_answer(one) is None or naive_answer(other) is not None
