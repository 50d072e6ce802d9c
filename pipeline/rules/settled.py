"""Query trees -> the form in which proofs look at them: settled, and taken apart into claims."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import is_

from pipeline.model import Field
from pipeline.rules.tree import And, Boosted, InField, Near, Node, Not, Or, ScopeIs, Term
from pipeline.rules.words import Word, word

_EVERYWHERE = tuple(Field)


def settled(node: Node, fields: tuple[Field, ...] = _EVERYWHERE) -> Node:
    """Return a tree without boosts, with each field right at its words."""
    match node:
        case InField():
            return settled(node.child, node.fields)
        case Boosted():
            return settled(node.child, fields)
        case And() | Or():
            children = _settled_all(Same(node.children), fields)
            return node if children is node.children else replace(node, children=children)
        case Not():
            return replace(node, child=settled(node.child, fields))
        case Term() | Near() if fields != _EVERYWHERE:
            return InField(fields=fields, child=node)
        case _:
            return node


@lru_cache(maxsize=1024)
def _settled_all(same: "Same", fields: tuple[Field, ...]) -> tuple[Node, ...]:
    children = tuple(settled(child, fields) for child in same.children)
    return same.children if all(map(is_, children, same.children)) else children


def placed(node: Node) -> tuple[tuple[Field, ...], Node]:
    """Return the fields in which a settled word is looked for, and the word itself."""
    return (node.fields, node.child) if isinstance(node, InField) else (_EVERYWHERE, node)


def parts_of(node: Node) -> Iterator[Node]:
    """Yield the claims that a query makes together."""
    match node:
        case And():
            for child in node.children:
                yield from parts_of(child)
        case Not(child=Not() as denied):
            yield from parts_of(denied.child)
        case Near(left=left, right=right) | InField(child=Near(left=left, right=right)):
            fields, _ = placed(node)
            yield node
            yield from parts_of(settled(left, fields))
            yield from parts_of(settled(right, fields))
        case _:
            yield node


def denies(node: Node) -> bool:
    """Say whether a query may hold where its words are not, or not where they are."""
    match node:
        case Not() | ScopeIs():
            return True
        case And() | Or():
            return any(map(denies, node.children))
        case _:
            return False


@lru_cache(maxsize=8192)
def words_of(term: Term) -> tuple[Word, ...]:
    """Return what a term looks for: one word, or each of a sloppy phrase."""
    texts = term.text.split() if term.slop else [term.text]
    words = [word(text, cased=term.cased) for text in texts]
    return (*words[:-1], replace(words[-1], prefix=term.prefix))


def found_words(node: Node) -> str:
    """Return the words that a query finds, one in a line, none of those that it denies."""
    match node:
        case Term():
            return "\n".join(found.folded for found in words_of(node))
        case Or():
            return _words_of_any(Same(node.children))
        case And():
            return "\n".join(map(found_words, node.children))
        case Near():
            return f"{found_words(node.left)}\n{found_words(node.right)}"
        case InField():
            return found_words(node.child)
        case _:
            return ""


@dataclass(frozen=True, slots=True, eq=False)
class Same:
    """The children of a list, which many rules share: equal to itself alone."""

    children: tuple[Node, ...]

    def __hash__(self) -> int:
        return id(self.children)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.children is other.children


@lru_cache(maxsize=1024)
def _words_of_any(branches: Same) -> str:
    return "\n".join(map(found_words, branches.children))
