"""Identified items -> what is new, what has changed, and what of it is worth a notice."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from pipeline.changes import ChangedItem, KnownItem, SeenItem
from pipeline.model import Item, Match, Notice, Origin, Reason, Verdict

_MATERIAL: Final = 50
_PAUSE: Final = timedelta(days=1)
# Words where words have spaces; single characters where they have not.
_WORDS: Final = re.compile(r"[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]+|[^\W_]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What one reading brings: new items with their keys, changed ones, and those merely seen."""

    new: tuple[tuple[Item, tuple[str, ...]], ...]
    changed: tuple[ChangedItem, ...]
    seen: tuple[SeenItem, ...]


def changes(
    identified: Iterable[tuple[Item, tuple[str, ...], KnownItem | None]],
) -> Changes:
    """Tell new items from changed and unchanged ones.

    Changed means another fingerprint or another deadline; one that is no longer named stands.
    Each comes with its keys and the item it is known as, None for a new one.
    """
    new: list[tuple[Item, tuple[str, ...]]] = []
    changed: list[ChangedItem] = []
    seen: list[SeenItem] = []
    for item, keys, known in identified:
        if known is None:
            new.append((item, keys))
        elif _state(now := _kept_deadline(item, known.item)) != _state(known.item):
            changed.append(ChangedItem(known=known, item=now, keys=keys))
        else:
            seen.append(SeenItem(known=known, keys=keys))
    return Changes(new=tuple(new), changed=tuple(changed), seen=tuple(seen))


def material_change(before: Item, after: Item) -> bool:
    """Say whether a reader should hear of an edit: title, deadline, or more than 50 characters.

    Characters of words that came or went count, words that only moved do not.
    """
    if before.deadline != after.deadline:
        return True
    if _words(before.title) != _words(after.title):
        return True
    old, new = _text_words(before), _text_words(after)
    return max(_length(new - old), _length(old - new)) > _MATERIAL


def notices_for_new(
    item: Item, matches: Sequence[Match], origin: Origin, late_before: datetime
) -> tuple[Notice, ...]:
    """Return a notice for each theme that applies to a new item of the news, and none else.

    What is dated before `late_before` is late.
    """
    if origin is not Origin.NEWS:
        return ()
    late = item.published_at and item.published_at < late_before
    reason = Reason.LATE if late else Reason.NEW
    return tuple(Notice(theme=theme, reason=reason) for theme in _applying(matches))


def notices_for_change(
    known: KnownItem, item: Item, matches: Sequence[Match], now: datetime
) -> tuple[Notice, ...]:
    """Return the notices for an edited item: new where a theme applies for the first time.

    A theme that was noticed before says `updated` when the edit is material, at most once a day.
    """
    rested = known.last_noticed_at is not None and now - known.last_noticed_at >= _PAUSE
    worth_it = rested and material_change(known.item, item)
    found = []
    for theme in _applying(matches):
        if theme in known.noticed_themes:
            if worth_it:
                found.append(Notice(theme=theme, reason=Reason.UPDATED))
        elif theme not in known.applied_themes:
            found.append(Notice(theme=theme, reason=Reason.NEW))
    return tuple(found)


def notices_for_text(
    known: KnownItem, matches: Sequence[Match], late_before: datetime
) -> tuple[Notice, ...]:
    """Return the notices for an item of the news whose page could be read only now.

    What its title alone had shown is not said again, and nothing is called an update.
    """
    told = known.noticed_themes | known.applied_themes
    notices = notices_for_new(known.item, matches, known.origin, late_before)
    return tuple(notice for notice in notices if notice.theme not in told)


def _kept_deadline(item: Item, before: Item) -> Item:
    return replace(item, deadline=item.deadline or before.deadline)


def _state(item: Item) -> tuple[str, date | None]:
    return item.fingerprint, item.deadline


def _applying(matches: Iterable[Match]) -> tuple[str, ...]:
    return tuple(m.theme for m in matches if m.verdict is Verdict.APPLIES)


def _words(text: str) -> list[str]:
    return _WORDS.findall(text.casefold())


def _text_words(item: Item) -> Counter[str]:
    return Counter(_words(f"{item.summary}\n{item.body}"))


def _length(words: Counter[str]) -> int:
    return sum(len(word) * count for word, count in words.items())
