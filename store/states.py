"""Rows <-> what we remember of a source between two readings."""

import json

from pipeline.model import Outcome, SourceState, Validators
from store.connection import Row, SqlValue
from store.rows import optional_text, optional_time
from store.signs import signs_of, signs_text

STATE_COLUMNS = (
    "etag",
    "last_modified",
    "body_hash",
    "baseline_at",
    "last_attempt_at",
    "last_success_at",
    "full_read_at",
    "due_at",
    "not_before",
    "wait_scope",
    "interval_minutes",
    "floor_minutes",
    "failures",
    "good_polls",
    "last_new_at",
    "newest_at",
    "entries",
    "outcome",
    "error",
    "failing_since",
    "empty_since",
    "overlaps",
    "gap_at",
    "moved_from",
    "moved_to",
    "moved_since",
    "robots_at",
    "read_as",
    "yields",
    "watched",
    "signs",
)


def state_values(state: SourceState) -> tuple[SqlValue, ...]:
    """Return a state's values in the order of STATE_COLUMNS."""
    return (
        state.validators.etag,
        state.validators.last_modified,
        state.body_hash,
        optional_text(state.baseline_at),
        optional_text(state.last_attempt_at),
        optional_text(state.last_success_at),
        optional_text(state.full_read_at),
        optional_text(state.due_at),
        optional_text(state.not_before),
        state.wait_scope,
        state.interval_minutes,
        state.floor_minutes,
        state.failures,
        state.good_polls,
        optional_text(state.last_new_at),
        optional_text(state.newest_at),
        state.entries,
        state.outcome,
        state.error,
        optional_text(state.failing_since),
        optional_text(state.empty_since),
        state.overlaps,
        optional_text(state.gap_at),
        state.moved_from,
        state.moved_to,
        optional_text(state.moved_since),
        optional_text(state.robots_at),
        state.read_as,
        json.dumps(state.yields),
        state.watched,
        signs_text(state.signs),
    )


def state_of(row: Row) -> SourceState:
    """Read the state in a row with STATE_COLUMNS and the source's `slug`."""
    return SourceState(
        source_id=row["slug"],
        validators=Validators(etag=row["etag"], last_modified=row["last_modified"]),
        body_hash=row["body_hash"],
        baseline_at=optional_time(row["baseline_at"]),
        last_attempt_at=optional_time(row["last_attempt_at"]),
        last_success_at=optional_time(row["last_success_at"]),
        full_read_at=optional_time(row["full_read_at"]),
        due_at=optional_time(row["due_at"]),
        not_before=optional_time(row["not_before"]),
        wait_scope=row["wait_scope"],
        interval_minutes=row["interval_minutes"],
        floor_minutes=row["floor_minutes"],
        failures=row["failures"],
        good_polls=row["good_polls"],
        last_new_at=optional_time(row["last_new_at"]),
        newest_at=optional_time(row["newest_at"]),
        entries=row["entries"],
        outcome=None if row["outcome"] is None else Outcome(row["outcome"]),
        error=row["error"],
        failing_since=optional_time(row["failing_since"]),
        empty_since=optional_time(row["empty_since"]),
        overlaps=row["overlaps"],
        gap_at=optional_time(row["gap_at"]),
        moved_from=row["moved_from"],
        moved_to=row["moved_to"],
        moved_since=optional_time(row["moved_since"]),
        robots_at=optional_time(row["robots_at"]),
        read_as=row["read_as"],
        yields=tuple((entries, dated) for entries, dated in json.loads(row["yields"])),
        watched=row["watched"],
        signs=signs_of(row["signs"]),
    )
