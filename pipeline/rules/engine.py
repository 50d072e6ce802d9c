"""Themes -> a machine that says which of them apply to an item, and why.

One pass over the item finds every word of every theme. A rule is looked at only when one of
the words that it cannot do without was found; of those it could be filed under, the rarest.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.model import Evidence, Field, Match, Scope, Verdict
from pipeline.rules.near import Lead, lead_of, miss
from pipeline.rules.needs import Needs, needed
from pipeline.rules.query import Case, Found, Judge, compile_node, holds
from pipeline.rules.theme import Asked, Rule, Theme
from pipeline.rules.words import Hits, Lexicon, Texts, masked, word

FACTORS = (3.0, 2.0, 1.0)
"""How much a hit in the title, the summary and the body counts."""

_MOST_NEAR = 3
# A word like AI stands in every rule: a few of them in a few themes are leads enough.
_MOST_LEADS = 12
_MOST_LEADS_OF_THEME = 2


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A rule ready to run; `order` is its place among all rules, `theme` its theme's."""

    order: int
    theme: int
    rule: Rule
    judge: Judge
    lead: Lead | None

    def is_asked(self, scope: Scope) -> bool:
        """Say whether the rule speaks about items from here."""
        only, never = self.rule.only, self.rule.never
        if not only and not never:
            return True
        if any(holds(claim, scope) for claim in never):
            return False
        return not only or any(holds(claim, scope) for claim in only)

    def score(self, found: Found, case: Case) -> float:
        """Return what the best of the rule's hits is worth."""
        best = max(FACTORS[case.texts.field(start)] * boost for start, _, boost in found)
        return self.rule.weight * best


@dataclass(frozen=True, slots=True)
class _Gates:
    """A theme's other queries, each beside its text, and its masks."""

    theme: Theme
    require: tuple[tuple[str, Judge], ...]
    exclude: tuple[tuple[str, Judge], ...]
    masks: Needs
    key: tuple[tuple[str, ...], Needs]
    """Equal for themes that require the same and see the same."""

    def is_open(self, case: Case) -> bool:
        """Say whether one of the required queries holds, where any is required."""
        return not self.require or any(judge(case) is not None for _, judge in self.require)

    def excluded_by(self, case: Case) -> str:
        """Return the query that shuts an item out, or nothing."""
        return next((query for query, judge in self.exclude if judge(case) is not None), "")


@dataclass(frozen=True, slots=True)
class _Judgement:
    """What a theme says, before its words are looked up in the text as it was."""

    theme: int
    verdict: Verdict
    score: float
    hits: tuple[tuple[str, Found], ...]
    missing: tuple[str, ...] = ()
    excluded_by: str = ""


