"""The running service: locks, broken files, an orderly end."""

import signal
import subprocess
import time
from collections.abc import Callable
from email import message_from_bytes, policy

import pytest

from tests.e2e.world import Deployment, Page, Sink, Site, rss, sources_yaml

ENTRY = ("Guidance on AI", "https://gov.example/1", "Mon, 02 Nov 2026 09:00:00 GMT")


def readable(content: bytes) -> str:
    """Return the plain text of a mail."""
    message = message_from_bytes(content, policy=policy.default)
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def until(claim: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait until a claim about another process holds."""
    deadline = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < deadline, "did not come true in time"
        time.sleep(0.05)


@pytest.fixture
def service(deployment: Deployment, site: Site) -> "subprocess.Popen[bytes]":
    """A service at work: one quick source read, one slow one still being asked."""
    site.pages["/quick.xml"] = Page(rss(ENTRY))
    site.pages["/slow.xml"] = Page(rss(ENTRY))
    site.slow_paths.add("/slow.xml")
    urls = [("quick", site.url("/quick.xml")), ("slow", site.url("/slow.xml"))]
    deployment.write("sources.yaml", sources_yaml(*urls))
    process = deployment.start("run")
    until(lambda: site.hits.get("/slow.xml", 0) > 0)
    return process


def test_others_work_beside_it_and_a_second_one_does_not(
    deployment: Deployment, site: Site, service: "subprocess.Popen[bytes]"
) -> None:
    try:
        assert deployment.run("subscribers", "add", "analyst@example.org").code == 0
        assert deployment.run("poll", "quick").code == 0
        second = deployment.run("run")
        assert second.code == 75
        assert "`run`" in second.err
    finally:
        site.delay.set()
        service.send_signal(signal.SIGTERM)
        assert service.wait(timeout=15) == 0


def test_broken_file_leaves_the_last_valid_one_in_force(
    deployment: Deployment, site: Site, sink: Sink
) -> None:
    site.pages["/quick.xml"] = Page(rss(ENTRY))
    deployment.write("sources.yaml", sources_yaml(("quick", site.url("/quick.xml"))))
    deployment.run("subscribers", "add", "analyst@example.org")
    assert deployment.run("run", "--once").code == 0
    deployment.write("sources.yaml", "sources:\n\t- id: broken\n")
    assert deployment.run("poll").code == 3
    again = deployment.run(
        "run", "--once", POLICYWATCH_NOW="2030-01-01", POLICYWATCH_OPERATORS="ops@example.org"
    )
    assert again.code == 0
    told = {mail.to[0]: readable(mail.content) for mail in sink.mails[-2:]}
    assert "sources.yaml:2:1" in told["analyst@example.org"]
    assert "sources.yaml:2:1" in told["ops@example.org"]


def test_every_problem_of_all_files_is_named_at_once(deployment: Deployment) -> None:
    deployment.write(
        "sources.yaml",
        "sources:\n  - {id: a, name: A, kind: page, url: 'http://a.example/', colour: red}\n"
        "  - {id: a, name: B, kind: page, url: 'http://b.example/', select: {item: 'li['}}\n",
    )
    deployment.write("themes.yaml", "themes:\n  - id: t\n    id: u\n    rules: [AI regulation]\n")
    deployment.write("digests.yaml", "digests:\n\t- id: daily\n")
    done = deployment.run("sources", "check")
    assert done.code == 3
    for said in (
        "colour",
        "li[",
        "twice",
        "tab",
        "sources.yaml:2:",
        "themes.yaml:3:",
        "digests.yaml:2:",
    ):
        assert said in done.err
