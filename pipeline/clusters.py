"""Reports -> which of them tell of one thing: a cluster, known by the item that opened it.

Identifiers, official pages and addresses carry across languages; words of titles hold within one
language and 72 hours. Two items of one source never make a cluster between them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from pipeline.identifiers import identifiers, identifiers_of_address, numbers
from pipeline.model import Field, Item, Source, Tier
from pipeline.titles import Rarity, Words, alike, title_words, unlike
from pipeline.urls import identity_form

OPEN = timedelta(days=14)
"""How long a cluster takes in what is reported later."""

_TITLES_APART = timedelta(hours=72)
# An item that names more of one kind is a list of things, and about none of them.
_MOST_OF_A_KIND = 3
_SAME = 1_000_000
_OFFICIAL_HOSTS = (".gov", ".mil", ".int", ".europa.eu", ".go.jp", ".gouv.fr", ".gc.ca", ".go.kr")
_OFFICIAL_LABELS = frozenset({"gov", "gob", "gouv", "gub", "go"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """An item as far as it can be about the same thing as another one.

    `keys` are `kind:value`: identifiers, long numbers, its own page and official pages it links to.
    """

    id: int
    source_id: str
    tier: Tier
    language: str
    at: datetime
    title: str
    keys: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A report in a cluster; `cluster` is the id of the item that opened it at `opened`."""

    report: Report
    cluster: int
    opened: datetime


def report_of(item_id: int, item: Item, first_seen: datetime, source: Source) -> Report:
    """Return what an item can be recognised by."""
    return Report(
        id=item_id,
        source_id=item.source_id,
        tier=source.tier,
        language=(item.language or source.language).lower().partition("-")[0],
        at=first_seen,
        title=_without_outlet(item.title, source.name),
        keys=_keys(item, source, first_seen.date()),
    )


def joined(
    members: Sequence[Member], reports: Iterable[Report], rarity: Rarity
) -> tuple[Member, ...]:
    """Put each report into the open cluster that it belongs to, or let it open one.

    A report that is a member already stays where it is.
    """
    found = _Clusters(rarity)
    for member in members:
        found.add(member)
    known = {member.report.id for member in members}
    waiting = [report for report in reports if report.id not in known]
    taken = [found.take(report) for report in sorted(waiting, key=_order)]
    # Who came before the others that it belongs to is asked again.
    return tuple(found.take_again(member) for member in taken)


def _without_outlet(title: str, outlet: str) -> str:
    for separator in (" - ", " – ", " | "):
        title = title.removesuffix(f"{separator}{outlet}")
    return title


def _order(report: Report) -> tuple[int, int, datetime, int]:
    """Take what is surest first, so that doubtful reports find a cluster to belong to."""
    kinds = {key.partition(":")[0] for key in report.keys}
    return (list(Tier).index(report.tier), -len(kinds), report.at, report.id)


def _keys(item: Item, source: Source, day: date) -> frozenset[str]:
    named = _named(item, source.jurisdiction) | identifiers_of_address(item.url)
    fresh = {key for key in named if not _standing(key, day)}
    # An order is the same in a language in which its number alone can be read.
    long = numbers(f"{item.title}\n{item.summary[:500]}")
    long |= {key.partition(":")[2] for key in fresh if key.startswith("eo:")}
    own = {f"page:{identity_form(item.url)}"} if item.url else set()
    pages = {f"page:{page}" for page in map(identity_form, item.links) if _official(page)}
    return frozenset(
        own
        | (pages if len(pages) <= _MOST_OF_A_KIND else set())
        | _few(fresh)
        | _few(f"number:{number}" for number in long)
    )


def _named(item: Item, jurisdiction: str) -> frozenset[str]:
    """Take the identifiers of the first text that has any: what stands there it is about."""
    for name in Field:
        if found := identifiers(item.text(name), jurisdiction):
            return found
    return frozenset()


def _standing(key: str, day: date) -> bool:
    """Say whether an act has been in force for long: then it is cited, not reported."""
    kind, _, value = key.partition(":")
    return kind == "celex" and int(value[1:5]) < (day - timedelta(days=90)).year


def _few(keys: Iterable[str]) -> set[str]:
    by_kind: defaultdict[str, set[str]] = defaultdict(set)
    for key in keys:
        by_kind[key.partition(":")[0]].add(key)
    return {
        key for of_kind in by_kind.values() if len(of_kind) <= _MOST_OF_A_KIND for key in of_kind
    }


def _official(page: str) -> bool:
    """Say whether an address is a document of an authority, and not its front page."""
    parts = urlsplit(f"//{page}")
    host, path = parts.hostname or "", parts.path.strip("/")
    labels = set(host.split(".")[-3:-1])
    authority = host.endswith(_OFFICIAL_HOSTS) or labels & _OFFICIAL_LABELS
    return bool(authority) and (path.count("/") >= 1 or len(path) >= 12)


