"""Mappings that nobody can change, and that cross processes all the same."""

import copyreg
from types import MappingProxyType


def read_only(values: dict[str, str]) -> MappingProxyType[str, str]:
    """Return a mapping that nobody can change."""
    return MappingProxyType(values)


def _reduced(
    mapping: MappingProxyType[str, str],
) -> tuple[type[object] | object, tuple[dict[str, str]]]:
    return read_only, (dict(mapping),)


# Python pickles no read-only mapping by itself.
copyreg.pickle(MappingProxyType, _reduced)  # type: ignore[arg-type] # typeshed wants str too
