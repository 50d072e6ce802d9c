"""What a query tree must be: bounded, with words that must be there, and possible at all."""

from pipeline.errors import QueryError
from pipeline.rules.implied import Masks
from pipeline.rules.proof import always, clash
from pipeline.rules.terms import is_positive
from pipeline.rules.tree import And, Boosted, InField, Near, Node, Not, Or, ScopeIs, Term

_MOST_TERMS = 5_000
_DEEPEST = 120


def check(node: Node, *, gate: bool) -> None:
    """Raise QueryError unless a tree is bounded and, but for a `gate`, asks for some word."""
    terms, depth = _measure(node)
    if terms > _MOST_TERMS:
        raise QueryError(f"{terms} terms with its lists: at most {_MOST_TERMS}", position_of(node))
    if depth > _DEEPEST:
        raise QueryError("groups and lists inside each other too deep", position_of(node))
    if not gate:
        _check_branches(node)
        if not is_positive(node):
            message = "a rule needs a word that must be there: NOT and scopes alone are none"
            raise QueryError(message, position_of(node))


def check_sense(node: Node, *, gate: bool, masks: Masks) -> None:
    """Raise QueryError where a part of a tree can never hold, or a `gate` always does."""
    match node:
        case And():
            found = clash(node.children, masks)
            if found:
                raise QueryError(f"this never holds: {found}", position_of(found.second))
            children = node.children
        case Or():
            if gate and always(node, masks):
                message = "this holds for every item, with or without the words"
                raise QueryError(message, position_of(node))
            children = node.children
        case InField() | Boosted() | Not():
            children = (node.child,)
        case _:
            return
    for child in children:
        check_sense(child, gate=gate and isinstance(node, InField | Boosted), masks=masks)


def is_near_operand(node: Node) -> bool:
    """Say whether NEAR can measure from a node: terms, NEAR and OR groups of these."""
    if isinstance(node, Or):
        return all(map(is_near_operand, node.children))
    return isinstance(node, Term | Near)


def position_of(node: Node) -> int:
    """Return where a node begins in the query as written, as far as its parts tell."""
    match node:
        case And() | Or():
            return min(map(position_of, node.children))
        case InField() | Boosted():
            return position_of(node.child)
        case Near():
            return position_of(node.left)
        case _:
            return node.position


def _check_branches(node: Node) -> None:
    match node:
        case Or():
            _check_or(node)
        case And():
            for child in node.children:
                _check_branches(child)
        case InField() | Boosted():
            _check_branches(node.child)
        case _:
            return


def _check_or(node: Or) -> None:
    # A group of nothing but scopes narrows what stands beside it, as one scope would.
    if all(isinstance(child, ScopeIs) for child in node.children):
        return
    for child in node.children:
        _check_branches(child)
        if not is_positive(child):
            message = (
                "each side of OR needs a word that must be there: put NOT and scopes "
                "outside the group, joined by AND"
            )
            raise QueryError(message, position_of(child))


def _measure(node: Node) -> tuple[int, int]:
    """Return how many terms a tree has and how deep it is."""
    match node:
        case And() | Or():
            children = node.children
        case Near():
            children = (node.left, node.right)
        case Not() | InField() | Boosted():
            children = (node.child,)
        case _:
            return 1, 1
    measures = [_measure(child) for child in children]
    return sum(m[0] for m in measures), 1 + max(m[1] for m in measures)
