"""Stored items, one after another -> what each theme, rule and term of a ruleset does on them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from pipeline.model import Evidence, Field, Match, Scope, Verdict
from pipeline.rules.finder import Finder, Hits
from pipeline.rules.numbers import numbers_of
from pipeline.rules.query import Case, Judge, compile_node
from pipeline.rules.ruleset import Ruleset
from pipeline.rules.terms import choices_of, named
from pipeline.rules.theme import Rule
from pipeline.rules.tree import Term
from pipeline.rules.words import Lexicon, Texts

RuleName: TypeAlias = tuple[str, str]
"""A theme and one of its rules."""

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a ruleset does: hits are items; `a_day` is the forecast of them.

    `made` counts, for each theme and term that alone can make a rule of it hold, the hits that show
    the term.
    """

    items: int = 0
    seen: frozenset[str] = frozenset()
    hits: Mapping[str, int] = field(default_factory=dict)
    made: Mapping[tuple[str, str], int] = field(default_factory=dict)
    theme_a_day: Mapping[str, float] = field(default_factory=dict)
    rule_a_day: Mapping[RuleName, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class _Sought:
    """A term that no item had yet."""

    name: str
    judge: Judge


class Survey:
    """Looks at items and keeps count; `usage` says what it has seen so far."""

    def __init__(self, ruleset: Ruleset, terms: Iterable[Term]) -> None:
        self._ruleset = ruleset
        self._lexicon = Lexicon()
        self._unseen: dict[int, list[_Sought]] = {}
        self._file_under_words(terms)
        self._own = {
            (theme.id, rule.id): self._numbered(rule)
            for theme in ruleset.themes
            for rule in theme.rules
        }
        self._finder = Finder(self._lexicon.numbers)
        self._items = 0
        self._seen: set[str] = set()
        self._hits: Counter[str] = Counter()
        self._made: Counter[tuple[str, str]] = Counter()
        self._theme_a_day: dict[str, float] = {}
        self._rule_a_day: dict[RuleName, float] = {}

    def look(self, texts: Mapping[Field, str], scope: Scope, share: float) -> None:
        """Look at one item, which adds `share` to the forecast of what finds it."""
        joined = Texts(texts)
        hits = self._finder.hits(joined)
        self._items += 1
        self._see(hits, Case(hits, joined, scope))
        for match in self._ruleset.classify(texts, scope):
            if match.verdict is Verdict.APPLIES:
                self._count(match, hits, joined, share)

    def usage(self) -> Usage:
        """Return what was counted."""
        return Usage(
            items=self._items,
            seen=frozenset(self._seen),
            hits=dict(self._hits),
            made=dict(self._made),
            theme_a_day=dict(self._theme_a_day),
            rule_a_day=dict(self._rule_a_day),
        )

    def _file_under_words(self, terms: Iterable[Term]) -> None:
        """Put each term under a word that it needs, so that few are looked at in an item."""
        for name, term in {named(term): term for term in terms}.items():
            needed = numbers_of(term, self._lexicon)[0]
            sought = _Sought(name, compile_node(term, self._lexicon))
            self._unseen.setdefault(needed, []).append(sought)

    def _numbered(self, rule: Rule) -> tuple[tuple[str, frozenset[int]], ...]:
        """Return the terms that can make a rule hold, with the numbers of their words."""
        terms = choices_of(rule.tree)
        return tuple((named(t), frozenset(numbers_of(t, self._lexicon))) for t in terms)

    def _see(self, hits: Hits, case: Case) -> None:
        for number in hits:
            unseen = self._unseen.get(number, [])
            seen = [sought for sought in unseen if sought.judge(case) is not None]
            self._seen.update(sought.name for sought in seen)
            for sought in seen:
                unseen.remove(sought)

    def _count(self, match: Match, hits: Hits, joined: Texts, share: float) -> None:
        self._hits[match.theme] += 1
        _add(self._theme_a_day, match.theme, share)
        for rule in {evidence.rule for evidence in match.evidence}:
            _add(self._rule_a_day, (match.theme, rule), share)
        for name in set(self._shown(match, hits, joined)):
            self._made[match.theme, name] += 1

    def _shown(self, match: Match, hits: Hits, joined: Texts) -> Iterator[str]:
        """Yield the terms of fired rules that stand in the evidence."""
        for rule in {evidence.rule for evidence in match.evidence}:
            places = {_place(e) for e in match.evidence if e.rule == rule}
            for name, numbers in self._own[match.theme, rule]:
                spans = (span for number in numbers for span in hits.get(number, ()))
                if any(_place(joined.evidence(*span, rule)) in places for span in spans):
                    yield name


def _place(evidence: Evidence) -> tuple[Field, int, int]:
    return evidence.field, evidence.start, evidence.end


def _add(sums: dict[Key, float], key: Key, share: float) -> None:
    sums[key] = sums.get(key, 0.0) + share
