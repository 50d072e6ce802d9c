"""Dates as the world writes them -> a moment, or a day, or honestly nothing."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from datetime import timezone as fixed_zone
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from pipeline.model import Precision

_LENGTH_LIMIT: Final = 120
_EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_AHEAD: Final = timedelta(days=2)
_FARTHEST: Final = timedelta(hours=14)

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
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
        ),
        start=1,
    )
    for name in names.split()
}
# Hours east of Greenwich. CST, IST and BST have several homes: the source's zone decides first.
_ZONES: Final = {
    name: hours
    for hours, names in {
        0: "Z UT UTC GMT WET",
        1: "CET MEZ BST WEST",
        2: "CEST MESZ EET",
        3: "EEST MSK",
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
        -3: "ADT BRT",
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
_ERAS: Final = {"令和": 2018, "平成": 1988, "昭和": 1925, "R": 2018, "H": 1988, "S": 1925}

_CLOCK: Final = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?"
    r"(?:\s?(?P<half>[ap])\.?m\.?(?![a-z]))?"
)
_ZONE: Final = (
    r"(?:\s*\(?(?P<zone>(?:GMT|UTC)?[+-]\d{1,2}(?::?\d{2})?|[A-Z]{1,5})\)?(?:\s*\([\w ]{2,40}\))?)?"
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


_WHOLE: Final = tuple(
    _pattern(f"{_WEEKDAY}{text}")
    for text in (
        # 2026-08-20, 2026/8/20, 2026.08.20, and with a time
        (
            rf"(?P<year>\d{{4}})([-/.])(?P<month>\d{{1,2}})\2(?P<day>\d{{1,2}})\.?"
            rf"(?:Z|[+-]\d\d:\d\d|{_LATER})"
        ),
        (
            rf"(?P<year>\d{{4}})(?P<month>\d{{2}})(?P<day>\d{{2}})"
            rf"(?:[T ]?(?P<hour>\d{{2}}):?(?P<minute>\d{{2}})(?::?(?P<second>\d{{2}}))?{_ZONE})?"
        ),
        # R8.11.23, 令和8/11/23
        (
            r"(?P<era>[RHS]|令和|平成|昭和)\s?(?P<year>元|\d{1,2})([./-])(?P<month>\d{1,2})\3"
            rf"(?P<day>\d{{1,2}}){_LATER}"
        ),
        # 20.8.2026: with points the day comes first; with slashes nobody knows
        rf"(?P<day>\d{{1,2}})\.\s?(?P<month>\d{{1,2}})\.\s?(?P<year>\d{{4}}){_LATER}",
        # 20 Aug 2026, 20. August 2026, 1er août 2026, 20 de agosto de 2026, 20-Aug-26
        (
            rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|º|°)?\.?[\s-]+(?:of\s|de\s|d')?{_NAME},?[\s-]+"
            rf"(?:de\s|del\s)?(?P<year>\d{{4}}|\d{{2}}){_LATER}"
        ),
        # August 20, 2026
        rf"{_NAME}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}}){_LATER}",
        # Thu Aug 20 10:15:00 JST 2026
        rf"{_NAME}\s+(?P<day>\d{{1,2}})\s+{_CLOCK}{_ZONE}\s+(?P<year>\d{{4}})",
    )
)
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
    text = " ".join(unicodedata.normalize("NFKC", raw[: 4 * _LENGTH_LIMIT]).split())
    if not text or len(text) > _LENGTH_LIMIT:
        return None
    try:
        found = _epoch(text) or _moment(_written(text), timezone)
    except (ValueError, OverflowError):  # the 31st of June, hour 25, an offset of a day
        return None
    if found is None or not _EARLIEST <= found[0] <= now + _AHEAD:
        return None
    return found


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
    return _japanese(text)


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
    month = _MONTHS.get(given["name"].casefold()) if "name" in given else int(given["month"])
    if month is None:
        return None
    return _Written(
        year=_year(given),
        month=month,
        day=int(given["day"]),
        hour=_hour(int(given["hour"]), given.get("half", "")) if "hour" in given else None,
        minute=int(given.get("minute", "0")),
        second=int(given.get("second", "0")),
        zone=given.get("zone", ""),
    )


def _year(parts: Mapping[str, str | None]) -> int:
    text = parts["year"] or ""
    era = parts.get("era")
    if era:
        return _ERAS[era.upper()] + (1 if text == "元" else int(text))
    # RFC 822: two digits, of which 70 and above were the last century.
    return int(text) + (0 if len(text) > 2 else 1900 if int(text) >= 70 else 2000)


def _hour(hour: int, half: str) -> int:
    if half.lower() in ("p", "午後"):
        return hour % 12 + 12
    return hour % 12 if half else hour


def _moment(written: _Written | None, timezone: str) -> tuple[datetime, Precision] | None:
    if written is None:
        return None
    day = datetime(written.year, written.month, written.day, tzinfo=UTC)
    if written.hour is None:
        return day, Precision.DAY
    if written.hour > 24 or written.minute > 59 or written.second > 60:
        return None
    local = day.replace(tzinfo=None) + timedelta(
        hours=written.hour, minutes=written.minute, seconds=min(written.second, 59)
    )
    zone = _zone(written.zone.upper(), local, ZoneInfo(timezone))
    return (local.replace(tzinfo=zone).astimezone(UTC), Precision.SECOND) if zone else None


def _zone(name: str, local: datetime, own: ZoneInfo) -> tzinfo | None:
    """Return the zone of that name, None for a name that nobody can be sure of."""
    if not name or local.replace(tzinfo=own).tzname() == name:
        return own
    if name in _ZONES:
        return fixed_zone(timedelta(hours=_ZONES[name]))
    match = _OFFSET.fullmatch(name)
    if not match:
        return None
    east = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    return fixed_zone(-east if match[1] == "-" else east) if east <= _FARTHEST else None
