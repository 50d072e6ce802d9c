"""What people decide of items, and what digests hold back until it is decided."""

from collections.abc import Iterable, Sequence

from pipeline.errors import StoreError
from pipeline.records import Held
from pipeline.triage import Decision, State
from store.connection import Connection
from store.ledger import lines_where
from store.rows import DECISION_COLUMNS, decision_of, decision_values

_STATE = """
coalesce((
    select state from triage where triage.item_id = {} order by triage.id desc limit 1
), 'new')
"""
"""Where an item stands with its readers."""
_HELD = """
select digest_wait.seq from digest_wait
left join digest_item on digest_item.digest = digest_wait.digest
    and digest_item.seq = digest_wait.seq
where digest_wait.digest = ? and digest_wait.seq <= ? and digest_item.seq is null
"""
_ANY_HELD = """
select distinct digest_wait.digest from digest_wait
join notice on notice.seq = digest_wait.seq
left join digest_item on digest_item.digest = digest_wait.digest
    and digest_item.seq = digest_wait.seq
where notice.item_id = ? and digest_item.seq is null
"""
_UNDECIDED = f"""
select distinct item_id from notice
where seq in ({_HELD}) and {_STATE.format("notice.item_id")} = ?
"""
_KEPT = f"""
seq in (
    select notice.seq from notice
    where notice.seq in ({_HELD}) and {_STATE.format("notice.item_id")} = ?
)
"""


def in_states(states: Iterable[str]) -> str:
    """Return the condition on `item` that it is in one of some states."""
    named = ", ".join(f"'{State(state)}'" for state in states)
    condition = f"{_STATE.format('item.id')} in ({named})"
    if State.NEW in states:
        return condition
    # Few items were ever decided on: they are looked up, and the others never looked at.
    return f"item.id in (select item_id from triage) and {condition}"


class Triage:
    """The decisions on items, kept by `pipeline.circulation.Triage`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def decide(self, decisions: Sequence[Decision]) -> None:
        """Keep decisions, all or none; raise StoreError for an item that is not stored."""
        with self._connection.write(durable=True):
            for one in decisions:
                if not self._connection.row("select 1 from item where id = ?", (one.item_id,)):
                    raise StoreError(
                        f"{self._connection.path}: no item {one.item_id} to decide on; "
                        "nothing was written"
                    )
                self._connection.insert(
                    f"insert into triage (item_id, {', '.join(DECISION_COLUMNS)}) "
                    "values (?, ?, ?, ?, ?)",
                    decision_values(one),
                )

    def history(self, item_id: int) -> tuple[Decision, ...]:
        """Return every decision on an item, the latest one last."""
        rows = self._connection.rows(
            f"select item_id as id, {', '.join(DECISION_COLUMNS)} from triage "
            "where item_id = ? order by triage.id",
            (item_id,),
        )
        return tuple(map(decision_of, rows))

    def hold(self, digest: str, notices: Sequence[int]) -> None:
        """Note that notices of a digest wait for a decision; what is noted stays so."""
        with self._connection.write(durable=True):
            for seq in notices:
                self._connection.change(
                    "insert or ignore into digest_wait (digest, seq) values (?, ?)", (digest, seq)
                )

    def held(self, digest: str, up_to: int) -> Held:
        """Return what a digest holds of the ledger up to a number."""
        undecided = self._connection.rows(_UNDECIDED, (digest, up_to, State.NEW))
        return Held(
            lines=lines_where(self._connection, _KEPT, (digest, up_to, State.KEPT)),
            undecided=frozenset(row["item_id"] for row in undecided),
        )

    def holding(self, item_id: int) -> frozenset[str]:
        """Return the digests that hold a notice of an item."""
        return frozenset(row["digest"] for row in self._connection.rows(_ANY_HELD, (item_id,)))
