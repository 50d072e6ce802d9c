"""Rules that miss an item by one operand of their AND, and which one that is."""

from dataclasses import dataclass
from functools import reduce
from operator import or_

from pipeline.rules.needs import Needs, frequency, needed, required
from pipeline.rules.query import FACTORS, Case, Found, Judge, compile_node, together
from pipeline.rules.tree import And, Boosted, InField, Node, Or
from pipeline.rules.words import Lexicon
from pipeline.rules.write import write


@dataclass(frozen=True, slots=True)
class _Operand:
    """One of the things that a rule asks for together; `groups` are required for it to hold."""

    query: str
    groups: int
    judge: Judge


@dataclass(frozen=True, slots=True)
class Lead:
    """A rule taken apart at its AND; `words`: without one of them two operands are absent.

    `most` is what a hit counts at the most, in the title and elsewhere.
    """

    operands: tuple[_Operand, ...]
    conditions: tuple[Judge, ...]
    words: Needs
    most: tuple[float, float]
    groups: int
    """What the operands require, all together."""
    most_absent: int
    """Where more of the groups are absent, more than one operand is."""


def lead_of(node: Node, lexicon: Lexicon) -> Lead | None:
    """Take a rule apart, or return None when it does not ask for two things together."""
    if not isinstance(node, And):
        return None
    operands: list[_Operand] = []
    needed_words: list[Needs] = []
    conditions: list[Judge] = []
    for child in node.children:
        needs, judge = needed(child, lexicon), compile_node(child, lexicon)
        if needs is None:
            conditions.append(judge)
        else:
            operands.append(_Operand(write(child), required(child, lexicon), judge))
            needed_words.append(needs)
    if len(operands) < 2:
        return None
    rarest, second = sorted(needed_words, key=lambda needs: frequency(needs, lexicon))[:2]
    most = (_most(node, FACTORS[0]), _most(node, FACTORS[1]))
    groups = reduce(or_, (operand.groups for operand in operands))
    most_absent = max(operand.groups.bit_count() for operand in operands)
    return Lead(tuple(operands), tuple(conditions), rarest | second, most, groups, most_absent)


def _most(node: Node, factor: float) -> float:
    """Return what a hit that counts so much counts at the most, with its boosts."""
    match node:
        case Boosted():
            return _most(node.child, factor) * node.boost
        case And() | Or():
            return max(_most(child, factor) for child in node.children)
        case InField():
            return _most(node.child, factor)
        case _:
            return factor


def miss(lead: Lead, case: Case) -> tuple[str, Found] | None:
    """Return the one operand that is absent and the hits of the others, or None."""
    if (lead.groups & case.absent).bit_count() > lead.most_absent:
        return None
    absent: str | None = None
    answers: list[Found] = []
    for operand in lead.operands:
        found = None if operand.groups & case.absent else operand.judge(case)
        if found is not None:
            answers.append(found)
        elif absent is None:
            absent = operand.query
        else:
            return None
    if absent is None or (lead.conditions and None in [judge(case) for judge in lead.conditions]):
        return None
    return absent, together(answers)
