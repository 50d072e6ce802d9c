"""Query tree -> something that says where in an item the query holds.

A compiled node is a function of a `Case` that returns None where the node does not hold, and
otherwise its hits: (start, end, boost) in the joined texts, none for scopes and NOT.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice, product
from typing import TypeAlias

from pipeline.fold import Span
from pipeline.model import Evidence, Field, Scope
from pipeline.rules.distance import is_within, others_within
from pipeline.rules.finder import Finder, Hits
from pipeline.rules.needs import required
from pipeline.rules.numbers import allowed_in, numbers_of, plain_words
from pipeline.rules.tree import And, Boosted, InField, Near, Node, Not, Or, ScopeIs, Term
from pipeline.rules.words import (
    EVERYWHERE,
    Allowed,
    Group,
    Lexicon,
    Texts,
)

FACTORS = (3.0, 2.0, 1.0)
"""How much a hit in the title, the summary and the body counts."""

Found: TypeAlias = tuple[float, list[Span]]
"""What the best hit counts, its boost included, and all hits."""
Parts: TypeAlias = tuple[Span, ...]
Reach: TypeAlias = tuple[int, int, Parts]
"""What NEAR measures from: a start, an end and the hits in between."""
Judge: TypeAlias = "Callable[[Case], Found | None]"
Places: TypeAlias = "Callable[[Case], Sequence[Reach]]"

# So that a text of one word a thousand times over costs no more than any other.
_MOST_PAIRS = 1_000
_FEW_PAIRS = 50
_WORDLESS: Found = (0.0, [])


class Case:
    """One item as queries look at it; many of them ask for the same groups of words.

    `absent` are groups that cannot hold, bit n for group n: most of what is asked ends there.
    """

    __slots__ = ("_found", "_reaches", "absent", "hits", "scope", "texts")

    def __init__(self, hits: Hits, texts: Texts, scope: Scope, absent: int = 0) -> None:
        self.texts = texts
        self.scope = scope
        self.absent = absent
        self.hits = hits
        self._found: dict[int, Found | None] = {}
        self._reaches: dict[int, list[Reach]] = {}

    def found(self, number: int, group: Group) -> Found | None:
        """Return what a group finds, by the number it has in its lexicon."""
        if number in self._found:
            return self._found[number]
        is_absent = self.absent >> number & 1
        found = None if is_absent else _within(self._spans(group), self, group.allowed)
        self._found[number] = found
        return found

    def reaches(self, number: int, group: Group) -> Sequence[Reach]:
        """Return the hits of a group in any field as NEAR asks for them, in order."""
        if self.absent >> number & 1:
            return ()
        if number not in self._reaches:
            self._reaches[number] = [(*span, (span,)) for span in sorted(self._spans(group))]
        return self._reaches[number]

    def _spans(self, group: Group) -> list[Span]:
        # This asks for each word of the item: there are few, and a list may have hundreds.
        found = group.numbers.intersection(self.hits)
        return [span for number in found for span in self.hits[number]]


class Query:
    """One query by itself, for a search or a trial."""

    def __init__(self, node: Node) -> None:
        lexicon = Lexicon()
        self._judge = compile_node(node, lexicon)
        self._finder = Finder(lexicon.numbers)

    def find(self, texts: Mapping[Field, str], scope: Scope) -> tuple[Evidence, ...] | None:
        """Return the words that make the query hold, or None where it does not.

        A query of nothing but scopes and NOT holds without words.
        """
        joined = Texts(texts)
        found = self._judge(Case(self._finder.hits(joined), joined, scope))
        if found is None:
            return None
        return tuple(joined.evidence(*span, "") for span in sorted(set(found[1])))


def compile_query(node: Node) -> Query:
    """Make a query of a tree."""
    return Query(node)


def compile_node(node: Node, lexicon: Lexicon, allowed: Allowed = EVERYWHERE) -> Judge:
    """Compile a node to a judge of cases, its words numbered in the lexicon."""
    match node:
        case Term() | Near():
            return _positive(node, lexicon, allowed)
        case And():
            # Where an item is from takes no time to say.
            children = sorted(node.children, key=lambda child: not isinstance(child, ScopeIs))
            judges = [compile_node(child, lexicon, allowed) for child in children]
            return _all_of(judges, required(node, lexicon, allowed))
        case Or():
            return _any_of(node, lexicon, allowed)
        case InField():
            return compile_node(node.child, lexicon, allowed_in(node))
        case _:
            return _claim(node, lexicon, allowed)


def together(answers: Sequence[Found]) -> Found:
    """Return all hits of several answers."""
    if len(answers) == 1:
        return answers[0]
    return max(best for best, _ in answers), [span for _, spans in answers for span in spans]


def _claim(node: Not | Boosted | ScopeIs, lexicon: Lexicon, allowed: Allowed) -> Judge:
    match node:
        case Not():
            denied = compile_node(node.child, lexicon, allowed)
            return lambda case: _WORDLESS if denied(case) is None else None
        case Boosted():
            return _boosted(compile_node(node.child, lexicon, allowed), node.boost)
        case _:
            return lambda case: _WORDLESS if holds(node, case.scope) else None


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


def _positive(node: Term | Near, lexicon: Lexicon, allowed: Allowed) -> Judge:
    if isinstance(node, Near):
        return _near_judge(node, lexicon, allowed)
    if not node.slop:
        return _any_word(frozenset(numbers_of(node, lexicon)), lexicon, allowed)
    return _parts_of(_term_places(node, lexicon), allowed)


def _near_judge(node: Near, lexicon: Lexicon, allowed: Allowed) -> Judge:
    judge = _parts_of(_near(node, lexicon), allowed)
    left, right = (plain_words(side, lexicon) for side in (node.left, node.right))
    if left is None or right is None:
        return judge
    lefts, rights = (_any_word(words, lexicon, EVERYWHERE) for words in (left, right))

    groups = required(node, lexicon, allowed)

    def few(case: Case) -> Found | None:
        if case.absent & groups:
            return None
        firsts, seconds = lefts(case), rights(case)
        if firsts is None or seconds is None:
            return None
        if len(firsts[1]) * len(seconds[1]) > _FEW_PAIRS:
            return judge(case)
        return _within(_near_each_other(firsts[1], seconds[1], case, node), case, allowed)

    return few


def _near_each_other(
    lefts: Sequence[Span], rights: Sequence[Span], case: Case, node: Near
) -> list[Span]:
    """Return the hits that are near one of the other side, of few single ones."""
    joined = case.texts.joined
    spans: set[Span] = set()
    for left, right in product(lefts, rights):
        first, second = (left, right) if left <= right else (right, left)
        apart = first[1] <= second[0] and (first is left or not node.ordered)
        if apart and is_within(joined, first[1], second[0], node.distance):
            spans |= {left, right}
    return list(spans)


def _parts_of(reaches: Callable[[Case], Iterable[Reach]], allowed: Allowed) -> Judge:
    def judge(case: Case) -> Found | None:
        spans = {span for _, _, parts in reaches(case) for span in parts}
        return _within(list(spans), case, allowed)

    return judge


def _any_word(numbers: frozenset[int], lexicon: Lexicon, allowed: Allowed) -> Judge:
    number = lexicon.group(numbers, allowed)
    group = lexicon.groups[number]
    return lambda case: case.found(number, group)


def _within(spans: list[Span], case: Case, allowed: Allowed) -> Found | None:
    """Return the hits in the allowed fields, or None where there is none."""
    field = case.texts.field
    if allowed != EVERYWHERE:
        spans = [span for span in spans if allowed[field(span[0])]]
    return (FACTORS[field(min(spans)[0])], spans) if spans else None


def _all_of(judges: Sequence[Judge], groups: int) -> Judge:
    def judge(case: Case) -> Found | None:
        if case.absent & groups:
            return None
        answers: list[Found] = []
        for child in judges:
            found = child(case)
            if found is None:
                return None
            answers.append(found)
        return together(answers)

    return judge


def _any_of(node: Or, lexicon: Lexicon, allowed: Allowed) -> Judge:
    numbers, rest = _words_and_rest(node, lexicon)
    judges = [
        (required(child, lexicon, allowed), compile_node(child, lexicon, allowed)) for child in rest
    ]
    if numbers:
        judges.insert(0, (0, _any_word(numbers, lexicon, allowed)))
    return judges[0][1] if len(judges) == 1 else _any_judge(judges)


def _words_and_rest(node: Or, lexicon: Lexicon) -> tuple[frozenset[int], list[Node]]:
    """Part the plain terms of an OR, of which a list may have hundreds, from the rest."""
    numbers: set[int] = set()
    rest: list[Node] = []
    for child in node.children:
        words = plain_words(child, lexicon)
        if words is None:
            rest.append(child)
        else:
            numbers |= words
    return frozenset(numbers), rest


def _any_judge(judges: Sequence[tuple[int, Judge]]) -> Judge:
    def judge(case: Case) -> Found | None:
        absent = case.absent
        answers = [
            found
            for groups, child in judges
            if not groups & absent and (found := child(case)) is not None
        ]
        return together(answers) if answers else None

    return judge


def _boosted(child: Judge, boost: float) -> Judge:
    def judge(case: Case) -> Found | None:
        found = child(case)
        return found and (found[0] * boost, found[1])

    return judge


def _places(node: Node, lexicon: Lexicon) -> Places:
    """Compile what may stand beside NEAR to a function that returns where it stands, in order."""
    match node:
        case Near():
            near = _near(node, lexicon)
            return lambda case: sorted(set(near(case)))
        case Or():
            return _any_place(node, lexicon)
        case Term():
            return _term_places(node, lexicon)
        case _:  # pragma: no cover - the parser lets nothing else stand beside NEAR
            raise AssertionError(node)


def _any_place(node: Or, lexicon: Lexicon) -> Places:
    numbers, rest = _words_and_rest(node, lexicon)
    if not rest:
        return _word_places(numbers, lexicon)
    children = [_word_places(numbers, lexicon), *(_places(child, lexicon) for child in rest)]
    return lambda case: sorted(reach for child in children for reach in child(case))


def _term_places(node: Term, lexicon: Lexicon) -> Places:
    numbers = numbers_of(node, lexicon)
    words = [_word_places(frozenset({number}), lexicon) for number in numbers]
    return _sloppy(words, node.slop) if len(words) > 1 else words[0]


def _word_places(numbers: frozenset[int], lexicon: Lexicon) -> Places:
    number = lexicon.group(numbers)
    group = lexicon.groups[number]
    return lambda case: case.reaches(number, group)


def _sloppy(words: Sequence[Places], slop: int) -> Places:
    """Find all words in any order with at most so many others between the first and the last."""

    def reaches(case: Case) -> Iterator[Reach]:
        hits = [word(case) for word in words]
        for number, first in ((n, reach) for n, spans in enumerate(hits) for reach in spans):
            others = [spans for n, spans in enumerate(hits) if n != number]
            parts = _next_of_each(others, first)
            if parts and others_within(case.texts.joined, parts, slop):
                yield parts[0][0], parts[-1][1], parts

    return lambda case: sorted(islice(reaches(case), _MOST_PAIRS))


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


def _near(node: Near, lexicon: Lexicon) -> Callable[[Case], Iterator[Reach]]:
    """Compile NEAR to a function that yields where it holds, in any order."""
    left, right = _places(node.left, lexicon), _places(node.right, lexicon)
    distance, ordered = node.distance, node.ordered
    # Single hits that reach over each other share a character, and are not near each other.
    may_cross = None in (plain_words(node.left, lexicon), plain_words(node.right, lexicon))

    def near(case: Case) -> Iterator[Reach]:
        lefts, rights = left(case), right(case)
        if lefts and rights:
            yield from islice(_pairs(lefts, rights, case, distance), _MOST_PAIRS)
            if not ordered:
                yield from islice(_pairs(rights, lefts, case, distance), _MOST_PAIRS)
            if not ordered and may_cross:
                yield from islice(_interleaved(lefts, rights), _MOST_PAIRS)

    return near


def _pairs(
    firsts: Sequence[Reach], seconds: Sequence[Reach], case: Case, distance: int
) -> Iterator[Reach]:
    """Yield each pair of a first and a second that begins behind it, near enough."""
    joined = case.texts.joined
    for start, end, parts in firsts:
        for at in range(bisect_left(seconds, (end,)), len(seconds)):
            begin, stop, more = seconds[at]
            # What begins further behind is no nearer.
            if not is_within(joined, end, begin, distance):
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
