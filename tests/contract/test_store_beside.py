"""Several stores of one process beside another program: none of them loses what it committed."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.errors import StoreError
from store import open_store
from tests import make

_OTHER_PROGRAM = """\
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
print([address for (address,) in connection.execute("select address from subscriber")])
connection.close()
"""


def addresses_seen_by_another(home: Path) -> str:
    """Read the database as a program that closes the last connection when it finds no other."""
    command = [sys.executable, "-c", _OTHER_PROGRAM, str(home / "policywatch.db")]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize("readonly", [False, True])
def test_a_second_store_of_a_process_takes_no_lock_from_the_first(
    tmp_path: Path, *, readonly: bool
) -> None:
    first = open_store(tmp_path)
    first.subscribers()
    second = open_store(tmp_path, readonly=readonly)
    addresses_seen_by_another(tmp_path)
    first.add_subscriber(make.subscriber("a@example.org"))
    assert addresses_seen_by_another(tmp_path) == "['a@example.org']"
    second.close()
    addresses_seen_by_another(tmp_path)
    first.add_subscriber(make.subscriber("b@example.org"))
    first.close()
    assert addresses_seen_by_another(tmp_path) == "['a@example.org', 'b@example.org']"


def test_a_file_is_looked_at_again_once_no_store_has_it_open(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    path = tmp_path / "policywatch.db"
    path.write_bytes(b"")
    with pytest.raises(StoreError, match="is empty"):
        open_store(tmp_path)
    path.write_bytes(b"SQLite format 3\x00" + bytes(84))
    for _ in range(2):
        with pytest.raises(StoreError, match="another program"):
            open_store(tmp_path)
