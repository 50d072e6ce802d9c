"""`policywatch items`: what is stored."""

import zlib
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import click

from jobs.cli.asked import item_number
from jobs.cli.frame import as_json, note, opened, say, say_json, settings
from jobs.cli.items_feedback import add, label, labels, near_misses
from jobs.cli.items_triage import drop, keep, undo
from jobs.cli.words import (
    decision_json,
    decision_words,
    found_words,
    item_json,
    remarks,
    show_hits,
)
from pipeline.digest import short_id
from pipeline.linked import Copy, Linked
from pipeline.records import StoredItem
from pipeline.search import parse_search
from pipeline.triage import Decision


@click.group()
def items() -> None:
    """Search and show stored items."""


for _command in (keep, drop, undo, label, labels, add, near_misses):
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
    below = item_number(before) if before else None
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
@click.option("--copy", "to", metavar="FILE", help="Write the kept copy of its page or PDF there.")
@as_json
@click.pass_context
def show(ctx: click.Context, item: str, *, to: str | None, json_: bool) -> None:
    """Show one item whole, with what matched and why.

    Of official items that matched, the page or PDF that was read is kept, as long as there is
    room; --copy writes it to a file as it came.
    """
    found = settings(ctx)
    with opened(found, readonly=True) as store:
        stored = store.item(item_number(item))
        kept = store.page_copy(item_number(item))
        decisions = store.triage.history(item_number(item))
    if stored is None:
        raise click.UsageError(f"no item is called {item}")
    if to is not None:
        _export(item, kept, Path(to))
        return
    if json_:
        more = {"body": stored.item.body, "page": _page_json(stored.linked)}
        made = [decision_json(one) for one in decisions]
        say_json(item_json(stored) | more | {"copy": _copy_json(kept), "decisions": made})
        return
    _show(stored, kept, decisions)


def _export(item: str, kept: Copy | None, path: Path) -> None:
    if kept is None:
        raise click.UsageError(f"no copy of the page of {item} is kept")
    try:
        with path.open("xb") as file:
            file.write(zlib.decompress(kept.packed))
    except FileExistsError as e:
        raise click.UsageError(f"{path}: is there already; name a file that is not") from e
    except OSError as e:
        raise click.UsageError(f"{path}: {e.strerror or e}") from e
    note(f"{path}: {_copy_words(kept)}")


def _copy_words(kept: Copy) -> str:
    return (
        f"{kept.size:,} bytes of {kept.url}, {kept.content_type or 'no type named'}, "
        f"{kept.fetched_at:%Y-%m-%d %H:%M} UTC, sha256 {kept.sha256}"
    )


def _copy_json(kept: Copy | None) -> dict[str, object] | None:
    if kept is None:
        return None
    return {
        "url": kept.url,
        "content_type": kept.content_type,
        "sha256": kept.sha256,
        "size": kept.size,
        "fetched": kept.fetched_at.isoformat(),
    }


def _page_json(linked: Linked | None) -> dict[str, object] | None:
    """Return what became of an item's linked page; None when none is read for it."""
    if linked is None:
        return None
    return {
        "state": linked.state.value,
        "trouble": linked.trouble or None,
        "tries": linked.tries,
        "next_try": linked.next_at.isoformat() if linked.next_at else None,
    }


def _show(stored: StoredItem, kept: Copy | None, decisions: Sequence[Decision]) -> None:
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
    for remark in remarks(stored):
        say(remark)
    for decision in decisions:
        say(decision_words(decision))
    if kept:
        say(f"copy kept: {_copy_words(kept)}")
    for text in (item.summary, item.body):
        if text:
            say()
            say(text)
    for match in stored.matches:
        say()
        words = found_words(match) or ", ".join(match.missing) or match.excluded_by
        say(f"{match.verdict} {match.theme} (score {match.score:g}): {words}")
