"""Dates as the world writes them -> a moment, or a day, or honestly nothing."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from datetime import timezone as fixed_zone
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from pipeline.model import Precision

_LENGTH_LIMIT: Final = 120
_EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_AHEAD: Final = timedelta(days=2)
_FARTHEST: Final = timedelta(hours=14)

# English, French, German, Spanish, Italian; then Portuguese, Dutch, Swedish, Danish, Greek,
# Hungarian.
_MONTH_NAMES: Final = (
    "jan january janvier janv januar jänner jaenner jän enero ene gennaio gen",
    "feb february février févr fév fevrier fevr fev februar febrero febbraio febr",
    "mar march mars märz maerz mär mrz marzo",
    "apr april avril avr abril abr aprile",
    "may mai mayo maggio mag",
    "jun june juin juni junio giugno giu",
    "jul july juillet juil juli julio luglio lug",
    "aug august août aout agosto ago",
    "sep sept september septembre septiembre setiembre settembre set",
    "oct october octobre okt oktober octubre ottobre ott",
    "nov november novembre noviembre",
    "dec december décembre déc decembre dez dezember diciembre dic dicembre",
    "janeiro januari ιαν január",
    "fevereiro februari φεβ február februári",
    "março maart mrt marts μάώ μαώ μαρ μάρ március",
    "απρ április",
    "maio mei maj μάι μαϊ μαι máj május máujus",
    "junho ιούν ιον ιουν június",
    "julho ιούλ ιολ ιουλ július",
    "augusti augustus αύγ αυγ augusztus",
    "setembro σεπ szeptember",
    "outubro out οκτ október",
    "novembro νοέ νοε",
    "dezembro δεκ",
)
_MONTHS: Final = {
    name: place % 12 + 1 for place, names in enumerate(_MONTH_NAMES) for name in names.split()
}
# Hours east of Greenwich. CST, IST and BST have several homes: the source's zone decides first.
_ZONES: Final = {
    name: hours
    for hours, names in {
        0: "Z UT UTC GMT WET",
        1: "CET MEZ MET BST WEST WAT",
        2: "CEST MESZ MEST EET SAST CAT",
        3: "EEST MSK",
        5: "PKT",
        5.5: "IST",
        7: "WIB",
        8: "SGT HKT PHT AWST",
        9: "JST KST",
        9.5: "ACST",
        10: "AEST",
        10.5: "ACDT",
        11: "AEDT",
        12: "NZST",
        13: "NZDT",
        -2.5: "NDT",
        -3: "ADT BRT ART",
        -3.5: "NST",
        -4: "EDT AST",
        -5: "EST CDT",
        -6: "CST MDT",
        -7: "MST PDT",
        -8: "PST AKDT",
        -9: "AKST",
        -10: "HST",
    }.items()
    for name in names.split()
}
# What America writes for its zones all year round.
_PLACES: Final = {
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
    "AT": "America/Halifax",
}
_ERAS: Final = {"令和": 2018, "平成": 1988, "昭和": 1925, "R": 2018, "H": 1988, "S": 1925}

# What other scripts write in the places of 年月日 and the like, and a minus sign for a hyphen.
_CJK: Final = (
    ("년", "年"),
    ("월", "月"),
    ("일", "日"),
    ("시", "時"),
    ("분", "分"),
    ("초", "秒"),
    ("오전", "午前"),
    ("오후", "午後"),
    ("上午", "午前"),
    ("下午", "午後"),
    ("\u2212", "-"),
)

_CLOCK: Final = (
    r"(?:(?P<part>午[前後])\s?)?(?P<hour>\d{1,2})"
    # A point parts hours and minutes where no further one makes a day and month of them.
    r"(?:(?:[:h]|\.(?=\d\d(?:\.\d\d)?(?:\s|[ap]|\Z)))(?P<minute>\d{2})"
    r"(?:[:.](?P<second>\d{2})(?:[.,:]\d{1,12})?)?(?:\s?Uhr)?|(?=\s?[ap]\.?m))"
    r"(?:\s?(?P<half>[ap])\.?m\.?(?![a-z]))?"
)
_ZONE: Final = (
    r"(?:\s*\(?(?P<zone>(?:GMT|UTC)?[+-]\d{1,2}(?::?\d{2})?|[A-Z]{2,12}/[A-Z_/+-]{2,30}\d{0,2}"
    r"|[A-Z]{3}\d[A-Z]{3}|[A-Z]{1,5})\)?(?:\s*\([\w ]{2,40}\)|\s+[A-Z]{2,5}|\[[\w/+-]{2,40}\]|Z)?)?"
)
_WEEKDAY: Final = r"(?:[^\W\d_]{2,10}(?:\.?,\s*|\.?\s+))?"
_NAME: Final = r"(?P<name>[^\W\d_]{3,12})\.?"
_LATER: Final = (
    r"(?:\s*\([^()]{1,9}\))?"
    rf"(?:(?:\s*,?\s+|\s+(?:at|um|à|alle|a las|-|–)\s+|T){_CLOCK}{_ZONE})?"
)
_JP_CLOCK: Final = (
    r"(?:\D{0,8}?(?:(?P<half>午[前後])\s*)?(?P<hour>\d{1,2})(?:時|:)"
    r"(?:\s*(?P<minute>\d{1,2})分?(?::?(?P<second>\d{1,2})秒?)?)?)?"
)
_JP_YEAR: Final = r"(?<!\d)(?:(?P<era>令和|平成|昭和)\s*|(?=\d{4}))(?P<year>元|\d{1,4})\s*年"
_JP_DAY: Final = r"(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*日"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


_FORMS: Final = (
    # 2026-08-20, 2026/8/20, 2026.08.20, 2026. 8. 20., and with a time
    (
        r"(?P<year>\d{4})(?P<a>[-/.])\s?(?P<month>\d{1,2})(?P=a)\s?(?P<day>\d{1,2})\.?"
        rf"(?:Z|[+-]\d\d:\d\d|{_LATER})"
    ),
    (
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
        rf"(?:[T ]?(?P<hour>\d{{2}}):?(?P<minute>\d{{2}})(?::?(?P<second>\d{{2}}))?{_ZONE})?"
    ),
    # 2026-W34-4, 2026-232: weeks and days of the year
    rf"(?P<year>\d{{4}})-?W(?P<week>\d{{2}})-?(?P<weekday>[1-7]){_LATER}",
    rf"(?P<year>\d{{4}})-(?P<ordinal>\d{{3}}){_LATER}",
    # R8.11.23, 令和8/11/23
    (
        r"(?P<era>[RHS]|令和|平成|昭和)\s?(?P<year>元|\d{1,2})(?P<a>[./-])(?P<month>\d{1,2})(?P=a)"
        rf"(?P<day>\d{{1,2}}){_LATER}"
    ),
    # 20.8.2026: with points the day comes first
    rf"(?P<day>\d{{1,2}})\.\s?(?P<month>\d{{1,2}})\.\s?(?P<year>\d{{4}}){_LATER}",
    # 20/8/2026, 8/20/2026: sure only where one of them can be no month
    rf"(?P<one>\d{{1,2}})(?P<a>[/-])(?P<two>\d{{1,2}})(?P=a)(?P<year>\d{{4}}){_LATER}",
    # 20 Aug 2026, 20. August 2026, 1er août 2026, 20 de agosto de 2026, 20-Aug-26
    (
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|º|°)?\.?[\s-]+(?:of\s|de\s|d')?{_NAME},?[\s-]+"
        rf"(?:de\s|del\s)?(?P<year>\d{{4}}|\d{{2}}){_LATER}"
    ),
    # August 20, 2026
    rf"{_NAME}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}}){_LATER}",
    # 2026-Aug-20, 2026. augusztus 20.
    rf"(?P<year>\d{{4}})\.?[\s-]{_NAME}[\s-](?P<day>\d{{1,2}})\.?{_LATER}",
    # Thu Aug 20 10:15:00 JST 2026
    rf"{_NAME}\s+(?P<day>\d{{1,2}})\s+{_CLOCK}{_ZONE}\s+(?P<year>\d{{4}})",
)
_WHOLE: Final = tuple(_pattern(f"{_WEEKDAY}{form}") for form in _FORMS)
# The same inside other words: "Published on 20 August 2026 by the press office".
_INSIDE: Final = tuple(_pattern(rf"(?<![A-Z0-9./-]){form}(?![A-Z0-9/-])") for form in _FORMS)
_JP_FULL: Final = _pattern(rf"{_JP_YEAR}\s*{_JP_DAY}{_JP_CLOCK}")
_JP_YEARS: Final = _pattern(rf"{_JP_YEAR}(?!度)")
_JP_DAYS: Final = _pattern(rf"{_JP_DAY}{_JP_CLOCK}")
_OFFSET: Final = re.compile(r"(?:GMT|UTC)?([+-])(\d{1,2}):?(\d{2})?")
_EPOCH: Final = re.compile(r"(\d{9,10}|\d{12,13})(?:\.\d{1,6})?")


class _Written(NamedTuple):
    """A date as it was written; hour None = no time, zone empty = no zone."""

    year: int
    month: int
    day: int
    hour: int | None
    minute: int
    second: int
    zone: str


def parse_date(raw: str, *, timezone: str, now: datetime) -> tuple[datetime, Precision] | None:
    """Return the UTC moment that a text tells, or None when it is not sure which.

    A day without a time is midnight UTC of that calendar day, in whatever zone it was written.
    A time without a zone is of `timezone`. Before 2000 and two days ahead of now is not sure.
    """
    text = _in_one_script(unicodedata.normalize("NFKC", raw[: 4 * _LENGTH_LIMIT]))
    if not text or len(text) > _LENGTH_LIMIT:
        return None
    try:
        found = _epoch(text) or _moment(_written(text), timezone)
    except (ValueError, OverflowError):  # the 31st of June, hour 25, an offset of a day
        return None
    if found is None or not _EARLIEST <= found[0] <= now + _AHEAD:
        return None
    return found


def _in_one_script(text: str) -> str:
    for other, ours in () if text.isascii() else _CJK:
        text = text.replace(other, ours)
    return " ".join(text.split())


def _epoch(text: str) -> tuple[datetime, Precision] | None:
    match = _EPOCH.fullmatch(text)
    if not match:
        return None
    seconds = int(match[1]) // (1000 if len(match[1]) > 10 else 1)
    return datetime.fromtimestamp(seconds, UTC), Precision.SECOND


def _written(text: str) -> _Written | None:
    for pattern in _WHOLE:
        if match := pattern.fullmatch(text):
            return _read(match.groupdict())
    return _japanese(text) or _inside(text)


def _inside(text: str) -> _Written | None:
    """Find the one date among other words; with any other number beside it, nothing is sure."""
    for pattern in _INSIDE:
        match = pattern.search(text)
        if match and not re.search(r"\d", text[: match.start()] + text[match.end() :]):
            return _read(match.groupdict())
    return None


def _japanese(text: str) -> _Written | None:
    """Find the one date in a Japanese text; its year may stand in a heading before it."""
    whole = [match.groupdict() for match in _JP_FULL.finditer(text)]
    if whole:
        return _read(whole[0]) if _same_day(whole) else None
    years = [match.groupdict() for match in _JP_YEARS.finditer(text)]
    days = [match.groupdict() for match in _JP_DAYS.finditer(text)]
    if len(years) != 1 or len(days) != 1:
        return None
    return _read(days[0] | years[0])


def _same_day(found: list[dict[str, str | None]]) -> bool:
    return len({(_year(parts), parts["month"], parts["day"]) for parts in found}) == 1


def _read(parts: dict[str, str | None]) -> _Written | None:
    given = {name: text for name, text in parts.items() if text}
    year = _year(given)
    found = _day_of_year(year, given)
    if found is None:
        return None
    return _Written(
        year=found[0],
        month=found[1],
        day=found[2],
        hour=_hour(int(given["hour"]), given) if "hour" in given else None,
        minute=int(given.get("minute", "0")),
        second=int(given.get("second", "0")),
        zone=given.get("zone", ""),
    )


def _day_of_year(year: int, given: Mapping[str, str]) -> tuple[int, int, int] | None:
    if "week" in given:
        day = date.fromisocalendar(year, int(given["week"]), int(given["weekday"]))
        return day.year, day.month, day.day
    if "ordinal" in given:
        day = date(year, 1, 1) + timedelta(days=int(given["ordinal"]) - 1)
        return (day.year, day.month, day.day) if day.year == year else None
    if "one" in given:
        one, two = int(given["one"]), int(given["two"])
        if one != two and max(one, two) <= 12:
            return None
        return (year, two, one) if one > 12 else (year, one, two)
    month = _MONTHS.get(given["name"].casefold()) if "name" in given else int(given["month"])
    return (year, month, int(given["day"])) if month else None


def _year(parts: Mapping[str, str | None]) -> int:
    text = parts["year"] or ""
    era = parts.get("era")
    if era:
        return _ERAS[era.upper()] + (1 if text == "元" else int(text))
    # RFC 822: two digits, of which 70 and above were the last century.
    return int(text) + (0 if len(text) > 2 else 1900 if int(text) >= 70 else 2000)


def _hour(hour: int, given: Mapping[str, str]) -> int:
    half = (given.get("half") or given.get("part", "")).lower()
    if half in ("p", "午後"):
        return hour % 12 + 12
    return hour % 12 if half else hour


def _moment(written: _Written | None, timezone: str) -> tuple[datetime, Precision] | None:
    if written is None:
        return None
    day = datetime(written.year, written.month, written.day, tzinfo=UTC)
    if written.hour is None:
        return day, Precision.DAY
    after_midnight = written.hour == 24 and (written.minute or written.second)
    if after_midnight or written.hour > 24 or written.minute > 59 or written.second > 60:
        return None
    local = day.replace(tzinfo=None) + timedelta(
        hours=written.hour, minutes=written.minute, seconds=min(written.second, 59)
    )
    zone = _zone(written.zone, local, ZoneInfo(timezone))
    # In a zone that nobody knows, only the day is sure.
    return (
        (local.replace(tzinfo=zone).astimezone(UTC), Precision.SECOND)
        if zone
        else (
            day,
            Precision.DAY,
        )
    )


def _zone(name: str, local: datetime, own: ZoneInfo) -> tzinfo | None:
    """Return the zone of that name, None for a name that nobody can be sure of."""
    short = name.upper()
    if not name or local.replace(tzinfo=own).tzname() == short:
        return own
    if short in _ZONES:
        return fixed_zone(timedelta(hours=_ZONES[short]))
    match = _OFFSET.fullmatch(short)
    if match:
        east = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
        if east > _FARTHEST:
            raise ValueError(f"no offset {name}")
        return fixed_zone(-east if match[1] == "-" else east)
    place = _PLACES.get(short, name)
    try:
        return ZoneInfo(place) if "/" in place or place[3:4].isdigit() else None
    except (LookupError, OSError):
        return None
