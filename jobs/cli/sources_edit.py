"""`policywatch sources enable` and `disable`, and what every command that edits the file shares."""

import sys
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from jobs.cli.frame import as_json, note, say, say_json, settings
from jobs.settings import Settings
from jobs.sourcesfile import difference, save, text_of
from pipeline.sourcesfile import Change, entries, with_keys
from pipeline.yamlfile import did_you_mean

Command = TypeVar("Command", bound=Callable[..., Any])


def edits(command: Command) -> Command:
    """Add `--dry-run` and `--yes` to a command that changes sources.yaml."""
    yes = click.option("--yes", is_flag=True, help="Do not ask.")
    dry = click.option("--dry-run", is_flag=True, help="Show the change and write nothing.")
    return dry(yes(command))


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--reason", required=True, help="Why; every digest repeats it.")
@click.option("--dry-run", is_flag=True, help="Show the change and write nothing.")
@as_json
@click.pass_context
def disable(
    ctx: click.Context, ids: tuple[str, ...], *, reason: str, dry_run: bool, json_: bool
) -> None:
    """Stop reading sources; their items and what is known of them stay."""
    if not reason.strip():
        raise click.UsageError("--reason: say why, every digest repeats it")
    change: dict[str, Change] = {"enabled": "false", "reason": " ".join(reason.split())}
    _switch(settings(ctx), dict.fromkeys(ids, change), dry_run, json_=json_)


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--dry-run", is_flag=True, help="Show the change and write nothing.")
@as_json
@click.pass_context
def enable(ctx: click.Context, ids: tuple[str, ...], *, dry_run: bool, json_: bool) -> None:
    """Read sources again that were disabled."""
    change: dict[str, Change] = {"enabled": None, "reason": None}
    _switch(settings(ctx), dict.fromkeys(ids, change), dry_run, json_=json_)


def _switch(
    found: Settings, changes: Mapping[str, Mapping[str, Change]], dry_run: bool, *, json_: bool
) -> None:
    old = text_of(found.home)
    known = [str(entry.get("id")) for entry in entries(old)]
    for source_id in changes:
        if source_id not in known:
            hint = did_you_mean(source_id, known) or " (see: policywatch sources list)"
            raise click.UsageError(f"no source is called '{source_id}'{hint}")
    new = with_keys(old, changes)
    if not dry_run and new != old:
        save(found.home, old, new)
    if json_:
        say_json({"changed": new != old and not dry_run, "diff": difference(old, new)})
    elif new == old:
        note("nothing to change")
    else:
        say(difference(old, new).rstrip())


def agreed(question: str, *, yes: bool, dry_run: bool) -> bool:
    """Say whether a change may be written: told so before, or by whoever sits at the terminal."""
    if dry_run:
        note("nothing was written (--dry-run)")
        return False
    return yes or answered(question)


def answered(question: str) -> bool:
    """Ask whoever sits at the terminal; refuse to go on where nobody does."""
    if not sys.stdin.isatty():
        raise click.UsageError("nobody is here to ask: say --yes, or --dry-run to look only")
    return click.confirm(question, err=True)
