"""A document -> why it must be parsed where it can be killed.

Parsers for XML and HTML have inputs that cost them the square of their size. This scan is linear
and errs towards the sandbox.
"""

import re
from typing import Final

_SIZE: Final = 1_000_000
_TAG_LENGTH: Final = 16_000
_ATTRIBUTES: Final = 500
_DEPTH: Final = 200
_RUN: Final = 2_000
_NAMESPACES: Final = 100

_ENTITY: Final = re.compile(rb"<!ENTITY", re.IGNORECASE)
# Comments, CDATA and instructions hold no tags; one that is never closed ends the scan.
_PIECES: Final = re.compile(
    rb"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<\?.*?(?:\?>|\Z)|<(/?)([A-Za-z_][^<>]*)",
    re.DOTALL,
)
_VOID: Final = re.compile(
    rb"(?:br|hr|img|input|link|meta|area|base|col|embed|source|wbr)\b", re.IGNORECASE
)


def risky(content: bytes) -> str:
    """Return why a document must be parsed in the sandbox; an empty text means it need not."""
    if len(content) > _SIZE:
        return f"{len(content)} bytes"
    if b"\0" in content[:1_000]:
        return "bytes that are not ASCII-compatible"
    if _ENTITY.search(content):
        return "declares entities"
    if content.count(b"xmlns") > _NAMESPACES:
        return f"{content.count(b'xmlns')} namespaces"
    for mark in (b"&", b"<!--", b"<![", b"<?", b"<"):
        if mark * (_RUN // len(mark)) in content:
            return f"a long run of {mark.decode()}"
    return _tags(content)


def _tags(content: bytes) -> str:
    depth = 0
    for piece in _PIECES.finditer(content):
        slash, tag = piece.groups()
        if slash:
            depth = max(0, depth - 1)
        elif tag:
            if len(tag) > _TAG_LENGTH:
                return f"a tag of {len(tag)} bytes"
            if tag.count(b"=") > _ATTRIBUTES:
                return f"a tag with {tag.count(b'=')} attributes"
            depth += not (tag.endswith(b"/") or _VOID.match(tag))
            if depth > _DEPTH:
                return f"elements more than {_DEPTH} deep"
    return ""
