"""Rules sleep only where they have nothing to say: with all of them awake, all is said the same."""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import reduce
from operator import or_

import pytest

from pipeline.model import Field, Verdict
from pipeline.rules.awake import Awake
from pipeline.rules.engine import Engine
from pipeline.rules.needs import Presence
from pipeline.rules.words import Texts
from tests.rulesets import HERE, asked, some_text, some_theme, theme


class Sleepless(Awake):
    """Wakes every rule, and near misses by every word that leads to them, in any theme."""

    def __init__(self, count: int, leads: Mapping[int, int], presence: Presence) -> None:
        self._rules = (1 << count) - 1
        self._leads_of = leads
        self.presence = presence

    def of(self, numbers: Mapping[int, object]) -> tuple[int, int, int]:  # type: ignore[override]
        leads = reduce(or_, (self._leads_of.get(n, 0) for n in numbers), 0)
        return self._rules, leads, reduce(or_, (self.presence.anywhere[n] for n in numbers), 0)


def sleepless(engine: Engine) -> Engine:
    engine._awake = Sleepless(len(engine._rules), engine._leads, engine._awake.presence)
    # Nobody asked before whether the themes are open, or may be shut.
    engine._still_gated = engine._gated
    engine._gates = tuple(replace(gates, bars=0) for gates in engine._gates)
    return engine


def test_who_sleeps_has_nothing_to_say() -> None:
    rng, seen = random.Random(7), Counter[str]()
    for _ in range(250):
        themes = [some_theme(rng, f"t{number}") for number in range(rng.randint(1, 6))]
        mask = ("AI law",) if rng.random() < 0.2 else ()
        engine, other = Engine(themes, mask), sleepless(Engine(themes, mask))
        for text in (some_text(rng) for _ in range(12)):
            said = engine.said(Texts(text), HERE)
            assert said == other.said(Texts(text), HERE)
            seen.update(match.verdict.value for match in said.matches)
            asleep = engine._awake.of(engine._finder.hits(Texts(text)))[:2] == (0, 0)
            seen["asleep"] += asleep
    # It would be true of rules that never sleep, or never say anything, too.
    assert min(seen[kind] for kind in (*Verdict, "asleep")) > 50


@pytest.mark.parametrize(
    ("text", "rules", "leads"),
    [
        ("a harvest", 0, 0),
        ("a law", 0, 0),
        ("AI", 0, 1),
        ("a law on AI", 1, 1),
    ],
)
def test_a_rule_wakes_with_both_of_its_words_and_what_is_near_in_an_open_theme(
    text: str, rules: int, leads: int
) -> None:
    engine = Engine([theme("t", "law AND AI", require=(asked("AI"),))], ())
    hits = engine._finder.hits(Texts({Field.SUMMARY: text}))
    assert engine._awake.of(hits)[:2] == (rules, leads)
