"""What a request says, and what becomes of each answer and redirect."""

import gzip
import zlib
from collections.abc import Iterator
from datetime import timedelta
from types import MappingProxyType

import pytest

from pipeline.fetch import Answer, HostSession
from pipeline.model import Document, Outcome, Validators
from tests.e2e.fetching import CHUNKED, FEED, failure, get, policy, served, source
from tests.hostile.server import (
    Behaviour,
    Connection,
    HostileServer,
    answer,
    head,
    raw,
    redirect,
)


@pytest.fixture
def canary() -> Iterator[HostileServer]:
    """A server that nobody may ask, on another loopback address and port."""
    with HostileServer({}, host="127.0.0.2") as server:
        yield server


# --- what is read ---------------------------------------------------------------------------


def test_a_document_comes_as_bytes_with_what_it_was_served_with() -> None:
    headers = {
        "Content-Type": "application/rss+xml",
        "ETag": '"1"',
        "Cache-Control": "max-age=120",
    }
    with served(answer(FEED, headers=headers)) as server:
        found = get(server.url("/?page=1#top"))
    assert found == Answer(
        document=Document(
            url=server.url("/?page=1"),
            status=200,
            content=FEED,
            content_type="application/rss+xml",
            validators=Validators(etag='"1"'),
        ),
        fresh_for=timedelta(seconds=120),
        wire_bytes=len(head(headers=headers, length=len(FEED)) + FEED),
    )


@pytest.mark.parametrize(
    ("encoding", "wire"),
    [("gzip", gzip.compress(FEED)), ("deflate", zlib.compress(FEED)), ("identity", FEED)],
    # gzip writes the time into its bytes, so that they name no test.
    ids=["gzip", "deflate", "identity"],
)
def test_compressed_content_is_unpacked(encoding: str, wire: bytes) -> None:
    with served(answer(wire, headers={"Content-Encoding": encoding})) as server:
        assert get(server.url("/")).document.content == FEED


def test_chunked_content_is_joined() -> None:
    with served(raw(head(headers=CHUNKED) + b"3\r\n<rs\r\n3\r\ns/>\r\n0\r\n\r\n")) as server:
        assert get(server.url("/")).document.content == b"<rss/>"


def test_a_request_says_who_asks_and_what_it_can_read() -> None:
    with served(answer(FEED)) as server:
        get(server.url("/"))
    headers = server.hits[0].headers
    assert headers.pop("accept").startswith("application/atom+xml")  # type: ignore[attr-defined]  # a dict in fact
    assert headers == {
        "host": server.endpoint,
        "user-agent": "policywatch-test",
        "accept-encoding": "gzip",
    }


def test_a_source_may_have_headers_of_its_own() -> None:
    own = MappingProxyType({"accept": "text/xml", "X-Key": "ключ"})
    with served(answer(FEED)) as server, HostSession(policy("127.0.0.1")) as session:
        asked = source(server.url("/"), headers=own, user_agent="Browser")
        session.get(server.url("/"), source=asked)
    headers = server.hits[0].headers
    assert (headers["accept"], headers["user-agent"]) == ("text/xml", "Browser")
    assert headers["x-key"].encode("latin-1").decode() == "ключ"


# --- changed since? -------------------------------------------------------------------------

DATE = "Mon, 23 Nov 2026 06:00:00 GMT"
OLDER = "Sun, 22 Nov 2026 06:00:00 GMT"


def test_not_modified_keeps_what_we_held() -> None:
    held = Validators(etag='"1"', last_modified=OLDER)
    same = answer(status="304 Not Modified")
    with served(same) as server, HostSession(policy("127.0.0.1")) as session:
        found = session.get(server.url("/"), source=source(server.url("/")), validators=held)
    asked = server.hits[0].headers
    assert (asked["if-none-match"], asked["if-modified-since"]) == ('"1"', OLDER)
    assert (found.document.status, found.document.content) == (304, b"")
    assert found.document.validators == held


def test_not_modified_may_renew_a_validator() -> None:
    fresh = answer(status="304 Not Modified", headers={"ETag": '"2"'})
    with served(fresh) as server, HostSession(policy("127.0.0.1")) as session:
        held = Validators(etag='"1"', last_modified=OLDER)
        found = session.get(server.url("/"), source=source(server.url("/")), validators=held)
    assert found.document.validators == Validators(etag='"2"', last_modified=OLDER)


def test_validators_that_would_break_a_request_are_not_kept() -> None:
    evil = [("ETag", '"' + "a" * 5000 + '"'), ("Last-Modified", DATE), ("Date", DATE)]
    with served(answer(FEED, headers=evil)) as server:
        assert get(server.url("/")).document.validators == Validators()


