"""What the author of a ruleset is told to look at again."""

import pytest

from pipeline.lint import Finding, Kind, Sought, lint, terms_in
from pipeline.rules.ruleset import Ruleset, read_ruleset
from pipeline.survey import Usage

HEAD = """\
lists:
  ai: [AI, 人工知能]
  law: [law, 法案, 法律案]
themes:
  - id: one
    title: One
    rules:
"""


def ruleset(*rules: str, head: str = HEAD, tail: str = "") -> Ruleset:
    lines = [f"      - {rule}" for rule in rules]
    return read_ruleset(head + "\n".join(lines) + f"\n{tail}", "themes.yaml")


def found(of: Ruleset, usage: Usage | None = None, **sought: object) -> list[Finding]:
    """Lint, and leave out the scripts of themes, of which most tests have one."""
    every = lint(of, usage or Usage(), Sought(**sought))  # type: ignore[arg-type]
    return [finding for finding in every if finding.kind is not Kind.ONE_SCRIPT]


def scripts(of: Ruleset, *languages: str) -> list[str]:
    every = lint(of, Usage(), Sought(languages=languages))
    return [finding.message for finding in every if finding.kind is Kind.ONE_SCRIPT]


def test_a_ruleset_without_trouble_gives_no_finding() -> None:
    assert lint(ruleset("AI AND law", "規制 AND 法案"), Usage()) == ()


# --- what the text shows ---------------------------------------------------------------------


def test_a_finding_points_at_the_word_in_the_line() -> None:
    (one,) = found(ruleset("ban", "{id: b, q: AI OR (x AND y) OR 人工知能 OR 人工知能学}"))
    assert one == Finding(
        line=9,
        column=47,
        kind=Kind.REDUNDANT,
        theme="one",
        rule="b",
        message="人工知能学 is found by 人工知能 anyway: take it out",
        terms=("人工知能学",),
    )


def test_words_that_others_find_are_told_wherever_they_stand() -> None:
    rules = ruleset(
        "AI OR $ai",
        "$law AND (law OR laws OR law)",
        "$law NEAR/2 x",
        tail="    require: [規制 OR 規制法 OR law]\n    exclude: ['title:($ai OR 人工知能学会)']\n",
    )
    assert [(f.line, f.column, f.message) for f in found(rules)] == [
        (8, 9, "AI stands in $ai already: take it out"),
        (9, 34, "law stands twice in one OR: take one out"),
        (11, 21, "規制法 is found by 規制 anyway: take it out"),
        (12, 30, "人工知能学会 is found by 人工知能 in $ai anyway: take it out"),
    ]


def test_an_entry_of_a_list_is_needless_only_where_nothing_measures_from_it() -> None:
    message = "法律案 is found by 法律 anyway: take it out"
    head = HEAD.replace("法案,", "法律,")
    (one,) = found(ruleset("x AND $law", head=head))
    assert (one.line, one.column, one.listed, one.message) == (3, 18, "law", message)
    assert found(ruleset("x NEAR/2 $law", head=head)) == []
    assert found(ruleset("x AND raw:$law", head=head)) == []


def test_an_entry_that_is_a_query_is_looked_into() -> None:
    head = HEAD.replace("法案,", "x AND (規制 OR 規制法),")
    (one,) = found(ruleset("$law AND y", head=head))
    assert (one.line, one.listed, one.terms) == (3, "law", ("規制法",))
    assert found(ruleset("raw:$law AND y", head=head)) == []


def test_what_any_theme_masks_is_needed_in_a_list() -> None:
    head = HEAD.replace("法案,", "法律,")
    assert found(ruleset("x AND $law", head=head, tail="    mask: [法律]\n")) == []
    assert found(ruleset("law OR 法律 OR 法律案", tail="    mask: [律案]\n")) == []


