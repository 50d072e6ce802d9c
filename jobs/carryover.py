"""What earlier rules said of stored items, as far as the rules of today would say the same."""

from typing import Final

from pipeline.errors import ConfigError
from pipeline.judging import StoredTexts
from pipeline.ports import Store
from pipeline.rules.delta import Delta, delta
from pipeline.rules.ruleset import Ruleset, read_kept_ruleset

WORTH: Final = 50_000
"""Fewer items are judged in less time than it takes to read the rules of before."""


class Carryover:
    """Tells the judgements that stand from those that have to be made again."""

    def __init__(self, store: Store, ruleset: Ruleset, items: int) -> None:
        """Get ready for so many items."""
        self._ruleset = ruleset
        records = store.rulesets() if items >= WORTH else ()
        self._kept = {record.hash: record.text for record in records if record.repeatable}
        self._deltas: dict[str, Delta | None] = {}

    def stands(self, stored: StoredTexts) -> bool:
        """Say whether the rules of today certainly say of an item what was said of it last."""
        if stored.judge not in self._deltas:
            self._deltas[stored.judge] = self._delta(stored.judge)
        found = self._deltas[stored.judge]
        return found is not None and not found.touches(stored.texts, stored.scope)

    def _delta(self, judge: str) -> Delta | None:
        if judge not in self._kept:
            return None
        try:
            return delta(read_kept_ruleset(self._kept[judge], judge), self._ruleset)
        except ConfigError:
            # Rules that can no longer be read say nothing any more.
            return None
