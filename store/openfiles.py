"""Which database files this process has open, so that none of them is read beside SQLite.

POSIX locks belong to a process: closing any descriptor of a file drops the locks that SQLite holds
through others. Another process then takes a WAL in use for an abandoned one, deletes it when it
ends, and what we commit afterwards is lost.
"""

import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

FileId: TypeAlias = tuple[int, int]


class OpenFiles:
    """Counts the connections to each file, and has a file looked at only while there are none."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._connections: Counter[FileId] = Counter()

    def enter(self, path: Path, look: Callable[[Path], None]) -> FileId:
        """Count a connection that is about to be opened; `look` may open and close the file."""
        with self._guard:
            status = path.stat()
            file = (status.st_dev, status.st_ino)
            if not self._connections[file]:
                look(path)
            self._connections[file] += 1
        return file

    def leave(self, file: FileId) -> None:
        """Count a connection that has been closed."""
        with self._guard:
            self._connections[file] -= 1


# Their locks are the process's, and so is the count.
OPEN_FILES = OpenFiles()
