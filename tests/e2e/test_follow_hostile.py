"""A linked page may be anything: it costs its own item's text, and never the run."""

import time
from collections.abc import Mapping
from dataclasses import replace

import pytest

from pipeline.errors import SourceError
from pipeline.model import Document, Outcome, Source, Tier
from pipeline.pages import follow_host
from pipeline.reading import LinkBatch, LinkedPage, LinkTask
from pipeline.sandbox import Sandbox
from tests import make
from tests.e2e.fetching import LIMITS, policy
from tests.e2e.pdfs import bomb, locked, pdf
from tests.hostile.server import (
    Behaviour,
    HostileServer,
    answer,
    drip,
    endless,
    head,
    redirect,
)

HTML = {"Content-Type": "text/html; charset=utf-8"}
GOOD = "<html><body><h1>Notice</h1><p>The council met and discussed the plan at length.</p></html>"
LOGIN = "<html><body><form><label>User</label><input type='password'></form></body></html>"
CHALLENGE = "<html><head><title>Just a moment...</title></head><body>Checking you.</body></html>"
REFRESH = "<html><head><meta http-equiv='refresh' content='0; url={}'></head></html>"


def html(text: str) -> Behaviour:
    return answer(text.encode(), headers=HTML)


def file(content: bytes, content_type: str = "application/pdf") -> Behaviour:
    return answer(content, headers={"Content-Type": content_type})


CASES: Mapping[str, tuple[Behaviour, str]] = {
    "huge": (html("<p>word</p>" * 60_000), "bytes"),
    "endless": (endless(head(headers=HTML), b"<p>word</p>" * 1_000), "bytes"),
    "slow": (drip(head(headers=HTML), b"<p>"), "no complete answer within"),
    "private": (redirect("http://10.0.0.1/"), "is not public"),
    "metadata": (redirect("http://169.254.169.254/latest/"), "is not public"),
    "loop": (redirect("/loop"), "in a circle"),
    "refresh": (html(REFRESH.format("/circle")), "from page to page"),
    "inward": (html(REFRESH.format("http://127.0.0.2:1/")), "is not public"),
    "login": (html(LOGIN), "a log-in page"),
    "challenge": (html(CHALLENGE), "a wall against robots"),
    "archive": (file(b"PK\x03\x04 and more", "application/zip"), "is a ZIP file"),
    "data": (file(b'{"a": 1}', "application/json"), "no page and no PDF, but application/json"),
    "called": (file(GOOD.encode()), "is called a PDF, and is none"),
    "broken": (file(b"%PDF-1.7\n" + bytes(range(256)) * 20), "the PDF is broken"),
    "locked": (file(locked()), "the PDF is encrypted"),
    "images": (file(pdf("", "")), "its pages are images"),
    "bomb": (file(bomb()), "the PDF is broken"),
    "empty": (html(""), "the answer is empty"),
    "error": (answer(b"oh", status="500 Internal Server Error"), "HTTP 500"),
}


@pytest.fixture(scope="module")
def read() -> Mapping[str, LinkedPage]:
    """Follow every case, and good pages before and after them, in one pass."""
    paths = {f"/{name}": behaviour for name, (behaviour, _) in CASES.items()}
    robots = answer(b"User-agent: *\nDisallow: /secret\n", headers={"Content-Type": "text/plain"})
    more: dict[str, Behaviour] = {"/circle": html(REFRESH.format("/refresh"))}
    more |= {
        "/first": html(GOOD),
        "/last": html(GOOD),
        "/robots.txt": robots,
        "/secret": html(GOOD),
    }
    with HostileServer({**paths, **more}) as server:
        limits = replace(LIMITS, deadline=1.5, impatient_deadline=1.0)
        tasks = tuple(
            LinkTask(source=source(server), url=server.url(f"/{name}"))
            for name in ("first", *CASES, "secret", "last")
        )
        batch = LinkBatch(
            host=server.endpoint,
            tasks=tasks,
            policy=policy(server.endpoint, limits=limits),
            at=make.NOW,
        )
        pages = follow_host(batch)
    return {page.url.rpartition("/")[2]: page for page in pages}


def source(server: HostileServer) -> Source:
    return make.source(url=server.url("/feed"), tier=Tier.PRESS)


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_page_is_trouble_of_its_own(read: Mapping[str, LinkedPage], name: str) -> None:
    assert (read[name].text, CASES[name][1] in read[name].trouble) == ("", True), read[name]


@pytest.mark.parametrize("name", ["first", "last"])
def test_good_pages_beside_them_are_read(read: Mapping[str, LinkedPage], name: str) -> None:
    assert read[name].text == "Notice\nThe council met and discussed the plan at length."


def test_what_robots_may_not_read_is_not_asked_for(read: Mapping[str, LinkedPage]) -> None:
    assert "robots.txt forbids" in read["secret"].trouble


def test_what_will_not_mend_itself_is_not_tried_again(read: Mapping[str, LinkedPage]) -> None:
    final = {"huge", "endless", "private", "metadata", "inward"}
    final |= {"archive", "data", "called", "broken", "locked", "images", "bomb", "empty"}
    assert {name for name, page in read.items() if page.final} == final


def test_markup_that_takes_for_ever_is_stopped() -> None:
    attributes = " ".join(f"a{n}=1" for n in range(60_000))
    slow = Document(
        url="https://gov.example/1",
        status=200,
        content=f"<html><body><p {attributes}>text".encode(),
        content_type="text/html",
    )
    began = time.monotonic()
    with (
        Sandbox(cpu_seconds=1, wall_seconds=10) as sandbox,
        pytest.raises(SourceError, match="computing time") as caught,
    ):
        sandbox.run("page_text", slow)
    assert (caught.value.outcome, time.monotonic() - began < 8) == (Outcome.PARSE_LIMIT, True)
