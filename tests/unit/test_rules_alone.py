"""One query, or one rule, by itself."""

import pytest

from pipeline.errors import ConfigError, QueryError
from pipeline.model import Field, Match, Scope, Verdict
from pipeline.rules.alone import query_alone, rule_scores, written
from pipeline.rules.parts import Nothing, Parts
from pipeline.rules.ruleset import Ruleset, read_ruleset
from pipeline.rules.tree import Or, Term

THEMES = """\
lists: {ai: [AI, 人工知能]}
mask: [AIR]
themes:
  - id: law
    title: Law
    threshold: 2
    require: [$ai]
    mask: [lawn]
    rules:
      - {id: a, q: $ai AND law}
      - {id: b, q: law^2, weight: 0.5, only: jur:GB}
      - {id: c, q: ban, weight: 3}
    exclude: [garden]
"""


def ruleset(text: str = THEMES) -> Ruleset:
    return read_ruleset(text, "themes.yaml")


def summary(text: str) -> dict[Field, str]:
    return {Field.SUMMARY: text}


def test_a_ruleset_is_read_again_as_it_is_written() -> None:
    found = written(ruleset())
    assert found.file.place(("themes", 0, "rules", 1)) == (11, 9)
    assert found.lists["ai"] == Or(children=(Term(text="AI"), Term(text="人工知能")))


def test_a_text_that_became_none_is_refused() -> None:
    stale = Ruleset(file="themes.yaml", text="themes: []", hash="", themes=())
    with pytest.raises(ConfigError, match="themes"):
        written(stale)


def test_a_query_by_itself_knows_lists_and_masks_and_needs_no_score() -> None:
    tree, engine = query_alone("$ai^0.1 NOT garden", ruleset())
    (found,) = engine.classify({Field.BODY: "an AI plan"}, Scope())
    assert (found.verdict, [e.text for e in found.evidence]) == (Verdict.APPLIES, ["AI"])
    assert engine.classify(summary("AIR quality"), Scope()) == ()
    assert engine.classify(summary("AI in the garden"), Scope()) == ()
    assert tree is not None


def test_a_query_that_cannot_be_a_rule_names_the_place() -> None:
    with pytest.raises(QueryError) as caught:
        query_alone("AI AND OR", ruleset())
    assert caught.value.position == 7


def match(text: str, scope: Scope) -> Match:
    (found,) = ruleset().classify(summary(text), scope)
    return found


def test_the_score_of_a_match_is_that_of_its_rules() -> None:
    scope, text = Scope(jurisdiction="GB"), "AI law"
    found = match(text, scope)
    scores = rule_scores(found, ruleset(), summary(text), scope)
    assert (found.score, scores) == (4.0, {"a": 2.0, "b": 2.0})


def test_the_score_of_a_near_miss_is_what_its_rule_would_be_worth() -> None:
    found = match("人工知能の計画", Scope())
    scores = rule_scores(found, ruleset(), summary("人工知能の計画"), Scope())
    assert (found.verdict, found.missing, scores) == (Verdict.NEAR, ("law",), {"a": 2.0})


# --- why a query finds nothing ---------------------------------------------------------------


def nothing(query: str, *texts: str, mask: tuple[str, ...] = ()) -> Nothing:
    tree, _ = query_alone(query, ruleset())
    parts = Parts(tree, mask)
    for text in texts:
        parts.look(summary(text), Scope(jurisdiction="JP"))
    return parts.nothing()


def test_terms_that_no_item_has_are_named() -> None:
    assert nothing("quux OR $ai", "a plan", "人工知能") == Nothing(
        items=2, parts=(), unseen=("quux",)
    )
    assert nothing("quux OR $ai", "a plan").unseen == ("quux", "$ai")


def test_each_part_is_counted_by_itself() -> None:
    found = nothing("AI AND (law NEAR/0 ban) AND jur:GB", "AI", "a law", "AI, ban the law")
    assert found == Nothing(
        items=3,
        parts=(("AI", 2), ("law NEAR/0 ban", 0), ("law", 2), ("ban", 1), ("jur:GB", 0)),
        unseen=(),
    )


def test_parts_of_a_field_are_looked_for_in_it() -> None:
    assert nothing("title:(AI AND law)^2", "AI law").parts == (("title:AI", 0), ("title:law", 0))


def test_what_is_denied_is_a_part_but_no_term() -> None:
    assert nothing("AI NOT law", "AI law") == Nothing(
        items=1, parts=(("AI", 1), ("NOT law", 0)), unseen=()
    )


def test_a_masked_term_was_never_seen() -> None:
    assert nothing("京都", "東京都", mask=("東京都",)).unseen == ("京都",)
