"""How the process holds its memory while many documents come at once."""

import ctypes
from contextlib import suppress

_M_MMAP_THRESHOLD = -3
_LARGE = 1_000_000


def return_large_blocks() -> None:
    """Have large blocks given back to the system as soon as they are free.

    glibc learns from the first large block to keep the next ones, in each thread: forty threads
    that each read one large document would hold all of them for ever. Other systems do not.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE)
