"""What the SQLite store promises of its file: never half written, never written over."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.errors import LockedError, StoreError
from pipeline.rules.tree import Term
from pipeline.search import Search
from store import SqliteStore, open_store
from store.migrations import SCHEMA_VERSION
from tests import make

RULES = "rules-1"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The directory of a deployment with one item."""
    home = tmp_path / "home"
    home.mkdir()
    store = open_store(home)
    prepare(store)
    store.save_intake(store.start_run("poll", make.NOW), make.intake(make.news()), RULES, make.NOW)
    store.close()
    return home


@pytest.fixture
def store(home: Path) -> Iterator[SqliteStore]:
    opened = open_store(home)
    yield opened
    opened.close()


def prepare(store: SqliteStore) -> None:
    store.sync_sources([make.source()], make.NOW)
    store.put_ruleset(RULES, "themes: []", "themes.yaml", make.NOW)


def database(home: Path) -> Path:
    return home / "policywatch.db"


def everything(store: SqliteStore) -> list[str]:
    return [found.item.title for found in store.search(Search(), limit=10_000)]


# --- opening ---------------------------------------------------------------------------------


def test_a_deployment_keeps_its_name(home: Path) -> None:
    names = set()
    for _ in range(2):
        store = open_store(home)
        names.add(store.deployment_id())
        store.close()
    assert len(names) == 1
    assert len(names.pop()) == 16


def test_nobody_else_may_read_a_new_database(home: Path) -> None:
    assert database(home).stat().st_mode & 0o077 == 0


def test_a_new_database_leaves_nothing_beside_it(home: Path) -> None:
    assert {path.name for path in home.iterdir()} == {"policywatch.db", ".policywatch"}


def test_who_opens_first_makes_the_database_for_all(tmp_path: Path) -> None:
    def open_once(_: int) -> str:
        store = open_store(tmp_path)
        name = store.deployment_id()
        store.close()
        return name

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(open_once, range(8)))) == 1


def _text(path: Path) -> None:
    path.write_text("Dear reader, this is a letter and no database. " * 9, encoding="utf-8")


