"""Four hundred days of digests on a real store: both changes of the clock in two zones, none in a
third, restarts, days off, edited schedules, and two schedulers that never say a thing twice.

A `Wall` knows when each digest is due by looking at its clock every half hour; it shares no code
with what it judges.
"""

import random
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest

from jobs.deployment import Deployment
from jobs.digest import Haste, issue, note_digests
from jobs.settings import Settings
from pipeline.config import Configuration
from pipeline.digest import from_json
from pipeline.records import DigestSpec, Empty, IssueRecord, Selection
from pipeline.rules.ruleset import Ruleset, load_ruleset
from pipeline.schedule import parse_schedule
from pipeline.triage import Decision, State
from pipeline.yamlfile import read_text
from store import SqliteStore, open_store
from tests import make

START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 400
STEP = timedelta(minutes=30)
RULES: Ruleset = load_ruleset(
    read_text("themes: [{id: safety, title: {en: Safety}, rules: [models]}]", "themes.yaml")
)


def spec(name: str, zone: str, *schedule: str) -> DigestSpec:
    return make.digest(
        name,
        zone=zone,
        schedule=tuple(map(parse_schedule, schedule)),
        # Made without a layout, so that a year is quick.
        outputs=("webhook:https://hooks.example/",),
    )


LONDON = spec("london", "Europe/London", "01:30")
NEW_YORK = spec("new-york", "America/New_York", "mon-fri 01:30", "sun 02:30", "last 23:00")
TOKYO = spec("tokyo", "Asia/Tokyo", "mon,thu 07:30", "1 00:00")
LATECOMER = spec("latecomer", "Asia/Tokyo", "sat 09:00")
ADDITION = 200
# From which day on `london` has which schedule: earlier, later, twice a day, and back.
EDITS = {
    60: ("00:30",),
    61: ("23:30",),
    150: ("06:00", "18:00"),
    151: ("18:00", "06:00"),
    300: ("01:30",),
}


@dataclass
class Wall:
    """A clock on the wall of each digest: what is due is what its hands passed since."""

    due: dict[str, list[datetime]] = field(default_factory=dict)
    _passed: set[tuple[str, date, time]] = field(default_factory=set)

    def look(self, digest: DigestSpec, now: datetime) -> None:
        for day, at in self._behind(digest, now):
            self._passed.add((digest.id, day, at))
            self.due.setdefault(digest.id, []).append(now)

    def hang(self, digest: DigestSpec, now: datetime) -> None:
        """A new schedule: what its hands have passed today was not due by it."""
        self._passed |= {(digest.id, day, at) for day, at in self._behind(digest, now)}

    def _behind(self, digest: DigestSpec, now: datetime) -> list[tuple[date, time]]:
        local = now.astimezone(ZoneInfo(digest.zone)).replace(tzinfo=None)
        return [
            (local.date(), slot.at)
            for slot in digest.schedule
            if self._is_on(slot.days, slot.dates, local.date())
            and slot.at <= local.time()
            and (digest.id, local.date(), slot.at) not in self._passed
        ]

    @staticmethod
    def _is_on(days: frozenset[int], dates: frozenset[int], day: date) -> bool:
        last = 0 if (day + timedelta(days=1)).day == 1 else -1
        return day.weekday() in days or bool({day.day, last} & dates)


@dataclass
class World:
    """One deployment with two schedulers, each with a store of its own on the same file."""

    home: Path
    specs: tuple[DigestSpec, ...]
    stores: list[SqliteStore]
    items: int = 0

    def deployment(self, store: SqliteStore, now: datetime) -> Deployment:
        configuration = Configuration(
            sources=(make.source(),), ruleset=RULES, digests=self.specs, hash=""
        )
        settings = Settings(home=self.home, mail_from="watch@example.org", now=now)
        return Deployment(settings=settings, configuration=configuration, store=store)

    def publish(self, count: int, now: datetime) -> None:
        """Store news that a poll read at that time."""
        numbers = range(self.items, self.items + count)
        intake = make.intake(*(make.news(make.numbered(number)) for number in numbers))
        self.items += count
        run = self.stores[0].start_run("poll", now)
        self.stores[0].save_intake(run, intake, RULES.hash, now)

    def tick(self, now: datetime) -> list[str]:
        """Let both schedulers do what is due, one after the other; return what was issued."""
        made = []
        for store in self.stores:
            deployment = self.deployment(store, now)
            note_digests(deployment)
            made += [one for one in self.specs if issue(deployment, one, Haste.DUE)]
        return [one.id for one in made]

    def restart(self) -> None:
        for store in self.stores:
            store.close()
        self.stores = [open_store(self.home), open_store(self.home)]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """Give a directory in memory where there is one: a year waits for a slow disk 5,000 times."""
    memory = Path("/dev/shm")
    if not memory.is_dir():
        yield tmp_path
        return
    with TemporaryDirectory(prefix="policywatch-", dir=memory) as name:
        yield Path(name)


