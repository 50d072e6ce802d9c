"""`policywatch themes history`: the rules that were ever in force, and back to them."""

import click

from jobs.cli.frame import as_json, note, opened, say, say_json, settings, table
from jobs.restore import restore
from pipeline.errors import ConfigError
from pipeline.judging import RulesetRecord

SHORT_HASH = 10
"""So many characters of a hash tell the rules of one deployment apart."""


@click.command()
@click.option("--show", metavar="HASH", help="Print these rules.")
@click.option("--restore", "back", metavar="HASH", help="Write these rules back to themes.yaml.")
@click.option("--yes", is_flag=True, help="Restore without being asked.")
@as_json
@click.pass_context
def history(
    ctx: click.Context, *, show: str | None, back: str | None, yes: bool, json_: bool
) -> None:
    """List former rules with who and why; restore them.

    Newest first. --restore keeps the themes.yaml that it replaces beside it. A HASH may be cut
    short.
    """
    if show and back:
        raise click.UsageError("either --show or --restore")
    with opened(settings(ctx), readonly=True) as store:
        records = store.rulesets()
    if show:
        say(record_named(records, show).text.rstrip("\n"))
    elif back:
        _restore(ctx, record_named(records, back), yes=yes, json_=json_)
    elif json_:
        say_json([_json(record) for record in records])
    else:
        rows = [
            (r.hash[:SHORT_HASH], f"{r.at:%Y-%m-%d %H:%M}", r.who, r.file, r.why) for r in records
        ]
        table(("rules", "first used", "who", "file", "why"), rows)


def record_named(
    records: tuple[RulesetRecord, ...], name: str, *, noun: str = "hash"
) -> RulesetRecord:
    """Return the rules whose hash begins so; raise UsageError unless these are one."""
    found = [record for record in records if record.hash.startswith(name.lower())]
    if len(found) != 1:
        trouble = "names several rules" if found else f"is no {noun} of `themes history`"
        raise click.UsageError(f"'{name}' {trouble}")
    return found[0]


def _restore(ctx: click.Context, record: RulesetRecord, *, yes: bool, json_: bool) -> None:
    home, rules = settings(ctx).home, record.hash[:SHORT_HASH]
    if not yes:
        origin = f"first used {record.at:%Y-%m-%d %H:%M} UTC by {record.who or 'somebody'}"
        why = f": {record.why}" if record.why else ""
        note(f"rules {rules}, {origin}{why}")
        click.confirm("write them to themes.yaml? (--yes is not asked)", abort=True, err=True)
    try:
        restored = restore(home, record)
    except ConfigError:
        note("themes.yaml is as it was; what is wrong in the kept rules can be put right by hand:")
        note(f"  policywatch themes history --show {rules} > draft.yaml")
        raise
    if json_:
        kept = str(restored.kept) if restored.kept else None
        say_json({"rules": record.hash, "changed": restored.changed, "kept": kept})
    elif not restored.changed:
        say(f"themes.yaml has rules {rules} already")
    else:
        beside = f"; what it was is kept as {restored.kept.name}" if restored.kept else ""
        say(f"themes.yaml has rules {rules} again{beside}")
    if restored.changed:
        note("next: policywatch reclassify --why '...' judges what is stored by them")


def _json(record: RulesetRecord) -> dict[str, object]:
    return {
        "hash": record.hash,
        "file": record.file,
        "first_used": record.at.isoformat(),
        "last_used": record.used_at.isoformat(),
        "who": record.who,
        "why": record.why,
    }
