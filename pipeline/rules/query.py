"""Query tree -> something that says where in an item the query holds.

A compiled node is a function of a `Case` that returns None where the node does not hold, and
otherwise its hits: (start, end, boost) in the joined texts, none for scopes and NOT.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

from pipeline.fold import Span
from pipeline.model import Evidence, Field, Scope
from pipeline.rules.distance import LONGEST_WORD, is_within, others_within
from pipeline.rules.tree import And, Boosted, InField, Near, Node, Not, Or, ScopeIs, Term
from pipeline.rules.words import FIELDS, Hits, Lexicon, Texts, word

Found: TypeAlias = list[tuple[int, int, float]]
Parts: TypeAlias = tuple[Span, ...]
Reach: TypeAlias = tuple[int, int, Parts]
"""What NEAR measures from: a start, an end and the hits in between."""
Judge: TypeAlias = "Callable[[Case], Found | None]"
Places: TypeAlias = "Callable[[Case], list[Reach]]"

# So that a text of one word a thousand times over costs no more than any other.
_MOST_PAIRS = 1_000
_ALL_FIELDS = (True, True, True)


@dataclass(frozen=True, slots=True)
class Case:
    """One item as queries look at it."""

    hits: Hits
    texts: Texts
    scope: Scope


class Query:
    """One query by itself, for a search or a trial."""

    def __init__(self, node: Node) -> None:
        lexicon = Lexicon()
        self._judge = compile_node(node, lexicon)
        self._finder = lexicon.finder()

    def find(self, texts: Mapping[Field, str], scope: Scope) -> tuple[Evidence, ...] | None:
        """Return the words that make the query hold, or None where it does not.

        A query of nothing but scopes and NOT holds without words.
        """
        joined = Texts(texts)
        found = self._judge(Case(self._finder.hits(joined), joined, scope))
        if found is None:
            return None
        spans = sorted({(start, end) for start, end, _ in found})
        return tuple(joined.evidence("", start, end) for start, end in spans)


def compile_query(node: Node) -> Query:
    """Make a query of a tree."""
    return Query(node)


def compile_node(
    node: Node, lexicon: Lexicon, allowed: tuple[bool, bool, bool] = _ALL_FIELDS
) -> Judge:
    """Compile a node to a judge of cases, its words numbered in the lexicon."""
    match node:
        case Term() | Near():
            return _positive(node, lexicon, allowed)
        case And():
            return _all_of([compile_node(child, lexicon, allowed) for child in node.children])
        case Or():
            return _any_of(node, lexicon, allowed)
        case InField():
            narrowed = tuple(name in node.fields for name in FIELDS)
            return compile_node(node.child, lexicon, (narrowed[0], narrowed[1], narrowed[2]))
        case _:
            return _claim(node, lexicon, allowed)


def numbers_of(node: Term, lexicon: Lexicon) -> tuple[int, ...]:
    """Return the numbers of a term's words; a sloppy phrase has several."""
    words = node.text.split() if node.slop else [node.text]
    last = len(words) - 1
    return tuple(
        lexicon.number(word(text, prefix=node.prefix and i == last, cased=node.cased))
        for i, text in enumerate(words)
    )


def _claim(
    node: Not | Boosted | ScopeIs, lexicon: Lexicon, allowed: tuple[bool, bool, bool]
) -> Judge:
    match node:
        case Not():
            denied = compile_node(node.child, lexicon, allowed)
            return lambda case: [] if denied(case) is None else None
        case Boosted():
            return _boosted(compile_node(node.child, lexicon, allowed), node.boost)
        case _:
            return lambda case: [] if holds(node, case.scope) else None


def holds(claim: ScopeIs, scope: Scope) -> bool:
    """Say whether an item comes from where a scope claims; `jur:US` holds for US-CA too."""
    known = {
        "source": scope.source,
        "group": scope.group,
        "jur": scope.jurisdiction,
        "type": scope.type.value,
        "lang": scope.language,
        "tier": scope.tier.value,
    }
    value, claimed = known[claim.name].casefold(), claim.value.casefold()
    parted = claim.name in {"jur", "lang"} and value.startswith(f"{claimed}-")
    return value == claimed or parted


def _positive(node: Term | Near, lexicon: Lexicon, allowed: tuple[bool, bool, bool]) -> Judge:
    if isinstance(node, Term) and not node.slop:
        return _any_word(frozenset(numbers_of(node, lexicon)), allowed)
    places = _places(node, lexicon)

    def judge(case: Case) -> Found | None:
        spans = {s for _, _, parts in places(case) for s in parts}
        return _allowed([(start, end, 1.0) for start, end in sorted(spans)], case, allowed) or None

    return judge


def _any_word(numbers: frozenset[int], allowed: tuple[bool, bool, bool]) -> Judge:
    def judge(case: Case) -> Found | None:
        # An item has few hits and a list may have hundreds of words, so begin with the hits.
        found = [
            (start, end, 1.0)
            for number, spans in case.hits.items()
            if number in numbers
            for start, end in spans
        ]
        return _allowed(found, case, allowed) or None

    return judge


def _allowed(found: Found, case: Case, allowed: tuple[bool, bool, bool]) -> Found:
    if allowed is _ALL_FIELDS:
        return found
    return [hit for hit in found if allowed[case.texts.field(hit[0])]]


def _all_of(judges: Sequence[Judge]) -> Judge:
    def judge(case: Case) -> Found | None:
        together: Found = []
        for child in judges:
            found = child(case)
            if found is None:
                return None
            together += found
        return together

    return judge


