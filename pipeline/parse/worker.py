"""What runs in a child of the sandbox: requests from standard input, answers to standard output.

It ends when its parent does, for then its input ends.
"""

import logging
import math
import os
import resource
import sys
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from pipeline.errors import SourceError
from pipeline.frames import read_frame, write_frame
from pipeline.model import Document, Outcome, Parsed, Request, Source
from pipeline.parse import KINDS, hub
from pipeline.places import Hub

_COMPLAINT_BYTES = 65_536


def parse(request: tuple[Source, Document]) -> Parsed:
    """Parse one document as its source's kind does."""
    source, document = request
    return KINDS[source.kind].parse(source, document)


def links(request: tuple[Source, Hub, Document, date]) -> tuple[Request, ...]:
    """Find what a hub page leads to."""
    return hub.links(*request)


def page_text(document: Document) -> tuple[str, ...]:
    """Return the main text of a linked page, where it sends its readers, and its first PDF."""
    from pipeline.parse import pagetext  # noqa: PLC0415 - most workers read no page

    # Its libraries complain of every broken file at length.
    logging.disable(logging.CRITICAL)
    return tuple(pagetext.page_text(document))


def serve(tasks: Mapping[str, Callable[[Any], object]]) -> None:
    """Answer requests for these tasks until there are no more, under the limits in `sys.argv`.

    An answer is ("done", value), ("refused", outcome, message, status) or ("limit", message);
    after the last the worker is not fit for more.
    """
    memory_bytes, cpu_seconds = map(int, sys.argv[1:3])
    requests, answers = _pipes()
    _limit_resources(memory_bytes)
    write_frame(answers, "ready")
    with suppress(EOFError):
        while True:
            task, payload = _request(requests)
            _allow_computing(cpu_seconds)
            answer = _answer(tasks[task], payload)
            write_frame(answers, answer)
            if answer[0] == "limit":
                return


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    # A library that prints or reads must not reach the pipes.
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return requests, answers


def _limit_resources(memory_bytes: int) -> None:
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, _COMPLAINT_BYTES)
    with suppress(ValueError, OSError):  # macOS knows no limit of address space
        _lower(resource.RLIMIT_AS, memory_bytes)


def _lower(limit: int, value: int) -> None:
    value = _at_most(limit, value)
    resource.setrlimit(limit, (value, value))


def _at_most(limit: int, value: int) -> int:
    hard = resource.getrlimit(limit)[1]
    return value if hard == resource.RLIM_INFINITY else min(value, hard)


def _request(requests: BinaryIO) -> tuple[str, object]:
    match read_frame(requests):
        case (str(task), payload):
            return task, payload
    raise EOFError


def _allow_computing(seconds: int) -> None:
    # The system counts from the start of the process, we from the start of the task.
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = math.ceil(used.ru_utime + used.ru_stime) + seconds
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (_at_most(resource.RLIMIT_CPU, soft), hard))


def _answer(task: Callable[[Any], object], payload: object) -> tuple[object, ...]:
    try:
        return "done", task(payload)
    except SourceError as e:
        return "refused", e.outcome, e.message, e.status
    except MemoryError:
        return "limit", "needs too much memory"
    except RecursionError:
        return "limit", "is nested too deep"
    except Exception as e:  # noqa: BLE001 - whatever a document makes a parser raise
        return "refused", Outcome.PARSE_LIMIT, f"the parser failed: {_described(e)}", None


def _described(error: Exception) -> str:
    place = traceback.extract_tb(error.__traceback__)[-1]
    words = ascii(str(error))[1:-1][:200]
    return f"{type(error).__name__}: {words} ({Path(place.filename).name}:{place.lineno})"


if __name__ == "__main__":
    serve({"parse": parse, "links": links, "page_text": page_text})
