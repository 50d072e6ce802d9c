"""The pages behind the links of a mail, by the real command over real HTTP."""

import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default

import httpx
import pytest

from pipeline.tokens import issue_token, unsubscribe_token
from store import open_store
from tests.e2e.test_service import until
from tests.e2e.world import COMMAND, Deployment, Page, Sink, Site, rss, sources_yaml

ADDRESS, OTHER = "analyst@example.org", "other@example.org"
BASE = "https://watch.example.org"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@dataclass
class Pages:
    """The running server, one issue sent to two people, and what only they know."""

    url: str
    deployment: Deployment
    sent: bytes
    process: "subprocess.Popen[bytes]"

    def __post_init__(self) -> None:
        store = open_store(self.deployment.home, readonly=True)
        secret = store.secret()
        store.close()
        self.leave = f"{self.url}/u/{unsubscribe_token(secret, 'daily', ADDRESS)}"
        self.issue = f"{self.url}/d/daily-1/{issue_token(secret, 'daily', 1, ADDRESS)}"

    def people(self) -> list[str]:
        store = open_store(self.deployment.home, readonly=True)
        found = [person.address for person in store.subscribers()]
        store.close()
        return found


@pytest.fixture
def pages(deployment: Deployment, site: Site, sink: Sink) -> Iterator[Pages]:
    entry = ("生成AI <script>", "https://gov.example/1", "Mon, 02 Nov 2026 09:00:00 GMT")
    site.pages["/a.xml"] = Page(rss(entry))
    deployment.write("sources.yaml", sources_yaml(("a", site.url("/a.xml"))))
    deployment.environment["POLICYWATCH_BASE_URL"] = BASE
    deployment.run("subscribers", "import", _people(deployment))
    assert deployment.run("poll").code == 0
    assert deployment.run("digest", "send").code == 0
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    process = deployment.start("serve", "--port", f"{port}")
    url = f"http://127.0.0.1:{port}"
    until(lambda: _answers(url))
    yield Pages(url, deployment, sink.mails[0].content, process)
    process.kill()
    process.wait()


def _people(deployment: Deployment) -> str:
    deployment.write("people.csv", f"{ADDRESS}\n{OTHER}\n")
    return str(deployment.home / "people.csv")


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz").text == "ok\n"
    except httpx.TransportError:
        return False


def test_a_reader_leaves_by_the_link_of_the_mail(pages: Pages) -> None:
    message = message_from_bytes(pages.sent, policy=default)
    token = pages.leave.rpartition("/")[2]
    # On the wire: one line that no program needs to fold or to encode.
    header = f"List-Unsubscribe: <{BASE}/u/{token}>,\r\n".encode()
    assert header in pages.sent
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in pages.sent
    assert len(token) == 22
    assert str(message["List-Unsubscribe"]).startswith(f"<{BASE}/u/{token}>, <mailto:")

    for method in ("GET", "HEAD", "GET"):
        assert httpx.request(method, pages.leave).status_code == 200
    assert ADDRESS in httpx.get(pages.leave).text
    assert pages.people() == [ADDRESS, OTHER]

    foreign = {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"}
    for _ in range(2):
        left = httpx.post(pages.leave, data=ONE_CLICK, headers=foreign)
        assert (left.status_code, "You have left daily" in left.text) == (200, True)
        assert pages.people() == [OTHER]

    files = {"List-Unsubscribe": (None, "One-Click")}
    assert httpx.post(pages.leave, files=files).status_code == 200
    assert "set-cookie" not in left.headers


def test_an_issue_is_shown_as_it_was_sent_and_nothing_of_it_runs(pages: Pages) -> None:
    answer = httpx.get(pages.issue)
    part = message_from_bytes(pages.sent, policy=default).get_body(("html",))
    assert part is not None
    assert answer.text == part.get_content()
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe-inline" not in policy


def test_what_is_no_click_changes_nothing(pages: Pages) -> None:
    token = pages.leave.rpartition("/")[2]
    attempts = [
        httpx.post(pages.leave),
        httpx.post(pages.leave, data={"List-Unsubscribe": "two clicks"}),
        httpx.post(pages.leave, content=b"List-Unsubscribe=One-Click" * 1000),
        httpx.put(pages.leave, data=ONE_CLICK),
        httpx.post(pages.leave[:-1], data=ONE_CLICK),
        httpx.post(f"{pages.url}/u/%E2%80%AE", data=ONE_CLICK),
        httpx.get(f"{pages.url}/u/{token[::-1]}"),
        httpx.get(f"{pages.url}/d/daily-1/{token}"),
        httpx.get(pages.issue.replace("daily-1", "daily-2")),
        httpx.get(pages.issue.replace("daily-1", "daily")),
        httpx.get(f"{pages.url}/d/daily-1/..%2f..%2fetc"),
        httpx.get(f"{pages.url}/openapi.json"),
        httpx.get(f"{pages.url}/"),
    ]
    assert [answer.status_code for answer in attempts] == [400, 400, 413, 405] + [404] * 9
    assert pages.people() == [ADDRESS, OTHER]
    assert "write to its sender" in attempts[4].text
    for answer in (*attempts, httpx.get(pages.leave), httpx.get(f"{pages.url}/healthz")):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "server" not in answer.headers


def test_without_a_database_the_pages_say_so_without_naming_it(pages: Pages) -> None:
    database = pages.deployment.home / "policywatch.db"
    database.rename(database.with_suffix(".away"))
    answer = httpx.get(pages.leave)
    assert (answer.status_code, httpx.get(f"{pages.url}/healthz").status_code) == (503, 503)
    assert str(pages.deployment.home) not in answer.text
    pages.process.send_signal(signal.SIGTERM)
    assert pages.process.wait(10) in (0, -signal.SIGTERM)


def test_every_other_command_starts_without_the_web(deployment: Deployment) -> None:
    # A process of its own, which has to import everything itself.
    told = subprocess.run(
        [str(COMMAND), "doctor"],
        env=deployment.full_environment(PYTHONPROFILEIMPORTTIME="1"),
        capture_output=True,
        text=True,
        check=False,
    ).stderr
    assert re.search(r"\bjobs\.doctor\b", told)
    assert not re.search(r"\b(fastapi|starlette|uvicorn)\b", told)


@pytest.mark.parametrize(
    "url",
    ["http://watch.example.org", "ftp://x.org", f"https://{'x' * 80}.org", "https://x.org/?a"],
)
def test_a_base_url_that_no_mail_can_link_to_is_refused(deployment: Deployment, url: str) -> None:
    done = deployment.run("doctor", POLICYWATCH_BASE_URL=url)
    assert done.code == 3
    assert "POLICYWATCH_BASE_URL" in done.err
