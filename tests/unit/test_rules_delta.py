"""Two rulesets: what is said not to be touched by their difference is judged the very same."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

from pipeline.model import Field, Scope
from pipeline.rules.delta import delta
from pipeline.rules.ruleset import Ruleset
from pipeline.rules.theme import Theme
from tests.rulesets import (
    HERE,
    OFFICIAL,
    asked,
    rule,
    rules_of,
    some_text,
    some_theme,
    theme,
)


def beside(*themes: Theme, mask: tuple[str, ...] = ()) -> Ruleset:
    """Return some themes among others that say nothing of the texts here."""
    others = [theme(f"other-{number}", "harvest") for number in range(8)]
    return rules_of(*themes, *others, mask=mask)


def touches(old: Ruleset, new: Ruleset, text: str) -> bool:
    found = delta(old, new)
    assert found
    return found.touches({Field.SUMMARY: text}, Scope())


# --- whatever is changed ---------------------------------------------------------------------


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
