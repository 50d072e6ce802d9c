"""The terms of a query tree, as their author wrote them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from pipeline.fold import fold, fold_cased
from pipeline.rules.tree import And, Boosted, InField, Near, Node, Not, Or, Term
from pipeline.rules.write import write

Entry = TypeVar("Entry")

# What a word cannot have without quotation marks.
_QUOTED = re.compile(r'[\s()":^~$]')


def terms_of(node: Node, *, lists: bool = False, denied: bool = True) -> Iterator[Term]:
    """Yield the terms of a tree, those of named lists only where asked for.

    Without `denied`, what stands under NOT is left out.
    """
    match node:
        case Term():
            yield node
        case Or() if node.name and not lists:
            return
        case Not() if not denied:
            return
        case _:
            for child in children_of(node):
                yield from terms_of(child, lists=lists, denied=denied)


def choices_of(node: Node, *, alone: bool = True) -> Iterator[Term]:
    """Yield the terms of which another could make a tree hold, or that make it hold by themselves.

    What every hit must have beside something else is none, nor is what stands in a named list.
    """
    match node:
        case Term():
            yield from (node,) if alone else ()
        case Or() if not node.name:
            for child in node.children:
                yield from choices_of(child)
        case And() | Near():
            positive = [child for child in children_of(node) if is_positive(child)]
            for child in positive:
                yield from choices_of(child, alone=alone and len(positive) == 1)
        case InField() | Boosted():
            yield from choices_of(node.child, alone=alone)
        case _:
            return


def is_positive(node: Node) -> bool:
    """Say whether a node holds only where some word is found."""
    match node:
        case Term() | Near():
            return True
        case And():
            return any(map(is_positive, node.children))
        case Or():
            return all(map(is_positive, node.children))
        case InField() | Boosted():
            return is_positive(node.child)
        case _:
            return False


def children_of(node: Node) -> tuple[Node, ...]:
    """Return the parts of a node; a term and a scope have none."""
    match node:
        case And() | Or():
            return node.children
        case Near():
            return node.left, node.right
        case Not() | InField() | Boosted():
            return (node.child,)
        case _:
            return ()


def alternatives(node: Node) -> Iterator[Node]:
    """Yield what each side of an OR asks for, groups and lists opened; of another node, itself."""
    if isinstance(node, Or):
        for child in node.children:
            yield from alternatives(child)
    else:
        yield node


def within(text: str, by_text: Mapping[str, Entry]) -> Iterator[Entry]:
    """Yield the entries whose keys stand somewhere in a text, however many there are."""
    if len(by_text) < len(text) ** 2 // 2:
        yield from (entry for key, entry in by_text.items() if key in text)
        return
    ends = range(1, len(text) + 1)
    pieces = {text[start:end] for end in ends for start in range(end)}
    yield from (by_text[piece] for piece in pieces if piece in by_text)


def named(term: Term) -> str:
    """Write a term with quotation marks only where it needs them."""
    return write(replace(term, quoted=bool(_QUOTED.search(term.text))))


def same_form(term: Term) -> tuple[str, str, bool, int]:
    """Return what two terms share that find the same words."""
    cased = fold_cased(term.text) if term.cased else ""
    return fold(term.text), cased, term.prefix, term.slop
