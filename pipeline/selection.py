"""A digest's filters -> whether it takes an item under a theme."""

from pipeline.model import Match, Source, Verdict
from pipeline.records import DigestSpec, StoredItem


def takes(spec: DigestSpec, stored: StoredItem, source: Source) -> bool:
    """Say whether a digest takes items like this one, under whatever theme."""
    wanted, item = spec.takes, stored.item
    language = (item.language or source.language).lower().partition("-")[0]
    return (
        (not wanted.types or item.type in wanted.types)
        and (not wanted.languages or language in ("", "und", *wanted.languages))
        and (
            not wanted.jurisdictions
            or any(within(source.jurisdiction.upper(), code) for code in wanted.jurisdictions)
        )
    )


def is_ready(spec: DigestSpec, stored: StoredItem | None) -> bool:
    """Say whether a digest may tell of an item now, and need not wait for a decision on it."""
    return stored is None or spec.takes.state in (None, stored.state)


def wants(spec: DigestSpec, theme: str) -> bool:
    """Say whether a digest has a theme."""
    return not spec.themes or theme in spec.themes


def applying(spec: DigestSpec, stored: StoredItem) -> list[Match]:
    """Return the matches for which a digest takes an item, if it takes it at all."""
    return [
        match
        for match in stored.matches
        if match.verdict is Verdict.APPLIES
        and wants(spec, match.theme)
        and match.score >= spec.takes.min_score
    ]


def within(place: str, area: str) -> bool:
    """Say whether a jurisdiction is another one or a part of it: US-CA is within US."""
    return place == area or place.startswith(f"{area}-")
