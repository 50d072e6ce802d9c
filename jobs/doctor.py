"""A deployment and its machine -> findings, each with the next step where something is wrong."""

import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pyexpat import EXPAT_VERSION

from jobs.deliver.smtp import read_smtp_settings
from jobs.outbox import how_it_stands
from jobs.settings import Settings, key_of
from pipeline.alarms import next_step
from pipeline.config import load_configuration
from pipeline.errors import ConfigError, DeliveryError, StoreError
from pipeline.model import Source
from pipeline.ports import Store
from pipeline.standing import Standing, standing_of, worst_first
from store import open_store

_WAL_SAFE_SINCE = (3, 51, 3)
_MAIL_SAFE_SINCE = ((3, 11, 10), (3, 12, 5))
_SILENT_FOR = timedelta(days=2)
_MOST_SOURCES = 20


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
        yield from _sources(store, settings, _configured(settings))
    finally:
        store.close()


def _configured(settings: Settings) -> tuple[Source, ...]:
    """Return the sources; none of a configuration that is broken, which is a finding itself."""
    try:
        return load_configuration(settings.home).sources
    except ConfigError:
        return ()


def _people(store: Store) -> Iterator[Finding]:
    people = store.subscribers()
    hint = "" if people else ": policywatch subscribers add analyst@example.org"
    yield Finding(ok=bool(people), what="subscribers", found=f"{len(people)}{hint}")
    for person in people:
        if person.refusals and person.paused_at is None:
            found = f"{person.address} did not get the last issue of {person.digest}"
            yield Finding(ok=False, what="subscribers", found=f"{found}: {person.refusal}")


def _mails(store: Store) -> Iterator[Finding]:
    for mail in store.outbox():
        found = f"issue {mail.number} of {mail.digest} to {mail.mail.address}"
        yield Finding(ok=False, what="outbox", found=f"{found}: {how_it_stands(mail)}")


def _sources(store: Store, settings: Settings, sources: Sequence[Source]) -> Iterator[Finding]:
    """Yield what is wrong with sources, the worst first, each with the next step."""
    now, states = settings.clock(), store.source_states()
    known = [standing_of(s, states[s.id], (), {}, now) for s in sources if s.id in states]
    found = [finding for standing in worst_first(known) for finding in _of_source(standing, now)]
    yield from found[:_MOST_SOURCES]
    more = found[_MOST_SOURCES:]
    if more:
        well = all(finding.ok for finding in more)
        yield Finding(ok=well, what="source", found=f"{len(more)} more: policywatch sources health")


def _of_source(standing: Standing, now: datetime) -> Iterator[Finding]:
    source, state = standing.source, standing.state
    for alarm in standing.alarms:
        # Servers have bad days; and what happened once is told, but cannot be mended.
        young = state.failing_since is not None and now - alarm.since <= _SILENT_FOR
        step = next_step(source.id, alarm.kind)
        found = f"{source.id}: {alarm.text} -> {step}"
        yield Finding(ok=young or not alarm.kind.recovers, what="source", found=found)
    if source.enabled and state.failing_since and not standing.alarms:
        found = f"{source.id}: never read: {state.error} -> policywatch sources test {source.id}"
        long = now - state.failing_since > _SILENT_FOR
        yield Finding(ok=not long, what="source", found=found)
