"""Work that may hang, burn or die, done by child processes that we can kill.

Not a ProcessPoolExecutor: one dead child breaks all of that, and it cannot stop a running task.
"""

import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, BinaryIO, NoReturn, Self, cast

from pipeline.errors import SourceError
from pipeline.frames import read_frame, write_frame
from pipeline.model import Outcome

_START_SECONDS = 60.0
# A parser that leaks must not let its limits hit whoever comes last.
_TASKS_PER_PROCESS = 200
# The children read hostile bytes: our secrets are none of their business.
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH", "TMPDIR")


class Sandbox:
    """Up to `size` reusable workers, each under limits of memory, computing and waiting time.

    They start when they are first needed. `worker` is the module that they run.
    """

    def __init__(
        self,
        size: int = 1,
        *,
        memory_bytes: int = 800_000_000,
        wall_seconds: float = 30.0,
        cpu_seconds: int = 15,
        worker: str = "pipeline.parse.worker",
    ) -> None:
        self._wall_seconds = wall_seconds
        self._closed = False
        command = (worker, str(memory_bytes), str(cpu_seconds))
        self._workers = tuple(_Worker(command) for _ in range(size))
        self._idle: queue.LifoQueue[_Worker] = queue.LifoQueue()
        for each in self._workers:
            self._idle.put(each)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, task: str, payload: object) -> object:
        """Do one task in a worker and return what it gives; wait while all are busy.

        Raise the SourceError that the task raised, or one with outcome `parse_limit` when it
        hit a limit, died or failed. Safe to call from any thread.
        """
        worker = self._idle.get()
        try:
            if self._closed:
                raise _limit("the sandbox is closed")
            return worker.run(task, payload, self._wall_seconds)
        finally:
            self._idle.put(worker)

    def close(self) -> None:
        """End all workers, those at work included; closing again changes nothing."""
        self._closed = True
        for worker in self._workers:
            worker.kill()
        resting = [self._idle.get() for _ in self._workers]
        for worker in resting:
            worker.end()
            self._idle.put(worker)


class _Worker:
    """One child process after the other; used by one thread at a time, but for `kill`."""

    def __init__(self, command: tuple[str, ...]) -> None:
        self._command = command
        self._child: _Child | None = None
        self._tasks = 0

    def run(self, task: str, payload: object, wall_seconds: float) -> object:
        child = self._ready_child()
        self._tasks += 1
        try:
            answer = child.ask((task, payload), wall_seconds)
        except BaseException:
            self.end()
            raise
        match answer:
            case ("done", value):
                return value
            case ("refused", Outcome() as outcome, str(message), None | int() as status):
                raise SourceError(outcome, message, status=status)
            case ("limit", str(message)):
                self.end()
                raise _limit(message)
        self.end()
        raise _limit("the parser answered with something else")

    def kill(self) -> None:
        child = self._child
        if child:
            child.kill()

    def end(self) -> None:
        child, self._child = self._child, None
        if child:
            child.end()

    def _ready_child(self) -> "_Child":
        if self._child and (self._tasks >= _TASKS_PER_PROCESS or not self._child.alive):
            self.end()
        if self._child is None:
            self._tasks = 0
            self._child = _Child(self._command)
            try:
                self._child.wait_until_ready()
            except BaseException:
                self.end()
                raise
        return self._child


class _Child:
    def __init__(self, command: tuple[str, ...]) -> None:
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the child
        try:
            self._process = _started(command, self._complaints)
        except OSError as e:
            self._complaints.close()
            raise _limit(f"no process can be started for the parser: {e.strerror}") from e
        self._requests = cast(BinaryIO, self._process.stdin)
        self._answers = cast(BinaryIO, self._process.stdout)

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def wait_until_ready(self) -> None:
        self._with_alarm(_START_SECONDS, lambda: read_frame(self._answers))

    def ask(self, request: object, wall_seconds: float) -> object:
        def exchange() -> object:
            write_frame(self._requests, request)
            return read_frame(self._answers)

        return self._with_alarm(wall_seconds, exchange)

    def kill(self) -> None:
        self._process.kill()

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        with suppress(OSError):  # what it did not read any more
            self._requests.close()
        self._answers.close()
        self._complaints.close()

    def _with_alarm(self, seconds: float, exchange: Callable[[], object]) -> object:
        alarm = _Alarm(seconds, self._process.kill)
        try:
            answer = exchange()
        except ValueError as e:
            raise _limit(f"the parser gave {e}") from e
        except (OSError, EOFError):
            answer = None
        finally:
            rang = alarm.stop()
        if rang:
            raise _limit(f"took more than {seconds:g} s")
        if answer is None:
            self._raise_death()
        return answer

    def _raise_death(self) -> NoReturn:
        # Its pipe is closed a moment before it is dead; killed now, it could not say why.
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=2)
        self._process.kill()
        code = self._process.wait()
        if code == -signal.SIGXCPU:
            raise _limit("took too much computing time")
        self._complaints.seek(0)
        last = self._complaints.read().decode(errors="replace").strip().rpartition("\n")[2]
        how = f"signal {-code}" if code < 0 else f"exit {code}"
        raise _limit(f"the parser died ({how}): {ascii(last)[1:-1][:200] or 'it said nothing'}")


class _Alarm:
    """Calls a function after some seconds, unless it is stopped before."""

    def __init__(self, seconds: float, ring: Callable[[], None]) -> None:
        self._rang = False
        self._ring = ring
        self._timer = threading.Timer(seconds, self._go_off)
        self._timer.daemon = True
        self._timer.start()

    def stop(self) -> bool:
        """Return whether it had rung; it never will after this."""
        self._timer.cancel()
        self._timer.join()
        return self._rang

    def _go_off(self) -> None:
        self._rang = True
        self._ring()


def _started(command: tuple[str, ...], complaints: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        # -P: a directory that happens to be the current one must not lend us modules.
        [sys.executable, "-P", "-B", "-m", *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=complaints,
        env=_environment(),
        start_new_session=True,  # Ctrl-C is for us; the children follow
    )


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    ours = str(Path(__file__).resolve().parent.parent)
    kept["PYTHONPATH"] = os.pathsep.join(filter(None, (ours, kept.get("PYTHONPATH"))))
    return kept


def _limit(message: str) -> SourceError:
    return SourceError(Outcome.PARSE_LIMIT, message)
