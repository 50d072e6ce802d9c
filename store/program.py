"""Which program this is: what another one said of an item is not taken for what this one says."""

import hashlib
import sys
import unicodedata
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pipeline

_LIBRARY = "ahocorasick-rs"


@cache
def fingerprint() -> str:
    """Return a hash of all that decides what rules say: our code, and the tables under it.

    It is taken once, early in the life of a process: files may be replaced under a service.
    """
    under = (sys.version, unicodedata.unidata_version, version(_LIBRARY))
    digest = hashlib.sha256("\n".join(under).encode())
    for folder in pipeline.__path__:
        for file in sorted(Path(folder).rglob("*.*")):
            if file.suffix in {".py", ".lark"}:
                digest.update(file.read_bytes())
    return digest.hexdigest()
