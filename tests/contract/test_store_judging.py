"""What every store promises about rulesets and about stored items judged again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import LockedError, StoreError
from pipeline.judging import Chunk, Pass, Rejudged, StoredTexts
from pipeline.model import Field, Match, Notice, Origin, Reason, Source, Tier, Verdict
from pipeline.ports import Store
from pipeline.records import LedgerLine
from pipeline.search import parse_search
from store import BACKENDS
from tests import make
from tests.contract.conftest import RULES

NEW_RULES, OTHER_RULES = "rules-2", "rules-3"
LATER = make.at(hours=1)
SAFETY, LABOUR = make.match("safety"), make.match("labour", score=1.5)
NEAR = make.match("labour", verdict=Verdict.NEAR, score=0.0, missing=("wages", "work"))


@pytest.fixture
def shelf(store: Store, run: int) -> Store:
    """A store with items 1 to 4, judged by RULES: 1 told of, 2 silent, 3 and 4 matched."""
    store.put_ruleset(NEW_RULES, "themes: [new]", "themes.yaml", LATER)
    store.put_ruleset(OTHER_RULES, "themes: [other]", "themes.yaml", LATER)
    items = (
        make.news(make.numbered(1)),
        make.new(make.numbered(2)),
        make.new(make.numbered(3), matches=(SAFETY, NEAR)),
        make.new(make.numbered(4, language="ja"), matches=(LABOUR,), origin=Origin.BASELINE),
    )
    store.save_intake(run, make.intake(*items), RULES, make.NOW)
    return store


def read(store: Store, after: int = 0, limit: int = 9) -> tuple[StoredTexts, ...]:
    return store.unjudged(NEW_RULES, after=after, limit=limit)


def judge(store: Store, *read: StoredTexts, **changed: Any) -> bool:
    """Save items as judged by the new rules; what changed is given as `at_3=(match, ...)`."""
    now = {int(name[3:]): Rejudged(matches=tuple(matches)) for name, matches in changed.items()}
    return store.save_chunk(NEW_RULES, Chunk(read=read, changed=now), LATER)


def edit(store: Store, run: int, number: int, rules: str = RULES) -> None:
    key = f"guid:https://gov.example/news/{number}"
    (known,) = store.known("gov", [key])[key]
    change = make.changed(known, make.numbered(number, title="withdrawn"), matches=(LABOUR,))
    store.save_intake(run, make.intake(changed=(change,)), rules, LATER)


def said(store: Store, number: int) -> tuple[Match, ...]:
    found = store.item(number)
    return found.matches if found else ()


def ids(found: tuple[StoredTexts, ...]) -> list[int]:
    return [stored.id for stored in found]


# --- rulesets --------------------------------------------------------------------------------


def test_rules_are_kept_once_with_who_and_when(store: Store) -> None:
    store.put_ruleset(RULES, "other text", "other.yaml", LATER)
    (kept,) = store.rulesets()
    assert (kept.hash, kept.text, kept.file) == (RULES, "themes: []", "themes.yaml")
    assert (kept.at, kept.used_at, kept.why) == (make.NOW, make.NOW, "")


def test_the_first_reason_stands(store: Store) -> None:
    for why in ("names of the agency", "another one"):
        store.explain_ruleset(RULES, why)
    assert [kept.why for kept in store.rulesets()] == ["names of the agency"]


def test_rules_that_judged_last_are_in_force(shelf: Store, run: int) -> None:
    shelf.start_pass(NEW_RULES, make.at(hours=2))
    assert shelf.rulesets()[0].hash == NEW_RULES
    shelf.start_pass(OTHER_RULES, make.at(hours=3))
    assert shelf.rulesets()[0].hash == OTHER_RULES
    shelf.save_chunk(OTHER_RULES, Chunk(read=read(shelf), changed={}), make.at(hours=3))
    assert [kept.hash for kept in shelf.rulesets()] == [OTHER_RULES, NEW_RULES, RULES]
    item = make.new(make.numbered(5))
    shelf.save_intake(run, make.intake(item), RULES, make.at(hours=4))
    newest = shelf.rulesets()[0]
    assert (newest.hash, newest.at, newest.used_at) == (RULES, make.NOW, make.at(hours=4))


def test_unknown_rules_judge_nothing(shelf: Store) -> None:
    with pytest.raises(StoreError, match="no ruleset unknown: put it first"):
        shelf.start_pass("unknown", make.NOW)
    with pytest.raises(StoreError, match="no ruleset unknown"):
        shelf.unjudged("unknown", after=0, limit=9)


@pytest.mark.parametrize(
    "other",
    [
        make.source(jurisdiction="JP"),
        make.source(language="ja"),
        make.source(tier=Tier.PRESS),
        make.source(group="labs"),
        make.source("ministry", was=("gov",)),
    ],
    ids=["jurisdiction", "language", "tier", "group", "id"],
)
def test_what_rules_said_of_a_source_stands_until_it_is_described_otherwise(
    store: Store, other: Source
) -> None:
    store.sync_sources([make.source(name="Ministry", url="https://gov.example/new")], LATER)
    assert [kept.repeatable for kept in store.rulesets()] == [True]
    store.sync_sources([other], LATER)
    store.put_ruleset(NEW_RULES, "themes: [new]", "themes.yaml", LATER)
    store.put_ruleset(RULES, "themes: []", "themes.yaml", LATER)
    assert {kept.hash: kept.repeatable for kept in store.rulesets()} == {
        RULES: False,
        NEW_RULES: True,
    }


# --- reading ---------------------------------------------------------------------------------


def test_items_are_read_as_rules_see_them_with_what_was_said(shelf: Store) -> None:
    told, silent, matched, baseline = read(shelf)
    assert told == StoredTexts(
        id=1,
        revision=1,
        texts={
            Field.TITLE: "Plan 1 published",
            Field.SUMMARY: "The plan sets out five steps.",
            Field.BODY: "",
        },
        scope=make.scope(),
        first_seen_at=make.NOW,
        matches=(SAFETY,),
        noticed_themes=frozenset({"safety"}),
        judge=RULES,
    )
    assert (silent.matches, silent.noticed_themes) == ((), frozenset())
    assert (matched.matches, matched.noticed_themes) == ((SAFETY, NEAR), frozenset())
    assert (baseline.scope, baseline.origin) == (make.scope(language="ja"), Origin.BASELINE)


def test_a_walk_in_small_steps_meets_every_item_once(shelf: Store) -> None:
    steps, after = [], 0
    while found := read(shelf, after, limit=3):
        steps.append(ids(found))
        after = found[-1].id
    assert steps == [[1, 2, 3], [4]]


def test_what_the_rules_judged_already_is_not_read(shelf: Store, run: int) -> None:
    edit(shelf, run, 2, rules=NEW_RULES)
    assert shelf.unjudged(RULES, after=0, limit=9)[0].matches == (LABOUR,)
    rest = read(shelf)
    assert ids(rest) == [1, 3, 4]
    assert judge(shelf, *rest)
    assert read(shelf) == ()


def test_only_the_current_text_counts(shelf: Store, run: int) -> None:
    edit(shelf, run, 1)
    now = read(shelf)[0]
    assert (now.revision, now.texts[Field.TITLE]) == (2, "withdrawn")
    assert (now.matches, now.noticed_themes) == ((LABOUR,), frozenset({"safety"}))


def test_items_seen_since_a_moment_are_read_without_matches(shelf: Store, run: int) -> None:
    shelf.save_intake(run, make.intake(make.news(make.numbered(5))), RULES, LATER)
    found = shelf.seen_since(LATER, after=0, limit=9)
    assert [(stored.id, stored.matches, stored.noticed_themes) for stored in found] == [
        (5, (), frozenset())
    ]
    assert ids(shelf.seen_since(make.NOW, after=2, limit=2)) == [3, 4]


def test_items_are_counted(shelf: Store) -> None:
    assert (shelf.count_items(), shelf.count_items(after=3)) == (4, 1)


# --- saving ----------------------------------------------------------------------------------


def test_what_rules_say_replaces_what_others_said(shelf: Store) -> None:
    assert judge(shelf, *read(shelf), at_2=[LABOUR], at_3=[NEAR, SAFETY], at_4=[])
    assert [said(shelf, number) for number in (1, 2, 3, 4)] == [
        (SAFETY,),
        (LABOUR,),
        (NEAR, SAFETY),
        (),
    ]
    assert read(shelf) == ()
    found = shelf.search(parse_search("theme:labour", now=make.NOW), limit=9)
    assert [stored.id for stored in found] == [2]


def test_only_the_items_of_a_chunk_are_judged(shelf: Store) -> None:
    first, second, *_ = read(shelf)
    assert judge(shelf, first, second)
    assert ids(read(shelf)) == [3, 4]


def test_rules_that_come_back_say_what_they_say_then(shelf: Store) -> None:
    assert judge(shelf, *read(shelf), at_2=[LABOUR], at_3=[LABOUR])
    back = shelf.unjudged(RULES, after=0, limit=9)
    changed = {2: Rejudged(matches=())}
    assert shelf.save_chunk(RULES, Chunk(read=back, changed=changed), LATER)
    found = [stored.matches for stored in read(shelf)]
    assert found == [(SAFETY,), (), (LABOUR,), (LABOUR,)]


def test_who_said_it_again_judged_last(shelf: Store, run: int) -> None:
    assert judge(shelf, *read(shelf))
    assert {s.judge for s in shelf.unjudged(OTHER_RULES, after=0, limit=9)} == {NEW_RULES}
    back = shelf.unjudged(RULES, after=0, limit=9)
    assert ids(back) == [1, 2, 3, 4]
    assert shelf.save_chunk(RULES, Chunk(read=back[1:], changed={}), LATER)
    assert {s.id: s.judge for s in read(shelf)} == {2: RULES, 3: RULES, 4: RULES}
    edit(shelf, run, 3)
    assert judge(shelf, *read(shelf))
    edit(shelf, run, 2)
    assert [(s.id, s.judge, s.matches) for s in read(shelf)] == [(2, RULES, (LABOUR,))]
    assert [said(shelf, number) for number in (1, 3)] == [(SAFETY,), (LABOUR,)]


@pytest.mark.parametrize("after", [{}, {"at_1": (LABOUR,)}], ids=["said again", "said otherwise"])
def test_a_notice_keeps_what_it_stands_on(shelf: Store, after: dict[str, Any]) -> None:
    (line,) = shelf.ledger(0)
    assert judge(shelf, *read(shelf), **after)
    assert shelf.ledger(0) == (line,)
    assert line.stored is not None
    assert line.stored.matches == (SAFETY,)
    assert said(shelf, 1) == after.get("at_1", (SAFETY,))
    assert shelf.unjudged(OTHER_RULES, after=0, limit=1)[0].matches == said(shelf, 1)


def test_a_former_text_keeps_what_was_said_of_it(shelf: Store, run: int) -> None:
    edit(shelf, run, 1)
    (line,) = shelf.ledger(0)
    assert judge(shelf, *read(shelf), at_1=[])
    assert shelf.ledger(0) == (line,)
    assert said(shelf, 1) == ()


def test_notices_of_a_change_are_told_once(shelf: Store) -> None:
    notice = Notice(theme="labour", reason=Reason.RULE_CHANGE)
    changed = {2: Rejudged(matches=(LABOUR,), notices=(notice, notice))}
    assert shelf.save_chunk(NEW_RULES, Chunk(read=read(shelf), changed=changed), LATER)
    (line,) = shelf.ledger(1)
    assert line == LedgerLine(
        seq=line.seq,
        at=LATER,
        reason=Reason.RULE_CHANGE,
        theme="labour",
        source_id="gov",
        stored=shelf.item(2),
    )


@pytest.mark.parametrize("number", [1, 2, 4])
@pytest.mark.parametrize("rules", [RULES, NEW_RULES])
def test_an_edit_since_the_reading_saves_nothing(
    shelf: Store, run: int, number: int, rules: str
) -> None:
    before = read(shelf)
    edit(shelf, run, number, rules)
    ledger, items = shelf.ledger(0), [shelf.item(n) for n in (1, 2, 3, 4)]
    notice = Notice(theme="labour", reason=Reason.RULE_CHANGE)
    changed = {3: Rejudged(matches=(LABOUR,), notices=(notice,))}
    assert not shelf.save_chunk(NEW_RULES, Chunk(read=before, changed=changed), LATER)
    assert shelf.ledger(0) == ledger
    assert [shelf.item(n) for n in (1, 2, 3, 4)] == items
    assert shelf.start_pass(NEW_RULES, LATER).done_to == 0


def test_an_item_judged_by_others_since_the_reading_saves_nothing(shelf: Store, run: int) -> None:
    edit(shelf, run, 2, rules=NEW_RULES)
    before = read(shelf)
    edit(shelf, run, 2, rules=RULES)
    assert not judge(shelf, *before)
    assert ids(read(shelf)) == [1, 2, 3, 4]


def test_items_stored_since_the_reading_are_none_of_its_business(shelf: Store, run: int) -> None:
    before = read(shelf)
    shelf.save_intake(run, make.intake(make.news(make.numbered(5))), RULES, LATER)
    assert judge(shelf, *before)
    assert ids(read(shelf)) == [5]


# --- a pass ----------------------------------------------------------------------------------


def test_a_pass_counts_what_it_did(shelf: Store) -> None:
    assert shelf.start_pass(NEW_RULES, make.NOW) == Pass(started_at=make.NOW)
    first, *rest = read(shelf)
    judge(shelf, first)
    judge(shelf, *rest, at_2=[LABOUR], at_3=[])
    done = Pass(started_at=make.NOW, done_to=4, items=4, changed=2, finished_at=LATER)
    assert shelf.finish_pass(NEW_RULES, LATER) == done


def test_a_killed_pass_goes_on_where_it_was(shelf: Store, tmp_path: Path) -> None:
    shelf.start_pass(NEW_RULES, make.NOW)
    judge(shelf, *read(shelf, limit=2), at_2=[LABOUR])
    begun = Pass(started_at=make.NOW, done_to=2, items=2, changed=1)
    for again in reopened(tmp_path):
        assert again.start_pass(NEW_RULES, LATER) == begun
        assert ids(read(again, after=2)) == [3, 4]


def reopened(path: Path) -> Iterator[Store]:
    for backend in BACKENDS.values():
        opened = backend(path)
        yield opened
        opened.close()


def test_a_finished_pass_begins_anew(shelf: Store) -> None:
    shelf.start_pass(NEW_RULES, make.NOW)
    judge(shelf, *read(shelf))
    shelf.finish_pass(NEW_RULES, LATER)
    assert shelf.start_pass(NEW_RULES, LATER) == Pass(started_at=LATER)


def test_what_other_rules_undid_begins_anew(shelf: Store) -> None:
    shelf.start_pass(NEW_RULES, make.NOW)
    judge(shelf, *read(shelf, limit=2))
    shelf.start_pass(OTHER_RULES, LATER)
    assert shelf.start_pass(NEW_RULES, make.at(hours=2)) == Pass(started_at=make.at(hours=2))


def test_one_pass_runs_at_a_time(shelf: Store) -> None:
    second = shelf.pass_lock("another")
    with shelf.pass_lock("reclassify"), pytest.raises(LockedError, match="reclassify"):
        second.__enter__()
    with shelf.pass_lock("another"):
        assert shelf.count_items() == 4
