"""What the real matcher and the naive one say of one case, in the same words."""

from typing import TypeAlias

from pipeline.model import Field, Scope, Verdict
from pipeline.rules.engine import Engine
from pipeline.rules.parse import parse_query
from pipeline.rules.theme import Rule, Theme
from pipeline.rules.tree import Node
from tests.cases import Case
from tests.naive import FACTORS, Naive, written

Answer: TypeAlias = tuple[float, list[tuple[Field, int, int, str]]] | None
"""The score and the words with their places; None where the rule does not hold."""

_WEIGHT = 100


def tree_of(case: Case) -> Node:
    """Read a rule as a search is read, which may be impossible."""
    return parse_query(case.q, search=True)


def real_answer(case: Case, engine: type[Engine] = Engine) -> Answer:
    """Return what the matcher says."""
    rule = Rule(id="r", query=case.q, tree=tree_of(case), weight=_WEIGHT)
    theme = Theme(id="t", title={"en": "T"}, rules=(rule,))
    masks = [written(mask.atoms) for mask in case.masks]
    matches = engine([theme], masks).classify(case.written, Scope())
    match = next((match for match in matches if match.verdict is Verdict.APPLIES), None)
    if match is None:
        return None
    return (match.score, [(e.field, e.start, e.end, e.text) for e in match.evidence])


def naive_answer(case: Case) -> Answer:
    """Return what is right."""
    naive, texts = Naive(case.texts, case.masks), case.written
    hits = naive.holds(case.query, frozenset(Field))
    if not hits:
        return None
    score = _WEIGHT * max(FACTORS[hit[0]] * boost for hit, boost in hits.items())
    order = {field: number for number, field in enumerate(Field)}
    spans = sorted(set(hits), key=lambda hit: (order[hit[0]], *hit[1:]))
    places = [naive.source(hit) for hit in spans]
    return score, [(f, start, end, texts[f][start:end]) for f, start, end in places]
