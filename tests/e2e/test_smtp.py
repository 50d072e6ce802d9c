"""Every way in which a mail server may let us down, over real sockets and real TLS."""

from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from time import monotonic

import pytest

from jobs.deliver import OUTPUTS
from jobs.deliver.smtp import (
    deliver,
)
from jobs.settings import Settings
from pipeline.digest import Findings, Setting, build_issue
from pipeline.errors import StoreError
from pipeline.render.mail import Frame, render
from tests import make
from tests.e2e.attempts import (
    IMPATIENCE,
    LATER,
    MAIL,
    OURS,
    PATIENCE,
    SENDER,
    Outcome,
    attempt,
    plain,
)
from tests.smtp_server import Postbox, SmtpServer, Taken

# --- the good way -----------------------------------------------------------------------------


def test_a_mail_arrives_byte_by_byte_for_one_recipient() -> None:
    with SmtpServer(extensions=("SIZE 1000000",)) as server:
        outcome, answer = attempt(plain(server))
    assert (outcome, answer) == (Outcome(payload=True), "250 queued as 42")
    assert server.taken == [
        Taken(
            sender=f"MAIL FROM:<watch@example.org> SIZE={len(MAIL.payload)}",
            recipient="RCPT TO:<analyst@example.org>",
            payload=MAIL.payload,
        )
    ]


def test_bare_line_ends_cannot_smuggle_a_second_mail() -> None:
    smuggled = b"Subject: x\r\n\r\na\n.\nMAIL FROM:<evil@example.org>\r.\rend"
    with SmtpServer() as server:
        outcome, _ = attempt(plain(server), make.mail(payload=smuggled))
    assert outcome == Outcome(payload=True)
    assert [taken.payload for taken in server.taken] == [
        b"Subject: x\r\n\r\na\r\n.\r\nMAIL FROM:<evil@example.org>\r\n.\r\nend\r\n"
    ]


def test_the_caller_commits_between_the_leave_to_send_and_the_payload() -> None:
    with SmtpServer() as server:

        def on_payload() -> None:
            assert (server.commands[-1], server.taken) == ("DATA", [])

        deliver(plain(server), MAIL, SENDER, on_payload=on_payload)
    assert len(server.taken) == 1


def test_nothing_is_sent_when_the_caller_cannot_commit() -> None:
    def on_payload() -> None:
        raise StoreError("disk full")

    with SmtpServer() as server, pytest.raises(StoreError, match="disk full"):
        deliver(plain(server), MAIL, SENDER, on_payload=on_payload)
    assert (server.taken, server.commands[-1]) == ([], "DATA")


@pytest.mark.parametrize("act", ["hang", "drop", "reset", "garbage", "endless", "500 no"])
def test_a_mail_is_sent_whatever_becomes_of_quit(act: str) -> None:
    with SmtpServer(at="quit", act=act) as server:
        assert attempt(plain(server)) == (Outcome(payload=True), "250 queued as 42")


# --- what was not accepted --------------------------------------------------------------------


# Each way of going wrong, at each step: before a mail is named every other would meet the same.
_STEPS = {"connect": OURS, "banner": OURS, "ehlo": OURS, "rcpt": LATER, "data": LATER}
_ACTS = ("hang", "drop", "reset", "garbage", "half", "long", "drip", "endless", "nul")
_EVERYWHERE = [
    pytest.param(at, act, expected, id=f"{at}-{act}")
    for at, expected in _STEPS.items()
    for act in _ACTS
    # Before the first byte there is nothing to be half of.
    if at != "connect" or act in ("hang", "drop", "reset")
]


