"""Query text -> tokens in an order that the grammar accepts, or a QueryError that helps.

Whatever a person gets wrong about the order of words and operators is found here, where the
words are still at hand; the grammar then only builds the tree.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from lark import Lark, Token, UnexpectedCharacters

from pipeline.errors import QueryError
from pipeline.fold import pieces

_MOST_CHARACTERS = 20_000
_DEEPEST = 20
_MOST_NEARS = 20

_CLOSING = MappingProxyType(
    {'"': '"', "「": "」", "『": "』", "“": "”", "„": "“”", "«": "»", "‟": "”", "〝": "〟〞"}
)
_CLOSERS = frozenset("".join(_CLOSING.values())) - frozenset(_CLOSING)
_BINARY = frozenset({"_AND", "_OR", "NEAR"})
_ENDS = frozenset({"WORD", "PHRASE", "LIST", "SCOPE", "RPAR", "SLOP", "BOOST"})
_ATOMS = frozenset({"WORD", "PHRASE", "LIST", "LPAR"})
_STARTS = _ATOMS | {"SCOPE", "FIELD", "RAW"}
_SMALL = re.compile(r"(?i)(and|or|not|o?near(/\d*)?)")


@dataclass(frozen=True, slots=True)
class Plain:
    """A query in plain forms, with the place of each character in the query as written."""

    text: str
    positions: tuple[int, ...]

    def place(self, index: int) -> int:
        """Return where a character of the plain text stands in the query as written."""
        return self.positions[index]


@cache
def grammar() -> Lark:
    """Return the parser; making it takes longer than reading a hundred queries."""
    text = files("pipeline.rules").joinpath("grammar.lark").read_text("utf-8")
    return Lark(text, parser="lalr", lexer="basic", start="query", maybe_placeholders=True)


def plain(query: str) -> Plain:
    """Bring a query to plain forms: no full width, every kind of quotation mark a plain one."""
    if len(query) > _MOST_CHARACTERS:
        raise QueryError(f"longer than {_MOST_CHARACTERS} characters", _MOST_CHARACTERS)
    text: list[str] = []
    positions: list[int] = []
    closing, opened = "", 0
    for char, start in ((char, start) for piece, start, _ in pieces(query) for char in piece):
        if not closing and char in _CLOSERS:
            raise QueryError(f"{char} closes a quotation that was never opened", start)
        if not closing:
            opened = start
        shown, closing = _quoted(char, closing)
        text.append(shown)
        positions.append(start)
    if closing:
        raise QueryError("a quotation mark opens here and never closes", opened)
    return Plain("".join(text), (*positions, len(query)))


def _quoted(char: str, closing: str) -> tuple[str, str]:
    """Return the plain form of a character, and what closes the quotation it leaves us in."""
    if not closing:
        return ('"', _CLOSING[char]) if char in _CLOSING else (char, "")
    if char in closing:
        return '"', ""
    return (" " if char == '"' else char), closing


def tokens(query: Plain, *, search: bool) -> list[Token]:
    """Return the tokens of a query; a search gets AND between words side by side."""
    try:
        found = list(grammar().lex(query.text))
    except UnexpectedCharacters as e:
        index = e.pos_in_stream or 0
        raise QueryError(_stray(query.text[index]), query.place(index)) from e
    if not found:
        raise QueryError("the query is empty")
    _check_nesting(found, query)
    return list(_joined(found, query, search=search))


def _stray(char: str) -> str:
    hints = {
        ":": "':' has no name before it: put text with a colon in quotes",
        "^": "'^' needs a number behind it, such as ^2",
        "~": "'~' needs a whole number behind it, such as \"two words\"~3",
    }
    return hints[char]


def _check_nesting(found: Sequence[Token], query: Plain) -> None:
    opened: list[Token] = []
    nears = 0
    for token in found:
        nears += token.type == "NEAR"
        if token.type == "LPAR":
            opened.append(token)
        elif token.type == "RPAR":
            if not opened:
                raise _error("')' closes nothing", token, query)
            opened.pop()
        if len(opened) > _DEEPEST:
            raise _error(f"parentheses more than {_DEEPEST} deep", token, query)
        if nears > _MOST_NEARS:
            raise _error(f"more than {_MOST_NEARS} NEAR in one query", token, query)
    if opened:
        raise _error("'(' opens here and never closes", opened[-1], query)


def _joined(found: Sequence[Token], query: Plain, *, search: bool) -> Iterator[Token]:
    """Yield the tokens after checking each against the one before it."""
    before: Token | None = None
    for token in found:
        if before is not None and before.type in _ENDS and token.type in _STARTS:
            _check_small_operators(before, token, query)
            if not search:
                raise _side_by_side(before, token, query)
            yield Token("_AND", "AND", start_pos=token.start_pos)
        else:
            message = _misplaced(before, token)
            if message:
                raise _error(message, token, query)
        yield token
        before = token
    if before is not None and before.type not in _ENDS:
        raise _error(f"{_name(before)} needs something on its right", before, query)


def _check_small_operators(before: Token, token: Token, query: Plain) -> None:
    for word in (before, token):
        if word.type == "WORD" and _SMALL.fullmatch(word):
            raise _error(_not_an_operator(word), word, query)


def _not_an_operator(word: str) -> str:
    """Say what is meant by a word that looks like an operator."""
    name, _, distance = word.upper().partition("/")
    near = "NEAR" in name
    meant = f"{name}/{distance or 5}" if near else name
    if word.isupper():
        # Whatever else stands in capitals touches a sign, as in AND^2.
        return f"{name} needs a distance, such as {meant}" if near else f"{name}: no sign behind it"
    return (
        f"'{word}' is read as a word here: operators are upper case, write {meant}, "
        f"or put the word in quotes"
    )


def _side_by_side(before: Token, token: Token, query: Plain) -> QueryError:
    if {before.type, token.type} == {"WORD"}:
        pair = f"{before} {token}"
        message = (
            f"'{pair}': two words side by side; write \"{pair}\" for a phrase, "
            f"or AND or OR between them"
        )
    else:
        message = f"{_name(before)} and {_name(token)} side by side: write AND or OR between them"
    return _error(message, token, query)


def _misplaced(before: Token | None, token: Token) -> str:
    """Say what is wrong with a token behind another one, or nothing."""
    kind = token.type
    after = before.type if before is not None else ""
    if after in _ENDS:
        return _misplaced_behind_unit(after, token)
    if kind in {"SLOP", "BOOST"}:
        return f"{token} stands behind a unit, not before one"
    if kind == "RPAR":
        return "nothing between the parentheses" if after == "LPAR" else _unfinished(before)
    if kind in _BINARY:
        return f"{_name(token)} needs something on its left" if not after else _two(before, token)
    return _misplaced_opening(after, token)


def _misplaced_behind_unit(after: str, token: Token) -> str:
    if token.type == "SLOP" and after != "PHRASE":
        return f"{token} stands behind a phrase in quotes alone"
    if token.type == "BOOST" and after == "SCOPE":
        return f"{token} on a scope: a scope finds no words that could count more"
    if token.type == "BOOST" and after == "BOOST":
        return f"{token}: one ^ is enough"
    return ""


def _misplaced_opening(after: str, token: Token) -> str:
    """Judge a token that opens an operand, behind one that waits for an operand."""
    kind = token.type
    if after == "NEAR" and kind not in _ATOMS | {"RAW"}:
        return f"{_beside_near(token)} beside NEAR: {NEAR_HINT}"
    if after == "NOT" and kind == "NOT":
        return "NOT stands twice"
    if after == "FIELD" and kind not in _ATOMS | {"RAW"}:
        return f"{_name(token)} behind a field: a field takes a word, a phrase, a list or (a group)"
    if after == "RAW" and kind not in _ATOMS:
        return f"{_name(token)} behind raw: raw takes a word, a phrase, a list or (a group)"
    return ""


NEAR_HINT = "NEAR takes words, phrases, OR groups of them and NEAR, so put the rest outside"


def _beside_near(token: Token) -> str:
    return {"NOT": "NOT", "FIELD": "a field"}.get(token.type, "a scope")


def _two(before: Token | None, token: Token) -> str:
    return f"{_name(before)} directly before {_name(token)}: something is missing between them"


def _unfinished(before: Token | None) -> str:
    return f"{_name(before)} needs something on its right"


def _name(token: Token | None) -> str:
    return f"'{token}'" if token is not None else ""


def _error(message: str, token: Token, query: Plain) -> QueryError:
    return QueryError(message, query.place(token.start_pos or 0))
