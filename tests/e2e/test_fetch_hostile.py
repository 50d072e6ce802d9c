"""The catalogue of hostile addresses against the real command: each ends as it must, in time."""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.hostile import documents, transport
from tests.hostile.cases import Case, feed, kept
from tests.hostile.server import HostileServer, answer
from tests.hostile.world import world


@pytest.fixture
def canary() -> Iterator[HostileServer]:
    """A server that nobody may ask, on another loopback address and port."""
    with HostileServer({}, host="127.0.0.2") as server:
        yield server


GROUPS: Mapping[str, Callable[[HostileServer], Mapping[str, Case]]] = {
    "redirects": lambda canary: transport.redirects(str(canary.port)),
    "slow ones": lambda _: transport.SLOW | delivering(40),
    "too much": lambda _: transport.big(),
    "broken off": lambda _: transport.broken(),
    "statuses": lambda _: transport.statuses() | transport.waits(),
    "not a feed": lambda _: documents.not_a_feed() | documents.empty(),
    "costly": lambda _: {name: documents.costly()[name] for name in COSTLY.split()},
    "elsewhere": lambda canary: documents.external(canary.url("/secret")),
}


# bench/hostile.py runs all of them.
COSTLY = (
    "attributes-200000 attributes-10000 billion-laughs billion-laughs-utf16 namespaces comments "
    "cdata instructions quotes five-hundred-heavy many-tags link-of-64-kb json-deep json-wide"
)


def delivering(count: int) -> dict[str, Case]:
    """Return addresses as one would wish them, to stand beside the others."""
    return {
        f"good-{n}": kept(answer(feed(*(f"AI {n} {m}" for m in range(20)))), 20)
        for n in range(count)
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
    assert seconds < 120
    assert polled.megabytes < 450


def test_what_is_odd_is_read_again_and_again(tmp_path: Path) -> None:
    cases = transport.odd() | documents.labels() | documents.damaged()
    with world(tmp_path, cases) as made:
        first, second = made.poll(), made.poll()
    assert made.wrong(first) == {}
    assert (made.wrong(second), second.code) == ({}, 0)
    assert sum(result["new"] for result in second.results.values()) == 0
