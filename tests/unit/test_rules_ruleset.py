"""Promises of themes.yaml: what is wrong in it, and what its themes say of a text."""

import pickle

import pytest

from pipeline.errors import ConfigError
from pipeline.model import Evidence, Field, Match, Scope, Tier, Type, Verdict
from pipeline.rules.ruleset import (
    Ruleset,
    load_ruleset,
    read_kept_ruleset,
    read_ruleset,
    run_tests,
)
from pipeline.yamlfile import read_text

LISTS = "lists: {ai: [artificial intelligence, AI, 人工知能], law: regulat* OR law}\n"


def ruleset(themes: str, head: str = LISTS) -> Ruleset:
    return read_ruleset(f"{head}themes:\n{themes}", "themes.yaml")


def said(of: Ruleset, text: str = "", **where: object) -> list[tuple[str, Verdict, float]]:
    title = str(where.pop("title", ""))
    texts = {Field.TITLE: title, Field.SUMMARY: text}
    matches = of.classify(texts, Scope(**where))  # type: ignore[arg-type]
    return [(m.theme, m.verdict, m.score) for m in matches]


ONE = """
  - {id: law, title: Law, threshold: 2, rules: [AI AND law, {id: w, q: 著作権, weight: 0.5}]}
"""


def test_a_theme_applies_with_every_rule_and_word_that_made_it() -> None:
    texts = {Field.TITLE: "ＡＩと著作権", Field.SUMMARY: "A law on AI,\u00ad a law"}
    assert ruleset(ONE).classify(texts, Scope()) == (
        Match(
            theme="law",
            verdict=Verdict.APPLIES,
            score=4.5,
            evidence=(
                Evidence(rule="r1", field=Field.TITLE, start=0, end=2, text="ＡＩ"),
                Evidence(rule="w", field=Field.TITLE, start=3, end=6, text="著作権"),
                Evidence(rule="r1", field=Field.SUMMARY, start=2, end=5, text="law"),
                Evidence(rule="r1", field=Field.SUMMARY, start=9, end=11, text="AI"),
                Evidence(rule="r1", field=Field.SUMMARY, start=16, end=19, text="law"),
            ),
        ),
    )


def test_silence_means_that_no_theme_is_near() -> None:
    assert ruleset(ONE).classify({Field.BODY: "a plan for roads"}, Scope()) == ()
    assert said(ruleset("  - {id: a, title: A, rules: [AI NEAR/1 law]}"), "AI for the law") == []


@pytest.mark.parametrize(
    ("rules", "text", "missing"),
    [
        pytest.param("threshold: 3, rules: [AI]", "AI", ("score 2 of 3",), id="score"),
        pytest.param("require: [$law, 法律], rules: [AI]", "AI", ("$law", "法律"), id="gate"),
        pytest.param(
            "threshold: 3, require: [law], rules: [AI]", "AI", ("score 2 of 3", "law"), id="both"
        ),
        pytest.param("rules: [$ai AND $law]", "AI", ("$law",), id="an operand"),
        pytest.param("rules: [AI AND law NOT ban]", "a law", ("AI",), id="the other operand"),
        pytest.param("rules: [AI AND law AND (ban OR fine)]", "AI law", ("ban OR fine",), id="or"),
        pytest.param(
            "rules: [AI AND (law NEAR/0 ban)]", "AI law or ban", ("law NEAR/0 ban",), id="near"
        ),
    ],
)
def test_a_near_miss_names_what_was_missing(
    rules: str, text: str, missing: tuple[str, ...]
) -> None:
    [match] = ruleset(f"  - {{id: t, title: T, {rules}}}").classify({Field.SUMMARY: text}, Scope())
    assert (match.verdict, match.missing) == (Verdict.NEAR, missing)
    assert match.evidence


