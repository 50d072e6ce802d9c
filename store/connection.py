"""One connection to the database file: reads, writes under the write lock, errors for people."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

from sqlite_utils import Database

from pipeline.errors import LockedError, StoreError
from store.locks import Lock
from store.openfiles import OPEN_FILES, FileId

SqlValue: TypeAlias = str | int | float | bytes | None
Row: TypeAlias = sqlite3.Row

BUSY_SECONDS = 30.0
WRITE_WAIT_SECONDS = 60.0
# What the WAL file may keep on disk once a long reader has let it grow.
_WAL_BYTES = 64 * 1024 * 1024

_NEXT_STEPS = MappingProxyType(
    {
        sqlite3.SQLITE_CORRUPT: "the database is damaged; keep it and restore a backup",
        sqlite3.SQLITE_NOTADB: "no readable database; keep it and restore a backup",
        sqlite3.SQLITE_FULL: "the disk is full; nothing was half written, make room and run again",
        sqlite3.SQLITE_IOERR: "the disk failed; nothing was half written, check disk and quota",
        sqlite3.SQLITE_READONLY: "cannot be written; check the owner of the file and its directory",
        sqlite3.SQLITE_CANTOPEN: "cannot be opened; check the owner of the file and its directory",
        sqlite3.SQLITE_PERM: "cannot be opened; check the owner of the file and its directory",
    }
)


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn what SQLite says of a file into a StoreError that names it and the next step."""
    try:
        yield
    except sqlite3.DatabaseError as e:
        code = getattr(e, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            message = "another program has the database open for writing; close it and run again"
            raise LockedError(f"{path}: {message}") from e
        if code not in _NEXT_STEPS:
            raise
        raise StoreError(f"{path}: {_NEXT_STEPS[code]} ({e})") from e


class Connection:
    """A connection that belongs to the thread which opened it.

    SQLite before 3.51.3 can damage a WAL that two connections write at once, so every write and
    every checkpoint happens under the write lock.
    """

    def __init__(
        self, db: Database, path: Path, write_lock: Lock | None, file: FileId | None = None
    ) -> None:
        self.db = db
        self.path = path
        self._write_lock = write_lock
        self._file = file

    def rows(self, sql: str, values: Sequence[SqlValue] = ()) -> list[Row]:
        """Return all rows of a query."""
        with told(self.path):
            return self.db.conn.execute(sql, values).fetchall()

    def tuples(self, sql: str, values: Sequence[SqlValue] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a query that has many: values without their names, which is faster."""
        with told(self.path):
            cursor = self.db.conn.cursor()
            cursor.row_factory = None
            return cursor.execute(sql, values).fetchall()

    def row(self, sql: str, values: Sequence[SqlValue] = ()) -> Row | None:
        """Return the first row of a query, or None."""
        found = self.rows(sql, values)
        return found[0] if found else None

    def value(self, sql: str, values: Sequence[SqlValue] = ()) -> SqlValue:
        """Return the first column of the first row, or None."""
        found = self.row(sql, values)
        return found[0] if found else None

    def insert(self, sql: str, values: Sequence[SqlValue]) -> int:
        """Run an insert and return the number of its row."""
        return self.db.conn.execute(sql, values).lastrowid or 0

    def change(self, sql: str, values: Sequence[SqlValue]) -> int:
        """Run one write and return how many rows it touched."""
        return self.db.conn.execute(sql, values).rowcount

    def change_many(self, sql: str, values: Iterable[Sequence[SqlValue]]) -> None:
        """Run one write for each tuple of values."""
        self.db.conn.executemany(sql, values)

    @contextmanager
    def write(self, *, durable: bool = False) -> Iterator[None]:
        """Hold the write lock around one transaction; `durable` survives a power cut.

        Inside another write this is a savepoint of it.
        """
        if self.db.conn.in_transaction:
            with self.db.atomic():
                yield
            return
        with self.writing(), told(self.path):
            # Not settable inside a transaction.
            self.db.conn.execute(f"pragma synchronous = {'full' if durable else 'normal'}")
            # A deferred transaction that turns into a write fails at once when another has written.
            self.db.conn.execute("begin immediate")
            try:
                with self.db.atomic():
                    yield
                self.db.conn.execute("commit")
            except BaseException:
                self.db.rollback()
                raise

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the write lock without a transaction."""
        if self._write_lock is None:
            raise StoreError(f"{self.path}: opened for reading only; this is an error of ours")
        with self._write_lock.held("write", wait_seconds=WRITE_WAIT_SECONDS):
            yield

    def close(self) -> None:
        """Close the connection; what the last one checkpoints is written under the write lock."""
        if self._write_lock is None:
            self.abandon()
            return
        try:
            with self.writing():
                self.abandon()
        except LockedError:
            # Whoever holds the lock has a connection of its own: closing ours checkpoints nothing.
            self.abandon()

    def abandon(self) -> None:
        """Close the connection at once, by whatever lock."""
        self.db.close()
        if self._file:
            OPEN_FILES.leave(self._file)
            self._file = None


def connect(path: Path, *, readonly: bool = False) -> Database:
    """Connect to a database file that exists, without changing it."""
    mode = "ro" if readonly else "rw"
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
    )
    connection.row_factory = sqlite3.Row
    db = Database(connection, execute_plugins=False)
    db.conn.execute("pragma foreign_keys = on")
    db.conn.execute(f"pragma journal_size_limit = {_WAL_BYTES}")
    return db
