"""What every store promises about sources, polls, items and what they were judged to be."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from pipeline.changes import KnownItem, NewItem
from pipeline.errors import StoreError
from pipeline.model import (
    Notice,
    Origin,
    Outcome,
    Precision,
    Reason,
    SourceState,
    Validators,
    Verdict,
)
from pipeline.ports import Store
from pipeline.records import Intake, LedgerLine, StoredItem
from pipeline.search import parse_search
from pipeline.signs import Signs
from tests import make
from tests.contract.conftest import RULES

GUID = "guid:https://gov.example/news/1"
LATER = make.at(hours=1)


def only(store: Store, key: str = GUID) -> KnownItem:
    (found,) = store.known("gov", [key])[key]
    return found


def save(store: Store, run: int, *new: NewItem, now: datetime = make.NOW, **how: Any) -> None:
    store.save_intake(run, make.intake(*new, **how), RULES, now)


def edit(store: Store, run: int, title: str, now: datetime = LATER, **how: Any) -> None:
    change = make.changed(only(store), make.item(title), **how)
    store.save_intake(run, make.intake(changed=(change,)), RULES, now)


def titles(store: Store, text: str) -> list[str]:
    search = parse_search(text, now=make.NOW)
    return [found.item.title for found in store.search(search, limit=100)]


# --- sources ---------------------------------------------------------------------------------


def test_a_source_never_read_has_an_empty_state(store: Store) -> None:
    assert store.source_states() == {"gov": SourceState(source_id="gov")}
    assert store.source_state("gov") == SourceState(source_id="gov")
    assert store.source_state("never") == SourceState(source_id="never")


def test_a_state_comes_back_as_it_was_saved(store: Store, run: int) -> None:
    state = SourceState(
        source_id="gov",
        validators=Validators(etag='W/"a"', last_modified="Mon, 02 Mar 2026 08:00:00 GMT"),
        body_hash="b",
        baseline_at=make.at(days=-9),
        last_attempt_at=make.at(days=-8, seconds=0.000001),
        last_success_at=make.at(days=-7),
        full_read_at=make.at(days=-6),
        due_at=make.at(days=-5),
        not_before=make.at(days=-4),
        wait_scope="gov.example:443/news",
        interval_minutes=45,
        floor_minutes=90,
        failures=1.5,
        good_polls=7,
        last_new_at=make.at(days=-3),
        newest_at=make.at(days=-2),
        entries=12,
        outcome=Outcome.PARTLY_BROKEN,
        error="two entries have no title",
        failing_since=make.at(days=-1),
        empty_since=make.at(days=-10),
        overlaps=3,
        gap_at=make.at(days=-11),
        moved_from="https://gov.example/old",
        moved_to="https://gov.example/new",
        moved_since=make.at(days=-12),
        robots_at=make.at(days=-13),
        read_as="0123456789abcdef",
        yields=((20, 19), (21, 20)),
        watched="One line\nand another",
        signs=Signs(
            days=((date(2026, 2, 27), 3), (date(2026, 3, 2), 1)),
            yields=(10, 12),
            changed_at=make.at(days=-14),
            shrunk_since=make.at(days=-15),
            back_since=make.at(days=-16),
            back_to=date(2026, 1, 1),
            form="rss",
            form_was="feed",
            form_changed_at=make.at(days=-17),
            ids_changed_at=make.at(days=-3),
            recognised=19,
            unrecognised=1,
            gap_from=date(2026, 2, 3),
            gap_until=date(2026, 2, 17),
        ),
    )
    store.save_intake(run, Intake(result=make.result(), state=state), RULES, make.NOW)
    assert store.source_states() == {"gov": state}
    assert store.source_state("gov") == state


def test_the_last_good_and_the_last_bad_documents_are_kept(store: Store) -> None:
    good = make.snapshot(b"first", b"second")
    bad = make.snapshot(b"down", outcome=Outcome.BLOCKED, error="HTTP 403 Forbidden")
    for each in (make.snapshot(b"a", b"b", b"c"), good, bad):
        store.put_snapshot("gov", each)
    assert store.snapshot("gov", good=True) == good
    assert store.snapshot("gov", good=False) == bad
    store.put_snapshot("gov", make.snapshot(outcome=Outcome.EMPTY))
    assert store.snapshot("gov", good=False) is None
    assert store.snapshot("never", good=True) is None


def test_a_renamed_source_keeps_its_history(store: Store, run: int) -> None:
    save(store, run, make.new())
    store.sync_sources([make.source("ministry", was=("gov",))], LATER)
    known = store.known("ministry", [GUID])[GUID]
    assert [each.item.source_id for each in known] == ["ministry"]
    assert store.source_states() == {"ministry": make.read_state("ministry")}


def test_a_name_still_in_use_is_not_taken_over(store: Store, run: int) -> None:
    save(store, run, make.new())
    store.sync_sources([make.source(), make.source("second", was=("gov",))], LATER)
    assert store.stored_counts(["gov", "second"]) == {"gov": 1, "second": 0}


def test_a_source_that_left_the_file_comes_back_with_its_items(store: Store, run: int) -> None:
    save(store, run, make.new())
    store.sync_sources([make.source("other")], LATER)
    assert list(store.source_states()) == ["other"]
    store.sync_sources([make.source()], LATER)
    assert (list(store.source_states()), store.stored_counts(["gov"])) == (["gov"], {"gov": 1})


def test_searching_uses_the_scope_that_is_configured_now(store: Store, run: int) -> None:
    save(store, run, make.new())
    store.sync_sources([make.source(jurisdiction="JP")], LATER)
    assert (titles(store, "jur:JP"), titles(store, "jur:GB")) == ([make.item().title], [])


def test_a_source_that_was_never_configured_cannot_be_saved(store: Store, run: int) -> None:
    with pytest.raises(StoreError, match="no source 'nowhere': sync the sources first"):
        store.save_intake(run, make.intake(source_id="nowhere"), RULES, make.NOW)


def test_unknown_rules_cannot_have_judged(store: Store, run: int) -> None:
    with pytest.raises(StoreError, match="no ruleset rules-9: put it first"):
        store.save_intake(run, make.intake(), "rules-9", make.NOW)


# --- how sources were read -------------------------------------------------------------------


def test_reach_is_the_last_and_the_best_of_a_half_open_window(store: Store, run: int) -> None:
    failed = make.result(outcome=Outcome.HTTP_ERROR, status=503, error="HTTP 503")
    state = make.read_state(failing_since=make.NOW, outcome=Outcome.HTTP_ERROR, error="HTTP 503")
    save(store, run, now=make.at(hours=-3))
    store.save_intake(run, Intake(result=failed, state=state), RULES, make.at(hours=-2))
    whole = make.reach(outcome=Outcome.HTTP_ERROR, error="HTTP 503", failing_since=make.NOW)
    assert store.reach(None, make.NOW) == {"gov": whole}
    assert store.reach(make.at(hours=-4), make.at(hours=-3)) == {
        "gov": make.reach(failing_since=make.NOW)
    }
    assert store.reach(make.at(hours=-3), make.at(hours=-2)) == {"gov": replace(whole, read=False)}
    assert store.reach(make.at(hours=-2), make.NOW) == {
        "gov": make.reach(outcome=None, read=False, failing_since=make.NOW)
    }


def test_reach_names_every_enabled_source_and_no_other(store: Store) -> None:
    here = [make.source(), make.source("off", enabled=False), make.source("fresh")]
    store.sync_sources(here, make.NOW)
    never = make.reach(outcome=None, read=False, last_success_at=None)
    assert store.reach(None, make.NOW) == {
        "gov": never,
        "fresh": replace(never, source_id="fresh"),
    }


def test_results_come_back_in_the_order_in_which_they_were_saved(store: Store, run: int) -> None:
    store.sync_sources([make.source(), make.source("a")], make.NOW)
    results = (
        make.result(new=2, updated=1, entries=9, seconds=0.5, bytes=700, newest_at=make.NOW),
        make.result("a", outcome=Outcome.GONE, status=410, error="HTTP 410"),
    )
    for result in results:
        intake = Intake(result=result, state=make.state(result.source_id))
        store.save_intake(run, intake, RULES, make.NOW)
    store.finish_run(run, LATER)
    assert store.run_results(run) == results
    assert store.run_results(run + 1) == ()


def test_the_first_run_dates_the_deployment(store: Store) -> None:
    assert store.first_run_at() is None
    store.start_run("poll", make.NOW)
    store.start_run("poll", LATER)
    assert store.first_run_at() == make.NOW


# --- items -----------------------------------------------------------------------------------


def test_an_item_comes_back_as_it_was_stored(store: Store, run: int) -> None:
    item = make.item(
        "生成AIの規制 \U0001f916",
        summary="Über “Regeln”\nund mehr",
        body="a" * 100_000,
        author="Office",
        published_at=make.at(days=-1, seconds=0.25),
        precision=Precision.DAY,
        deadline=date(2026, 4, 1),
    )
    match = make.match(
        verdict=Verdict.NEAR,
        score=0.5,
        evidence=(make.evidence("規制"),),
        missing=('"AI Act"',),
        excluded_by="art",
    )
    save(store, run, make.new(item, matches=(match,), origin=Origin.BACKFILL))
    known = only(store)
    assert store.item(known.id) == StoredItem(
        id=known.id,
        item=item,
        revision=1,
        first_seen_at=make.NOW,
        origin=Origin.BACKFILL,
        matches=(match,),
    )


def test_an_item_without_date_or_link_stays_without(store: Store, run: int) -> None:
    bare = make.item(url="", published_at=None, precision=None, published_raw="soon")
    save(store, run, make.new(bare))
    assert only(store).item == bare


def test_a_number_that_was_never_given_has_no_item(store: Store) -> None:
    assert store.item(7) is None


def test_known_items_carry_what_was_said_of_them(store: Store, run: int) -> None:
    near = make.match("labour", verdict=Verdict.NEAR)
    late = (make.notice(), make.notice("labour", Reason.LATE))
    save(store, run, make.new(matches=(make.match(), near), notices=late))
    known = only(store)
    assert known == make.known(
        known.id,
        first_seen_at=make.NOW,
        applied_themes=frozenset({"safety"}),
        noticed_themes=frozenset({"safety", "labour"}),
        last_noticed_at=make.NOW,
    )


def test_one_key_can_stand_for_several_items_oldest_first(store: Store, run: int) -> None:
    save(store, run, *(make.new(make.numbered(n), keys=("hub", str(n))) for n in (2, 1)))
    known = store.known("gov", ["hub", "1", "nothing"])
    assert {key: [k.item.title for k in found] for key, found in known.items()} == {
        "hub": ["Plan 2 published", "Plan 1 published"],
        "1": ["Plan 1 published"],
    }


def test_keys_belong_to_their_source(store: Store, run: int) -> None:
    store.sync_sources([make.source(), make.source("other")], make.NOW)
    save(store, run, make.new())
    assert store.known("other", [GUID]) == {}


def test_thousands_of_keys_are_looked_up_at_once(store: Store, run: int) -> None:
    save(store, run, *(make.new(make.numbered(n), keys=(str(n),)) for n in range(2_100)))
    known = store.known("gov", map(str, range(5_000)))
    assert {key: found.item.title for key, (found,) in known.items()} == {
        str(n): f"Plan {n} published" for n in range(2_100)
    }


def test_a_seen_item_is_known_by_its_new_keys_for_ever(store: Store, run: int) -> None:
    save(store, run, make.new())
    save(store, run, seen=(make.seen(only(store), GUID, "guid:changed"),), now=LATER)
    assert only(store, "guid:changed") == only(store)


def test_an_edit_is_the_next_revision_of_the_same_item(store: Store, run: int) -> None:
    save(store, run, make.news())
    before = only(store)
    edit(store, run, "Plan withdrawn", matches=(make.match("labour"),), keys=(GUID, "new"))
    assert only(store, "new") == replace(
        before,
        revision=2,
        item=make.item("Plan withdrawn"),
        applied_themes=frozenset({"labour"}),
    )
    assert store.item(before.id) == StoredItem(
        id=before.id,
        item=make.item("Plan withdrawn"),
        revision=2,
        first_seen_at=make.NOW,
        origin=Origin.NEWS,
        matches=(make.match("labour"),),
    )


def test_an_edit_is_found_by_its_new_words_alone(store: Store, run: int) -> None:
    save(store, run, make.new(make.item("著作権の規制", body="old words")))
    edit(store, run, "著作物とAI")
    assert {text: titles(store, text) for text in ("規制", "old", "著作物", "AI")} == {
        "規制": [],
        "old": [],
        "著作物": ["著作物とAI"],
        "AI": ["著作物とAI"],
    }


def test_an_edit_of_what_another_pass_edited_changes_nothing(store: Store, run: int) -> None:
    save(store, run, make.new())
    stale = only(store)
    edit(store, run, "Second text")
    change = make.changed(stale, make.item("Third text"))
    intake = make.intake(make.new(make.numbered(2)), changed=(change,))
    with pytest.raises(StoreError, match="changed by another pass"):
        store.save_intake(run, intake, RULES, LATER)
    assert (only(store).item.title, store.stored_counts(["gov"])) == ("Second text", {"gov": 1})


def test_a_reading_that_fails_half_way_leaves_nothing(store: Store, run: int) -> None:
    broken = replace(make.news(make.numbered(2)), notices=(Notice(theme=None, reason=Reason.NEW),))  # type: ignore[arg-type] # the trouble
    with pytest.raises(Exception, match="NOT NULL"):
        save(store, run, make.news(), broken)
    assert (store.stored_counts(["gov"]), store.ledger_end()) == ({"gov": 0}, 0)
    assert (store.run_results(run), titles(store, "plan")) == ((), [])
    assert store.source_states() == {"gov": SourceState(source_id="gov")}


def test_items_are_found_by_their_address_with_and_without_tls(store: Store, run: int) -> None:
    save(store, run, make.new(), make.new(make.numbered(2)))
    for address in ("https://gov.example/news/1", "http://gov.example/news/1"):
        assert [x.item.title for x in store.items_at(address)] == [make.item().title]


def test_rules_are_kept_once(store: Store, run: int) -> None:
    store.put_ruleset(RULES, "themes: []", "themes.yaml", LATER)
    save(store, run, make.new())
    assert store.stored_counts(["gov"]) == {"gov": 1}


# --- the ledger ------------------------------------------------------------------------------


def test_the_ledger_numbers_what_is_worth_saying(store: Store, run: int) -> None:
    save(store, run, make.news())
    save(store, run, make.news(make.numbered(2), "labour"), first_contact=True, now=LATER)
    first, second = only(store).id, only(store, "guid:https://gov.example/news/2").id
    lines = store.ledger(0)
    assert lines == (
        make.line(1, at=make.NOW, stored=store.item(first)),
        make.line(2, at=LATER, theme="", reason=Reason.NEW_SOURCE, stored=None),
        make.line(3, at=LATER, theme="labour", stored=store.item(second)),
    )
    assert (store.ledger(2), store.ledger_end()) == (lines[2:], 3)


def test_an_empty_ledger_ends_at_nought(store: Store) -> None:
    assert (store.ledger(0), store.ledger_end()) == ((), 0)


def test_a_line_shows_the_item_as_it_was_when_it_was_written(store: Store, run: int) -> None:
    save(store, run, make.news())
    before = store.item(only(store).id)
    edit(store, run, "Plan withdrawn", matches=(make.match("labour"),))
    edit(store, run, "Plan back", matches=(make.match("labour"),))
    assert store.ledger(0) == (make.line(1, at=make.NOW, stored=before),)


def test_nothing_is_noticed_twice_of_one_revision(store: Store, run: int) -> None:
    twice = (make.notice(), make.notice(), make.notice("safety", Reason.LATE))
    save(store, run, make.news(notices=twice))
    assert [line.reason for line in store.ledger(0)] == [Reason.NEW, Reason.LATE]


def test_an_edited_item_can_be_noticed_again(store: Store, run: int) -> None:
    save(store, run, make.news())
    update = (make.notice("safety", Reason.UPDATED),)
    edit(store, run, "Plan withdrawn", matches=(make.match(),), notices=update)
    assert [(line.seq, line.reason, _title(line)) for line in store.ledger(0)] == [
        (1, Reason.NEW, make.item().title),
        (2, Reason.UPDATED, "Plan withdrawn"),
    ]
    assert only(store).last_noticed_at == LATER


def test_history_stops_after_24_revisions_and_the_text_goes_on(store: Store, run: int) -> None:
    save(store, run, make.new(make.item("Text 1")))
    for number in range(2, 31):
        edit(store, run, f"Text {number}", matches=(make.match(),), notices=(make.notice(),))
    assert (only(store).revision, only(store).item.title) == (30, "Text 30")
    kept = [f"Text {n}" for n in range(2, 25)]
    # What the history no longer holds is shown as it is now.
    assert [_title(line) for line in store.ledger(0)] == [*kept, *["Text 30"] * 6]


def _title(line: LedgerLine) -> str:
    return line.stored.item.title if line.stored else ""


# --- what digests ask for --------------------------------------------------------------------


def test_a_baseline_is_told_by_its_dated_matches_newest_first(store: Store, run: int) -> None:
    def baseline(number: int, hours: float, **how: Any) -> NewItem:
        item = make.numbered(number, published_at=make.at(hours=hours))
        return make.news(item, notices=(), **({"origin": Origin.BASELINE} | how))

    undated = make.numbered(9, published_at=None)
    save(
        store,
        run,
        baseline(1, -3),
        baseline(2, -1),
        baseline(3, -50),
        baseline(4, -1, matches=(make.match(verdict=Verdict.NEAR),)),
        baseline(5, -1, origin=Origin.NEWS),
        make.news(undated, notices=(), origin=Origin.BASELINE),
    )
    found = store.baseline_matches("gov", make.at(days=-2))
    assert [x.item.title for x in found] == ["Plan 2 published", "Plan 1 published"]
    assert store.baseline_matches("other", make.at(days=-2)) == ()


def test_near_misses_are_news_of_the_window_the_best_first(store: Store, run: int) -> None:
    def near(number: int, score: float, **how: Any) -> NewItem:
        match = make.match(verdict=Verdict.NEAR, score=score, missing=("law",))
        return make.new(make.numbered(number), matches=(match,), **how)

    save(store, run, near(1, 9.0), now=make.at(hours=-9))
    save(store, run, near(2, 0.5), near(3, 0.9), near(4, 2.0, origin=Origin.BASELINE))
    save(store, run, make.news(make.numbered(5)))
    found = store.near_misses(make.at(hours=-9), make.NOW)
    assert [x.item.title for x in found] == ["Plan 3 published", "Plan 2 published"]
    assert len(store.near_misses(None, make.NOW)) == 3


def test_times_keep_their_microseconds_and_need_a_zone(store: Store) -> None:
    store.start_run("poll", make.at(seconds=0.123456))
    assert store.first_run_at() == make.at(seconds=0.123456)
    with pytest.raises(ValueError, match="has no zone"):
        store.start_run("poll", make.NOW.replace(tzinfo=None))
