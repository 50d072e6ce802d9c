"""Values on a pipe between us and our workers: eight bytes of length, then a pickle.

A worker has read hostile bytes, so what comes back may name our own nouns and dates, no others.
"""

import dataclasses
import io
import pickle
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from enum import Enum
from types import MappingProxyType
from typing import Any, BinaryIO

from pipeline import model, places

_LENGTH = 8
_LARGEST = 256_000_000


def write_frame(stream: BinaryIO, value: object) -> None:
    """Write one value and flush it."""
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer, protocol=5)
    pickler.dispatch_table = _REDUCED
    pickler.dump(value)
    content = buffer.getbuffer()
    stream.write(len(content).to_bytes(_LENGTH, "big"))
    stream.write(content)
    stream.flush()


def read_frame(stream: BinaryIO) -> object:
    """Read one value that holds nothing but plain values, our nouns and dates.

    Raise EOFError when the other side is gone, ValueError for anything else.
    """
    content = _content(stream)
    try:
        return _Nouns(io.BytesIO(content)).load()
    except Exception as e:
        # A hostile pickle can raise anything.
        raise ValueError(f"an answer that is none of ours: {ascii(str(e))[:100]}") from e


def _content(stream: BinaryIO) -> bytes:
    head = stream.read(_LENGTH)
    size = int.from_bytes(head, "big")
    if len(head) < _LENGTH:
        raise EOFError
    if size > _LARGEST:
        raise ValueError(f"a value of {size:,} bytes")
    content = stream.read(size)
    if len(content) < size:
        raise EOFError
    return content


def _read_only(mapping: dict[object, object]) -> MappingProxyType[object, object]:
    return MappingProxyType(mapping)


# pickle cannot write a read-only mapping by itself.
_REDUCED: dict[type, Callable[[Any], tuple[Any, tuple[object]]]] = {
    MappingProxyType: lambda mapping: (_read_only, (dict(mapping),))
}
_NOUNS = (
    noun
    for module in (model, places)
    for noun in vars(module).values()
    if isinstance(noun, type)
    and noun.__module__ == module.__name__
    and (dataclasses.is_dataclass(noun) or issubclass(noun, Enum))
)
_KNOWN: dict[tuple[str, str], Callable[..., object]] = {
    (known.__module__, known.__qualname__): known
    for known in (*_NOUNS, date, datetime, timedelta, timezone, _read_only)
}


class _Nouns(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Callable[..., object]:
        """Give what a pickle names; only ours is known."""
        try:
            return _KNOWN[module, name]
        except KeyError:
            raise ValueError(f"{module}.{name}") from None
