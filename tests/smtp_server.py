"""A real SMTP server on loopback that goes wrong at the step, and in the way, that a test names.

    with SmtpServer(at="dot", act="drop") as server: ...

Steps: connect banner ehlo starttls auth mail rcpt data payload dot quit, or all.
Acts: hang drop reset garbage half long drip endless nul, slow (the usual answer, late), lines (the
usual answer in many lines), early (the usual answer and one that nobody asked for), or the words of
an answer ("451 later").

`Postbox` is the server that does its work: aiosmtpd.
"""

import base64
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A mail for which this server took responsibility, whatever it answered."""

    sender: str
    recipient: str
    payload: bytes


@dataclass(kw_only=True)
class SmtpServer:
    at: str = ""
    act: str = ""
    only: str = ""
    """What a mail's recipient must contain for something to go wrong; empty for every mail."""
    times: int = 1_000
    """How often it goes wrong before the server is well again."""
    keeps: bool = True
    """Whether a mail is taken although its final answer goes wrong."""
    tls: ssl.SSLContext | None = None
    implicit: bool = False
    extensions: tuple[str, ...] = ("8BITMIME",)
    auth: str = "PLAIN LOGIN"
    taken: list[Taken] = field(default_factory=list)
    heard: list[tuple[bool, str]] = field(default_factory=list)
    """Every command, with whether it came under TLS."""

    def __enter__(self) -> "SmtpServer":
        self._stop = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.left = threading.Event()
        """Set once a conversation has ended."""
        self._threads: list[threading.Thread] = []
        self._begin(self._accept)
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop.set()
        # A thread that waits in accept() is woken by a connection, not by a close.
        with socket.create_connection(("127.0.0.1", self.port)):
            pass
        for thread in self._threads:
            thread.join(5)
        self._listener.close()

    @property
    def commands(self) -> list[str]:
        """Every command without its arguments."""
        return [line.split(" ")[0].upper() for _, line in self.heard]

    def _begin(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stop.is_set():
            connection, _ = self._listener.accept()
            self._begin(lambda sock=connection: self._serve(sock))  # type: ignore[misc]

    def _serve(self, sock: socket.socket) -> None:
        if self._stop.is_set():
            sock.close()
            return
        try:
            if self.implicit and self.tls:
                sock = self.tls.wrap_socket(sock, server_side=True)
            _Conversation(self, sock, self._stop).run()
        except (OSError, EOFError):
            pass
        finally:
            sock.close()
            self.left.set()


class _Conversation:
    """One client, from the banner until somebody hangs up."""

    def __init__(self, server: SmtpServer, sock: socket.socket, stop: threading.Event) -> None:
        self.server = server
        self.sock = sock
        self.stop = stop
        self.file = sock.makefile("rb")
        self.sender = self.recipient = ""

    def run(self) -> None:
        with self._closing():
            self._goes_wrong("connect")
            self._answer("banner", "220 mail.example ready")
            while line := self.file.readline():
                self._hear(line)

    @contextmanager
    def _closing(self) -> Iterator[None]:
        try:
            yield
        finally:
            self.file.close()
            self.sock.close()

    def _hear(self, line: bytes) -> None:
        command = line.decode("ascii").rstrip("\r\n")
        secure = isinstance(self.sock, ssl.SSLSocket)
        self.server.heard.append((secure, command))
        steps: dict[str, Callable[[str], None]] = {
            "EHLO": self._ehlo,
            "STARTTLS": self._starttls,
            "AUTH": self._auth,
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "DATA": self._data,
            "QUIT": self._quit,
        }
        steps[command.split(" ")[0].upper()](command)

    def _ehlo(self, _: str) -> None:
        plain = not isinstance(self.sock, ssl.SSLSocket)
        offered = ["mail.example", *self.server.extensions]
        offered += ["STARTTLS"] if self.server.tls and plain else []
        offered += [f"AUTH {self.server.auth}"] if self.server.auth and not plain else []
        lines = [f"250-{words}" for words in offered[:-1]] + [f"250 {offered[-1]}"]
        self._answer("ehlo", "\r\n".join(lines))

    def _starttls(self, _: str) -> None:
        if not self._answer("starttls", "220 go on") and not self.server.act.startswith("220"):
            return
        assert self.server.tls
        self.file.close()
        self.sock = self.server.tls.wrap_socket(self.sock, server_side=True)
        self.file = self.sock.makefile("rb")

    def _auth(self, command: str) -> None:
        _, mechanism, *initial = command.split(" ")
        if mechanism == "LOGIN":
            for asked in ("Username:", "Password:"):
                self._say(f"334 {base64.b64encode(asked.encode()).decode()}")
                answer = self.file.readline().decode("ascii").strip()
                self.server.heard.append((True, base64.b64decode(answer).decode()))
        else:
            self.server.heard.append((True, base64.b64decode(initial[0]).decode()))
        if mechanism == "XOAUTH2" and self.server.at == "auth":
            self._say("334 eyJzdGF0dXMiOiI0MDEifQ==")
            self.file.readline()
        self._answer("auth", "235 welcome")

    def _mail(self, command: str) -> None:
        self.sender = command
        self._answer("mail", "250 ok")

    def _rcpt(self, command: str) -> None:
        self.recipient = command
        self._answer("rcpt", "250 ok")

    def _data(self, _: str) -> None:
        if not self._answer("data", "354 go on"):
            return
        self._goes_wrong("payload")
        lines = []
        while (line := self.file.readline()) != b".\r\n":
            if not line:
                raise EOFError
            lines.append(line[1:] if line.startswith(b".") else line)
        refused = self._is_wrong_at("dot") and self.server.act[:1] in ("4", "5")
        if self.server.keeps and not refused:
            taken = Taken(sender=self.sender, recipient=self.recipient, payload=b"".join(lines))
            self.server.taken.append(taken)
        self._answer("dot", "250 queued as 42")

    def _quit(self, _: str) -> None:
        self._answer("quit", "221 bye")
        raise EOFError

    def _answer(self, step: str, words: str) -> bool:
        if self._goes_oddly(step, words):
            return True
        if self._goes_wrong(step):
            return False
        self._say(words)
        return True

    def _goes_oddly(self, step: str, words: str) -> bool:
        """Give the usual answer in an unusual way, if the test asked for it at this step."""
        if self.server.at not in (step, "all"):
            return False
        if self.server.act == "slow":
            self.stop.wait(0.05)
            self._say(words)
        elif self.server.act == "lines":
            *first, last = words.split("\r\n")
            more = [f"{last[:3]}-and so on"] * 30
            self._say("\r\n".join([*first, *more, last]))
        elif self.server.act == "early":
            self._say(f"{words}\r\n250 queued as 41")
        else:
            return False
        return True

    def _say(self, words: str) -> None:
        self.sock.sendall(words.encode() + b"\r\n")

    def _goes_wrong(self, step: str) -> bool:
        """Do what the test asked for at this step; say whether the usual answer falls away."""
        if not self._is_wrong_at(step):
            return False
        self.server.times -= 1
        acts: dict[str, Callable[[], None]] = {
            "hang": self._hang,
            "drop": self._drop,
            "reset": self._reset,
            "garbage": lambda: self.sock.sendall(b"\xff\x00<html>not mail\r\n"),
            "nul": lambda: self.sock.sendall(b"2\x0050 ok\r\n"),
            "half": self._half,
            "drip": self._drip,
            "endless": self._endless,
            "long": lambda: self.sock.sendall(b"2" * 20_000 + b"\r\n"),
        }
        acts.get(self.server.act, lambda: self._say(self.server.act))()
        return True

    def _is_wrong_at(self, step: str) -> bool:
        server = self.server
        return server.at == step and server.only in self.recipient and server.times > 0

    def _hang(self) -> None:
        self.stop.wait(30)
        raise EOFError

    def _drop(self) -> None:
        raise EOFError

    def _reset(self) -> None:
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise EOFError

    def _half(self) -> None:
        self.sock.sendall(b"25")
        raise EOFError

    def _drip(self) -> None:
        while not self.stop.wait(0.05):
            self.sock.sendall(b"2")

    def _endless(self) -> None:
        while not self.stop.is_set():
            self.sock.sendall(b"220-and another thing\r\n" * 100)


class Postbox:
    """Keeps each envelope that it accepts, as somebody else's server understands it."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        # aiosmtpd connects to the port it was told, so 0 for any will not do.
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port: int = probe.getsockname()[1]
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    async def handle_DATA(  # noqa: N802  aiosmtpd's name
        self, _: SMTP, __: Session, envelope: Envelope
    ) -> str:
        self.envelopes.append(envelope)
        return "250 kept"

    def __enter__(self) -> "Postbox":
        self._controller.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._controller.stop()
