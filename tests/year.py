"""A year of made-up sources under the real decisions of when to ask: no network, no store.

A `Site` says what a source would answer at a moment; `live` lets time pass over it and gives the
diary of what was asked, when each entry was first seen, and which alarms stood.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pipeline.alarms import alarms
from pipeline.health import after_reading, due, standing, unconditional
from pipeline.model import Outcome, Source, SourceState, Validators
from pipeline.reading import Reading
from pipeline.records import DigestSpec
from pipeline.schedule import next_cutoff, parse_schedule
from pipeline.signs import Found
from tests import make

START = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = timedelta(days=365)
TICK = timedelta(minutes=15)
DIGEST = DigestSpec(
    id="daily", title="AI", themes=(), schedule=(parse_schedule("07:30"),), zone="Asia/Tokyo"
)
_SEEN = Validators(etag='"held"')


@dataclass(frozen=True)
class Site:
    """A feed that shows its newest entries; `fault` gives an outcome while something is wrong."""

    published: tuple[datetime, ...]
    """Oldest first; an entry is known by its moment."""
    shows: int = 20
    conditional: bool = True
    stuck: bool = False
    """Whoever asks with validators hears 304, whatever changed."""
    fault: Callable[[datetime], Reading | None] = lambda _: None
    source: Source = field(default_factory=lambda: make.source("site"))

    def offers(self, now: datetime) -> tuple[datetime, ...]:
        """Return the entries that the feed shows."""
        end = bisect_right(self.published, now)
        return self.published[max(0, end - self.shows) : end]


@dataclass
class Diary:
    """What happened: when the source was asked, when entries were first seen, what was alarmed."""

    asked: list[datetime] = field(default_factory=list)
    seen_at: dict[datetime, datetime] = field(default_factory=dict)
    alarms: list[tuple[datetime, tuple[str, ...]]] = field(default_factory=list)

    def asked_between(self, start: datetime, end: datetime) -> int:
        """Count the requests in [start, end)."""
        return sum(start <= moment < end for moment in self.asked)

    def alarm_at(self, now: datetime) -> tuple[str, ...]:
        """Return the alarms that stood at a moment."""
        return [told for moment, told in self.alarms if moment <= now][-1]


def live(
    site: Site, *, length: timedelta = YEAR, away: tuple[datetime, datetime] | None = None
) -> Diary:
    """Let time pass; between the two moments of `away` nobody asks anything."""
    diary, state, now = Diary(), SourceState(source_id=site.source.id), START
    held: tuple[datetime, ...] = ()
    cutoff = next_cutoff(DIGEST, now)
    while now < START + length:
        if cutoff and cutoff <= now:
            cutoff = next_cutoff(DIGEST, now)
            told = tuple(alarm.text for alarm in alarms(site.source, state, now))
            diary.alarms.append((now, told))
        absent = away and away[0] <= now < away[1]
        if not absent and due(state, now, [cutoff] if cutoff else []):
            diary.asked.append(now)
            offered = site.offers(now)
            reading, found = _read(site, state, diary, offered == held, now)
            state = after_reading(state, standing(state, reading), found, now)
            held = offered if reading.outcome is Outcome.OK else held
            held = held if reading.outcome.read else ()
        now += TICK
    return diary


def _read(
    site: Site, state: SourceState, diary: Diary, same: bool, now: datetime
) -> tuple[Reading, Found | None]:
    fault = site.fault(now)
    if fault:
        return fault, None
    asked_since = site.conditional and state.validators.etag and not unconditional(state, now)
    if asked_since and (same or site.stuck):
        return Reading(source_id="site", url=site.source.url, outcome=Outcome.NOT_MODIFIED), None
    reading = Reading(
        source_id="site", url=site.source.url, outcome=Outcome.OK, validators=_SEEN, body_hash="b"
    )
    if same and state.body_hash:
        return reading, None
    offered = site.offers(now)
    new = [moment for moment in offered if moment not in diary.seen_at]
    for moment in new:
        diary.seen_at[moment] = now
    return reading, Found(
        entries=len(offered),
        new=len(new),
        known=len(offered) - len(new),
        newest_at=max(offered, default=None),
        oldest_at=min(offered, default=None),
        days=tuple(moment.date() for moment in new),
    )


def every(step: timedelta, *, start: datetime = START - timedelta(days=60)) -> Iterator[datetime]:
    """Give moments at a regular pace, from before the year to its end."""
    moment = start
    while moment < START + YEAR:
        yield moment
        moment += step


def working_days(hour: int) -> Iterator[datetime]:
    """Give one moment on each day from Monday to Friday."""
    first = START - timedelta(days=60)
    for day in every(timedelta(days=1), start=first):
        if day.weekday() < 5:
            yield day + timedelta(hours=hour, minutes=7)
