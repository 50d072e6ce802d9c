"""A server on loopback that behaves as badly as it is told; one thread per connection.

    with HostileServer({"/feed": answer(b"<rss/>"), "/slow": drip(b"HTTP/1.1 200 OK")}) as server:
        server.url("/feed")
        server.hits  # what was asked, in order

A behaviour is a function of one open connection; closing the server ends them all.
"""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Self, TypeAlias

_STEP = 0.05
_TLS_HANDSHAKE = b"\x16"


@dataclass(frozen=True, slots=True)
class Hit:
    """One request as it came; header names in lower case."""

    path: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Connection:
    """One request and the open connection to answer it on."""

    socket: socket.socket
    hit: Hit
    closing: threading.Event

    def send(self, content: bytes) -> bool:
        """Send; False when the other side or the server is gone."""
        if self.closing.is_set():
            return False
        try:
            self.socket.sendall(content)
        except OSError:
            return False
        return True

    def wait(self, seconds: float) -> bool:
        """Wait; False when the server is closing."""
        return not self.closing.wait(seconds)


Behaviour: TypeAlias = Callable[[Connection], object]


def raw(content: bytes) -> Behaviour:
    """Send these bytes, whatever they are, and close."""
    return lambda connection: connection.send(content)


def answer(
    body: bytes = b"",
    *,
    status: str = "200 OK",
    headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    length: int | None = None,
) -> Behaviour:
    """Send one well-formed answer; `length` overrides the honest Content-Length."""
    return raw(head(status, headers, len(body) if length is None else length) + body)


def head(
    status: str = "200 OK",
    headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    length: int | None = None,
) -> bytes:
    """Write a status line and headers."""
    fields = list(headers.items() if isinstance(headers, Mapping) else headers)
    if length is not None:
        fields.append(("Content-Length", str(length)))
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in fields), "", ""]
    return "\r\n".join(lines).encode("latin-1")


def redirect(to: str, status: str = "302 Found") -> Behaviour:
    """Send the client elsewhere."""
    return answer(status=status, headers={"Location": to})


def drip(start: bytes, piece: bytes, *, every: float = _STEP) -> Behaviour:
    """Send a start, then the same piece for ever, slowly."""

    def behave(connection: Connection) -> None:
        alive = connection.send(start)
        while alive and connection.wait(every):
            alive = connection.send(piece)

    return behave


def endless(start: bytes, piece: bytes) -> Behaviour:
    """Send a start, then the same piece for ever, as fast as it goes."""

    def behave(connection: Connection) -> None:
        alive = connection.send(start)
        while alive:
            alive = connection.send(piece)

    return behave


def stall(start: bytes = b"") -> Behaviour:
    """Send a start, then nothing, and never close."""

    def behave(connection: Connection) -> None:
        connection.send(start)
        connection.closing.wait()

    return behave


def reset(start: bytes) -> Behaviour:
    """Send a start, then tear the connection down."""

    def behave(connection: Connection) -> None:
        connection.send(start)
        linger = (1).to_bytes(4, "little") + (0).to_bytes(4, "little")
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    return behave


class HostileServer:
    """Serves behaviours by path, the query not counted; others get 404.

    A server without TLS that is greeted with it takes the path `TLS`.
    """

    def __init__(
        self,
        behaviours: Mapping[str, Behaviour],
        *,
        host: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.behaviours = dict(behaviours)
        self.hits: list[Hit] = []
        self._tls = tls
        self._closing = threading.Event()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server((host, 0), backlog=64)
        self.host, self.port = self._listener.getsockname()[:2]

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        # A listener that waits notices nothing but a visitor.
        with contextlib.suppress(OSError):
            socket.create_connection((self.host, self.port), timeout=5).close()
        for thread in self._threads:
            thread.join(timeout=5)
        self._listener.close()

    @property
    def endpoint(self) -> str:
        """Return `host:port`."""
        return f"{self.host}:{self.port}"

    def url(self, path: str, *, host: str = "") -> str:
        """Return a URL of this server, by its address or another spelling of it."""
        scheme = "https" if self._tls else "http"
        return f"{scheme}://{host or self.host}:{self.port}{path}"

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._closing.is_set():
            self._start(self._serve, self._listener.accept()[0])

    def _serve(self, plain: socket.socket) -> None:
        plain.settimeout(5)
        with contextlib.suppress(OSError), contextlib.closing(plain):
            if self._tls is None:
                self._answer(plain)
                return
            with self._tls.wrap_socket(plain, server_side=True) as secure:
                self._answer(secure)

    def _answer(self, open_socket: socket.socket) -> None:
        hit = _read_request(open_socket)
        if hit is None:
            return
        self.hits.append(hit)
        missing = answer(b"nothing here", status="404 Not Found")
        behaviour = self.behaviours.get(hit.path.partition("?")[0], missing)
        behaviour(Connection(open_socket, hit, self._closing))
        with contextlib.suppress(OSError):
            open_socket.shutdown(socket.SHUT_WR)


def _read_request(open_socket: socket.socket) -> Hit | None:
    received = b""
    while b"\r\n\r\n" not in received:
        more = open_socket.recv(65_536)
        if not more:
            return None
        received += more
        if received.startswith(_TLS_HANDSHAKE):
            return Hit("TLS", {})
    first, *lines = received.decode("latin-1").split("\r\n\r\n")[0].split("\r\n")
    fields = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in fields}
    return Hit(first.split(" ")[1], headers)
