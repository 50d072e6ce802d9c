"""A theme whose queries can be read -> what in it can never count, so that nothing is silent."""

from collections.abc import Iterable, Iterator, Sequence
from types import MappingProxyType

from pipeline.model import Field, Scope, Source
from pipeline.rules.implied import Masks
from pipeline.rules.proof import clash, hidden_words
from pipeline.rules.query import FACTORS, holds
from pipeline.rules.theme import Rule, Theme
from pipeline.rules.tree import And, Boosted, InField, Near, Node, Not, Or, ScopeIs, Term
from pipeline.rules.write import write
from pipeline.yamlfile import Where, did_you_mean

# What people add themselves has a source that no file names.
_BY_HAND = Scope(source="manual")
_OF_SOURCES = MappingProxyType({"source": "source", "group": "group", "jur": "jurisdiction"})
_FACTORS = dict(zip(Field, FACTORS, strict=True))


def senseless(theme: Theme, masks: Masks) -> Iterator[tuple[Where, str]]:
    """Yield where in a theme something can never count, and why."""
    for number, rule in enumerate(theme.rules):
        found = _trouble(theme, rule, masks)
        if found:
            key, message = found
            yield ("rules", number, key), f"rule '{rule.id}' {message}"
    best = round(sum(rule.weight * _reach(rule.tree, tuple(Field)) for rule in theme.rules), 6)
    if best < theme.threshold:
        message = (
            f"'threshold': {theme.threshold:g} is out of reach: all rules together score "
            f"{best:g} at most, so lower it or raise a weight"
        )
        yield ("threshold",), message


def strangers(themes: Iterable[Theme], sources: Sequence[Source]) -> Iterator[tuple[Where, str]]:
    """Yield where themes ask for a source, group or jurisdiction that no source has, and how."""
    places = [Scope(source=s.id, group=s.group, jurisdiction=s.jurisdiction) for s in sources]
    places.append(_BY_HAND)
    for number, theme in enumerate(themes):
        for where, claim in _claims(theme):
            if claim.name in _OF_SOURCES and not any(holds(claim, place) for place in places):
                values = {getattr(place, _OF_SOURCES[claim.name]) for place in places}
                hint = did_you_mean(claim.value, sorted(values))
                message = f"no source in sources.yaml has {write(claim)}{hint}"
                yield ("themes", number, *where), message


def claims(theme: Theme) -> Iterator[ScopeIs]:
    """Yield what the rules of a theme ask of the source of an item."""
    return (claim for _, claim in _claims(theme))


def _claims(theme: Theme) -> Iterator[tuple[Where, ScopeIs]]:
    """Yield the scopes of a theme, each with its place in it."""
    trees: list[tuple[Where, Node]] = []
    for i, rule in enumerate(theme.rules):
        trees += [(("rules", i, "q"), rule.tree)]
        trees += [(("rules", i, "only", j), claim) for j, claim in enumerate(rule.only)]
        trees += [(("rules", i, "never", j), claim) for j, claim in enumerate(rule.never)]
    trees += [(("require", i), asked.tree) for i, asked in enumerate(theme.require)]
    trees += [(("exclude", i), asked.tree) for i, asked in enumerate(theme.exclude)]
    return ((where, claim) for where, tree in trees for claim in _scopes(tree))


def _scopes(node: Node) -> Iterator[ScopeIs]:
    match node:
        case ScopeIs():
            yield node
        case And() | Or():
            for child in node.children:
                yield from _scopes(child)
        case Not() | InField() | Boosted():
            yield from _scopes(node.child)
        case _:
            return


def _trouble(theme: Theme, rule: Rule, masks: Masks) -> tuple[str, str] | None:
    """Return the key of a rule because of which it counts nowhere, and the reason."""
    scopes: list[Node] = [Or(children=rule.only)] if rule.only else []
    scopes += [Not(child=claim) for claim in rule.never]
    if found := clash(scopes):
        return "never", f"has 'only' and 'never' that cancel each other: {found}"
    if hidden := next(hidden_words(rule.tree, masks), None):
        message = f"never finds {hidden}: a mask of the same word hides it, so mask a longer one"
        return "q", message
    if found := clash([rule.tree, *scopes], masks):
        key = "only" if rule.only else "never" if rule.never else "q"
        return key, f"never holds: {found}"
    return _shut_out(theme, [rule.tree, *scopes], masks)


def _shut_out(theme: Theme, claims: Sequence[Node], masks: Masks) -> tuple[str, str] | None:
    """Return why a rule that holds never counts for its theme."""
    excluded = [Not(child=asked.tree) for asked in theme.exclude]
    if clash([*claims, *excluded], masks):
        alone = (
            a.query
            for a, no in zip(theme.exclude, excluded, strict=True)
            if clash([*claims, no], masks)
        )
        query = next(alone, "its queries together")
        return "q", f"never counts: wherever it holds, 'exclude' holds too: {query}"
    required = [Or(children=tuple(asked.tree for asked in theme.require))] if theme.require else []
    if found := clash([*claims, *required], masks):
        return "q", f"never counts: 'require' never holds beside it: {found}"
    return None


def _reach(node: Node, fields: Sequence[Field]) -> float:
    """Return the most that the hits of a query can score at weight 1."""
    match node:
        case Term() | Near():
            return max(_FACTORS[field] for field in fields)
        case And() | Or():
            return max(_reach(child, fields) for child in node.children)
        case InField():
            return _reach(node.child, node.fields)
        case Boosted():
            return _reach(node.child, fields) * node.boost
        case _:
            return 0.0
