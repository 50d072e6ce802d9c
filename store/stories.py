"""What several items tell of, and until when one may answer to them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from pipeline.closing import Closing, OpenClosing
from pipeline.clusters import Member, Report
from pipeline.deadlines import Deadline
from pipeline.issue import Headline
from pipeline.model import Tier
from pipeline.stories import Before
from store.connection import Connection, Row
from store.rows import optional_text, optional_time, time_of, time_text

_MEMBERS = """
select cluster.*, item.title, item.first_seen_at, slug, tier
from cluster join item on item.id = item_id join source on source.id = source_id
where opened_at >= ? order by item_id
"""
_TOLD = """
select cluster.opened_by, item.id, item.title, item.url, cluster.language, tier, window_end
from cluster
join notice on notice.item_id = cluster.item_id
join digest_item on digest_item.digest = ? and digest_item.seq = notice.seq
join digest_issue on digest_issue.id = digest_item.issue_id
join item on item.id = cluster.item_id join source on source.id = item.source_id
where cluster.opened_at >= ?
order by window_end, tier <> 'official', item.id
"""
_ADD_MEMBER = """
insert or ignore into cluster (item_id, opened_by, opened_at, language, keys)
values (?, ?, ?, ?, ?)
"""
_PUT_CLOSING = """
insert or replace into closing (item_id, day, at, candidates, words, last_day, sequence)
values (?, ?, ?, ?, ?, ?, ?)
"""
_OPEN = """
select closing.*, item.title, item.url, item.language, organisation, name, jurisdiction,
    source.language as spoken
from closing join item on item.id = closing.item_id join source on source.id = item.source_id
where last_day >= ? and exists (
    select 1 from notice join digest_item on digest_item.digest = ? and digest_item.seq = notice.seq
    where notice.item_id = closing.item_id
)
order by last_day, closing.item_id
"""


def members(connection: Connection, since: datetime) -> tuple[Member, ...]:
    """Return the members of each cluster that was opened since."""
    return tuple(map(_member, connection.rows(_MEMBERS, (time_text(since),))))


def told_before(connection: Connection, digest: str, since: datetime) -> Mapping[int, Before]:
    """Say how a digest first told of the clusters opened since, and how best, by cluster."""
    found: dict[int, Before] = {}
    for row in connection.rows(_TOLD, (digest, time_text(since))):
        official = row["tier"] == Tier.OFFICIAL
        first = found.get(row["opened_by"])
        if first is None or (official and not first.official):
            found[row["opened_by"]] = Before(
                head=_headline(row, row["language"]),
                since=first.since if first else time_of(row["window_end"]),
                official=official,
            )
    return found


def titles_since(connection: Connection, since: datetime, limit: int) -> tuple[str, ...]:
    """Return titles of items first seen since, the latest ones."""
    rows = connection.rows(
        "select title from item where first_seen_at >= ? order by first_seen_at desc limit ?",
        (time_text(since), limit),
    )
    return tuple(row[0] for row in rows)


def open_closings(connection: Connection, digest: str, day: date) -> tuple[OpenClosing, ...]:
    """Return the deadlines of items that a digest told of which may not be over on a day."""
    return tuple(map(_open, connection.rows(_OPEN, (day.isoformat(), digest))))


def save_stories(
    connection: Connection, joined: Sequence[Member], closings: Iterable[Closing]
) -> None:
    """Keep which items tell of one thing, and their deadlines; a member stays where it was."""
    with connection.write():
        connection.change_many(_ADD_MEMBER, map(_member_values, joined))
        connection.change_many(_PUT_CLOSING, map(_closing_values, closings))


def _member(row: Row) -> Member:
    report = Report(
        id=row["item_id"],
        source_id=row["slug"],
        tier=Tier(row["tier"]),
        language=row["language"],
        at=time_of(row["first_seen_at"]),
        title=row["title"],
        keys=frozenset(json.loads(row["keys"])),
    )
    return Member(report=report, cluster=row["opened_by"], opened=time_of(row["opened_at"]))


def _member_values(member: Member) -> tuple[int, int, str, str, str]:
    report = member.report
    keys = json.dumps(sorted(report.keys), ensure_ascii=False)
    return report.id, member.cluster, time_text(member.opened), report.language, keys


def _closing_values(closing: Closing) -> tuple[int, str | None, str | None, str, str, str, int]:
    deadline = closing.deadline
    return (
        closing.item_id,
        deadline.day.isoformat() if deadline.day else None,
        optional_text(deadline.at),
        json.dumps([day.isoformat() for day in deadline.candidates]),
        deadline.words,
        deadline.last.isoformat(),
        closing.sequence,
    )


def _open(row: Row) -> OpenClosing:
    deadline = Deadline(
        day=date.fromisoformat(row["day"]) if row["day"] else None,
        at=optional_time(row["at"]),
        candidates=tuple(map(date.fromisoformat, json.loads(row["candidates"]))),
        words=row["words"],
    )
    return OpenClosing(
        item=Headline(
            id=row["item_id"],
            title=row["title"],
            url=row["url"],
            language=row["language"] or row["spoken"],
        ),
        source=row["organisation"] or row["name"],
        jurisdiction=row["jurisdiction"],
        closing=Closing(item_id=row["item_id"], deadline=deadline, sequence=row["sequence"]),
    )


def _headline(row: Row, language: str) -> Headline:
    return Headline(id=row["id"], title=row["title"], url=row["url"], language=language)
