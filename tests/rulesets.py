"""Rulesets made by hand or by lot, and texts in which their words stand."""

import random
from functools import cache

from pipeline.model import Field, Scope, Tier
from pipeline.rules.parse import parse_query
from pipeline.rules.ruleset import Ruleset
from pipeline.rules.theme import Asked, Rule, Theme
from pipeline.rules.tree import Node, ScopeIs

WORDS = ("AI", "law", "rule", "chips", "ban", "fine", "規制", "著作権", "AI law", "law*")
OFFICIAL = ScopeIs(name="tier", value="official")
HERE = Scope(tier=Tier.OFFICIAL)


@cache
def tree(query: str) -> Node:
    return parse_query(query, masks=None)


def asked(query: str) -> Asked:
    return Asked(query=query, tree=tree(query))


def rule(query: str, number: int = 1, **rest: object) -> Rule:
    return Rule(id=f"r{number}", query=query, tree=tree(query), **rest)  # type: ignore[arg-type]


def theme(name: str, *queries: str, **rest: object) -> Theme:
    rules = tuple(rule(query, number) for number, query in enumerate(queries))
    return Theme(id=name, title={"en": name}, rules=rules, **rest)  # type: ignore[arg-type]


def rules_of(*themes: Theme, mask: tuple[str, ...] = ()) -> Ruleset:
    return Ruleset(file="themes.yaml", text="", hash="", themes=themes, mask=mask)


def some_query(rng: random.Random) -> str:
    one, two, three = rng.sample(WORDS, 3)
    quoted = [f'"{word}"' if " " in word else word for word in (one, two, three)]
    forms = ("{}", "{} AND {}", "AI AND {}", "{} AND ({} OR {})", "{} NEAR/2 {}", "{} NOT {}")
    return rng.choice(forms).format(*quoted)


def some_theme(rng: random.Random, name: str) -> Theme:
    rules = tuple(
        rule(
            some_query(rng),
            number,
            weight=rng.choice((0.5, 1.0, 1.0, 2.0)),
            only=(OFFICIAL,) if rng.random() < 0.1 else (),
        )
        for number in range(rng.randint(1, 4))
    )
    return Theme(
        id=name,
        title={"en": name},
        threshold=rng.choice((1.0, 2.0, 3.0)),
        rules=rules,
        require=(asked("AI OR law"),) if rng.random() < 0.3 else (),
        exclude=(asked("ban AND fine"),) if rng.random() < 0.2 else (),
        mask=("AI law",) if rng.random() < 0.2 else (),
    )


def some_text(rng: random.Random) -> dict[Field, str]:
    words = rng.choices((*WORDS, "and", "of", "the"), k=rng.randint(2, 9))
    at = rng.randrange(len(words))
    return {Field.TITLE: " ".join(words[:at]), Field.SUMMARY: " ".join(words[at:])}