@pytest.mark.parametrize(
    ("at", "act", "expected"),
    [
        *_EVERYWHERE,
        ("banner", "421 busy", OURS),
        ("banner", "554 go away", OURS),
        ("ehlo", "502 what", OURS),
        ("ehlo", "421 busy", OURS),
        ("mail", "421 busy", OURS),
        ("mail", "451 later", OURS),
        ("mail", "550 not you", Outcome(permanent=True, account=True)),
        ("mail", "552 5.3.4 too big", Outcome(permanent=True, too_big=True)),
        ("mail", "hang", LATER),
        ("mail", "garbage", OURS),
        ("rcpt", "421 busy", LATER),
        ("rcpt", "450 greylisted", LATER),
        ("rcpt", "452 too many", LATER),
        ("rcpt", "550 nobody here", Outcome(permanent=True)),
        ("rcpt", "552 mailbox full", Outcome(permanent=True)),
        ("data", "421 busy", LATER),
        ("data", "451 later", LATER),
        ("data", "554 no", Outcome(permanent=True)),
        ("data", "250 what", LATER),
        ("payload", "reset", Outcome(payload=True)),
        ("payload", "hang", Outcome(payload=True)),
        ("dot", "550 spam", Outcome(permanent=True, payload=True)),
        ("dot", "552 too big", Outcome(permanent=True, payload=True, too_big=True)),
        ("dot", "552 5.2.2 mailbox full", Outcome(permanent=True, payload=True)),
        ("dot", "554 5.3.4 too big", Outcome(permanent=True, payload=True, too_big=True)),
    ],
)
def test_what_goes_wrong_before_the_last_answer_was_not_accepted(
    at: str, act: str, expected: Outcome
) -> None:
    # Large enough that a dead line is noticed before the final dot.
    mail = make.mail(payload=b"x" * 70 + b"\r\n") if at != "payload" else BIG
    seconds = IMPATIENCE if act in ("hang", "drip") else PATIENCE
    with SmtpServer(at=at, act=act) as server:
        outcome, error = attempt(plain(server, seconds), mail)
    assert outcome == expected
    assert server.taken == []
    assert error.startswith(f"127.0.0.1:{server.port}: ")
    assert error.isprintable()


def test_a_server_that_hangs_up_before_the_dot_has_not_accepted() -> None:
    with SmtpServer(at="payload", act="drop") as server:
        outcome, error = attempt(plain(server), commit=lambda: server.left.wait(PATIENCE))
    assert outcome == Outcome(payload=True)
    assert error.startswith(f"{plain(server).name}: sending the mail: ")


@pytest.mark.parametrize(("at", "expected"), [("banner", OURS), ("rcpt", LATER)])
def test_the_way_to_the_payload_has_a_shorter_deadline(at: str, expected: Outcome) -> None:
    with SmtpServer(at=at, act="drip") as server:
        settings = replace(plain(server), opening_seconds=IMPATIENCE)
        assert attempt(settings)[0] == expected


def test_the_final_answer_may_take_longer_than_the_way_to_it() -> None:
    with SmtpServer(at="dot", act="hang") as server:
        settings = replace(plain(server, 2 * IMPATIENCE), opening_seconds=IMPATIENCE)
        began = monotonic()
        outcome, _ = attempt(settings)
        waited = monotonic() - began
    assert outcome == Outcome(unknown=True, payload=True)
    assert waited >= 2 * IMPATIENCE


@pytest.mark.parametrize("act", ["slow", "lines"])
def test_a_server_may_take_its_time_and_many_words(act: str) -> None:
    with SmtpServer(at="all", act=act) as server:
        assert attempt(plain(server))[0] == Outcome(payload=True)
    assert len(server.taken) == 1


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("banner", OURS),
        ("ehlo", LATER),
        ("mail", LATER),
        ("rcpt", LATER),
        ("data", Outcome(payload=True)),
    ],
)
def test_an_answer_given_in_advance_is_never_taken_for_acceptance(
    at: str, expected: Outcome
) -> None:
    with SmtpServer(at=at, act="early") as server:
        outcome, error = attempt(plain(server))
    assert outcome == expected
    assert "it spoke out of turn: 250 queued as 41" in error
    assert server.taken == []


BIG = make.mail(payload=(b"x" * 70 + b"\r\n") * 400_000)


def test_a_closed_port_is_named() -> None:
    with SmtpServer() as server:
        settings = plain(server)
    outcome, error = attempt(settings)
    assert outcome == OURS
    assert error == f"{settings.name}: connecting: [Errno 111] Connection refused"


