"""Work that hangs, burns, eats or dies costs its own source and no other."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import SourceError
from pipeline.model import Document, Outcome, Parsed, RawItem, Source
from pipeline.sandbox import Sandbox

SOURCE = Source(id="gov", name="Government", kind="feed", url="https://gov.example/feed")


def misbehaving(size: int = 1, wall_seconds: float = 60.0) -> Sandbox:
    return Sandbox(
        size,
        memory_bytes=400_000_000,
        wall_seconds=wall_seconds,
        cpu_seconds=1,
        worker="tests.e2e.misbehaving_worker",
    )


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with misbehaving() as running:
        yield running


def failure(sandbox: Sandbox, task: str, payload: object = None) -> SourceError:
    with pytest.raises(SourceError) as caught:
        sandbox.run(task, payload)
    return caught.value


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def document(content: bytes) -> Document:
    return Document(url=SOURCE.url, status=200, content=content)


# --- the parsers ----------------------------------------------------------------------------


def test_a_document_is_parsed_in_a_worker_as_it_is_here() -> None:
    item = b"<item><title>A</title></item>"
    feed = b"<rss version='2.0'><channel><title>News</title>%b</channel></rss>" % item
    with Sandbox() as sandbox:
        parsed = sandbox.run("parse", (SOURCE, document(feed)))
    assert isinstance(parsed, Parsed)
    assert (parsed.title, [item.title for item in parsed.items]) == ("News", ["A"])


def test_a_document_that_is_no_feed_is_refused_as_it_is_here() -> None:
    with Sandbox() as sandbox:
        found = failure(sandbox, "parse", (SOURCE, document(b"%PDF-1.7")))
    assert found.outcome == Outcome.NOT_A_FEED


def test_a_document_that_costs_the_square_of_its_size_is_given_up_and_the_next_is_read() -> None:
    attributes = b" ".join(b'a%d="1"' % i for i in range(50_000))
    # What is well-formed never comes to the reader that this costs so much.
    quadratic = b"<rss version='2.0'><channel %b><title>A</b></channel></rss>" % attributes
    with Sandbox(cpu_seconds=1) as sandbox:
        found = failure(sandbox, "parse", (SOURCE, document(quadratic)))
        plain = b"<rss version='2.0'><channel><title>News</title></channel></rss>"
        assert isinstance(sandbox.run("parse", (SOURCE, document(plain))), Parsed)
    assert (found.outcome, found.message) == (
        Outcome.PARSE_LIMIT,
        "took too much computing time",
    )


# --- limits ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("task", "payload", "message"),
    [
        pytest.param("burn", None, "took too much computing time", id="burns"),
        pytest.param("eat", [], "needs too much memory", id="eats"),
        pytest.param("nest", 0, "is nested too deep", id="nests"),
        pytest.param(
            "die", int(signal.SIGSEGV), "the parser died (signal 11): last words", id="dies"
        ),
        pytest.param("die", 0, "the parser died (exit 3): last words", id="leaves"),
        pytest.param(
            "forge",
            None,
            "the parser gave an answer that is none of ours: 'posix.mkdir'",
            id="forges",
        ),
    ],
)
def test_a_task_that_misbehaves_is_named_and_the_next_one_is_done(
    task: str, payload: object, message: str, sandbox: Sandbox
) -> None:
    found = failure(sandbox, task, payload)
    assert (found.outcome, found.message) == (Outcome.PARSE_LIMIT, message)
    assert sandbox.run("echo", "still here") == "still here"


def test_a_task_that_waits_is_ended_and_the_next_one_is_done() -> None:
    with misbehaving(wall_seconds=0.5) as sandbox:
        assert failure(sandbox, "sleep", 60).message == "took more than 0.5 s"
        assert sandbox.run("echo", "still here") == "still here"


def test_a_refusal_comes_back_as_it_was_raised(sandbox: Sandbox) -> None:
    found = failure(sandbox, "refuse", 200)
    assert (found.outcome, found.message, found.status) == (
        Outcome.NOT_A_FEED,
        "is a log-in page",
        200,
    )


def test_a_fault_of_a_parser_is_described_in_printable_words(sandbox: Sandbox) -> None:
    found = failure(sandbox, "stumble", "title\x1b")
    assert found.outcome == Outcome.PARSE_LIMIT
    assert found.message.startswith("the parser failed: KeyError: 'title\\\\x1b' (misbehaving_")


def test_the_computing_limit_is_for_one_task_not_for_all(sandbox: Sandbox) -> None:
    before = sandbox.run("pid", None)
    for _ in range(3):
        sandbox.run("echo", RawItem(base="https://gov.example/", body="x" * 20_000_000))
    assert sandbox.run("pid", None) == before


def test_what_a_parser_prints_or_reads_does_not_reach_the_answers(sandbox: Sandbox) -> None:
    assert sandbox.run("chatter", "noise") == ""


def test_secrets_of_the_parent_are_not_given_to_the_child(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("POLICYWATCH_SMTP_PASSWORD", "secret")
    with misbehaving() as sandbox:
        assert "secret" not in str(sandbox.run("environment", None))


def test_the_current_directory_lends_no_modules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pipeline").mkdir()
    (tmp_path / "pipeline" / "__init__.py").write_text("raise SystemExit")
    monkeypatch.chdir(tmp_path)
    with misbehaving() as sandbox:
        assert sandbox.run("echo", 1) == 1


def test_a_worker_that_cannot_start_is_named() -> None:
    with Sandbox(worker="tests.e2e.missing_worker") as sandbox:
        found = failure(sandbox, "echo")
    assert found.outcome == Outcome.PARSE_LIMIT
    assert found.message.endswith("No module named tests.e2e.missing_worker")


# --- threads and the end --------------------------------------------------------------------


def test_workers_work_side_by_side_and_are_reused() -> None:
    pids: list[object] = []

    def work(sandbox: Sandbox) -> None:
        for _ in range(5):
            sandbox.run("sleep", 0.02)
            pids.append(sandbox.run("pid", None))

    with misbehaving(size=2) as sandbox:
        threads = [threading.Thread(target=work, args=(sandbox,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert (len(pids), len(set(pids))) == (20, 2)


def test_closing_ends_the_children_and_refuses_more() -> None:
    sandbox = misbehaving()
    pid = sandbox.run("pid", None)
    sandbox.close()
    sandbox.close()
    assert isinstance(pid, int)
    assert gone(pid)
    assert failure(sandbox, "echo").message == "the sandbox is closed"


def test_closing_ends_work_under_way() -> None:
    sandbox = misbehaving(wall_seconds=60)
    sandbox.run("pid", None)
    found: list[SourceError] = []
    worker = threading.Thread(target=lambda: found.append(failure(sandbox, "sleep", 60)))
    started = time.monotonic()
    worker.start()
    while worker.is_alive() and time.monotonic() - started < 0.3:
        worker.join(0.1)
    sandbox.close()
    worker.join()
    assert time.monotonic() - started < 5
    assert found[0].outcome == Outcome.PARSE_LIMIT


def test_a_child_killed_between_tasks_is_replaced(sandbox: Sandbox) -> None:
    pid = sandbox.run("pid", None)
    assert isinstance(pid, int)
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert sandbox.run("echo", 1) == 1


def test_children_end_when_their_parent_is_killed() -> None:
    program = (
        "import os, signal\n"
        "from tests.e2e.test_sandbox import misbehaving\n"
        "print(misbehaving().run('pid', None), flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    command = [sys.executable, "-c", program]
    parent = subprocess.run(command, capture_output=True, text=True, check=False)
    child = int(parent.stdout)
    deadline = time.monotonic() + 5
    while not gone(child) and time.monotonic() < deadline:
        threading.Event().wait(0.02)
    assert gone(child)
