"""The feed of a digest, the letter to a newcomer, and the short form of a mail."""

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from xml.etree import ElementTree

from pipeline.records import DigestSpec
from pipeline.render.atom import atom
from pipeline.render.mail import Letter, RenderedMail, render, render_letter
from pipeline.render.welcome import times, welcome
from pipeline.rules.ruleset import load_ruleset
from pipeline.schedule import parse_schedule
from pipeline.tokens import issue_token, unsubscribe_token
from pipeline.yamlfile import read_text
from tests import make
from tests.issues import ADDRESS, FRAME, card, issue

ATOM = "{http://www.w3.org/2005/Atom}"
THEMES = load_ruleset(
    read_text(
        "themes:\n"
        "  - {id: safety, title: {en: Safety, ja: 安全}, brief: Models & risks., rules: [models]}\n"
        "  - {id: rights, title: {en: Rights}, rules: [rights]}\n",
        "themes.yaml",
    )
).themes


def parsed(mail: RenderedMail) -> EmailMessage:
    message = message_from_bytes(mail.payload, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_feed_gives_what_no_xml_may_hold_a_space() -> None:
    entries = ElementTree.fromstring(
        atom([issue(card(1, title="a\x0bb <&>", published=None), card(2))], FRAME)
    ).findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == [
        "a b <&>",
        "Plan 2 for safer models",
    ]
    assert [entry.find(f"{ATOM}published") is None for entry in entries] == [True, False]


def test_the_short_form_gives_titles_and_nothing_attached() -> None:
    many = issue(*(card(number) for number in range(1, 1200)))
    whole, short = render(many, FRAME, ADDRESS), render(many, FRAME, ADDRESS, short=True)
    assert list(parsed(whole).iter_attachments())
    assert not list(parsed(short).iter_attachments())
    assert short.message_id == whole.message_id
    assert "Plan 1 for safer models" in short.html
    assert "Five steps" not in short.html
    assert len(short.html) < 95_000


def spec(*schedule: str, **overrides: object) -> DigestSpec:
    return replace(make.digest(schedule=tuple(map(parse_schedule, schedule))), **overrides)  # type: ignore[arg-type]


def test_the_times_of_a_digest_are_said_in_words() -> None:
    every = spec("07:30", "mon-fri 12:00", "sat,mon 18:00", "1,last 08:00", zone="Asia/Tokyo")
    assert times(every) == (
        "every day at 07:30; Monday to Friday at 12:00; Monday, Saturday at 18:00; "
        "the last day and day 1 of each month at 08:00 (Asia/Tokyo)"
    )


def test_a_welcome_says_what_the_digest_looks_for() -> None:
    letter = welcome(spec("07:30"), THEMES, "<html>last</html>", make.NOW)
    assert "- Safety / 安全: Models & risks." in letter.text
    assert "- Rights\n" in letter.text
    assert "Models &amp; risks." in letter.html
    assert (letter.subject, letter.attached) == ("[AI policy] Welcome", "<html>last</html>")


def test_a_welcome_before_the_first_issue_names_only_the_themes_of_the_digest() -> None:
    letter = welcome(spec("07:30", themes=("rights",)), THEMES, "", make.NOW)
    assert "The first issue is still to come." in letter.text
    assert "Safety" not in letter.text


def test_a_letter_has_the_header_of_the_digest() -> None:
    letter = Letter(
        digest="daily", subject="Hello\r\nBcc: x@y", text="a\n", html="<p>", at=make.NOW
    )
    made = render_letter(letter, replace(FRAME, base_url="https://w.example"), ADDRESS)
    message = parsed(made)
    token = unsubscribe_token(FRAME.deployment, "daily", ADDRESS)
    assert (message["Bcc"], message["To"], message["List-Unsubscribe-Post"]) == (
        None,
        ADDRESS,
        "List-Unsubscribe=One-Click",
    )
    assert message["List-Unsubscribe"].startswith(f"<https://w.example/u/{token}>,")
    assert message["Message-ID"] != parsed(render(issue(), FRAME, ADDRESS))["Message-ID"]


def test_tokens_are_short_and_good_for_one_thing() -> None:
    tokens = {
        unsubscribe_token("secret", "daily", ADDRESS),
        unsubscribe_token("secret", "weekly", ADDRESS),
        unsubscribe_token("other", "daily", ADDRESS),
        issue_token("secret", "daily", 1, ADDRESS),
        issue_token("secret", "daily", 2, ADDRESS),
    }
    assert len(tokens) == 5
    assert {len(token) for token in tokens} == {22}
