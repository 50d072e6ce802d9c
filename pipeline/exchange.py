"""One URL and the redirects from it -> a whole document, or the outcome that says why not.

Redirects are followed by hand, each hop under the rules of the first.
"""

import functools
import os
import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from http.client import responses

import httpcore
import httpx

from pipeline.addresses import Endpoint, refusal
from pipeline.errors import SourceError
from pipeline.headers import UNSAID_WAIT, conditions, http_date, retry_after, validators
from pipeline.inflate import beginning, decoded
from pipeline.model import Document, Outcome, Source, Validators
from pipeline.pace import fresh_for, scope
from pipeline.reading import FetchPolicy, Limits
from pipeline.secret import PLACE, Secret
from pipeline.transport import Budget, Network, named_failure

_PORTS = {"http": 80, "https": 443}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_BUSY = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
# For a server that says "too many" without saying until when.
ACCEPT_FEEDS = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, "
    "application/json;q=0.9, text/html;q=0.8, */*;q=0.5"
)
ACCEPT_PAGES = "text/html, application/xhtml+xml, application/pdf, text/plain;q=0.8, */*;q=0.3"
_CHALLENGES = re.compile(
    rb"challenge-platform|cf-chl|just a moment|_incapsula_|captcha|ddos protection", re.IGNORECASE
)
_ERROR_PAGE_BYTES = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A document that a source gave us, or its word (304) that the last one still holds.

    `moved_to` is the last address when there were redirects and all were permanent, else empty.
    `fresh_for` is what the server's caching headers promise.
    """

    document: Document
    moved_to: str = ""
    fresh_for: timedelta = timedelta(0)
    wire_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who asks, with what: the source, what we hold of it, and its key.

    With `most_bytes` the beginning is enough, and more is not read. `grown` is told the size of
    the content while it comes. `accept` is what the server may choose from.
    """

    source: Source
    held: Validators = Validators()
    secret: Secret = Secret()
    most_bytes: int = 0
    grown: Callable[[int], object] = lambda _: None
    accept: str = ACCEPT_FEEDS


class Exchange:
    """One request and those that its redirects ask for, under one budget."""

    def __init__(
        self, policy: FetchPolicy, asking: Asking, network: Network, budget: Budget
    ) -> None:
        self._policy = policy
        self._asking = asking
        self._network = network
        self._budget = budget

    def run(self, url: str) -> Answer:
        """Return what the URL holds; raise SourceError when that is not a whole document."""
        hops = [self._first(url)]
        permanent = True
        with _Transport(self._network, self._policy.proxy) as transport:
            while True:
                with self._answer(transport, hops[-1]) as response:
                    if response.status_code not in _REDIRECTS:
                        moved = permanent and len(hops) > 1
                        return self._kept(response, moved=moved)
                    permanent = permanent and response.status_code in _PERMANENT
                    hops.append(_next_hop(response, hops, self._policy.limits))

    def _first(self, url: str) -> httpx.URL:
        """Put the key into an address of the source's own site; a document may name others."""
        plain = checked(url)
        if _origin(plain) != _origin(checked(self._asking.source.url)):
            return plain
        return checked(self._asking.secret.into_url(url))

    @contextmanager
    def _answer(self, transport: "_Transport", url: httpx.URL) -> Iterator[httpx.Response]:
        """Ask one hop; whatever goes wrong until the body is read names this hop."""
        try:
            if self._policy.proxy:
                self._network.rules.check_name(*endpoint(url))
            # Not through httpx.Client: it reads cookies and the targets of redirects its own way.
            with closing(transport.handle_request(self._request(url))) as response:
                _refuse_other_versions(response)
                yield response
        except SourceError as e:
            raise self._named(e, url) from e
        except _FAILURES as e:
            raise self._named(named_failure(e, self._budget), url) from e

    def _named(self, error: SourceError, url: httpx.URL) -> SourceError:
        named = SourceError(
            error.outcome,
            self._asking.secret.hidden(f"{_shown(url)}: {error.message}"),
            status=error.status,
            retry_after_seconds=error.retry_after_seconds,
        )
        named.documents = error.documents
        if error.retry_after_seconds is not None and error.status in _BUSY:
            named.wait_scope = scope(str(url))
        return named

    def _request(self, url: httpx.URL) -> httpx.Request:
        source, secret = self._asking.source, self._asking.secret
        headers = {
            "User-Agent": source.user_agent or self._policy.user_agent,
            "Accept": self._asking.accept,
        }
        if _origin(url) == _origin(httpx.URL(source.url)):
            headers |= {n.title(): secret.into_header(v) for n, v in source.headers.items()}
            if secret.value and not any(PLACE in v for v in (source.url, *source.headers.values())):
                headers["Authorization"] = f"Bearer {secret.value}"
        headers |= {"Accept-Encoding": "gzip", **conditions(self._asking.held)}
        fields = [(name.encode(), value.encode()) for name, value in headers.items()]
        return httpx.Request("GET", url, headers=fields)

    def _kept(self, response: httpx.Response, *, moved: bool) -> Answer:
        headers, held = response.headers, self._asking.held
        fresh = validators(headers)
        content = b""
        if response.status_code == HTTPStatus.NOT_MODIFIED and conditions(held):
            fresh = Validators(
                etag=fresh.etag or held.etag,
                last_modified=fresh.last_modified or held.last_modified,
            )
        elif response.status_code == HTTPStatus.OK:
            content = self._content(response)
        else:
            raise self._refused_status(response)
        document = self._document(response, content, fresh)
        return Answer(
            document=document,
            moved_to=document.url if moved else "",
            fresh_for=fresh_for(headers),
            wire_bytes=self._budget.taken,
        )

    def _content(self, response: httpx.Response) -> bytes:
        limits = self._policy.limits
        encoding = response.headers.get("content-encoding", "")
        if self._asking.most_bytes:
            return beginning(response.iter_raw(), encoding, self._asking.most_bytes)
        announced = int(response.headers.get("content-length", "0"))
        if announced > limits.wire_bytes:
            message = f"announces {announced:,} bytes, more than {limits.wire_bytes:,}"
            raise SourceError(Outcome.TOO_BIG, message, status=response.status_code)
        return decoded(response.iter_raw(), encoding, limits.body_bytes, self._asking.grown)

    def _document(
        self, response: httpx.Response, content: bytes, fresh: Validators = Validators()
    ) -> Document:
        secret = self._asking.secret
        return Document(
            url=secret.hidden(str(response.request.url)),
            status=response.status_code,
            content=secret.hidden_in(content),
            content_type=secret.hidden(response.headers.get("content-type", "")),
            validators=Validators(
                etag=secret.hidden(fresh.etag), last_modified=secret.hidden(fresh.last_modified)
            ),
        )

    def _refused_status(self, response: httpx.Response) -> SourceError:
        status = response.status_code
        self._budget.at_most(self._policy.limits.error_page_deadline)
        page = _beginning(response)
        wait = _wait(response.headers)
        if wait is None and status == HTTPStatus.TOO_MANY_REQUESTS:
            wait = UNSAID_WAIT
        error = SourceError(
            _outcome(response, page),
            f"HTTP {status} {_meaning(status)}".rstrip(),
            status=status,
            retry_after_seconds=wait,
        )
        error.documents = (self._document(response, page),) if page else ()
        return error


