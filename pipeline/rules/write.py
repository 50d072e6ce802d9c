"""Query tree -> query text that reads back as the same tree."""

from pipeline.rules.tree import And, Boosted, InField, Near, Node, Not, Or, ScopeIs, Term


def write(node: Node) -> str:
    """Write a tree as a query; named lists stay names."""
    match node:
        case And():
            return " AND ".join(_within_and(child) for child in node.children)
        case Or():
            return node.name or " OR ".join(map(write, node.children))
        case Not():
            return f"NOT {_unit(node.child)}"
        case Near():
            return _near(node)
        case _:
            return _one(node)


def _one(node: Term | InField | Boosted | ScopeIs) -> str:
    match node:
        case Term():
            return _term(node)
        case InField():
            name = "text" if len(node.fields) > 1 else node.fields[0].value
            return f"{name}:{_unit(node.child)}"
        case Boosted():
            return f"{_unit(node.child)}^{node.boost:g}"
        case _:
            return f"{node.name}:{_value(node.value)}"


def _near(node: Near) -> str:
    left = write(node.left) if isinstance(node.left, Near) else _unit(node.left)
    return f"{left} {'O' * node.ordered}NEAR/{node.distance} {_unit(node.right)}"


def _term(term: Term) -> str:
    text = term.text + "*" * term.prefix
    text = f'"{text}"' if term.quoted else text
    return f"{'raw:' * term.cased}{text}{f'~{term.slop}' if term.slop else ''}"


def _within_and(node: Node) -> str:
    return f"({write(node)})" if isinstance(node, Or) and not node.name else write(node)


def _unit(node: Node) -> str:
    """Write a node so that an operator or a sign binds to the whole of it."""
    one = isinstance(node, Term | ScopeIs) or (isinstance(node, Or) and bool(node.name))
    return write(node) if one or isinstance(node, InField) else f"({write(node)})"


def _value(value: str) -> str:
    return f'"{value}"' if any(char in ' ()"^~' for char in value) else value
