"""An address or a title -> why it was seen or not, step by step."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from urllib.parse import urlsplit

from jobs.deployment import Deployment
from pipeline.digest import short_id
from pipeline.model import Field, Match, Origin, Source, Verdict
from pipeline.records import StoredItem
from pipeline.rules.tree import InField, Term
from pipeline.search import Search
from pipeline.urls import canonical
from pipeline.yamlfile import did_you_mean

_MOST_ITEMS = 5
_LATELY = timedelta(days=14)
_AROUND = timedelta(days=1)
_NO_NEWS = {
    Origin.BASELINE: "it stood there at the first contact with the source",
    Origin.BACKFILL: "it was fetched later from the past of the source",
    Origin.MANUAL: "what is added by hand never is",
}


def trace(deployment: Deployment, text: str, *, on: datetime | None = None) -> tuple[str, ...]:
    """Say what became of what an address or a title names; one line a step.

    What is not stored is answered by how its sources were read: around the day `on`, or lately.
    """
    address = canonical(text) if "://" in text else ""
    stored = _stored(deployment, text, address)
    if stored:
        return tuple(line for item in stored for line in _of_item(deployment, item))
    if not address:
        return (f"no stored title contains '{text}': give its address to learn more",)
    return tuple(_of_address(deployment, address, _window(deployment, on)))


def _stored(deployment: Deployment, text: str, address: str) -> Sequence[StoredItem]:
    if address:
        return deployment.store.items_at(address)
    title = Search(tree=InField(fields=(Field.TITLE,), child=Term(text=text, quoted=True)))
    return list(islice(deployment.store.search(title, limit=_MOST_ITEMS), _MOST_ITEMS))


def _of_item(deployment: Deployment, stored: StoredItem) -> Iterator[str]:
    item = stored.item
    way = "added by hand to" if stored.origin is Origin.MANUAL else "stored from"
    yield (
        f"#{short_id(stored.id)} {item.title}\n  {way} {item.source_id} on "
        f"{stored.first_seen_at:%Y-%m-%d %H:%M} UTC"
    )
    applying = [match for match in stored.matches if match.verdict is Verdict.APPLIES]
    if applying:
        yield from (f"  {match.theme} applies: {_words(match)}" for match in applying)
    else:
        yield f"  no rule took it{_nearest(stored.matches)}"
    yield from (f"  {line}" for line in _told(deployment, stored, applying))


def _told(deployment: Deployment, stored: StoredItem, applying: Sequence[Match]) -> Iterator[str]:
    issues = deployment.store.issues_of(stored.id)
    for digest, number in issues:
        yield f"mailed in issue {number} of {digest}"
    if issues or not applying:
        return
    if stored.origin is Origin.NEWS:
        yield "not mailed yet: it waits for the next issue"
    else:
        yield f"not mailed as news: {_NO_NEWS[stored.origin]}"


def _nearest(matches: Sequence[Match]) -> str:
    near = [match for match in matches if match.verdict is not Verdict.APPLIES]
    if not near:
        return ", and none is near"
    best = max(near, key=lambda match: (match.verdict is Verdict.EXCLUDED, match.score))
    if best.verdict is Verdict.EXCLUDED:
        return f"; {best.theme} would, but is excluded by {best.excluded_by}"
    return f"; nearest: {best.theme}, missing {', '.join(best.missing)}"


def _words(match: Match) -> str:
    return ", ".join(dict.fromkeys(f"{e.text} ({e.rule}, {e.field})" for e in match.evidence))


def _window(deployment: Deployment, on: datetime | None) -> tuple[datetime, datetime]:
    if on is None:
        return deployment.now() - _LATELY, deployment.now()
    return on - _AROUND, on + timedelta(days=1) + _AROUND


def _of_address(
    deployment: Deployment, address: str, window: tuple[datetime, datetime]
) -> Iterator[str]:
    host = _host(address)
    covering = [s for s in deployment.configuration.sources if _host(s.url) == host]
    if not covering:
        hosts = [_host(source.url) for source in deployment.configuration.sources]
        yield f"not stored, and no source covers {host}{did_you_mean(host, hosts)}"
        return
    alarms = [a for a in deployment.store.alarm_log(window[0]) if a.raised_at <= window[1]]
    yield f"not stored, though {host} is read by:"
    for source in covering:
        yield f"  {source.id}: {_reach(deployment, source, window)}"
        yield from (f"    ! {a.alarm.text}" for a in alarms if a.source_id == source.id)


def _reach(deployment: Deployment, source: Source, window: tuple[datetime, datetime]) -> str:
    """Say how a source was read in a window, and when it could not be."""
    if not source.enabled:
        return f"disabled: {source.reason}"
    span = f"from {window[0]:%Y-%m-%d} to {window[1]:%Y-%m-%d}"
    readings = deployment.store.readings(source.id, *window)
    if not readings:
        return f"not asked at all {span}: policywatch poll {source.id}"
    failed = [(at, result) for at, result in readings if not result.outcome.read]
    if not failed:
        return f"read {len(readings)} times {span}; the address was never among its entries"
    last, why = failed[-1]
    return (
        f"could not be read {len(failed)} of {len(readings)} times {span}, first on "
        f"{failed[0][0]:%Y-%m-%d %H:%M} UTC, last on {last:%Y-%m-%d %H:%M} UTC "
        f"({why.outcome}: {why.error})"
    )


def _host(address: str) -> str:
    return (urlsplit(address).hostname or "").removeprefix("www.")
