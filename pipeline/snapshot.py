"""Documents <-> what is kept of them: packed, and never more than a bug report needs."""

import zlib
from collections.abc import Iterable

from pipeline.model import Document
from pipeline.records import Body

_MOST_BYTES = 1_000_000


def packed(documents: Iterable[Document]) -> tuple[Body, ...]:
    """Pack the documents of one reading; none when even one of them is too large to keep."""
    bodies = tuple(map(_packed, documents))
    fits = sum(len(body.packed) for body in bodies) <= _MOST_BYTES
    return bodies if fits else ()


def unpacked(body: Body) -> Document:
    """Return a document as it was when it was packed, without its validators."""
    return Document(
        url=body.url,
        status=body.status,
        content=zlib.decompress(body.packed),
        content_type=body.content_type,
    )


def _packed(document: Document) -> Body:
    return Body(
        url=document.url,
        status=document.status,
        content_type=document.content_type,
        packed=zlib.compress(document.content),
    )
