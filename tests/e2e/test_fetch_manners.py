"""How we behave towards hosts: how many at once, how often, and when not at all."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from types import MappingProxyType

import pytest

from pipeline.errors import SourceError
from pipeline.fetch import HostSession
from pipeline.model import Outcome, Source
from pipeline.places import Selectors
from pipeline.reading import HostBatch, PollTask
from pipeline.run import poll_host
from pipeline.secret import Secret
from tests.e2e.fetching import FEED, LIMITS, policy, served, source
from tests.hostile.server import (
    Behaviour,
    Connection,
    HostileServer,
    answer,
    endless,
    head,
    redirect,
    stall,
)

# --- several at once ------------------------------------------------------------------------


class Counter:
    """A behaviour that counts how many connections are open at once, and lets them meet."""

    def __init__(self, meeting: int) -> None:
        self.most = 0
        self._open = 0
        self._lock = threading.Lock()
        self._meeting = threading.Barrier(meeting)

    def __call__(self, connection: Connection) -> None:
        with self._lock:
            self._open += 1
            self.most = max(self.most, self._open)
        self._meeting.wait(timeout=5)
        with self._lock:
            self._open -= 1
        answer(FEED)(connection)


def test_two_requests_at_once_go_to_one_host() -> None:
    counter = Counter(meeting=2)
    with HostileServer({f"/{n}": counter for n in range(6)}) as server:
        tasks = tuple(PollTask(source=_named(f"s{n}", server.url(f"/{n}"))) for n in range(6))
        batch = HostBatch(host=server.endpoint, tasks=tasks, policy=policy("127.0.0.1"))
        readings = poll_host(batch)
    assert [reading.source_id for reading in readings] == [f"s{n}" for n in range(6)]
    assert {reading.outcome for reading in readings} == {Outcome.EMPTY}
    assert counter.most == 2


def _named(name: str, url: str) -> Source:
    return replace(source(url), id=name)


def test_starts_are_spaced_between_threads_too() -> None:
    def resolve(host: str, port: int) -> Sequence[str]:
        starts.append(time.monotonic())
        raise OSError

    starts: list[float] = []
    with HostSession(policy(limits=replace(LIMITS, spacing=0.2)), resolve=resolve) as session:
        threads = [threading.Thread(target=_fails, args=(session,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    gaps = [later - earlier for earlier, later in pairwise(sorted(starts))]
    assert min(gaps) > 0.15


def _fails(session: HostSession) -> None:
    with pytest.raises(SourceError):
        session.get("http://gov.example/", source=source("http://gov.example/"))


# --- left alone -----------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_a_part_of_a_host_whose_every_address_wants_to_be_left_alone_is(status: str) -> None:
    busy = answer(status=status, headers={"Retry-After": "600"})
    pages = {f"/api/{name}": busy for name in "abcd"} | {"/news": answer(FEED)}
    with HostileServer(pages) as server, HostSession(policy("127.0.0.1")) as session:
        told = [_refused(session, server.url(f"/api/{name}")) for name in "abcd"]
        session.get(server.url("/news"), source=source(server.url("/news")))
    part = f"{server.endpoint}/api"
    assert [hit.path for hit in server.hits] == ["/api/a", "/api/b", "/api/c", "/news"]
    assert [error.asked for error in told] == [True, True, True, False]
    assert [error.retry_after_seconds for error in told] == [pytest.approx(600, abs=5)] * 4
    assert [error.wait_scope for error in told] == ["", "", part, ""]
    assert told[3].message.startswith(f"not asked: {part} asked us to wait")


@pytest.mark.parametrize("other", [answer(FEED), answer(status="404 Not Found")])
def test_addresses_that_want_to_be_left_alone_take_nothing_from_their_neighbours(
    other: Behaviour,
) -> None:
    busy = answer(status="429 Too Many Requests", headers={"Retry-After": "600"})
    pages = {"/api/known": other, "/api/good": answer(FEED)}
    pages |= {f"/api/{name}": busy for name in "abcd"}
    with HostileServer(pages) as server, HostSession(policy("127.0.0.1")) as session:
        with suppress(SourceError):
            session.get(server.url("/api/known"), source=source(server.url("/api/known")))
        told = [_refused(session, server.url(f"/api/{name}?all=1")) for name in "abcd"]
        again = _refused(session, server.url("/api/a?all=2"))
        session.get(server.url("/api/good"), source=source(server.url("/api/good")))
    assert {error.wait_scope for error in told} == {""}
    assert (again.asked, again.message) == (
        False,
        f"not asked: {server.endpoint}/api/a asked us to wait",
    )


@pytest.mark.parametrize(
    "waits",
    [
        pytest.param(("100", "400", "900", "5000"), id="until other moments"),
        pytest.param(("-5", "soon", "NaN", ""), id="senseless waits"),
    ],
)
def test_addresses_with_waits_of_their_own_do_not_speak_for_their_host(
    waits: tuple[str, ...],
) -> None:
    pages = {
        f"/api/{number}": answer(status="429 Too Many Requests", headers={"Retry-After": wait})
        for number, wait in enumerate(waits)
    }
    pages["/api/good"] = answer(FEED)
    with HostileServer(pages) as server, HostSession(policy("127.0.0.1")) as session:
        told = [_refused(session, server.url(f"/api/{number}")) for number in range(4)]
        session.get(server.url("/api/good"), source=source(server.url("/api/good")))
    assert [(error.asked, error.wait_scope) for error in told] == [(True, "")] * 4


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        pytest.param("-5", 3_600, id="negative"),
        pytest.param("Mon, 01 Jan 2024 00:00:00 GMT", 60, id="a day in the past"),
        pytest.param(str(10 * 365 * 86_400), 86_400, id="ten years"),
        pytest.param("Fri, 31 Dec 9999 23:59:59 GMT", 86_400, id="the end of time"),
        pytest.param("soon", 3_600, id="a word"),
        pytest.param("NaN", 3_600, id="not a number"),
        pytest.param("0", 60, id="at once"),
    ],
)
def test_a_wait_that_makes_no_sense_is_between_a_minute_and_a_day(
    value: str, seconds: float
) -> None:
    busy = answer(status="429 Too Many Requests", headers={"Retry-After": value})
    with served(busy) as server, HostSession(policy("127.0.0.1")) as session:
        assert _refused(session, server.url("/")).retry_after_seconds == seconds


def test_a_source_that_was_not_asked_says_whom_we_wait_for() -> None:
    busy = answer(status="429 Too Many Requests", headers={"Retry-After": "120"})
    with HostileServer({"/api": busy}) as server:
        tasks = tuple(PollTask(source=_named(n, server.url(f"/api?{n}"))) for n in ("a", "b"))
        limits = replace(LIMITS, per_host=1)
        batch = HostBatch(host="", tasks=tasks, policy=policy("127.0.0.1", limits=limits))
        asked, left_alone = poll_host(batch)
    assert [hit.path for hit in server.hits] == ["/api?a"]
    assert (asked.outcome, asked.status, asked.asked) == (Outcome.BLOCKED, 429, True)
    assert (left_alone.outcome, left_alone.status, left_alone.asked) == (
        Outcome.BLOCKED,
        None,
        False,
    )
    assert left_alone.error == f"not asked: {server.endpoint}/api asked us to wait"
    assert left_alone.retry_after_seconds == pytest.approx(120, abs=5)


def _refused(session: HostSession, url: str) -> SourceError:
    with pytest.raises(SourceError) as caught:
        session.get(url, source=source(url))
    return caught.value


# --- robots.txt -----------------------------------------------------------------------------

PAGE = answer(b"<ul><li><a href='/1'>News</a></li></ul>")


def page(url: str) -> Source:
    return replace(source(url), kind="page", select=Selectors(item="li"))


def robots(text: str) -> Behaviour:
    return answer(text.encode(), headers={"Content-Type": "text/plain"})


@pytest.fixture
def site() -> Iterator[HostileServer]:
    """A site with two pages; tests give it a robots.txt."""
    with HostileServer({"/news": PAGE, "/private/news": PAGE}) as server:
        yield server


def obeyed(server: HostileServer, path: str, age: timedelta | None = None) -> bool | SourceError:
    url = server.url(path)
    with HostSession(policy("127.0.0.1")) as session:
        try:
            return session.obey_robots(url, source=page(url), age=age)
        except SourceError as e:
            return e


@pytest.mark.parametrize(
    "text",
    [
        "User-agent: *\nDisallow: /private\n",
        "\ufeffUser-agent: *\r\nDisallow: /\r\nAllow: /news$\r\n",
        "User-agent: policywatch\nDisallow: /private\nUser-agent: *\nDisallow: /",
        "\0\0User-agent: *\0\nDisallow: /private\n",
    ],
)
def test_a_page_is_read_where_robots_txt_lets_us(site: HostileServer, text: str) -> None:
    site.behaviours["/robots.txt"] = robots(text)
    assert obeyed(site, "/news") is True
    refused = obeyed(site, "/private/news")
    assert isinstance(refused, SourceError)
    assert (refused.outcome, refused.message) == (
        Outcome.BLOCKED,
        f"{site.url('/private/news')}: the site's robots.txt forbids to read it",
    )


@pytest.mark.parametrize(
    "none",
    [
        pytest.param(answer(status="404 Not Found"), id="missing"),
        pytest.param(answer(status="403 Forbidden"), id="forbidden"),
        pytest.param(answer(b"<html>Not here, yet OK</html>"), id="a page"),
        pytest.param(answer(b""), id="empty"),
        pytest.param(redirect("/robots.txt"), id="a circle"),
        pytest.param(redirect("http://127.0.0.2:1/robots.txt"), id="leads away"),
        pytest.param(endless(head(), b"# nothing\n" * 5_000), id="endless"),
    ],
)
def test_no_robots_txt_forbids_nothing(site: HostileServer, none: Behaviour) -> None:
    site.behaviours["/robots.txt"] = none
    assert obeyed(site, "/news") is True


@pytest.mark.parametrize(
    ("down", "outcome"),
    [
        (answer(status="503 Busy"), Outcome.HTTP_ERROR),
        (answer(status="429 Too Many"), Outcome.BLOCKED),
        (stall(), Outcome.TOO_SLOW),
    ],
)
def test_a_robots_txt_that_cannot_be_read_may_forbid_all(
    site: HostileServer, down: Behaviour, outcome: Outcome
) -> None:
    site.behaviours["/robots.txt"] = down
    url = site.url("/news")
    limits = replace(LIMITS, robots_deadline=0.3)
    with HostSession(policy("127.0.0.1", limits=limits)) as session:
        with pytest.raises(SourceError, match="until it can be read, the page is not") as caught:
            session.obey_robots(url, source=page(url))
        assert caught.value.outcome == outcome
        assert session.obey_robots(url, source=page(url), age=timedelta(days=29)) is False
        with pytest.raises(SourceError):
            session.obey_robots(url, source=page(url), age=timedelta(days=31))


def test_robots_txt_is_asked_once_and_believed_for_a_day(site: HostileServer) -> None:
    site.behaviours["/robots.txt"] = robots("User-agent: *\nDisallow: /private\n")
    url = site.url("/news")
    with HostSession(policy("127.0.0.1")) as session:
        assert [session.obey_robots(url, source=page(url)) for _ in range(3)] == [True] * 3
    assert [hit.path for hit in site.hits] == ["/robots.txt"]
    assert obeyed(site, "/news", age=timedelta(hours=23)) is False
    assert len(site.hits) == 1
    assert obeyed(site, "/news", age=timedelta(hours=24)) is True


def test_robots_txt_is_asked_for_pages_and_not_for_feeds(site: HostileServer) -> None:
    site.behaviours |= {"/robots.txt": robots("User-agent: *\nDisallow: /"), "/feed": answer(FEED)}
    tasks = (
        PollTask(source=replace(page(site.url("/news")), id="page")),
        PollTask(source=replace(source(site.url("/feed")), id="feed")),
    )
    batch = HostBatch(host=site.endpoint, tasks=tasks, policy=policy("127.0.0.1"))
    outcomes = [reading.outcome for reading in poll_host(batch)]
    assert outcomes == [Outcome.BLOCKED, Outcome.EMPTY]
    assert sorted(hit.path for hit in site.hits) == ["/feed", "/robots.txt"]


# --- keys -----------------------------------------------------------------------------------

KEY = Secret("s3cret/+word")


def keyed(url: str, **headers: str) -> PollTask:
    made = replace(source(url), key_env="GOV_KEY", headers=MappingProxyType(headers))
    return PollTask(source=made, secret=KEY)


def test_a_key_goes_into_the_address_or_a_header_or_as_a_bearer() -> None:
    with HostileServer({"/": answer(FEED)}) as server:
        tasks = (
            keyed(server.url("/?api_key={key}&page=1")),
            keyed(server.url("/"), **{"X-Api-Key": "v1 {key}"}),
            keyed(server.url("/")),
        )
        for task in tasks:
            poll_host(HostBatch(host="a", tasks=(task,), policy=policy("127.0.0.1")))
    first, second, third = server.hits
    assert first.path == "/?api_key=s3cret%2F%2Bword&page=1"
    assert "authorization" not in first.headers
    assert second.headers["x-api-key"] == "v1 s3cret/+word"
    assert "authorization" not in second.headers
    assert third.headers["authorization"] == "Bearer s3cret/+word"


def test_a_key_that_a_server_echoes_is_shown_nowhere() -> None:
    def echo(connection: Connection) -> object:
        words = connection.hit.path + connection.hit.headers.get("x-key", "")
        title = f"<!doctype html><title>bad key {words} {KEY.value}</title>"
        return answer(title.encode(), headers={"Content-Type": KEY.value})(connection)

    def away(connection: Connection) -> object:
        return redirect(f"ftp://a.example{connection.hit.path}")(connection)

    behaviours = {
        "/page": echo,
        "/down": answer(KEY.value.encode(), status="403 Forbidden"),
        "/away": away,
        "/near": redirect(f"/page?k={KEY.value}"),
    }
    with HostileServer(behaviours) as server:
        tasks = tuple(
            keyed(server.url(f"{path}?k={{key}}"), **{"X-Key": "{key}"}) for path in behaviours
        )
        readings = poll_host(HostBatch(host="a", tasks=tasks, policy=policy("127.0.0.1")))
    assert [reading.outcome.read for reading in readings] == [False] * 4
    for shown in (repr(readings), repr(tasks)):
        assert "s3cret" not in shown
    assert "bad key" in readings[0].error


def test_no_key_goes_to_an_address_that_is_not_the_source_s_own() -> None:
    with served(answer(FEED)) as other, HostSession(policy("127.0.0.1", other.endpoint)) as session:
        own = replace(source("http://127.0.0.1:9/?k={key}"), key_env="GOV_KEY")
        session.get(other.url("/?k={key}"), source=own, secret=KEY)
    assert "s3cret" not in repr(other.hits)


def test_without_its_key_a_source_is_not_asked() -> None:
    with HostileServer({"/": answer(FEED)}) as server:
        task = replace(keyed(server.url("/")), secret=Secret())
        reading = poll_host(HostBatch(host="a", tasks=(task,), policy=policy("127.0.0.1")))[0]
    assert (reading.outcome, server.hits) == (Outcome.BLOCKED, [])
    assert reading.error == "needs a key, and the environment variable GOV_KEY is not set"


def test_a_key_that_no_header_can_carry_is_neither_sent_nor_quoted() -> None:
    with HostileServer({"/": answer(FEED)}) as server:
        task = replace(keyed(server.url("/")), secret=Secret("line\nbreak"))
        reading = poll_host(HostBatch(host="a", tasks=(task,), policy=policy("127.0.0.1")))[0]
    assert (reading.outcome, server.hits) == (Outcome.BLOCKED, [])
    assert reading.error == "needs a key, and GOV_KEY holds what cannot be one"


# --- a proxy --------------------------------------------------------------------------------


@pytest.fixture
def proxy() -> Iterator[HostileServer]:
    """A server that answers for every address, as a proxy would."""
    with HostileServer({}, host="127.0.0.3") as server:
        server.behaviours["http://gov.example/feed"] = answer(FEED)
        yield server


def through(proxy: HostileServer, url: str, *allowed: str, user: str = "") -> bytes:
    address = proxy.url("").replace("://", f"://{user}")
    with HostSession(replace(policy(*allowed), proxy=address)) as session:
        return session.get(url, source=source(url)).document.content


def test_everything_goes_through_the_proxy(proxy: HostileServer) -> None:
    assert through(proxy, "http://gov.example/feed", user="me:word@") == FEED
    assert proxy.hits[0].path == "http://gov.example/feed"
    assert proxy.hits[0].headers["host"] == "gov.example"
    assert proxy.hits[0].headers["proxy-authorization"].startswith("Basic ")


def test_what_is_secure_goes_through_a_tunnel(proxy: HostileServer) -> None:
    proxy.behaviours["gov.example:443"] = answer(status="403 No tunnel for you")
    with pytest.raises(SourceError, match="the proxy refuses: 403") as caught:
        through(proxy, "https://gov.example/feed")
    assert caught.value.outcome == Outcome.HTTP_ERROR
    assert [hit.path for hit in proxy.hits] == ["gov.example:443"]


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "localhost", "[::1]", "10.0.0.1"])
def test_no_spelled_address_goes_to_the_proxy_unless_it_was_opened(
    proxy: HostileServer, host: str
) -> None:
    with pytest.raises(SourceError) as caught:
        through(proxy, f"http://{host}/feed")
    assert (caught.value.outcome, proxy.hits) == (Outcome.REFUSED_ADDRESS, [])


def test_an_opened_address_goes_through_the_proxy_as_well(proxy: HostileServer) -> None:
    proxy.behaviours["http://10.0.0.1/feed"] = answer(FEED)
    assert through(proxy, "http://10.0.0.1/feed", "10.0.0.1") == FEED


def test_a_redirect_behind_a_proxy_leads_to_no_spelled_address(proxy: HostileServer) -> None:
    proxy.behaviours["http://gov.example/feed"] = redirect("http://127.1/secret")
    with pytest.raises(SourceError) as caught:
        through(proxy, "http://gov.example/feed")
    assert (caught.value.outcome, len(proxy.hits)) == (Outcome.REFUSED_ADDRESS, 1)
