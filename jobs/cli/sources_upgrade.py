"""`policywatch sources upgrade`: a newer catalogue, without losing what was changed here."""

from collections.abc import Mapping
from pathlib import Path

import click

from jobs.cli.frame import as_json, note, say, say_json, settings
from jobs.cli.sources_edit import agreed, answered, edits
from jobs.shipped import BASE, shipped
from jobs.sourcesfile import difference, save, text_of
from pipeline.config import load_sources
from pipeline.sourceentry import inline
from pipeline.sourcesfile import Change, entries, with_entries, with_keys
from pipeline.upgrade import Clash, Upgrade, compared
from pipeline.yamlfile import read_path

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("newer", required=False, type=_FILE, metavar="[NEWER.yaml]")
@click.option("--base", type=_FILE, help="The catalogue that this file came from (init keeps it).")
@click.option("--theirs", is_flag=True, help="Where both changed, take the newer.")
@edits
@as_json
@click.pass_context
def upgrade(
    ctx: click.Context, /, newer: Path | None, *, base: Path | None, json_: bool, **told: bool
) -> None:
    """Take over a newer catalogue, by default the one that came with the program, source by source.

    New sources are added, and what nobody changed here is changed. Your own edits stay: where both
    sides changed the same key you are asked, and with --yes yours is kept.
    """
    found = settings(ctx)
    old, coming = text_of(found.home), _catalogue(newer or shipped("sources.yaml"))
    kept = found.home / BASE
    known = base or (kept if kept.is_file() else None)
    result = compared(entries(old), entries(coming), entries(_catalogue(known)) if known else None)
    yes, dry_run = told["yes"], told["dry_run"]
    ask = not (yes or dry_run or json_ or told["theirs"])
    if not json_:
        _show(result, known, clashes=not ask)
    chosen = _chosen(result, theirs=told["theirs"], ask=ask)
    new = with_keys(old, chosen)
    new = with_entries(new, result.added) if result.added else new
    if not json_ and new != old:
        say(difference(old, new).rstrip())
    write = yes if json_ else new == old or agreed("Take this over?", yes=yes, dry_run=dry_run)
    written = bool(write and not dry_run)
    if written:
        if new != old:
            save(found.home, old, new)
        kept.write_text(coming, encoding="utf-8")
    if json_:
        say_json(_json(result, chosen, written=written))


def _catalogue(path: Path) -> str:
    """Return the text of a catalogue; raise ConfigError with all that is wrong in it."""
    file = read_path(path)
    load_sources(file)
    return file.content.decode("utf-8-sig")


def _chosen(result: Upgrade, *, theirs: bool, ask: bool) -> dict[str, Mapping[str, Change]]:
    """Return all changes, with those of the clashes that are decided for the newer file."""
    chosen = {name: dict(keys) for name, keys in result.changes.items()}
    for clash in result.clashes:
        if theirs or (ask and answered(f"Both changed {_clash(clash)}. Take theirs?")):
            chosen.setdefault(clash.source_id, {}).update(clash.theirs)
    return {name: keys for name, keys in chosen.items() if keys}


def _clash(clash: Clash) -> str:
    return f"{clash.source_id}: here {_said(clash.ours)}, there {_said(clash.theirs)}"


def _said(keys: Mapping[str, Change]) -> str:
    told = [
        f"no {key}" if value is None else f"{key}: {inline(key, value)}"
        for key, value in keys.items()
        if value is not None or len(keys) == 1
    ]
    return ", ".join(told) or f"no {next(iter(keys))}"


def _show(result: Upgrade, base: Path | None, *, clashes: bool) -> None:
    if base is None:
        note("which catalogue this file came from is not known: every difference counts as yours")
    for clash in result.clashes if clashes else ():
        note(f"both changed, {_clash(clash)}")
    for theirs, ours in result.read:
        note(f"{theirs} is read already, as {ours}")
    for name in result.dropped:
        note(f"{name} is no part of the newer catalogue: kept")
    note(f"{len(result.added)} new sources, {len(result.changes)} changed")


def _json(
    result: Upgrade, chosen: Mapping[str, Mapping[str, Change]], *, written: bool
) -> dict[str, object]:
    return {
        "written": written,
        "added": [entry["id"] for entry in result.added],
        "changed": {name: dict(keys) for name, keys in chosen.items()},
        "clashes": [
            {"source": c.source_id, "ours": dict(c.ours), "theirs": dict(c.theirs)}
            for c in result.clashes
        ],
        "read_already": [{"theirs": theirs, "ours": ours} for theirs, ours in result.read],
        "dropped": list(result.dropped),
    }
