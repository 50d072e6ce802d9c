"""What the entries of every kind of document share: how many are taken, and their language."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, TypeVar

from pipeline.dates import parse_date
from pipeline.model import RawItem, Source
from pipeline.reading import Limits

CATEGORY_LIMIT: Final = 20

_SORTABLE_UNTIL: Final = datetime(2100, 1, 1, tzinfo=UTC)
_Entry = TypeVar("_Entry")


def newest(
    entries: Sequence[_Entry], written: Callable[[_Entry], str], timezone: str
) -> Sequence[_Entry]:
    """Return as many entries as one document may have, the newest, in their own order."""
    limit = Limits().items
    if len(entries) <= limit:
        return entries

    def age_order(place: int) -> float:
        found = parse_date(written(entries[place]), timezone=timezone, now=_SORTABLE_UNTIL)
        return -found[0].timestamp() if found else 0.0

    return [entries[place] for place in sorted(sorted(range(len(entries)), key=age_order)[:limit])]


def left_out(number: int) -> Iterator[str]:
    """Say how many entries are above the limit, if any."""
    if number:
        yield f"{number} older items left out, the limit is {Limits().items}"


def in_language(item: RawItem, of_document: str, source: Source) -> RawItem:
    """Keep what the entry itself says; a document's own word only where no person gave one.

    The language of a whole feed is mostly the default of a template.
    """
    if item.language and item.language != of_document:
        return item
    told = source.language or source.languages
    return replace(item, language=None if told else of_document or None)
