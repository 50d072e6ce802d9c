"""Values -> the words that people read, in the language of a digest: times, counts, names.

Month names are ours, for `strftime` speaks the language of the machine.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import TypeVar
from zoneinfo import ZoneInfo

from pipeline.deadlines import Deadline
from pipeline.issue import Issue
from pipeline.model import Outcome, Precision
from pipeline.render.names import JURISDICTIONS, LANGUAGES, OUTCOMES
from pipeline.render.phrases import NOUNS, PHRASES

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_YOBI = "月火水木金土日"
_Key = TypeVar("_Key")

# Control, format (bidi overrides, zero width), surrogate; joiners shape Persian, Hindi, emoji.
_INVISIBLE = ("Cc", "Cf", "Cs")
_JOINERS = "\u200c\u200d"


def visible(text: str, limit: int = 300) -> str:
    """Make foreign text safe to look at: one line, no controls, nothing that reorders its line."""
    spaced = " ".join(text[: limit * 4].split())
    clean = "".join(c for c in spaced if unicodedata.category(c) not in _INVISIBLE or c in _JOINERS)
    return clean if len(clean) <= limit else clean[: limit - 1].rstrip() + "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """How one issue speaks: its language, its clock, and the day from which it speaks."""

    language: str
    zone: tzinfo
    now: datetime

    def say(self, phrase: str, **given: object) -> str:
        """Return a phrase; numbers are grouped."""
        values = {k: f"{v:,}" if isinstance(v, int) else v for k, v in given.items()}
        return PHRASES[phrase][self._place].format(**values)

    def count(self, noun: str, number: int) -> str:
        """Write a number with its noun: 1 source, 2 sources."""
        one, many, japanese = NOUNS[noun]
        form = japanese if self._place else one if number == 1 else many
        return form.format(n=f"{number:,}")

    def listed(self, words: Sequence[str], limit: int) -> str:
        """Write the first of a list and count the rest."""
        rest = len(words) - limit
        shown = self.say("comma").join(words[:limit])
        return self.say("and more", listed=shown, n=rest) if rest > 0 else shown

    def day(self, at: datetime) -> str:
        """Write a local day: 23 Nov."""
        return self.date(at.astimezone(self.zone).date(), year=False)

    def date(self, day: date, *, year: bool | None = None) -> str:
        """Write a day, with its year when that is another than this one's."""
        named = day.year != self.now.astimezone(self.zone).year if year is None else year
        if self._place:
            return f"{day.year}年{day.month}月{day.day}日" if named else f"{day.month}月{day.day}日"
        short = f"{day.day} {_MONTHS[day.month - 1]}"
        return f"{short} {day.year}" if named else short

    def long_day(self, at: datetime) -> str:
        """Write a local day in full: Monday 23 Nov 2026."""
        local = at.astimezone(self.zone).date()
        if self._place:
            return f"{self.date(local, year=True)}（{_YOBI[local.weekday()]}）"
        return f"{_WEEKDAYS[local.weekday()]} {self.date(local, year=True)}"

    def weekday(self, at: datetime) -> str:
        """Write a local day with the name that people call it by: Monday 23 Nov."""
        local = at.astimezone(self.zone).date()
        if self._place:
            return f"{self.date(local)}（{_YOBI[local.weekday()]}）"
        return f"{_WEEKDAYS[local.weekday()]} {self.date(local)}"

    def clock(self, at: datetime) -> str:
        """Write a local time: 23 Nov 07:30, with the year when it is another than today's."""
        local = at.astimezone(self.zone)
        return f"{self.date(local.date())} {local:%H:%M}"

    def published(self, at: datetime | None, precision: Precision | None) -> str:
        """Write when an item was published; a day is never shifted into another zone."""
        if at is None:
            return self.say("undated")
        if precision is Precision.DAY:
            return at.astimezone(UTC).date().isoformat()
        return self.clock(at)

    def deadline(self, deadline: Deadline) -> str:
        """Write until when one may answer: a day, a local time, or the days that it may be."""
        if deadline.at:
            return self.clock(deadline.at)
        if deadline.day:
            return self.date(deadline.day)
        return self.say("or").join(self.date(day) for day in deadline.candidates)

    def foreign(self, code: str) -> str:
        """Say in what language an item is; nothing for the one in which the mail is written."""
        primary = code.lower().partition("-")[0]
        if primary in ("", "und", self.language):
            return ""
        if primary in LANGUAGES:
            return self.say("in language", language=self.name(LANGUAGES, primary))
        return self.say("language", code=visible(code, 20))

    def tongue(self, code: str) -> str:
        """Name a language; one without an entry is another one."""
        primary = code.lower().partition("-")[0]
        return self.name(LANGUAGES, primary) or self.say("other language")

    def jurisdiction(self, code: str) -> str:
        """Name a jurisdiction, a part of one by its code; one without an entry keeps its own."""
        whole, _, part = code.upper().partition("-")
        named = self.name(JURISDICTIONS, whole)
        if not named:
            return visible(code, 40)
        return f"{named} ({visible(part, 20)})" if part else named

    def outcome(self, value: Outcome | None, error: str) -> str:
        """Say why a source could not be read, in its own error's words where there are any."""
        if value is None:
            return self.say("not tried")
        return visible(error, 160) or self.name(OUTCOMES, value) or value.value

    def name(self, names: Mapping[_Key, tuple[str, str]], key: _Key) -> str:
        """Return a name in the language, or an empty text."""
        return names[key][self._place] if key in names else ""

    @property
    def _place(self) -> int:
        return 1 if self.language == "ja" else 0


def speech_of(issue: Issue) -> Speech:
    """Return how an issue speaks."""
    return Speech(language=issue.language, zone=ZoneInfo(issue.zone), now=issue.window_end)
