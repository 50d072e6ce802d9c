"""The catalogue of hostile addresses against the real command: each ends as it must, in time."""

import signal
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.e2e.world import sources_yaml
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
    assert seconds < 180
    assert polled.megabytes < 450


@pytest.mark.parametrize(
    "name", ["gzip-bomb", "status-410", "wall-log-in", "no-feed-pdf", "not-the-web-2", "chunked"]
)
def test_a_trial_ends_as_a_poll_does(name: str, tmp_path: Path) -> None:
    known = {
        **transport.big(),
        **transport.statuses(),
        **transport.redirects("9"),
        **transport.odd(),
        **documents.not_a_feed(),
    }
    with world(tmp_path, {name: known[name]}) as made:
        url = made.servers[name].url(f"/{name}/feed")
        for what in (url, name):
            done = made.deployment.run("sources", "test", what, "--json")
            assert done.json["outcome"] in known[name].outcomes
            assert done.code == (0 if done.json["ok"] else 4)
            assert len(done.json["entries"]) == known[name].entries


def test_no_address_within_is_tried_or_polled(canary: HostileServer, tmp_path: Path) -> None:
    spellings = ("127.0.0.2", "127.2", "2130706434", "[::ffff:127.0.0.2]", "0x7f.2")
    with world(tmp_path, delivering(1)) as made:
        for host in spellings:
            tried = made.deployment.run("sources", "test", canary.url("/", host=host), "--json")
            assert (tried.code, tried.json["outcome"]) == (4, "refused_address")
        assert made.deployment.run("sources", "test", "file:///etc/hostname").code == 2
        urls = [(f"s{n}", canary.url(f"/{n}", host=host)) for n, host in enumerate(spellings)]
        made.deployment.write("sources.yaml", sources_yaml(*urls))
        assert {each["outcome"] for each in made.poll().results.values()} == {"refused_address"}
        for url in ("file:///etc/hostname", "ftp://a.example/", "http://u:p@a.example/"):
            made.deployment.write("sources.yaml", sources_yaml(("a", url)))
            assert made.deployment.run("poll").code == 3
    assert canary.hits == []


def test_a_poll_goes_through_the_proxy_of_the_deployment(tmp_path: Path) -> None:
    with world(tmp_path, delivering(1)) as made, HostileServer({}, host="127.0.0.3") as proxy:
        proxy.behaviours["http://gov.example/feed"] = answer(feed("AI"))
        made.deployment.write("sources.yaml", sources_yaml(("gov", "http://gov.example/feed")))
        polled = made.poll(POLICYWATCH_PROXY=proxy.url("").replace("://", "://me:s3cret@"))
        assert polled.results["gov"]["new"] == 1
        proxy.behaviours.clear()
        failed = made.poll(POLICYWATCH_PROXY=proxy.url("").replace("://", "://me:s3cret@"))
    assert failed.results["gov"]["status"] == 404
    assert "s3cret" not in polled.err + failed.err + repr(failed.results)


def test_what_is_odd_is_read_again_and_again(tmp_path: Path) -> None:
    cases = transport.odd() | documents.labels() | documents.damaged()
    with world(tmp_path, cases) as made:
        first, second = made.poll(), made.poll()
    assert made.wrong(first) == {}
    assert (made.wrong(second), second.code) == ({}, 0)
    assert sum(result["new"] for result in second.results.values()) == 0


def test_who_stops_a_poll_does_not_wait_for_those_who_hang(tmp_path: Path) -> None:
    with world(tmp_path, {"hangs": transport.SLOW["never-answers"]}) as made:
        process = made.deployment.start("poll")
        server = made.servers["hangs"]
        deadline = time.monotonic() + 20
        while not server.hits and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 130
