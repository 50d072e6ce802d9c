"""Rows <-> values: what a column holds, in one place."""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from pipeline.model import (
    Evidence,
    Field,
    Item,
    Match,
    Origin,
    Outcome,
    Precision,
    SourceResult,
    SourceState,
    Type,
    Validators,
    Verdict,
)
from pipeline.records import StoredItem
from store.connection import Row, SqlValue


def time_text(moment: datetime) -> str:
    """Write an aware time so that texts sort as times do."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def optional_text(moment: datetime | None) -> str | None:
    """Write a time that may be missing."""
    return None if moment is None else time_text(moment)


def time_of(text: str) -> datetime:
    """Read a time that `time_text` wrote."""
    return datetime.fromisoformat(text)


def optional_time(text: str | None) -> datetime | None:
    """Read a time that may be missing."""
    return None if text is None else datetime.fromisoformat(text)


# --- items -----------------------------------------------------------------------------------

ITEM_COLUMNS = (
    "guid",
    "url",
    "title",
    "summary",
    "body",
    "author",
    "language",
    "type",
    "published_raw",
    "published_at",
    "precision",
    "deadline",
    "links",
    "fingerprint",
)


def item_values(item: Item) -> tuple[SqlValue, ...]:
    """Return an item's values in the order of ITEM_COLUMNS."""
    return (
        item.guid,
        item.url,
        item.title,
        item.summary,
        item.body,
        item.author,
        item.language,
        item.type,
        item.published_raw,
        optional_text(item.published_at),
        item.precision,
        item.deadline.isoformat() if item.deadline else None,
        "\n".join(item.links),
        item.fingerprint,
    )


def item_of(row: Row) -> Item:
    """Read the item in a row with ITEM_COLUMNS and the source's `slug`."""
    return Item(
        source_id=row["slug"],
        guid=row["guid"],
        url=row["url"],
        title=row["title"],
        summary=row["summary"],
        body=row["body"],
        author=row["author"],
        language=row["language"],
        type=Type(row["type"]),
        published_raw=row["published_raw"],
        published_at=optional_time(row["published_at"]),
        precision=None if row["precision"] is None else Precision(row["precision"]),
        deadline=None if row["deadline"] is None else date.fromisoformat(row["deadline"]),
        links=tuple(row["links"].split()),
        fingerprint=row["fingerprint"],
    )


def stored_of(row: Row, matches: Iterable[Match]) -> StoredItem:
    """Read the stored item in a row of `item` joined with its source."""
    return StoredItem(
        id=row["id"],
        item=item_of(row),
        revision=row["revision"],
        first_seen_at=time_of(row["first_seen_at"]),
        origin=Origin(row["origin"]),
        matches=tuple(matches),
    )


# --- matches ---------------------------------------------------------------------------------

MATCH_COLUMNS = ("theme", "verdict", "score", "evidence", "missing", "excluded_by")

# A pass reads a million of them: json.loads and calling an enum each take longer than all the rest.
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_DECODER = json.JSONDecoder()
_FIELDS = {field.value: field for field in Field}
_VERDICTS = {verdict.value: verdict for verdict in Verdict}


def match_values(match: Match) -> tuple[SqlValue, ...]:
    """Return a match's values in the order of MATCH_COLUMNS."""
    return (
        match.theme,
        match.verdict,
        match.score,
        _ENCODER.encode([_evidence_values(evidence) for evidence in match.evidence]),
        _ENCODER.encode(match.missing),
        match.excluded_by,
    )


def _evidence_values(evidence: Evidence) -> dict[str, SqlValue]:
    return {
        "rule": evidence.rule,
        "field": evidence.field,
        "start": evidence.start,
        "end": evidence.end,
        "text": evidence.text,
    }


def match_of(row: Row) -> Match:
    """Read the match in a row with MATCH_COLUMNS."""
    return match_from(*(row[column] for column in MATCH_COLUMNS))


def match_from(*values: Any) -> Match:
    """Read a match from its values in the order of MATCH_COLUMNS."""
    theme, verdict, score, evidence, missing, excluded_by = values
    return Match(
        theme=theme,
        verdict=_VERDICTS[verdict],
        score=score,
        evidence=tuple(map(_evidence, _DECODER.raw_decode(evidence)[0])),
        missing=tuple(_DECODER.raw_decode(missing)[0]),
        excluded_by=excluded_by,
    )


def _evidence(raw: dict[str, Any]) -> Evidence:
    return Evidence(
        rule=raw["rule"],
        field=_FIELDS[raw["field"]],
        start=raw["start"],
        end=raw["end"],
        text=raw["text"],
    )


# --- sources ---------------------------------------------------------------------------------

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
    "usual_hours",
    "moved_from",
    "moved_to",
    "moved_since",
    "robots_at",
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
        state.usual_hours,
        state.moved_from,
        state.moved_to,
        optional_text(state.moved_since),
        optional_text(state.robots_at),
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
        usual_hours=row["usual_hours"],
        moved_from=row["moved_from"],
        moved_to=row["moved_to"],
        moved_since=optional_time(row["moved_since"]),
        robots_at=optional_time(row["robots_at"]),
    )


RESULT_COLUMNS = (
    "outcome",
    "status",
    "new",
    "updated",
    "entries",
    "error",
    "seconds",
    "bytes",
    "newest_at",
)


def result_values(result: SourceResult) -> tuple[SqlValue, ...]:
    """Return a result's values in the order of RESULT_COLUMNS."""
    return (
        result.outcome,
        result.status,
        result.new,
        result.updated,
        result.entries,
        result.error,
        result.seconds,
        result.bytes,
        optional_text(result.newest_at),
    )


def result_of(row: Row) -> SourceResult:
    """Read the result in a row with RESULT_COLUMNS and the source's `slug`."""
    return SourceResult(
        source_id=row["slug"],
        outcome=Outcome(row["outcome"]),
        status=row["status"],
        new=row["new"],
        updated=row["updated"],
        entries=row["entries"],
        error=row["error"],
        seconds=row["seconds"],
        bytes=row["bytes"],
        newest_at=optional_time(row["newest_at"]),
    )