# --- statuses -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "outcome", "message"),
    [
        ("401 Unauthorized", Outcome.BLOCKED, "HTTP 401 Unauthorized"),
        ("403 Forbidden", Outcome.BLOCKED, "HTTP 403 Forbidden"),
        ("429 Slow down", Outcome.BLOCKED, "HTTP 429 Too Many Requests"),
        ("410 Gone", Outcome.GONE, "HTTP 410 Gone"),
        ("404 Not Found", Outcome.HTTP_ERROR, "HTTP 404 Not Found"),
        ("500 \x1b[31mred", Outcome.HTTP_ERROR, "HTTP 500 Internal Server Error"),
        ("503 Busy", Outcome.HTTP_ERROR, "HTTP 503 Service Unavailable"),
        ("299 Odd", Outcome.HTTP_ERROR, "HTTP 299"),
        ("999 Odd", Outcome.HTTP_ERROR, "HTTP 999"),
        ("201 Created", Outcome.HTTP_ERROR, "HTTP 201 Created"),
        ("202 Accepted", Outcome.HTTP_ERROR, "HTTP 202 Accepted"),
        ("206 Partial Content", Outcome.HTTP_ERROR, "HTTP 206 Partial Content, which we did not"),
        ("300 Multiple Choices", Outcome.HTTP_ERROR, "HTTP 300 Multiple Choices"),
    ],
)
def test_a_status_other_than_200_is_no_content(status: str, outcome: Outcome, message: str) -> None:
    with served(answer(FEED, status=status)) as server:
        found = failure(server.url("/"))
    assert found.outcome == outcome
    assert found.message.startswith(f"{server.url('/')}: {message}")


def test_304_unasked_is_an_error() -> None:
    with served(answer(status="304 Not Modified")) as server:
        found = failure(server.url("/"))
    assert (found.outcome, found.status) == (Outcome.HTTP_ERROR, 304)


@pytest.mark.parametrize(
    "wall",
    [
        pytest.param(answer(status="202 Accepted"), id="202 without content"),
        pytest.param(
            answer(
                gzip.compress(b"<title>Just a moment...</title>" + bytes(90_000)),
                status="503 Service Unavailable",
                headers={"Content-Encoding": "gzip"},
            ),
            id="503 with a challenge",
        ),
        pytest.param(
            answer(status="503 Service Unavailable", headers={"cf-mitigated": "challenge"}),
            id="503 with a header",
        ),
    ],
)
def test_a_wall_against_robots_is_named_so(wall: Behaviour) -> None:
    with served(wall) as server:
        assert failure(server.url("/")).outcome == Outcome.BLOCKED


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("600", 600.0),
        ("1" + "0" * 20, 86_400.0),
        ("-5", 3_600.0),
        ("nan", 3_600.0),
        ("1e308", 3_600.0),
        ("", 3_600.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400.0),
    ],
)
def test_retry_after_is_believed_within_reason(value: str, seconds: float | None) -> None:
    busy = answer(status="429 Too Many Requests", headers={"Retry-After": value})
    with served(busy) as server:
        assert failure(server.url("/")).retry_after_seconds == seconds


# --- redirects ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statuses", "moved"),
    [
        (["301 Moved"], True),
        (["308 Moved", "301 Moved"], True),
        (["302 Found"], False),
        (["303 See Other"], False),
        (["301 Moved", "307 For now"], False),
        (["302 Found"] * 5, False),
    ],
)
def test_redirects_are_followed_and_moves_told(statuses: list[str], moved: bool) -> None:
    hops = {f"/{i}": redirect(f"/{i + 1}?a b#x", each) for i, each in enumerate(statuses)}
    last = f"/{len(statuses)}"
    with HostileServer(hops | {last: answer(FEED)}) as server:
        found = get(server.url("/0"))
    assert found.document.url == server.url(f"{last}?a%20b")
    assert found.moved_to == (found.document.url if moved else "")


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("/", "redirects in a circle to"),
        ("#part", "redirects in a circle to"),
        ("/growing", "redirects more than 5 times"),
        ("", "HTTP 302 without saying where to"),
        ("http://[::1/", "which is not a URL"),
        ("http://gov.example:99999/", "which is not a URL"),
        ("/" + "a" * 70_000, "which is not a URL"),
    ],
)
def test_redirects_that_lead_nowhere_are_named(location: str, message: str) -> None:
    def growing(connection: Connection) -> object:
        return redirect(connection.hit.path + "?a")(connection)

    with served(redirect(location), growing=growing) as server:
        found = failure(server.url("/"))
    assert (found.outcome, found.status) == (Outcome.MOVED, 302)
    assert message in found.message
    assert len(found.message) < 400


def test_an_error_names_the_hop_without_its_query() -> None:
    with served(redirect("/gone?key=secret"), gone=answer(status="410 Gone")) as server:
        assert failure(server.url("/")).message == f"{server.url('/gone')}?…: HTTP 410 Gone"


def test_what_belongs_to_a_source_stays_at_its_origin() -> None:
    secrets = {"Authorization": "Bearer 1", "Cookie": "a=b", "X-Key": "c"}
    cookie = {"Set-Cookie": "session=1"}
    with served(answer(FEED)) as other:
        away = answer(status="302 Found", headers={"Location": other.url("/"), **cookie})
        near = answer(status="302 Found", headers={"Location": "/away", **cookie})
        allowed = policy("127.0.0.1", other.endpoint)
        with served(near, away=away) as server, HostSession(allowed) as session:
            url = server.url("/")
            session.get(url, source=source(url, headers=MappingProxyType(secrets)))
    kept = [{name.lower() for name in secrets} & set(hit.headers) for hit in server.hits]
    assert kept == [{"authorization", "cookie", "x-key"}] * 2
    assert [hit.headers["cookie"] for hit in server.hits] == ["a=b", "a=b"]
    assert {"authorization", "cookie", "x-key"} & set(other.hits[0].headers) == set()


def test_a_meta_refresh_is_content(canary: HostileServer) -> None:
    page = f'<meta http-equiv="refresh" content="0;url={canary.url("/")}">'.encode()
    with served(answer(page, headers={"Refresh": f"0;url={canary.url('/')}"})) as server:
        assert get(server.url("/"), "127.0.0.0/8").document.content == page
    assert canary.hits == []
