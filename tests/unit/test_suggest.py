"""Promises of the words that are suggested for a theme."""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.rules.parse import parse_query
from pipeline.rules.theme import Asked, Rule, Theme
from pipeline.suggest import LEAST_Z, Passage, Suggestion, suggest, terms

QUIET = [f"Harvest report number {n}x" for n in range(30)] + ["農業の統計を公表"] * 30


def theme(*queries: str, require: Sequence[str] = ()) -> Theme:
    return Theme(
        id="t",
        title={"en": "T"},
        require=tuple(Asked(query=q, tree=parse_query(q)) for q in require),
        rules=tuple(Rule(id=f"r{n}", query=q, tree=parse_query(q)) for n, q in enumerate(queries)),
    )


def found(
    inside: Sequence[str], outside: Sequence[str] = QUIET, of: Theme | None = None
) -> list[Suggestion]:
    def passages(texts: Sequence[str]) -> list[Passage]:
        return [Passage(title=text) for text in texts]

    return list(suggest(passages(inside), passages(outside), of or theme("zebra")))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("The AI Act", {"ai", "act", "ai act"}, id="words and phrases"),
        pytest.param("Meeting of the two", {"meeting"}, id="no small word at an end"),
        pytest.param(
            "bill of rights", {"bill", "rights", "bill of rights"}, id="small words inside"
        ),
        pytest.param("safety, security", {"safety", "security"}, id="a comma parts phrases"),
        pytest.param("Section 230. 7 2026", {"section", "section 230"}, id="no number alone"),
        pytest.param(
            "a b c d e f g five-word phrase here now",
            {
                "five",
                "word",
                "phrase",
                "here",
                "now",
                "five word",
                "word phrase",
                "phrase here",
                "here now",
                "five word phrase",
                "word phrase here",
                "phrase here now",
                "five word phrase here",
                "word phrase here now",
            },
            id="at most four words",
        ),
        pytest.param("l'industrie", {"industrie"}, id="an apostrophe"),
        pytest.param(
            "인공지능 규제", {"인공지능", "규제", "인공지능 규제"}, id="Hangul has spaces"
        ),
        pytest.param("規制", {"規制"}, id="two characters"),
        pytest.param(
            "AI規制案", {"ai", "ai規", "ai規制", "ai規制案", "規制", "規制案", "制案"}, id="mixed"
        ),
        pytest.param("の規制を", {"規制"}, id="no particle at an end"),
        pytest.param("規制について", {"規制"}, id="no word of grammar at an end"),
        pytest.param("このため、しました", set(), id="nothing but grammar"),
        pytest.param("アルゴリズム", {"アルゴリズム"}, id="katakana is one word"),
        pytest.param("第3回、3回", {"第3回"}, id="no number at an end in Japanese"),
        pytest.param("見直し", {"見直", "見直し", "直し"}, id="okurigana stays"),
        pytest.param("", set(), id="nothing"),
    ],
)
def test_a_text_has_terms(text: str, said: set[str]) -> None:
    assert terms(Passage(title=text)) == said
    assert terms(Passage(title="", text=text)) == said


def test_a_run_has_at_most_eight_characters() -> None:
    longest = max(terms(Passage(title="経済安全保障推進法改正案")), key=len)
    assert len(longest) == 8


def test_what_tells_a_theme_apart_comes_first() -> None:
    inside = [f"Export control of chips {n}x" for n in range(6)] + ["Harvest report number 1y"]
    best, *rest = found(inside)
    assert (best.term, best.inside, best.outside) == ("Export control of chips", 6, 0)
    assert best.example == "Export control of chips 0x"
    assert "Harvest" not in [each.term for each in rest]


def test_z_is_that_of_the_paper() -> None:
    # One term a text: 8 of 9 inside, 1 of 21 outside; the prior weighs 9 and is spread as they are.
    inside, outside = ["robots"] * 8 + ["farms"], ["robots"] + ["farms"] * 20
    prior = 9 * 9 / 31
    odds_inside = (8 + prior) / (9 + 9 - 8 - prior)
    odds_outside = (1 + prior) / (21 + 9 - 1 - prior)
    z = math.log(odds_inside / odds_outside) / math.sqrt(1 / (8 + prior) + 1 / (1 + prior))
    (only,) = found(inside, outside)
    assert only == Suggestion(
        term="robots", z=round(z, 3), inside=8, outside=1, example="robots", known=False
    )


def test_a_text_counts_once_however_often_it_says_a_word() -> None:
    assert found(["robots robots, robots"]) == []


def test_a_language_alone_tells_nothing() -> None:
    texts = [f"{word}を公表" for word in ("予算", "人口", "気温", "道路", "学校")] * 4
    assert found(texts, outside=[f"Harvest report number {n}x" for n in range(30)]) == []


def test_a_term_is_shown_as_it_was_written() -> None:
    inside = ["ＥＮＥＲＧＹ‐ACT draft", "energy-act text"] * 4
    assert found(inside)[0].term == "ＥＮＥＲＧＹ‐ACT"
    assert found(["エネルギー"] * 8)[0].term == "エネルギー"


@pytest.mark.parametrize(
    ("query", "known"),
    [
        pytest.param('"chip export"', True, id="the phrase"),
        pytest.param('title:("global chip export rules" OR z)^2', True, id="a longer one"),
        pytest.param("a AND (chip NEAR/3 export)", False, id="its words alone"),
        pytest.param("export* OR chips", False, id="a part of it"),
        pytest.param('zebra AND NOT "chip export"', False, id="under NOT"),
        pytest.param("zebra AND jur:JP", False, id="beside a scope"),
    ],
)
def test_what_the_rules_have_is_known(query: str, known: bool) -> None:
    best = found(["Chip export"] * 8, of=theme(query))[0]
    assert (best.term, best.known) == ("Chip export", known)
    assert found(["Chip export"] * 8, of=theme("zebra", require=[query]))[0].known == known


def test_japanese_words_of_the_rules_are_known_within_words() -> None:
    best = found(["先端技術"] * 8, of=theme("先端技術流出 NEAR/5 防止"))[0]
    assert (best.term, best.known) == ("先端技術", True)


def test_nothing_inside_suggests_nothing() -> None:
    assert found([]) == []
    assert found(["robots", "robots"], outside=[]) == []


texts = st.lists(
    st.one_of(st.text(max_size=30), st.sampled_from(["AI規制の見直し", "AI Act", "ｶﾞ 規制", "ßs 2"]))
)


@given(texts, texts)
def test_any_texts_are_compared(inside: list[str], outside: list[str]) -> None:
    suggestions = found(inside, outside)
    assert [s.z for s in suggestions] == sorted((s.z for s in suggestions), reverse=True)
    for each in suggestions:
        assert each.z >= round(LEAST_Z, 3)
        assert each.term in each.example
        assert 2 <= each.inside <= len(inside)
        assert each.outside <= len(outside)