@pytest.fixture
def world(home: Path) -> Iterator[World]:
    made = World(home, (LONDON, NEW_YORK, TOKYO), [open_store(home), open_store(home)])
    made.stores[0].sync_sources([make.source()], START)
    made.stores[0].put_ruleset(RULES.hash, "", "themes.yaml", START)
    made.stores[0].start_run("poll", START)
    yield made
    for store in made.stores:
        store.close()


class Year:
    """What happens on each day, by dice that fall alike every time."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.wall = Wall()
        self.latecomer_seq = 0
        self._dice = random.Random(20260101)
        self._away_until = START
        for one in world.specs:
            self.wall.hang(one, START)
        world.tick(START)

    def look(self, now: datetime) -> None:
        for one in self.world.specs:
            self.wall.look(one, now)

    def dawn(self, day: int, now: datetime) -> None:
        if day in EDITS:
            slots = tuple(map(parse_schedule, EDITS[day]))
            london, *others = self.world.specs
            self._change((replace(london, schedule=slots), *others), now)
        if day == ADDITION:
            self.latecomer_seq = self.world.stores[0].ledger_end()
            self._change((*self.world.specs, LATECOMER), now)
        if day % 40 == 7:
            self.world.restart()
        if self._dice.random() < 0.04:
            self._leave(now)
        self.world.publish(self._dice.randrange(3), now)

    def is_away(self, now: datetime) -> bool:
        return now < self._away_until

    def _change(self, specs: tuple[DigestSpec, ...], now: datetime) -> None:
        for one in set(specs) - set(self.world.specs):
            self.wall.hang(one, now)
        self.world.specs = specs
        note_digests(self.world.deployment(self.world.stores[1], now))

    def _leave(self, now: datetime) -> None:
        """Be away for some days, but see each edit: what nobody sees is in force only later."""
        back = now + timedelta(days=self._dice.choice((1, 2, 9)))
        changes = [START + timedelta(days=day) for day in (*EDITS, ADDITION)]
        self._away_until = min([back, *(moment for moment in changes if moment > now)])


def test_four_hundred_days_say_everything_once(world: World) -> None:
    year = Year(world)
    for step in range(1, DAYS * 48):
        now = START + step * STEP
        year.look(now)
        if step % 48 == 0:
            year.dawn(step // 48, now)
        if year.wall.due and not year.is_away(now):
            assert world.tick(now) == [one.id for one in world.specs if one.id in year.wall.due]
            year.wall.due.clear()
    for one in world.specs:
        _check(world, one, year.latecomer_seq if one is LATECOMER else 0)


def _check(world: World, of: DigestSpec, first_seq: int) -> None:
    last = _check_windows(world, of, first_seq)
    database = sqlite3.connect(world.home / "policywatch.db")
    told = database.execute("select seq from digest_item where digest = ? order by seq", (of.id,))
    assert [seq for (seq,) in told] == list(range(first_seq + 1, last.seq_to + 1))
    database.close()


def _check_windows(world: World, of: DigestSpec, first_seq: int = 0) -> IssueRecord:
    """Windows are disjoint and gapless, on the clock and on the ledger; return the last issue."""
    issues = sorted(world.stores[0].issues(of.id, limit=2000), key=lambda one: one.number)
    assert [one.number for one in issues] == list(range(1, len(issues) + 1))
    assert [one.window_start for one in issues[1:]] == [one.window_end for one in issues[:-1]]
    assert [one.seq_from for one in issues] == [first_seq, *(one.seq_to for one in issues[:-1])]
    assert all(one.window_start < one.window_end for one in issues)
    return issues[-1]


def test_two_schedulers_at_the_same_moment_make_one_issue(world: World) -> None:
    note_digests(world.deployment(world.stores[0], START))
    made: list[int] = []

    def scheduler(barrier: threading.Barrier, now: datetime) -> None:
        store = open_store(world.home)
        barrier.wait()
        record = issue(world.deployment(store, now), LONDON, Haste.DUE)
        made.extend([record.number] if record else [])
        store.close()

    for day in range(1, 6):
        now = START + timedelta(days=day, hours=2)
        world.publish(2, now)
        barrier = threading.Barrier(2)
        threads = [threading.Thread(target=scheduler, args=(barrier, now)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert made == [1, 2, 3, 4, 5]
    _check(world, LONDON, 0)


def test_a_catch_up_issue_keeps_what_it_stands_for(world: World) -> None:
    world.tick(START)
    assert world.tick(START + timedelta(hours=2)) == ["london"]
    assert world.tick(START + timedelta(days=4, hours=2))[0] == "london"
    record = world.stores[0].last_issue("london")
    assert record is not None
    assert (record.merged, record.first_cutoff, record.last_cutoff) == (
        4,
        START + timedelta(days=1, hours=1.5),
        START + timedelta(days=4, hours=1.5),
    )


# --- a digest of what is kept -----------------------------------------------------------------

BOARD = replace(spec("board", "Asia/Tokyo", "07:30"), takes=Selection(state=State.KEPT))


@dataclass
class Analysts:
    """Who decides on items, by dice, and remembers what should be told; a notice is an item."""

    world: World
    states: dict[int, State] = field(default_factory=dict)
    told: list[int] = field(default_factory=list)
    _dice: random.Random = field(default_factory=lambda: random.Random(7))

    def decide(self, now: datetime) -> None:
        for item in self._dice.sample(range(1, self.world.items + 1), min(4, self.world.items)):
            state = self._dice.choice((State.KEPT, State.KEPT, State.DROPPED, State.NEW))
            self.mark(item, state, now)

    def mark(self, item: int, state: State, now: datetime) -> None:
        self.states[item] = state
        made = Decision(item_id=item, state=state, who="aya", at=now)
        self.world.stores[item % 2].triage.decide([made])

    def expected(self) -> list[int]:
        kept = {item for item, state in self.states.items() if state is State.KEPT}
        return sorted(kept - set(self.told))

    def undecided(self) -> int:
        decided = {item for item, state in self.states.items() if state is not State.NEW}
        return self.world.items - len(decided | set(self.told))


def board(world: World) -> IssueRecord:
    record = world.stores[1].last_issue("board")
    assert record is not None
    return record


def test_a_digest_of_kept_items_tells_each_once_in_the_first_issue_after_it_was_kept(
    world: World,
) -> None:
    world.specs = (LONDON, BOARD)
    analysts, start = Analysts(world), START
    note_digests(world.deployment(world.stores[0], start))
    for day in range(1, 101):
        now = start + timedelta(days=day)
        world.publish(day % 4, now)
        analysts.decide(now + timedelta(hours=3))
        if day % 40 == 20:
            world.restart()
        if day % 50 in (10, 11, 30):
            continue
        expected = analysts.expected()
        assert world.tick(now + timedelta(hours=23)) == ["london", "board"]
        issue_ = from_json(board(world).contents)
        assert sorted(issue_.notices) == expected
        analysts.told += expected
        assert issue_.waiting is not None
        assert issue_.waiting.undecided == analysts.undecided()
    _check_windows(world, BOARD)
    assert len(analysts.told) == len(set(analysts.told)) > 80
    assert board(world).seq_to == world.stores[0].ledger_end()
    _check(world, LONDON, 0)


def test_on_days_without_an_issue_nothing_that_waits_is_lost(world: World) -> None:
    world.specs = (replace(BOARD, empty=Empty.SKIP),)
    analysts = Analysts(world)
    note_digests(world.deployment(world.stores[0], START))
    for day in range(1, 4):
        world.publish(1, START + timedelta(days=day))
        assert world.tick(START + timedelta(days=day, hours=23)) == []
    analysts.mark(2, State.KEPT, START + timedelta(days=4))
    assert world.tick(START + timedelta(days=4, hours=23)) == ["board"]
    analysts.mark(1, State.KEPT, START + timedelta(days=5))
    analysts.mark(3, State.DROPPED, START + timedelta(days=5))
    assert world.tick(START + timedelta(days=5, hours=23)) == ["board"]
    assert world.tick(START + timedelta(days=6, hours=23)) == []
    issues = world.stores[0].issues("board")
    assert [from_json(one.contents).notices for one in reversed(issues)] == [(2,), (1,)]


def test_a_crash_before_the_issue_is_saved_says_nothing_twice_and_loses_nothing(
    world: World,
) -> None:
    world.specs = (BOARD,)
    analysts = Analysts(world)
    note_digests(world.deployment(world.stores[0], START))
    world.publish(3, START + timedelta(hours=1))
    world.stores[0].triage.hold("board", (1, 2, 3))
    analysts.mark(1, State.KEPT, START + timedelta(hours=2))
    assert world.tick(START + timedelta(hours=23)) == ["board"]
    world.publish(1, START + timedelta(hours=24))
    world.stores[0].triage.hold("board", (4,))
    for item in (2, 4):
        analysts.mark(item, State.KEPT, START + timedelta(hours=25))
    assert world.tick(START + timedelta(hours=47)) == ["board"]
    issues = world.stores[0].issues("board")
    assert [from_json(one.contents).notices for one in reversed(issues)] == [(1,), (2, 4)]


def test_a_digest_that_takes_everything_again_brings_what_waited_once_it_is_kept(
    world: World,
) -> None:
    world.specs = (BOARD,)
    analysts = Analysts(world)
    note_digests(world.deployment(world.stores[0], START))
    world.publish(2, START + timedelta(hours=1))
    world.tick(START + timedelta(hours=23))
    world.specs = (replace(BOARD, takes=Selection()),)
    world.publish(1, START + timedelta(hours=24))
    analysts.mark(1, State.KEPT, START + timedelta(hours=25))
    world.tick(START + timedelta(hours=47))
    assert from_json(board(world).contents).notices == (1, 3)