@pytest.mark.parametrize(
    ("rules", "text"),
    [
        pytest.param("rules: [AI AND law AND ban]", "AI", id="two operands absent"),
        pytest.param(
            "rules: [(AI NEAR/0 x) AND (law NEAR/0 y)]", "AI z x law z y", id="none holds"
        ),
        pytest.param("rules: [AI AND law NOT ban]", "AI ban", id="vetoed"),
        pytest.param("rules: [AI AND law NOT ban]", "AI law ban", id="vetoed with all words"),
        pytest.param("rules: [AI AND law AND jur:JP]", "AI", id="from elsewhere"),
        pytest.param("rules: [{q: AI AND law, only: jur:JP}]", "AI", id="not asked"),
        pytest.param(
            "rules: [{q: AI AND law, weight: 0.4}]", "AI", id="would not have been enough"
        ),
        pytest.param("require: [police], rules: [AI AND law]", "AI", id="gate shut as well"),
        pytest.param("rules: [AI AND law], exclude: [ban]", "AI ban", id="excluded as well"),
        pytest.param("threshold: 3, rules: [AI], exclude: [ban]", "AI ban", id="weak and excluded"),
    ],
)
def test_what_missed_by_more_is_not_near(rules: str, text: str) -> None:
    assert said(ruleset(f"  - {{id: t, title: T, {rules}}}"), text) == []


def test_a_miss_counts_as_much_as_its_own_words_do() -> None:
    rules = "threshold: 1.2, rules: [{q: AI AND body:law, weight: 0.5}]"
    near = ruleset(f"  - {{id: t, title: T, {rules}}}")
    assert said(near, "AI law", title="AI law") == [("t", Verdict.NEAR, 1.5)]
    assert said(near, "AI law", title="a law") == []


def test_the_nearest_miss_of_a_theme_is_named() -> None:
    rules = "[AI AND law, '(AI AND ban)^2', {q: AI AND fine, weight: 3}, AI AND police]"
    near = ruleset(f"  - {{id: t, title: T, rules: {rules}}}")
    [match] = near.classify({Field.SUMMARY: "AI fined by police"}, Scope())
    assert match.verdict is Verdict.APPLIES
    rules = "[AI AND law, {q: ban AND law, weight: 3}]"
    near = ruleset(f"  - {{id: t, title: T, rules: {rules}}}")
    [match] = near.classify({Field.SUMMARY: "AI ban"}, Scope())
    assert [e.text for e in match.evidence] == ["ban"]


def test_three_near_misses_at_most_the_best_first() -> None:
    themes = [
        f"  - {{id: t{i}, title: T, threshold: 9, rules: [{{q: AI, weight: {i}}}, police^3]}}\n"
        for i in (1, 2, 3, 4)
    ]
    words = [
        f"  - {{id: w{i}, title: T, rules: [{{q: AI AND law{i}, weight: {1 + i}}}]}}\n"
        for i in range(12)
    ]
    assert said(ruleset("".join(themes + words)), "AI") == [
        ("t4", Verdict.NEAR, 8.0),
        ("t3", Verdict.NEAR, 6.0),
        ("t2", Verdict.NEAR, 4.0),
    ]
    assert said(ruleset("".join(themes[:1] + words)), "AI") == [
        ("t1", Verdict.NEAR, 2.0),
        ("w11", Verdict.NEAR, 24.0),
        ("w10", Verdict.NEAR, 22.0),
    ]


def test_what_is_near_comes_behind_what_applies() -> None:
    themes = "  - {id: a, title: A, rules: [{q: AI AND law, weight: 9}]}\n"
    assert said(ruleset(f"{themes}  - {{id: b, title: B, rules: [AI]}}\n"), "AI") == [
        ("b", Verdict.APPLIES, 2.0),
        ("a", Verdict.NEAR, 18.0),
    ]


def test_an_excluded_item_names_the_query() -> None:
    themes = "  - {id: t, title: T, rules: [AI], exclude: [tennis, type:speech OR tier:research]}"
    [match] = ruleset(themes).classify({Field.SUMMARY: "AI"}, Scope(type=Type.SPEECH))
    assert (match.verdict, match.excluded_by) == (Verdict.EXCLUDED, "type:speech OR tier:research")
    assert [e.text for e in match.evidence] == ["AI"]


