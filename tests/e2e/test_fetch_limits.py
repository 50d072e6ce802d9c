"""Servers as bad as they come: each costs a bounded time and says what it was."""

import gzip
import resource
import threading
import time
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from pipeline.errors import SourceError
from pipeline.fetch import HostSession
from pipeline.model import Outcome
from tests.e2e.fetching import CHUNKED, FEED, GZIP, LIMITS, failure, policy, served, source
from tests.hostile.server import (
    Behaviour,
    HostileServer,
    answer,
    drip,
    endless,
    head,
    raw,
    redirect,
    reset,
    stall,
)

# --- time -----------------------------------------------------------------------------------


SLOW: Mapping[str, Behaviour] = {
    "never answers": stall(),
    "slow headers": drip(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"),
    "half a status line": stall(b"HTTP/1.1 2"),
    "informational flood": drip(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", every=0.01),
    "stall after headers": stall(head(length=100)),
    "slow body": drip(head(length=100_000), b"<"),
    "one byte chunks": drip(head(headers=CHUNKED), b"1\r\n<\r\n"),
    "slow gzip": drip(head(headers=GZIP) + b"\x1f\x8b\x08\x08" + bytes(6), b"name"),
}


@pytest.mark.parametrize("behaviour", SLOW.values(), ids=SLOW)
def test_every_kind_of_slowness_ends_at_the_deadline(behaviour: Behaviour) -> None:
    with served(behaviour) as server:
        started = time.monotonic()
        found = failure(server.url("/"), deadline=0.4)
        seconds = time.monotonic() - started
    assert (found.outcome, found.message) == (
        Outcome.TOO_SLOW,
        f"{server.url('/')}: no complete answer within 0.4 s",
    )
    assert seconds < 1.4


def test_the_deadline_covers_a_chain_of_redirects() -> None:
    hops = {f"/{i}": _later(redirect(f"/{i + 1}")) for i in range(5)}
    with HostileServer(hops) as server:
        assert failure(server.url("/0"), deadline=0.5).outcome == Outcome.TOO_SLOW
        assert len(server.hits) < 4


def _later(behaviour: Behaviour) -> Behaviour:
    return lambda connection: connection.wait(0.2) and behaviour(connection)


def test_a_slow_error_page_still_tells_its_status() -> None:
    with served(drip(head("503 Busy", length=100_000), b"<")) as server:
        found = failure(server.url("/"), deadline=0.3)
    assert (found.outcome, found.status) == (Outcome.HTTP_ERROR, 503)


def test_a_name_that_is_not_looked_up_in_time_is_given_up() -> None:
    waiting = threading.Event()

    def resolve(host: str, port: int) -> Sequence[str]:
        waiting.wait()
        return ()

    url = "http://gov.example/"
    with HostSession(policy(), resolve=resolve) as session, pytest.raises(SourceError) as caught:
        session.get(url, source=source(url), deadline=0.2)
    waiting.set()
    assert (caught.value.outcome, caught.value.message) == (
        Outcome.DNS,
        "http://gov.example/: the name of gov.example was not looked up within 0.2 s",
    )


def test_after_two_time_outs_a_host_gets_less_patience() -> None:
    with served(stall()) as server, HostSession(policy("127.0.0.1")) as session:
        messages = []
        for _ in range(3):
            with pytest.raises(SourceError) as caught:
                session.get(server.url("/"), source=source(server.url("/")), deadline=0.3)
            messages.append(caught.value.message.rpartition("within ")[2])
    assert messages == ["0.3 s", "0.3 s", "0.2 s"]


def test_a_whole_answer_brings_a_host_its_patience_back() -> None:
    pages = {"/slow": stall(), "/news": answer(FEED)}
    with HostileServer(pages) as server, HostSession(policy("127.0.0.1")) as session:
        session_source, messages = source(server.url("/news")), []
        for name in ("/slow", "/slow", "/news", "/slow"):
            try:
                session.get(server.url(name), source=session_source, deadline=0.3)
            except SourceError as e:
                messages.append(e.message.rpartition("within ")[2])
    assert messages == ["0.3 s", "0.3 s", "0.3 s"]


def test_starts_are_spaced_but_not_where_the_operator_opened_the_way() -> None:
    limits = replace(LIMITS, spacing=30.0)
    with served(answer(FEED)) as server, HostSession(policy("127.0.0.1", limits=limits)) as session:
        started = time.monotonic()
        for _ in range(3):
            session.get(server.url("/"), source=source(server.url("/")))
    assert time.monotonic() - started < 5


def test_starts_to_one_host_are_spaced() -> None:
    def resolve(host: str, port: int) -> Sequence[str]:
        raise OSError

    limits = replace(LIMITS, spacing=0.3)
    with HostSession(policy(limits=limits), resolve=resolve) as session:
        started = time.monotonic()
        for _ in range(2):
            with pytest.raises(SourceError, match="no address is known"):
                session.get("http://gov.example/", source=source("http://gov.example/"))
    assert 0.3 <= time.monotonic() - started < 2


# --- size -----------------------------------------------------------------------------------


def bomb(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    zeros = bytes(1_000_000)
    return b"".join(packer.compress(zeros) for _ in range(megabytes)) + packer.flush()


BIG: Mapping[str, tuple[Behaviour, str]] = {
    "announced": (answer(length=10**9), "announces 1,000,000,000 bytes, more than 200,000"),
    "endless": (endless(head(), b"<item>" * 1000), "sends more than 200,000 bytes"),
    "endless chunks": (
        endless(head(headers=CHUNKED), b"1000\r\n" + b"<" * 4096 + b"\r\n"),
        "sends more than 200,000 bytes",
    ),
    "endless informational answers": (
        endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 500),
        "sends more than 200,000 bytes",
    ),
    "gzip bomb": (
        answer(bomb(100), headers=GZIP),
        "the content has more than 300,000 bytes",
    ),
    "deflate bomb": (
        answer(zlib.compress(bytes(10_000_000)), headers={"Content-Encoding": "deflate"}),
        "the content has more than 300,000 bytes",
    ),
}


@pytest.mark.parametrize(("behaviour", "message"), BIG.values(), ids=BIG)
def test_too_much_is_cut_off(behaviour: Behaviour, message: str) -> None:
    with served(behaviour) as server:
        found = failure(server.url("/"))
    assert (found.outcome, found.message) == (Outcome.TOO_BIG, f"{server.url('/')}: {message}")


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "gzip, " * 99 + "gzip"])
def test_encodings_that_we_did_not_ask_for_are_not_undone(encoding: str) -> None:
    twice = gzip.compress(gzip.compress(FEED))
    with served(answer(twice, headers={"Content-Encoding": encoding})) as server:
        found = failure(server.url("/"))
    assert found.outcome == Outcome.HTTP_ERROR
    assert "we asked for gzip" in found.message


