"""The ledger of what is worth saying, and the issues that said it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from pipeline.errors import StoreError
from pipeline.model import Match, Reason
from pipeline.records import IssueRecord, LedgerLine, Mail, MailState, Said
from store.connection import Connection, Row, SqlValue
from store.outbox import plan_mails
from store.rows import (
    DECISION_COLUMNS,
    ITEM_COLUMNS,
    LATEST_DECISION,
    LINKED_COLUMNS,
    match_of,
    optional_text,
    optional_time,
    stored_of,
    time_of,
    time_text,
)

# A text that the history no longer holds is shown as it is now, with what is said of it now.
_KEPT = "(notice.revision = item.revision or revision.id is not null)"
_AS_IT_WAS = ", ".join(
    f"case when revision.id is null then item.{column} else revision.{column} end as {column}"
    for column in ITEM_COLUMNS
)
_FROM = """
from notice
left join item on item.id = notice.item_id
left join revision on revision.item_id = item.id and revision.number = notice.revision
"""
_LINES = f"""
select notice.seq, notice.at, notice.reason, notice.theme, notice.item_id, slug,
    item.id, item.first_seen_at, item.origin, item.after_change,
    {", ".join((*LINKED_COLUMNS, *DECISION_COLUMNS))},
    case when {_KEPT} then notice.revision else item.revision end as revision, {_AS_IT_WAS}
{_FROM} join source on source.id = notice.source_id {LATEST_DECISION}
where {{}} order by seq
"""
_MATCHES = f"""
select notice.seq, match.* {_FROM}
join match on match.item_id = item.id
    and match.revision = case when {_KEPT} then notice.revision else item.revision end
    and match.ruleset_id = case when {_KEPT} then notice.ruleset_id else item.ruleset_id end
where {{}} order by seq, match.id
"""
_SAID = """
select notice.seq, notice.theme, notice.reason, notice.at, digest_issue.digest, number,
    digest_issue.at as issued_at,
    (select min(changed_at) from outbox where issue_id = digest_issue.id and state = ?) as sent_at
from notice
left join digest_item on digest_item.seq = notice.seq
left join digest_issue on digest_issue.id = issue_id
where item_id = ? order by notice.seq, digest_issue.id
"""
_ISSUE_COLUMNS = (
    "digest, number, window_start, window_end, seq_from, seq_to, contents, merged, first_cutoff, "
    "last_cutoff, read_at, unread"
)


def ledger(connection: Connection, after_seq: int) -> tuple[LedgerLine, ...]:
    """Return all notices numbered above `after_seq`, in order."""
    return lines_where(connection, "seq > ?", (after_seq,))


def lines_where(
    connection: Connection, condition: str, values: Sequence[SqlValue]
) -> tuple[LedgerLine, ...]:
    """Return the notices whose number fulfils a condition, in order."""
    matches: defaultdict[int, list[Match]] = defaultdict(list)
    for row in connection.rows(_MATCHES.format(condition), values):
        matches[row["seq"]].append(match_of(row))
    rows = connection.rows(_LINES.format(condition), values)
    return tuple(_line(row, matches) for row in rows)


def ledger_end(connection: Connection) -> int:
    """Return the highest number given so far, 0 in an empty ledger."""
    end = connection.value("select max(seq) from notice")
    return end if isinstance(end, int) else 0


def save_issue(
    connection: Connection,
    issue: IssueRecord,
    notices: Sequence[int],
    mails: Sequence[Mail],
    now: datetime,
) -> IssueRecord:
    """Freeze an issue, its notices and its outbox, or raise StoreError and write nothing."""
    with connection.write(durable=True):
        _refuse_second(connection, issue)
        at = time_text(now)
        issue_id = connection.insert(
            f"insert into digest_issue ({_ISSUE_COLUMNS}, at) "
            "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                issue.digest,
                issue.number,
                time_text(issue.window_start),
                time_text(issue.window_end),
                issue.seq_from,
                issue.seq_to,
                issue.contents,
                issue.merged,
                optional_text(issue.first_cutoff),
                optional_text(issue.last_cutoff),
                optional_text(issue.read_at),
                issue.unread,
                at,
            ),
        )
        connection.change("update digest set waiting_since = null where id = ?", (issue.digest,))
        for seq in notices:
            _issue_notice(connection, issue, issue_id, seq)
        plan_mails(connection, issue_id, mails, at)
    return issue_of(connection.rows("select * from digest_issue where id = ?", (issue_id,))[0])


def issues(connection: Connection, digest: str | None, *, limit: int) -> tuple[IssueRecord, ...]:
    """Return issues, newest first."""
    rows = connection.rows(
        "select * from digest_issue where ? is null or digest = ? order by id desc limit ?",
        (digest, digest, limit),
    )
    return tuple(map(issue_of, rows))


def said_of(connection: Connection, item_id: int) -> tuple[Said, ...]:
    """Return the notices of an item with the issues that told of them, oldest first."""
    return tuple(map(_said, connection.rows(_SAID, (MailState.SENT, item_id))))


def _line(row: Row, matches: Mapping[int, Sequence[Match]]) -> LedgerLine:
    of_item = row["item_id"] is not None
    return LedgerLine(
        seq=row["seq"],
        at=time_of(row["at"]),
        reason=Reason(row["reason"]),
        theme=row["theme"],
        source_id=row["slug"],
        stored=stored_of(row, matches.get(row["seq"], ())) if of_item else None,
    )


def _said(row: Row) -> Said:
    return Said(
        seq=row["seq"],
        theme=row["theme"],
        reason=Reason(row["reason"]),
        at=time_of(row["at"]),
        digest=row["digest"] or "",
        number=row["number"] or 0,
        issued_at=optional_time(row["issued_at"]),
        sent_at=optional_time(row["sent_at"]),
    )


def _refuse_second(connection: Connection, issue: IssueRecord) -> None:
    row = connection.row(
        "select number from digest_issue where digest = ? and (window_start = ? or number = ?)",
        (issue.digest, time_text(issue.window_start), issue.number),
    )
    if row:
        raise StoreError(
            f"{issue.digest}: issue {row['number']} exists already, with this number or from "
            f"{issue.window_start:%Y-%m-%d %H:%M:%S} on; nothing was written"
        )


def _issue_notice(connection: Connection, issue: IssueRecord, issue_id: int, seq: int) -> None:
    if not connection.row("select 1 from notice where seq = ?", (seq,)):
        raise StoreError(f"{issue.digest}: no notice {seq} in the ledger; nothing was written")
    added = connection.change(
        "insert or ignore into digest_item (digest, seq, issue_id) values (?, ?, ?)",
        (issue.digest, seq, issue_id),
    )
    if not added:
        raise StoreError(f"{issue.digest}: notice {seq} was issued before; nothing was written")


def issue_of(row: Row) -> IssueRecord:
    """Return the issue of a row."""
    return IssueRecord(
        id=row["id"],
        digest=row["digest"],
        number=row["number"],
        window_start=time_of(row["window_start"]),
        window_end=time_of(row["window_end"]),
        seq_from=row["seq_from"],
        seq_to=row["seq_to"],
        contents=row["contents"],
        merged=row["merged"],
        first_cutoff=optional_time(row["first_cutoff"]),
        last_cutoff=optional_time(row["last_cutoff"]),
        read_at=optional_time(row["read_at"]),
        unread=row["unread"],
    )
