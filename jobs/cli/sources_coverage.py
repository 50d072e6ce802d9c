"""`policywatch sources coverage`: what is read and found where, and where nothing is."""

import textwrap
from collections.abc import Iterable
from datetime import timedelta

import click

from jobs.cli.frame import as_json, configuration, opened, say, say_json, settings, table
from pipeline.coverage import Cell, Coverage, wanted_by
from pipeline.coverage import coverage as covered

_WIDTH = 80
_COLUMNS = ("jur", "type", "lang", "sources", "items", "matches", "official", "missed")


@click.command()
@click.option("--days", type=click.IntRange(1, 3650), default=30, show_default=True)
@as_json
@click.pass_context
def coverage(ctx: click.Context, *, days: int, json_: bool) -> None:
    """Show sources, items and matches by jurisdiction, type and language, and what is empty.

    `official` is the share of items from official sources; `missed` were added by hand.
    """
    found = settings(ctx)
    loaded = configuration(found)
    with opened(found) as store:
        store.sync_sources(loaded.sources, found.clock())
        counts = store.coverage_counts(found.clock() - timedelta(days=days))
    shown = covered(loaded.sources, counts, wanted_by(loaded.ruleset))
    if json_:
        say_json({"days": days, **_coverage_json(shown)})
        return
    table(_COLUMNS, [_cells(cell) for cell in shown.cells])
    say()
    say(_total(shown.cells, days))
    for line in shown.empty:
        say(textwrap.fill(line, _WIDTH, initial_indent="  empty: ", subsequent_indent="    "))


def _coverage_json(shown: Coverage) -> dict[str, object]:
    return {
        "cells": [
            {
                "jurisdiction": cell.place.jurisdiction,
                "type": cell.place.type.value,
                "language": cell.place.language,
                "sources": cell.sources,
                "items": cell.items,
                "matches": cell.matches,
                "official_share": cell.official / cell.items if cell.items else None,
                "misses": cell.misses,
            }
            for cell in shown.cells
        ],
        "empty": list(shown.empty),
    }


def _cells(cell: Cell) -> tuple[str, ...]:
    return (
        cell.place.jurisdiction or "-",
        cell.place.type.value,
        cell.place.language or "-",
        str(cell.sources),
        str(cell.items),
        str(cell.matches),
        _share(cell.official, cell.items),
        str(cell.misses or ""),
    )


def _total(cells: Iterable[Cell], days: int) -> str:
    cells = list(cells)
    items = sum(cell.items for cell in cells)
    return (
        f"{sum(cell.sources for cell in cells)} sources, {days} days: {items} items, "
        f"{sum(cell.matches for cell in cells)} matches, "
        f"{_share(sum(cell.official for cell in cells), items) or 'none'} official, "
        f"{sum(cell.misses for cell in cells)} missed"
    )


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else ""
