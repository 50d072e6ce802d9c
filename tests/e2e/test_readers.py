"""Who gets what, by the command: added, welcomed, paused, erased; and past issues by hand."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from tests.e2e.world import Deployment, Page, Sink, Site, rss, sources_yaml
from tests.smtp_server import SmtpServer

ADDRESS = "analyst@example.org"
TWO_DIGESTS = """\
digests:
  - {id: daily, title: AI policy, schedule: '07:30', zone: Asia/Tokyo}
  - {id: monthly, title: The month, schedule: [1 08:00, last 18:00]}
"""


def read(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def plain_text(content: bytes) -> str:
    part = read(content).get_body(("plain",))
    assert part is not None
    return str(part.get_content())


@pytest.fixture
def watched(deployment: Deployment, site: Site) -> Deployment:
    """A deployment with two digests and one source, read once."""
    deployment.write("digests.yaml", TWO_DIGESTS)
    publish(deployment, site, 1)
    return deployment


def publish(deployment: Deployment, site: Site, count: int) -> None:
    entries = [
        (f"AI rules {n}", f"https://x.example/{n}", "Mon, 02 Nov 2026 09:00:00 GMT")
        for n in range(count, 0, -1)
    ]
    site.pages["/a.xml"] = Page(rss(*entries))
    deployment.write("sources.yaml", sources_yaml(("a", site.url("/a.xml"))))
    assert deployment.run("poll", "--all").code == 0


def people(deployment: Deployment) -> list[tuple[str, str, bool]]:
    told = deployment.run("subscribers", "list", "--json").json
    return [(one["address"], one["digest"], one["paused"] is not None) for one in told]


def test_somebody_gets_several_digests_each_once(watched: Deployment) -> None:
    first = watched.run("subscribers", "add", ADDRESS, "daily", "monthly", "daily", "--json")
    assert first.json == [
        {"address": ADDRESS, "digest": "daily", "state": "added"},
        {"address": ADDRESS, "digest": "monthly", "state": "added"},
    ]
    again = watched.run("subscribers", "add", ADDRESS.upper(), "daily")
    assert again.out == f"{ADDRESS.upper()}  daily: already there\n"
    assert people(watched) == [(ADDRESS, "daily", False), (ADDRESS, "monthly", False)]


@pytest.mark.parametrize(
    ("arguments", "trouble"),
    [
        (["add", "analyst"], "'analyst' is no mail address: it has no @"),
        (["add", ADDRESS, "dayly"], "no digest is called 'dayly' (there is: daily, monthly)"),
        (["remove", ADDRESS], f"{ADDRESS} gets no digest"),
        (["pause", "Ann <ann@example.org>"], "give it bare"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(
    watched: Deployment, arguments: list[str], trouble: str
) -> None:
    done = watched.run("subscribers", *arguments)
    assert done.code == 2
    assert trouble in " ".join(done.err.split())
    assert people(watched) == []


def test_a_welcome_brings_the_last_issue_and_the_themes(watched: Deployment, sink: Sink) -> None:
    watched.run("subscribers", "add", ADDRESS)
    watched.run("digest", "send")
    done = watched.run(
        "subscribers", "add", "new@example.org", "daily", "--welcome",
        POLICYWATCH_BASE_URL="https://watch.example.org",
    )  # fmt: skip
    assert done.code == 0
    letter = sink.mails[-1]
    message = read(letter.content)
    assert (letter.to, message["Subject"]) == (["new@example.org"], "[AI policy] Welcome")
    assert "every day at 07:30 (Asia/Tokyo)" in plain_text(letter.content)
    assert "AI governance / AIガバナンス" in plain_text(letter.content)
    (attached,) = message.iter_attachments()
    assert "AI policy" in attached.get_content()
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_welcome_that_is_not_sent_subscribes_all_the_same(watched: Deployment) -> None:
    done = watched.run(
        "subscribers", "add", ADDRESS, "monthly", "--welcome",
        POLICYWATCH_SMTP_URL="smtp+plain://127.0.0.1:1",
    )  # fmt: skip
    assert done.code == 5
    assert "subscribed, but the welcome was not sent: 127.0.0.1:1: connecting" in done.err
    assert people(watched) == [(ADDRESS, "monthly", False)]


def test_whom_a_server_refuses_is_named_until_a_mail_is_accepted(watched: Deployment) -> None:
    for address in (ADDRESS, "other@example.org"):
        watched.run("subscribers", "add", address)
    with SmtpServer(at="rcpt", act="550 nobody", only=ADDRESS) as server:
        url = f"smtp+plain://127.0.0.1:{server.port}"
        done = watched.run("digest", "send", POLICYWATCH_SMTP_URL=url)
    answer = f"127.0.0.1:{server.port}: RCPT TO: 550 nobody"
    assert done.code == 5
    assert f'ERROR alert why="issue 1 of daily to {ADDRESS}: failed {answer}"' in done.err
    assert f"refused once: {answer}" in watched.run("subscribers", "list").out
    doctor = watched.run("doctor")
    assert doctor.code == 1
    assert f"{ADDRESS} did not get the last issue of daily: {answer}" in doctor.out
    assert "other@example.org" not in doctor.out


def test_who_is_paused_gets_nothing_until_resumed(
    watched: Deployment, site: Site, sink: Sink
) -> None:
    watched.run("subscribers", "add", ADDRESS)
    watched.run("subscribers", "add", "other@example.org")
    assert watched.run("subscribers", "pause", ADDRESS).out == f"{ADDRESS}  daily: paused\n"
    assert people(watched)[0] == (ADDRESS, "daily", True)
    watched.run("digest", "send")
    assert watched.run("subscribers", "resume", ADDRESS).out == f"{ADDRESS}  daily: resumed\n"
    publish(watched, site, 2)
    watched.run("digest", "send")
    assert [mail.to[0] for mail in sink.mails] == [
        "other@example.org",
        ADDRESS,
        "other@example.org",
    ]


def test_a_list_is_imported_whole_or_not_at_all(watched: Deployment) -> None:
    path = watched.home / "people.csv"
    path.write_text(
        "\ufeffaddress;digests\na@example.org;daily monthly\n\n# left\nb@example.org\nnobody\n"
        "c@example.org;weekly\n",
        encoding="utf-8",
    )
    done = watched.run("subscribers", "import", str(path))
    assert done.code == 3
    assert done.err.splitlines() == [
        "people.csv:6:1: 'nobody' is no mail address: it has no @, as in analyst@example.org",
        "people.csv:7:1: no digest is called 'weekly' (there is: daily, monthly)",
    ]
    assert people(watched) == []
    path.write_text("a@example.org,daily monthly\nb@example.org\nA@example.org,daily\n")
    done = watched.run("subscribers", "import", str(path), "--json")
    assert [one["state"] for one in done.json] == ["added", "added", "added", "already there"]
    assert people(watched) == [
        ("a@example.org", "daily", False),
        ("a@example.org", "monthly", False),
        ("b@example.org", "daily", False),
    ]


def test_who_is_forgotten_leaves_only_counts(watched: Deployment) -> None:
    watched.run("subscribers", "add", ADDRESS, "daily")
    watched.run("digest", "send")
    assert watched.run("subscribers", "forget", ADDRESS).code == 130
    assert people(watched) == [(ADDRESS, "daily", False)]
    done = watched.run("subscribers", "forget", ADDRESS, "--yes", "--json")
    assert done.json == {"subscriptions": 1, "mails": 1}
    (issue,) = watched.run("digest", "list", "--json").json
    assert (issue["state"], len(issue["message_ids"])) == ("sent", 1)
    for path in watched.home.glob("policywatch.db*"):
        content = path.read_bytes()
        assert ADDRESS.encode() not in content, path.name
        assert issue["message_ids"][0].encode() in content or path.suffix != ".db"
    assert watched.run("digest", "resend", "daily/1", "--yes").code == 2


# --- past issues ------------------------------------------------------------------------------


def test_a_past_issue_is_shown_as_it_was_sent(watched: Deployment, sink: Sink) -> None:
    watched.run("subscribers", "add", ADDRESS)
    watched.run("digest", "send")
    sent = sink.mails[0].content
    assert watched.run("digest", "show", "1", "--eml").out.encode() == sent
    shown = watched.run("digest", "show", "daily/1").out
    assert shown.startswith(f"To: {ADDRESS} (sent)\nSubject: [AI policy] ")
    assert plain_text(sent).strip().replace("\r\n", "\n") in shown
    assert "<html" in watched.run("digest", "show", "daily/1", ADDRESS, "--html").out
    assert watched.run("digest", "show", "daily#1", "--json").json["state"] == "sent"


@pytest.mark.parametrize("issue", ["daily/2", "monthly/1", "x y", "7"])
def test_an_issue_that_never_was_is_a_usage_error(watched: Deployment, issue: str) -> None:
    watched.run("subscribers", "add", ADDRESS)
    watched.run("digest", "send")
    assert watched.run("digest", "show", issue).code == 2


def test_a_person_may_send_an_issue_again(watched: Deployment, sink: Sink) -> None:
    for address in (ADDRESS, "other@example.org"):
        watched.run("subscribers", "add", address)
    watched.run("digest", "send")
    asked = watched.run("digest", "resend", "daily/1", ADDRESS)
    assert (asked.code, len(sink.mails)) == (130, 2)
    assert f"{ADDRESS} (now: sent)" in asked.err
    assert watched.run("digest", "resend", "daily/1", ADDRESS, "--yes").code == 0
    assert [mail.to for mail in sink.mails][2:] == [[ADDRESS]]
    assert sink.mails[2].content == sink.mails[0].content
    assert watched.run("digest", "resend", "1", "nobody@example.org", "--yes").code == 2


def test_what_waits_is_delivered_once_the_server_is_back(watched: Deployment, sink: Sink) -> None:
    watched.run("subscribers", "add", ADDRESS)
    gone = watched.run("digest", "send", POLICYWATCH_SMTP_URL="smtp+plain://127.0.0.1:1")
    assert (gone.code, sink.mails) == (5, [])
    assert watched.run("digest", "resume", "--json").json[0]["state"] == "sent"
    assert watched.run("digest", "resume", "--json").json == []
    assert len(sink.mails) == 1


def test_a_preview_can_look_back_over_what_was_sent(watched: Deployment, site: Site) -> None:
    publish(watched, site, 4)
    watched.run("subscribers", "add", ADDRESS)
    watched.run("digest", "send")
    now = watched.run("digest", "preview", "--json").json
    week = watched.run("digest", "preview", "--days", "7", "--json").json
    assert (len(now["items"]), len(week["items"])) == (0, 3)
    assert (now["number"], week["number"]) == (2, 2)
    page = watched.run("digest", "preview", "--open", BROWSER="true").out.strip()
    assert "<html" in Path(page).read_text(encoding="utf-8")
