"""Digest runs that die at the n-th thing that they write to the database or say to the mail server.

A process of its own, for it forks: `python -m tests.e2e.killed TEMPLATE PORT` reads a number a
line. For each it copies the template, lets a child die there, lets two more runs go through, and
writes as JSON what the database says then. Where the child lived to its end, `died` is false.
"""

import json
import os
import shutil
import socket
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from jobs.deployment import Deployment
from jobs.digest import send
from jobs.settings import Settings
from pipeline.config import Configuration
from pipeline.rules.ruleset import load_ruleset
from pipeline.yamlfile import read_text
from store import open_store
from tests import make

DIED = 9
RULES = load_ruleset(
    read_text("themes: [{id: safety, title: {en: Safety}, rules: [models]}]", "themes.yaml")
)
_WRITES = ("insert", "update", "delete", "begin", "commit")


def prepare(home: Path, *addresses: str) -> None:
    """Make a deployment with subscribers and two notices that were never told."""
    with closing(open_store(home)) as store:
        store.sync_sources([make.source()], make.NOW)
        store.put_ruleset(RULES.hash, "", "themes.yaml", make.NOW)
        store.timetables.sync([make.digest()], make.NOW)
        run = store.start_run("poll", make.NOW)
        items = (make.news(make.numbered(number)) for number in (1, 2))
        store.save_intake(run, make.intake(*items), RULES.hash, make.NOW)
        for address in addresses:
            store.add_subscriber(make.subscriber(address))


def _run(home: Path, port: int, tick: Callable[[], None]) -> None:
    settings = Settings(
        home=home,
        mail_from="watch@example.org",
        smtp_url=f"smtp+plain://127.0.0.1:{port}",
        now=make.at(hours=1),
    )
    configuration = Configuration(
        sources=(make.source(),), ruleset=RULES, digests=(make.digest(),), hash=""
    )
    with closing(open_store(home)) as store:
        store._connection.db.conn.set_trace_callback(
            lambda sql: tick() if sql.lower().lstrip().startswith(_WRITES) else None
        )
        deployment = Deployment(settings=settings, configuration=configuration, store=store)
        send(deployment, configuration.digests[0])


def _ticking(name: str, tick: Callable[[], None]) -> None:
    """Tick before and after each call of a method of every socket."""
    method = getattr(socket.socket, name)

    def wrapped(*arguments: Any) -> Any:
        tick()
        result = method(*arguments)
        tick()
        return result

    setattr(socket.socket, name, wrapped)


def _child(work: Callable[[], None]) -> int:
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 1
    try:
        work()
        code = 0
    finally:
        os._exit(code)


def _dying(home: Path, port: int, at: int) -> None:
    left = at

    def tick() -> None:
        nonlocal left
        left -= 1
        if not left:
            os._exit(DIED)

    for name in ("sendall", "recv", "close"):
        _ticking(name, tick)
    _run(home, port, tick)


def _found(home: Path) -> dict[str, Any]:
    with closing(sqlite3.connect(home / "policywatch.db")) as database:
        ask = database.execute
        return {
            "integrity": ask("pragma integrity_check").fetchone()[0],
            "issues": ask("select count(*) from digest_issue").fetchone()[0],
            "told": [seq for (seq,) in ask("select seq from digest_item order by seq")],
            "mails": ask("select address, state, resent from outbox order by id").fetchall(),
            "busy": ask("select count(*) from outbox where state = 'sending'").fetchone()[0],
        }


def main(template: Path, port: int) -> None:
    """Answer every number on standard input."""
    for line in sys.stdin:
        home = template.with_name(f"killed-{int(line)}")
        shutil.copytree(template, home)
        code = _child(lambda home=home, at=int(line): _dying(home, port, at))  # type: ignore[misc]
        later = [_child(lambda home=home: _run(home, port, lambda: None)) for _ in range(2)]  # type: ignore[misc]
        print(json.dumps({"died": code == DIED, "later": later, **_found(home)}), flush=True)
        shutil.rmtree(home)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
