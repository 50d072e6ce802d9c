"""Promises of the form in which words are compared, and of the way back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.fold import aligned, fold, fold_cased, is_cjk, is_katakana, offsets, pieces

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
    spans = offsets(text)
    assert len(spans) == len(fold(text))
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert list(spans) == sorted(spans)


@given(any_text)
def test_capitals_stand_where_their_folded_letters_do(text: str) -> None:
    assert fold_cased(text).casefold() == fold(text)
    assert len(fold_cased(text)) == len(fold(text))


@given(any_text)
def test_aligned_texts_are_their_own_offsets(text: str) -> None:
    if aligned(text, fold(text)):
        assert offsets(text) == tuple((i, i + 1) for i in range(len(text)))


@given(st.text(alphabet="ァアカー・ -\n漢字AIａе́가각①"))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_capitals_are_kept() -> None:
    assert fold_cased("ＵＳ and Straße") == "US and Strasse"


def test_pieces_of_nothing_are_none() -> None:
    assert list(pieces("\u200b")) == []


def test_what_counts_as_cjk_and_katakana() -> None:
    assert [c for c in "aé漢かカーㇰ가々。・1" if is_cjk(c)] == list("漢かカーㇰ가々")
    assert [c for c in "aかカーㇰ・" if is_katakana(c)] == list("カーㇰ")
