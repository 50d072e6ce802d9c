"""Through somebody else's servers: Exim relays a digest, Dovecot stores it and finds it again."""

import getpass
import imaplib
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from jobs.deliver import OUTPUTS
from jobs.deliver.edition import Edition
from jobs.settings import Settings
from pipeline.issue import Issue
from tests import issues
from tests.e2e.test_service import until

EXIM, DOVECOT = Path("/usr/sbin/exim4"), Path("/usr/sbin/dovecot")
READER, PASSWORD = "analyst@example.org", "geheim"

pytestmark = [
    pytest.mark.realmail,
    pytest.mark.skipif(
        not (EXIM.exists() and DOVECOT.exists()), reason="needs Exim and Dovecot of the system"
    ),
    pytest.mark.skipif(os.geteuid() != 0, reason="both servers change users, which root alone may"),
]

EXIM_CONFIG = """\
primary_hostname = mail.example.org
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port}
spool_directory = {home}/spool
log_file_path = {home}/log-%s
pid_file_path = {home}/exim.pid
exim_user = {user}
exim_group = root
never_users =
acl_smtp_rcpt = accept
acl_smtp_data = accept
message_size_limit = 20M
begin routers
stored:
  driver = accept
  transport = stored
begin transports
stored:
  driver = appendfile
  directory = {home}/Maildir
  maildir_format
  create_directory
  user = mail
  group = mail
begin retry
* * F,1h,1m
"""
DOVECOT_CONFIG = """\
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
first_valid_uid = 1
mail_location = maildir:{home}/Maildir
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={home}
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""


@dataclass
class Mailhouse:
    smtp_port: int
    imap_port: int

    def inbox(self) -> imaplib.IMAP4:
        box = imaplib.IMAP4("127.0.0.1", self.imap_port, timeout=20)
        box.login(READER, PASSWORD)
        box.select("INBOX")
        return box


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def mailhouse() -> Iterator[Mailhouse]:
    """Both servers on loopback, with nothing of the system's own configuration."""
    # Dovecot's sockets need a path of at most 100 characters.
    home = Path(f"/tmp/pw-mail-{os.getpid()}")
    for name in ("", "spool", "Maildir", "run", "state"):
        (home / name).mkdir(mode=0o755)
    shutil.chown(home / "Maildir", "mail", "mail")
    house = Mailhouse(free_port(), free_port())
    values = {"home": home, "user": getpass.getuser(), "password": PASSWORD}
    exim, dovecot = home / "exim.conf", home / "dovecot.conf"
    exim.write_text(EXIM_CONFIG.format(port=house.smtp_port, **values))
    dovecot.write_text(DOVECOT_CONFIG.format(port=house.imap_port, **values))
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    servers = [
        subprocess.Popen([EXIM, "-C", exim, "-bdf", "-q1h"], **quiet),  # type: ignore[call-overload]
        subprocess.Popen([DOVECOT, "-F", "-c", dovecot], **quiet),  # type: ignore[call-overload]
    ]
    try:
        until(lambda: answers(house.smtp_port) and answers(house.imap_port))
        yield house
    finally:
        for server in servers:
            server.terminate()
            server.wait(10)
        shutil.rmtree(home)


def told() -> Issue:
    card = issues.card(1, title="生成AIの第三者評価に関する意見募集", language="ja")
    return issues.issue(card, title="AI政策ダイジェスト")


def test_a_digest_is_relayed_stored_and_found_by_its_japanese_words(mailhouse: Mailhouse) -> None:
    edition = Edition(issue=told(), frame=issues.FRAME, earlier=lambda: ())
    mail = OUTPUTS["smtp"].make(edition, READER)
    settings = Settings(
        home=Path(),
        mail_from=issues.FRAME.sender,
        smtp_url=f"smtp+plain://127.0.0.1:{mailhouse.smtp_port}",
    )
    assert OUTPUTS["smtp"].send(settings, mail, lambda: None).startswith("250 OK id=")
    until(lambda: _found(mailhouse, "SUBJECT", "ダイジェスト") == [b"1"])
    assert _found(mailhouse, "BODY", "第三者評価") == [b"1"]
    assert _found(mailhouse, "BODY", "著作権") == []
    box = mailhouse.inbox()
    _, fetched = box.fetch("1", "(BODYSTRUCTURE BODY.PEEK[])")
    box.logout()
    assert isinstance(fetched[0], tuple)
    structure, content = fetched[0]
    assert b'"alternative"' in structure
    stored = message_from_bytes(content, policy=default)
    assert stored["Message-ID"] == mail.message_id
    assert stored["List-Unsubscribe"].startswith("<mailto:")


def _found(mailhouse: Mailhouse, field: str, word: str) -> list[bytes]:
    box = mailhouse.inbox()
    box.literal = word.encode()  # type: ignore[assignment]  # typeshed calls bytes a str
    _, found = box.search("UTF-8", field)
    box.logout()
    return bytes(found[0] or b"").split()
