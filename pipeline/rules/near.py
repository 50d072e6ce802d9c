"""Rules that miss an item by one operand of their AND, and which one that is."""

from dataclasses import dataclass

from pipeline.rules.needs import Needs, frequency, needed
from pipeline.rules.query import Case, Found, Judge, compile_node
from pipeline.rules.tree import And, Node
from pipeline.rules.words import Lexicon
from pipeline.rules.write import write


@dataclass(frozen=True, slots=True, eq=False)
class _Operand:
    """One of the things that a rule asks for together."""

    query: str
    needs: Needs
    judge: Judge


@dataclass(frozen=True, slots=True)
class Lead:
    """A rule taken apart at its AND; `words`: without one of them two operands are absent."""

    operands: tuple[_Operand, ...]
    conditions: tuple[Judge, ...]
    words: Needs


def lead_of(node: Node, lexicon: Lexicon) -> Lead | None:
    """Take a rule apart, or return None when it does not ask for two things together."""
    if not isinstance(node, And):
        return None
    operands: list[_Operand] = []
    conditions: list[Judge] = []
    for child in node.children:
        needs, judge = needed(child, lexicon), compile_node(child, lexicon)
        if needs is None:
            conditions.append(judge)
        else:
            operands.append(_Operand(write(child), needs, judge))
    if len(operands) < 2:
        return None
    rarest = sorted(operands, key=lambda operand: frequency(operand.needs, lexicon))[:2]
    return Lead(tuple(operands), tuple(conditions), rarest[0].needs | rarest[1].needs)


def miss(lead: Lead, case: Case) -> tuple[str, Found] | None:
    """Return the one operand that is absent and the hits of the others, or None."""
    absent = [o for o in lead.operands if o.needs.isdisjoint(case.hits)]
    if len(absent) > 1:
        return None
    found: Found = []
    for operand in lead.operands:
        spans = None if operand in absent else operand.judge(case)
        if spans is not None:
            found += spans
        elif operand not in absent:
            absent.append(operand)
    if len(absent) != 1 or any(judge(case) is None for judge in lead.conditions):
        return None
    return absent[0].query, found
