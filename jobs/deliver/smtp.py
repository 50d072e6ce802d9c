"""One mail -> one SMTP transaction, verified TLS, and a plain answer to `was it accepted?`.

Only the server's reply after the final dot decides. What goes wrong before it has not been
accepted; what goes wrong instead of it is `unknown`.
"""

import re
import shlex
import ssl
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import parseaddr
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from jobs.deliver.dialogue import Dialogue
from jobs.deliver.edition import Edition
from jobs.settings import Settings
from pipeline.errors import DeliveryError
from pipeline.records import Mail
from pipeline.render.mail import render


class Security(StrEnum):
    """How the line to the server is protected; `plain` goes to this machine only."""

    STARTTLS = "smtp+starttls"
    IMPLICIT = "smtps"
    PLAIN = "smtp+plain"


_PORTS = {Security.STARTTLS: 587, Security.IMPLICIT: 465, Security.PLAIN: 25}
_SHAPES = "smtp+starttls://user@host:587, smtps://user@host:465 or smtp+plain://127.0.0.1:25"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """Where and how we hand in mail; secrets never show in its repr.

    `opening_seconds` bounds the way to the payload, where giving up costs nothing; `seconds` the
    payload and the final reply: RFC 5321 asks for ten minutes of patience after the dot, at the
    price of a second copy if we give up.
    """

    security: Security
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    token_command: str = field(default="", repr=False)
    ca_file: str = ""
    opening_seconds: float = 100.0
    seconds: float = 600.0

    @property
    def name(self) -> str:
        """Name the server in messages."""
        return f"{self.host}:{self.port}"


