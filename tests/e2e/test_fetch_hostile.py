"""The catalogue of hostile addresses against the real command: each ends as it must, in time."""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.hostile import documents, transport
from tests.hostile.cases import Case
from tests.hostile.server import HostileServer
from tests.hostile.world import world


@pytest.fixture
def canary() -> Iterator[HostileServer]:
    """A server that nobody may ask, on another loopback address and port."""
    with HostileServer({}, host="127.0.0.2") as server:
        yield server


GROUPS: Mapping[str, Callable[[HostileServer], Mapping[str, Case]]] = {
    "redirects": lambda canary: transport.redirects(str(canary.port)) | transport.SLOW,
    "too much": lambda _: transport.big(),
    "broken off": lambda _: transport.broken(),
    "statuses": lambda _: transport.statuses() | transport.waits(),
    "not a feed": lambda _: documents.not_a_feed() | documents.empty(),
    "costly": lambda _: documents.costly(),
    "elsewhere": lambda canary: documents.external(canary.url("/secret")),
}


@pytest.mark.parametrize("group", GROUPS)
def test_every_case_ends_as_it_must(group: str, canary: HostileServer, tmp_path: Path) -> None:
    with world(tmp_path, GROUPS[group](canary)) as made:
        started = time.monotonic()
        polled = made.poll()
        seconds = time.monotonic() - started
    assert made.wrong(polled) == {}
    assert canary.hits == []
    assert "Traceback" not in polled.err
    assert (seconds < 120, polled.megabytes < 400) == (True, True)


def test_what_is_odd_is_read_again_and_again(tmp_path: Path) -> None:
    cases = transport.odd() | documents.labels() | documents.damaged()
    with world(tmp_path, cases) as made:
        first, second = made.poll(), made.poll()
    assert made.wrong(first) == {}
    assert (made.wrong(second), second.code) == ({}, 0)
    assert sum(result["new"] for result in second.results.values()) == 0
