"""Promises of the form in which words are compared, and of the way back."""

import sys
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.fold import WayBack, fold, fold_cased, is_cjk, is_katakana, offsets, pieces

HOSTILE = (
    "ァアカーー・･ﾃﾞｰﾀ　 \n\t-‐—\u00ad\u200bßİﬁ①e\u0301\u0323"
    "가각ᄀ\u1161\u11a8\u3164ﾡ漢字㍿㌔葛\U000e0100AIａｉ"
)
any_text = st.one_of(st.text(), st.text(alphabet=HOSTILE))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        pytest.param("Data-Governance  Act", "data governance act", id="ascii"),
        pytest.param("ＡＩ　と　ﾃﾞｰﾀ", "ai とデータ", id="width"),
        pytest.param("GPT‑4 – and", "gpt 4 and", id="dashes"),
        pytest.param("soft\u00adhyphen\u200b", "softhyphen", id="invisible"),
        pytest.param("Straße ﬁne", "strasse fine", id="one-to-two"),
        pytest.param("İstanbul", "istanbul", id="dotted I"),
        pytest.param("人工\n知能 の規制", "人工知能の規制", id="space in cjk"),
        pytest.param("인공지능 규제", "인공지능 규제", id="hangul keeps its spaces"),
        pytest.param("AI 規制", "ai 規制", id="space beside latin stays"),
        pytest.param("データ・センター", "データセンタ", id="dot and long vowel"),
        pytest.param("サーバー", "サーバ", id="run of four"),
        pytest.param("キー データー", "キーデータ", id="space goes before the vowel does"),
        pytest.param("マネー", "マネー", id="run of three"),
        pytest.param("葛\U000e0100飾", "葛飾", id="variation selector"),
        pytest.param(" \n ", "", id="nothing"),
    ],
)
def test_folded(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        pytest.param("a-b", ((0, 1), (1, 2), (2, 3)), id="in place"),
        pytest.param("ﾃﾞ①", ((0, 2), (2, 3)), id="half-width voiced"),
        pytest.param("ﬁß", ((0, 1), (0, 1), (1, 2), (1, 2)), id="one to two"),
        pytest.param("e\u0301x", ((0, 2), (2, 3)), id="combining"),
        pytest.param("q\u0301x", ((0, 2), (0, 2), (2, 3)), id="a mark that no letter takes in"),
        pytest.param("\u1112\u1161\u11ab", ((0, 3),), id="jamo"),
        pytest.param("a\u00adb", ((0, 1), (2, 3)), id="soft hyphen"),
        pytest.param(" a \n b ", ((1, 2), (2, 5), (5, 6)), id="white space"),
        pytest.param("人 工", ((0, 1), (2, 3)), id="space in cjk"),
        pytest.param("サーバー", ((0, 1), (1, 2), (2, 4)), id="vowel stays with its word"),
        pytest.param("i\u0307!", ((0, 2), (2, 3)), id="dotted i"),
    ],
)
def test_offsets_lead_back(text: str, spans: tuple[tuple[int, int], ...]) -> None:
    assert offsets(text) == spans


@given(any_text)
def test_every_folded_character_has_a_place_in_the_text(text: str) -> None:
    folded, spans = fold(text), offsets(text)
    assert len(spans) == len(folded)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    for char, (start, end) in zip(folded, spans, strict=True):
        assert char == " " or char in fold(text[start:end])


@given(any_text)
def test_the_places_of_folded_characters_follow_each_other(text: str) -> None:
    for before, behind in pairwise(offsets(text)):
        assert before[0] <= behind[0]
        assert before[1] <= behind[1]


@given(any_text)
def test_every_letter_belongs_to_a_folded_character(text: str) -> None:
    covered = {place for start, end in offsets(text) for place in range(start, end)}
    assert not [char for place, char in enumerate(text) if place not in covered and char.isalnum()]


@given(any_text, st.data())
def test_a_longer_span_reaches_from_its_first_to_its_last_character(
    text: str, data: st.DataObject
) -> None:
    spans = offsets(text)
    if spans:
        start = data.draw(st.integers(0, len(spans) - 1))
        end = data.draw(st.integers(start + 1, len(spans)))
        way_back = WayBack(text, fold(text))
        assert way_back.span(start, end) == (spans[start][0], spans[end - 1][1])


@given(any_text)
def test_capitals_stand_where_their_folded_letters_do(text: str) -> None:
    assert fold_cased(text).casefold() == fold(text)
    assert len(fold_cased(text)) == len(fold(text))


@given(st.text(alphabet="ァアカー・ -\n漢字AIａе́가각①"))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_no_character_leaves_a_dash() -> None:
    dashes = frozenset("-\u058a\u05be\u1400\u1806\u2010‑‒–—―−\u2e3a\u2e3b゠")
    left = [c for c in map(chr, range(sys.maxunicode)) if not dashes.isdisjoint(fold(f"x{c}y"))]
    assert left == []


def test_capitals_are_kept() -> None:
    assert fold_cased("ＵＳ and Straße") == "US and Strasse"


def test_pieces_of_nothing_are_none() -> None:
    assert list(pieces("\u200b")) == []


def test_what_counts_as_cjk_and_katakana() -> None:
    assert [c for c in "aé漢かカーㇰ가々。・1" if is_cjk(c)] == list("漢かカーㇰ가々")
    assert [c for c in "aかカーㇰ・" if is_katakana(c)] == list("カーㇰ")