class _Transport(httpx.BaseTransport):
    """What httpx sends through: our network and a new connection for each request."""

    def __init__(self, network: Network, proxy: str) -> None:
        tls = _tls(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
        if not proxy:
            self._pool = httpcore.ConnectionPool(
                ssl_context=tls, network_backend=network, max_keepalive_connections=0
            )
            return
        whole = httpx.URL(proxy)
        plain = str(whole.copy_with(username=None, password=None))
        self._pool = httpcore.HTTPProxy(
            plain,
            proxy_auth=(whole.username, whole.password) if whole.username else None,
            ssl_context=tls,
            proxy_ssl_context=tls if whole.scheme == "https" else None,
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
            answer.status,
            headers=answer.headers,
            stream=_Body(answer),
            request=request,
            extensions={**answer.extensions},
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
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
    OSError,
    ValueError,
)


def _refuse_other_versions(response: httpx.Response) -> None:
    if not response.http_version.startswith("HTTP/1."):
        message = f"the answer is broken: {response.http_version[:20]} was not asked for"
        raise SourceError(Outcome.HTTP_ERROR, message)


@functools.lru_cache(maxsize=4)
def _tls(_file: str | None, _directory: str | None) -> ssl.SSLContext:
    # Reading the system's certificates takes longer than most requests.
    return ssl.create_default_context()


def checked(url: str) -> httpx.URL:
    """Return a URL without its fragment; raise SourceError for one that is never asked."""
    trouble = refusal(url)
    if trouble:
        raise SourceError(Outcome.REFUSED_ADDRESS, f"{_printable(url)}: {trouble}")
    try:
        return _parsed(url)
    except (httpx.InvalidURL, ValueError) as e:
        message = f"{_printable(url)}: is not a URL: {_printable(str(e))}"
        raise SourceError(Outcome.REFUSED_ADDRESS, message) from e


def endpoint(url: httpx.URL) -> Endpoint:
    """Return the host and the port that a URL names."""
    return url.raw_host.decode("ascii").lower(), url.port or _PORTS[url.scheme]


def _parsed(url: str) -> httpx.URL:
    parsed = httpx.URL(url)
    if not parsed.host or not 0 < endpoint(parsed)[1] < 65_536:
        raise httpx.InvalidURL("it has no host, or no such port exists")
    return parsed.copy_with(fragment=None)


def _printable(text: str) -> str:
    return ascii(text)[1:-1][:200]


def _origin(url: httpx.URL) -> tuple[str, Endpoint]:
    return url.scheme, endpoint(url)


def _next_hop(response: httpx.Response, hops: list[httpx.URL], limits: Limits) -> httpx.URL:
    status = response.status_code
    locations = response.headers.get_list("location") or [""]
    location = locations[0].strip().replace(" ", "%20")
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


def _outcome(response: httpx.Response, page: bytes) -> Outcome:
    match response.status_code:
        case HTTPStatus.GONE:
            return Outcome.GONE
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN | HTTPStatus.TOO_MANY_REQUESTS:
            return Outcome.BLOCKED
        case HTTPStatus.ACCEPTED if not page:
            return Outcome.BLOCKED  # some walls answer robots like this
        case HTTPStatus.SERVICE_UNAVAILABLE if _challenges(response, page):
            return Outcome.BLOCKED
    return Outcome.HTTP_ERROR


def _challenges(response: httpx.Response, page: bytes) -> bool:
    return "cf-mitigated" in response.headers or _CHALLENGES.search(page) is not None


def _beginning(response: httpx.Response) -> bytes:
    encoding = response.headers.get("content-encoding", "")
    try:
        return beginning(response.iter_raw(), encoding, _ERROR_PAGE_BYTES)
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
