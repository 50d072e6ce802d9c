"""Keys of sources: put into the one header that carries them, and taken out of all that returns."""

from dataclasses import replace
from types import MappingProxyType
from typing import Final

from pipeline.errors import SourceError
from pipeline.model import Document, Outcome, Source

_SHORTEST: Final = 8
_STRUCK: Final = "***"


def with_key(source: Source, header: str, key: str) -> Source:
    """Return a source that sends its key; raise SourceError when that cannot be one.

    For one request only: such a source is never kept, shown or stored.
    """
    if not key:
        message = f"the environment variable {source.key_env} is not set, which holds the key"
        raise SourceError(Outcome.BLOCKED, message)
    # A short one would strike innocent words from the documents.
    if len(key) < _SHORTEST or not (key.isascii() and key.isprintable()):
        raise SourceError(Outcome.BLOCKED, f"{source.key_env} holds what cannot be a key")
    return replace(source, headers=MappingProxyType({**source.headers, header: key}))


def struck(text: str, key: str) -> str:
    """Return a text without the key."""
    return text.replace(key, _STRUCK) if key else text


def struck_document(document: Document, key: str) -> Document:
    """Return a document without the key, in its address and in its content."""
    content = document.content.replace(key.encode(), _STRUCK.encode())
    return replace(document, url=struck(document.url, key), content=content)
