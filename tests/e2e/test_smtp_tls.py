"""TLS, login and settings: no secret and no mail leaves in clear."""

import ssl
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jobs.deliver import OUTPUTS
from jobs.deliver.smtp import (
    Security,
    SmtpSettings,
    parse_smtp_url,
)
from jobs.settings import Settings
from pipeline.errors import DeliveryError
from tests.e2e.attempts import (
    IMPATIENCE,
    MAIL,
    OURS,
    PASSWORD,
    PATIENCE,
    Outcome,
    attempt,
)
from tests.e2e.authority import Authority
from tests.smtp_server import SmtpServer

# --- TLS and login ----------------------------------------------------------------------------


@pytest.fixture(params=[Security.STARTTLS, Security.IMPLICIT])
def security(request: pytest.FixtureRequest) -> Security:
    return Security(request.param)


def secure(
    server: SmtpServer, authority: Authority, security: Security, **overrides: Any
) -> SmtpSettings:
    base = SmtpSettings(
        security=security,
        host="127.0.0.1",
        port=server.port,
        user="watch@example.org",
        password=PASSWORD,
        ca_file=authority.ca_file,
    )
    return replace(base, **overrides)


def tls_server(context: ssl.SSLContext, security: Security, **overrides: Any) -> SmtpServer:
    return SmtpServer(tls=context, implicit=security is Security.IMPLICIT, **overrides)


@pytest.mark.parametrize("auth", ["PLAIN LOGIN", "LOGIN"])
def test_we_log_in_under_tls_alone(authority: Authority, security: Security, auth: str) -> None:
    with tls_server(authority.ours, security, auth=auth) as server:
        outcome, _ = attempt(secure(server, authority, security))
    assert outcome == Outcome(payload=True)
    assert any(PASSWORD in line for under_tls, line in server.heard if under_tls)
    clear = [line.split(" ")[0] for under_tls, line in server.heard if not under_tls]
    assert clear == ([] if security is Security.IMPLICIT else ["ehlo", "STARTTLS"])


def test_a_token_is_fetched_and_shown(authority: Authority, security: Security) -> None:
    command = f"{sys.executable} -c \"print('t0ken')\""
    with tls_server(authority.ours, security, auth="XOAUTH2") as server:
        settings = secure(server, authority, security, password="", token_command=command)
        assert attempt(settings)[0] == Outcome(payload=True)
    assert (True, "user=watch@example.org\x01auth=Bearer t0ken\x01\x01") in server.heard


def test_a_token_that_is_refused_is_permanent(authority: Authority, security: Security) -> None:
    command = f"{sys.executable} -c \"print('t0ken')\""
    with tls_server(authority.ours, security, at="auth", act="535 expired t0ken") as server:
        settings = secure(server, authority, security, password="", token_command=command)
        outcome, error = attempt(settings)
    assert outcome == Outcome(permanent=True, account=True)
    assert error.endswith("AUTH: 535 expired …")


@pytest.mark.parametrize("command", ["false", "/no/such/command t0ken", "unclosed 'quote"])
def test_a_command_that_gives_no_token_stops_before_the_server(command: str) -> None:
    settings = SmtpSettings(
        security=Security.IMPLICIT, host="127.0.0.1", port=1, user="w", token_command=command
    )
    outcome, error = attempt(settings)
    assert outcome == OURS
    assert "POLICYWATCH_SMTP_TOKEN_COMMAND failed" in error
    assert command not in error


def test_a_refused_login_is_permanent_and_tried_once(
    authority: Authority, security: Security
) -> None:
    with tls_server(authority.ours, security, at="auth", act=f"535 no {PASSWORD}") as server:
        outcome, error = attempt(secure(server, authority, security))
    assert outcome == Outcome(permanent=True, account=True)
    assert server.commands.count("AUTH") == 1
    assert error.endswith("AUTH: 535 no …")


@pytest.mark.parametrize("act", ["hang", "drop", "garbage", "421 busy", "334 bW9yZQ=="])
def test_a_login_that_breaks_off_is_tried_later(
    authority: Authority, security: Security, act: str
) -> None:
    seconds = IMPATIENCE if act == "hang" else PATIENCE
    with tls_server(authority.ours, security, at="auth", act=act) as server:
        outcome, error = attempt(secure(server, authority, security, seconds=seconds))
    assert outcome == OURS
    assert server.commands.count("AUTH") == 1
    assert PASSWORD not in error


def test_a_login_that_is_busy_is_tried_later(authority: Authority, security: Security) -> None:
    with tls_server(authority.ours, security, at="auth", act="454 busy") as server:
        assert attempt(secure(server, authority, security))[0] == OURS


@pytest.mark.parametrize("auth", ["", "GSSAPI"])
def test_without_a_login_we_know_nothing_is_sent(
    authority: Authority, security: Security, auth: str
) -> None:
    with tls_server(authority.ours, security, auth=auth) as server:
        outcome, error = attempt(secure(server, authority, security))
    assert outcome == OURS
    assert f"offers no login by password (only {auth or 'none'})" in error


