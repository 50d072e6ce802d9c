"""Locks between processes and threads: flock, so that none outlives the process that held it.

The text in a lock file names its holder for whoever waits; it is not the lock.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from pipeline.errors import LockedError, StoreError

_LOOK_AGAIN_SECONDS = 0.02


class Lock:
    """One lock file; held again by the same thread of the same store, it just stays held."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # A soft lock would outlive a killed process: rather none than that.
        self._lock = FileLock(path, poll_interval=_LOOK_AGAIN_SECONDS, fallback_to_soft=False)

    @contextmanager
    def held(self, holder: str, *, wait_seconds: float) -> Iterator[None]:
        """Hold the lock; raise LockedError naming the holder after the wait."""
        again = self._lock.is_locked
        self._acquire(wait_seconds)
        try:
            if not again:
                self._sign(_signature(holder))
            yield
        finally:
            if not again:
                self._sign("")
            self._lock.release()

    def _sign(self, text: str) -> None:
        # Without a name on it, on a full disk say, the lock still holds.
        with suppress(OSError):
            self._path.write_text(text, encoding="utf-8")

    def _acquire(self, wait_seconds: float) -> None:
        try:
            self._lock.acquire(timeout=wait_seconds)
        except Timeout as e:
            raise LockedError(f"{_holder(self._path)} holds {self._path}") from e
        except OSError as e:
            raise StoreError(
                f"{self._path}: cannot be locked ({e.strerror}); the directory must be on a local "
                "disk and belong to the user who runs policywatch"
            ) from e


def _signature(holder: str) -> str:
    since = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return json.dumps({"pid": os.getpid(), "holder": holder, "since": since})


def _holder(path: Path) -> str:
    try:
        signed: Any = json.loads(path.read_text(encoding="utf-8"))
        names = f"pid {signed['pid']}, `{signed['holder']}`, since {signed['since']}"
        return f"another policywatch ({names})"
    except (OSError, ValueError, KeyError, TypeError):
        # It is being written, or was just left.
        return "another policywatch"
