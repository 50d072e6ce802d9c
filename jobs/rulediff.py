"""Two sets of rules over the stored items of some days -> what one would say otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pipeline.judging import StoredTexts
from pipeline.ports import Store
from pipeline.rulediff import ItemChange, compare
from pipeline.rules.ruleset import Ruleset

_CHUNK = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Two sets of rules to compare."""

    old: Ruleset
    new: Ruleset


def differences(store: Store, rules: Rules, since: datetime) -> Iterator[ItemChange]:
    """Yield what the new rules say otherwise of items first seen since, oldest first."""
    for stored in _seen_since(store, since):
        before = rules.old.classify(stored.texts, stored.scope)
        after = rules.new.classify(stored.texts, stored.scope)
        for change in compare(before, after):
            yield ItemChange(stored=stored, change=change)


def _seen_since(store: Store, since: datetime) -> Iterator[StoredTexts]:
    after = 0
    while chunk := store.seen_since(since, after=after, limit=_CHUNK):
        yield from chunk
        after = chunk[-1].id
