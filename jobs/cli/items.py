"""`policywatch items`: what is stored."""

from itertools import islice

import click

from jobs.cli.frame import as_json, note, opened, say, say_json, settings
from jobs.cli.items_feedback import add, label, labels, near_misses
from jobs.cli.words import found_words, item_json, show_hits
from pipeline.digest import item_id, short_id
from pipeline.records import StoredItem
from pipeline.search import parse_search


@click.group()
def items() -> None:
    """Search and show stored items."""


for _command in (label, labels, add, near_misses):
    items.add_command(_command)


@items.command()
@click.argument("query", nargs=-1)
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 500))
@click.option("--before", metavar="ID", help="Only items older than this one: the next page.")
@as_json
@click.pass_context
def search(
    ctx: click.Context, query: tuple[str, ...], *, limit: int, before: str | None, json_: bool
) -> None:
    """Find items by the rule language: 規制, "AI Act", AI NEAR/5 govern*, theme:ID, since:7d.

    Two words side by side mean AND. Newest first.
    """
    found = settings(ctx)
    asked = parse_search(" ".join(query), now=found.clock())
    below = _number(before) if before else None
    with opened(found, readonly=True) as store:
        hits = list(islice(store.search(asked, limit=limit + 1, before=below), limit + 1))
    page, more = hits[:limit], len(hits) > limit
    if json_:
        following = page[-1].id if more else None
        say_json({"query": asked.reading, "items": [item_json(h) for h in page], "next": following})
        return
    note(f"read as: {asked.reading or 'everything'}")
    show_hits(page)
    note(f"{len(page)} items" + (f"; more: --before {short_id(page[-1].id)}" if more else ""))


@items.command()
@click.argument("item", metavar="ITEM")
@as_json
@click.pass_context
def show(ctx: click.Context, item: str, *, json_: bool) -> None:
    """Show one item whole, with what matched and why."""
    found = settings(ctx)
    with opened(found, readonly=True) as store:
        stored = store.item(_number(item))
    if stored is None:
        raise click.UsageError(f"no item is called {item}")
    if json_:
        say_json(item_json(stored) | {"body": stored.item.body})
        return
    _show(stored)


def _number(text: str) -> int:
    try:
        return item_id(text)
    except ValueError as e:
        raise click.UsageError(f"'{text}' names no item: {e}") from e


def _show(stored: StoredItem) -> None:
    item = stored.item
    say(item.title)
    say(item.url)
    published = item.published_raw or "no date given"
    say(
        f"{item.source_id}, {item.type}, published {published}, "
        f"first seen {stored.first_seen_at:%Y-%m-%d %H:%M} UTC ({stored.origin})"
    )
    if item.deadline:
        say(f"deadline {item.deadline}")
    for text in (item.summary, item.body):
        if text:
            say()
            say(text)
    for match in stored.matches:
        say()
        words = found_words(match) or ", ".join(match.missing) or match.excluded_by
        say(f"{match.verdict} {match.theme} (score {match.score:g}): {words}")
