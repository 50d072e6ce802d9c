"""A deployment's directory -> a connection to its database, or an error that says what to do.

Looks at the file before SQLite does: nothing that is not ours is opened, let alone written.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import StoreError
from store.connection import Connection, connect, told
from store.fts import INDEX_VERSION
from store.index import rebuild
from store.locks import Lock
from store.migrations import APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION
from store.openfiles import OPEN_FILES

FILE_NAME = "policywatch.db"
LOCK_DIRECTORY = ".policywatch"

_MAGIC = b"SQLite format 3\x00"
_HEADER_BYTES = 100


def open_for_reading(home: Path) -> Connection:
    """Open a database that is there and up to date; it is never changed."""
    path = _home(home) / FILE_NAME
    if not path.exists():
        raise StoreError(f"{path}: no database yet; the first `policywatch poll` makes it")
    return _checked(path, None)


def open_for_writing(home: Path) -> Connection:
    """Open a database, made if it is missing and brought up to date if it is older."""
    path = _home(home) / FILE_NAME
    write_lock = Lock(_lock_directory(home) / "write.lock")
    if not path.exists():
        _make(path, write_lock)
    connection = _checked(path, write_lock)
    if connection.value("pragma journal_mode") != "wal":
        # A restored backup.
        with connection.writing(), told(path):
            connection.db.enable_wal()
    return connection


def _home(home: Path) -> Path:
    if not home.is_dir():
        raise StoreError(f"{home}: no such directory; `policywatch --home {home} init` makes it")
    return home


def _lock_directory(home: Path) -> Path:
    directory = home / LOCK_DIRECTORY
    try:
        directory.mkdir(exist_ok=True)
    except OSError as e:
        raise StoreError(
            f"{directory}: cannot be made ({e.strerror}); the deployment's directory must belong "
            "to the user who runs policywatch"
        ) from e
    return directory


def _make(path: Path, write_lock: Lock) -> None:
    """Make the database under another name first: a killed process leaves no half of one."""
    fresh = path.parent / LOCK_DIRECTORY / "fresh.db"
    with write_lock.held("make the database", wait_seconds=60), _named(path):
        if path.exists():
            return
        _refuse_stray_wal(path)
        for leftover in fresh.parent.glob(f"{fresh.name}*"):
            leftover.unlink()
        fresh.touch(mode=0o600)
        with told(fresh):
            connection = Connection(connect(fresh), fresh, write_lock)
            connection.db.enable_wal()
            _migrate(connection)
            connection.close()
        fresh.rename(path)


def _refuse_stray_wal(path: Path) -> None:
    wal = path.with_name(f"{path.name}-wal")
    if wal.exists() and wal.stat().st_size:
        raise StoreError(
            f"{path}: is gone, but {wal.name} is still there and holds part of it; "
            "restore a backup and move that file away, or move it away to begin anew"
        )


def _check_file(path: Path) -> None:
    with _named(path):
        if not path.is_file():
            raise StoreError(f"{path}: is no file; move it away, or restore a backup in its place")
        with path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
    if not header:
        raise StoreError(f"{path}: is empty; restore a backup, or move the file away to begin anew")
    if not header.startswith(_MAGIC):
        raise StoreError(
            f"{path}: is no SQLite database; keep it, and restore a backup in its place"
        )
    if int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        raise StoreError(
            f"{path}: is a database of another program; move it away, or name another directory "
            "with --home"
        )


@contextmanager
def _named(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as e:
        raise StoreError(
            f"{path}: {e.strerror}; the file and its directory must belong to the user who runs "
            "policywatch"
        ) from e


def _checked(path: Path, write_lock: Lock | None) -> Connection:
    with _named(path):
        file = OPEN_FILES.enter(path, _check_file)
    with told(path):
        try:
            db = connect(path, readonly=write_lock is None)
        except BaseException:
            OPEN_FILES.leave(file)
            raise
        connection = Connection(db, path, write_lock, file)
        try:
            _check_version(connection)
            _bring_up_to_date(connection, writable=write_lock is not None)
        except BaseException:
            connection.abandon()
            raise
    return connection


def _check_version(connection: Connection) -> None:
    version = _version(connection)
    if version > SCHEMA_VERSION:
        raise StoreError(
            f"{connection.path}: schema {version} was made by a newer policywatch, this one knows "
            f"{SCHEMA_VERSION}; install that version again"
        )


def _bring_up_to_date(connection: Connection, *, writable: bool) -> None:
    version = _version(connection)
    # Reading the schema at all is what shows a damaged first page.
    index_version = connection.value("select index_version from deployment") if version else None
    if version == SCHEMA_VERSION and (index_version == INDEX_VERSION or not writable):
        return
    if not writable:
        raise StoreError(
            f"{connection.path}: schema {version} is older than this policywatch's "
            f"{SCHEMA_VERSION}; any `policywatch poll` brings it up to date"
        )
    _migrate(connection)


def _migrate(connection: Connection) -> None:
    with connection.write(durable=True):
        # Somebody else may have done it while we waited for the lock.
        if _version(connection) < SCHEMA_VERSION:
            MIGRATIONS.apply(connection.db)
        if connection.value("select index_version from deployment") != INDEX_VERSION:
            rebuild(connection)


def _version(connection: Connection) -> int:
    version = connection.value("pragma user_version")
    return version if isinstance(version, int) else 0
