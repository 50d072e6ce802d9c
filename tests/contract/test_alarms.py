"""A feed read day by day into a real store: alarms are raised once, told, and ended once."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from pipeline.alarms import Alarm, AlarmKind, AlarmRecord
from pipeline.calendars import day_off
from pipeline.model import Document, Outcome, Tier
from pipeline.parse import KINDS
from pipeline.ports import Store
from pipeline.reading import Reading
from pipeline.rules.ruleset import Ruleset
from pipeline.run import Inflow, take_in
from tests import make
from tests.contract.conftest import RULES

DAY = timedelta(days=1)
START, END = date(2026, 3, 23), date(2026, 6, 1)
SOURCE = make.source(
    "gov", url="https://gov.example/feed", jurisdiction="JP", tier=Tier.OFFICIAL, timezone="UTC"
)


@pytest.fixture
def rules() -> Ruleset:
    return Ruleset(themes=(), hash=RULES, text="themes: []", file="themes.yaml")


def published(until: date) -> list[date]:
    """Return the working days of a ministry, the newest first, each with one piece of news."""
    days = (until - DAY * n for n in range(60))
    return [day for day in days if not day_off("JP", day)]


def feed(days: list[date]) -> bytes:
    entries = "".join(
        f"<item><title>News of {day}</title><link>https://gov.example/{day}</link>"
        f"<pubDate>{day:%d %b %Y} 09:00:00 GMT</pubDate></item>"
        for day in days
    )
    return f'<rss version="2.0"><channel>{entries}</channel></rss>'.encode()


def read(store: Store, run: int, rules: Ruleset, content: bytes, now: datetime) -> None:
    """Take in a document as a poll does."""
    state = store.source_state("gov")
    body_hash = hashlib.sha256(content).hexdigest()
    reading = Reading(
        source_id="gov", url=SOURCE.url, outcome=Outcome.OK, body_hash=body_hash, form="rss"
    )
    if body_hash != state.body_hash:
        parsed = KINDS["feed"].parse(SOURCE, Document(url=SOURCE.url, status=200, content=content))
        reading = replace(reading, items=parsed.items)
    intake = take_in(Inflow(source=SOURCE, ruleset=rules, store=store), reading, state, now)
    store.save_intake(run, intake, RULES, now)


def replay(
    store: Store, run: int, rules: Ruleset, missing: Mapping[date, date], shows: int
) -> tuple[AlarmRecord, ...]:
    """Read the feed every evening; on missing days it shows what it showed before them."""
    shown, day = b"", START
    while day < END:
        if not any(start <= day < end for start, end in missing.items()):
            shown = feed(published(day)[:shows])
        read(store, run, rules, shown, datetime(day.year, day.month, day.day, 18, tzinfo=UTC))
        day += DAY
    return store.alarm_log(datetime(2026, 1, 1, tzinfo=UTC))


def told(records: tuple[AlarmRecord, ...]) -> list[tuple[str, date, date | None, str]]:
    return [
        (r.alarm.kind.value, r.raised_at.date(), r.ended_at and r.ended_at.date(), r.alarm.text)
        for r in records
    ]


def test_golden_week_is_no_silence(store: Store, run: int, rules: Ruleset) -> None:
    assert replay(store, run, rules, {}, shows=15) == ()


def test_fourteen_missing_days_are_a_silence_and_then_a_gap(
    store: Store, run: int, rules: Ruleset
) -> None:
    # Golden Week ends on Wednesday, May 6; the last news is of Monday the 11th.
    cut = {date(2026, 5, 12): date(2026, 5, 26)}
    frozen = (
        "nothing new since 2026-05-11, its document is the same all the time: 3 working days, "
        "where 3 are a surprise"
    )
    gap = (
        "shared no entry with the reading before at 2026-05-26 18:00 UTC: items between "
        "2026-05-11 and 2026-05-20 may have been missed"
    )
    assert told(replay(store, run, rules, cut, shows=5)) == [
        ("frozen", date(2026, 5, 15), date(2026, 5, 26), frozen),
        ("gap", date(2026, 5, 26), None, gap),
    ]


def test_a_silence_without_a_gap_is_ended_and_misses_nothing(
    store: Store, run: int, rules: Ruleset
) -> None:
    cut = {date(2026, 5, 12): date(2026, 5, 26)}
    (silence,) = told(replay(store, run, rules, cut, shows=20))
    assert silence[:3] == ("frozen", date(2026, 5, 15), date(2026, 5, 26))


def test_an_alarm_that_comes_again_is_raised_again(store: Store, run: int) -> None:
    gone = Alarm(kind=AlarmKind.GONE, since=make.NOW, text="is gone")
    later = replace(gone, text="is gone, still")
    for hour, standing in enumerate([(gone,), (later,), (), (gone,)]):
        intake = make.intake(alarms=standing)
        store.save_intake(run, intake, RULES, make.at(hours=hour))
    ended = AlarmRecord(source_id="gov", alarm=gone, raised_at=make.NOW, ended_at=make.at(hours=2))
    again = AlarmRecord(source_id="gov", alarm=gone, raised_at=make.at(hours=3))
    assert store.alarm_log(make.NOW) == (ended, again)
    assert store.alarm_log(make.at(hours=2)) == (again,)


def test_alarms_of_sources_that_nobody_reads_are_not_shown(store: Store, run: int) -> None:
    gone = Alarm(kind=AlarmKind.GONE, since=make.NOW, text="is gone")
    store.save_intake(run, make.intake(alarms=(gone,)), RULES, make.NOW)
    store.sync_sources([make.source(enabled=False, reason="retired")], make.NOW)
    assert store.alarm_log(make.at(days=-1)) == ()
