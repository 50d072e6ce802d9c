"""The real command at a terminal of its own, as a person sees it and answers."""

import os
import pty
import select
import subprocess
from time import monotonic
from types import TracebackType

from tests.e2e.world import COMMAND, Deployment

_LONGEST = 30.0


class Terminal:
    """Runs the command with a terminal for its input and output, for half a minute at most."""

    def __init__(self, deployment: Deployment, *arguments: str) -> None:
        self._ours, theirs = pty.openpty()
        self._until = monotonic() + _LONGEST
        environment = deployment.full_environment(TERM="dumb", COLUMNS="200")
        self._process = subprocess.Popen(
            [str(COMMAND), *arguments],
            env=environment,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._ours)

    def read_until(self, prompt: str) -> str:
        """Return what it shows up to a prompt, lines as they are on paper."""
        shown = b""
        while prompt.encode() not in shown:
            ready, _, _ = select.select([self._ours], [], [], max(0.0, self._until - monotonic()))
            if not ready:
                raise AssertionError(f"no {prompt!r} in time, but {shown.decode()!r}")
            shown += os.read(self._ours, 65_536)
        return shown.decode().replace("\r\n", "\n")

    def type(self, answer: str) -> None:
        """Type a line."""
        os.write(self._ours, f"{answer}\n".encode())

    def end(self) -> int:
        """Wait for its end and return its exit code."""
        return self._process.wait(timeout=max(0.1, self._until - monotonic()))
