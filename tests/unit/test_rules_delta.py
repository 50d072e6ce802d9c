"""Two rulesets: what is said not to be touched by their difference is judged the very same."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import pytest

from pipeline.model import Field, Scope, Tier
from pipeline.rules.delta import delta
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


def beside(*themes: Theme, mask: tuple[str, ...] = ()) -> Ruleset:
    """Return some themes among others that say nothing of the texts here."""
    others = [theme(f"other-{number}", "harvest") for number in range(8)]
    return rules_of(*themes, *others, mask=mask)


def touches(old: Ruleset, new: Ruleset, text: str) -> bool:
    found = delta(old, new)
    assert found
    return found.touches({Field.SUMMARY: text}, Scope())


# --- whatever is changed ---------------------------------------------------------------------


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


def some_change(rng: random.Random, themes: Sequence[Theme]) -> list[Theme]:
    """Return themes of which one or two are others, gone, or new."""
    found = list(themes)
    for _ in range(rng.randint(1, 2)):
        place = rng.randrange(len(found))
        kind = rng.randrange(5)
        if kind == 0:
            found[place] = some_theme(rng, found[place].id)
        elif kind == 1 and len(found[place].rules) > 1:
            found[place] = replace(found[place], rules=found[place].rules[1:])
        elif kind == 2:
            found[place] = replace(found[place], threshold=2.5)
        elif kind == 3:
            del found[place]
        else:
            found.insert(place, some_theme(rng, f"new-{rng.random()}"))
    return found


def some_text(rng: random.Random) -> dict[Field, str]:
    words = rng.choices((*WORDS, "and", "of", "the"), k=rng.randint(2, 9))
    at = rng.randrange(len(words))
    return {Field.TITLE: " ".join(words[:at]), Field.SUMMARY: " ".join(words[at:])}


def test_what_is_not_touched_is_judged_the_very_same() -> None:
    rng, seen = random.Random(20), Counter[tuple[bool, bool]]()
    for _ in range(250):
        themes = [some_theme(rng, f"t{number}") for number in range(12)]
        old, new = rules_of(*themes), rules_of(*some_change(rng, themes))
        found = delta(old, new)
        assert found
        for text in (some_text(rng) for _ in range(12)):
            touched = found.touches(text, HERE)
            changed = old.classify(text, HERE) != new.classify(text, HERE)
            assert touched or not changed
            seen[touched, changed] += 1
    # It would be true of what always says yes, too.
    assert seen[False, False] > seen[True, False] > 0
    assert seen[True, True] > 500


# --- what may be touched ---------------------------------------------------------------------


def test_only_what_the_changed_theme_says_matters() -> None:
    old, new = beside(theme("law", "AI AND law")), beside(theme("law", "AI AND (law OR ban)"))
    assert touches(old, new, "a ban of AI")
    assert not touches(old, new, "a law on AI")
    assert not touches(old, new, "a harvest by law")


def test_a_theme_that_is_added_or_gone_is_asked() -> None:
    without, with_it = beside(), beside(theme("law", "law"))
    for old, new in ((without, with_it), (with_it, without)):
        assert touches(old, new, "a law")
        assert not touches(old, new, "a harvest")


def test_titles_notes_and_examples_change_nothing() -> None:
    old = beside(theme("law", "law"))
    renamed = replace(
        old.themes[0], title={"ja": "法"}, brief="Acts", rules=(rule("law", 0, note="any"),)
    )
    found = delta(old, rules_of(renamed, *old.themes[1:]))
    assert found
    assert not found.touches({Field.TITLE: "a law"}, Scope())


def test_a_rule_that_asks_where_an_item_is_from_is_asked_with_it() -> None:
    wide, narrow = (
        theme("law", "law"),
        replace(theme("law"), rules=(rule("law", 0, only=(OFFICIAL,)),)),
    )
    found = delta(beside(wide), beside(narrow))
    assert found
    text = {Field.TITLE: "a law"}
    assert found.touches(text, Scope())
    assert not found.touches(text, HERE)


# A word leads to twelve rules, two of a theme.
CROWD = [theme(f"t{n}", f"AI AND w{n}a", f"AI AND w{n}b") for n in range(6)]
LAST = theme("last", "AI AND law", threshold=0.5)


def test_words_that_lead_to_other_rules_of_the_rest_are_told() -> None:
    # What the first has no use for any more, the last gets.
    last = replace(LAST, rules=(rule("AI AND law", 0, weight=5.0),))
    fewer = replace(CROWD[0], rules=CROWD[0].rules[:1])
    old, new = beside(*CROWD, last), beside(fewer, *CROWD[1:], last)
    assert touches(old, new, "AI")
    assert not touches(old, new, "a harvest")
    said = [ruleset.classify({Field.SUMMARY: "AI"}, Scope())[0].theme for ruleset in (old, new)]
    assert said == ["t0", "last"]


def test_words_that_do_not_lead_to_a_changed_rule_do_not_touch_it() -> None:
    old, new = beside(*CROWD, LAST), beside(*CROWD, theme("last", "AI AND ban", threshold=0.5))
    assert not touches(old, new, "AI")
    assert touches(old, new, "a ban")


def test_a_gate_that_becomes_an_operand_is_told() -> None:
    # Both say that AI is missing, but what holds comes before what is only near.
    gate, operand = asked("AI"), theme("law", "law AND AI")
    assert touches(beside(theme("law", "law", require=(gate,))), beside(operand), "a law")


@pytest.mark.parametrize(
    "new",
    [
        pytest.param(beside(theme("b", "ban"), theme("a", "law")), id="another order"),
        pytest.param(beside(theme("a", "law"), theme("b", "ban"), mask=("AI",)), id="a mask"),
        pytest.param(
            rules_of(theme("a", "law"), theme("b", "ban"), theme("c", "fine")), id="most of them"
        ),
    ],
)
def test_where_most_may_change_everything_is_judged(new: Ruleset) -> None:
    assert delta(beside(theme("a", "law"), theme("b", "ban")), new) is None