def test_a_rule_that_does_the_same_is_told_once() -> None:
    rules = ruleset("AI AND law", "{id: b, q: law AND AI, weight: 9}", "AI AND law")
    assert [(f.kind, f.rule, f.message) for f in found(rules)] == [
        (Kind.DUPLICATE, rule, "finds the same as rule r1, and both scores count: keep one")
        for rule in ("b", "r3")
    ]


def test_a_rule_in_the_shadow_of_another_is_told_once() -> None:
    rules = ruleset("AI", "AI AND law AND ban", "AI AND law", "{q: AI AND x, weight: 2}")
    message = "finds nothing that rule r1 does not find: take it out, unless it is there to raise"
    assert [(f.kind, f.rule, f.message) for f in found(rules)] == [
        (Kind.SHADOWED, rule, f"{message} the score") for rule in ("r2", "r3")
    ]


@pytest.mark.parametrize(
    ("wide", "narrow", "shadowed"),
    [
        pytest.param("q: AI", "q: AI, only: jur:GB", True, id="only somewhere"),
        pytest.param("q: AI, only: jur:GB", "q: AI AND law", False, id="somewhere only"),
        pytest.param(
            "q: AI, only: [jur:GB, jur:US]", "q: AI AND x, only: jur:GB", True, id="at one"
        ),
        pytest.param(
            "q: AI, only: jur:GB", "q: AI AND x, only: [jur:GB, jur:US]", False, id="at two"
        ),
        pytest.param("q: AI, never: jur:GB", "q: AI AND law", False, id="never somewhere"),
        pytest.param(
            "q: AI, never: jur:GB", "q: AI AND x, never: [jur:GB, jur:US]", True, id="neither"
        ),
        pytest.param("q: AI", "q: AI AND law, never: jur:GB", True, id="more often never"),
    ],
)
def test_where_a_rule_asks_counts(wide: str, narrow: str, *, shadowed: bool) -> None:
    kinds = [f.kind for f in found(ruleset(f"{{{wide}}}", f"{{{narrow}}}"))]
    assert kinds == [Kind.SHADOWED] * shadowed


LATIN = "no rule has a word of its own in Chinese, Japanese or Korean: add what it is called there"
CJK = (
    "no rule can hold in a text without Chinese, Japanese or Korean: add what it is called "
    "elsewhere"
)


@pytest.mark.parametrize(
    ("rules", "languages", "messages"),
    [
        pytest.param(["$ai AND law"], [], [LATIN], id="its own words count"),
        pytest.param(["AI NOT 規制"], [], [LATIN], id="what is denied does not"),
        pytest.param(["$ai"], [], [], id="lists where it has none"),
        pytest.param(["AI AND 規制"], [], [CJK], id="one that needs both"),
        pytest.param(["AI AND 規制", "law"], [], [], id="one rule for each"),
        pytest.param(["law"], ["en", "ja"], [f"{LATIN} (sources in ja)"], id="readers of both"),
        pytest.param(["law"], ["en", "fr"], [], id="nobody reads the other"),
        pytest.param(["規制"], ["ja", "en-GB"], [f"{CJK} (sources in en)"], id="readers elsewhere"),
        pytest.param(["規制"], ["ja", "zh-Hant"], [], id="nobody reads elsewhere"),
    ],
)
def test_a_theme_of_one_script_is_told(
    rules: list[str], languages: list[str], messages: list[str]
) -> None:
    assert scripts(ruleset(*rules), *languages) == messages


def test_a_gate_of_one_script_shuts_out_the_other() -> None:
    shut = ruleset("law OR 法律", tail="    require: [規制]\n")
    assert scripts(shut) == [CJK]
    half = ruleset("law OR 法律", tail="    require: [規制, rules]\n")
    assert scripts(half) == []


# --- what the items show ---------------------------------------------------------------------


