"""One conversation with an SMTP server that cannot outlast its deadline or flood us.

smtplib knows the language; what it lacks is a limit for the whole attempt: its timeout starts
anew with every byte, so a server that drips one byte at a time keeps it for ever.
"""

import re
import smtplib
import socket
import ssl
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from time import monotonic

from pipeline.errors import DeliveryError, PutOffError

_MOST_HEARD = 1_000_000
_CHUNK = 65_536
_CODE_CLASSES = (2, 3, 4, 5)
# Before a mail is named, whatever goes wrong would go wrong for every other one as well.
_BEFORE_ANY_MAIL = frozenset({"connecting", "greeting", "EHLO", "STARTTLS", "TLS", "AUTH"})
# 552 is also a full mailbox, which the enhanced status tells apart (RFC 3463).
_TOO_BIG = re.compile(r"552 (?!5\.2\.2\b)|5[0-9]{2} (?:5\.3\.4|5\.2\.3)\b")


class Dialogue:
    """Speaks with one server; every method raises DeliveryError that names server and step."""

    def __init__(self, server: str, seconds: float) -> None:
        self.server = server
        self._until = monotonic() + seconds
        # An address literal, for smtplib would look our own name up in the DNS.
        self._smtp = smtplib.SMTP(local_hostname="[127.0.0.1]")
        self._sock: socket.socket | None = None
        self._reader: _Reader | None = None
        self._in_data = False
        self._dotted = False
        self._secrets: tuple[str, ...] = ()

    def allow(self, seconds: float) -> None:
        """Set the deadline anew, from now."""
        self._until = monotonic() + seconds

    def connect(self, host: str, port: int, context: ssl.SSLContext | None) -> None:
        """Open the line, with TLS from the first byte when a context is given."""
        with self._during("connecting"):
            sock = _connected(host, port, self._remaining)
            self._use(sock)
            self._smtp.local_hostname = _own_name(sock)
        if context:
            self._wrap(host, context)

    def greet(self) -> None:
        """Wait for the banner and introduce ourselves."""
        with self._during("greeting"):
            code, text = self._smtp.getreply()
        self._check("greeting", code, text, expect=2, account=True)
        self._ehlo()

    def start_tls(self, host: str, context: ssl.SSLContext) -> None:
        """Protect the line and introduce ourselves again; never go on in clear."""
        if not self._smtp.has_extn("starttls"):
            raise DeliveryError(
                f"{self.server}: does not offer STARTTLS, and nothing is sent in clear; "
                "try smtps on port 465",
                account=True,
            )
        self.ask("STARTTLS", "STARTTLS", expect=2, account=True)
        if self._reader and self._reader.holds_more:
            raise DeliveryError(
                f"{self.server}: STARTTLS: somebody spoke before TLS began", account=True
            )
        self._wrap(host, context)
        self._ehlo()

    def log_in(self, user: str, secret: str, *, token: bool) -> None:
        """Authenticate; a refusal is permanent, for trying again may lock the account."""
        offered = self._smtp.esmtp_features.get("auth", "").upper().split()
        plain = _base64(f"\0{user}\0{secret}")
        bearer = _base64(f"user={user}\x01auth=Bearer {secret}\x01\x01")
        self._secrets = (secret, plain, bearer, _base64(secret))
        if token:
            self._log_in_by_token(bearer)
        elif "PLAIN" in offered:
            self.ask("AUTH", f"AUTH PLAIN {plain}", expect=2, account=True)
        elif "LOGIN" in offered:
            self.ask("AUTH", "AUTH LOGIN", expect=3, account=True)
            self.ask("AUTH", _base64(user), expect=3, account=True)
            self.ask("AUTH", _base64(secret), expect=2, account=True)
        else:
            raise DeliveryError(
                f"{self.server}: offers no login by password (only {' '.join(offered) or 'none'})",
                account=True,
            )

    def size_limit(self) -> int | None:
        """Return the largest mail that the server takes, in bytes; None when it does not say."""
        limit = self._smtp.esmtp_features.get("size", "")
        return int(limit) if limit.isascii() and limit.isdigit() and int(limit) else None

    def offers(self, extension: str) -> bool:
        """Say whether the server offers an extension of SMTP."""
        return self._smtp.has_extn(extension)

    def ask(self, step: str, line: str, *, expect: int, account: bool = False) -> str:
        """Send one command and return the answer; one of another class is a refusal."""
        with self._during(step):
            self._expect_silence()
            self._set_timeout()
            code, text = self._smtp.docmd(line)
        answer = self._check(step, code, text, expect=expect, account=account)
        self._in_data = line == "DATA"
        return answer

    def send_payload(self, payload: bytes) -> str:
        """Send the mail after a 354 and return the words with which it was accepted."""
        lines = re.sub(rb"\r\n|\r|\n", b"\r\n", payload)
        with self._during("sending the mail"):
            self._send(re.sub(rb"(?m)^\.", b"..", lines))
            if not lines.endswith(b"\r\n"):
                self._send(b"\r\n")
            # An answer that is there before the dot is the answer to nothing.
            self._expect_silence()
            # From here on silence proves nothing.
            self._dotted = True
            self._send(b".\r\n")
        with self._during("after the final dot"):
            code, text = self._smtp.getreply()
            self._in_data = False
        if code // 100 == 5:
            self._dotted = False
        return self._check("after the final dot", code, text, expect=2, account=False)

    def end(self) -> None:
        """Say goodbye and hang up at once: the answer to QUIT changes nothing."""
        if not self._sock:
            return
        with suppress(OSError):
            if not self._in_data:
                self._sock.settimeout(1.0)
                self._sock.sendall(b"QUIT\r\n")
        with suppress(OSError):
            self._sock.close()

    def _ehlo(self) -> None:
        with self._during("EHLO"):
            self._expect_silence()
            self._set_timeout()
            code, text = self._smtp.ehlo()
        self._check("EHLO", code, text, expect=2, account=True)

    def _wrap(self, host: str, context: ssl.SSLContext) -> None:
        with self._during("TLS"):
            self._set_timeout()
            if self._sock:
                self._use(context.wrap_socket(self._sock, server_hostname=host))

    def _use(self, sock: socket.socket) -> None:
        self._sock = self._smtp.sock = sock
        self._reader = _Reader(sock, self._remaining)
        # smtplib reads its replies from `file`, and makes one only when there is none.
        self._smtp.file = self._reader
        self._smtp.ehlo_resp = None
        self._smtp.esmtp_features = {}

    def _log_in_by_token(self, bearer: str) -> None:
        with self._during("AUTH"):
            self._set_timeout()
            code, text = self._smtp.docmd("AUTH", f"XOAUTH2 {bearer}")
            if code == 334:  # the reason in JSON, before the refusal itself
                code, text = self._smtp.docmd("")
        self._check("AUTH", code, text, expect=2, account=True)

    def _check(self, step: str, code: int, text: bytes, *, expect: int, account: bool) -> str:
        answer = f"{code} {self._legible(text)}"
        if code // 100 == expect:
            return answer
        if code // 100 not in _CODE_CLASSES:
            answer = f"an answer that is no SMTP: {self._legible(text)}"
        if self._dotted and code // 100 == 4:
            raise PutOffError(f"{self.server}: {step}: {answer}", unknown=True)
        too_big = step not in (*_BEFORE_ANY_MAIL, "RCPT TO") and bool(_TOO_BIG.match(answer))
        raise DeliveryError(
            f"{self.server}: {step}: {answer}",
            permanent=code // 100 == 5 and step not in ("greeting", "EHLO", "STARTTLS"),
            unknown=self._dotted,
            account=account and not too_big,
            too_big=too_big,
        )

    def _legible(self, text: bytes) -> str:
        words = " ".join(text.decode("utf-8", errors="replace").split())
        for secret in filter(None, self._secrets):
            words = words.replace(secret, "…")
        return "".join(c for c in words if c.isprintable())[:200]

    @contextmanager
    def _during(self, step: str) -> Iterator[None]:
        try:
            yield
        except ssl.SSLCertVerificationError as e:
            raise DeliveryError(
                f"{self.server}: its certificate is not trusted ({e.verify_message}); "
                "for a private authority set POLICYWATCH_SMTP_CA_FILE",
                account=True,
            ) from e
        except (OSError, UnicodeError, smtplib.SMTPException) as e:
            reason = self._legible(str(e).encode()) or type(e).__name__
            raise DeliveryError(
                f"{self.server}: {step}: {reason}",
                unknown=self._dotted,
                account=step in _BEFORE_ANY_MAIL,
            ) from e

    def _expect_silence(self) -> None:
        """Raise OSError when the server said what nobody asked for: its next answer proves nothing.

        That may be the goodbye of a server that shuts down, or answers given in advance.
        """
        if self._reader:
            said = self._reader.unasked()
            if said:
                raise OSError(f"it spoke out of turn: {self._legible(said)}")

    def _send(self, content: bytes) -> None:
        for start in range(0, len(content), _CHUNK):
            self._set_timeout()
            self._smtp.send(content[start : start + _CHUNK])

    def _set_timeout(self) -> None:
        if self._sock:
            self._sock.settimeout(self._remaining())

    def _remaining(self) -> float:
        left = self._until - monotonic()
        if left <= 0:
            raise TimeoutError("took longer than one attempt may")
        return left


