"""Cards and the clusters that their items belong to -> one entry a thing, the others with it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from pipeline.issue import Card, Headline, Story, Told
from pipeline.model import Tier

BURST = 5
"""So many reports of one thing in one issue make it worth reading first, whoever speaks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """How a digest told of a cluster before: its best item, when, and whether it was official."""

    head: Headline
    since: datetime
    official: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Clusters:
    """Which cluster an item is in, and how the digest told of each before, if it did."""

    of: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    before: Mapping[int, Before] = field(default_factory=lambda: MappingProxyType({}))


def folded(cards: Sequence[Card], clusters: Clusters) -> tuple[list[Card], list[tuple[str, Story]]]:
    """Leave one card a thing, the best ranked; what was told before is a story of its theme.

    An official word on what only others had told of has a card of its own.
    """
    by_cluster: defaultdict[int, list[Card]] = defaultdict(list)
    for card in cards:
        by_cluster[clusters.of.get(card.id, -card.id)].append(card)
    heads: dict[int, Card] = {}
    stories: list[tuple[str, Story]] = []
    for cluster, found in by_cluster.items():
        before = clusters.before.get(cluster)
        first, *others = found
        if before and (before.official or first.tier is not Tier.OFFICIAL):
            told = Story(head=before.head, since=before.since, reports=_told(found))
            stories.append((first.themes[0].theme, told))
        else:
            follows = before.head if before else None
            heads[first.id] = replace(first, reports=_told(others), follows=follows)
    return [heads[card.id] for card in cards if card.id in heads], stories


def is_burst(card: Card) -> bool:
    """Say whether a card stands for many reports, and is the first that the reader hears of it."""
    return card.follows is None and len(card.reports) + 1 >= BURST


def _told(cards: Iterable[Card]) -> tuple[Told, ...]:
    return tuple(
        Told(
            id=card.id,
            title=card.title,
            url=card.url,
            language=card.language,
            source_id=card.source_id,
            source=card.organisation or card.source,
            tier=card.tier,
            theme=card.themes[0].theme,
            published=card.published,
            precision=card.precision,
            first_seen=card.first_seen,
            note=card.note,
        )
        for card in cards
    )