def test_words_that_no_item_has_are_told_once_a_query_and_once_a_list() -> None:
    rules = ruleset("AI AND (ban OR bun)", "x", tail="    exclude: [ban]\n")
    usage = Usage(items=9, seen=frozenset({"AI", "x", "bun"}))
    assert [(f.line, f.column, f.listed, f.terms) for f in found(rules, usage)] == [
        (2, 12, "ai", ("人工知能",)),
        (3, 9, "law", ("law", "法案", "法律案")),
        (8, 17, "", ("ban",)),
        (10, 15, "", ("ban",)),
    ]
    (first, *_) = found(rules, usage)
    assert first.message == "never seen in 9 items: 人工知能: check the spelling"


def test_a_word_that_no_source_could_have_is_not_missed() -> None:
    rules = ruleset(
        "규제 OR 监管 OR règles", head=HEAD.partition("lists")[0] + HEAD[HEAD.index("themes") :]
    )
    usage = Usage(items=9)
    for languages, terms in (
        (["fr"], ("règles",)),
        (["ko-KR"], ("규제", "règles")),
        (["ja"], ("监管", "règles")),
        ([], ("규제", "监管", "règles")),
    ):
        assert [f.terms for f in found(rules, usage, languages=languages)] == [terms]


def test_of_many_unseen_words_ten_are_named() -> None:
    words = [f"word{n}" for n in range(12)]
    usage = Usage(items=1, seen=frozenset({"AI", "人工知能", "law", "法案", "法律案"}))
    (one,) = found(ruleset(" OR ".join(words)), usage)
    assert one.message.startswith("never seen in 1 items: word0, ")
    assert "word9 and 2 more: check" in one.message
    assert one.terms == tuple(words)


def used(**counts: object) -> Usage:
    seen = frozenset({"AI", "人工知能", "law", "法案", "法律案", "ban", "fine"})
    return Usage(items=100, seen=seen, **counts)  # type: ignore[arg-type]


def test_a_term_that_makes_most_of_a_theme_is_told_at_its_first_place() -> None:
    rules = ruleset("x AND (ban OR fine)", "ban", tail="    require: [ban, $ai]\n")
    made = {("one", "ban"): 9, ("one", "fine"): 5, ("two", "fine"): 9}
    usage = used(hits={"one": 10}, made=made)
    finding = found(ruleset("law AND (ban OR fine)", "fine"), usage)
    assert [(f.line, f.column, f.kind, f.terms) for f in finding] == [
        (8, 18, Kind.DOMINANT, ("ban",)),
        (8, 25, Kind.DOMINANT, ("fine",)),
    ]
    assert finding[1].message == (
        "fine stands in 5 of the 10 hits of the theme (50%): try it, and narrow it unless they "
        "all matter"
    )
    # What the theme requires anyway is no news.
    assert [f.terms for f in found(rules, usage) if f.kind is Kind.DOMINANT] == [("fine",)]


@pytest.mark.parametrize(("made", "hits"), [(4, 10), (4, 4), (0, 0)])
def test_less_than_that_is_not_told(made: int, hits: int) -> None:
    usage = used(hits={"one": hits}, made={("one", "ban"): made})
    assert found(ruleset("ban OR fine"), usage) == []


def test_a_loud_theme_is_told_with_its_loud_rules() -> None:
    a_day = {("one", "r1"): 45.0, ("one", "r2"): 3.0}
    usage = used(theme_a_day={"one": 47.6}, rule_a_day=a_day)
    rules = ruleset("ban", "fine", "law")
    forecast = "hits a day are to be expected, more than 30"
    assert [(f.line, f.rule, f.message) for f in found(rules, usage)] == [
        (5, "", f"48 {forecast}: narrow its rules or raise its threshold"),
        (8, "r1", f"45 {forecast}: narrow it"),
    ]
    assert found(rules, usage, cap_a_day=47.6) == []


def test_without_items_only_the_text_is_looked_at() -> None:
    assert found(ruleset("word1 OR word2")) == []


def test_every_written_term_is_looked_for() -> None:
    rules = ruleset("$ai AND x", tail="    require: [y]\n    exclude: [z]\n")
    terms = [term.text for term in terms_in(rules)]
    assert terms == ["AI", "人工知能", "law", "法案", "法律案", "y", "z", "x"]