class _Reader:
    """Reads lines of a reply; the deadline holds for all of them together."""

    def __init__(self, sock: socket.socket, remaining: Callable[[], float]) -> None:
        self._sock = sock
        self._remaining = remaining
        self._buffer = b""
        self._heard = 0

    @property
    def holds_more(self) -> bool:
        """Say whether bytes came that nobody has read."""
        return bool(self._buffer)

    def readline(self, limit: int) -> bytes:
        """Return one whole line, or nothing when the line is dead."""
        while b"\n" not in self._buffer:
            self._sock.settimeout(self._remaining())
            piece = self._sock.recv(4096)
            if not piece:
                return b""
            self._buffer += piece
            self._heard += len(piece)
            if self._heard > _MOST_HEARD or len(self._buffer) > limit:
                raise OSError("it talks without end")
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line + b"\n"

    def unasked(self) -> bytes:
        """Return what came without being asked for, without waiting; raise OSError when hung up."""
        if not self._buffer:
            self._sock.settimeout(0)
            with suppress(BlockingIOError, ssl.SSLWantReadError):
                self._buffer = self._sock.recv(4096)
                if not self._buffer:
                    raise ConnectionResetError("it hung up")
        return self._buffer

    def close(self) -> None:
        """Forget what was not read; the socket belongs to the dialogue."""
        self._buffer = b""


def _connected(host: str, port: int, remaining: Callable[[], float]) -> socket.socket:
    trouble: OSError = OSError(f"{host} has no address")
    for family, kind, protocol, _, address in socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM
    ):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(min(remaining(), 30.0))
            sock.connect(address)
        except OSError as e:
            sock.close()
            trouble = e
        else:
            return sock
    raise trouble


def _own_name(sock: socket.socket) -> str:
    address = ip_address(sock.getsockname()[0].partition("%")[0])
    return f"[IPv6:{address}]" if address.version == 6 else f"[{address}]"


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode("ascii")
