"""One exchange with one host and its redirects: the sockets, inside a budget of time and bytes.

The address that is checked is the address that is connected: a name is resolved once for each
connection. The HTTP client's own time-outs run anew with every read; the budget does not.
"""

import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import httpcore

from pipeline.addresses import Endpoint, Openings, is_public, literal
from pipeline.errors import SourceError
from pipeline.model import Outcome

Resolve = Callable[[str, int], Sequence[str]]
"""Host and port to addresses; raises OSError or UnicodeError when there are none."""


def system_resolve(host: str, port: int) -> Sequence[str]:
    """Ask the system for the addresses of a host, in the order in which to try them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


class Budget:
    """What one exchange may still cost: seconds on the wall clock, bytes from the wire."""

    def __init__(self, seconds: float, wire_bytes: int) -> None:
        self.seconds = seconds
        self.wire_bytes = wire_bytes
        self.taken = 0
        self._end = time.monotonic() + seconds

    def at_most(self, seconds: float) -> None:
        """Bring the end nearer: what is still to come is not worth more."""
        self._end = min(self._end, time.monotonic() + seconds)

    def prolong(self, seconds: float) -> None:
        """Put the end off by a time for which the other side cannot be blamed."""
        self._end += seconds

    @property
    def spent(self) -> bool:
        """Say whether the time is over."""
        return time.monotonic() >= self._end

    def left(self) -> float:
        """Return the seconds that are left; raise SourceError when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise self.too_slow()
        return left

    def take(self, count: int) -> None:
        """Count bytes from the wire; raise SourceError when they are too many."""
        self.taken += count
        if self.taken > self.wire_bytes:
            raise SourceError(Outcome.TOO_BIG, f"sends more than {self.wire_bytes:,} bytes")

    def too_slow(self) -> SourceError:
        """Name the deadline."""
        return SourceError(Outcome.TOO_SLOW, f"no complete answer within {self.seconds:g} s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Where one source's exchange may connect to, and who looks names up."""

    openings: Openings
    own: Endpoint
    """Host and port of the source's own URL."""
    resolve: Resolve = system_resolve
    proxy: Endpoint | None = None
    """The operator's word: it may be connected wherever it is, and nothing else is."""

    def check_name(self, host: str, port: int) -> None:
        """Raise SourceError for a host that is no more than a spelling of a forbidden address.

        Behind a proxy nothing else can be checked here, for the proxy looks names up.
        """
        address = literal(host)
        if address and not self.openings.permits(address, (host.lower(), port), self.own):
            raise _refused(host, port, [address])

    def permitted(self, host: str, port: int, found: Iterable[str]) -> list[str]:
        """Return those of the addresses found for a host that may be connected."""
        asked = (host.lower(), port)
        return [
            each
            for each in found
            if asked == self.proxy or self.openings.permits(each, asked, self.own)
        ]


class Network(httpcore.NetworkBackend):
    """Connects to addresses that the rules permit, and to no other."""

    def __init__(self, rules: Rules, budget: Budget) -> None:
        self.rules = rules
        self._budget = budget
        self.left_public = False
        """Some connection went to a non-public address, which somebody opened."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the budget decides
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        """Resolve once, check each address, connect to the first permitted one that answers."""
        found = _resolved(self.rules.resolve, host, port, self._budget)
        permitted = self.rules.permitted(host, port, found)
        if not permitted:
            raise _refused(host, port, found)
        for i, address in enumerate(permitted):
            try:
                # A silent address must leave time for those after it.
                share = self._budget.left() / (len(permitted) - i)
                stream = httpcore.SyncBackend().connect_tcp(address, port, timeout=share)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if i == len(permitted) - 1:
                    raise
            else:
                opened = self.rules.proxy is None and not is_public(address)
                self.left_public = self.left_public or opened
                return _Stream(stream, self._budget)
        raise AssertionError

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ARG002
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        """Refuse: no URL leads to a file."""
        raise SourceError(Outcome.REFUSED_ADDRESS, f"{path} is a file")


class _Stream(httpcore.NetworkStream):
    """A connection whose every operation is paid from the budget."""

    def __init__(self, inner: httpcore.NetworkStream, budget: Budget) -> None:
        self._inner = inner
        self._budget = budget

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        received = self._inner.read(max_bytes, timeout=self._budget.left())
        self._budget.take(len(received))
        return received

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._inner.write(buffer, timeout=self._budget.left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        try:
            left = self._budget.left()
            return _Stream(self._inner.start_tls(ssl_context, server_hostname, left), self._budget)
        except BaseException:
            self._inner.close()
            raise

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)


def named_failure(error: Exception, budget: Budget) -> SourceError:
    """Say in a person's words, and as an outcome, what ended an exchange."""
    if budget.spent or isinstance(error, httpcore.TimeoutException):
        return budget.too_slow()
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLError):
            return SourceError(Outcome.TLS, _tls_trouble(cause))
    return SourceError(Outcome.HTTP_ERROR, _trouble(error))


def _tls_trouble(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is refused: {error.verify_message}"
    reason = (error.reason or "unknown trouble").lower().replace("_", " ")
    return f"no secure connection: {reason}"


def _trouble(error: Exception) -> str:
    if isinstance(error, httpcore.LocalProtocolError):
        # What follows quotes a header, which may hold a key.
        return f"cannot be asked like this: {_shown(error).partition(' b')[0]}"
    if isinstance(error, httpcore.ProxyError):
        return f"the proxy refuses: {_shown(error)}"
    if isinstance(error, httpcore.RemoteProtocolError):
        return f"the answer is broken: {_shown(error).partition(': bytearray')[0]}"
    for cause in _causes(error):
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror.lower()
    return f"the connection failed: {_shown(error)}"


def _resolved(resolve: Resolve, host: str, port: int, budget: Budget) -> Sequence[str]:
    # getaddrinfo knows no time-out; a thread that still waits ends with the process.
    answers: queue.SimpleQueue[Sequence[str] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolve(host, port))
        except (OSError, UnicodeError) as e:
            answers.put(e)

    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        found = answers.get(timeout=budget.left())
    except queue.Empty:
        raise SourceError(
            Outcome.DNS, f"the name of {host} was not looked up within {budget.seconds:g} s"
        ) from None
    if isinstance(found, Exception) or not found:
        reason = getattr(found, "strerror", None) or "no address"
        raise SourceError(Outcome.DNS, f"no address is known for {host} ({reason})")
    return found


def _refused(host: str, port: int, found: Sequence[str]) -> SourceError:
    where = host if list(found) == [host] else f"{host} ({', '.join(found[:3])})"
    return SourceError(
        Outcome.REFUSED_ADDRESS,
        f"{where} is not public; if you trust it, allow {_host_port(host, port)} "
        "in POLICYWATCH_ALLOW_NETWORKS",
    )


def _host_port(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _shown(error: Exception) -> str:
    # The text may quote what a stranger sent.
    return ascii(str(error))[1:-1][:120] or type(error).__name__
