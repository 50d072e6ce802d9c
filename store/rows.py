"""Rows <-> values: what a column holds, in one place."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from pydantic_core import from_json, to_json

from pipeline.linked import Linked, LinkedState
from pipeline.model import (
    Evidence,
    Field,
    Item,
    Match,
    Origin,
    Outcome,
    Precision,
    SourceResult,
    Type,
    Verdict,
)
from pipeline.records import StoredItem
from pipeline.triage import Decision, State
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
        linked=linked_of(row),
        decision=decision_of(row) if row["state"] else None,
        after_change=bool(row["after_change"]),
    )


LINKED_COLUMNS = ("linked_state", "linked_trouble", "linked_tries", "linked_next_at")


def linked_values(linked: Linked | None) -> tuple[SqlValue, ...]:
    """Return what became of a linked page in the order of LINKED_COLUMNS."""
    if linked is None:
        return None, "", 0, None
    return linked.state, linked.trouble, linked.tries, optional_text(linked.next_at)


def linked_of(row: Row) -> Linked | None:
    """Read what became of the linked page of a row with LINKED_COLUMNS; None for no page."""
    if row["linked_state"] is None:
        return None
    return Linked(
        state=LinkedState(row["linked_state"]),
        trouble=row["linked_trouble"],
        tries=row["linked_tries"],
        next_at=optional_time(row["linked_next_at"]),
    )


# --- what people decided ---------------------------------------------------------------------

DECISION_COLUMNS = ("state", "who", "decided_at", "note")
LATEST_DECISION = """
left join triage on triage.id = (
    select max(id) from triage as one where one.item_id = item.id
)
"""
"""Joins the decision that counts to each item."""


def decision_values(decision: Decision) -> tuple[SqlValue, ...]:
    """Return a decision's values: its item, then in the order of DECISION_COLUMNS."""
    return (
        decision.item_id,
        decision.state,
        decision.who,
        time_text(decision.at),
        decision.note,
    )


def decision_of(row: Row) -> Decision:
    """Read the decision in a row with DECISION_COLUMNS, of the item whose number is its `id`."""
    return Decision(
        item_id=row["id"],
        state=State(row["state"]),
        who=row["who"],
        at=time_of(row["decided_at"]),
        note=row["note"],
    )


# --- matches ---------------------------------------------------------------------------------

MATCH_COLUMNS = ("theme", "verdict", "score", "evidence", "missing", "excluded_by")

# A pass reads a million of them: json and calling an enum each take longer than all the rest.
_FIELDS = {field.value: field for field in Field}
_NAMES = {field: field.value for field in Field}
_NOTHING = "[]"
_VERDICTS = {verdict.value: verdict for verdict in Verdict}


def match_values(match: Match) -> tuple[SqlValue, ...]:
    """Return a match's values in the order of MATCH_COLUMNS."""
    places = [
        {"rule": rule, "field": _NAMES[field], "start": start, "end": end, "text": text}
        for rule, field, start, end, text in match.evidence
    ]
    return (
        match.theme,
        match.verdict,
        match.score,
        to_json(places).decode(),
        to_json(match.missing).decode() if match.missing else _NOTHING,
        match.excluded_by,
    )


def match_of(row: Row) -> Match:
    """Read the match in a row with MATCH_COLUMNS."""
    return match_from([row[column] for column in MATCH_COLUMNS])


def match_from(values: Sequence[Any]) -> Match:
    """Read a match from its values in the order of MATCH_COLUMNS."""
    theme, verdict, score, evidence, missing, excluded_by = values
    places = [
        Evidence(raw["rule"], _FIELDS[raw["field"]], raw["start"], raw["end"], raw["text"])
        for raw in from_json(evidence)
    ]
    lacking = () if missing == _NOTHING else tuple(from_json(missing))
    return Match(theme, _VERDICTS[verdict], score, tuple(places), lacking, excluded_by)


# --- results ---------------------------------------------------------------------------------

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
    "pages",
    "title_only",
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
        result.pages,
        result.title_only,
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
        pages=row["pages"],
        title_only=row["title_only"],
    )
