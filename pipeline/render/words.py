"""Values -> the words that people read: times, counts, names of languages and outcomes.

Month names are ours, for `strftime` speaks the language of the machine.
"""

import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from types import MappingProxyType

from pipeline.model import Outcome, Precision

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

LANGUAGES: Mapping[str, str] = MappingProxyType(
    {
        "ar": "Arabic",
        "bg": "Bulgarian",
        "cs": "Czech",
        "da": "Danish",
        "de": "German",
        "el": "Greek",
        "en": "English",
        "es": "Spanish",
        "et": "Estonian",
        "fa": "Persian",
        "fi": "Finnish",
        "fr": "French",
        "he": "Hebrew",
        "hi": "Hindi",
        "hr": "Croatian",
        "hu": "Hungarian",
        "id": "Indonesian",
        "it": "Italian",
        "ja": "Japanese",
        "ko": "Korean",
        "lt": "Lithuanian",
        "lv": "Latvian",
        "nb": "Norwegian",
        "nl": "Dutch",
        "no": "Norwegian",
        "pl": "Polish",
        "pt": "Portuguese",
        "ro": "Romanian",
        "ru": "Russian",
        "sk": "Slovak",
        "sl": "Slovenian",
        "sv": "Swedish",
        "th": "Thai",
        "tr": "Turkish",
        "uk": "Ukrainian",
        "vi": "Vietnamese",
        "zh": "Chinese",
    }
)

JURISDICTIONS: Mapping[str, str] = MappingProxyType(
    {
        "AU": "Australia",
        "BR": "Brazil",
        "CA": "Canada",
        "CH": "Switzerland",
        "CN": "China",
        "DE": "Germany",
        "ES": "Spain",
        "FR": "France",
        "GB": "United Kingdom",
        "IN": "India",
        "INT": "International",
        "IT": "Italy",
        "JP": "Japan",
        "KR": "South Korea",
        "NL": "Netherlands",
        "SG": "Singapore",
        "TW": "Taiwan",
        "UK": "United Kingdom",
        "UN": "United Nations",
        "US": "United States",
    }
)

_OUTCOMES: Mapping[Outcome, str] = MappingProxyType(
    {
        Outcome.EMPTY: "it holds no items",
        Outcome.PARTLY_BROKEN: "parts of it cannot be read",
        Outcome.NOT_A_FEED: "what it sends is no feed",
        Outcome.BLOCKED: "it blocks us",
        Outcome.TOO_BIG: "too big",
        Outcome.TOO_SLOW: "too slow",
        Outcome.PARSE_LIMIT: "too much to read",
        Outcome.REFUSED_ADDRESS: "its address is not public",
        Outcome.MOVED: "it moved",
        Outcome.GONE: "it is gone for good",
        Outcome.HTTP_ERROR: "its server answers with an error",
        Outcome.DNS: "its name is not found",
        Outcome.TLS: "its certificate is not valid",
        Outcome.DISABLED: "it is switched off",
    }
)


def visible(text: str, limit: int = 300) -> str:
    """Make foreign text safe to look at: one line, no controls, nothing that reorders its line."""
    spaced = " ".join(text[: limit * 4].split())
    clean = "".join(c for c in spaced if unicodedata.category(c) not in _INVISIBLE or c in _JOINERS)
    return clean if len(clean) <= limit else clean[: limit - 1].rstrip() + "…"


# Control, format (bidi overrides, zero width), surrogate; joiners shape Persian, Hindi, emoji.
_INVISIBLE = ("Cc", "Cf", "Cs")
_JOINERS = "\u200c\u200d"


def counted(number: int, one: str, many: str = "") -> str:
    """Write a number with its noun: 1 source, 2 sources."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(words: list[str], limit: int) -> str:
    """Write the first of a list and count the rest."""
    rest = len(words) - limit
    return ", ".join(words[:limit]) + (f" and {rest:,} more" if rest > 0 else "")


def day(at: datetime, zone: tzinfo) -> str:
    """Write a local day: 23 Nov."""
    local = at.astimezone(zone)
    return f"{local.day} {_MONTHS[local.month - 1]}"


def long_day(at: datetime, zone: tzinfo) -> str:
    """Write a local day in full: Monday 23 Nov 2026."""
    local = at.astimezone(zone)
    return f"{_WEEKDAYS[local.weekday()]} {day(at, zone)} {local.year}"


def clock(at: datetime, zone: tzinfo, today: datetime) -> str:
    """Write a local time: 23 Nov 07:30, with the year when it is another than today's."""
    local = at.astimezone(zone)
    year = "" if local.year == today.astimezone(zone).year else f" {local.year}"
    return f"{day(at, zone)}{year} {local:%H:%M}"


def published(
    at: datetime | None, precision: Precision | None, zone: tzinfo, today: datetime
) -> str:
    """Write when an item was published; a day is never shifted into another zone."""
    if at is None:
        return "undated"
    if precision is Precision.DAY:
        return at.astimezone(UTC).date().isoformat()
    return clock(at, zone, today)


def language(code: str) -> str:
    """Say in what language an item is; nothing for English, in which a mail is written."""
    primary = code.lower().partition("-")[0]
    if primary in ("", "en", "und"):
        return ""
    return f"In {LANGUAGES[primary]}" if primary in LANGUAGES else f"Language: {visible(code, 20)}"


def jurisdiction(code: str) -> str:
    """Name a jurisdiction; one without an entry keeps its code."""
    return JURISDICTIONS.get(code.upper(), visible(code, 40))


def outcome(value: Outcome | None, error: str) -> str:
    """Say why a source could not be read, in its own error's words where there are any."""
    if value is None:
        return "not tried in this window"
    return visible(error, 160) or _OUTCOMES.get(value, value.value)
