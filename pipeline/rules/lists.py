"""The lists of a file -> an order in which each comes behind those that it uses."""

from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from lark import UnexpectedCharacters

from pipeline.errors import QueryError
from pipeline.rules.tokens import grammar, plain


def reading_order(
    lists: Mapping[str, Iterable[str]],
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return the names in order, and the rings of lists that contain themselves.

    A ring begins with the name that stands first in the file, and ends with it again.
    """
    names = list(lists)
    used = {name: sorted(_used(entries) & lists.keys()) for name, entries in lists.items()}
    rings: list[tuple[str, ...]] = []
    while True:
        try:
            return tuple(TopologicalSorter(used).static_order()), tuple(rings)
        except CycleError as e:
            # graphlib names a ring from the used to the user.
            ring = _turned(e.args[1][:0:-1], names)
            rings.append(ring)
            for user, using in pairwise(ring):
                used[user].remove(using)


def _turned(ring: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    first = min(range(len(ring)), key=lambda i: names.index(ring[i]))
    return (*ring[first:], *ring[:first], ring[first])


def _used(entries: Iterable[str]) -> set[str]:
    """Return the names of the lists that some queries use; what cannot be read uses none."""
    used: set[str] = set()
    for entry in (entry for entry in entries if "$" in entry or "＄" in entry):
        try:
            found = list(grammar().lex(plain(entry).text))
        except (QueryError, UnexpectedCharacters):
            continue
        used |= {token[1:] for token in found if token.type == "LIST"}
    return used
