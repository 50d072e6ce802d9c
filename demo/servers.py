"""Sample sources and a mail server on this machine, for a rehearsal of the whole job.

The sources exist in two editions, as they would be found on two visits some hours apart.
"""

import hashlib
import re
import socket
import threading
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime, parsedate_to_datetime
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Final, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from jinja2 import Environment, StrictUndefined

_SOURCES: Final = Path(__file__).parent / "sources"
_LOOPBACK: Final = "127.0.0.1"
_TOKYO: Final = timezone(timedelta(hours=9), "JST")
_BETWEEN_EDITIONS: Final = timedelta(hours=8)
_DECLARED: Final = re.compile(r"(?:encoding|charset)=\"([\w-]+)\"")
_CONTENT_TYPES: Final = MappingProxyType(
    {
        ".xml": "application/rss+xml",
        ".rdf": "application/rdf+xml",
        ".atom": "application/atom+xml",
        ".html": "text/html",
    }
)
# What bytes under a label are in practice: its own codec in Python lacks ① and ㈱.
_CODECS: Final = MappingProxyType({"shift_jis": "cp932", "euc-jp": "euc_jis_2004"})
_OUT_OF_ORDER: Final = "/gb-regulator.xml"
_DIES: Final = "/ca-north.xml"


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """One mail as it came over the wire, with its envelope."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


@dataclass(frozen=True, slots=True)
class _Answer:
    status: HTTPStatus
    content: bytes = b""
    content_type: str = "text/plain"
    etag: str = ""
    last_modified: datetime | None = None


class DemoWorld:
    """Serves the sample sources and takes mail on 127.0.0.1 while the `with` block runs.

    `edition` 1 is what the sources held eight hours before `now`; 2 is what they hold at `now`:
    most have something new, one title was edited, two sources have nothing new, one is down.
    """

    def __init__(self, now: datetime) -> None:
        self.edition = 1
        self._now = now
        self._mails: list[ReceivedMail] = []
        # The ports are taken at once, so that addresses can be told before anything runs.
        self._web = ThreadingHTTPServer((_LOOPBACK, 0), partial(_Handler, self))
        self._web.daemon_threads = True
        self._thread = threading.Thread(target=self._web.serve_forever, args=(0.02,), daemon=True)
        self._post = _PostOffice(self._mails)

    def __enter__(self) -> Self:
        self._thread.start()
        self._post.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._web.shutdown()
        self._thread.join()
        self._web.server_close()
        self._post.stop()

    @property
    def netloc(self) -> str:
        """Return `host:port` of the web server of all sources."""
        return f"{_LOOPBACK}:{self._web.server_address[1]}"

    @property
    def smtp_url(self) -> str:
        """Return the address of the mail server."""
        return f"smtp+plain://{_LOOPBACK}:{self._post.port}"

    @property
    def mails(self) -> tuple[ReceivedMail, ...]:
        """Return the mails taken so far, oldest first."""
        return tuple(self._mails)

    def sources_yaml(self) -> str:
        """Return the `sources.yaml` of these sources, at the addresses they have now."""
        return _render("sources.yaml", edition=self.edition, now=self._now, base=self.netloc)

    def answer(self, path: str) -> _Answer:
        """Return what the current edition has under a path."""
        if path == _OUT_OF_ORDER:
            return _Answer(HTTPStatus.INTERNAL_SERVER_ERROR, b"out of order")
        source = _SOURCES / path.lstrip("/")
        if path == _DIES and self.edition == 2:
            return _Answer(HTTPStatus.SERVICE_UNAVAILABLE, b"closed")
        ours = source.parent == _SOURCES and source.suffix in _CONTENT_TYPES and source.is_file()
        if not ours:
            return _Answer(HTTPStatus.NOT_FOUND, b"not here")
        first, second = (_bytes(source.name, edition=e, now=self._now) for e in (1, 2))
        content = first if self.edition == 1 else second
        return _Answer(
            HTTPStatus.OK,
            content,
            _CONTENT_TYPES[source.suffix],
            etag=f'"{hashlib.sha256(content).hexdigest()[:16]}"',
            last_modified=self._now - (_BETWEEN_EDITIONS if content == first else timedelta()),
        )


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, world: DemoWorld, *connection: Any) -> None:
        self._world = world
        super().__init__(*connection)

    def do_GET(self) -> None:
        """Answer with what the current edition has."""
        answer = self._world.answer(self.path)
        unchanged = _is_known(answer, self.headers)
        self.send_response(HTTPStatus.NOT_MODIFIED if unchanged else answer.status)
        if answer.last_modified:
            self.send_header("ETag", answer.etag)
            self.send_header("Last-Modified", format_datetime(answer.last_modified, usegmt=True))
        if unchanged:
            self.end_headers()
            return
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, *_: object) -> None:
        """Say nothing: what was read is the reader's to tell."""


class _PostOffice(Controller):
    """Takes every mail; aiosmtpd by itself cannot be asked for whatever port is free."""

    def __init__(self, mails: list[ReceivedMail]) -> None:
        self._socket = socket.create_server((_LOOPBACK, 0))
        super().__init__(_Taker(mails), hostname=_LOOPBACK, port=self._socket.getsockname()[1])

    def _create_server(self) -> Coroutine[Any, Any, Any]:
        server: Coroutine[Any, Any, Any] = self.loop.create_server(
            self._factory_invoker, sock=self._socket
        )
        return server


class _Taker:
    def __init__(self, mails: list[ReceivedMail]) -> None:
        self._mails = mails

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it by this name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content or b""
        self._mails.append(
            ReceivedMail(
                sender=envelope.mail_from or "",
                recipients=tuple(envelope.rcpt_tos),
                content=content.encode() if isinstance(content, str) else content,
            )
        )
        return "250 taken"


def _is_known(answer: _Answer, headers: Any) -> bool:
    """Say whether the asker holds this answer; an ETag speaks before a date (RFC 9110)."""
    if answer.last_modified is None:
        return False
    if tags := headers["If-None-Match"]:
        return answer.etag in tags
    since = headers["If-Modified-Since"]
    return bool(since) and answer.last_modified <= parsedate_to_datetime(since)


def _bytes(name: str, *, edition: int, now: datetime) -> bytes:
    """Render a source in the encoding that it declares."""
    text = _render(name, edition=edition, now=now)
    declared = _DECLARED.search(text)
    label = declared[1].lower() if declared else "utf-8"
    if label == "euc-jp":
        # Both are the one wave dash of JIS X 0208; the codec knows it as this one.
        text = text.replace("～", "〜")
    return text.encode(_CODECS.get(label, label))


def _render(name: str, *, edition: int, now: datetime, base: str = "") -> str:
    # The texts are ours and stand in the files as XML already.
    environment = Environment(  # noqa: S701
        undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True
    )
    template = environment.from_string((_SOURCES / name).read_text(encoding="utf-8"))

    def ago(hours: float) -> datetime:
        return now.astimezone(UTC) - timedelta(hours=hours)

    return template.render(
        base=f"http://{base}",
        edition=edition,
        rfc822=lambda hours: format_datetime(ago(hours)),
        iso=lambda hours: ago(hours).isoformat(timespec="seconds"),
        ja=lambda hours: f"{ago(hours).astimezone(_TOKYO):%Y年%-m月%-d日}",
        en=lambda hours: f"{ago(hours):%-d %B %Y}",
    )
