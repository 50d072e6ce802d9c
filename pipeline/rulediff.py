"""What two sets of rules say of one item -> what changed, why, and how often in all."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.judging import StoredTexts
from pipeline.model import Evidence, Match, Notice, Origin, Reason, Verdict

_TOLD = (Origin.NEWS, Origin.BASELINE)


class Kind(StrEnum):
    """How a theme's word on an item changed."""

    GAINED = "gained"
    LOST = "lost"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One theme that speaks otherwise of one item; `changed` means with another score.

    A score is 0 where the theme does not apply. `gained` and `lost` are the words that only one
    of the two found; `why` names the exclusion, or what was missing.
    """

    theme: str
    kind: Kind
    before: float
    after: float
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemChange:
    """One change, and the item that it is about."""

    stored: StoredTexts
    change: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many items each theme, language and source gained, lost or keeps with another score."""

    by_theme: Mapping[str, Counter[Kind]]
    by_language: Mapping[str, Counter[Kind]]
    by_source: Mapping[str, Counter[Kind]]


def compare(before: Iterable[Match], after: Iterable[Match]) -> tuple[Change, ...]:
    """Return the themes that apply to an item by one of two judgements only, or score otherwise.

    Only texts and scores count: a rule under another name changes nothing.
    """
    old, new = _by_theme(before), _by_theme(after)
    themes = dict.fromkeys([*new, *old])
    changes = (_change(theme, old.get(theme), new.get(theme)) for theme in themes)
    return tuple(change for change in changes if change is not None)


def rule_change_notices(
    stored: StoredTexts, changes: Iterable[Change], since: datetime, reason: Reason
) -> tuple[Notice, ...]:
    """Return a notice for each theme that an item gained and that was never told of it.

    Only what a poll brought, and first saw since then, is worth telling.
    """
    if stored.first_seen_at < since or stored.origin not in _TOLD:
        return ()
    return tuple(
        Notice(theme=change.theme, reason=reason)
        for change in changes
        if change.kind is Kind.GAINED and change.theme not in stored.noticed_themes
    )


def tally(changes: Iterable[ItemChange]) -> Tally:
    """Count changes by theme, by the language of the item, and by its source."""
    themes: dict[str, Counter[Kind]] = {}
    languages: dict[str, Counter[Kind]] = {}
    sources: dict[str, Counter[Kind]] = {}
    for one in changes:
        scope, change = one.stored.scope, one.change
        for counts, key in (
            (themes, change.theme),
            (languages, scope.language),
            (sources, scope.source),
        ):
            counts.setdefault(key, Counter())[change.kind] += 1
    return Tally(by_theme=themes, by_language=languages, by_source=sources)


def _by_theme(matches: Iterable[Match]) -> dict[str, Match]:
    return {match.theme: match for match in matches}


def _change(theme: str, old: Match | None, new: Match | None) -> Change | None:
    before, after = _score(old), _score(new)
    if before == after:
        return None
    kind = Kind.GAINED if before is None else Kind.LOST if after is None else Kind.CHANGED
    return Change(
        theme=theme,
        kind=kind,
        before=before or 0.0,
        after=after or 0.0,
        gained=_only_in(new, old),
        lost=_only_in(old, new),
        why=_why(kind, old, new),
    )


def _score(match: Match | None) -> float | None:
    return match.score if match and match.verdict is Verdict.APPLIES else None


def _only_in(match: Match | None, other: Match | None) -> tuple[str, ...]:
    """Return the words that one judgement found where the other found none."""
    known = {_place(evidence) for evidence in _evidence(other)}
    words = (evidence.text for evidence in _evidence(match) if _place(evidence) not in known)
    return tuple(dict.fromkeys(words))


def _evidence(match: Match | None) -> tuple[Evidence, ...]:
    return match.evidence if match else ()


def _place(evidence: Evidence) -> tuple[str, int, int]:
    return evidence.field, evidence.start, evidence.end


def _why(kind: Kind, old: Match | None, new: Match | None) -> str:
    """Name what kept the theme from applying, on the side where it does not."""
    if kind is Kind.GAINED:
        hindrance = _hindrance(old)
        return hindrance and f"{hindrance} before"
    return _hindrance(new) if kind is Kind.LOST else ""


def _hindrance(match: Match | None) -> str:
    if match is None:
        return ""
    if match.excluded_by:
        return f"excluded by {match.excluded_by}"
    return f"missing {', '.join(match.missing)}"