def test_a_mail_larger_than_the_server_takes_is_not_tried() -> None:
    with SmtpServer(extensions=("SIZE 40",)) as server:
        outcome, error = attempt(plain(server))
    assert outcome == Outcome(permanent=True, too_big=True)
    assert f"takes mails of at most 40 bytes, this one has {len(MAIL.payload)}" in error
    assert "MAIL" not in server.commands


@pytest.mark.parametrize("size", ["SIZE", "SIZE 0", "SIZE many"])
def test_a_server_without_a_limit_takes_any_size(size: str) -> None:
    with SmtpServer(extensions=(size,)) as server:
        assert attempt(plain(server))[0] == Outcome(payload=True)


@pytest.mark.parametrize("address", ["a b@example.org", "x@example.org\r\nDATA", "none", "ü@x.y"])
def test_what_is_no_address_is_never_spoken(address: str) -> None:
    with SmtpServer() as server:
        outcome, error = attempt(plain(server), make.mail(address, message_id="<x@y>"))
    assert outcome == Outcome(permanent=True)
    assert "cannot be the recipient" in error
    assert server.heard == []


# --- what may have been accepted --------------------------------------------------------------


@pytest.mark.parametrize("keeps", [True, False])
@pytest.mark.parametrize(
    "act",
    ["drop", "reset", "hang", "drip", "endless", "garbage", "half", "long", "nul", "354 more"],
)
def test_silence_or_noise_after_the_dot_proves_nothing(act: str, keeps: bool) -> None:
    seconds = IMPATIENCE if act in ("hang", "drip") else PATIENCE
    with SmtpServer(at="dot", act=act, keeps=keeps) as server:
        outcome, error = attempt(plain(server, seconds))
    assert outcome == Outcome(unknown=True, payload=True)
    assert "after the final dot" in error
    assert len(server.taken) == keeps


@pytest.mark.parametrize("act", ["421 busy", "451 later"])
def test_who_had_the_whole_mail_and_asks_for_time_may_have_kept_it(act: str) -> None:
    with SmtpServer(at="dot", act=act) as server:
        outcome, error = attempt(plain(server))
    assert outcome == Outcome(unknown=True, payload=True)
    assert error.endswith(f"after the final dot: {act}")


# --- an issue, there and back -----------------------------------------------------------------


def test_an_issue_is_read_back_by_another_s_parser() -> None:
    stored = make.stored(
        item=make.item("生成AIの規制に関する指針\r\nBcc: evil@example.org"), matches=(make.match(),)
    )
    issue = build_issue(
        make.digest(title="AI政策"),
        None,
        Findings(lines=[make.line(stored=stored)], reach={"gov": make.reach()}),
        Setting(sources={"gov": make.source()}, themes={"safety": "Model safety"}),
        make.NOW,
    )
    made = render(issue, Frame(sender=SENDER, deployment="secret"), "analyst@example.org")
    mail = make.mail(message_id=made.message_id, payload=made.payload)
    with Postbox() as postbox:
        url = f"smtp+plain://127.0.0.1:{postbox.port}"
        settings = Settings(home=Path(), mail_from=SENDER, smtp_url=url)
        OUTPUTS["smtp"].send(settings, mail, lambda: None)
    (received,) = postbox.envelopes
    assert received.rcpt_tos == ["analyst@example.org"]
    assert isinstance(received.content, bytes)
    read = message_from_bytes(received.content, policy=default)
    text, html = read.get_body(("plain",)), read.get_body(("html",))
    assert text is not None
    assert html is not None
    assert (read["Subject"], read["Bcc"], read["Message-ID"]) == (
        "[AI政策] 1 new: 2 Mar",
        None,
        made.message_id,
    )
    assert text.get_content().splitlines() == made.text.splitlines()
    assert html.get_content().splitlines() == made.html.splitlines()
    assert "生成AIの規制に関する指針 Bcc: evil@example.org" in made.text