class _Match(NamedTuple):
    """How sure a report belongs to a cluster: kinds of keys they share, then titles alike."""

    keys: int
    titles: int
    opened: datetime
    cluster: int


@dataclass(slots=True)
class _Clusters:
    """The open clusters while reports join them."""

    rarity: Rarity
    members: dict[int, Member] = field(default_factory=dict)
    by_key: defaultdict[str, list[Member]] = field(default_factory=lambda: defaultdict(list))
    by_word: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    words: dict[int, Words] = field(default_factory=dict)
    sizes: Counter[int] = field(default_factory=Counter)

    def add(self, member: Member) -> None:
        report = member.report
        self.members[report.id] = member
        self.sizes[member.cluster] += 1
        self.words[report.id] = title_words(report.title, report.language)
        kinds = Counter(key.partition(":")[0] for key in report.keys)
        for key in report.keys:
            # Who names two orders may belong to one of them, but does not make them one.
            if kinds[key.partition(":")[0]] == 1 or key.startswith("page:"):
                self.by_key[key].append(member)
        for word in self.words[report.id].all:
            self.by_word[word].append(report.id)

    def take(self, report: Report) -> Member:
        found = self._by_keys(report) or self._by_title(report)
        member = Member(
            report=report,
            cluster=found.cluster if found else report.id,
            opened=found.opened if found else report.at,
        )
        self.add(member)
        return member

    def take_again(self, member: Member) -> Member:
        if member.cluster != member.report.id or self.sizes[member.cluster] > 1:
            return member
        self.remove(member)
        return self.take(member.report)

    def remove(self, member: Member) -> None:
        report = member.report
        del self.members[report.id]
        self.sizes[member.cluster] -= 1
        for key in report.keys:
            self.by_key[key] = [one for one in self.by_key[key] if one.report.id != report.id]
        for word in self.words.pop(report.id).all:
            self.by_word[word].remove(report.id)

    def _by_keys(self, report: Report) -> _Match | None:
        shared: defaultdict[tuple[int, datetime], set[str]] = defaultdict(set)
        for key in report.keys:
            for member in self.by_key.get(key, ()):
                if self._may_join(report, member):
                    shared[member.cluster, member.opened].add(key)
        return _best(
            _Match(keys=len(keys), titles=0, opened=opened, cluster=cluster)
            for (cluster, opened), keys in shared.items()
        )

    def _by_title(self, report: Report) -> _Match | None:
        """Join a cluster of which more titles are alike than are the same but for a word."""
        words = title_words(report.title, report.language)
        shared = Counter(id_ for word in words.all for id_ in self.by_word.get(word, ()))
        balance: Counter[tuple[int, datetime]] = Counter()
        for id_, count in shared.items():
            member = self.members[id_]
            if count < words.least or not self._titles_may_join(report, member):
                continue
            other = self.words[id_]
            cluster = (member.cluster, member.opened)
            balance[cluster] += _vote(words, other, self.rarity)
        return _best(
            _Match(keys=0, titles=titles, opened=opened, cluster=cluster)
            for (cluster, opened), titles in balance.items()
            if titles > 0
        )

    def _may_join(self, report: Report, member: Member) -> bool:
        other = member.report
        return other.source_id != report.source_id and report.at - member.opened <= OPEN

    def _titles_may_join(self, report: Report, member: Member) -> bool:
        other = member.report
        return (
            self._may_join(report, member)
            and other.language == report.language
            and abs(report.at - other.at) <= _TITLES_APART
            and not _contradict(report.keys, other.keys)
            and not _several(report.keys)
            and not _several(other.keys)
        )


def _vote(words: Words, other: Words, rare: Rarity) -> int:
    """Count a title for or against; the very same words outdo whatever else a cluster says."""
    if words.all == other.all:
        return _SAME
    return int(alike(words, other, rare)) - int(unlike(words, other, rare))


def _best(matches: Iterable[_Match]) -> _Match | None:
    found = sorted(matches, key=lambda m: (-m.keys, -m.titles, m.opened, m.cluster))
    return found[0] if found else None


def _contradict(one: frozenset[str], two: frozenset[str]) -> bool:
    """Say whether both name something of one kind, and never the same."""
    ours, theirs = _by_kind(one), _by_kind(two)
    return any(not ours[kind] & theirs[kind] for kind in ours.keys() & theirs.keys())


def _several(keys: Iterable[str]) -> bool:
    return any(len(values) > 1 for values in _by_kind(keys).values())


def _by_kind(keys: Iterable[str]) -> Mapping[str, set[str]]:
    kinds: defaultdict[str, set[str]] = defaultdict(set)
    for key in keys:
        kind, _, value = key.partition(":")
        if kind != "page":
            kinds[kind].add(value)
    return kinds
