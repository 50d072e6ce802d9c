"""A document -> why it must be parsed where it can be killed.

Parsers for XML and HTML have inputs that cost them the square of their size. This scan is linear
and errs towards the sandbox.
"""

import re
from collections.abc import Iterable
from typing import Final

_SIZE: Final = 1_000_000
_TAG_LENGTH: Final = 16_000
_ATTRIBUTES: Final = 500
_DEPTH: Final = 200
_RUN: Final = 2_000
_COUNTS: Final = (
    (b"xmlns", 100, "namespaces"),
    # What feedparser reads in a second; a usual feed has a few thousand.
    (b"<", 40_000, "tags"),
)

# gzip, and the EBCDIC of mainframes: what this scan cannot see into.
_NOT_ASCII: Final = (b"\x1f\x8b", b"\x4c\x6f\xa7\x94")
_ENTITY: Final = re.compile(rb"<!ENTITY", re.IGNORECASE)
# Comments and CDATA hold no tags; one that is never closed ends the scan. An instruction ends at
# the first `>`, as it does to a parser of HTML.
_TAGS: Final = rb"<!--.*?(?:-->|\Z)|<\?[^>]*(?:>|\Z)|<(/?)([A-Za-z_][^<>\s/]*)([^<>]*)"
_PIECES: Final = re.compile(rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|" + _TAGS, re.DOTALL)
# To HTML a section of CDATA is a comment that ends at the first `>`, too.
_PIECES_OF_HTML: Final = re.compile(rb"<!\[[^>]*(?:>|\Z)|" + _TAGS, re.DOTALL)
_VOID: Final = frozenset(
    {b"br", b"hr", b"img", b"input", b"link", b"meta", b"area", b"base", b"col", b"embed"}
    | {b"source", b"wbr"}
)
# What the next of its kind closes in HTML.
_SELF_CLOSING: Final = frozenset(
    {b"p", b"li", b"dt", b"dd", b"tr", b"td", b"th", b"option", b"rt", b"rp"}
)
# How far out an end tag is looked up; one that closes nothing leaves everything open.
_REACH: Final = 30


def risky(content: bytes, *, html: bool = False) -> str:
    """Return why a document must be parsed in the sandbox; an empty text means it need not.

    `html`: whatever it is, it will be read as HTML.
    """
    if len(content) > _SIZE:
        return f"{len(content)} bytes"
    if b"\0" in content[:1_000] or content.startswith(_NOT_ASCII):
        return "bytes that are not ASCII-compatible"
    if _ENTITY.search(content):
        return "declares entities"
    for mark, most, name in _COUNTS:
        if content.count(mark) > most:
            return f"{content.count(mark)} {name}"
    for mark in (b"&", b"<!--", b"<![", b"<?", b"<"):
        if mark * (_RUN // len(mark)) in content:
            return f"a long run of {mark.decode()}"
    return _tags((_PIECES_OF_HTML if html else _PIECES).finditer(content))


def _tags(pieces: Iterable[re.Match[bytes]]) -> str:
    around: list[bytes] = []
    for piece in pieces:
        slash, name, rest = piece.groups()
        if slash:
            _close(around, name.lower())
        elif name:
            if len(name) + len(rest) > _TAG_LENGTH:
                return f"a tag of {len(name) + len(rest)} bytes"
            if rest.count(b"=") > _ATTRIBUTES:
                return f"a tag with {rest.count(b'=')} attributes"
            if not rest.endswith(b"/"):
                _open(around, name.lower())
            if len(around) > _DEPTH:
                return f"elements more than {_DEPTH} deep"
    return ""


def _open(around: list[bytes], name: bytes) -> None:
    repeated = name in _SELF_CLOSING and around and around[-1] == name
    if not repeated and name not in _VOID:
        around.append(name)


def _close(around: list[bytes], name: bytes) -> None:
    if name in around[-_REACH:]:
        while around.pop() != name:
            pass
