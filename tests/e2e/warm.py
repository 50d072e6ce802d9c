"""The real command in a process of its own, forked from one that has imported it already.

Most of a short command's time is spent on importing its libraries; the tests start it many
hundreds of times. `run` gives it arguments, environment and output of its own, and its interpreter
starts and ends as ever but for the imports.
"""

import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from functools import cache
from pathlib import Path
from typing import NoReturn

_PACKAGES = ("jobs", "store", "pipeline")
_NOT_OURS = ("feedparser", "lxml.etree", "lxml.html", "httpx", "rich.console", "rich.table")
_LONGEST_REQUEST = 1_000_000


class Warm:
    """A process that has imported the command, and forks for each run of it."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="policywatch-warm-")
        self._address = str(Path(self._folder.name) / "socket")
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(self._address)
        listening.listen(16)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.warm", str(listening.fileno())],
            pass_fds=[listening.fileno()],
            stdin=subprocess.DEVNULL,
        )
        listening.close()

    def run(
        self, arguments: list[str], environment: dict[str, str], *, seconds: float
    ) -> tuple[int, bytes, bytes]:
        """Return exit code, stdout and stderr; raise TimeoutExpired after so many seconds."""
        request = json.dumps({"arguments": arguments, "environment": environment}).encode()
        with (
            tempfile.TemporaryFile() as out,
            tempfile.TemporaryFile() as err,
            socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line,
        ):
            line.connect(self._address)
            socket.send_fds(line, [request], [out.fileno(), err.fileno()])
            line.shutdown(socket.SHUT_WR)
            line.settimeout(seconds)
            pid = 0
            try:
                pid = int(line.recv(16))
                code = int(line.recv(16))
            except TimeoutError:
                if pid:
                    os.kill(pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired(arguments, seconds) from None
            out.seek(0)
            err.seek(0)
            return code, out.read(), err.read()

    def close(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.wait()
        self._folder.cleanup()


@cache
def warm() -> Warm:
    """Return the one warm process of this test run, started when it is first asked for."""
    return Warm()


def end_warm() -> None:
    """End the warm process, where there is one."""
    if warm.cache_info().currsize:
        warm().close()
        warm.cache_clear()


def _serve(listening: socket.socket) -> None:
    """Fork for each request; only a fork that is the command returns."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        line, _ = listening.accept()
        if os.fork():
            line.close()
            continue
        listening.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _answer(line)
        return


def _answer(line: socket.socket) -> None:
    """Fork once more, tell number and exit code of the command, and end; it alone returns."""
    request, fds, _, _ = socket.recv_fds(line, _LONGEST_REQUEST, 2)
    while part := line.recv(_LONGEST_REQUEST):
        request += part
    pid = os.fork()
    if pid:
        line.send(str(pid).encode().ljust(16))
        _, status = os.waitpid(pid, 0)
        line.send(str(os.waitstatus_to_exitcode(status)).encode().ljust(16))
        os._exit(0)
    line.close()
    os.dup2(fds[0], 1)
    os.dup2(fds[1], 2)
    for fd in fds:
        os.close(fd)
    _become(json.loads(request))


def _become(request: dict[str, object]) -> None:
    arguments, environment = request["arguments"], request["environment"]
    assert isinstance(arguments, list)
    assert isinstance(environment, dict)
    sys.argv = ["policywatch", *arguments]
    os.environ.clear()
    os.environ.update(environment)


def _import_all() -> None:
    for name in _PACKAGES:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            importlib.import_module(module.name)
    for name in _NOT_OURS:
        importlib.import_module(name)


def main() -> NoReturn:
    """Import everything, serve, and be the command in each fork."""
    _import_all()
    if threading.active_count() > 1:
        raise RuntimeError("a process with threads cannot be forked safely")
    gc.freeze()
    _serve(socket.socket(fileno=int(sys.argv[1])))
    command = importlib.import_module("jobs.cli.main").main
    command()
    sys.exit(0)


if __name__ == "__main__":
    main()