def parse_smtp_url(
    url: str, *, password: str = "", token_command: str = "", ca_file: str = ""
) -> SmtpSettings:
    """Read an address such as `smtp+starttls://user@host:587`; raise ValueError for a person."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as e:
        raise ValueError(f"the mail server's address cannot be read ({e}): use {_SHAPES}") from e
    if parts.scheme not in list(Security) or not parts.hostname or parts.path.strip("/"):
        raise ValueError(f"the mail server's address cannot be read: use {_SHAPES}")
    if parts.password is not None:
        raise ValueError(
            "a password in the mail server's address: set it as POLICYWATCH_SMTP_PASSWORD instead"
        )
    settings = SmtpSettings(
        security=Security(parts.scheme),
        host=parts.hostname,
        port=port or _PORTS[Security(parts.scheme)],
        user=unquote(parts.username or ""),
        password=password,
        token_command=token_command,
        ca_file=ca_file,
    )
    _check_login(settings)
    return settings


def deliver(
    settings: SmtpSettings, mail: Mail, sender: str, *, on_payload: Callable[[], None]
) -> str:
    """Hand in one mail and return the server's words of acceptance.

    `on_payload` runs after the server's 354 and before the first byte of the payload; when it
    raises, nothing is sent. Raise DeliveryError: `permanent` when trying again will not help,
    `account` when every mail would meet the same, `unknown` when it may have been accepted.
    """
    sender, recipient = _bare(sender, "sender"), _bare(mail.address, "recipient")
    secret = _secret(settings)
    context = _context(settings)
    dialogue = Dialogue(settings.name, min(settings.opening_seconds, settings.seconds))
    try:
        _arrive(settings, dialogue, context, secret)
        _announce(dialogue, sender, recipient, len(mail.payload))
        on_payload()
        dialogue.allow(settings.seconds)
        return dialogue.send_payload(mail.payload)
    finally:
        dialogue.end()


def read_smtp_settings(settings: Settings) -> SmtpSettings:
    """Read where the environment says mail goes; raise DeliveryError where it does not."""
    if not settings.smtp_url:
        raise DeliveryError("no mail server: set POLICYWATCH_SMTP_URL", account=True)
    try:
        return parse_smtp_url(
            settings.smtp_url,
            password=settings.smtp_password,
            token_command=settings.smtp_token_command,
            ca_file=settings.smtp_ca_file,
        )
    except ValueError as e:
        raise DeliveryError(f"POLICYWATCH_SMTP_URL: {e}", account=True) from e


def make(edition: Edition, address: str) -> Mail:
    """Render an issue for a subscriber."""
    made = render(edition.issue, edition.frame, address)
    return Mail(address=address, message_id=made.message_id, payload=made.payload)


def send(settings: Settings, mail: Mail, on_payload: Callable[[], None]) -> str:
    """Hand in one mail as the environment says."""
    if not settings.mail_from:
        raise DeliveryError("no sender: set POLICYWATCH_MAIL_FROM", account=True)
    smtp = read_smtp_settings(settings)
    return deliver(smtp, mail, settings.mail_from, on_payload=on_payload)


def _check_login(settings: SmtpSettings) -> None:
    if settings.security is Security.PLAIN:
        if not _is_loopback(settings.host):
            raise ValueError(
                f"smtp+plain goes to this machine only, not to {settings.host}: "
                "use smtp+starttls or smtps"
            )
        if settings.user:
            raise ValueError("smtp+plain never logs in: use smtp+starttls or smtps")
    elif settings.user and not (settings.password or settings.token_command):
        raise ValueError(
            f"{settings.user}: needs POLICYWATCH_SMTP_PASSWORD or "
            "POLICYWATCH_SMTP_TOKEN_COMMAND to log in"
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


_ADDRESS = re.compile(r"[!-;=?-~]+@[A-Za-z0-9.\-\[\]:]+")


def _bare(address: str, role: str) -> str:
    bare = parseaddr(address)[1]
    if not (_ADDRESS.fullmatch(bare) and address.isprintable()):
        raise DeliveryError(f"{address!r} cannot be the {role} of a mail", permanent=True)
    return bare


def _secret(settings: SmtpSettings) -> str:
    if not settings.user or not settings.token_command:
        return settings.password
    try:
        done = subprocess.run(  # noqa: S603  the operator's own command, never a source's
            shlex.split(settings.token_command), capture_output=True, timeout=60, check=True
        )
    except (OSError, ValueError, subprocess.SubprocessError) as e:
        # Neither the command nor its output: either may hold a secret.
        raise DeliveryError(
            f"{settings.name}: POLICYWATCH_SMTP_TOKEN_COMMAND failed ({type(e).__name__})",
            account=True,
        ) from None
    return done.stdout.decode(errors="replace").strip()


def _context(settings: SmtpSettings) -> ssl.SSLContext | None:
    if settings.security is Security.PLAIN:
        return None
    try:
        return ssl.create_default_context(cafile=settings.ca_file or None)
    except OSError as e:
        raise DeliveryError(
            f"{settings.ca_file}: cannot be read as certificates ({e.strerror or e}); "
            "see POLICYWATCH_SMTP_CA_FILE",
            account=True,
        ) from e


def _arrive(
    settings: SmtpSettings, dialogue: Dialogue, context: ssl.SSLContext | None, secret: str
) -> None:
    """Get to the point where mail may be handed in."""
    at_once = context if settings.security is Security.IMPLICIT else None
    dialogue.connect(settings.host, settings.port, at_once)
    dialogue.greet()
    if context and not at_once:
        dialogue.start_tls(settings.host, context)
    if settings.user:
        dialogue.log_in(settings.user, secret, token=bool(settings.token_command))


def _announce(dialogue: Dialogue, sender: str, recipient: str, size: int) -> None:
    """Name sender, size and the one recipient, and get leave to send."""
    limit = dialogue.size_limit()
    if limit is not None and size > limit:
        raise DeliveryError(
            f"{dialogue.server}: takes mails of at most {limit:,} bytes, this one has {size:,}",
            permanent=True,
            too_big=True,
        )
    options = f" SIZE={size}" if dialogue.offers("size") else ""
    dialogue.ask("MAIL FROM", f"MAIL FROM:<{sender}>{options}", expect=2, account=True)
    dialogue.ask("RCPT TO", f"RCPT TO:<{recipient}>", expect=2)
    dialogue.ask("DATA", "DATA", expect=3)
