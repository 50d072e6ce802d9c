"""A site that gives its entries other ids: nothing is told twice, and what is new is told."""

from collections.abc import Callable, Iterable

import pytest

from pipeline.alarms import AlarmKind, AlarmRecord
from pipeline.model import Document, Outcome, Reason
from pipeline.parse import KINDS
from pipeline.ports import Store
from pipeline.reading import Reading
from pipeline.records import LedgerLine
from pipeline.rules.ruleset import Ruleset, read_ruleset
from pipeline.run import Inflow, take_in
from tests import make

SOURCE = make.source()
THEMES = "themes: [{id: safety, title: Safety, rules: [safety]}]"


@pytest.fixture
def rules(store: Store) -> Ruleset:
    found = read_ruleset(THEMES, "themes.yaml")
    store.put_ruleset(found.hash, found.text, found.file, make.NOW)
    return found


def before(number: int) -> tuple[str, str, str]:
    """Return guid, address and title of an entry as the site had them."""
    return f"id-{number}", f"https://gov.example/news/{number}", f"Report {number} on AI safety"


def with_other_addresses(number: int) -> tuple[str, str, str]:
    return f"node/{number}", f"https://gov.example/en/{number}/page", before(number)[2]


def with_other_titles(number: int) -> tuple[str, str, str]:
    return f"node/{number}", before(number)[1], f"{before(number)[2]} | Ministry of Safety"


def feed(entries: Iterable[tuple[str, str, str]]) -> bytes:
    items = "".join(
        f"<item><guid isPermaLink='false'>{guid}</guid><link>{link}</link>"
        f"<title>{title}</title></item>"
        for guid, link, title in entries
    )
    return f'<rss version="2.0"><channel>{items}</channel></rss>'.encode()


def read(store: Store, run: int, rules: Ruleset, content: bytes, day: int) -> None:
    """Take in a document as a poll does."""
    document = Document(url=SOURCE.url, status=200, content=content)
    items = KINDS["feed"].parse(SOURCE, document).items
    reading = Reading(
        source_id="gov", url=SOURCE.url, outcome=Outcome.OK, body_hash=f"{day}", items=items
    )
    inflow = Inflow(source=SOURCE, ruleset=rules, store=store)
    intake = take_in(inflow, reading, store.source_state("gov"), make.at(days=day))
    store.save_intake(run, intake, rules.hash, make.at(days=day))


def told(store: Store) -> list[tuple[str, Reason, bool]]:
    """Return the notices about items: of which title, why, and whether the mark stands."""
    lines: Iterable[LedgerLine] = store.ledger(0)
    return [
        (line.stored.item.title, line.reason, line.stored.after_change)
        for line in lines
        if line.stored
    ]


def alarms(store: Store) -> tuple[AlarmRecord, ...]:
    return store.alarm_log(make.at(days=-30))


@pytest.mark.parametrize("after", [with_other_addresses, with_other_titles])
def test_known_entries_under_other_ids_are_not_told_again(
    store: Store, run: int, rules: Ruleset, after: Callable[[int], tuple[str, str, str]]
) -> None:
    read(store, run, rules, feed(map(before, range(20))), 0)
    read(store, run, rules, feed(map(before, range(1, 21))), 1)
    assert told(store) == [("Report 20 on AI safety", Reason.NEW, False)]

    moved = [after(number) for number in range(2, 21)]
    read(store, run, rules, feed([before(77), *moved]), 2)
    news = ("Report 77 on AI safety", Reason.NEW, True)
    assert told(store)[1:] == [news]
    (alarm,) = alarms(store)
    assert (alarm.alarm.kind, alarm.alarm.text) == (
        AlarmKind.IDS,
        (
            "its entries have other ids since 2026-03-04: 19 of 20 recognised by link or title, "
            "1 told as news"
        ),
    )

    read(store, run, rules, feed([before(78), before(77), *moved]), 3)
    assert told(store)[2:] == [("Report 78 on AI safety", Reason.NEW, False)]
    assert [record.raised_at for record in alarms(store)] == [make.at(days=2)]


def test_a_busy_day_is_no_flood(store: Store, run: int, rules: Ruleset) -> None:
    read(store, run, rules, feed(map(before, range(20))), 0)
    read(store, run, rules, feed(map(before, range(15, 45))), 1)
    assert len(told(store)) == 25
    assert not any(mark for _, _, mark in told(store))
    assert alarms(store) == ()


def test_the_latest_items_of_a_source_come_the_latest_first(
    store: Store, run: int, rules: Ruleset
) -> None:
    read(store, run, rules, feed(map(before, range(5))), 0)
    read(store, run, rules, feed(map(before, range(7))), 1)
    titles = [known.item.title for known in store.latest("gov", 3)]
    assert len(titles) == 3
    assert set(titles[:2]) == {"Report 5 on AI safety", "Report 6 on AI safety"}
    assert store.latest("other", 3) == ()


def restless(mark: str) -> bytes:
    """Give a small document without guids, whose links carry a mark."""
    items = "".join(
        f"<item><link>https://gov.example/news/{number}?sid={mark}</link>"
        f"<title>{before(number)[2]}</title></item>"
        for number in range(3)
    )
    return f'<rss version="2.0"><channel>{items}</channel></rss>'.encode()


def test_links_that_are_others_at_every_poll_bring_nothing_twice(
    store: Store, run: int, rules: Ruleset
) -> None:
    read(store, run, rules, feed([before(9)]), 0)
    for day, mark in enumerate(("Ab3x", "9fQz", "7hKp"), 1):
        read(store, run, rules, restless(mark), day)
    baseline = 1
    held = store.latest("gov", 20)
    assert [known.revision for known in held] == [1] * (baseline + 3)
    assert sorted(told(store)) == [(before(n)[2], Reason.NEW, False) for n in range(3)]
    assert alarms(store) == ()


def test_links_that_count_bring_news(store: Store, run: int, rules: Ruleset) -> None:
    for day, number in enumerate(("12", "13", "14")):
        read(store, run, rules, restless(number), day)
    assert len(store.latest("gov", 20)) == 9
    assert len(told(store)) == 6
