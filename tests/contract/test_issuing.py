"""When an issue is built: after its reading, once a cut-off, and only when it says something."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from jobs.deployment import Deployment
from jobs.digest import Haste, issue, note_digests
from jobs.poll import Choice, poll
from jobs.settings import Settings
from pipeline.config import Configuration
from pipeline.issue import from_json
from pipeline.records import DigestSpec, Empty, IssueRecord
from pipeline.schedule import parse_schedule
from store import SqliteStore, open_store
from tests import make
from tests.e2e.killed import RULES
from tests.issues import text

DIGEST = make.digest(
    schedule=(parse_schedule("09:00"),), outputs=("webhook:https://hooks.example/",)
)


class Desk:
    """A digest that is due at NOW and on each day after, with one source to be read for it."""

    def __init__(self, home: Path, store: SqliteStore) -> None:
        self.home = home
        self.store = store
        self.spec = DIGEST

    def deployment(self, now: datetime) -> Deployment:
        configuration = Configuration(
            sources=(make.source(),), ruleset=RULES, digests=(self.spec,), hash=""
        )
        settings = Settings(home=self.home, mail_from="watch@example.org", now=now)
        return Deployment(settings=settings, configuration=configuration, store=self.store)

    def read(self, at: datetime, *, news: int = 0) -> None:
        state = make.read_state(last_attempt_at=at, last_success_at=at, due_at=make.at(days=9))
        items = (make.news(make.numbered(number)) for number in range(news))
        run = self.store.start_run("poll", at)
        self.store.save_intake(run, make.intake(*items, state=state), RULES.hash, at)

    def issue(self, now: datetime, haste: Haste = Haste.READ) -> IssueRecord | None:
        return issue(self.deployment(now), self.spec, haste)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    store = open_store(tmp_path)
    made = Desk(tmp_path, store)
    store.sync_sources([make.source()], make.at(days=-2))
    store.put_ruleset(RULES.hash, "", "themes.yaml", make.at(days=-2))
    note_digests(made.deployment(make.at(hours=-10)))
    made.read(make.at(hours=-10))
    yield made
    store.close()


def test_an_issue_waits_until_its_reading_has_ended(desk: Desk) -> None:
    assert desk.issue(make.at(minutes=1)) is None
    desk.read(make.at(minutes=10), news=1)
    record = desk.issue(make.at(minutes=11))
    assert record is not None
    assert (record.unread, record.read_at) == (0, make.at(minutes=10))
    assert [card.title for card in from_json(record.contents).cards] == ["Plan 0 published"]


def test_an_issue_goes_after_half_an_hour_and_says_when_was_read_last(desk: Desk) -> None:
    assert desk.issue(make.at(minutes=1)) is None
    assert desk.issue(make.at(minutes=30)) is None
    record = desk.issue(make.at(minutes=31))
    assert record is not None
    assert (record.unread, record.read_at) == (1, make.at(hours=-10))
    told = from_json(record.contents)
    assert (told.unread, told.read_at) == (1, make.at(hours=-10))
    assert (
        "Not read in time for this issue: 1 source; the last reading was at 1 Mar 23:00 (UTC)."
    ) in text(told)
    assert desk.issue(make.at(minutes=40)) is None


def test_who_comes_back_late_waits_from_then_on(desk: Desk) -> None:
    assert desk.issue(make.at(hours=5)) is None
    assert desk.issue(make.at(hours=5, minutes=29)) is None
    assert desk.issue(make.at(hours=5, minutes=30)) is not None


def test_one_pass_alone_waits_for_nothing(desk: Desk) -> None:
    assert desk.issue(make.at(minutes=1), Haste.DUE) is not None


@pytest.mark.parametrize(("minutes", "asked"), [(-50, False), (-40, True), (20, True)])
def test_a_source_is_read_for_an_issue_that_waits(desk: Desk, minutes: int, asked: bool) -> None:
    desk.read(make.at(hours=-2))
    now = make.at(minutes=minutes)
    # Nobody answers at its address: that it was asked is what counts.
    refused = replace(make.source(), url="http://127.0.0.1:9/feed")
    deployment = desk.deployment(now)
    known = replace(deployment.configuration, sources=(refused,))
    report = poll(replace(deployment, configuration=known), Choice())
    assert bool(report.results) is asked


def skipping(desk: Desk) -> DigestSpec:
    return replace(desk.spec, empty=Empty.SKIP)


def test_a_digest_that_skips_quiet_days_waits_for_its_next_time(desk: Desk) -> None:
    desk.spec = skipping(desk)
    assert desk.issue(make.at(minutes=1), Haste.DUE) is None
    desk.read(make.at(hours=3), news=2)
    assert desk.issue(make.at(hours=3), Haste.DUE) is None
    record = desk.issue(make.at(days=1), Haste.DUE)
    assert record is not None
    assert (record.merged, len(from_json(record.contents).cards)) == (1, 2)