def test_bombs_do_not_cost_memory() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with served(answer(bomb(150), headers=GZIP)) as server:
        failure(server.url("/"))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


# --- broken transfers -----------------------------------------------------------------------

BROKEN: Mapping[str, Behaviour] = {
    "short body": answer(FEED, length=len(FEED) + 1),
    "no body at all": answer(b"", length=10),
    "cut chunk": raw(head(headers=CHUNKED) + b"10\r\n<rss/>"),
    "no last chunk": raw(head(headers=CHUNKED) + b"6\r\n<rss/>\r\n"),
    "bad chunk size": raw(head(headers=CHUNKED) + b"zz\r\n<rss/>\r\n0\r\n\r\n"),
    "cut gzip": answer(gzip.compress(FEED)[:-4], headers=GZIP),
    "gzip that is none": answer(FEED, headers=GZIP),
    "reset in the body": reset(head(length=1000) + FEED),
    "reset at once": reset(b""),
    "closed at once": raw(b""),
    "half a header": raw(b"HTTP/1.1 200 OK\r\nConte"),
    "a header of 2 MB": raw(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 2_000_000),
    "100 000 headers": raw(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000),
    "NUL in a header": raw(b"HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n" + FEED),
    "no status": raw(b"HTTP/1.1 OK\r\n\r\n" + FEED),
    "a status of one digit": raw(b"HTTP/1.1 2 OK\r\n\r\n" + FEED),
    "HTTP 0.9": raw(FEED),
    "another protocol": raw(b"SSH-2.0-Open\r\n"),
    "two lengths": answer(FEED, headers={"Content-Length": "3"}),
    "negative length": raw(head(headers={"Content-Length": "-1"}) + FEED),
    "an absurd length": raw(head(headers={"Content-Length": "9" * 400}) + FEED),
    "switching protocols": raw(head("101 Switching Protocols", {"Upgrade": "x"})),
}


@pytest.mark.parametrize("behaviour", BROKEN.values(), ids=BROKEN)
def test_a_broken_answer_is_an_error_in_printable_words(behaviour: Behaviour) -> None:
    with served(behaviour) as server:
        found = failure(server.url("/"))
    assert found.outcome == Outcome.HTTP_ERROR
    assert found.message.startswith(f"{server.url('/')}: ")
    assert found.message.isprintable()
    assert len(found.message) < 300


@pytest.mark.parametrize("kept", range(0, len(FEED), 7))
def test_no_beginning_of_a_feed_passes_for_a_feed(kept: int) -> None:
    with served(answer(FEED[:kept], length=len(FEED))) as server:
        assert failure(server.url("/")).outcome == Outcome.HTTP_ERROR


def test_a_refused_connection_is_named() -> None:
    with served(answer(FEED)) as server:
        url = server.url("/")
    found = failure(url)
    assert (found.outcome, found.message) == (Outcome.HTTP_ERROR, f"{url}: connection refused")


@pytest.mark.parametrize("host", ["nowhere.invalid", "a" * 64 + ".example"])
def test_a_host_without_address_is_named(host: str) -> None:
    def resolve(host: str, port: int) -> Sequence[str]:
        if len(host) > 63 + len(".example"):
            raise UnicodeError
        return ()

    url = f"http://{host}/"
    with HostSession(policy(), resolve=resolve) as session, pytest.raises(SourceError) as caught:
        session.get(url, source=source(url))
    assert caught.value.outcome == Outcome.DNS
