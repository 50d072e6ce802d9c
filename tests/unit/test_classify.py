"""Promises of classifying an item of a source."""

from pipeline.classify import classify, scope_of
from pipeline.model import Field, Scope, Tier, Type, Verdict
from pipeline.rules.ruleset import read_ruleset
from tests import make

THEMES = """
themes:
  - {id: safety, title: Safety, rules: [models AND jur:JP AND lang:ja AND type:bill]}
  - {id: body, title: Body, rules: ['body:models^4']}
"""


def test_all_texts_of_an_item_and_where_it_comes_from_count() -> None:
    ruleset = read_ruleset(THEMES, "themes.yaml")
    source = make.source(jurisdiction="JP", language="ja")
    item = make.item("Safer models", body="more models", type=Type.BILL, language="")
    matches = classify(item, source, ruleset)
    assert [(m.theme, m.verdict, m.score) for m in matches] == [
        ("body", Verdict.APPLIES, 4.0),
        ("safety", Verdict.APPLIES, 3.0),
    ]
    assert [(e.field, e.text) for m in matches for e in m.evidence] == [
        (Field.BODY, "models"),
        (Field.TITLE, "models"),
        (Field.BODY, "models"),
    ]


def test_an_item_speaks_for_itself_before_its_source_does() -> None:
    source = make.source(
        "gov", group="eu", jurisdiction="EU", language="de", type=Type.PRESS, tier=Tier.OFFICIAL
    )
    item = make.item(type=Type.LAW, language="fr")
    assert scope_of(item, source) == Scope(
        source="gov",
        group="eu",
        jurisdiction="EU",
        language="fr",
        type=Type.LAW,
        tier=Tier.OFFICIAL,
    )
