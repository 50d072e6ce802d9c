"""`policywatch sources import-opml`, `export-csv` and the like: lists from and for elsewhere."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from jobs.cli.frame import as_json, note, say, say_json, settings
from jobs.cli.sources_edit import agreed, edits
from jobs.importing import imported
from jobs.settings import Settings
from jobs.sourcesfile import difference, save, text_of
from pipeline.exchangefiles import Entry, ListError, from_csv, from_opml, to_csv, to_opml
from pipeline.sourcesfile import entries, with_entries

_FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)


@click.command("export-opml")
@click.pass_context
def export_opml(ctx: click.Context) -> None:
    """Print the sources as OPML, a folder for each group, for feed readers."""
    found = settings(ctx)
    content = to_opml(entries(text_of(found.home)), "policywatch")
    click.echo(content.decode("utf-8"), nl=False)


@click.command("export-csv")
@click.pass_context
def export_csv(ctx: click.Context) -> None:
    """Print the sources as CSV, a column for each key, for spreadsheets."""
    found = settings(ctx)
    # Spreadsheets take a file without this mark for something else than UTF-8.
    click.echo(f"\ufeff{to_csv(entries(text_of(found.home)))}", nl=False)


@click.command("import-opml")
@click.argument("file", type=_FILE)
@edits
@as_json
@click.pass_context
def import_opml(ctx: click.Context, file: Path, *, yes: bool, dry_run: bool, json_: bool) -> None:
    """Add the feeds of an OPML file that are not read yet, on trial, a group for each folder."""
    listed = _listed(file, from_opml)
    _take_in(settings(ctx), listed, (yes, dry_run), json_=json_)


@click.command("import-csv")
@click.argument("file", type=_FILE)
@edits
@as_json
@click.pass_context
def import_csv(ctx: click.Context, file: Path, *, yes: bool, dry_run: bool, json_: bool) -> None:
    """Add the sources of a CSV file that are not read yet, on trial; its heading names the keys."""
    listed = _listed(file, lambda content: from_csv(content.decode("utf-8-sig")))
    _take_in(settings(ctx), listed, (yes, dry_run), json_=json_)


def _listed(file: Path, read: Callable[[bytes], Sequence[Entry]]) -> Sequence[Entry]:
    content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    try:
        return read(content)
    except ListError as e:
        raise click.UsageError(f"{file}: {e}") from e
    except UnicodeDecodeError as e:
        raise click.UsageError(f"{file}: is not UTF-8: save it as CSV UTF-8") from e


def _take_in(
    found: Settings, listed: Sequence[Entry], told: tuple[bool, bool], *, json_: bool
) -> None:
    yes, dry_run = told
    old = text_of(found.home)
    result = imported(listed, entries(old))
    new = with_entries(old, result.new) if result.new else old
    if not json_:
        for name in result.refused:
            note(f"left out, for it has no address that begins with http: {name}")
        note(f"{len(result.new)} new, {len(result.known)} read already")
        if new != old:
            say(difference(old, new).rstrip())
    write = new != old and (
        yes and not dry_run if json_ else agreed("Add them?", yes=yes, dry_run=dry_run)
    )
    if write:
        save(found.home, old, new)
    if json_:
        say_json(
            {
                "written": write,
                "new": [dict(entry) for entry in result.new],
                "known": list(result.known),
                "refused": list(result.refused),
            }
        )
