"""Themes -> a machine that says which of them apply to an item, and why.

One pass over the item finds every word of every theme. A rule is looked at only when words that
it cannot do without were found, of those the rarest.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.model import Evidence, Field, Match, Scope, Verdict
from pipeline.rules.awake import Awake
from pipeline.rules.compiled import Compiled, Gate, Gates, Leads, filed_as, filed_leads, places
from pipeline.rules.finder import Finder, masked
from pipeline.rules.near import lead_of, miss
from pipeline.rules.needs import Needs, needed, required, words_of
from pipeline.rules.numbers import plain_words
from pipeline.rules.query import Case, Found, compile_node
from pipeline.rules.theme import Asked, Rule, Theme
from pipeline.rules.words import Lexicon, Texts, Word, bits, word

_MOST_NEAR = 3


class Said(NamedTuple):
    """What themes say of an item: of the first `holding` matches a rule holds, the rest is near."""

    matches: tuple[Match, ...] = ()
    holding: int = 0


_NOTHING = Said()


class _Judgement(NamedTuple):
    """What a theme says, before its words are looked up in the text as it was."""

    theme: int
    verdict: Verdict
    score: float
    hits: tuple[tuple[str, Found], ...]
    missing: tuple[str, ...] = ()
    excluded_by: str = ""


class Engine:
    """All themes of one ruleset, compiled."""

    def __init__(
        self, themes: Sequence[Theme], mask: Iterable[str], leads: Leads | None = None
    ) -> None:
        """Compile themes; `leads` says which rules words lead to, where others said so before."""
        self._lexicon = Lexicon()
        self._masks = self._numbers(mask)
        self._any_mask = 1 << self._lexicon.group(self._masks)
        self._gates = tuple(map(self._gates_of, themes))
        self._masking = tuple(i for i, gates in enumerate(self._gates) if gates.masks)
        theme_masks = frozenset[int]().union(*(gates.masks for gates in self._gates))
        self._any_theme_mask = 1 << self._lexicon.group(theme_masks)
        rules = [(number, rule) for number, theme in enumerate(themes) for rule in theme.rules]
        self._rules = tuple(self._compiled(*place) for place in enumerate(rules))
        self._leads = (
            filed_leads(self._rules)
            if leads is None
            else filed_as(leads, self._rules, self._lexicon)
        )
        self._gated = self._gated_rules()
        # What keys alone open was open to have a lead, unless a mask of the theme hides them.
        self._still_gated = tuple(
            gated for gated in self._gated if not self._gates[gated[0]].is_opened_by_keys
        )
        self._awake = Awake(self._rules, self._leads, self._gates, self._lexicon)
        self._finder = Finder(self._lexicon.numbers)
        self._presence = self._awake.presence
        # All is compiled: nobody asks about a node again.
        self._lexicon.answers.clear()

    def classify(self, texts: Mapping[Field, str], scope: Scope) -> tuple[Match, ...]:
        """Return what every theme concerned says of an item; what is only near comes last."""
        return self.said(Texts(texts), scope).matches

    def said(self, joined: Texts, scope: Scope) -> Said:
        """Return what every theme concerned says of an item whose texts were folded."""
        hits = self._finder.hits(joined)
        if not hits:
            return _NOTHING
        rules, leads, groups = self._awake.of(hits)
        if groups & self._any_mask:
            hits = masked(hits, self._masks)
            rules, leads, groups = self._awake.of(hits)
        if not rules and not leads:
            return _NOTHING
        absent, in_title = self._presence.with_title(groups, hits, joined)
        case = Case(hits, joined, scope, absent)
        masked_cases = self._masked_cases(case) if groups & self._any_theme_mask else {}
        cases = _Cases(case, in_title, masked_cases)
        judged = self._judged(rules, cases) if rules else []
        told = _told(judged) if judged else []
        holding = len(told)
        room = _MOST_NEAR - sum(j.verdict is Verdict.NEAR for j in told)
        if leads and room:
            told += self._near_misses(leads, cases, {j.theme for j in judged})[:room]
        return Said(tuple([self._match(j, joined) for j in told]), holding)

    def leads(self, themes: Set[str]) -> Leads:
        """Return by word which rules of some themes an item with it may nearly miss."""
        found: dict[Word, Sequence[tuple[str, str]]] = {}
        for number, filed in self._leads.items():
            keys = [self._rules[order].key for order in places(filed)]
            kept = [key for key in keys if key[0] in themes]
            if kept:
                found[self._lexicon.words[number]] = kept
        return found

    def _gated_rules(self) -> tuple[tuple[int, int], ...]:
        """Return one theme of those that require and see the same, with the rules of them all."""
        themes: defaultdict[tuple[tuple[str, ...], Needs], set[int]] = defaultdict(set)
        for number, gates in enumerate(self._gates):
            queries = tuple(asked.query for asked in gates.theme.require)
            if queries:
                themes[queries, gates.masks].add(number)
        return tuple(
            (min(alike), bits(rule.order for rule in self._rules if rule.theme in alike))
            for alike in themes.values()
        )

    def _numbers(self, words: Iterable[str]) -> Needs:
        return frozenset(self._lexicon.number(word(text)) for text in words)

    def _gates_of(self, theme: Theme) -> Gates:
        keys = [plain_words(asked.tree, self._lexicon) for asked in theme.require]
        others = [asked for asked, words in zip(theme.require, keys, strict=True) if words is None]
        words = frozenset[int]().union(*(words for words in keys if words))
        return Gates(
            theme,
            1 << self._lexicon.group(words) if words else 0,
            tuple(map(self._gate, others)),
            tuple(map(self._gate, theme.exclude)),
            self._bars(theme),
            self._numbers(theme.mask),
        )

    def _bars(self, theme: Theme) -> int:
        needs = [needed(asked.tree, self._lexicon) for asked in theme.exclude]
        words = frozenset[int]().union(*(words for words in needs if words))
        return 1 << self._lexicon.group(words) if None not in needs else 0

    def _gate(self, asked: Asked) -> Gate:
        groups = required(asked.tree, self._lexicon)
        return Gate(asked.query, groups, compile_node(asked.tree, self._lexicon))

    def _compiled(self, order: int, place: tuple[int, Rule]) -> Compiled:
        theme, rule = place
        lead = lead_of(rule.tree, self._lexicon)
        threshold = self._gates[theme].theme.threshold
        most = [rule.weight * most for most in lead.most] if lead else [0.0, 0.0]
        in_title, elsewhere = (score if score >= threshold else 0.0 for score in most)
        return Compiled(
            order,
            theme,
            (self._gates[theme].theme.id, rule.id),
            rule,
            required(rule.tree, self._lexicon),
            compile_node(rule.tree, self._lexicon),
            lead,
            words_of(rule.tree, self._lexicon),
            (in_title, elsewhere),
        )

    def _masked_cases(self, case: Case) -> Mapping[int, Case]:
        """Return an item as themes see it whose own masks hide something in it."""
        cases: dict[int, Case] = {}
        for theme in self._masking:
            seen = masked(case.hits, self._gates[theme].masks)
            if seen is not case.hits:
                absent = self._presence.absent(seen, case.texts)
                cases[theme] = Case(seen, case.texts, case.scope, absent)
        return cases

    def _judged(self, rules: int, cases: "_Cases") -> list[_Judgement]:
        """Judge every theme of which a rule holds, the highest score first."""
        holding: dict[int, list[tuple[Compiled, Found]]] = {}
        for compiled in [self._rules[order] for order in places(rules)]:
            case = cases.of(compiled.theme)
            if not compiled.groups & case.absent and compiled.is_asked(case.scope):
                found = compiled.judge(case)
                if found and found[1]:
                    holding.setdefault(compiled.theme, []).append((compiled, found))
        if not holding:
            return []
        judged = [self._judgement(theme, rules, cases) for theme, rules in holding.items()]
        return _ranked(judgement for judgement in judged if judgement is not None)

    def _judgement(
        self, number: int, holding: Sequence[tuple[Compiled, Found]], cases: "_Cases"
    ) -> _Judgement | None:
        gates = self._gates[number]
        score = round(sum(compiled.score(found) for compiled, found in holding), 6)
        missing: tuple[str, ...] = ()
        if score < gates.theme.threshold:
            missing = (f"score {score:g} of {gates.theme.threshold:g}",)
        if not gates.is_open(cases.of(number)):
            missing += tuple(asked.query for asked in gates.theme.require)
        excluded_by = gates.excluded_by(cases.of(number))
        if missing and excluded_by:
            return None
        verdict = Verdict.EXCLUDED if excluded_by else Verdict.NEAR if missing else Verdict.APPLIES
        hits = tuple((compiled.rule.id, found) for compiled, found in holding)
        return _Judgement(number, verdict, score, hits, missing, excluded_by)

    def _near_misses(self, leads: int, cases: "_Cases", said: set[int]) -> Sequence[_Judgement]:
        """Return near misses of themes that said nothing yet, the best three first."""
        nearest: dict[int, _Judgement] = {}
        bar, in_title = 0.0, cases.in_title
        for compiled in [self._rules[order] for order in places(self._let_in(leads, cases))]:
            theme = compiled.theme
            if theme in said:
                continue
            # Of equals the first stays.
            beaten = nearest[theme].score if theme in nearest else bar
            if compiled.most[in_title.isdisjoint(compiled.words)] <= beaten:
                continue
            case = cases.of(theme)
            near = self._near_miss(compiled, case)
            if near is None or near.score <= beaten:
                continue
            if self._gates[theme].excluded_by(case):
                said.add(theme)
                continue
            nearest[theme] = near
            if len(nearest) >= _MOST_NEAR:
                bar = _third_best(nearest.values())
        return _ranked(nearest.values()) if len(nearest) > 1 else list(nearest.values())

    def _let_in(self, leads: int, cases: "_Cases") -> int:
        """Return the rules of themes for which what they require is there."""
        for theme, rules in self._gated if cases.masked else self._still_gated:
            if leads & rules and not self._gates[theme].is_open(cases.of(theme)):
                leads &= ~rules
                if not leads:
                    break
        return leads

    def _near_miss(self, compiled: Compiled, case: Case) -> _Judgement | None:
        """Judge a rule that would have made its theme apply, by its score, but for one operand."""
        missed = miss(compiled.lead, case) if compiled.lead else None
        if missed is None or not compiled.is_asked(case.scope):
            return None
        absent, found = missed
        score = round(compiled.score(found), 6)
        if score < self._gates[compiled.theme].theme.threshold:
            return None
        hits = ((compiled.rule.id, found),)
        return _Judgement(compiled.theme, Verdict.NEAR, score, hits, (absent,))

    def _match(self, judgement: _Judgement, texts: Texts) -> Match:
        places = {(start, end, rule) for rule, found in judgement.hits for start, end in found[1]}
        return Match(
            self._gates[judgement.theme].theme.id,
            judgement.verdict,
            judgement.score,
            tuple([texts.evidence(*place) for place in sorted(places)]),
            judgement.missing,
            judgement.excluded_by,
        )


@dataclass(slots=True)
class _Cases:
    """One item, the words in its title, and the item as themes see it whose masks hide words."""

    whole: Case
    in_title: Set[int]
    masked: Mapping[int, Case]

    def of(self, theme: int) -> Case:
        """Return the item as one theme sees it."""
        return self.masked.get(theme, self.whole) if self.masked else self.whole


def _told(judged: Iterable[_Judgement]) -> list[_Judgement]:
    """Return what is told of themes of which a rule holds: at most three that are only near."""
    told: dict[bool, list[_Judgement]] = {False: [], True: []}
    for judgement in judged:
        told[judgement.verdict is Verdict.NEAR].append(judgement)
    return told[False] + told[True][:_MOST_NEAR]


def _ranked(judged: Iterable[_Judgement]) -> list[_Judgement]:
    return sorted(judged, key=_rank)


def _rank(judgement: _Judgement) -> tuple[float, int]:
    return -judgement.score, judgement.theme


def _third_best(nearest: Iterable[_Judgement]) -> float:
    """Return what a further near miss has to be worth more than to be shown."""
    return sorted([judgement.score for judgement in nearest])[-_MOST_NEAR]


def explained(evidence: Iterable[Evidence]) -> str:
    """Say in one line which rules fired on which words."""
    words: dict[str, list[str]] = {}
    for found in evidence:
        words.setdefault(found.rule, []).append(f"'{found.text}' ({found.field})")
    return "; ".join(f"rule {rule}: {', '.join(texts)}" for rule, texts in words.items())
