"""A deployment and its machine -> findings, each with the next step where something is wrong."""

import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pyexpat import EXPAT_VERSION

from jobs.deliver.smtp import read_smtp_settings
from jobs.settings import Settings, key_of
from pipeline.config import load_configuration
from pipeline.errors import ConfigError, DeliveryError, StoreError
from pipeline.ports import Store
from store import open_store

_WAL_SAFE_SINCE = (3, 51, 3)
_MAIL_SAFE_SINCE = ((3, 11, 10), (3, 12, 5))
_SILENT_FOR = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at: whether it is well, and what was found."""

    ok: bool
    what: str
    found: str


def examine(settings: Settings) -> tuple[Finding, ...]:
    """Look at everything; a check that cannot run is a finding, too."""
    return (
        _python(),
        _sqlite(),
        Finding(ok=True, what="expat", found=EXPAT_VERSION.removeprefix("expat_")),
        *_configuration(settings),
        _checked("mail server", lambda: _mail(settings)),
        *_database(settings),
    )


def _python() -> Finding:
    version = sys.version_info[:3]
    found = ".".join(map(str, version))
    fixed = version >= (3, 13) or any(
        v[:2] == version[:2] <= v <= version for v in _MAIL_SAFE_SINCE
    )
    if not fixed:
        found += " (lacks the fix of CVE-2024-6923; policywatch cleans every header by itself)"
    return Finding(ok=True, what="Python", found=found)


def _sqlite() -> Finding:
    found = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < _WAL_SAFE_SINCE:
        found += " (before 3.51.3 two writers can corrupt a WAL; the write lock prevents it)"
    return Finding(ok=True, what="SQLite", found=found)


def _checked(what: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(ok=True, what=what, found=check())
    except (StoreError, DeliveryError) as e:
        return Finding(ok=False, what=what, found=str(e))


def _configuration(settings: Settings) -> Iterator[Finding]:
    try:
        loaded = load_configuration(settings.home)
    except ConfigError as e:
        yield Finding(ok=False, what="configuration", found=str(e))
        return
    themes, digests = len(loaded.ruleset.themes), len(loaded.digests)
    found = f"{len(loaded.sources)} sources, {themes} themes, {digests} digests, no problems"
    yield Finding(ok=True, what="configuration", found=found)
    for source in loaded.sources:
        trouble = key_of(source).trouble(source.key_env) if source.key_env else ""
        if trouble and source.enabled:
            yield Finding(ok=False, what="key", found=f"source {source.id} {trouble}")


def _mail(settings: Settings) -> str:
    smtp = read_smtp_settings(settings)
    return f"{smtp.host}:{smtp.port} as {settings.mail_from}"


def _database(settings: Settings) -> Iterator[Finding]:
    try:
        store = open_store(settings.home, readonly=True)
    except StoreError as e:
        yield Finding(ok=False, what="database", found=str(e))
        return
    try:
        sound = store.integrity()
        yield Finding(ok=sound == "ok", what="database", found=sound)
        yield from _people(store)
        yield from _mails(store)
        yield from _sources(store, settings)
    finally:
        store.close()


def _people(store: Store) -> Iterator[Finding]:
    count = len(store.subscribers())
    hint = "" if count else ": policywatch subscribers add analyst@example.org"
    yield Finding(ok=count > 0, what="subscribers", found=f"{count}{hint}")


def _mails(store: Store) -> Iterator[Finding]:
    for mail in store.outbox():
        found = f"issue {mail.number} of {mail.digest} to {mail.mail.address}: {mail.state}"
        yield Finding(ok=False, what="outbox", found=f"{found} {mail.error}".rstrip())


def _sources(store: Store, settings: Settings) -> Iterator[Finding]:
    now = settings.clock()
    failing = [s for s in store.source_states().values() if s.failing_since]
    for state in failing:
        since = f"{state.failing_since:%Y-%m-%d %H:%M} UTC"
        long = state.failing_since is not None and now - state.failing_since > _SILENT_FOR
        found = f"{state.source_id}: {state.outcome}, {state.error} since {since}"
        yield Finding(ok=not long, what="source", found=found)
