import pytest

from pipeline.errors import ConfigError
from pipeline.evaluate import Counts, Judged, Labelled, Share, evaluate, read_labelled


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
