"""Sources, what came of them, and what the rules ask for -> what we cover, and where nothing is."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.model import Source, Tier, Type
from pipeline.rules.ruleset import Ruleset
from pipeline.rules.sense import claims

# What states do, in the order in which it comes to matter.
_ACTS = (Type.LAW, Type.BILL, Type.RULE, Type.ORDER, Type.CONSULTATION, Type.GUIDANCE)
_ELSEWHERE = 2
_TELLING_ITEMS = 50
# Scripts in which one language alone is written.
_SCRIPTS = (("ja", re.compile("[ぁ-ゖァ-ヺ]")), ("ko", re.compile("[가-힣]")))


class Place(NamedTuple):
    """Where an item comes from and what it is."""

    jurisdiction: str
    type: Type
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What one source brought to one place; `manual` was added by hand: we had missed it."""

    place: Place
    tier: Tier
    configured: bool
    manual: bool
    items: int
    matches: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What is covered at one place; `official` counts the items of official sources."""

    place: Place
    sources: int
    items: int
    matches: int
    official: int
    misses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the rules ask for: where something comes from, and in which language."""

    jurisdictions: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Every cell that has something, and in words what is empty though it should not be."""

    cells: tuple[Cell, ...]
    empty: tuple[str, ...]


def wanted_by(ruleset: Ruleset) -> Wanted:
    """Return where the rules look, and the languages of their words and titles."""
    found = [claim for theme in ruleset.themes for claim in claims(theme)]
    titled = {language for theme in ruleset.themes for language in theme.title}
    written = {language for language, script in _SCRIPTS if script.search(ruleset.text)}
    named = {claim.value for claim in found if claim.name == "lang"}
    return Wanted(
        jurisdictions=frozenset(claim.value for claim in found if claim.name == "jur"),
        languages=frozenset(map(main_language, titled | written | named)),
    )


def main_language(language: str) -> str:
    """Return the language without its region: `en` of `en-US`."""
    return language.partition("-")[0].lower()


def coverage(sources: Iterable[Source], counts: Sequence[Count], wanted: Wanted) -> Coverage:
    """Put sources and what they brought into cells, and name what is empty."""
    enabled = [source for source in sources if source.enabled]
    by_place: defaultdict[Place, list[Count]] = defaultdict(list)
    for count in counts:
        by_place[count.place].append(count)
    at = [_place(source) for source in enabled]
    cells = tuple(
        _cell(place, at.count(place), by_place[place])
        for place in sorted({*at, *by_place}, key=_order)
    )
    return Coverage(cells=cells, empty=tuple(_empty(enabled, cells, counts, wanted)))


def _place(source: Source) -> Place:
    return Place(source.jurisdiction, source.type, main_language(source.language))


def _order(place: Place) -> tuple[str, int, str]:
    return place.jurisdiction, tuple(Type).index(place.type), place.language


def _cell(place: Place, sources: int, counts: Sequence[Count]) -> Cell:
    return Cell(
        place=place,
        sources=sources,
        items=sum(count.items for count in counts),
        matches=sum(count.matches for count in counts),
        official=sum(count.items for count in counts if count.tier is Tier.OFFICIAL),
        misses=sum(count.items for count in counts if count.manual),
    )


# --- what is empty ---------------------------------------------------------------------------


def _empty(
    sources: Sequence[Source], cells: Sequence[Cell], counts: Sequence[Count], wanted: Wanted
) -> Iterator[str]:
    yield from _unofficial(sources)
    present = {_country(source.jurisdiction) for source in sources}
    for jurisdiction in sorted(wanted.jurisdictions):
        if _country(jurisdiction) not in present:
            yield f"{jurisdiction}: rules ask for it, but no source has it"
    spoken = {main_language(source.language) for source in sources}
    for language in sorted(wanted.languages - spoken):
        yield f"{language}: the rules have words or titles of it, but no source is in it"
    yield from _acts(sources, cells)
    yield from _unmatched(cells)
    silent = [_named(cell) for cell in cells if cell.sources and not cell.items]
    if silent:
        yield f"nothing came from {', '.join(silent)}"
    strange = sum(count.items for count in counts if count.manual and not count.configured)
    if strange:
        yield f"{_counted(strange, 'item')} added by hand: no source has their host"


def _unofficial(sources: Iterable[Source]) -> Iterator[str]:
    tiers: defaultdict[str, set[Tier]] = defaultdict(set)
    for source in sources:
        tiers[source.jurisdiction].add(source.tier)
    for jurisdiction, found in sorted(tiers.items()):
        if jurisdiction and Tier.OFFICIAL not in found:
            yield f"{jurisdiction}: {' and '.join(sorted(found))}, but no official source"


def _acts(sources: Iterable[Source], cells: Iterable[Cell]) -> Iterator[str]:
    """Name what states do elsewhere and of which nothing is seen of one that we watch."""
    official = {s.jurisdiction for s in sources if s.tier is Tier.OFFICIAL and s.jurisdiction}
    seen = {(cell.place.jurisdiction, cell.place.type) for cell in cells}
    for jurisdiction in sorted(official):
        others = official - {jurisdiction}
        lacking = [
            act
            for act in _ACTS
            if (jurisdiction, act) not in seen and _known_of(others, act, seen) >= _ELSEWHERE
        ]
        if lacking:
            yield f"{jurisdiction}: no {', '.join(lacking)}, which others have"


def _known_of(jurisdictions: Iterable[str], act: Type, seen: Collection[tuple[str, Type]]) -> int:
    return sum((jurisdiction, act) in seen for jurisdiction in jurisdictions)


def _unmatched(cells: Iterable[Cell]) -> Iterator[str]:
    items: defaultdict[str, int] = defaultdict(int)
    matches: defaultdict[str, int] = defaultdict(int)
    for cell in cells:
        items[cell.place.language] += cell.items
        matches[cell.place.language] += cell.matches
    for language, number in sorted(items.items()):
        if language and number >= _TELLING_ITEMS and not matches[language]:
            yield f"{language}: {number} items, no match: the rules may lack its words"


def _country(jurisdiction: str) -> str:
    return jurisdiction.partition("-")[0]


def _named(cell: Cell) -> str:
    place = " ".join(part or "-" for part in cell.place)
    return f"{place} ({_counted(cell.sources, 'source')})"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
