"""Promises of matching: what is found where, as words of the text as it was."""

import pytest

from pipeline.model import Field, Scope, Tier, Type
from pipeline.rules.parse import parse_query
from pipeline.rules.query import compile_query
from pipeline.rules.tree import Term

SCOPE = Scope(
    source="gov",
    group="Digital",
    jurisdiction="US-CA",
    type=Type.BILL,
    language="en-US",
    tier=Tier.OFFICIAL,
)


def found(query: str, text: str, **fields: str) -> list[str] | None:
    """Return the words found, as the text spells them, or None."""
    texts = {Field.SUMMARY: text, **{Field(name): words for name, words in fields.items()}}
    evidence = compile_query(parse_query(query, gate=True)).find(texts, SCOPE)
    if evidence is None:
        return None
    assert [e.text for e in evidence] == [texts[e.field][e.start : e.end] for e in evidence]
    return [e.text for e in evidence]


@pytest.mark.parametrize(
    ("query", "text", "words"),
    [
        pytest.param("AI", "生成AIの規制", ["AI"], id="latin word within cjk"),
        pytest.param("AI", "He said: AI-based, ＡＩ", ["AI", "ＡＩ"], id="whole word"),
        pytest.param("AI", "maintain aims", None, id="inside a word"),
        pytest.param("union", "réunion", None, id="inside a word with accents"),
        pytest.param("C++", "C++, C++11 and C", ["C++", "C++"], id="signs"),
        pytest.param(
            "govern*", "Governance, misgovern", ["Governance"], id="prefix to the end of the word"
        ),
        pytest.param("規制*", "規制緩和", ["規制"], id="prefix in cjk"),
        pytest.param(
            '"AI regulat*"', "AI regulations", ["AI regulations"], id="prefix of a phrase"
        ),
        pytest.param("規制", "規制と規\n制", ["規制", "規\n制"], id="substring"),
        pytest.param("규제", "인공지능규제법", ["규제"], id="substring in hangul"),
        pytest.param("GPT-4", "GPT‑4, gpt 4, GPT4", ["GPT‑4", "gpt 4"], id="hyphen is space"),
        pytest.param(
            "データ・センター",
            "ﾃﾞｰﾀｾﾝﾀｰ と データ・センタ",
            ["ﾃﾞｰﾀｾﾝﾀｰ", "データ・センタ"],
            id="katakana",
        ),
        pytest.param(
            "マネー", "デジタルマネーとマネー", ["マネー", "マネー"], id="tail of a longer run"
        ),
        pytest.param("マネー", "マネジメント、デジタルマネジメント", None, id="not any run"),
        pytest.param(
            "マネー*",
            "デジタルマネジメント、デジタルマネーとマネーロンダリング",
            ["マネー", "マネー"],
            id="a tail does not go on",
        ),
        pytest.param("raw:マネー", "デジタルマネー", ["マネー"], id="raw tail"),
        pytest.param("data*", "dataq\u0301.", ["dataq\u0301"], id="a mark stays with its letter"),
        pytest.param("ガス", "都市ガス、ガスタービン", ["ガス"], id="short katakana alone"),
        pytest.param("ガス*", "ガスタービン、バイオガス", ["ガス"], id="short katakana prefix"),
        pytest.param("raw:US", "us US U.S. ＵＳ", ["US", "ＵＳ"], id="raw"),
        pytest.param(
            'raw:"Straße A"', "STRASSE A, Straße a, Straße A", ["Straße A"], id="raw beside ß"
        ),
        pytest.param("strasse", "Straße", ["Straße"], id="one to two characters"),
        pytest.param("cafe\u0301", "CAFÉ", ["CAFÉ"], id="combining"),
        pytest.param("fine", "a ﬁne day", ["ﬁne"], id="ligature"),
        pytest.param("会社", "㍿", ["㍿"], id="inside one character"),
        pytest.param("a AND b", "b x a", ["b", "a"], id="and"),
        pytest.param("a AND b", "a", None, id="and needs all"),
        pytest.param('a OR "b c"~2 OR (d AND e)', "c x b d", ["c", "b"], id="or"),
        pytest.param("(a AND b) OR (c AND d)", "a c d", ["c", "d"], id="or of ands"),
        pytest.param("(a AND b) OR (c AND d)", "a c", None, id="no branch"),
        pytest.param("a NOT b", "a", ["a"], id="not"),
        pytest.param("a NOT b", "a b", None, id="not, but there"),
        pytest.param("(a OR b^2)^3", "b", ["b"], id="boost finds the same"),
        pytest.param("b^2", "a", None, id="boost of nothing"),
        pytest.param("a NEAR/1 b", "a x b y z b", ["a", "b"], id="near"),
        pytest.param("a NEAR/1 b", "b x a", ["b", "a"], id="near either way"),
        pytest.param("a ONEAR/1 b", "b x a", None, id="ordered"),
        pytest.param("a NEAR/1 b", "a x y b", None, id="too far"),
        pytest.param(
            "規制 NEAR/2 法案",
            "規制のための法案",
            ["規制", "法案"],
            id="cjk characters are half words",
        ),
        pytest.param(
            "規制 NEAR/2 法案", "規制するための法案", None, id="five of them are too many"
        ),
        pytest.param("a NEAR/0 b", "a, (-) b", ["a", "b"], id="signs are no words"),
        pytest.param("a NEAR/1 b", f"a {'x' * 90} b", None, id="a word without end"),
        pytest.param("data NEAR/3 (data OR law)", "data", None, id="a word is not near itself"),
        pytest.param('"a b c"~1', "a c x b", ["a", "c", "b"], id="sloppy in any order"),
        pytest.param('"規制 改革"~2', "改革と規制", ["改革", "規制"], id="sloppy in cjk"),
        pytest.param('"a govern*"~1', "governing a", ["governing", "a"], id="sloppy prefix"),
        pytest.param('"a b"~1', f"a {'x' * 90} b", None, id="sloppy and far"),
        pytest.param("(a ONEAR/9 b) ONEAR/0 c", "a c b", None, id="ordered, not in between"),
        pytest.param("(a NEAR/9 b) NEAR/0 (c OR a)", "a c b", ["a", "c", "b"], id="in between"),
        pytest.param("c NEAR/0 (a NEAR/9 b)", "a c b", ["a", "c", "b"], id="the other in between"),
        pytest.param("jur:US AND a", "a", ["a"], id="a part of a jurisdiction"),
        pytest.param("lang:EN type:bill".replace(" ", " AND "), "a", [], id="scopes alone"),
        pytest.param('source:gov AND group:"digital" AND tier:official', "a", [], id="more scopes"),
        pytest.param("jur:JP OR tier:press", "a", None, id="from elsewhere"),
        pytest.param("NOT b", "a", [], id="not alone"),
    ],
)
def test_found(query: str, text: str, words: list[str] | None) -> None:
    assert found(query, text) == words


def test_fields_are_looked_at_alone() -> None:
    assert found("title:a", "a") is None
    assert found("title:(a NOT b) AND summary:b", "b", title="a") == ["a", "b"]
    assert found("text:a", "x", body="a") == ["a"]
    assert found("body:(a NEAR/1 b)", "a b", body="b a") == ["b", "a"]


def test_no_distance_reaches_into_another_field() -> None:
    assert found("a NEAR/9 b", "b", title="a") is None
    assert found('"a b"', "b", title="a") is None


def test_what_folds_to_nothing_is_nowhere() -> None:
    assert compile_query(Term(text="\u200b")).find({Field.TITLE: "a"}, SCOPE) is None


@pytest.mark.parametrize(
    "query", ["ai NEAR/100 law", '"ai law act"~100', "(ai NEAR/9 law) NEAR/9 ai"]
)
def test_a_text_of_one_word_over_and_over_costs_no_more(query: str) -> None:
    texts = {Field.BODY: "AI law act " * 20_000}
    evidence = compile_query(parse_query(query)).find(texts, SCOPE)
    assert evidence
    assert len(evidence) < 10_000
