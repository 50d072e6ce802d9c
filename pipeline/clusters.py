"""Reports -> which of them tell of one thing: a cluster, known by the item that opened it.

Identifiers, official pages and addresses carry across languages; words of titles hold within one
language and 72 hours. Two items of one source never make a cluster between them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import chain
from typing import NamedTuple
from urllib.parse import urlsplit

from pipeline.identifiers import identifiers, identifiers_of_address, numbers
from pipeline.model import Field, Item, Source, Tier
from pipeline.titles import Rarity, Title, vote
from pipeline.urls import identity_form

OPEN = timedelta(days=14)
"""How long a cluster takes in what is reported later."""

_TITLES_APART = timedelta(hours=72)
# An item that names more of one kind is a list of things, and about none of them.
_MOST_OF_A_KIND = 3
# So many titles in one language are a vocabulary.
_MANY = 5
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
    known = {member.report.id for member in members}
    waiting = [report for report in reports if report.id not in known]
    if not waiting:
        return ()
    found = _Clusters(rarity, min(report.at for report in waiting) - _TITLES_APART)
    for member in members:
        found.add(member)
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
    """The open clusters while reports join them; titles older than `titles_from` are not asked."""

    rarity: Rarity
    titles_from: datetime
    members: dict[int, Member] = field(default_factory=dict)
    by_key: defaultdict[str, list[Member]] = field(default_factory=lambda: defaultdict(list))
    by_word: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    titles: dict[int, Title] = field(default_factory=dict)
    kinds: dict[int, Mapping[str, set[str]]] = field(default_factory=dict)
    sizes: Counter[int] = field(default_factory=Counter)
    said: defaultdict[tuple[int, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    heard: Counter[tuple[int, str]] = field(default_factory=Counter)

    def add(self, member: Member) -> None:
        report = member.report
        self.members[report.id] = member
        self.sizes[member.cluster] += 1
        kinds = self.kinds[report.id] = _by_kind(report.keys)
        for key in report.keys:
            # Who names two orders may belong to one of them, but does not make them one.
            if len(kinds.get(key.partition(":")[0], "1")) == 1:
                self.by_key[key].append(member)
        if report.at >= self.titles_from:
            self.titles[report.id] = self.rarity.title(report.title, report.language)
            self.said[member.cluster, report.language] |= self.titles[report.id].words
            self.heard[member.cluster, report.language] += 1
            for word in self.titles[report.id].words:
                self.by_word[f"{report.language} {word}"].append(report.id)

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
        # It was alone in its cluster.
        del self.said[member.cluster, report.language]
        self.heard[member.cluster, report.language] -= 1
        for word in self.titles.pop(report.id).words:
            self.by_word[f"{report.language} {word}"].remove(report.id)

    def _by_keys(self, report: Report) -> _Match | None:
        shared: defaultdict[tuple[int, datetime], set[str]] = defaultdict(set)
        for key in report.keys:
            for member in self.by_key.get(key, ()):
                if _may_join(report, member):
                    shared[member.cluster, member.opened].add(key)
        return _best(
            _Match(keys=len(keys), titles=0, opened=opened, cluster=cluster)
            for (cluster, opened), keys in shared.items()
        )

    def _by_title(self, report: Report) -> _Match | None:
        """Join a cluster of which more titles are alike than are the same but for a word."""
        title = self.rarity.title(report.title, report.language)
        kinds = _by_kind(report.keys)
        if _several(kinds):
            return None
        known = (self.by_word.get(f"{report.language} {word}", ()) for word in title.words)
        shared = Counter(chain.from_iterable(known))
        balance: Counter[tuple[int, datetime]] = Counter()
        for id_, count in shared.items():
            member = self.members[id_]
            if count >= title.least and _may_join(report, member):
                voted = vote(title, self.titles[id_], self.rarity)
                if voted and self._titles_count(report, kinds, member):
                    balance[member.cluster, member.opened] += voted
        return _best(
            _Match(keys=0, titles=titles, opened=opened, cluster=cluster)
            for (cluster, opened), titles in balance.items()
            if titles > 0 or self._said(title, cluster, report.language)
        )

    def _said(self, title: Title, cluster: int, language: str) -> bool:
        """Say whether a cluster that many tell of in a language has said every word of a title."""
        where = (cluster, language)
        return self.heard[where] >= _MANY and title.words <= self.said[where]

    def _titles_count(self, report: Report, kinds: Mapping[str, set[str]], member: Member) -> bool:
        theirs = self.kinds[member.report.id]
        near = abs(report.at - member.report.at) <= _TITLES_APART
        return near and not _contradict(kinds, theirs) and not _several(theirs)


def _may_join(report: Report, member: Member) -> bool:
    other = member.report
    return other.source_id != report.source_id and report.at - member.opened <= OPEN


def _best(matches: Iterable[_Match]) -> _Match | None:
    found = sorted(matches, key=lambda m: (-m.keys, -m.titles, m.opened, m.cluster))
    return found[0] if found else None


def _contradict(ours: Mapping[str, set[str]], theirs: Mapping[str, set[str]]) -> bool:
    """Say whether both name something of one kind, and never the same."""
    return any(not ours[kind] & theirs[kind] for kind in ours.keys() & theirs.keys())


def _several(kinds: Mapping[str, set[str]]) -> bool:
    return any(len(values) > 1 for values in kinds.values())


def _by_kind(keys: Iterable[str]) -> Mapping[str, set[str]]:
    """Sort identifiers by their kinds; pages contradict nothing."""
    kinds: defaultdict[str, set[str]] = defaultdict(set)
    for key in keys:
        kind, _, value = key.partition(":")
        if kind != "page":
            kinds[kind].add(value)
    return dict(kinds)
