"""A ruleset, and what it does on stored items -> what its author should look at again."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import permutations

from pipeline.rules.alone import Written, written
from pipeline.rules.implied import NO_MASKS, Masks, implies, masks_of
from pipeline.rules.redundant import Needless, among, list_uses, needless
from pipeline.rules.ruleset import Ruleset
from pipeline.rules.script import CJK_LANGUAGES, has_cjk, holds_without_cjk, may_be_read
from pipeline.rules.terms import choices_of, named, terms_of
from pipeline.rules.theme import Rule, Theme
from pipeline.rules.tree import Node, Or, Term
from pipeline.survey import Usage
from pipeline.yamlfile import Where

CAP_A_DAY = 30.0
"""More hits a day than this, and nobody reads them."""

FEWEST_ITEMS = 500
"""Of fewer items most words are in none, which says nothing about the words."""

_LARGEST_SHARE = 0.4
# A share of fewer hits says nothing.
_FEWEST_HITS = 5
_MOST_NAMED = 10


class Kind(StrEnum):
    """What is wrong with a place in a ruleset."""

    UNSEEN = "unseen"
    DOMINANT = "dominant"
    LOUD = "loud"
    DUPLICATE = "duplicate"
    SHADOWED = "shadowed"
    REDUNDANT = "redundant"
    ONE_SCRIPT = "one_script"


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Finding:
    """One thing to look at again, and what to do; `theme` and `rule` are empty in a list."""

    line: int
    column: int
    kind: Kind
    theme: str = ""
    rule: str = ""
    listed: str = ""
    message: str
    terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What is asked of a ruleset: more hits a day than the cap, and for readers of which languages.

    No language means that nothing is known of them.
    """

    cap_a_day: float = CAP_A_DAY
    languages: Collection[str] = ()

    @property
    def read_in(self) -> frozenset[str]:
        """Return the languages without their regions: zh of zh-Hant."""
        return frozenset(language.partition("-")[0].lower() for language in self.languages)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A query of the file: a rule, what a theme requires or excludes, an entry of a list."""

    where: Where
    tree: Node
    query: str = ""
    theme: str = ""
    rule: str = ""
    listed: str = ""
    masks: Masks = NO_MASKS


def lint(ruleset: Ruleset, usage: Usage, sought: Sought | None = None) -> tuple[Finding, ...]:
    """Return what to look at again, as it stands in the file; without items, what the text shows.

    Nothing of it is an error: every ruleset that loads does what it says.
    """
    linter = _Linter(ruleset, written(ruleset), sought or Sought())
    found = [*linter.written_badly()]
    if usage.items:
        found += [*linter.used_badly(usage)]
    return tuple(sorted(found))


def terms_in(ruleset: Ruleset) -> tuple[Term, ...]:
    """Return every term that stands in a ruleset, lists and gates included."""
    parts = _Linter(ruleset, written(ruleset), Sought()).parts()
    return tuple(term for part in parts for term in terms_of(part.tree))


@dataclass(frozen=True, slots=True)
class _Linter:
    ruleset: Ruleset
    written: Written
    sought: Sought

    def parts(self) -> Iterator[_Part]:
        """Yield every query of the file in which terms are written."""
        for name in self.written.lists:
            yield from self._entries(name)
        for number, theme in enumerate(self.ruleset.themes):
            yield from self._gates(number, theme)
            for i, rule in enumerate(theme.rules):
                yield self._rule(number, i, rule)

    def written_badly(self) -> Iterator[Finding]:
        """Yield what is wrong whatever the items say."""
        for number, theme in enumerate(self.ruleset.themes):
            yield from self._overlaps(number, theme)
            yield from self._one_script(number, theme)
        yield from self._redundant()

    def used_badly(self, usage: Usage) -> Iterator[Finding]:
        """Yield what the items show."""
        yield from self._unseen(usage)
        for number, theme in enumerate(self.ruleset.themes):
            yield from self._dominant(number, theme, usage)
            yield from self._loud(number, theme, usage)

    # --- what the text shows -----------------------------------------------------------------

    def _overlaps(self, number: int, theme: Theme) -> Iterator[Finding]:
        """Yield rules that do what another rule of their theme does anyway."""
        rules, masks = theme.rules, self._masks(theme)
        pairs = tuple(permutations(range(len(rules)), 2))
        covered = {(i, j) for i, j in pairs if _covers(rules[j], rules[i], masks)}
        told: set[int] = set()
        for i, j in pairs:
            if i < j and j not in told and {(i, j), (j, i)} <= covered:
                told.add(j)
                message = f"finds the same as rule {rules[i].id}, and both scores count: keep one"
                yield self._at(self._rule(number, j, rules[j]), Kind.DUPLICATE, message)
        for i, j in pairs:
            # One that weighs more is there to raise the score.
            lighter = rules[i].weight <= rules[j].weight
            if (i, j) in covered and lighter and told.isdisjoint({i, j}):
                told.add(i)
                message = (
                    f"finds nothing that rule {rules[j].id} does not find: take it out, unless it "
                    "is there to raise the score"
                )
                yield self._at(self._rule(number, i, rules[i]), Kind.SHADOWED, message)

    def _one_script(self, number: int, theme: Theme) -> Iterator[Finding]:
        read_in = self.sought.read_in
        cjk, others = read_in & CJK_LANGUAGES, read_in - CJK_LANGUAGES
        part = _Part(where=("themes", number, "id"), tree=theme.rules[0].tree, theme=theme.id)
        if (cjk or not read_in) and not any(map(has_cjk, _own_terms(theme))):
            message = (
                "no rule has a word of its own in Chinese, Japanese or Korean: add what it is "
                f"called there{_spoken(cjk)}"
            )
            yield self._at(part, Kind.ONE_SCRIPT, message)
        if (others or not read_in) and not _holds_without_cjk(theme):
            message = (
                "no rule can hold in a text without Chinese, Japanese or Korean: add what it is "
                f"called elsewhere{_spoken(others)}"
            )
            yield self._at(part, Kind.ONE_SCRIPT, message)

    def _redundant(self) -> Iterator[Finding]:
        """Yield terms of which others of their OR find everything, wherever it is used."""
        used = {use for part in self.parts() for use in list_uses(part.tree)}
        near = {name.removeprefix("raw:") for name, is_near in used if is_near}
        # Where capitals count no term of a list stands for another.
        raw = {name.removeprefix("raw:") for name, _ in used if name.startswith("raw:")}
        for part in self.parts():
            name = f"${part.listed}"
            for found in () if name in raw else needless(part.tree, part.masks, near=name in near):
                yield self._needless(part, found)
        masks = self._masks(*self.ruleset.themes)
        for listed, tree in self.written.lists.items():
            name = f"${listed}"
            if name not in raw and isinstance(tree, Or) and not tree.name:
                entries = {id(part.tree): part for part in self._entries(listed)}
                for found in among(tree, masks, near=name in near):
                    yield self._needless(entries[id(found.term)], found)

    def _needless(self, part: _Part, found: Needless) -> Finding:
        term, other = named(found.term), named(found.by)
        if term == other:
            message = f"{term} stands twice in one OR: take one out"
            if found.listed:
                message = f"{term} stands in {found.listed} already: take it out"
        else:
            within = f" in {found.listed}" if found.listed else ""
            message = f"{term} is found by {other}{within} anyway: take it out"
        return self._at(part, Kind.REDUNDANT, message, (found.term,))

    # --- what the items show -----------------------------------------------------------------

    def _unseen(self, usage: Usage) -> Iterator[Finding]:
        """Yield one finding a query, and one a list."""
        found: dict[str, tuple[_Part, list[Term]]] = {}
        for part in self.parts():
            unseen = [
                term
                for term in terms_of(part.tree)
                if named(term) not in usage.seen and may_be_read(term, self.sought.read_in)
            ]
            if unseen:
                key = f"${part.listed}" if part.listed else repr(part.where)
                found.setdefault(key, (part, []))[1].extend(unseen)
        for part, terms in found.values():
            names = _enumerated(tuple(dict.fromkeys(map(named, terms))))
            message = f"never seen in {usage.items:,} items: {names}: check the spelling"
            yield self._at(part, Kind.UNSEEN, message, terms)

    def _dominant(self, number: int, theme: Theme, usage: Usage) -> Iterator[Finding]:
        hits = usage.hits.get(theme.id, 0)
        if hits < _FEWEST_HITS:
            return
        asked = {named(t) for gate in theme.require for t in terms_of(gate.tree, lists=True)}
        told: set[str] = set()
        for i, rule in enumerate(theme.rules):
            for term in choices_of(rule.tree):
                name = named(term)
                made = usage.made.get((theme.id, name), 0)
                if made <= _LARGEST_SHARE * hits or name in asked | told:
                    continue
                told.add(name)
                message = (
                    f"{name} stands in {made} of the {hits} hits of the theme ({made / hits:.0%}): "
                    f"try it, and narrow it unless they all matter"
                )
                yield self._at(self._rule(number, i, rule), Kind.DOMINANT, message, (term,))

    def _loud(self, number: int, theme: Theme, usage: Usage) -> Iterator[Finding]:
        a_day, cap = usage.theme_a_day.get(theme.id, 0.0), self.sought.cap_a_day
        if a_day <= cap:
            return
        part = _Part(where=("themes", number, "id"), tree=theme.rules[0].tree, theme=theme.id)
        forecast = f"hits a day are to be expected, more than {cap:g}"
        message = f"{a_day:.0f} {forecast}: narrow its rules or raise its threshold"
        yield self._at(part, Kind.LOUD, message)
        for i, rule in enumerate(theme.rules):
            a_day = usage.rule_a_day.get((theme.id, rule.id), 0.0)
            if a_day > cap:
                message = f"{a_day:.0f} {forecast}: narrow it"
                yield self._at(self._rule(number, i, rule), Kind.LOUD, message)

    # --- where it stands ---------------------------------------------------------------------

    def _entries(self, name: str) -> Iterator[_Part]:
        tree = self.written.lists[name]
        entries = tree.children if isinstance(tree, Or) and not tree.name else (tree,)
        for i, entry in enumerate(entries):
            where = ("lists", name, i)
            yield _Part(
                where=where, tree=entry, listed=name, masks=self._masks(*self.ruleset.themes)
            )

    def _gates(self, number: int, theme: Theme) -> Iterator[_Part]:
        for key, asked in (("require", theme.require), ("exclude", theme.exclude)):
            for i, gate in enumerate(asked):
                yield _Part(
                    where=("themes", number, key, i),
                    tree=gate.tree,
                    query=gate.query,
                    theme=theme.id,
                    masks=self._masks(theme),
                )

    def _rule(self, number: int, place: int, rule: Rule) -> _Part:
        theme = self.ruleset.themes[number]
        return _Part(
            where=("themes", number, "rules", place, "q"),
            tree=rule.tree,
            query=rule.query,
            theme=theme.id,
            rule=rule.id,
            masks=self._masks(theme),
        )

    def _masks(self, *themes: Theme) -> Masks:
        """Return what any of some themes hides: a list may stand in all of them."""
        return masks_of(self.ruleset.mask, *(theme.mask for theme in themes))

    def _at(self, part: _Part, kind: Kind, message: str, terms: Sequence[Term] = ()) -> Finding:
        """Make a finding at its first term, else where its query begins."""
        positions = [term.position for term in terms] or [0]
        line, column = self.written.file.place_in(part.where, part.query, positions[0])
        return Finding(
            line=line,
            column=column,
            kind=kind,
            theme=part.theme,
            rule=part.rule,
            listed=part.listed,
            message=message,
            terms=tuple(dict.fromkeys(map(named, terms))),
        )


def _covers(wide: Rule, narrow: Rule, masks: Masks) -> bool:
    """Say whether one rule fires wherever another does."""
    asked_there = not wide.only or (
        bool(narrow.only)
        and all(any(implies(one, other) for other in wide.only) for one in narrow.only)
    )
    kept_out = all(any(implies(one, other) for other in narrow.never) for one in wide.never)
    return asked_there and kept_out and implies(narrow.tree, wide.tree, masks)


def _own_terms(theme: Theme) -> list[Term]:
    """Return what the rules ask for: their own words, or those of lists where they have none."""
    own = [t for rule in theme.rules for t in terms_of(rule.tree, denied=False)]
    return own or [t for rule in theme.rules for t in terms_of(rule.tree, lists=True, denied=False)]


def _holds_without_cjk(theme: Theme) -> bool:
    required = [gate.tree for gate in theme.require]
    is_open = not required or any(map(holds_without_cjk, required))
    return is_open and any(holds_without_cjk(rule.tree) for rule in theme.rules)


def _spoken(languages: Collection[str]) -> str:
    return f" (sources in {', '.join(sorted(languages))})" if languages else ""


def _enumerated(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMED])
    return shown if len(names) <= _MOST_NAMED else f"{shown} and {len(names) - _MOST_NAMED} more"
