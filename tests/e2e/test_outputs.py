"""Where an issue goes beside the mails: files, a feed, a webhook; each once."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import feedparser
import pytest

from jobs.deliver import OUTPUTS
from jobs.deliver.edition import Edition
from jobs.settings import Settings
from pipeline.errors import DeliveryError
from pipeline.issue import Issue
from pipeline.records import Mail
from pipeline.render.mail import render
from pipeline.targets import TARGETS
from tests import issues, make
from tests.e2e.world import Deployment, Page, Site, rss, sources_yaml


def edition(*earlier: Issue, **overrides: Any) -> Edition:
    told = issues.issue(issues.card(7, title="生成AI <&> rules"), **{"number": 3} | overrides)
    return Edition(issue=told, frame=issues.FRAME, earlier=lambda: earlier)


def never() -> None:
    raise AssertionError("nothing was to be sent")


def test_every_kind_of_the_file_is_an_output() -> None:
    assert set(TARGETS) == set(OUTPUTS) - {"smtp"}


@pytest.mark.parametrize("kind", sorted(TARGETS))
def test_the_same_issue_is_the_same_bytes_under_the_same_key(kind: str) -> None:
    one, other = (OUTPUTS[kind].make(edition(), f"{kind}:here") for _ in range(2))
    assert one == other
    assert one.message_id != OUTPUTS[kind].make(edition(), f"{kind}:there").message_id


# --- files ------------------------------------------------------------------------------------


def test_an_issue_is_a_mail_and_a_page_in_a_directory(tmp_path: Path) -> None:
    mail = OUTPUTS["file"].make(edition(), "file:out/mails")
    for _ in range(2):
        OUTPUTS["file"].send(Settings(home=tmp_path), mail, lambda: None)
    folder = tmp_path / "out" / "mails"
    assert {path.name for path in folder.iterdir()} == {"daily-3.eml", "daily-3.html"}
    assert (folder / "daily-3.eml").read_bytes() == mail.payload
    made = render(edition().issue, issues.FRAME, issues.FRAME.sender)
    assert (folder / "daily-3.html").read_text().strip() == made.html


@pytest.mark.parametrize("kind", ["file", "feed"])
def test_a_file_that_cannot_be_written_is_named(tmp_path: Path, kind: str) -> None:
    (tmp_path / "out").write_text("in the way")
    mail = OUTPUTS[kind].make(edition(), f"{kind}:out/x")
    with pytest.raises(DeliveryError, match="cannot be written") as caught:
        OUTPUTS[kind].send(Settings(home=tmp_path), mail, lambda: None)
    assert caught.value.account


# --- the feed ---------------------------------------------------------------------------------


def test_a_feed_tells_the_items_of_the_last_issues(tmp_path: Path) -> None:
    before = issues.issue(issues.card(1), number=2, window_end=make.at(days=-1))
    mail = OUTPUTS["feed"].make(edition(before), "feed:daily.atom")
    path = OUTPUTS["feed"].send(Settings(home=tmp_path), mail, lambda: None)
    read = feedparser.parse(Path(path).read_bytes())
    assert (read.bozo, read.version, read.feed.title) == (False, "atom10", "AI policy")
    assert [(entry.title, entry.link) for entry in read.entries] == [
        ("生成AI <&> rules", "https://gov.example/news/7"),
        ("Plan 1 for safer models", "https://gov.example/news/1"),
    ]
    assert len({entry.id for entry in read.entries}) == 2
    assert [tag.term for tag in read.entries[0].tags] == ["safety"]


def test_a_feed_that_comes_late_replaces_no_later_one(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    late = OUTPUTS["feed"].make(edition(number=2, window_end=make.at(days=-1)), "feed:daily.atom")
    newest = OUTPUTS["feed"].make(edition(), "feed:daily.atom")
    for mail in (newest, late):
        path = OUTPUTS["feed"].send(settings, mail, lambda: None)
    assert Path(path).read_bytes() == newest.payload


def test_what_no_xml_may_hold_does_not_break_the_feed() -> None:
    told = edition(title="a\x0bb\x00c")
    assert feedparser.parse(OUTPUTS["feed"].make(told, "feed:x").payload).bozo is False


def test_an_item_without_a_date_has_none_in_the_feed() -> None:
    undated = issues.issue(issues.card(1, published=None))
    told = Edition(issue=undated, frame=issues.FRAME, earlier=lambda: ())
    (entry,) = feedparser.parse(OUTPUTS["feed"].make(told, "feed:x").payload).entries
    assert "published" not in entry


# --- the webhook ------------------------------------------------------------------------------

KEY = "a shared secret"


@dataclass
class Hook:
    """A receiver on loopback that answers with the given statuses, and then with 200.

    0 hangs up instead of answering.
    """

    statuses: list[int] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def __enter__(self) -> "Hook":
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.got.append((dict(self.headers), body))
                status = hook.statuses.pop(0) if hook.statuses else 200
                if status:
                    self.send_response(status)
                    self.send_header("Location", "/elsewhere")
                    self.send_header("Content-Length", "0")
                    self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    def mail(self) -> Mail:
        return OUTPUTS["webhook"].make(edition(), f"webhook:{self.url}")


@pytest.fixture
def hook() -> Iterator[Hook]:
    with Hook() as running:
        yield running


def settings(**overrides: Any) -> Settings:
    return Settings(home=Path(), webhook_key=KEY, now=make.NOW, **overrides)


def test_a_webhook_gets_the_issue_signed(hook: Hook) -> None:
    mail = hook.mail()
    assert OUTPUTS["webhook"].send(settings(), mail, lambda: None) == "HTTP 200"
    ((headers, body),) = hook.got
    told = json.loads(body)
    assert (told["digest"], told["number"], told["title"]) == ("daily", 3, "AI policy")
    assert [item["title"] for item in told["items"]] == ["生成AI <&> rules"]
    stamp = headers["Policywatch-Timestamp"]
    assert int(stamp) == make.NOW.timestamp()
    signed = hmac.new(KEY.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["Policywatch-Signature"] == f"v1={signed}"
    assert headers["Policywatch-Key"] == mail.message_id.strip("<>")


@pytest.mark.parametrize(
    ("status", "permanent", "unknown"),
    [(500, False, False), (429, False, False), (400, True, False), (302, True, False), (0, 0, 1)],
)
def test_what_a_webhook_answers_decides(
    hook: Hook, status: int, permanent: bool, unknown: bool
) -> None:
    hook.statuses = [status]
    began: list[bool] = []
    with pytest.raises(DeliveryError) as caught:
        OUTPUTS["webhook"].send(settings(), hook.mail(), lambda: began.append(True))
    error = caught.value
    assert (error.permanent, error.unknown, error.account) == (permanent, unknown, False)
    assert (began, len(hook.got)) == ([True], 1)


def test_a_webhook_that_nobody_answers_is_named_without_its_path() -> None:
    with Hook() as gone:
        mail = gone.mail()
    with pytest.raises(DeliveryError, match=r"^webhook http://127.0.0.1: ") as caught:
        OUTPUTS["webhook"].send(settings(), mail, lambda: None)
    assert (caught.value.account, caught.value.unknown) == (True, False)
    assert "/hook" not in str(caught.value)


def test_without_a_key_nothing_is_posted(hook: Hook) -> None:
    with pytest.raises(DeliveryError, match="set POLICYWATCH_WEBHOOK_KEY"):
        OUTPUTS["webhook"].send(Settings(home=Path()), hook.mail(), never)
    assert hook.got == []


# --- all of it --------------------------------------------------------------------------------


def test_outputs_need_no_subscriber_and_get_each_issue_once(
    deployment: Deployment, site: Site, hook: Hook
) -> None:
    entry = ("Guidance on AI", "https://gov.example/1", "Mon, 02 Nov 2026 09:00:00 GMT")
    site.pages["/a.xml"] = Page(rss(entry))
    deployment.write("sources.yaml", sources_yaml(("a", site.url("/a.xml"))))
    deployment.write("digests.yaml", OUTPUT_DIGEST.format(url=hook.url))
    hook.statuses = [503]
    deployment.run("poll", "--all")
    first = deployment.run("digest", "send", POLICYWATCH_WEBHOOK_KEY=KEY)
    assert first.code == 5
    again = deployment.run("digest", "send", "--json", POLICYWATCH_WEBHOOK_KEY=KEY)
    assert again.code == 0
    assert deployment.run("digest", "send", POLICYWATCH_WEBHOOK_KEY=KEY).code == 0
    assert [json.loads(body)["number"] for _, body in hook.got] == [1, 1]
    assert len({headers["Policywatch-Key"] for headers, _ in hook.got}) == 1
    assert (deployment.home / "mails" / "daily-1.eml").is_file()
    assert (deployment.home / "feeds" / "daily.atom").is_file()


OUTPUT_DIGEST = """\
digests:
  - id: daily
    title: AI policy
    schedule: "07:30"
    outputs:
      - file: mails
      - feed: feeds/daily.atom
      - webhook: {url}
"""
