"""The text of a page as it was and as it is -> one raw item, if it changed materially.

Two texts are compared line by line, whatever the order. A line says nothing, and is left out, when
only digits, marks, the names of months and days, and words of stamps and counters stand in it:
`Last updated: 2 March 2026`, `最終更新日 令和8年3月2日`, `1,234 views`. What changed is counted in
characters of words; a word that only moved is none.
"""

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from pipeline.model import RawItem, Source

# A change is material from so many characters on, or from this share of a short text.
_MATERIAL, _MATERIAL_SHARE = 12, 0.10
_MOST_LINES, _LONGEST_LINE = 8, 300

_MARKS: Final = re.compile(r"[\W\d_]+")
_STAMPS: Final = re.compile(
    r"\b(?:last|latest|page|site|date|time|as|of|on|at|the|by|and|updated?|modified|changed"
    r"|reviewed|published|printed|current|copyright|c|all|rights|reserved|am|pm|utc|gmt|jst"
    r"|e[sd]t|ces?t|st|nd|rd|th|views?|visits?|visitors?|hits?|reads?|shares?|likes?|downloads?"
    r"|mon|tues?|wed|thu(?:rs)?|fri|sat|sun|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b"
    r"|最終|最新|更新|掲載|公開|作成|改定|現在|時点|日時|年度|令和|平成|元年|午前|午後|閲覧|訪問"
    r"|アクセス|ページ|カウンター?|回数|者数|数|[年月日時分秒回件人名火水木金土曜]"
)
_CJK: Final = r"\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3"
_WORDS: Final = re.compile(rf"[{_CJK}]|(?:(?![{_CJK}])[^\W_])+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The lines that came and those that went, each in the order of its text."""

    added: tuple[str, ...]
    removed: tuple[str, ...]


def text_of(raw: RawItem) -> tuple[str, ...]:
    """Return the lines of a watched page."""
    return tuple(html.unescape(line) for line in (raw.body or "").split("<br>"))


def change(before: Sequence[str], now: Sequence[str]) -> Change | None:
    """Return how a text changed, or None when that is not worth an item."""
    told_before, told_now = _telling(before), _telling(now)
    found = Change(added=_without(told_now, told_before), removed=_without(told_before, told_now))
    changed = _changed_characters(found)
    whole = sum(map(len, told_before.elements()))
    return found if changed >= min(_MATERIAL, max(1, whole * _MATERIAL_SHARE)) else None


def item_of(change: Change, raw: RawItem, source: Source, now: datetime) -> RawItem:
    """Return a change as an entry of its page; each change is an entry of its own."""
    local = now.astimezone(ZoneInfo(source.timezone))
    told = [*_shown("Added: ", change.added), *_shown("Removed: ", change.removed)]
    return replace(
        raw,
        guid=f"change:{now.isoformat()}",
        title=f"{raw.title}: text changed ({local:%Y-%m-%d %H:%M})",
        summary="<br>".join(html.escape(line) for line in told),
        body=None,
    )


def _telling(lines: Iterable[str]) -> Counter[str]:
    found = (" ".join(unicodedata.normalize("NFKC", line).split()) for line in lines)
    return Counter(line for line in found if not _is_stamp(line))


def _is_stamp(line: str) -> bool:
    words = _MARKS.sub(" ", line).casefold()
    return not _STAMPS.sub("", words).strip()


def _without(lines: Counter[str], others: Counter[str]) -> tuple[str, ...]:
    return tuple((lines - others).elements())


def _changed_characters(change: Change) -> int:
    added, removed = _words(change.added), _words(change.removed)
    return sum(map(len, ((added - removed) + (removed - added)).elements()))


def _words(lines: Iterable[str]) -> Counter[str]:
    return Counter(word for line in lines for word in _WORDS.findall(line.casefold()))


def _shown(mark: str, lines: Sequence[str]) -> Iterator[str]:
    for line in lines[:_MOST_LINES]:
        yield mark + (line if len(line) <= _LONGEST_LINE else f"{line[: _LONGEST_LINE - 1]}…")
    if len(lines) > _MOST_LINES:
        yield f"{mark}{len(lines) - _MOST_LINES} more lines"
