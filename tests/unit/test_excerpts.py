import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcswidth

from pipeline.excerpts import WIDTH, Excerpt, excerpt, marked_title
from pipeline.model import Evidence, Field, Item
from tests import make


def found(item: Item, word: str, field: Field) -> list[Evidence]:
    return [
        Evidence(rule="r", field=field, start=m.start(), end=m.end(), text=word)
        for m in re.finditer(re.escape(word), item.text(field))
    ]


def marked(shown: Excerpt) -> list[str]:
    return [shown.text[start:end] for start, end in shown.marks]


def test_a_short_summary_is_shown_whole_with_its_words_marked() -> None:
    item = make.item(summary="Rules for models.\nAll models.")
    shown = excerpt(item, found(item, "models", Field.SUMMARY))
    assert shown == Excerpt(text="Rules for models. All models.", marks=((10, 16), (22, 28)))


@pytest.mark.parametrize(
    "summary", ["", " \n", make.item().title, f"  {make.item().title} "], ids=repr
)
def test_what_repeats_the_title_is_left_out(summary: str) -> None:
    assert excerpt(make.item(summary=summary), ()) == Excerpt()


def test_the_body_speaks_where_only_it_matched() -> None:
    item = make.item(summary="Nothing here.", body="In the body: compute.")
    shown = excerpt(item, found(item, "compute", Field.BODY))
    assert shown == Excerpt(text="In the body: compute.", marks=((13, 20),))


def test_the_summary_speaks_where_both_matched() -> None:
    item = make.item(summary="A compute rule.", body="compute")
    evidence = found(item, "compute", Field.BODY) + found(item, "compute", Field.SUMMARY)
    assert excerpt(item, evidence) == Excerpt(text="A compute rule.", marks=((2, 9),))


def test_the_body_speaks_where_there_is_no_summary() -> None:
    assert excerpt(make.item(summary="", body="Only this."), ()) == Excerpt(text="Only this.")


def test_a_match_far_down_is_shown_with_what_stands_before_it() -> None:
    item = make.item(summary="word " * 200 + "compute " + "tail " * 200)
    shown = excerpt(item, found(item, "compute", Field.SUMMARY))
    assert marked(shown) == ["compute"]
    assert shown.text.startswith("…word ")
    assert shown.text.endswith("tail…")


def test_a_match_far_down_in_text_without_spaces_is_shown() -> None:
    item = make.item(summary="あ" * 400 + "規制" + "い" * 400)
    shown = excerpt(item, found(item, "規制", Field.SUMMARY))
    assert marked(shown) == ["規制"]
    assert wcswidth(shown.text) <= WIDTH + 2


def test_an_excerpt_is_as_wide_as_is_asked() -> None:
    item = make.item(summary="word " * 20 + "compute " + "tail " * 20)
    shown = excerpt(item, found(item, "compute", Field.SUMMARY), 40)
    assert shown.text == "…word compute tail tail tail tail tail…"


def test_a_title_is_marked_whole() -> None:
    item = make.item("Rules for models", summary="models")
    evidence = found(item, "models", Field.TITLE) + found(item, "models", Field.SUMMARY)
    assert marked_title(item, evidence) == Excerpt(text="Rules for models", marks=((10, 16),))


def test_a_mark_ends_where_the_excerpt_ends() -> None:
    item = make.item(summary="x" + "a" * (WIDTH - 2) + "bcdef")
    evidence = found(item, "x", Field.SUMMARY) + found(item, "bcdef", Field.SUMMARY)
    assert marked(excerpt(item, evidence)) == ["x", "b"]


def test_words_that_overlap_are_marked_once() -> None:
    item = make.item(summary="risk assessment rules")
    evidence = found(item, "risk assessment", Field.SUMMARY) + found(
        item, "assessment rules", Field.SUMMARY
    )
    assert marked(excerpt(item, evidence)) == ["risk assessment rules"]


@pytest.mark.parametrize(
    "evidence",
    [
        pytest.param(
            Evidence(rule="r", field=Field.SUMMARY, start=0, end=4, text="Risk"), id="old"
        ),
        pytest.param(Evidence(rule="r", field=Field.SUMMARY, start=3, end=3, text=""), id="empty"),
        pytest.param(Evidence(rule="r", field=Field.BODY, start=0, end=4, text="Risk"), id="body"),
    ],
)
def test_evidence_of_another_revision_marks_nothing(evidence: Evidence) -> None:
    assert excerpt(make.item(summary="Rules."), [evidence]) == Excerpt(text="Rules.")


@given(st.text(alphabet="ab 規制\u0301\n", max_size=600), st.integers(0, 600), st.integers(1, 9))
def test_marks_always_lie_inside_the_excerpt(text: str, start: int, length: int) -> None:
    item = make.item(summary=text)
    words = text[start : start + length]
    place = Evidence(rule="r", field=Field.SUMMARY, start=start, end=start + len(words), text=words)
    shown = excerpt(item, [place] if words else [])
    assert all(0 <= a < b <= len(shown.text) for a, b in shown.marks)
