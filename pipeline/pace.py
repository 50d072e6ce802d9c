"""What servers and documents ask of our pace: waits for a part of a host, and floors of intervals.

A wait is obeyed to the second. A floor is a hint: it stops at the ceiling of the interval.
"""

import math
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from pipeline.headers import http_date
from pipeline.model import Document, SourceState
from pipeline.urls import canonical, host_key

_HEAD = 20_000
_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d+)", re.IGNORECASE)
_UNSTORED = re.compile(r"(?:^|[,\s])(?:no-cache|no-store)\b", re.IGNORECASE)
_ENTRIES = re.compile(rb"<(?:\w{1,20}:)?(?:item|entry)[\s>]")
_TTL = re.compile(rb"<ttl>\s*(\d{1,6})\s*</ttl>")
_PERIOD = re.compile(rb"<(?:\w{1,20}:)?updatePeriod>\s*(\w{1,20})\s*</")
_FREQUENCY = re.compile(rb"<(?:\w{1,20}:)?updateFrequency>\s*(\d{1,6})\s*</")
_MINUTES = {b"hourly": 60, b"daily": 1_440, b"weekly": 10_080, b"monthly": 43_200, b"yearly": 0}


def place(url: str) -> str:
    """Return what a server's wait means at least: `host:port/` and the path, whatever the query."""
    return host_key(url) + "/" + urlsplit(canonical(url)).path.removeprefix("/")


def scope(url: str) -> str:
    """Return what a server's wait means at most: `host:port/` and the first part of the path."""
    host, _, path = place(url).partition("/")
    return f"{host}/{path.partition('/')[0]}"


def waits(states: Iterable[SourceState], now: datetime) -> Mapping[str, datetime]:
    """Return, by scope, until when servers want to be left alone."""
    until: dict[str, datetime] = {}
    for state in states:
        if state.wait_scope and state.not_before and state.not_before > now:
            held = until.get(state.wait_scope, state.not_before)
            until[state.wait_scope] = max(held, state.not_before)
    return until


def fresh_for(headers: Mapping[str, str]) -> timedelta:
    """Return how long an answer says that it stays fresh; nothing when it does not say."""
    control = headers.get("cache-control", "")
    if _UNSTORED.search(control):
        return timedelta(0)
    found = _MAX_AGE.search(control)
    if found:
        age = re.fullmatch(r"\s*(\d{1,10})\s*", headers.get("age", ""))
        return timedelta(seconds=max(0, int(found[1][:10]) - (int(age[1]) if age else 0)))
    sent, expires = http_date(headers.get("date", "")), http_date(headers.get("expires", ""))
    return max(expires - sent, timedelta(0)) if sent and expires else timedelta(0)


def repeats_after(document: Document) -> timedelta:
    """Return how often a feed says that it is worth reading: its `ttl` or `updatePeriod`."""
    head = document.content[:_HEAD]
    first = _ENTRIES.search(head)
    head = head[: first.start()] if first else head
    ttl, period, often = _TTL.search(head), _PERIOD.search(head), _FREQUENCY.search(head)
    minutes = [int(ttl[1]) if ttl else 0]
    if period:
        times = max(1, int(often[1])) if often else 1
        minutes.append(math.ceil(_MINUTES.get(period[1].lower(), 0) / times))
    return timedelta(minutes=max(minutes))
