"""The environment -> settings. Secrets come from here or from files, never from YAML."""

import os
import re
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.addresses import openings
from pipeline.errors import ConfigError, Problem
from pipeline.model import Source
from pipeline.reading import FetchPolicy
from pipeline.secret import Secret

_PROXY = re.compile(
    r"https?://(?:[^/?#@\s]*@)?(?:\[[0-9a-f:.]+\]|[\w.-]+)(?::[0-9]{1,5})?/?", re.IGNORECASE
)
# Some programs on the way fold a long header, and not all of them well.
_BASE_URL_LENGTH = 80
_BASE_URL = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(?:/[A-Za-z0-9._~-]+)*")
_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")
USER_AGENT = "policywatch/0.1 (+mailto:{contact})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How one deployment runs; empty text means not set."""

    home: Path
    smtp_url: str = ""
    smtp_password: str = ""
    smtp_token_command: str = ""
    smtp_ca_file: str = ""
    webhook_key: str = field(default="", repr=False)
    mail_from: str = ""
    operators: tuple[str, ...] = ()
    heartbeat_url: str = ""
    alert_command: str = ""
    base_url: str = ""
    allow_networks: tuple[str, ...] = ()
    proxy: str = field(default="", repr=False)
    log: str = "info"
    now: datetime | None = None
    """The rehearsal clock: what `POLICYWATCH_NOW` sets, and every output then shows."""

    def clock(self) -> datetime:
        """Return the time: the rehearsal clock's, or the machine's."""
        return self.now or datetime.now(UTC)

    @property
    def user_agent(self) -> str:
        """Return how we introduce ourselves to servers, with an address to complain to."""
        contact = self.operators[0] if self.operators else self.mail_from
        return USER_AGENT.format(contact=contact) if contact else "policywatch/0.1"

    @property
    def fetch_policy(self) -> FetchPolicy:
        """Return how we appear to servers and where we may go."""
        return FetchPolicy(
            user_agent=self.user_agent, allow_networks=self.allow_networks, proxy=self.proxy
        )


def key_of(source: Source, environment: Mapping[str, str] = os.environ) -> Secret:
    """Return a source's key: what its variable holds, or the file that `…_FILE` names."""
    path = environment.get(f"{source.key_env}_FILE", "") if source.key_env else ""
    if not path:
        return Secret(environment.get(source.key_env, "").strip() if source.key_env else "")
    try:
        return Secret(Path(path).read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError):
        return Secret()


def read_settings(home: str | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; raise ConfigError naming each variable that cannot be read."""
    reader = _Reader(environment)
    settings = Settings(
        home=Path(home or reader.text("HOME") or "."),
        smtp_url=reader.text("SMTP_URL"),
        smtp_password=reader.secret("SMTP_PASSWORD"),
        smtp_token_command=reader.text("SMTP_TOKEN_COMMAND"),
        smtp_ca_file=reader.text("SMTP_CA_FILE"),
        webhook_key=reader.secret("WEBHOOK_KEY"),
        mail_from=reader.text("MAIL_FROM") or _own_address(),
        operators=reader.words("OPERATORS"),
        heartbeat_url=reader.text("HEARTBEAT_URL"),
        alert_command=reader.text("ALERT_COMMAND"),
        base_url=reader.base_url("BASE_URL"),
        allow_networks=reader.networks("ALLOW_NETWORKS"),
        proxy=reader.proxy("PROXY"),
        log=reader.text("LOG") or "info",
        now=reader.parsed("NOW", read_time),
    )
    if reader.problems:
        raise ConfigError(reader.problems)
    return settings


def _is_base_url(url: str) -> bool:
    if len(url) > _BASE_URL_LENGTH or not _BASE_URL.fullmatch(url):
        return False
    try:
        parts = urlsplit(url)
        host = parts.hostname if parts.port is None or parts.port else None
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or host in _THIS_MACHINE)


def _own_address() -> str:
    """Return an address on this machine: better a sender that bounces than a digest that waits."""
    host = socket.gethostname()
    return f"policywatch@{host if '.' in host else f'{host}.localdomain'}"


def read_time(text: str) -> datetime:
    """Read a date or an ISO time; without a zone it is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class _Reader:
    """Reads variables by their name without the prefix, and collects what is wrong."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.problems: list[Problem] = []

    def text(self, name: str) -> str:
        return self._environment.get(f"POLICYWATCH_{name}", "").strip()

    def words(self, name: str) -> tuple[str, ...]:
        return tuple(self.text(name).replace(",", " ").split())

    def networks(self, name: str) -> tuple[str, ...]:
        entries = self.words(name)
        try:
            openings(entries)
        except ValueError as e:
            self._wrong(name, str(e))
        return entries

    def proxy(self, name: str) -> str:
        """Read a proxy's address; what is wrong is told without it, for it may hold a password."""
        url = self.text(name)
        if url and not _PROXY.fullmatch(url):
            self._wrong(name, "is no address of a proxy, such as http://proxy.example:3128")
        return url

    def base_url(self, name: str) -> str:
        """Read where our pages answer: short enough for a header, and safe to click."""
        url = self.text(name).rstrip("/")
        if url and not _is_base_url(url):
            self._wrong(
                name,
                f"'{url}' is no address for links in mails: use https://watch.example (http:// on "
                f"this machine only), with at most {_BASE_URL_LENGTH} characters, without ? or #",
            )
        return url

    def secret(self, name: str) -> str:
        """Read a secret, or the file that `…_FILE` names."""
        path = self.text(f"{name}_FILE")
        if not path:
            return self.text(name)
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as e:
            self._wrong(f"{name}_FILE", f"cannot be read: {e}")
            return ""

    def parsed(self, name: str, read: Callable[[str], datetime]) -> datetime | None:
        text = self.text(name)
        if not text:
            return None
        try:
            return read(text)
        except ValueError:
            self._wrong(name, f"'{text}' is no time: write 2026-11-24 or 2026-11-24T07:30+09:00")
            return None

    def _wrong(self, name: str, message: str) -> None:
        self.problems.append(Problem(f"POLICYWATCH_{name}", 1, 1, message))
