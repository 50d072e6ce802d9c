"""An address or a title -> why it was seen or not, step by step."""

from collections.abc import Iterator, Sequence
from itertools import islice
from urllib.parse import urlsplit

from jobs.deployment import Deployment
from pipeline.digest import short_id
from pipeline.model import Field, Match, Origin, Source, SourceState, Verdict
from pipeline.records import StoredItem
from pipeline.rules.tree import InField, Term
from pipeline.search import Search
from pipeline.urls import canonical
from pipeline.yamlfile import did_you_mean

_MOST_ITEMS = 5


def trace(deployment: Deployment, text: str) -> tuple[str, ...]:
    """Say what became of what an address or a title names; one line a step."""
    address = canonical(text) if "://" in text else ""
    stored = _stored(deployment, text, address)
    if stored:
        return tuple(line for item in stored for line in _of_item(deployment, item))
    if not address:
        return (f"no stored title contains '{text}': give its address to learn more",)
    return tuple(_of_address(deployment, address))


def _stored(deployment: Deployment, text: str, address: str) -> Sequence[StoredItem]:
    if address:
        return deployment.store.items_at(address)
    title = Search(tree=InField(fields=(Field.TITLE,), child=Term(text=text, quoted=True)))
    return list(islice(deployment.store.search(title, limit=_MOST_ITEMS), _MOST_ITEMS))


def _of_item(deployment: Deployment, stored: StoredItem) -> Iterator[str]:
    item = stored.item
    yield (
        f"#{short_id(stored.id)} {item.title}\n  stored from {item.source_id} on "
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
        yield f"not mailed as news: its origin is {stored.origin} (first contact with the source)"


def _nearest(matches: Sequence[Match]) -> str:
    near = [match for match in matches if match.verdict is not Verdict.APPLIES]
    if not near:
        return ", and none is near"
    best = max(near, key=lambda match: match.score)
    if best.verdict is Verdict.EXCLUDED:
        return f"; {best.theme} would, but is excluded by {best.excluded_by}"
    return f"; nearest: {best.theme}, missing {', '.join(best.missing)}"


def _words(match: Match) -> str:
    return ", ".join(dict.fromkeys(f"{e.text} ({e.rule}, {e.field})" for e in match.evidence))


def _of_address(deployment: Deployment, address: str) -> Iterator[str]:
    host = _host(address)
    covering = [s for s in deployment.configuration.sources if _host(s.url) == host]
    if not covering:
        hosts = [_host(source.url) for source in deployment.configuration.sources]
        yield f"not stored, and no source covers {host}{did_you_mean(host, hosts)}"
        return
    yield f"not stored; {len(covering)} sources read {host}:"
    states = deployment.store.source_states()
    for source in covering:
        yield f"  {source.id}: {_reach(source, states.get(source.id))}"


def _reach(source: Source, state: SourceState | None) -> str:
    if not source.enabled:
        return f"disabled: {source.reason}"
    if state is None or state.last_attempt_at is None:
        return "never read yet: policywatch poll " + source.id
    if state.failing_since:
        return f"not readable since {state.failing_since:%Y-%m-%d %H:%M} UTC: {state.error}"
    seen = f"last read {state.last_attempt_at:%Y-%m-%d %H:%M} UTC, {state.entries} entries"
    return f"{seen}; the address was not among them"


def _host(address: str) -> str:
    return (urlsplit(address).hostname or "").removeprefix("www.")
