"""Hits among stored items -> how many a day are to be expected.

A feed shows its last few days and another its last year, so each source is counted over the days
that the store covers of it, and the sources are added up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.model import Origin
from pipeline.records import StoredItem

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What the store covers of a time: (since, until], by source its oldest item and how many."""

    since: datetime
    until: datetime
    spans: Mapping[str, tuple[datetime, int]]

    @property
    def items(self) -> int:
        """Return how many items there are."""
        return sum(count for _, count in self.spans.values())

    @property
    def begins(self) -> datetime:
        """Return the day of the oldest item, or the end where there is none."""
        oldest = min((begin for begin, _ in self.spans.values()), default=self.until)
        return min(max(oldest, self.since), self.until)

    @property
    def days(self) -> float:
        """Return the days from the oldest item on."""
        return (self.until - self.begins) / _DAY

    def share(self, stored: StoredItem) -> float:
        """Return what one item adds to a forecast.

        What a source without dates showed at first contact may be a day old or years: nothing.
        """
        if stored.item.published_at is None and stored.origin is not Origin.NEWS:
            return 0.0
        begin, _ = self.spans.get(stored.item.source_id, (self.until, 0))
        return 1 / max((self.until - max(begin, self.since)) / _DAY, 1.0)
