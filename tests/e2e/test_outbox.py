"""What becomes of a mail after each fault: its state, when it is tried again, who is told."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from jobs.deployment import Deployment
from jobs.digest import recipients
from jobs.outbox import PAUSE_AFTER, deliver_outbox, how_it_stands
from jobs.settings import Settings
from pipeline.config import Configuration
from pipeline.issue import to_json
from pipeline.records import MailState, OutboxMail
from pipeline.render.mail import Frame, render
from pipeline.rules.ruleset import load_ruleset
from pipeline.yamlfile import read_text
from store import SqliteStore, open_store
from tests import issues, make
from tests.e2e.attempts import PASSWORD
from tests.e2e.authority import Authority
from tests.smtp_server import SmtpServer

A, B = "a@example.org", "b@example.org"
RULES = load_ruleset(
    read_text("themes: [{id: safety, title: {en: Safety}, rules: [models]}]", "themes.yaml")
)


@dataclass
class Post:
    """A store with issues to deliver, by a clock that the test moves."""

    store: SqliteStore
    home: Path
    now: datetime = make.NOW
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def deployment(self) -> Deployment:
        settings = Settings(home=self.home, mail_from="watch@example.org", now=self.now)
        return Deployment(
            settings=replace(settings, **self.settings),
            configuration=Configuration(sources=(), ruleset=RULES, digests=(), hash=""),
            store=self.store,
        )

    def plan(self, *addresses: str, number: int = 1, cards: int = 1) -> None:
        told = issues.issue(*(issues.card(i) for i in range(cards)), number=number)
        frame = Frame(sender="watch@example.org", deployment=self.store.secret())
        mails = [
            make.mail(address, message_id=made.message_id, payload=made.payload)
            for address in addresses
            for made in [render(told, frame, address)]
        ]
        record = make.issue(number, contents=to_json(told))
        self.store.save_issue(record, [], mails, self.now)

    def deliver(self, server: SmtpServer | None = None, *, after: float = 0) -> list[OutboxMail]:
        """Let minutes pass, try what may be tried, and return every mail as it stands then."""
        self.now += timedelta(minutes=after)
        if server:
            self.settings["smtp_url"] = f"smtp+plain://127.0.0.1:{server.port}"
        deliver_outbox(self.deployment, patient=True)
        records = reversed(self.store.issues())
        return [mail for one in records for mail in self.store.outbox(issue_id=one.id)]

    def waits(self, mail: OutboxMail) -> float | None:
        """Return in how many minutes a mail is tried again."""
        if mail.next_attempt_at is None:
            return None
        return (mail.next_attempt_at - self.now) / timedelta(minutes=1)


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    store = open_store(tmp_path)
    for address in (A, B):
        store.add_subscriber(make.subscriber(address))
    yield Post(store, tmp_path)
    store.close()


def states(mails: list[OutboxMail]) -> list[str]:
    return [mail.state.value for mail in mails]


@pytest.mark.parametrize(
    ("at", "act", "first", "then", "copies"),
    [
        ("rcpt", "450 greylisted", "planned", "sent", 1),
        ("rcpt", "drop", "planned", "sent", 1),
        ("mail", "421 busy", "planned", "sent", 1),
        ("data", "451 later", "planned", "sent", 1),
        ("data", "early", "planned", "sent", 1),
        ("rcpt", "550 nobody", "failed", "failed", 0),
        ("data", "554 no", "failed", "failed", 0),
        ("dot", "550 spam", "failed", "failed", 0),
        ("dot", "drop", "unknown", "sent", 2),
        ("dot", "garbage", "unknown", "sent", 2),
        ("quit", "drop", "sent", "sent", 1),
        ("quit", "500 what", "sent", "sent", 1),
    ],
)
def test_a_mail_is_tried_again_only_where_it_may(
    post: Post, *, at: str, act: str, first: str, then: str, copies: int
) -> None:
    post.plan(A)
    with SmtpServer(at=at, act=act) as server:
        (mail,) = post.deliver(server)
        assert (states([mail]), mail.attempts) == ([first], 1)
        assert (post.waits(mail) if first in ("planned", "unknown") else 5) == 5
        assert post.deliver(server, after=4) == [mail]
        server.at = ""
        (after,) = post.deliver(server, after=1)
        post.deliver(server, after=600)
    assert states([after]) == [then]
    assert [taken.payload for taken in server.taken] == [mail.mail.payload] * copies


def test_the_one_resend_is_all_there_is(post: Post) -> None:
    post.plan(A)
    with SmtpServer(at="dot", act="drop") as server:
        assert states(post.deliver(server)) == ["unknown"]
        (mail,) = post.deliver(server, after=5)
        assert (mail.state, mail.resent, mail.attempts) == (MailState.UNKNOWN, True, 2)
        server.at = ""
        assert post.deliver(server, after=600) == [mail]
    assert len({taken.payload for taken in server.taken}) == 1
    assert len(server.taken) == 2


def test_time_asked_for_after_the_dot_is_given_once_and_an_hour(post: Post) -> None:
    post.plan(A)
    with SmtpServer(at="dot", act="451 later") as server:
        (mail,) = post.deliver(server)
        assert (mail.state, mail.resent, post.waits(mail)) == (MailState.UNKNOWN, False, 60)
        (mail,) = post.deliver(server, after=60)
        assert post.deliver(server, after=600) == [mail]
    assert server.commands.count("DATA") == 2
    assert how_it_stands(mail) == (
        f"unknown, it may have arrived (not tried again: policywatch digest resend daily/1 {A}) "
        f"127.0.0.1:{server.port}: after the final dot: 451 later"
    )


def test_a_mail_that_may_have_arrived_says_that_it_goes_out_once_more(post: Post) -> None:
    post.plan(A)
    with SmtpServer(at="dot", act="drop") as server:
        (mail,) = post.deliver(server)
    assert "it may have arrived (the same bytes go out once more)" in how_it_stands(mail)


def test_a_mail_that_may_have_arrived_is_not_asked_for_where_nobody_takes_it(post: Post) -> None:
    post.plan(A)
    with SmtpServer(at="dot", act="drop") as server:
        post.deliver(server)
        server.at, server.act = "rcpt", "550 nobody"
        (mail,) = post.deliver(server, after=5)
        assert (mail.state, mail.resent, mail.refused) == (MailState.UNKNOWN, True, True)
        assert post.deliver(server, after=600) == [mail]


def test_patience_grows_to_an_hour(post: Post) -> None:
    post.plan(A)
    waited: list[float] = []
    with SmtpServer(at="rcpt", act="450 later") as server:
        for _ in range(5):
            (mail,) = post.deliver(server, after=waited[-1] if waited else 0)
            waited.append(post.waits(mail) or 0)
    assert waited == [5, 15, 60, 60, 60]
    assert server.commands.count("RCPT") == 5


def test_a_wait_noted_while_the_clock_was_ahead_holds_no_mail_back(post: Post) -> None:
    post.plan(A)
    with SmtpServer(at="rcpt", act="450 later", times=1) as server:
        (mail,) = post.deliver(server, after=60 * 24 * 3650)
        assert mail.state is MailState.PLANNED
        assert states(post.deliver(server, after=-60 * 24 * 3650)) == ["sent"]


def test_one_recipients_trouble_is_not_the_others(post: Post) -> None:
    post.plan(A, B)
    with SmtpServer(at="rcpt", act="550 no such person", only=A) as server:
        refused, sent = post.deliver(server)
    assert (refused.state, refused.refused) == (MailState.FAILED, True)
    assert "RCPT TO: 550 no such person" in refused.error
    assert sent.state is MailState.SENT
    assert [person.refusals for person in post.store.subscribers()] == [1, 0]


@pytest.mark.parametrize("at", ["banner", "mail"])
def test_trouble_of_the_server_is_met_once_for_all(post: Post, at: str) -> None:
    post.plan(A, B)
    with SmtpServer(at=at, act="421 busy") as server:
        mails = post.deliver(server)
        assert [(mail.attempts, post.waits(mail)) for mail in mails] == [(1, 5), (0, 5)]
        waiting = f"planned (next try from {post.now + timedelta(minutes=5):%H:%M} UTC)"
        assert how_it_stands(mails[1]) == waiting
        heard = len(server.heard)
        post.deliver(server, after=4)
        assert len(server.heard) == heard
        server.at = ""
        assert states(post.deliver(server, after=1)) == ["sent", "sent"]


def test_a_refused_password_is_tried_once_an_hour_and_told_once(
    post: Post, authority: Authority, tmp_path: Path
) -> None:
    post.plan(A, B)
    told = tmp_path / "told"
    post.settings = {
        "smtp_password": PASSWORD,
        "smtp_ca_file": authority.ca_file,
        "alert_command": f"tee -a {told}",
    }
    with SmtpServer(tls=authority.ours, at="auth", act="535 no") as server:
        post.settings["smtp_url"] = f"smtp+starttls://watch@127.0.0.1:{server.port}"
        for minutes in (0, 5, 15, 39, 1, 60):
            mails = post.deliver(after=minutes)
        assert server.commands.count("AUTH") == 3
        assert states(mails) == ["planned", "planned"]
        server.at = ""
        assert states(post.deliver(after=60)) == ["sent", "sent"]
    assert told.read_text().count("535 no") == 1
    assert PASSWORD not in told.read_text()


# --- who is refused for good ------------------------------------------------------------------


def test_who_is_refused_issue_after_issue_is_paused_and_the_operator_told(post: Post) -> None:
    post.settings["operators"] = ("ops@example.org",)
    with SmtpServer(at="rcpt", act="550 no such person", only=A) as server:
        for number in range(1, PAUSE_AFTER + 1):
            assert recipients(post.store, make.digest()) == (A, B)
            post.plan(A, B, number=number)
            post.deliver(server, after=60 * 24)
    (paused,) = post.store.readers.of(A)
    assert (paused.paused_at, paused.refusals) == (post.now, PAUSE_AFTER)
    assert "550 no such person" in paused.why
    assert recipients(post.store, make.digest()) == (B,)
    (letter,) = [taken for taken in server.taken if "ops@example.org" in taken.recipient]
    text = message_from_bytes(letter.payload).get_payload(decode=True)
    assert isinstance(text, bytes)
    assert f"policywatch subscribers resume {A}" in text.decode()
    assert post.store.readers.resume(A) == 1
    assert recipients(post.store, make.digest()) == (A, B)


def test_an_accepted_mail_clears_what_was_refused_before(post: Post) -> None:
    with SmtpServer(at="rcpt", act="550 full", times=PAUSE_AFTER - 1) as server:
        for number in range(1, PAUSE_AFTER + 1):
            post.plan(A, number=number)
            post.deliver(server)
        assert [person.refusals for person in post.store.subscribers()] == [0, 0]


# --- too large --------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["by size", "by answer"])
def test_a_mail_that_is_too_large_goes_out_as_titles_once(post: Post, how: str) -> None:
    post.plan(A, cards=40)
    (planned,) = post.store.outbox()
    whole = len(planned.mail.payload)
    fault = {"extensions": (f"SIZE {whole - 1}",)} if how == "by size" else BY_ANSWER
    with SmtpServer(**fault) as server:
        (mail,) = post.deliver(server)
        assert (mail.state, mail.short, mail.refused) == (MailState.PLANNED, True, False)
        (mail,) = post.deliver(server)
    (taken,) = server.taken
    assert (mail.state, mail.mail.message_id) == (MailState.SENT, planned.mail.message_id)
    assert len(taken.payload) < whole / 2
    assert f"Message-ID: {planned.mail.message_id}".encode() in taken.payload


BY_ANSWER: dict[str, Any] = {"at": "dot", "act": "552 too large", "times": 1}


def test_titles_that_are_too_large_as_well_are_not_tried_again(post: Post) -> None:
    post.plan(A, cards=40)
    with SmtpServer(extensions=("SIZE 100",)) as server:
        for _ in range(3):
            (mail,) = post.deliver(server)
    assert (mail.state, mail.short, mail.refused) == (MailState.FAILED, True, False)
    assert Counter(server.commands)["MAIL"] == 0
    assert [person.refusals for person in post.store.subscribers()] == [0, 0]
