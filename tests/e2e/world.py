"""A small world on loopback for the real command: a web site, a mail server, a deployment."""

import asyncio
import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.e2e.warm import warm
from tests.smtp_server import Postbox

COMMAND = Path(sys.executable).with_name("policywatch")


@dataclass
class Page:
    content: bytes
    content_type: str = "application/xml"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class Site:
    """Serves `pages` by path on 127.0.0.1; counts the requests for each."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.hits: dict[str, int] = {}
        self.delay = threading.Event()
        self.slow_paths: set[str] = set()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.hits[self.path] = site.hits.get(self.path, 0) + 1
                if self.path in site.slow_paths:
                    site.delay.wait(20)
                page = site.pages.get(self.path, Page(b"not here", "text/plain", 404))
                tag = page.headers.get("ETag")
                same = tag and self.headers.get("If-None-Match") == tag
                self.send_response(304 if same else page.status)
                for name, value in page.headers.items():
                    self.send_header(name, value)
                if same:
                    self.end_headers()
                    return
                self.send_header("Content-Type", page.content_type)
                self.send_header("Content-Length", str(len(page.content)))
                self.end_headers()
                self.wfile.write(page.content)

            def log_message(self, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        # By default it looks for the end of a test every half a second.
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )

    @property
    def netloc(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    def url(self, path: str) -> str:
        return f"http://{self.netloc}{path}"

    def __enter__(self) -> "Site":
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.delay.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@dataclass
class Received:
    to: list[str]
    content: bytes


class Sink(Postbox):
    """A real SMTP server that keeps what it accepts; told to, it keeps its answer back."""

    def __init__(self) -> None:
        super().__init__()
        self._held = False

    def hold_answers(self) -> None:
        self._held = True

    def release_answers(self) -> None:
        self._held = False

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        while self._held:
            await asyncio.sleep(0.02)
        return answer

    @property
    def mails(self) -> list[Received]:
        return [Received(list(e.rcpt_tos), e.original_content or b"") for e in self.envelopes]

    @property
    def url(self) -> str:
        return f"smtp+plain://127.0.0.1:{self.port}"

    def __enter__(self) -> "Sink":
        super().__enter__()
        return self


@dataclass
class Done:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Deployment:
    """A directory, and the command run in it as a user would."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    def write(self, name: str, text: str) -> None:
        (self.home / name).write_text(text, encoding="utf-8")

    def full_environment(self, **more: str) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("POLICYWATCH_")}
        return kept | {"POLICYWATCH_HOME": str(self.home)} | self.environment | more

    def run(self, *arguments: str, **environment: str) -> Done:
        code, out, err = warm().run(
            list(arguments), self.full_environment(**environment), seconds=60
        )
        return Done(code, out.decode(), err.decode())

    def start(self, *arguments: str, **environment: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [str(COMMAND), *arguments],
            env=self.full_environment(**environment),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


THEMES = """\
themes:
  - id: governance
    title: {en: AI governance, ja: AIガバナンス}
    rules:
      - {id: ai, q: 'AI OR "artificial intelligence" OR 人工知能'}
      - {id: regulation, q: 'regulat* OR 規制'}
    tests:
      match: [The ministry publishes guidance on AI., 生成AIの規制を検討]
      no_match: [The minister said little about the harvest., 道路の工事のお知らせ]
"""

DIGESTS = """\
digests:
  - id: daily
    title: AI policy
    themes: all
    schedule: "07:30"
    zone: Asia/Tokyo
"""


def rss(*entries: tuple[str, str, str]) -> bytes:
    """Write an RSS 2.0 document of (title, link, date) entries, newest first."""
    items = "".join(
        f"<item><title>{title}</title><link>{link}</link><guid>{link}</guid>"
        f"<pubDate>{date}</pubDate></item>"
        for title, link, date in entries
    )
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>{items}</channel></rss>'
    )
    return text.encode()


def sources_yaml(*entries: tuple[str, str]) -> str:
    """Write a sources.yaml of feeds by (id, url)."""
    lines = [f"  - {{id: {name}, name: {name}, kind: feed, url: '{url}'}}" for name, url in entries]
    return "sources:\n" + "\n".join(lines) + "\n"