def _any_of(node: Or, lexicon: Lexicon, allowed: tuple[bool, bool, bool]) -> Judge:
    numbers, rest = _words_and_rest(node, lexicon)
    judges = [compile_node(child, lexicon, allowed) for child in rest]
    if numbers:
        judges.insert(0, _any_word(numbers, allowed))
    return judges[0] if len(judges) == 1 else _any_judge(judges)


def _words_and_rest(node: Or, lexicon: Lexicon) -> tuple[frozenset[int], list[Node]]:
    """Part the plain terms of an OR, of which a list may have hundreds, from the rest."""
    numbers: set[int] = set()
    rest: list[Node] = []
    for child in node.children:
        if isinstance(child, Term) and not child.slop:
            numbers.update(numbers_of(child, lexicon))
        else:
            rest.append(child)
    return frozenset(numbers), rest


def _any_judge(judges: Sequence[Judge]) -> Judge:
    def judge(case: Case) -> Found | None:
        answers = [found for child in judges if (found := child(case)) is not None]
        return [hit for found in answers for hit in found] if answers else None

    return judge


def _boosted(child: Judge, boost: float) -> Judge:
    def judge(case: Case) -> Found | None:
        found = child(case)
        return found and [(start, end, b * boost) for start, end, b in found]

    return judge


def _places(node: Node, lexicon: Lexicon) -> Places:
    """Compile what may stand beside NEAR to a function that returns where it stands."""
    match node:
        case Near():
            left, right = _places(node.left, lexicon), _places(node.right, lexicon)
            return _near(left, right, node.distance, ordered=node.ordered)
        case Or():
            numbers, rest = _words_and_rest(node, lexicon)
            return _union([_word_places(numbers), *(_places(child, lexicon) for child in rest)])
        case Term():
            return _term_places(node, lexicon)
        case _:  # pragma: no cover - the parser lets nothing else stand beside NEAR
            raise AssertionError(node)


def _term_places(node: Term, lexicon: Lexicon) -> Places:
    words = [_word_places(frozenset({number})) for number in numbers_of(node, lexicon)]
    return _sloppy(words, node.slop) if len(words) > 1 else words[0]


def _sloppy(words: Sequence[Places], slop: int) -> Places:
    """Find all words in any order with at most so many others between the first and the last."""

    def places(case: Case) -> list[Reach]:
        hits = [sorted(word(case)) for word in words]
        reaches = []
        for number, first in ((n, reach) for n, spans in enumerate(hits) for reach in spans):
            others = [spans for n, spans in enumerate(hits) if n != number]
            parts = _next_of_each(others, first)
            if parts and others_within(case.texts.joined, parts, slop):
                reaches.append((parts[0][0], parts[-1][1], parts))
        return reaches[:_MOST_PAIRS]

    return places


def _next_of_each(others: Sequence[Sequence[Reach]], first: Reach) -> Parts:
    """Return a hit and the next one of each other word behind it, or nothing if one is absent."""
    taken: list[Span] = [first[:2]]
    for spans in others:
        behind = islice(spans, bisect_left(spans, (first[1],)), None)
        span = next((s[:2] for s in behind if not _touch(taken, [s[:2]])), None)
        if span is None:
            return ()
        taken.append(span)
    return tuple(sorted(taken))


def _word_places(numbers: frozenset[int]) -> Places:
    return lambda case: [
        (start, end, ((start, end),))
        for number, spans in case.hits.items()
        if number in numbers
        for start, end in spans
    ]


def _union(children: Sequence[Places]) -> Places:
    return lambda case: [reach for child in children for reach in child(case)]


def _near(left: Places, right: Places, distance: int, *, ordered: bool) -> Places:
    def places(case: Case) -> list[Reach]:
        lefts, rights = sorted(left(case)), sorted(right(case))
        pairs = set(islice(_pairs(lefts, rights, case, distance), _MOST_PAIRS))
        if not ordered:
            pairs |= set(islice(_pairs(rights, lefts, case, distance), _MOST_PAIRS))
            pairs |= set(islice(_interleaved(lefts, rights), _MOST_PAIRS))
        return sorted(pairs)

    return places


def _pairs(
    firsts: Sequence[Reach], seconds: Sequence[Reach], case: Case, distance: int
) -> Iterator[Reach]:
    """Yield each pair of a first and a second that begins behind it, near enough."""
    joined = case.texts.joined
    farthest = LONGEST_WORD * (distance + 1)
    for start, end, parts in firsts:
        for at in range(bisect_left(seconds, (end,)), len(seconds)):
            begin, stop, more = seconds[at]
            # What begins further behind is no nearer.
            if begin - end > farthest or not is_within(joined[end:begin], distance):
                break
            yield start, stop, (*parts, *more)


def _interleaved(lefts: Sequence[Reach], rights: Sequence[Reach]) -> Iterator[Reach]:
    """Yield pairs that reach over each other and share no hit, as in `a c b` for (a, b) and c."""
    longest = max((stop - begin for begin, stop, _ in rights), default=0)
    for start, end, parts in lefts:
        for at in range(bisect_left(rights, (start - longest,)), len(rights)):
            begin, stop, more = rights[at]
            if begin >= end:
                break
            if start < stop and not _touch(parts, more):
                yield min(start, begin), max(end, stop), (*parts, *more)


def _touch(parts: Sequence[Span], more: Sequence[Span]) -> bool:
    return any(start < stop and begin < end for start, end in parts for begin, stop in more)
