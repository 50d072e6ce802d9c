"""The pieces of an answer's body, as they come from the wire, to its content, never above a cap."""

import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

from pipeline.errors import SourceError
from pipeline.model import Outcome

_PIECE = 65_536
_GZIP = 16 + zlib.MAX_WBITS
_RAW = -zlib.MAX_WBITS

_OURS = frozenset({"gzip", "x-gzip", "deflate"})
_CODINGS = _OURS | {"br", "zstd", "compress", "x-compress", "dcb", "dcz", "exi", "aes128gcm"}


def decoded(
    pieces: Iterable[bytes],
    encoding: str,
    limit: int,
    grown: Callable[[int], object] = lambda _: None,
) -> bytes:
    """Undo a Content-Encoding of gzip, deflate or nothing; tell `grown` the size as it grows.

    Raise SourceError when the content has more than `limit` bytes, is cut short or damaged, or
    is encoded in another way or more than once.
    """
    body = bytearray()
    for piece in _plain(pieces, encoding):
        body += piece
        if len(body) > limit:
            raise SourceError(Outcome.TOO_BIG, f"the content has more than {limit:,} bytes")
        grown(len(body))
    return bytes(body)


def beginning(pieces: Iterable[bytes], encoding: str, limit: int) -> bytes:
    """Return the first `limit` bytes of a content, or fewer when it cannot be read further."""
    body = bytearray()
    with suppress(SourceError):
        for piece in _plain(pieces, encoding):
            body += piece
            if len(body) >= limit:
                break
    return bytes(body[:limit])


def _plain(pieces: Iterable[bytes], encoding: str) -> Iterable[bytes]:
    names = [name.partition(";")[0].strip().lower() for name in encoding.split(",")]
    # What is no coding at all, the `UTF-8` of some servers say, means nothing, as to browsers.
    codings = [name for name in names if name in _CODINGS]
    if not codings:
        return pieces
    if len(codings) > 1 or codings[0] not in _OURS:
        raise SourceError(
            Outcome.HTTP_ERROR,
            f"the content is encoded as {ascii(', '.join(codings))[1:-1][:80]}, we asked for gzip",
        )
    return _inflated(pieces, gzip=codings[0] != "deflate")


def _inflated(pieces: Iterable[bytes], *, gzip: bool) -> Iterator[bytes]:
    stream: _Stream | None = None
    try:
        for piece in pieces:
            if piece and stream is None:
                stream = _Stream(_window(piece, gzip=gzip))
            if stream is not None:
                yield from stream.feed(piece)
    except zlib.error as e:
        raise SourceError(Outcome.HTTP_ERROR, "the compressed content is damaged") from e
    if stream is not None and not stream.complete:
        raise SourceError(Outcome.HTTP_ERROR, "the compressed content is cut short")


def _window(first: bytes, *, gzip: bool) -> int:
    if gzip:
        return _GZIP
    # Servers send `deflate` both with the zlib header of the standard and without it.
    return zlib.MAX_WBITS if first[0] & 0x0F == 8 and first[0] >> 4 <= 7 else _RAW


class _Stream:
    """One body, which may be several gzip members one after the other."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._member = zlib.decompressobj(window)
        self._begun = False
        self._members = 0
        self._over = False

    @property
    def complete(self) -> bool:
        return self._over or not self._begun

    def feed(self, piece: bytes) -> Iterator[bytes]:
        while (piece := piece if self._begun else self._unpadded(piece)) and not self._over:
            try:
                yield from self._member_content(piece)
            except zlib.error:
                # What follows a whole member and is no member is padding; the content is whole.
                if not self._members:
                    raise
                self._over = True
            if not self._member.eof:
                return
            piece = self._member.unused_data
            self._next_member()

    def _unpadded(self, piece: bytes) -> bytes:
        return piece.lstrip(b"\0") if self._members else piece

    def _member_content(self, piece: bytes) -> Iterator[bytes]:
        self._begun = True
        while True:
            content = self._member.decompress(piece, _PIECE)
            yield content
            piece = self._member.unconsumed_tail
            # A full piece may leave more inside zlib although all input is taken.
            if self._member.eof or (not piece and len(content) < _PIECE):
                return

    def _next_member(self) -> None:
        self._begun = False
        self._members += 1
        self._over = self._window != _GZIP
        self._member = zlib.decompressobj(self._window)