def test_matches_stand_by_score_and_then_as_in_the_file() -> None:
    themes = "".join(
        f"  - {{id: {id_}, title: T, rules: [{{q: AI, weight: {weight}}}]}}\n"
        for id_, weight in (("b", 1), ("a", 1), ("c", 2))
    )
    assert [theme for theme, *_ in said(ruleset(themes), "AI")] == ["c", "b", "a"]


def test_a_score_is_the_best_place_of_each_rule() -> None:
    scored = ruleset("  - {id: t, title: T, rules: ['title:AI^2 OR law', {q: law, weight: 0.1}]}")
    assert said(scored, "law") == [("t", Verdict.APPLIES, 2.2)]
    assert said(scored, "AI", title="AI") == [("t", Verdict.APPLIES, 6.0)]
    assert scored.classify({Field.BODY: "law"}, Scope())[0].score == 1.1


def test_a_rule_speaks_only_about_what_it_is_asked() -> None:
    rule = "{q: AI, only: [jur:JP, tier:official], never: type:speech}"
    asked = ruleset(f"  - {{id: t, title: T, rules: [{rule}]}}")
    assert said(asked, "AI") == []
    assert said(asked, "AI", jurisdiction="JP")
    assert said(asked, "AI", tier=Tier.OFFICIAL)
    assert said(asked, "AI", tier=Tier.OFFICIAL, type=Type.SPEECH) == []


def test_a_rule_may_ask_for_one_of_several_scopes() -> None:
    asked = ruleset("  - {id: t, title: T, rules: ['AI AND (jur:JP OR jur:EU)']}")
    assert said(asked, "AI", jurisdiction="EU") == [("t", Verdict.APPLIES, 2.0)]
    assert said(asked, "AI", jurisdiction="US") == []


def test_masks_hide_words_within_longer_ones() -> None:
    head = "mask: [東京都, May Day]\n"
    hidden = "  - {id: kyoto, title: Kyoto, rules: [京都, 東京都知事, May]}\n"
    theirs = "  - {id: own, title: Own, mask: 京都府, rules: [京都]}\n"
    masked = ruleset(hidden + theirs, head)
    assert said(masked, "東京都と May Day") == []
    assert said(masked, "京都府") == [("kyoto", Verdict.APPLIES, 2.0)]
    assert said(masked, "東京都知事") == [("kyoto", Verdict.APPLIES, 2.0)]
    assert [len(m.evidence) for m in masked.classify({Field.TITLE: "東京都と京都"}, Scope())] == [
        1,
        1,
    ]


@pytest.mark.parametrize("of_theme", [False, True])
def test_a_word_that_a_mask_hides_in_the_title_alone_hides_no_other_there(of_theme: bool) -> None:
    head, own = ("", "mask: ice age, ") if of_theme else ("mask: [ice age]\n", "")
    masked = ruleset(f"  - {{id: t, title: T, {own}rules: ['title:harvest AND age']}}", head)
    assert said(masked, "an age", title="ice age harvest") == [("t", Verdict.APPLIES, 3.0)]
    assert said(masked, "no years", title="ice age harvest") == [("t", Verdict.NEAR, 3.0)]


def test_a_ruleset_keeps_what_its_file_says() -> None:
    text = """
lists: {ai: [AI]}
themes:
  - id: law
    title: {en: Law, ja: 法律}
    brief: What parliaments do.
    rules: [$ai, {id: named, q: law, note: why}]
  - {id: plain, title: Plain, rules: law}
""".replace("rules: law", "rules: [law]")
    read = read_ruleset(text, "themes.yaml")
    law, plain = read.themes
    assert (read.file, read.text, len(read.hash)) == ("themes.yaml", text, 64)
    assert (law.id, law.brief, law.threshold) == ("law", "What parliaments do.", 1.0)
    assert [(r.id, r.query, r.note) for r in law.rules] == [
        ("r1", "$ai", ""),
        ("named", "law", "why"),
    ]
    assert [law.title_in("ja"), law.title_in("fr"), plain.title_in("ja")] == [
        "法律",
        "Law",
        "Plain",
    ]


