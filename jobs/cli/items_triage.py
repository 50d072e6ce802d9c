"""`policywatch items keep, drop, undo`: what people choose among what was found."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

import click

from jobs.cli.asked import item_number, person, who_says_so
from jobs.cli.frame import as_json, note, opened, say_json, settings
from jobs.cli.words import decision_json
from pipeline.model import Origin
from pipeline.records import StoredItem
from pipeline.shortid import short_id
from pipeline.text import one_line
from pipeline.triage import Decision, State

if TYPE_CHECKING:
    from store import SqliteStore

_LONGEST_NOTE = 500
_Command: TypeAlias = Callable[..., None]


def _asked(command: _Command) -> _Command:
    """Take items, who says so and --json, as each of these commands does."""
    named = click.argument("items", metavar="ITEM...", nargs=-1, required=True)
    return named(who_says_so(as_json(click.pass_context(command))))


_note = click.option("--note", "words", metavar="TEXT", default="", help="Why; kept with it.")


@click.command()
@_note
@_asked
def keep(
    ctx: click.Context, /, items: tuple[str, ...], *, words: str, who: str | None, json_: bool
) -> None:
    """Keep items: a digest with `state: kept` tells of these alone, in its next issue.

    The latest word on an item counts, whoever said it; what was said before stays on record. A
    digest with `notes: true` prints the note. Works while the service runs.
    """
    decided = _decide(ctx, items, State.KEPT, _clean(words), person(who))
    _tell(decided, json_=json_)
    for stored, _ in decided:
        if stored.origin is not Origin.NEWS:
            note(f"#{short_id(stored.id)} is {stored.origin} and no news: no issue follows of it")


@click.command()
@_note
@_asked
def drop(
    ctx: click.Context, /, items: tuple[str, ...], *, words: str, who: str | None, json_: bool
) -> None:
    """Drop items: nobody is asked about them again, and no digest with `state: kept` tells of them.

    They stay stored, and can be kept later.
    """
    _tell(_decide(ctx, items, State.DROPPED, _clean(words), person(who)), json_=json_)


@click.command()
@_asked
def undo(ctx: click.Context, /, items: tuple[str, ...], *, who: str | None, json_: bool) -> None:
    """Take back what was decided on items: they are new again, and wait for a decision."""
    _tell(_decide(ctx, items, State.NEW, "", person(who)), json_=json_)


def _clean(words: str) -> str:
    clean = one_line(words)
    if len(clean) > _LONGEST_NOTE:
        raise click.UsageError(
            f"--note has {len(clean)} characters: at most {_LONGEST_NOTE} fit into a mail"
        )
    return clean


def _decide(
    ctx: click.Context, items: Sequence[str], state: State, words: str, who: str
) -> list[tuple[StoredItem, Decision]]:
    """Decide on all items or, when one of them is not stored, on none."""
    found = settings(ctx)
    numbers = list(dict.fromkeys(map(item_number, items)))
    with opened(found) as store:
        chosen = _stored(store, numbers)
        if state is State.NEW:
            _refuse_undecided(chosen)
        decided = [
            Decision(item_id=stored.id, state=state, who=who, at=found.clock(), note=words)
            for stored in chosen
        ]
        store.triage.decide(decided)
    return list(zip(chosen, decided, strict=True))


def _stored(store: "SqliteStore", numbers: Sequence[int]) -> tuple[StoredItem, ...]:
    found = store.items_by_id(numbers)
    unknown = set(numbers) - {stored.id for stored in found}
    if unknown:
        named = ", ".join(f"#{short_id(number)}" for number in sorted(unknown))
        raise click.UsageError(
            f"no item is called {named}: `policywatch items search` lists ids; nothing was decided"
        )
    return found


def _refuse_undecided(chosen: Sequence[StoredItem]) -> None:
    undecided = ", ".join(f"#{short_id(x.id)}" for x in chosen if x.state is State.NEW)
    if undecided:
        raise click.UsageError(
            f"nothing is decided on {undecided}: leave it out; nothing was taken back"
        )


def _tell(decided: Sequence[tuple[StoredItem, Decision]], *, json_: bool) -> None:
    if json_:
        say_json([_json(stored, decision) for stored, decision in decided])
        return
    for stored, decision in decided:
        why = f": {decision.note}" if decision.note else ""
        note(f"#{short_id(stored.id)} {stored.item.title}: {decision.state} ({decision.who}){why}")


def _json(stored: StoredItem, decision: Decision) -> dict[str, object]:
    named = {"item": stored.id, "short_id": short_id(stored.id)}
    return named | {"title": stored.item.title, "url": stored.item.url} | decision_json(decision)
