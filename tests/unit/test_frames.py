"""Values on a pipe."""

import io
import os
import pickle
from datetime import UTC, datetime
from types import MappingProxyType

import pytest

from pipeline.frames import read_frame, write_frame
from pipeline.model import Document, Outcome, Parsed, RawItem, Source
from pipeline.places import Selectors

SOURCE = Source(
    id="gov",
    name="Government",
    kind="page",
    url="https://gov.example/",
    select=Selectors(item="li"),
    headers=MappingProxyType({"X-Key": "value"}),
)


def framed(content: bytes) -> io.BytesIO:
    return io.BytesIO(len(content).to_bytes(8, "big") + content)


class Call:
    """Pickles as a call of a function that is none of ours."""

    def __reduce__(self) -> tuple[object, ...]:
        return os.getpid, ()


@pytest.mark.parametrize(
    "value",
    [
        pytest.param((SOURCE, Document(url=SOURCE.url, status=200, content=b"\0")), id="request"),
        pytest.param(Parsed(title="T", items=(RawItem(base="b", title="\ud800"),)), id="parsed"),
        pytest.param(("refused", Outcome.NOT_A_FEED, "words", None), id="refusal"),
        pytest.param(datetime(2026, 11, 23, tzinfo=UTC), id="time"),
    ],
)
def test_our_nouns_come_back_equal(value: object) -> None:
    pipe = io.BytesIO()
    write_frame(pipe, value)
    pipe.seek(0)
    assert read_frame(pipe) == value


def test_values_come_in_order_and_then_the_end() -> None:
    pipe = io.BytesIO()
    write_frame(pipe, 1)
    write_frame(pipe, 2)
    pipe.seek(0)
    assert [read_frame(pipe), read_frame(pipe)] == [1, 2]
    with pytest.raises(EOFError):
        read_frame(pipe)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(pickle.dumps(Call()), id="a call"),
        pytest.param(pickle.dumps(ValueError("x")), id="an error"),
        pytest.param(b"cbuiltins\ngetattr\n.", id="getattr"),
        pytest.param(b"cpipeline.model\nMapping\n.", id="an import of ours"),
        pytest.param(b"cpipeline.frames\nwrite_frame\n.", id="a function of ours"),
        pytest.param(b"nonsense", id="no pickle"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_what_is_none_of_ours_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="an answer that is none of ours"):
        read_frame(framed(content))


def test_an_absurd_length_is_refused_before_anything_is_read() -> None:
    with pytest.raises(ValueError, match="a value of 18,446,744,073,709,551,615 bytes"):
        read_frame(io.BytesIO(b"\xff" * 8))


def test_half_a_value_is_the_end() -> None:
    with pytest.raises(EOFError):
        read_frame(io.BytesIO(framed(b"12345").getvalue()[:-1]))
