import pytest

from pipeline.text import clean_text, excerpt, html_to_text, one_line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a\x00b\x1b[31mc\x9fd", "ab[31mcd", id="controls"),
        pytest.param("a\ud800b\udfffc", "abc", id="lone surrogates"),
        pytest.param("safe\u202egpj.exe\u2066!", "safegpj.exe!", id="turned around"),
        pytest.param("A\u200bI\u2060 \ufeffAct", "AI Act", id="no width"),
        pytest.param("\U0001f469\u200d\U0001f4bb", "\U0001f469\u200d\U0001f4bb", id="joined emoji"),
        pytest.param("  a \t\xa0 b  ", "a b", id="spaces"),
        pytest.param("a \r\n\n \x0b b\u2028c", "a\nb\nc", id="line breaks"),
        pytest.param(
            "第１回\u3000 会議\u3000\u3000資料\u3000",
            "第１回\u3000会議\u3000資料",
            id="wide spaces",
        ),
        pytest.param("cafe\u0301 ①ＡＩ", "café ①ＡＩ", id="composed, but not folded"),
    ],
)
def test_text_is_safe_to_store_compare_and_print(text: str, expected: str) -> None:
    assert clean_text(text) == expected


def test_a_title_is_one_line() -> None:
    assert one_line(" A\r\nplan ") == "A plan"


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        pytest.param("plain", "plain", id="plain"),
        pytest.param("R&amp;D &mdash; x &lt; y", "R&D — x < y", id="entities alone"),
        pytest.param("a < b and c", "a < b and c", id="a sign, not a tag"),
        pytest.param(
            "one\nline\n\n \nanother", "one line\nanother", id="empty lines part paragraphs"
        ),
        pytest.param("<p>one</p><p>two\nlines</p>three", "one\ntwo lines\nthree", id="blocks"),
        pytest.param("gover<b>nance</b> of A<i>I</i>", "governance of AI", id="inside a word"),
        pytest.param(
            "a<br>b<!-- c --> d<?php e ?> f", "a\nb d f", id="break, comment, instruction"
        ),
        pytest.param(
            "<script>x</script><style>y</style>z<svg>w</svg>!", "z!", id="silent elements"
        ),
        pytest.param("&lt;p&gt;Tom &amp;amp; Ann&lt;/p&gt;", "Tom & Ann", id="escaped twice"),
        pytest.param(
            "caf\u00c3\u00a9 \u2013", "caf\u00c3\u00a9 \u2013", id="half of it encoded twice"
        ),
        pytest.param("a <![CDATA[<b>b</b>]]> c", "a b c", id="a CDATA section that was escaped"),
        pytest.param("&lt;![CDATA[b]]&gt;", "b", id="one that was escaped twice"),
        pytest.param(f"a &#{'9' * 5_000}; b", "a b", id="a number of many digits"),
        pytest.param("規&#0;&#xD800;&#x110000;制<br>", "規制", id="numbers of no characters"),
        pytest.param("&#x00000000041;&#066; &#;", "AB &#;", id="numbers with zeros before them"),
        pytest.param("caf\u00c3\u00a9", "café", id="UTF-8 encoded twice"),
        pytest.param("It\u00e2\u20ac\u2122s", "It’s", id="by way of Windows"),
        pytest.param("\u00e3\x81\u201a", "あ", id="by way of both"),
        pytest.param("jusqu’à\u00a0», Ó²", "jusqu’à », Ó²", id="only looks so"),
        pytest.param("Use of &lt;b&gt; in text", "Use of <b> in text", id="a text about a tag"),
        pytest.param("<!-- -->", "", id="nothing to see"),
        pytest.param("<?xml version='1.0' encoding='euc-jp'?><p>会議", "会議", id="prolog"),
        pytest.param("<td>a</td><td>第１回\u3000資料</td>", "a\n第１回\u3000資料", id="cells"),
    ],
)
def test_text_of_markup_is_what_a_reader_sees(markup: str, expected: str) -> None:
    assert html_to_text(markup) == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        pytest.param("<div>" * 400_000 + "deep", "", id="nested beyond the limit"),
        pytest.param("<!--" * 500_000, "", id="comments never closed"),
        pytest.param("&" * 2_000_000, "&" * 1_000_000, id="ampersands"),
    ],
)
def test_only_the_first_million_characters_are_read(markup: str, expected: str) -> None:
    assert html_to_text(markup) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("short\ntext", "short text", id="whole"),
        pytest.param("the quick brown fox jumps", "the quick brown…", id="at a word"),
        pytest.param("one, two, three, four", "one, two, three…", id="no mark before the ellipsis"),
        pytest.param(
            "政府は人工知能に関する基本計画を閣議決定した",
            "政府は人工知能に関する基本計画を閣…",
            id="no spaces",
        ),
    ],
)
def test_an_excerpt_fits(text: str, expected: str) -> None:
    assert excerpt(text, 18) == expected


def test_marks_piled_on_one_letter_are_cut_to_what_a_letter_can_wear() -> None:
    assert clean_text("a" + "\u0323" * 100_000 + "b") == "\u1ea1" + "\u0323" * 29 + "b"
