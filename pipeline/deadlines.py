"""What an item says of the last day to answer -> a deadline, or the days that it may be.

A field of an official interface goes before words. Words are read in English and Japanese. What
can be read in two ways stays two days: nothing here is ever guessed.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from pipeline.days import Mention, mentions
from pipeline.model import Field, Item

_READ = 20_000
"""Characters of one field that are looked at."""

# A day without a year lies within so many days after the item, or it is not sure.
_HORIZON = timedelta(days=270)
_AFTER_CUE = 60
_BEFORE_CUE = 14

_ANSWER = re.compile(
    r"\b(?:comments?|submi\w+|respon\w+|feedback|appl(?:y|ication)\w*|proposals?|views|input"
    r"|nominat\w+|consultation|call for|evidence|tender|survey|open|accept\w*)\b"
    "|意見|募集|応募|提出|受付|申込|申し込み|公募|パブリック|コメント|締切",
    re.IGNORECASE,
)
_SURE = re.compile(
    r"\b(?:deadlines?|clos(?:es?|ing)|(?:comments|responses|submissions|applications) (?:are )?due"
    r"|due (?:date|by|on)|extended (?:to|until|through)|no later than)\b"
    "|締切|締め切り|〆切|募集期間|受付期間|提出期限|提出期間|応募期間|公募期間|意見提出期間|期限",
    re.IGNORECASE,
)
# Only where something is to be answered.
_LIKELY = re.compile(
    r"\b(?:by|until|till|through|before|on or before|ends?|ending|due)\b", re.IGNORECASE
)
_SURE_BEHIND = re.compile("必着|締切|締め切り|〆切|消印有効")
_LIKELY_BEHIND = re.compile("まで")
_EXTENDED = re.compile(r"\bextended\b|延長", re.IGNORECASE)
_RANGE = re.compile(
    r"\s*(?:[(（][^()（）]{1,6}[)）])?\s*(?:[~〜～‐-―−ー–-]|から|より|to|until|till|through)\s*",
    re.IGNORECASE,
)
_HINT = re.compile(f"{_SURE.pattern}|{_ANSWER.pattern}|必着", re.IGNORECASE)
# "p.m. Eastern" and "Jan. 5" end no sentence.
_SENTENCES = re.compile(r"(?<=[a-z0-9)]{3}[.!?])\s+(?=[A-Z])|[。\n;；]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """The last day to answer by the source's calendar; `at` is the moment where one is told.

    `day` None means that the item leaves it open: it may be any of `candidates`, by these `words`.
    """

    day: date | None
    at: datetime | None = None
    candidates: tuple[date, ...] = ()
    words: str = ""

    @property
    def last(self) -> date:
        """Return the last day on which answers may still be welcome."""
        return self.day or max(self.candidates)

    @property
    def first(self) -> date:
        """Return the first day on which it may be too late."""
        return self.day or min(self.candidates)


def deadline_of(item: Item, *, first_seen: datetime, timezone: str) -> Deadline | None:
    """Return until when one may answer to an item, or None when it does not say."""
    near = (item.published_at or first_seen).astimezone(UTC).date()
    found = _in_texts(item, near, timezone)
    if item.deadline is None:
        return found
    same = found is not None and found.day == item.deadline
    return found if same else Deadline(day=item.deadline)


def _in_texts(item: Item, near: date, timezone: str) -> Deadline | None:
    """Take the first of title, summary and body that names a day."""
    for name in Field:
        text = unicodedata.normalize("NFKC", item.text(name)[:_READ])
        if _HINT.search(text) and (found := _in_text(text, near, timezone)):
            return found
    return None


def _in_text(text: str, near: date, timezone: str) -> Deadline | None:
    found = [one for sentence in _SENTENCES.split(text) for one in _closing(sentence)]
    # What was extended is over: only the new day counts.
    told = [m for m, extended in found if extended] or [m for m, _ in found]
    days = {day: m for m in told for day in _days(m, near)}
    if not days:
        return None
    words = told[0].words
    if len(days) > 1:
        return Deadline(day=None, candidates=tuple(sorted(days)), words=words)
    ((day, mention),) = days.items()
    return Deadline(day=day, at=_moment(day, mention, timezone), words=words)


def _closing(sentence: str) -> Iterator[tuple[Mention, bool]]:
    """Yield the days of a sentence on which something closes, and whether that was extended."""
    found = mentions(sentence)
    if not found:
        return
    answers = bool(_ANSWER.search(sentence))
    start = 0
    for mention, whole in _ends(sentence, found):
        before = sentence[max(start, whole - _AFTER_CUE) : whole]
        behind = sentence[mention.end : mention.end + _BEFORE_CUE]
        sure = _SURE.search(before) or _SURE_BEHIND.search(behind)
        likely = _LIKELY.search(before) or _LIKELY_BEHIND.search(behind)
        ranged = whole != mention.start and _ANSWER.search(before)
        if sure or (answers and likely) or ranged:
            yield mention, bool(_EXTENDED.search(before))
        start = mention.end


def _ends(sentence: str, found: list[Mention]) -> Iterator[tuple[Mention, int]]:
    """Yield each day that begins no range, with the place where its range begins."""
    begins: dict[int, Mention] = {}
    for one, two in pairwise(found):
        if _RANGE.fullmatch(sentence[one.end : two.start]):
            begins[two.start] = one
    starts = {one.start for one in begins.values()}
    for mention in found:
        if mention.start in starts:
            continue
        begin = begins.get(mention.start)
        yield (_completed(mention, begin), begin.start) if begin else (mention, mention.start)


def _completed(end: Mention, begin: Mention) -> Mention:
    """Give the end of a range the year of its begin, or the year after it."""
    month = end.month or begin.month
    if end.year is not None or begin.year is None:
        return replace(end, month=month)
    over = (month, end.day) < (begin.month, begin.day)
    return replace(end, month=month, year=begin.year + over)


def _days(mention: Mention, near: date) -> tuple[date, ...]:
    """Return the days that a mention may mean, seen from the day of the item."""
    found: set[date] = set()
    for month, day in mention.readings:
        if mention.year is not None:
            found.update(_valid(mention.year, month, day))
            continue
        around = [d for year in (-1, 0, 1) for d in _valid(near.year + year, month, day)]
        fitting = [d for d in around if near <= d <= near + _HORIZON]
        found.update(fitting or sorted(around, key=lambda d: abs(d - near))[:2])
    return tuple(sorted(found))


def _valid(year: int, month: int, day: int) -> Iterable[date]:
    try:
        return (date(year, month, day),)
    except ValueError:
        return ()


def _moment(day: date, mention: Mention, timezone: str) -> datetime | None:
    """Return the moment; without a zone of its own or of its source a time tells no moment."""
    zone = mention.zone or ("" if timezone == "UTC" else timezone)
    if mention.clock in (None, time(0)) or not zone:
        return None
    local = datetime.combine(day, mention.clock or time(0), ZoneInfo(zone))
    return local.astimezone(UTC)