def test_a_server_of_an_unknown_authority_hears_nothing(
    authority: Authority, security: Security
) -> None:
    with tls_server(authority.ours, security) as server:
        outcome, error = attempt(secure(server, authority, security, ca_file=""))
    assert outcome == OURS
    assert "POLICYWATCH_SMTP_CA_FILE" in error
    assert "AUTH" not in server.commands


def test_a_certificate_for_another_name_is_refused(
    authority: Authority, security: Security
) -> None:
    with tls_server(authority.other_name, security) as server:
        outcome, error = attempt(secure(server, authority, security))
    assert outcome == OURS
    assert "certificate is not trusted" in error


def test_a_file_that_holds_no_certificates_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.pem", Path(__file__)):
        settings = SmtpSettings(
            security=Security.IMPLICIT, host="127.0.0.1", port=1, ca_file=str(path)
        )
        outcome, error = attempt(settings)
        assert outcome == OURS
        assert error.startswith(f"{path}: ")


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        ("454 not now", OURS),
        ("421 busy", OURS),
        ("501 what", OURS),
        ("hang", OURS),
        ("drop", OURS),
        ("garbage", OURS),
        ("half", OURS),
        ("endless", OURS),
        ("220 go on\r\n250 spoken in clear", OURS),
    ],
)
def test_a_broken_start_of_tls_never_goes_on_in_clear(
    authority: Authority, act: str, expected: Outcome
) -> None:
    seconds = IMPATIENCE if act == "hang" else PATIENCE
    with SmtpServer(tls=authority.ours, at="starttls", act=act) as server:
        settings = secure(server, authority, Security.STARTTLS, seconds=seconds)
        outcome, _ = attempt(settings)
    assert outcome == expected
    assert server.commands[:2] == ["EHLO", "STARTTLS"]
    assert set(server.commands[2:]) <= {"QUIT"}


def test_a_server_without_starttls_never_sees_the_password(authority: Authority) -> None:
    with SmtpServer() as server:
        outcome, error = attempt(secure(server, authority, Security.STARTTLS))
    assert outcome == OURS
    assert "does not offer STARTTLS" in error
    assert server.commands == ["EHLO", "QUIT"]


# --- the settings -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp+starttls://me%40example.org@mail.example", ("mail.example", 587, "me@example.org")),
        ("smtp+starttls://me@example.org@mail.example", ("mail.example", 587, "me@example.org")),
        ("smtps://mail.example", ("mail.example", 465, "")),
        ("smtps://me@mail.example:2465/", ("mail.example", 2465, "me")),
        ("smtp+plain://127.0.0.1:2525", ("127.0.0.1", 2525, "")),
        ("smtp+plain://localhost", ("localhost", 25, "")),
        ("smtp+plain://[::1]:2525", ("::1", 2525, "")),
    ],
)
def test_an_address_says_where_mail_goes(url: str, expected: tuple[str, int, str]) -> None:
    settings = parse_smtp_url(url, password=PASSWORD)
    assert (settings.host, settings.port, settings.user) == expected
    assert PASSWORD not in repr(settings)


@pytest.mark.parametrize(
    ("url", "trouble"),
    [
        ("smtp://mail.example", "use smtp.starttls"),
        ("mail.example:25", "use smtp.starttls"),
        ("smtps://", "use smtp.starttls"),
        ("smtps://mail.example/path", "use smtp.starttls"),
        ("smtps://mail.example:port", "cannot be read"),
        ("smtps://[mail.example", "cannot be read"),
        ("smtps://me:hidden@mail.example", "set it as POLICYWATCH_SMTP_PASSWORD"),
        ("smtps://me@mail.example", "needs POLICYWATCH_SMTP_PASSWORD"),
        ("smtp+plain://192.0.2.1", "this machine only"),
        ("smtp+plain://mail.example", "this machine only"),
        ("smtp+plain://me@127.0.0.1", "never logs in"),
    ],
)
def test_an_address_that_would_be_unsafe_is_refused(url: str, trouble: str) -> None:
    with pytest.raises(ValueError, match=trouble) as caught:
        parse_smtp_url(url)
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "trouble"),
    [
        (Settings(home=Path()), "set POLICYWATCH_MAIL_FROM"),
        (Settings(home=Path(), mail_from="w@example.org"), "set POLICYWATCH_SMTP_URL"),
        (
            Settings(home=Path(), mail_from="w@example.org", smtp_url="smtp://x"),
            "POLICYWATCH_SMTP_URL: ",
        ),
    ],
)
def test_what_is_not_set_is_named(settings: Settings, trouble: str) -> None:
    with pytest.raises(DeliveryError, match=trouble) as caught:
        OUTPUTS["smtp"].send(settings, MAIL, lambda: None)
    assert caught.value.account
