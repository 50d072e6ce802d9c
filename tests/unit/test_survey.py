"""What a ruleset does on stored items, counted."""

import pytest

from pipeline.lint import terms_in
from pipeline.model import Field, Scope
from pipeline.rules.ruleset import read_ruleset
from pipeline.survey import Survey, Usage

RULES = read_ruleset(
    """\
lists: {ai: [AI, 人工知能]}
themes:
  - id: law
    title: Law
    require: [$ai]
    rules:
      - {id: any, q: law OR laws OR "good bye"~2}
      - {id: both, q: $ai AND (ban OR 規制)}
    exclude: [garden]
  - {id: harvest, title: Harvest, rules: [rice, 'wheat NOT law']}
""",
    "themes.yaml",
)


def usage(*texts: str) -> Usage:
    survey = Survey(RULES, terms_in(RULES))
    for text in texts:
        survey.look({Field.SUMMARY: text}, Scope(), 0.5)
    return survey.usage()


def test_an_item_counts_for_each_theme_and_rule_that_takes_it() -> None:
    found = usage("AI law", "AI law and a ban", "law without the word", "AI law in the garden")
    assert (found.items, found.hits) == (4, {"law": 2})
    assert found.theme_a_day == {"law": 1.0}
    assert found.rule_a_day == {("law", "any"): 1.0, ("law", "both"): 0.5}


def test_a_term_makes_the_hits_in_which_it_stands_for_its_rule() -> None:
    found = usage("AI law, law and a ban", "AI laws", "rice law")
    assert found.made == {
        ("law", "law"): 1,
        ("law", "ban"): 1,
        ("law", "laws"): 1,
        ("harvest", "rice"): 1,
    }


def test_a_word_of_a_rule_that_did_not_fire_makes_nothing() -> None:
    assert usage("wheat law and rice").made == {("harvest", "rice"): 1}


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("人工知能と規制", {"人工知能", "規制"}),
        ("a good long bye, a good bye", {'"good bye"~2'}),
        ("a good thing and many words, then bye", set()),
        ("bye", set()),
        ("nothing", set()),
    ],
)
def test_terms_are_seen_as_they_are_asked_for(text: str, seen: set[str]) -> None:
    assert usage(text).seen == seen


def test_a_term_that_was_seen_stays_seen() -> None:
    assert usage("a garden", "a garden", "rice").seen == {"garden", "rice"}
