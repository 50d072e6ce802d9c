"""A sentence -> the days that it mentions, in English and Japanese, with their times of day."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_ERAS: Mapping[str, int] = {"令和": 2018, "R": 2018, "平成": 1988}
_ZONES: Mapping[str, str] = {
    "UTC": "UTC",
    "GMT": "UTC",
    "BST": "Europe/London",
    "CET": "Europe/Brussels",
    "CEST": "Europe/Brussels",
    "BRUSSELS TIME": "Europe/Brussels",
    "ET": "America/New_York",
    "EST": "America/New_York",
    "EDT": "America/New_York",
    "EASTERN": "America/New_York",
    "PT": "America/Los_Angeles",
    "PST": "America/Los_Angeles",
    "PDT": "America/Los_Angeles",
    "PACIFIC": "America/Los_Angeles",
    "JST": "Asia/Tokyo",
    "日本時間": "Asia/Tokyo",
}
_ZONE = "|".join(sorted(map(re.escape, _ZONES), key=len, reverse=True))
_TIME = (
    r"(?:(?P<noon>noon|正午)|(?P<half>午[前後])?\s?(?P<hour>\d{1,2})"
    r"(?:[:.](?P<minute>\d{2})(?:\s?(?P<m>[ap])\.?m\b\.?)?|\s?(?P<m2>[ap])\.?m\b\.?"
    r"|時(?:(?P<minute2>\d{1,2})分)?))"
    rf"(?:\s?\(?(?P<zone>{_ZONE})(?![A-Za-z])\)?)?"
)
_YEAR = r"(?:,?\s+(?P<year>20\d\d)(?!\d))?"
_JP_YEAR = r"(?:(?P<era>令和|平成|R)?\s?(?P<year>元|\d{1,4})年\s?)?"
_FORMS = (
    # 5 January 2027, 3rd of Feb
    rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_NAME}{_YEAR}",
    # January 5, 2027
    rf"{_NAME}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|:){_YEAR}",
    # 2027-01-05, 2027/1/5, 2027.1.5
    r"(?P<year>20\d\d)(?P<a>[-/.])(?P<month>\d{1,2})(?P=a)(?P<day>\d{1,2})(?!\d)",
    # 5/1/2027: which of the two is the month is not sure
    r"(?P<one>\d{1,2})/(?P<two>\d{1,2})/(?P<year>20\d\d)(?!\d)",
    # 令和9年1月5日, 2027年1月5日, 1月5日; the end of a range may be a day alone
    rf"{_JP_YEAR}(?P<month>\d{{1,2}})月\s?(?P<day>\d{{1,2}})日",
    r"(?P<day>\d{1,2})日(?!間|目|以)",
    # R9.1.5, 令和9.1.5
    r"(?P<era>令和|R)\s?(?P<year>元|\d{1,2})(?P<a>[./])(?P<month>\d{1,2})(?P=a)(?P<day>\d{1,2})",
)
_PATTERNS = tuple(re.compile(rf"(?<![\w./-]){form}", re.IGNORECASE) for form in _FORMS[:4]) + tuple(
    re.compile(rf"(?<![\d./-]){form}") for form in _FORMS[4:]
)
_BEHIND = re.compile(
    r"\s?(?:[(（][^()（）]{1,4}[)）])?[,、]?\s?(?:(?:at|by|の)\s?)?" + _TIME, re.IGNORECASE
)
_BEFORE = re.compile(_TIME + r",?\s+(?:on\s+)?(?:[A-Za-z]{3,9}day,?\s+)?\Z", re.IGNORECASE)
_LOOKED_BACK = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A day as a text writes it: year None where it names none, month 0 where a range does.

    `swapped`: day and month may be the other way round. `zone` is empty when none is named.
    """

    start: int
    end: int
    words: str
    year: int | None
    month: int
    day: int
    swapped: bool = False
    clock: time | None = None
    zone: str = ""

    @property
    def readings(self) -> tuple[tuple[int, int], ...]:
        """Return each (month, day) that it may mean."""
        plain = (self.month, self.day)
        return (plain, (self.day, self.month)) if self.swapped else (plain,)


def mentions(sentence: str) -> list[Mention]:
    """Return the days of a sentence in their order; of two at one place the longer one."""
    found = sorted(
        (match for pattern in _PATTERNS for match in pattern.finditer(sentence)),
        key=lambda match: (match.start(), -match.end()),
    )
    kept: list[Mention] = []
    for match in found:
        if not kept or match.start() >= kept[-1].end:
            kept.append(_mention(sentence, match))
    return kept


def _mention(sentence: str, match: re.Match[str]) -> Mention:
    given = {name: text for name, text in match.groupdict().items() if text}
    month, day, swapped = _day(given)
    behind = _BEHIND.match(sentence, match.end())
    beside = behind or _BEFORE.search(
        sentence[max(match.start() - _LOOKED_BACK, 0) : match.start()]
    )
    told = {name: text for name, text in beside.groupdict().items() if text} if beside else {}
    end = behind.end() if behind else match.end()
    return Mention(
        start=match.start(),
        end=end,
        words=sentence[match.start() : end].strip(),
        year=_year(given),
        month=month,
        day=day,
        swapped=swapped,
        clock=_time(told),
        zone=_ZONES.get(told.get("zone", "").upper(), ""),
    )


def _day(given: Mapping[str, str]) -> tuple[int, int, bool]:
    """Return month, day, and whether they may be the other way round."""
    if "one" in given:
        one, two = int(given["one"]), int(given["two"])
        return (two, one, one != two and max(one, two) <= 12) if two <= 12 else (one, two, False)
    if "name" in given:
        return _MONTHS.index(given["name"][:3].lower()) + 1, int(given["day"]), False
    return int(given.get("month", "0")), int(given["day"]), False


def _year(given: Mapping[str, str]) -> int | None:
    text = given.get("year")
    if text is None:
        return None
    number = 1 if text == "元" else int(text)
    return number if number > 99 else _ERAS.get(given.get("era", "令和"), 2018) + number


def _time(told: Mapping[str, str]) -> time | None:
    if "noon" in told:
        return time(12)
    if "hour" not in told:
        return None
    hour, minute = int(told["hour"]), int(told.get("minute") or told.get("minute2") or 0)
    half = (told.get("m") or told.get("m2") or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    elif told.get("half") == "午後":
        hour = hour % 12 + 12
    return time(hour % 24, minute) if hour <= 24 and minute < 60 else None
