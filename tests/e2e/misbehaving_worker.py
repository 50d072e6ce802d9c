"""A worker of the sandbox whose tasks do what a parser must not."""

import os
import sys
import time

from pipeline.errors import SourceError
from pipeline.model import Outcome
from pipeline.parse.worker import serve


class Call:
    """Pickles as a call that its reader would make."""

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, ("made-by-a-worker",)


def burn(_: object) -> object:
    """Compute for ever."""
    while True:
        pass


def eat(pieces: list[bytes]) -> object:
    """Take memory for ever."""
    while True:
        pieces.append(bytes(10_000_000))


def nest(depth: int) -> int:
    """Call itself for ever."""
    return nest(depth + 1)


def refuse(status: int | None) -> object:
    """Say no in the proper way."""
    raise SourceError(Outcome.NOT_A_FEED, "is a log-in page", status=status)


def stumble(word: str) -> object:
    """Fail as a parser with a fault does."""
    raise KeyError(word)


def die(number: int) -> object:
    """End the process."""
    print("last words", file=sys.stderr, flush=True)
    if number:
        os.kill(os.getpid(), number)
    sys.exit(3)


def chatter(words: str) -> object:
    """Write and read where a library might."""
    print(words, flush=True)
    os.write(1, words.encode())
    return sys.stdin.read()


if __name__ == "__main__":
    serve(
        {
            "echo": lambda value: value,
            "pid": lambda _: os.getpid(),
            "environment": lambda _: dict(os.environ),
            "sleep": time.sleep,
            "burn": burn,
            "eat": eat,
            "nest": nest,
            "refuse": refuse,
            "stumble": stumble,
            "die": die,
            "forge": lambda _: Call(),
            "chatter": chatter,
        }
    )
