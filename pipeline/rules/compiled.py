"""Rules and gates ready to run, and the words under which rules are looked up."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from pipeline.model import Scope
from pipeline.rules.near import Lead
from pipeline.rules.needs import Needs
from pipeline.rules.query import Case, Found, Judge, holds
from pipeline.rules.theme import Rule, Theme
from pipeline.rules.words import Lexicon, Word, bits

# A word like AI stands in every rule: a few of them in a few themes are leads enough.
_MOST_LEADS = 12
_MOST_LEADS_OF_THEME = 2

Leads: TypeAlias = Mapping[Word, Sequence[tuple[str, str]]]
"""By word the keys of the rules that an item with it may nearly miss."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A rule ready to run; `order` is its place among all rules, `theme` its theme's.

    `key` are the ids of both. It does not hold without each of the `groups`. A near miss scores at
    most `most`: with one of the rule's words in the title, and without; 0 where that is not enough.
    """

    order: int
    theme: int
    key: tuple[str, str]
    rule: Rule
    groups: int
    judge: Judge
    lead: Lead | None
    words: Needs
    most: tuple[float, float]

    def is_asked(self, scope: Scope) -> bool:
        """Say whether the rule speaks about items from here."""
        only, never = self.rule.only, self.rule.never
        if not only and not never:
            return True
        if any(holds(claim, scope) for claim in never):
            return False
        return not only or any(holds(claim, scope) for claim in only)

    def score(self, found: Found) -> float:
        """Return what the best of the rule's hits is worth."""
        return self.rule.weight * found[0]


@dataclass(frozen=True, slots=True)
class Gate:
    """A query that lets items through or shuts them out; not without each of the `groups`."""

    query: str
    groups: int
    judge: Judge


@dataclass(frozen=True, slots=True)
class Gates:
    """A theme's other queries, and its masks."""

    theme: Theme
    keys: int
    """The group of the words any of which is all that is required, as a bit; 0 for none."""
    require: tuple[Gate, ...]
    """What else would be enough."""
    exclude: tuple[Gate, ...]
    bars: int
    """The group of the words without which nothing is excluded, as a bit; 0 where none are."""
    masks: Needs

    @property
    def is_opened_by_keys(self) -> bool:
        """Say whether nothing but the keys opens the theme."""
        return self.keys > 0 and not self.require

    def is_open(self, case: Case) -> bool:
        """Say whether one of the required queries holds, where any is required."""
        absent = case.absent
        if not self.theme.require or (self.keys and not self.keys & absent):
            return True
        for gate in self.require:
            if not gate.groups & absent and gate.judge(case) is not None:
                return True
        return False

    def excluded_by(self, case: Case) -> str:
        """Return the query that shuts an item out, or nothing."""
        absent = case.absent
        if self.bars & absent:
            return ""
        for gate in self.exclude:
            if not gate.groups & absent and gate.judge(case) is not None:
                return gate.query
        return ""


def places(rules: int) -> list[int]:
    """Return the places of the bits that are set, in order."""
    found = []
    while rules:
        lowest = rules & -rules
        found.append(lowest.bit_length() - 1)
        rules ^= lowest
    return found


def filed_leads(rules: Sequence[Compiled]) -> Mapping[int, int]:
    """Put rules that an item may nearly miss under the words of which they need one."""
    leads: defaultdict[int, list[Compiled]] = defaultdict(list)
    for compiled in rules:
        for number in compiled.lead.words if compiled.lead else ():
            of_theme = sum(lead.theme == compiled.theme for lead in leads[number])
            if len(leads[number]) < _MOST_LEADS and of_theme < _MOST_LEADS_OF_THEME:
                leads[number].append(compiled)
    return {number: bits(compiled.order for compiled in filed) for number, filed in leads.items()}


def filed_as(leads: Leads, rules: Iterable[Compiled], lexicon: Lexicon) -> Mapping[int, int]:
    """Put rules that an item may nearly miss under the words that others put them under."""
    orders = {compiled.key: compiled.order for compiled in rules}
    return {lexicon.number(word): bits(orders[key] for key in keys) for word, keys in leads.items()}
