"""The environment -> settings. Secrets come from here or from files, never from YAML."""

import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipeline.addresses import openings
from pipeline.errors import ConfigError, Problem

USER_AGENT = "policywatch/0.1 (+mailto:{contact})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How one deployment runs; empty text means not set."""

    home: Path
    smtp_url: str = ""
    smtp_password: str = ""
    smtp_token_command: str = ""
    smtp_ca_file: str = ""
    mail_from: str = ""
    operators: tuple[str, ...] = ()
    heartbeat_url: str = ""
    alert_command: str = ""
    base_url: str = ""
    allow_networks: tuple[str, ...] = ()
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


def read_settings(home: str | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; raise ConfigError naming each variable that cannot be read."""
    reader = _Reader(environment)
    settings = Settings(
        home=Path(home or reader.text("HOME") or "."),
        smtp_url=reader.text("SMTP_URL"),
        smtp_password=reader.secret("SMTP_PASSWORD"),
        smtp_token_command=reader.text("SMTP_TOKEN_COMMAND"),
        smtp_ca_file=reader.text("SMTP_CA_FILE"),
        mail_from=reader.text("MAIL_FROM") or _own_address(),
        operators=reader.words("OPERATORS"),
        heartbeat_url=reader.text("HEARTBEAT_URL"),
        alert_command=reader.text("ALERT_COMMAND"),
        base_url=reader.text("BASE_URL").rstrip("/"),
        allow_networks=reader.networks("ALLOW_NETWORKS"),
        log=reader.text("LOG") or "info",
        now=reader.parsed("NOW", read_time),
    )
    if reader.problems:
        raise ConfigError(reader.problems)
    return settings


def _own_address() -> str:
    """Return an address on this machine: better a sender that bounces than a digest that waits."""
    host = socket.gethostname()
    return f"policywatch@{host if '.' in host else f'{host}.localdomain'}"


def read_time(text: str) -> datetime:
    """Read a date or an ISO time; without a zone it is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def read_key(name: str, environment: Mapping[str, str] = os.environ) -> str:
    """Return the key in a variable that a source names, or in the file that NAME_FILE names.

    Empty when there is neither, or the file cannot be read.
    """
    path = environment.get(f"{name}_FILE", "").strip() if name else ""
    if not path:
        return environment.get(name, "").strip()
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


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
