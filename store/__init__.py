"""Where a deployment remembers: `open_store` opens it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from pipeline.ports import Store
from store.sqlite import SqliteStore, open_sqlite

__all__ = ["BACKENDS", "SqliteStore", "open_store"]

BACKENDS: Mapping[str, Callable[[Path], Store]] = MappingProxyType({"sqlite": open_sqlite})


def open_store(home: Path, *, readonly: bool = False) -> SqliteStore:
    """Open the store of the deployment in a directory; raise StoreError when it cannot be used."""
    return open_sqlite(home, readonly=readonly)