def _foreign(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as other:
        other.execute("create table notes (text)")
    other.close()


def _newer(path: Path) -> None:
    with sqlite3.connect(path) as ours:
        ours.execute(f"pragma user_version = {SCHEMA_VERSION + 1}")
    ours.close()


def _corrupt(path: Path) -> None:
    with path.open("r+b") as file:
        # Past the file header: the root of the schema itself.
        file.seek(100)
        file.write(b"\xff" * 900)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _gone_but_for_its_wal(path: Path) -> None:
    path.rename(path.with_name("policywatch.db-wal"))


@pytest.mark.parametrize("readonly", [False, True])
@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        pytest.param(_text, "is no SQLite database; keep it, and restore a backup", id="text"),
        pytest.param(_foreign, "a database of another program; move it away", id="foreign"),
        pytest.param(_newer, "made by a newer policywatch.*install that version", id="newer"),
        pytest.param(_corrupt, "is damaged; keep it and restore a backup", id="corrupt"),
        pytest.param(_empty, "is empty; restore a backup, or move the file away", id="empty"),
        pytest.param(_directory, "is no file; move it away", id="directory"),
    ],
)
def test_what_is_no_database_of_ours_is_left_alone(
    home: Path, spoil: Callable[[Path], None], message: str, *, readonly: bool
) -> None:
    path = database(home)
    spoil(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(StoreError, match=f"{path}: .*{message}"):
        open_store(home, readonly=readonly)
    assert (path.read_bytes() if path.is_file() else b"") == before


def test_the_rest_of_a_lost_database_is_not_mixed_into_a_new_one(home: Path) -> None:
    _gone_but_for_its_wal(database(home))
    with pytest.raises(StoreError, match=r"is gone, but policywatch\.db-wal is still there"):
        open_store(home)
    assert not database(home).exists()


def test_a_missing_directory_is_named_with_the_next_step(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    with pytest.raises(StoreError, match=f"{nowhere}: no such directory; .* init` makes it"):
        open_store(nowhere)
    assert not nowhere.exists()


def test_a_home_that_cannot_hold_locks_is_named(tmp_path: Path) -> None:
    (tmp_path / ".policywatch").write_text("in the way", encoding="utf-8")
    with pytest.raises(StoreError, match=r"\.policywatch: cannot be made .*must belong to"):
        open_store(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_unwritable_directory_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match=r"cannot be made .*must belong to"):
        open_store(tmp_path)


def test_reading_needs_a_database_that_is_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no database yet; the first `policywatch poll` makes it"):
        open_store(tmp_path, readonly=True)
    assert list(tmp_path.iterdir()) == []


def test_an_older_schema_is_not_changed_by_a_reader(home: Path) -> None:
    with sqlite3.connect(database(home)) as ours:
        ours.execute("pragma user_version = 0")
    ours.close()
    with pytest.raises(StoreError, match=r"is older than .*poll` brings it up to date"):
        open_store(home, readonly=True)


def test_a_creation_that_was_killed_is_begun_anew(tmp_path: Path) -> None:
    locks = tmp_path / ".policywatch"
    locks.mkdir()
    for name in ("fresh.db", "fresh.db-wal"):
        (locks / name).write_bytes(b"half")
    open_store(tmp_path).close()
    assert not list(locks.glob("fresh*"))


def test_an_index_cut_in_another_way_is_built_anew(home: Path) -> None:
    with sqlite3.connect(database(home)) as ours:
        ours.execute("update deployment set index_version = 'older'")
        ours.execute("insert into item_fts (item_fts) values ('delete-all')")
    ours.close()
    store = open_store(home)
    found = [hit.item.title for hit in store.search(_words("safer"), limit=9)]
    store.close()
    assert found == [make.item().title]


def _words(text: str) -> Search:
    return Search(tree=Term(text=text))


# --- readers and writers ---------------------------------------------------------------------


def test_a_reader_sees_what_is_committed_and_writes_nothing(home: Path, store: SqliteStore) -> None:
    reader = open_store(home, readonly=True)
    with store.write():
        store.add_subscriber(make.subscriber())
        assert reader.subscribers() == ()
    assert reader.subscribers() == (make.subscriber(),)
    with pytest.raises(StoreError, match="opened for reading only"):
        reader.add_subscriber(make.subscriber("second@example.org"))
    reader.close()


def test_what_fails_inside_a_write_leaves_nothing_of_it(store: SqliteStore) -> None:
    def fail() -> None:
        with store.write():
            store.add_subscriber(make.subscriber())
            raise ValueError("trouble")

    with pytest.raises(ValueError, match="trouble"):
        fail()
    assert store.subscribers() == ()


def test_another_program_that_writes_is_named(home: Path, store: SqliteStore) -> None:
    other = sqlite3.connect(database(home), isolation_level=None)
    other.execute("begin immediate")
    # What another program holds is not worth half a minute here.
    store._connection.db.execute("pragma busy_timeout = 10")
    with pytest.raises(LockedError, match=f"{database(home)}: another program"):
        store.add_subscriber(make.subscriber())
    other.close()


def test_a_full_disk_is_named_and_leaves_the_store_usable(home: Path, store: SqliteStore) -> None:
    pages = store._connection.value("pragma page_count")
    store._connection.db.execute(f"pragma max_page_count = {pages!r}")
    big = make.intake(make.new(make.numbered(2, body="x" * 100_000)))
    with pytest.raises(StoreError, match="the disk is full; nothing was half written"):
        store.save_intake(1, big, RULES, make.NOW)
    store._connection.db.execute("pragma max_page_count = 1000000")
    store.save_intake(1, big, RULES, make.NOW)
    assert everything(store) == ["Plan 2 published", make.item().title]


# --- locks -----------------------------------------------------------------------------------


def test_a_second_service_is_told_who_runs(home: Path, store: SqliteStore) -> None:
    other = open_store(home)
    said = rf"another policywatch \(pid {os.getpid()}, `run`, since 2.*Z\) holds .*service.lock"
    with store.service_lock("run"), pytest.raises(LockedError, match=said):
        other.service_lock("run").__enter__()
    with other.service_lock("run"):
        other.close()


def test_a_service_does_not_hold_its_lock_twice(store: SqliteStore) -> None:
    with store.service_lock("run"), pytest.raises(LockedError, match=r"service\.lock"):
        store.service_lock("run").__enter__()


def test_the_job_lock_is_held_again_by_its_own_store_alone(home: Path, store: SqliteStore) -> None:
    other = open_store(home)
    with store.job_lock("digest", wait_seconds=0), store.job_lock("poll", wait_seconds=0):
        pass
    with store.job_lock("digest", wait_seconds=0):
        with store.job_lock("poll", wait_seconds=0):
            pass
        with pytest.raises(LockedError, match="`digest`"):
            other.job_lock("poll", wait_seconds=0.05).__enter__()
    with other.job_lock("poll", wait_seconds=0):
        other.close()


def test_mail_and_job_locks_do_not_hinder_each_other(home: Path, store: SqliteStore) -> None:
    other = open_store(home)
    with store.mail_lock("digest", wait_seconds=0), other.job_lock("poll", wait_seconds=0):
        pass
    other.close()


def test_a_lock_is_waited_for_by_other_threads(home: Path, store: SqliteStore) -> None:
    got: list[str] = []

    def wait() -> None:
        mine = open_store(home)
        with mine.job_lock("digest", wait_seconds=30):
            got.append("digest")
        mine.close()

    thread = threading.Thread(target=wait)
    with store.job_lock("poll", wait_seconds=0):
        thread.start()
        thread.join(0.1)
        got.append("poll")
    thread.join(30)
    assert got == ["poll", "digest"]


# --- crashes and crowds ----------------------------------------------------------------------

_WRITER = """
import sys
from pathlib import Path
from store import open_store
from tests import make

store = open_store(Path(sys.argv[1]))
first, intakes, size = map(int, sys.argv[2:])
run = store.start_run("poll", make.NOW)
print("ready", flush=True)
for start in range(first, first + intakes * size, size):
    items = [make.news(make.numbered(n, body="words " * 200)) for n in range(start, start + size)]
    with store.job_lock("poll", wait_seconds=60):
        store.save_intake(run, make.intake(*items), "rules-1", make.NOW)
    print("saved", flush=True)
store.close()
"""


def writer(home: Path, *numbers: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", _WRITER, str(home), *map(str, numbers)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("after", [0, 1, 2, 3])
def test_a_killed_writer_leaves_whole_readings(home: Path, after: int) -> None:
    size = 40
    with writer(home, 1_000, 500, size) as process:
        assert process.stdout
        for _ in range(after + 1):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    store = open_store(home)
    count = store.stored_counts(["gov"])["gov"] - 1
    assert store.integrity() == "ok"
    assert (count % size, count >= after * size) == (0, True)
    assert store.ledger_end() == count + 1
    assert len(everything(store)) == count + 1
    # Nobody holds a lock any more, and the next one writes at once.
    with store.service_lock("run"), store.job_lock("poll", wait_seconds=0):
        assert store.add_subscriber(make.subscriber())
    store.close()


def test_writers_side_by_side_lose_nothing(home: Path) -> None:
    with writer(home, 1_000, 10, 10) as one, writer(home, 2_000, 10, 10) as two:
        outputs = [process.communicate(timeout=60)[0] for process in (one, two)]
    assert [process.returncode for process in (one, two)] == [0, 0]
    assert [output.count("saved") for output in outputs] == [10, 10]
    store = open_store(home)
    assert (store.stored_counts(["gov"]), store.integrity()) == ({"gov": 201}, "ok")
    assert [line.seq for line in store.ledger(0)] == list(range(1, 202))
    store.close()


# --- care ------------------------------------------------------------------------------------


def test_a_restored_backup_goes_on_where_it_stood(
    home: Path, store: SqliteStore, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    store.backup_to(copy)
    assert copy.stat().st_mode & 0o077 == 0
    store.add_subscriber(make.subscriber())
    restored = tmp_path / "restored"
    restored.mkdir()
    shutil.move(copy, database(restored))
    second = open_store(restored)
    assert second.deployment_id() == store.deployment_id()
    assert (everything(second), second.subscribers()) == ([make.item().title], ())
    assert (second.integrity(), second.known("gov", ["guid:none"])) == ("ok", {})
    second.save_intake(1, make.intake(make.news(make.numbered(2))), RULES, make.NOW)
    assert [hit.item.title for hit in second.search(_words("plan"), limit=9)] == [
        "Plan 2 published",
        make.item().title,
    ]
    second.close()


def test_a_backup_never_takes_the_place_of_a_file(store: SqliteStore, tmp_path: Path) -> None:
    taken = tmp_path / "taken.db"
    taken.write_text("mine", encoding="utf-8")
    with pytest.raises(StoreError, match="is there already"):
        store.backup_to(taken)
    with pytest.raises(StoreError, match="nowhere"):
        store.backup_to(tmp_path / "nowhere" / "copy.db")
    assert taken.read_text(encoding="utf-8") == "mine"


def test_the_versions_can_be_told(store: SqliteStore) -> None:
    versions = (store.sqlite_version, store.schema_version)
    assert versions == (sqlite3.sqlite_version, SCHEMA_VERSION)


def test_damage_inside_the_file_is_told(home: Path) -> None:
    store = open_store(home)
    page = store._connection.value("select rootpage from sqlite_master where name = 'item'")
    store.close()
    assert isinstance(page, int)
    with database(home).open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\x00" * 4096)
    damaged = open_store(home)
    with pytest.raises(StoreError, match="is damaged; keep it and restore a backup"):
        damaged.item(1)
    assert "is damaged" in damaged.integrity()
    damaged.close()
