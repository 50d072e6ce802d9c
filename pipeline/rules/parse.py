"""Query text -> query tree, or a QueryError that names the place and the next step."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeAlias

from lark import Token
from lark import Tree as Parsed

from pipeline.errors import QueryError
from pipeline.fold import fold, is_cjk
from pipeline.model import Field, Tier, Type
from pipeline.rules.check import check, check_sense, is_near_operand, position_of
from pipeline.rules.implied import NO_MASKS, Masks
from pipeline.rules.terms import is_positive
from pipeline.rules.tokens import NEAR_HINT, Plain, grammar, plain, tokens
from pipeline.rules.tree import And, Boosted, InField, Near, Node, Not, Or, ScopeIs, Term
from pipeline.yamlfile import did_you_mean

SCOPES = ("source", "group", "jur", "type", "lang", "tier")
"""What a rule may say of where an item comes from."""
FILTERS = ("theme", "since", "until", "seen-since", "state", "has")
"""What a search may say besides."""

_FIELDS = MappingProxyType({**{f.value: (f,) for f in Field}, "text": tuple(Field)})
_VALUES = MappingProxyType(
    {"type": tuple(t.value for t in Type), "tier": tuple(t.value for t in Tier)}
)
_FARTHEST = 100
_LARGEST_BOOST = 100
_LONGEST_TERM = 200
_MOST_SLOP_WORDS = 8
_LOOSE = ",;、。"
_Child: TypeAlias = "Parsed[Token] | Token | None"
_NO_LISTS: Mapping[str, Node] = MappingProxyType({})


def parse_query(
    text: str,
    *,
    lists: Mapping[str, Node] = _NO_LISTS,
    search: bool = False,
    gate: bool = False,
    masks: Masks | None = NO_MASKS,
) -> Node:
    """Read a query; raise QueryError with the place in the text as written.

    `search`: words side by side mean AND, and the filters of searches are known. A search and
    a `gate` (a query that only lets through or shuts out) need no word that must be there. But for
    a search, a query that can never hold beside the `masks` is refused; with None it is read.
    """
    query = plain(text)
    parser = grammar().parse_interactive()
    for token in tokens(query, search=search):
        parser.feed_token(token)
    parsed = parser.feed_eof()  # type: ignore[no-untyped-call]  # lark leaves it untyped
    node = _Builder(query, lists, search).node(parsed)
    check(node, gate=search or gate)
    if masks is not None and not search:
        check_sense(node, gate=gate, masks=masks)
    return node


@dataclass(frozen=True, slots=True)
class _Builder:
    query: Plain
    lists: Mapping[str, Node]
    search: bool

    def node(self, tree: _Child) -> Node:
        """Turn what the grammar made of a query into our tree."""
        assert isinstance(tree, Parsed)  # noqa: S101 - for mypy: tokens stand only where known
        match str(tree.data):
            case "or":
                return Or(children=self._flat(tree, Or))
            case "and":
                return And(children=self._flat(tree, And))
            case "query" | "group":
                return self.node(tree.children[0])
            case _:
                return self._operand(tree)

    def _operand(self, tree: "Parsed[Token]") -> Node:
        match str(tree.data):
            case "not" | "without":
                return self._not(*tree.children)
            case "near":
                return self._near(*tree.children)
            case "scope":
                return self._scope(_token(tree.children[0]))
            case _:
                return self._unit(*tree.children)

    def _flat(self, tree: "Parsed[Token]", kind: type[And] | type[Or]) -> tuple[Node, ...]:
        """Return the children of an AND or OR, with those of the same kind taken apart."""
        children: list[Node] = []
        for child in map(self.node, tree.children):
            if isinstance(child, And | Or) and type(child) is kind and not _list_name(child):
                children += child.children
            else:
                children.append(child)
        return tuple(children)

    def _not(self, operator: _Child, child: _Child) -> Node:
        node = Not(child=self.node(child), position=self._place(_token(operator)))
        boosted = _first_boost(node.child)
        if boosted:
            raise QueryError("^ under NOT: what must not be there cannot count more", node.position)
        return node

    def _near(self, left: _Child, operator: _Child, right: _Child) -> Node:
        token = _token(operator)
        name, _, number = token.partition("/")
        node = Near(
            left=self.node(left),
            right=self.node(right),
            distance=_number(number),
            ordered=name == "ONEAR",
            position=self._place(token),
        )
        if node.distance > _FARTHEST:
            raise QueryError(f"{token}: at most {name}/{_FARTHEST}", node.position)
        for side in (node.left, node.right):
            if not is_near_operand(side):
                message = f"{_called(side)} beside NEAR: {NEAR_HINT}"
                raise QueryError(message, position_of(side))
        return node

    def _unit(self, field: _Child, raw: _Child, atom: _Child, boost: _Child) -> Node:
        node = self._atom(atom)
        if raw is not None:
            node = _cased(node)
        if field is not None:
            node = self._in_field(_token(field), node)
        return node if boost is None else self._boosted(node, _token(boost))

    def _in_field(self, token: Token, node: Node) -> Node:
        if _has_field(node):
            raise QueryError(f"a field inside {token}(…): one field is enough", self._place(token))
        return InField(fields=_FIELDS[token.removesuffix(":")], child=node)

    def _boosted(self, node: Node, token: Token) -> Node:
        place = self._place(token)
        boost = float(token[1:])
        if not 0 < boost <= _LARGEST_BOOST:
            raise QueryError(f"{token}: a boost is above 0 and at most {_LARGEST_BOOST}", place)
        if not is_positive(node):
            message = f"{token} on what need not be there: boost a word, a phrase or a group"
            raise QueryError(message, place)
        return Boosted(child=node, boost=boost)

    def _atom(self, atom: _Child) -> Node:
        assert isinstance(atom, Parsed)  # noqa: S101 - as above
        first = atom.children[0]
        match str(atom.data):
            case "word":
                return self._word(_token(first))
            case "phrase":
                return self._phrase(_token(first), atom.children[1])
            case "list":
                return self._list(_token(first))
            case _:
                return self.node(atom)

    def _word(self, token: Token) -> Node:
        text, place = str(token), self._place(token)
        if self.search:
            text = text.strip(_LOOSE)
        elif text.strip(_LOOSE) != text:
            raise QueryError(f"'{text}': write OR between words instead of a comma", place)
        if text[:1] in {"-", "+"} and len(text) > 1:
            meant = f"NOT {text[1:]}" if text[0] == "-" else text[1:]
            raise QueryError(f"'{text}': '{text[0]}' is no operator here, write {meant}", place)
        if _LONE_NEAR.fullmatch(text):
            raise QueryError(f"{text} needs a distance, such as {text.rstrip('/')}/5", place)
        return _term(text, place, quoted=False)

    def _phrase(self, token: Token, slop: _Child) -> Node:
        place = self._place(token)
        text = " ".join(token[1:-1].split())
        if not text:
            raise QueryError("nothing between the quotation marks", place)
        term = _term(text, place, quoted=True)
        return term if slop is None else _sloppy(term, _number(_token(slop)[1:]))

    def _list(self, token: Token) -> Node:
        name = token[1:]
        node = self.lists.get(name)
        if node is None:
            near = did_you_mean(name, self.lists) or did_you_mean(name.lower(), self.lists)
            hint = near or ": lists are named under 'lists:'"
            message = f"unknown list {token}{hint}, or put the text in quotes"
            raise QueryError(message, self._place(token))
        children = node.children if isinstance(node, Or) else (node,)
        return Or(children=children, name=str(token))

    def _scope(self, token: Token) -> Node:
        name, _, written = token.partition(":")
        value, place = written.strip('"').strip(), self._place(token)
        known = (*SCOPES, *FILTERS) if self.search else SCOPES
        if name not in known:
            raise QueryError(_unknown_name(name, known), place)
        if not value:
            raise QueryError(f"{name}: needs a value right behind the colon", place)
        if name in _VALUES:
            value = value.lower()
            if value not in _VALUES[name]:
                raise QueryError(_unknown_value(name, value), place)
        if name == "lang" and not _LANGUAGE.fullmatch(value):
            message = f"lang:{value} is no language: write a tag such as lang:ja or lang:en"
            raise QueryError(message, place)
        return ScopeIs(name=name, value=value, position=place)

    def _place(self, token: Token) -> int:
        return self.query.place(token.start_pos or 0)


_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_LONE_NEAR = re.compile(r"O?NEAR(/\D*)?")


def _token(child: _Child) -> Token:
    assert isinstance(child, Token)  # noqa: S101 - for mypy: the grammar puts tokens here
    return child


def _number(digits: str) -> int:
    # A number of a thousand digits is not worth converting, and Python refuses it.
    return int(digits) if len(digits) < 6 else 10**6


def _list_name(node: And | Or) -> str:
    return node.name if isinstance(node, Or) else ""


def _unknown_name(name: str, known: tuple[str, ...]) -> str:
    if name in FILTERS:
        return f"{name}: is for searches; a rule knows {', '.join(SCOPES)}"
    hint = did_you_mean(name.lower(), (*known, *_FIELDS, "raw"))
    return f"unknown name '{name}:'{hint}; put text with a colon in quotes"


def _unknown_value(name: str, value: str) -> str:
    hint = did_you_mean(value, _VALUES[name])
    return f"unknown {name} '{value}'{hint}: one of {', '.join(_VALUES[name])}"


def _term(text: str, place: int, *, quoted: bool) -> Term:
    """Make a term of one word or phrase, or say why it cannot be one."""
    prefix = text.endswith("*")
    word = text.removesuffix("*").rstrip() if prefix else text
    if "*" in word:
        raise QueryError(f"'{text}': * stands at the end of a word alone", place)
    if prefix and not word:
        raise QueryError("'*' alone would find everything: put at least 3 letters before it", place)
    if prefix and word != text[:-1]:
        raise QueryError(f"'{text}': no space before *", place)
    _check_word(word, place, prefix=prefix)
    return Term(text=word, prefix=prefix, quoted=quoted, position=place)


def _check_word(word: str, place: int, *, prefix: bool) -> None:
    folded = fold(word)
    if len(word) > _LONGEST_TERM:
        raise QueryError(f"a term of more than {_LONGEST_TERM} characters", place)
    if not any(char.isalnum() for char in folded):
        raise QueryError(f"'{word}' has no letter or digit to find", place)
    if len(folded) == 1 and is_cjk(folded):
        message = f"'{word}': one character of this script stands in too many words, write two"
        raise QueryError(message, place)
    if prefix and " " not in folded and not is_cjk(folded[-1]) and len(folded) < 3:
        raise QueryError(f"'{word}*': at least 3 letters before *", place)


def _sloppy(term: Term, slop: int) -> Term:
    words = term.text.split()
    if len(words) < 2 or len(words) > _MOST_SLOP_WORDS:
        message = f"~ stands behind a phrase of 2 to {_MOST_SLOP_WORDS} words"
        raise QueryError(message, term.position)
    if not 0 < slop <= _FARTHEST:
        raise QueryError(f"~{slop}: at least 1 and at most {_FARTHEST}", term.position)
    for i, word in enumerate(words):
        _check_word(word, term.position, prefix=term.prefix and i == len(words) - 1)
    return replace(term, slop=slop)


def _cased(node: Node) -> Node:
    """Return a positive unit with every term compared as it is written."""
    match node:
        case Term():
            return replace(node, cased=True)
        case And():
            return replace(node, children=tuple(map(_cased, node.children)))
        case Or():
            name = f"raw:{node.name}" if node.name.startswith("$") else node.name
            return replace(node, children=tuple(map(_cased, node.children)), name=name)
        case Near():
            return replace(node, left=_cased(node.left), right=_cased(node.right))
        case ScopeIs():
            return node
        case _:
            return replace(node, child=_cased(node.child))


def _first_boost(node: Node) -> bool:
    match node:
        case Boosted():
            return True
        case And() | Or():
            return any(map(_first_boost, node.children))
        case InField():
            return _first_boost(node.child)
        case _:
            return False


def _has_field(node: Node) -> bool:
    match node:
        case InField():
            return True
        case And() | Or():
            return any(map(_has_field, node.children))
        case Not() | Boosted():
            return _has_field(node.child)
        case _:
            return False


def _called(node: Node) -> str:
    names = {And: "AND", Not: "NOT", ScopeIs: "a scope", InField: "a field", Boosted: "^"}
    return names.get(type(node), "a group with AND, NOT, ^, a field or a scope")
