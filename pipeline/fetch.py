"""A URL of a source -> one Document, or the outcome that says why not.

The only module that speaks HTTP to strangers. Redirects are followed by hand, each hop under the
rules of the first; one budget of time and bytes covers them all.
"""

import functools
import os
import re
import ssl
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from http.client import responses
from typing import Self

import httpcore
import httpx

from pipeline.addresses import Endpoint, openings, refusal
from pipeline.errors import SourceError
from pipeline.headers import conditions, http_date, retry_after, validators
from pipeline.inflate import beginning, decoded
from pipeline.model import Document, Outcome, Source, Validators
from pipeline.reading import FetchPolicy, Limits
from pipeline.transport import Budget, Network, Resolve, Rules, named_failure, system_resolve

_PORTS = {"http": 80, "https": 443}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_IMPATIENT_AFTER = 2
_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, "
    "application/json;q=0.9, text/html;q=0.8, */*;q=0.5"
)
_CHALLENGES = re.compile(
    rb"challenge-platform|cf-chl|just a moment|_incapsula_|captcha|ddos protection", re.IGNORECASE
)
_CHALLENGE_BYTES = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A document that a source gave us, or its word (304) that the last one still holds.

    `moved_to` is the last address when there were redirects and all were permanent, else empty.
    """

    document: Document
    moved_to: str = ""
    retry_after_seconds: float | None = None
    wire_bytes: int = 0


class HostSession:
    """The requests of one pass to one host, one after the other, at the pace of the policy.

    Raise ValueError when `allow_networks` has an entry that cannot be read.
    """

    def __init__(self, policy: FetchPolicy, *, resolve: Resolve = system_resolve) -> None:
        self._policy = policy
        self._openings = openings(policy.allow_networks)
        self._resolve = resolve
        self._next_start: dict[Endpoint, float] = {}
        self._time_outs: Counter[Endpoint] = Counter()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def get(
        self,
        url: str,
        *,
        source: Source,
        validators: Validators = Validators(),
        deadline: float | None = None,
    ) -> Answer:
        """Return what the URL holds; raise SourceError when that is not a whole document.

        Network openings hold for the host and port of `source.url` alone. `deadline` is in
        seconds and covers everything but the pause that politeness asks for.
        """
        limits = self._policy.limits
        first = _checked(url)
        host = _endpoint(first)
        time.sleep(max(0.0, self._next_start.get(host, 0.0) - time.monotonic()))
        started = time.monotonic()
        budget = Budget(self._patience(host, deadline), limits.wire_bytes)
        rules = Rules(openings=self._openings, own=_own(source), resolve=self._resolve)
        network = Network(rules, budget)
        exchange = _Exchange(self._policy, source, validators, network, budget)
        try:
            return exchange.run(first)
        finally:
            self._time_outs[host] += budget.spent
            # Who opens a non-public address answers for the load on it.
            pause = 0.0 if network.left_public else limits.spacing
            self._next_start[host] = started + pause

    def _patience(self, host: Endpoint, deadline: float | None) -> float:
        limits = self._policy.limits
        seconds = limits.deadline if deadline is None else deadline
        if self._time_outs[host] >= _IMPATIENT_AFTER:
            return min(seconds, limits.impatient_deadline)
        return seconds


class _Exchange:
    """One URL and the redirects from it."""

    def __init__(
        self,
        policy: FetchPolicy,
        source: Source,
        held: Validators,
        network: Network,
        budget: Budget,
    ) -> None:
        self._policy = policy
        self._source = source
        self._held = held
        self._network = network
        self._budget = budget

    def run(self, first: httpx.URL) -> Answer:
        hops = [first]
        permanent = True
        with _Transport(self._network) as transport:
            while True:
                with self._answer(transport, hops[-1]) as response:
                    if response.status_code not in _REDIRECTS:
                        moved_to = str(hops[-1]) if permanent and len(hops) > 1 else ""
                        return self._kept(response, moved_to)
                    permanent = permanent and response.status_code in _PERMANENT
                    hops.append(_next_hop(response, hops, self._policy.limits))

    @contextmanager
    def _answer(self, transport: "_Transport", url: httpx.URL) -> Iterator[httpx.Response]:
        """Ask one hop; whatever goes wrong until the body is read names this hop."""
        try:
            # Not through httpx.Client: it reads cookies and the targets of redirects its own way.
            with closing(transport.handle_request(self._request(url))) as response:
                yield response
        except SourceError as e:
            message = f"{_shown(url)}: {e.message}"
            after = e.retry_after_seconds
            raise SourceError(e.outcome, message, status=e.status, retry_after_seconds=after) from e
        except _FAILURES as e:
            trouble = named_failure(e, self._budget)
            raise SourceError(trouble.outcome, f"{_shown(url)}: {trouble.message}") from e

    def _request(self, url: httpx.URL) -> httpx.Request:
        source = self._source
        headers = {
            "User-Agent": source.user_agent or self._policy.user_agent,
            "Accept": _ACCEPT,
        }
        if _origin(url) == _origin(httpx.URL(source.url)):
            headers |= {name.title(): value for name, value in source.headers.items()}
        headers |= {"Accept-Encoding": "gzip", **conditions(self._held)}
        fields = [(name.encode(), value.encode()) for name, value in headers.items()]
        return httpx.Request("GET", url, headers=fields)

    def _kept(self, response: httpx.Response, moved_to: str) -> Answer:
        limits, headers = self._policy.limits, response.headers
        fresh = validators(headers)
        content = b""
        if response.status_code == HTTPStatus.NOT_MODIFIED and conditions(self._held):
            fresh = Validators(
                etag=fresh.etag or self._held.etag,
                last_modified=fresh.last_modified or self._held.last_modified,
            )
        elif response.status_code == HTTPStatus.OK:
            content = _content(response, limits)
        else:
            raise _refused_status(response)
        document = Document(
            url=str(response.request.url),
            status=response.status_code,
            content=content,
            content_type=headers.get("content-type", ""),
            validators=fresh,
        )
        return Answer(
            document=document,
            moved_to=moved_to,
            retry_after_seconds=_wait(headers),
            wire_bytes=self._budget.taken,
        )


class _Transport(httpx.BaseTransport):
    """What httpx sends through: our network, no proxy, a new connection for each request."""

    def __init__(self, network: Network) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=_tls(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")),
            network_backend=network,
            max_keepalive_connections=0,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        answer = self._pool.handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                ),
                headers=request.headers.raw,
            )
        )
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer), request=request
        )

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


# All that httpx, httpcore and the sockets below them raise when an exchange fails.
_FAILURES = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
    OSError,
    ValueError,
)


@functools.lru_cache(maxsize=4)
def _tls(_file: str | None, _directory: str | None) -> ssl.SSLContext:
    # Reading the system's certificates takes longer than most requests.
    return ssl.create_default_context()


def _checked(url: str) -> httpx.URL:
    trouble = refusal(url)
    if trouble:
        raise SourceError(Outcome.REFUSED_ADDRESS, f"{_printable(url)}: {trouble}")
    try:
        return _parsed(url)
    except (httpx.InvalidURL, ValueError) as e:
        message = f"{_printable(url)}: is not a URL: {_printable(str(e))}"
        raise SourceError(Outcome.REFUSED_ADDRESS, message) from e


def _parsed(url: str) -> httpx.URL:
    parsed = httpx.URL(url)
    if not parsed.host or not 0 < _endpoint(parsed)[1] < 65_536:
        raise httpx.InvalidURL("it has no host, or no such port exists")
    return parsed.copy_with(fragment=None)


def _printable(text: str) -> str:
    return ascii(text)[1:-1][:200]


def _endpoint(url: httpx.URL) -> Endpoint:
    return url.raw_host.decode("ascii").lower(), url.port or _PORTS[url.scheme]


def _own(source: Source) -> Endpoint:
    return _endpoint(_checked(source.url))


def _origin(url: httpx.URL) -> tuple[str, Endpoint]:
    return url.scheme, _endpoint(url)


def _next_hop(response: httpx.Response, hops: list[httpx.URL], limits: Limits) -> httpx.URL:
    status = response.status_code
    location = response.headers.get("location", "").strip().replace(" ", "%20")
    if not location:
        raise SourceError(Outcome.MOVED, f"HTTP {status} without saying where to", status=status)
    where = f"redirects to {_printable(location)}, which"
    trouble = refusal(location)
    if trouble:
        raise SourceError(Outcome.REFUSED_ADDRESS, f"{where} {trouble}", status=status)
    try:
        target = _parsed(str(hops[-1].join(location)))
    except (httpx.InvalidURL, ValueError) as e:
        raise SourceError(Outcome.MOVED, f"{where} is not a URL", status=status) from e
    dead_end = _dead_end(target, hops, limits)
    if dead_end:
        raise SourceError(Outcome.MOVED, dead_end, status=status)
    return target


def _dead_end(target: httpx.URL, hops: list[httpx.URL], limits: Limits) -> str:
    if hops[-1].scheme == "https" and target.scheme == "http":
        return f"redirects from https to {_shown(target)}, which is not secure"
    if target in hops:
        return f"redirects in a circle to {_shown(target)}"
    if len(hops) > limits.redirects:
        return f"redirects more than {limits.redirects} times"
    return ""


def _content(response: httpx.Response, limits: Limits) -> bytes:
    announced = int(response.headers.get("content-length", "0"))
    if announced > limits.wire_bytes:
        message = f"announces {announced:,} bytes, more than {limits.wire_bytes:,}"
        raise SourceError(Outcome.TOO_BIG, message, status=response.status_code)
    encoding = response.headers.get("content-encoding", "")
    return decoded(response.iter_raw(), encoding, limits.body_bytes)


def _refused_status(response: httpx.Response) -> SourceError:
    status = response.status_code
    return SourceError(
        _outcome(response),
        f"HTTP {status} {_meaning(status)}".rstrip(),
        status=status,
        retry_after_seconds=_wait(response.headers),
    )


def _outcome(response: httpx.Response) -> Outcome:
    match response.status_code:
        case HTTPStatus.GONE:
            return Outcome.GONE
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN | HTTPStatus.TOO_MANY_REQUESTS:
            return Outcome.BLOCKED
        case HTTPStatus.ACCEPTED if not _beginning(response):
            return Outcome.BLOCKED  # some walls answer robots like this
        case HTTPStatus.SERVICE_UNAVAILABLE if _challenges(response):
            return Outcome.BLOCKED
    return Outcome.HTTP_ERROR


def _challenges(response: httpx.Response) -> bool:
    if "cf-mitigated" in response.headers:
        return True
    return _CHALLENGES.search(_beginning(response)) is not None


def _beginning(response: httpx.Response) -> bytes:
    encoding = response.headers.get("content-encoding", "")
    try:
        return beginning(response.iter_raw(), encoding, _CHALLENGE_BYTES)
    except _FAILURES:
        return b""  # the status says more than how its page broke off


def _meaning(status: int) -> str:
    if status == HTTPStatus.NOT_MODIFIED:
        return "Not Modified, which we did not ask"
    if status == HTTPStatus.PARTIAL_CONTENT:
        return "Partial Content, which we did not ask for"
    return responses.get(status, "")  # never their own words for it


def _wait(headers: Mapping[str, str]) -> float | None:
    value = headers.get("retry-after", "")
    # Their clock, not ours: an HTTP date is meant relative to the Date beside it.
    return retry_after(value, http_date(headers.get("date", "")) or datetime.now(UTC))


def _shown(url: httpx.URL) -> str:
    # A query may hold a key; messages go to logs and mails.
    plain = str(url.copy_with(query=None))
    return (plain if len(plain) <= 200 else f"{plain[:199]}…") + ("?…" if url.query else "")
