"""What the last documents of a page gave, and what this one gives -> why it cannot be whole.

A page that was rebuilt often still answers, and its old selectors still find something.
"""

from statistics import median
from typing import Final

from pipeline.model import SourceState

REMEMBERED: Final = 10

# Fewer documents say little of what is usual.
_TELLING = 5
_LEAST_SHARE = 0.6
_MOSTLY_DATED, _LEAST_DATED = 0.5, 0.5


def shortfall(state: SourceState, read_as: str, entries: int, dated: int) -> str:
    """Say why a document of a page gives too little; empty when it gives enough.

    What was read by other selectors, or of other addresses, is no measure.
    """
    usual = state.yields
    if read_as != state.read_as or len(usual) < _TELLING:
        return ""
    median_entries = median(each for each, _ in usual)
    if entries < _LEAST_SHARE * median_entries:
        return (
            f"only {entries} entries, where {median_entries:g} are usual: the page was rebuilt, or"
            f" the selector is wrong; if this is all, set min_items to {max(entries, 1)} or less"
        )
    share = median(with_date / each for each, with_date in usual)
    if share >= _MOSTLY_DATED and dated < entries * share * _LEAST_DATED:
        return (
            f"only {dated} of {entries} entries have a date, where {share:.0%} are usual: the page"
            " was rebuilt, or the selector of dates is wrong"
        )
    return ""


def remembered(
    state: SourceState, read_as: str, entries: int, dated: int
) -> tuple[tuple[int, int], ...]:
    """Return what the last documents gave, this one with them."""
    before = state.yields if read_as == state.read_as else ()
    return (*before, (entries, dated))[-REMEMBERED:] if entries else before