class Engine:
    """All themes of one ruleset, compiled."""

    def __init__(self, themes: Sequence[Theme], mask: Iterable[str]) -> None:
        self._lexicon = Lexicon()
        self._masks = self._numbers(mask)
        self._gates = tuple(map(self._gates_of, themes))
        self._masking = tuple(i for i, gates in enumerate(self._gates) if gates.masks)
        self._by_word: dict[int, list[_Compiled]] = {}
        self._leads: dict[int, list[_Compiled]] = {}
        rules = ((number, rule) for number, theme in enumerate(themes) for rule in theme.rules)
        for order, (number, rule) in enumerate(rules):
            self._file(self._compiled(order, number, rule))
        self._finder = self._lexicon.finder()

    def classify(self, texts: Mapping[Field, str], scope: Scope) -> tuple[Match, ...]:
        """Return what every theme concerned says of an item; what is only near comes last."""
        joined = Texts(texts)
        hits = self._finder.hits(joined)
        if not hits:
            return ()
        cases = _Cases(self._gates, self._masking, Case(masked(hits, self._masks), joined, scope))
        judged = self._judged(hits, cases)
        near = [j for j in judged if j.verdict is Verdict.NEAR]
        near.sort(key=_rank)
        if len(near) < _MOST_NEAR:
            near += sorted(self._near_misses(hits, cases, {j.theme for j in judged}), key=_rank)
        decided = sorted((j for j in judged if j.verdict is not Verdict.NEAR), key=_rank)
        return tuple(self._match(j, joined) for j in (*decided, *near[:_MOST_NEAR]))

    def _numbers(self, words: Iterable[str]) -> Needs:
        return frozenset(self._lexicon.number(word(text)) for text in words)

    def _gates_of(self, theme: Theme) -> _Gates:
        masks = self._numbers(theme.mask)
        return _Gates(
            theme,
            tuple((asked.query, self._judge(asked)) for asked in theme.require),
            tuple((asked.query, self._judge(asked)) for asked in theme.exclude),
            masks,
            (tuple(asked.query for asked in theme.require), masks),
        )

    def _judge(self, asked: Asked) -> Judge:
        return compile_node(asked.tree, self._lexicon)

    def _compiled(self, order: int, theme: int, rule: Rule) -> _Compiled:
        judge = compile_node(rule.tree, self._lexicon)
        return _Compiled(order, theme, rule, judge, lead_of(rule.tree, self._lexicon))

    def _file(self, compiled: _Compiled) -> None:
        """Put a rule under the words that wake it."""
        for number in needed(compiled.rule.tree, self._lexicon) or ():
            self._by_word.setdefault(number, []).append(compiled)
        for number in compiled.lead.words if compiled.lead else ():
            leads = self._leads.setdefault(number, [])
            of_theme = sum(lead.theme == compiled.theme for lead in leads)
            if len(leads) < _MOST_LEADS and of_theme < _MOST_LEADS_OF_THEME:
                leads.append(compiled)

    def _judged(self, hits: Hits, cases: "_Cases") -> list[_Judgement]:
        """Judge every theme of which a rule holds."""
        holding: dict[int, list[tuple[_Compiled, Found]]] = {}
        for compiled in _woken(self._by_word, hits):
            case = cases.of(compiled.theme)
            found = compiled.judge(case) if compiled.is_asked(case.scope) else None
            if found:
                holding.setdefault(compiled.theme, []).append((compiled, found))
        judged = (self._judgement(theme, rules, cases) for theme, rules in holding.items())
        return [judgement for judgement in judged if judgement is not None]

    def _judgement(
        self, number: int, holding: Sequence[tuple[_Compiled, Found]], cases: "_Cases"
    ) -> _Judgement | None:
        gates, case = self._gates[number], cases.of(number)
        score = round(sum(compiled.score(found, case) for compiled, found in holding), 6)
        missing: tuple[str, ...] = ()
        if score < gates.theme.threshold:
            missing = (f"score {score:g} of {gates.theme.threshold:g}",)
        if not cases.is_open(number):
            missing += tuple(query for query, _ in gates.require)
        excluded_by = gates.excluded_by(case)
        if missing and excluded_by:
            return None
        verdict = Verdict.EXCLUDED if excluded_by else Verdict.NEAR if missing else Verdict.APPLIES
        hits = tuple((compiled.rule.id, found) for compiled, found in holding)
        return _Judgement(number, verdict, score, hits, missing, excluded_by)

    def _near_misses(
        self, hits: Hits, cases: "_Cases", judged: Collection[int]
    ) -> Iterator[_Judgement]:
        """Yield the best near miss of each theme that said nothing yet."""
        best: dict[int, _Judgement] = {}
        for compiled in _woken(self._leads, hits):
            theme = compiled.theme
            if theme in judged or not cases.is_open(theme):
                continue
            near = self._near_miss(compiled, cases.of(theme))
            if near and (theme not in best or near.score > best[theme].score):
                best[theme] = near
        for theme, near in best.items():
            if not self._gates[theme].excluded_by(cases.of(theme)):
                yield near

    def _near_miss(self, compiled: _Compiled, case: Case) -> _Judgement | None:
        """Judge a rule that would have made its theme apply, by its score, but for one operand."""
        missed = miss(compiled.lead, case) if compiled.lead else None
        if missed is None or not compiled.is_asked(case.scope):
            return None
        absent, found = missed
        score = round(compiled.score(found, case), 6)
        if score < self._gates[compiled.theme].theme.threshold:
            return None
        hits = ((compiled.rule.id, found),)
        return _Judgement(compiled.theme, Verdict.NEAR, score, hits, missing=(absent,))

    def _match(self, judgement: _Judgement, texts: Texts) -> Match:
        places = {(start, end, rule) for rule, found in judgement.hits for start, end, _ in found}
        return Match(
            theme=self._gates[judgement.theme].theme.id,
            verdict=judgement.verdict,
            score=judgement.score,
            evidence=tuple(texts.evidence(rule, start, end) for start, end, rule in sorted(places)),
            missing=judgement.missing,
            excluded_by=judgement.excluded_by,
        )


class _Cases:
    """One item as each theme sees it: without the words that the theme's masks hide."""

    def __init__(self, gates: Sequence[_Gates], masking: Iterable[int], case: Case) -> None:
        self._gates = gates
        self._case = case
        self._open: dict[tuple[tuple[str, ...], Needs], bool] = {}
        self._masked = {
            number: replace(case, hits=masked(case.hits, gates[number].masks))
            for number in masking
            if not gates[number].masks.isdisjoint(case.hits)
        }

    def of(self, theme: int) -> Case:
        """Return the item as one theme sees it."""
        return self._masked.get(theme, self._case)

    def is_open(self, theme: int) -> bool:
        """Say whether what a theme requires is there; many themes require the same."""
        gates = self._gates[theme]
        key = gates.key
        if key not in self._open:
            self._open[key] = gates.is_open(self.of(theme))
        return self._open[key]


def _rank(judgement: _Judgement) -> tuple[float, int]:
    return -judgement.score, judgement.theme


def _woken(filed: Mapping[int, Sequence[_Compiled]], hits: Hits) -> list[_Compiled]:
    woken = {c.order: c for number in hits for c in filed.get(number, ())}
    return [woken[order] for order in sorted(woken)]


def explained(evidence: Iterable[Evidence]) -> str:
    """Say in one line which rules fired on which words."""
    words: dict[str, list[str]] = {}
    for found in evidence:
        words.setdefault(found.rule, []).append(f"'{found.text}' ({found.field})")
    return "; ".join(f"rule {rule}: {', '.join(texts)}" for rule, texts in words.items())