def test_a_ruleset_travels_between_processes_as_its_text() -> None:
    one = ruleset(ONE)
    assert pickle.loads(pickle.dumps(one)) is one
    assert hash(one) == hash(ruleset(ONE))


def test_a_ruleset_made_of_a_value_travels_too() -> None:
    one = load_ruleset(read_text(f"{LISTS}themes:\n{ONE}", "themes.yaml"))
    again = pickle.loads(pickle.dumps(one))
    assert (again.hash, again.themes[0].rules) == (one.hash, one.themes[0].rules)


def test_lists_may_hold_words_phrases_queries_and_lists() -> None:
    head = (
        "lists: {b: [$a, data center, 'raw:US', '\"x y\"~2', law AND ban], a: AI, "
        "c: [big data, 機械\u3000学習]}\n"
    )
    listed = ruleset("  - {id: t, title: T, rules: [$b, $c]}", head)
    texts = ["AI", "a data center", "US", "y z x", "ban of law", "big data", "機械学習"]
    assert [bool(said(listed, text)) for text in texts] == [True] * 7
    assert [bool(said(listed, text)) for text in ("data", "us", "law", "big")] == [False] * 4


# --- the tests in the file --------------------------------------------------------------------

TRIED = """
  - id: law
    title: Law
    threshold: 2
    require: [AI]
    rules: [law, {q: ban, only: jur:JP}, {q: body:fine, weight: 0.5}]
    exclude: [tennis]
    tests:
      match: [AI law, {title: AI ban, jur: JP, lang: ja, tier: official, type: bill}%s]
      no_match: [law, AI law and tennis%s]
"""


def test_a_theme_that_keeps_its_promises_has_no_failures() -> None:
    assert run_tests(ruleset(TRIED % ("", ""))) == ()


def test_a_failing_example_is_named_with_its_reason() -> None:
    wrong = ", AI, law, {title: AI law tennis}, {title: AI, body: AI fine}", ", AI law"
    failures = map(str, run_tests(ruleset(TRIED % wrong)))
    assert [tuple(f.split(": theme 1 (law): ")) for f in failures] == [
        ("themes.yaml:11:87", "'AI' must match, but no rule holds and none is near"),
        ("themes.yaml:11:91", "'law' must match, but misses: AI; it has rule r1: 'law' (summary)"),
        (
            "themes.yaml:11:96",
            "'AI law tennis' must match, but is excluded by: tennis; it has rule r1: 'law' (title)",
        ),
        (
            "themes.yaml:11:120",
            "'AI / AI fine' must match, but misses: score 0.5 of 2; it has rule r3: 'fine' (body)",
        ),
        ("themes.yaml:12:42", "'AI law' must not match, but does: rule r1: 'law' (summary)"),
    ]


def test_a_failing_example_names_its_nearest_rule_though_three_themes_are_nearer() -> None:
    near = [f"- {{id: n{i}, title: N, threshold: 3, rules: [AI]}}\n" for i in range(3)]
    text = "A text on AI that says more than anybody wants to read in an error message"
    mine = f"- {{id: mine, title: M, rules: [AI AND law], tests: {{match: [{text}]}}}}\n"
    (failure,) = run_tests(ruleset("".join([*near, mine])))
    assert failure.message == (
        "theme 4 (mine): 'A text on AI that says more than anybody wants to read in an…' "
        "must match, but misses: law; it has rule r1: 'AI' (summary)"
    )


def test_rules_of_former_times_may_hold_what_is_refused_today() -> None:
    text = "themes: [{id: t, title: T, rules: ['AI AND (rule NOT rule)']}]"
    with pytest.raises(ConfigError, match="this never holds"):
        read_ruleset(text, "themes.yaml")
    kept = read_kept_ruleset(text, "rules 1")
    assert kept.classify({Field.TITLE: "A rule for AI"}, Scope()) == ()
