"""What an answer's headers promise, and what of it we believe: validators and Retry-After."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from pipeline.model import Validators

_LONGEST_VALIDATOR = 1000
_PRINTABLE = re.compile(r"[\x20-\x7e]+")
# As the standard has it, or bare as many servers write it; never the `*` that fits anything.
_ETAG = re.compile(r"(?:W/)?\"[\x20\x21\x23-\x7e]*\"|[\x21\x23-\x29\x2b\x2d-\x7e]+")
# A file that changes twice within a second looks unchanged to the second reader.
_SETTLED = timedelta(seconds=60)
_SHORTEST_WAIT, _LONGEST_WAIT = 60.0, 86_400.0
UNSAID_WAIT = 3_600.0
"""For how long a server is left alone that does not say for how long, in seconds."""
MADE_WAITS = frozenset({_SHORTEST_WAIT, UNSAID_WAIT, _LONGEST_WAIT})
"""What becomes of waits that make no sense, in seconds."""


def validators(headers: Mapping[str, str]) -> Validators:
    """Take from an answer what is safe to ask `changed since?` with.

    A Last-Modified less than 60 seconds older than Date may hide a second change: dropped.
    """
    modified = headers.get("last-modified", "")
    then, sent = http_date(modified), http_date(headers.get("date", ""))
    settled = then is not None and sent is not None and sent - then >= _SETTLED
    return Validators(
        etag=_believable(headers.get("etag", ""), _ETAG),
        last_modified=_believable(modified, _PRINTABLE) if settled else "",
    )


def conditions(held: Validators) -> dict[str, str]:
    """Write the conditional headers for what we hold; nothing for what a server would choke on."""
    etag = _believable(held.etag, _ETAG)
    modified = _believable(held.last_modified, _PRINTABLE)
    asked = {"If-None-Match": etag, "If-Modified-Since": modified}
    return {name: value for name, value in asked.items() if value}


def retry_after(value: str, now: datetime) -> float | None:
    """Read Retry-After as seconds from now, between a minute and a day; None for nonsense."""
    value = value.strip()
    if re.fullmatch(r"[0-9]+", value):
        return _clamped(float(value[:12]) if len(value) < 12 else _LONGEST_WAIT)
    until = http_date(value)
    return None if until is None else _clamped((until - now).total_seconds())


def http_date(value: str) -> datetime | None:
    """Read a date of HTTP as aware UTC; None for nonsense."""
    try:
        moment = parsedate_to_datetime(value[:100])
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _believable(value: str, form: re.Pattern[str]) -> str:
    sane = len(value) <= _LONGEST_VALIDATOR and form.fullmatch(value)
    return value if sane else ""


def _clamped(seconds: float) -> float:
    return min(max(seconds, _SHORTEST_WAIT), _LONGEST_WAIT)
