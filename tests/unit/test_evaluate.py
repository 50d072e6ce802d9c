import pytest

from pipeline.errors import ConfigError
from pipeline.evaluate import (
    Counts,
    Judged,
    Labelled,
    Share,
    Tally,
    evaluate,
    read_labelled,
    tallies,
)
from pipeline.records import Label
from tests import make


def judged(labels: str, found: str, language: str = "en", stratum: str = "") -> Judged:
    item = Labelled(
        id="x", title="t", text="", language=language, labels=frozenset(labels), stratum=stratum
    )
    return Judged(item=item, found=frozenset(found))


SET = [
    judged("ab", "a"),
    judged("a", "ab", "ja"),
    judged("", "b", "ja", "near_miss"),
    judged("", "", "en", "near_miss"),
    judged("b", "", "en"),
]


def test_counts_add_up_over_labels_themes_and_languages() -> None:
    found = evaluate(SET, ["a", "b", "c"])
    assert found.micro == Counts(true=2, false=2, missed=2)
    assert found.themes == {"a": Counts(true=2), "b": Counts(false=2, missed=2), "c": Counts()}
    assert found.languages == {
        "en": Counts(true=1, missed=2),
        "ja": Counts(true=1, false=2),
    }
    assert found.on_brief == Counts(true=2, false=1, missed=1)
    assert found.false_alarms == Share(hits=1, total=2)
    assert found.false_alarms_by_stratum == {"near_miss": Share(hits=1, total=2)}


def test_macro_is_the_mean_over_labelled_themes() -> None:
    assert evaluate(SET, ["a", "b", "c"]).macro == (0.5, 0.5, 0.5)
    assert evaluate([], ["a"]).macro == (None, None, None)


def test_f1_of_nothing_is_unknown() -> None:
    assert (Counts().f1, Counts(false=1).f1, Counts(true=1, missed=1).f1) == (None, 0.0, 2 / 3)
    assert (Share(hits=0, total=0).value, Share(hits=1, total=4).value) == (None, 0.25)


@pytest.mark.parametrize(
    ("hits", "total", "interval"),
    [
        # Newcombe 1998, table I, method 3 (score interval without continuity correction).
        (81, 263, (0.2553, 0.3662)),
        (15, 148, (0.0624, 0.1605)),
        (0, 20, (0.0, 0.1611)),
        (1, 29, (0.0061, 0.1718)),
    ],
)
def test_interval_agrees_with_published_values(
    hits: int, total: int, interval: tuple[float, float]
) -> None:
    assert Share(hits=hits, total=total).interval() == pytest.approx(interval, abs=5e-5)


def test_interval_of_nothing_is_everything() -> None:
    assert Share(hits=0, total=0).interval() == (0.0, 1.0)


def test_labelled_lines_are_read() -> None:
    line = '{"id": "1", "title": "T", "text": null, "lang": "ja", "labels": ["a"]}'
    assert read_labelled([line, "\n"], "x.jsonl", ["a"]) == (
        Labelled(id="1", title="T", text="", language="ja", labels=frozenset("a")),
    )


def test_every_line_that_cannot_be_used_is_named() -> None:
    with pytest.raises(ConfigError) as caught:
        read_labelled(["{", "[]", '{"labels": ["z"]}'], "x.jsonl", ["a"])
    assert [(p.line, p.message.split()[0]) for p in caught.value.problems] == [
        (1, "Expecting"),
        (2, "needs"),
        (3, "no"),
    ]


def test_an_item_counts_for_the_themes_that_it_was_judged_for() -> None:
    labelled = Labelled(
        id="x",
        title="t",
        text="",
        language="en",
        labels=frozenset("a"),
        asked=frozenset("ab"),
    )
    found = evaluate([Judged(item=labelled, found=frozenset("bc"))], "abc")
    assert found.themes == {"a": Counts(missed=1), "b": Counts(false=1), "c": Counts()}
    assert (found.micro, found.on_brief) == (Counts(false=1, missed=1), Counts(true=1))
    assert [labelled.judged_for(theme) for theme in "abc"] == [True, False, None]
    assert judged("a", "").item.judged_for("b") is False


def test_an_item_off_the_brief_alarms_by_a_judged_theme_alone() -> None:
    labelled = Labelled(
        id="x", title="t", text="", language="en", labels=frozenset(), asked=frozenset("b")
    )
    sets = [Judged(item=labelled, found=frozenset(found)) for found in ("a", "ab")]
    assert evaluate(sets, "ab").false_alarms == Share(hits=1, total=2)


def said(who: str, applies: bool, item_id: int = 1, theme: str = "a") -> Label:
    return Label(item_id=item_id, theme=theme, applies=applies, who=who, at=make.NOW)


def test_labels_are_gathered_by_item_and_theme() -> None:
    labels = [
        said("aya", True),
        said("ben", True, 2),
        said("ben", False),
        said("aya", True, 1, "b"),
    ]
    assert tallies(labels) == (
        Tally(item_id=1, theme="a", yes=("aya",), no=("ben",)),
        Tally(item_id=2, theme="a", yes=("ben",), no=()),
        Tally(item_id=1, theme="b", yes=("aya",), no=()),
    )


@pytest.mark.parametrize(
    ("yes", "no", "applies", "disputed"),
    [
        pytest.param("a", "", True, False, id="one yes"),
        pytest.param("", "ab", False, False, id="two no"),
        pytest.param("ab", "c", True, True, id="a majority"),
        pytest.param("a", "b", None, True, id="a tie"),
    ],
)
def test_the_majority_decides(yes: str, no: str, applies: bool | None, disputed: bool) -> None:
    tally = Tally(item_id=1, theme="a", yes=tuple(yes), no=tuple(no))
    assert (tally.applies, tally.disputed) == (applies, disputed)
