"""Deadlines of an issue -> a calendar (RFC 5545) that any mail client can import.

Only days that are sure are in it. An entry keeps its UID; one that was moved has a higher SEQUENCE.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from pipeline.issue import Due, Issue
from pipeline.render.words import speech_of, visible

_OCTETS = 75


def calendar(issue: Issue, domain: str, key: str) -> str:
    """Return the calendar of an issue's deadlines, or an empty text when none is sure.

    `key` tells this deployment's entries from another one's.
    """
    sure = [due for due in issue.deadlines if due.deadline.day]
    if not sure:
        return ""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//policywatch//deadlines//EN"]
    lines += ["CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    for due in sure:
        lines += _event(due, issue, f"deadline-{due.item.id}.{key}@{domain}")
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def _event(due: Due, issue: Issue, uid: str) -> Iterator[str]:
    speech = speech_of(issue)
    title, source = visible(due.item.title), visible(due.source)
    yield "BEGIN:VEVENT"
    yield f"UID:{uid}"
    yield f"DTSTAMP:{_stamp(issue.window_end)}"
    yield f"SEQUENCE:{due.sequence}"
    yield from _when(due)
    yield f"SUMMARY:{_text(speech.say('closes', day=title))}"
    yield f"DESCRIPTION:{_text(f'{source}, {speech.jurisdiction(due.jurisdiction)}')}"
    if due.item.url.lower().startswith(("http://", "https://")) and due.item.url.isprintable():
        yield f"URL:{visible(due.item.url, 2_000)}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _when(due: Due) -> Iterator[str]:
    """Give a day as a day, which no zone shifts, and a moment as one."""
    if due.deadline.at:
        yield f"DTSTART:{_stamp(due.deadline.at)}"
        yield f"DTEND:{_stamp(due.deadline.at)}"
    else:
        day = due.deadline.last
        yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}"


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """Cut a line after at most 75 octets, never inside a character."""
    start = octets = 0
    for place, character in enumerate(line):
        size = len(character.encode())
        # A line that goes on begins with a space, which counts.
        if octets + size > _OCTETS - (1 if start else 0):
            yield (" " if start else "") + line[start:place]
            start, octets = place, 0
        octets += size
    yield (" " if start else "") + line[start:]
