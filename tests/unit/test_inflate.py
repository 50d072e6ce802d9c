"""Bodies as they come from the wire, decoded under a cap."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SourceError
from pipeline.inflate import beginning, decoded
from pipeline.model import Outcome

BODY = b"<rss>" + b"policy " * 50_000 + b"</rss>"
ROOM = 1_000_000


def cut(body: bytes, size: int) -> list[bytes]:
    return [body[i : i + size] for i in range(0, len(body), size)]


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize("size", [1, 7, 100_000])
@pytest.mark.parametrize(
    ("wire", "encoding"),
    [
        pytest.param(BODY, "", id="none"),
        pytest.param(BODY, "identity", id="identity"),
        pytest.param(gzip.compress(BODY, mtime=0), "gzip", id="gzip"),
        pytest.param(gzip.compress(BODY, mtime=0), " X-GZIP , identity", id="old name"),
        pytest.param(zlib.compress(BODY), "deflate", id="deflate"),
        pytest.param(raw_deflate(BODY), "deflate", id="deflate without header"),
        pytest.param(raw_deflate(BODY) + b"padding", "deflate", id="deflate and padding"),
        pytest.param(
            gzip.compress(BODY[:9], mtime=0) + gzip.compress(BODY[9:], mtime=0),
            "gzip",
            id="two members",
        ),
        pytest.param(gzip.compress(BODY, mtime=0) + bytes(9), "gzip", id="zero padding"),
        pytest.param(gzip.compress(BODY, mtime=0) + b"<!-- served -->", "gzip", id="text after it"),
    ],
)
def test_content_comes_back_whatever_the_pieces(wire: bytes, encoding: str, size: int) -> None:
    assert decoded(cut(wire, size), encoding, ROOM) == BODY


@given(st.binary(max_size=3000), st.integers(1, 50))
def test_every_content_survives_gzip(body: bytes, size: int) -> None:
    assert decoded(cut(gzip.compress(body, mtime=0), size), "gzip", 3000) == body


def test_output_that_zlib_holds_back_is_not_lost() -> None:
    body = bytes(65_536 * 3)
    assert decoded([gzip.compress(body, mtime=0)], "gzip", len(body)) == body


def test_an_empty_answer_is_empty_in_every_encoding() -> None:
    assert decoded([b""], "gzip", 10) == b""


@pytest.mark.parametrize("encoding", ["", "identity", "UTF-8", "none", "utf-8, identity"])
def test_what_is_no_coding_means_nothing(encoding: str) -> None:
    assert decoded([BODY], encoding, ROOM) == BODY


@pytest.mark.parametrize("encoding", ["GZIP", "x-gzip", "gzip;q=1", "identity, gzip"])
def test_a_coding_may_be_written_in_many_ways(encoding: str) -> None:
    assert decoded([gzip.compress(BODY, mtime=0)], encoding, ROOM) == BODY


def test_the_size_is_told_as_it_grows() -> None:
    sizes: list[int] = []
    decoded([b"ab", b"c", b"def"], "", ROOM, sizes.append)
    assert sizes == [2, 3, 6]


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_the_cap_counts_content_not_wire(encoding: str) -> None:
    body = gzip.compress(bytes(11), mtime=0) if encoding else bytes(11)
    with pytest.raises(SourceError) as caught:
        decoded([body], encoding, 10)
    assert (caught.value.outcome, str(caught.value)) == (
        Outcome.TOO_BIG,
        "the content has more than 10 bytes",
    )


@pytest.mark.parametrize(
    ("wire", "encoding", "message"),
    [
        (gzip.compress(BODY, mtime=0)[:-1], "gzip", "the compressed content is cut short"),
        (gzip.compress(BODY, mtime=0)[:5], "gzip", "the compressed content is cut short"),
        (
            gzip.compress(b"a", mtime=0) + gzip.compress(b"b", mtime=0)[:12],
            "gzip",
            "the compressed content is cut short",
        ),
        (b"<rss/>", "gzip", "the compressed content is damaged"),
        (gzip.compress(BODY, mtime=0)[:-8] + bytes(8), "gzip", "the compressed content is damaged"),
        (BODY, "br", "the content is encoded as br, we asked for gzip"),
        (BODY, "gzip, gzip", "the content is encoded as gzip, gzip, we asked for gzip"),
    ],
)
def test_content_that_is_not_whole_is_no_content(wire: bytes, encoding: str, message: str) -> None:
    with pytest.raises(SourceError) as caught:
        decoded([wire], encoding, ROOM)
    assert (caught.value.outcome, str(caught.value)) == (Outcome.HTTP_ERROR, message)


@pytest.mark.parametrize(
    ("wire", "encoding", "seen"),
    [
        (gzip.compress(BODY, mtime=0), "gzip", BODY[:10]),
        (b"short", "", b"short"),
        (b"<rss/>", "gzip", b""),
        (b"<rss/>", "br", b""),
    ],
)
def test_a_beginning_is_as_much_as_can_be_read(wire: bytes, encoding: str, seen: bytes) -> None:
    assert beginning([wire], encoding, 10) == seen
