"""How we behave towards those who serve linked pages, and what we show them of us."""

import time
from collections.abc import Sequence
from dataclasses import replace

import pytest

from pipeline.errors import SourceError
from pipeline.fetch import HostSession
from pipeline.model import Outcome, Source
from pipeline.pages import follow_host, read_linked
from pipeline.reading import LinkBatch, LinkedPage, LinkTask
from pipeline.readonly import read_only
from tests import make
from tests.e2e.fetching import LIMITS, policy
from tests.hostile.server import HostileServer, answer, redirect

HTML = {"Content-Type": "text/html"}
GOOD = answer(b"<html><p>The council met and discussed the plan at length.</html>", headers=HTML)
NO_ROBOTS = answer(b"User-agent: *\nDisallow: /\n", headers={"Content-Type": "text/plain"})


def follow(source: Source, url: str, *allowed: str) -> LinkedPage:
    tasks = (LinkTask(source=source, url=url),)
    batch = LinkBatch(host="", tasks=tasks, policy=policy(*allowed), at=make.NOW)
    (page,) = follow_host(batch)
    return page


def test_a_page_of_the_source_gets_its_headers_and_no_page_its_key() -> None:
    with HostileServer({"/1": GOOD}) as own, HostileServer({"/1": GOOD}) as other:
        source = make.source(
            url=own.url("/feed"),
            key_env="A_KEY",
            headers=read_only({"X-Api-Key": "{key}", "Accept-Language": "ja"}),
        )
        for server in (own, other):
            assert follow(source, server.url("/1"), own.endpoint, other.endpoint).text
    seen = [server.hits[-1].headers for server in (own, other)]
    assert [headers.get("accept-language") for headers in seen] == ["ja", None]
    assert [headers["accept"].startswith("text/html") for headers in seen] == [True, True]
    assert not any({"x-api-key", "authorization"} & headers.keys() for headers in seen)


def test_a_network_is_opened_for_the_pages_of_the_source_itself_alone() -> None:
    with HostileServer({"/1": GOOD}) as own, HostileServer({"/1": GOOD}) as other:
        source = make.source(url=own.url("/feed"))
        here = follow(source, own.url("/1"), "127.0.0.0/8")
        there = follow(source, other.url("/1"), "127.0.0.0/8")
    assert (bool(here.text), there.text, there.final, other.hits) == (True, "", True, [])
    assert "is not public" in there.trouble


def test_the_robots_of_the_site_where_a_redirect_ends_are_obeyed_too() -> None:
    with (
        HostileServer({"/robots.txt": NO_ROBOTS, "/2": GOOD}) as other,
        HostileServer({"/1": redirect(other.url("/2"))}) as own,
    ):
        source = make.source(url=own.url("/feed"))
        page = follow(source, own.url("/1"), own.endpoint, other.endpoint)
    assert (page.text, "robots.txt forbids" in page.trouble) == ("", True)


def test_a_site_whose_robots_cannot_be_read_is_not_read() -> None:
    broken = answer(b"", status="500 Internal Server Error")
    with HostileServer({"/robots.txt": broken, "/1": GOOD}) as own:
        page = follow(make.source(url=own.url("/feed")), own.url("/1"), own.endpoint)
    assert (page.text, page.final, [hit.path for hit in own.hits]) == ("", False, ["/robots.txt"])


def test_a_host_that_was_just_asked_has_its_pause_first() -> None:
    def resolve(host: str, port: int) -> Sequence[str]:
        starts.append(time.monotonic())
        raise OSError

    starts: list[float] = []
    url = "https://gov.example/news/1"
    with HostSession(policy(limits=replace(LIMITS, spacing=0.2)), resolve=resolve) as session:
        began = time.monotonic()
        session.rest(url)
        with pytest.raises(SourceError) as caught:
            session.page(url, source=make.source())
    assert (caught.value.outcome, starts[0] - began >= 0.2) == (Outcome.DNS, True)


def test_what_a_host_has_no_time_for_is_not_asked_now() -> None:
    with HostSession(policy()) as session:
        task = LinkTask(source=make.source(), url="https://gov.example/news/1")
        page = read_linked(task, session, make.NOW, time.monotonic() - 1)
    assert (page.asked, page.final) == (False, False)
    assert page.trouble == "not read in the 120 s that one host gets"


def test_a_fault_of_ours_costs_one_page() -> None:
    with HostSession(policy()) as session:
        task = LinkTask(source=replace(make.source(), headers=None), url="https://gov.example/1")  # type: ignore[arg-type] # the fault
        page = read_linked(task, session, make.NOW)
    assert page.trouble.startswith("policywatch failed on this page: AttributeError: ")
