"""What somebody typed into a search -> what the store has to find.

A search is a query in the language of the rules, in which words side by side mean AND, beside
filters that only the store can answer: `theme: since: until: seen-since: state: has:`.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from pipeline.errors import QueryError
from pipeline.rules.parse import FILTERS, parse_query
from pipeline.rules.tree import And, Boosted, InField, Node, Not, Or, ScopeIs
from pipeline.rules.write import write
from pipeline.triage import State
from pipeline.yamlfile import did_you_mean

STATES = tuple(state.value for state in State)
"""Where an item can stand with its readers."""
HAS = ("body", "date", "label", "theme")
"""What an item can have."""

_KNOWN = {"state": STATES, "has": HAS}
_TIMES = ("since", "until", "seen-since")
_AGO = re.compile(r"([0-9]{1,4})([hdw])")
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What to find; every part has to hold, and a part left empty asks nothing.

    `tree` holds words and scopes alone. `themes` and `has` must all be there, `states` are
    alternatives. `since` is included, `until` is not; both mean published, else first seen.
    `reading` says how the search was read.
    """

    tree: Node | None = None
    themes: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    seen_since: datetime | None = None
    states: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    reading: str = ""


def parse_search(text: str, *, now: datetime) -> Search:
    """Read a search; an empty one finds everything. Raise QueryError with the place.

    Days begin and end at midnight in the zone of `now`.
    """
    if not text.strip():
        return Search(reading="everything")
    query = parse_query(text, search=True)
    parts = query.children if isinstance(query, And) else (query,)
    words = tuple(part for part in parts if not _is_filter(part))
    filters = [part for part in parts if isinstance(part, ScopeIs) and _is_filter(part)]
    for part in words:
        _refuse_filters(part)
    times = _times(filters, now)
    return Search(
        tree=And(children=words) if len(words) > 1 else next(iter(words), None),
        themes=_values(filters, "theme"),
        since=times.get("since"),
        until=times.get("until"),
        seen_since=times.get("seen-since"),
        states=_values(filters, "state"),
        has=_values(filters, "has"),
        reading=_reading(words, filters, times, now),
    )


def _is_filter(node: Node) -> bool:
    return isinstance(node, ScopeIs) and node.name in FILTERS


def _refuse_filters(node: Node) -> None:
    """Raise QueryError for a filter under OR, NOT or a field, where the store cannot answer it."""
    match node:
        case ScopeIs() if node.name in FILTERS:
            message = (
                f"{node.name}: narrows the whole search: it stands beside the rest, "
                f"not under OR, NOT or a field"
            )
            raise QueryError(message, node.position)
        case And() | Or():
            for child in node.children:
                _refuse_filters(child)
        case Not() | InField() | Boosted():
            _refuse_filters(node.child)
        case _:
            return


def _values(filters: list[ScopeIs], name: str) -> tuple[str, ...]:
    found = [claim for claim in filters if claim.name == name]
    for claim in found:
        known = _KNOWN.get(name)
        if known and claim.value not in known:
            hint = did_you_mean(claim.value, known)
            message = f"unknown {name} '{claim.value}'{hint}: one of {', '.join(known)}"
            raise QueryError(message, claim.position)
    return tuple(dict.fromkeys(claim.value for claim in found))


def _times(filters: list[ScopeIs], now: datetime) -> dict[str, datetime]:
    times: dict[str, datetime] = {}
    for claim in filters:
        if claim.name not in _TIMES:
            continue
        if claim.name in times:
            raise QueryError(f"{claim.name}: stands twice", claim.position)
        times[claim.name] = _time(claim, now)
    if {"since", "until"} <= times.keys() and times["since"] >= times["until"]:
        raise QueryError("since: is not before until:", filters[0].position)
    return times


def _time(claim: ScopeIs, now: datetime) -> datetime:
    """Return the moment that a filter names; `until` a day means to its end."""
    try:
        ago = _AGO.fullmatch(claim.value)
        if ago:
            return (now - int(ago[1]) * _UNITS[ago[2]]).astimezone(UTC)
        day = _day(claim.value, now.date()) + timedelta(days=claim.name == "until")
        return datetime.combine(day, time(), now.tzinfo).astimezone(UTC)
    except ValueError as e:
        message = (
            f"{claim.name}:{claim.value} is no date: write 2026-11-01, today, yesterday, "
            f"or 36h, 7d, 2w for that long ago"
        )
        raise QueryError(message, claim.position) from e


def _day(value: str, today: date) -> date:
    named = {"today": today, "yesterday": today - timedelta(days=1)}
    day = named.get(value) or date.fromisoformat(value)
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise ValueError(day)
    return day


def _reading(
    words: tuple[Node, ...], filters: list[ScopeIs], times: dict[str, datetime], now: datetime
) -> str:
    """Write how a search was read: its operators spelled out, its times as times."""
    parts = [write(And(children=words) if len(words) > 1 or filters else words[0])] if words else []
    for claim in filters:
        if claim.name in _TIMES:
            moment = times[claim.name].astimezone(now.tzinfo)
            parts.append(f"{claim.name} {moment:%Y-%m-%d %H:%M}")
        else:
            parts.append(write(claim))
    return " AND ".join(parts)
