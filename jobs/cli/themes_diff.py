"""`policywatch themes diff`: what other rules say of the stored items."""

from datetime import timedelta
from pathlib import Path

import click

from jobs.cli.frame import as_json, configuration, note, opened, say, say_json, settings
from jobs.cli.themes_history import SHORT_HASH, record_named
from jobs.rulediff import Rules, differences
from pipeline.judging import RulesetRecord
from pipeline.model import Field
from pipeline.rulediff import ItemChange, tally
from pipeline.rules.ruleset import Ruleset, load_ruleset, read_kept_ruleset
from pipeline.shortid import short_id
from pipeline.yamlfile import read_path
from store import SqliteStore


@click.command()
@click.argument("named", nargs=-1, metavar="[OLD NEW]")
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 3650))
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
@as_json
@click.pass_context
def diff(ctx: click.Context, named: tuple[str, ...], *, days: int, limit: int, json_: bool) -> None:
    """Say what a change of the rules gains and loses among the stored items of some days.

    OLD and NEW are files or hashes of `themes history`. Without them: the rules in force against
    themes.yaml, or against the rules before when the file is in force already.
    """
    if len(named) not in (0, 2):
        raise click.UsageError("name both OLD and NEW, or neither")
    found = settings(ctx)
    present = configuration(found).ruleset
    with opened(found) as store:
        rules = _named(store, *named) if named else _by_default(store, present)
        changes = list(differences(store, rules, found.clock() - timedelta(days=days)))
    if json_:
        say_json(_json(rules, changes))
    else:
        _show(rules, changes, limit)


def _by_default(store: SqliteStore, present: Ruleset) -> Rules:
    records = store.rulesets()
    others = [record for record in records if record.hash != present.hash]
    if not others:
        raise click.UsageError("there are no other rules to compare with yet")
    in_force = records[0] if records[0].hash != present.hash else others[0]
    return Rules(
        old=read_kept_ruleset(in_force.text, f"rules {in_force.hash[:SHORT_HASH]}"), new=present
    )


def _named(store: SqliteStore, old: str, new: str) -> Rules:
    records = store.rulesets()
    # A file of old rules may be one that `themes history --restore` kept.
    return Rules(old=_rules(records, old, kept=True), new=_rules(records, new, kept=False))


def _rules(records: tuple[RulesetRecord, ...], name: str, *, kept: bool) -> Ruleset:
    path = Path(name)
    if path.is_file():
        return load_ruleset(read_path(path), prove=not kept)
    record = record_named(records, name, noun="file and no hash")
    return read_kept_ruleset(record.text, f"rules {record.hash[:SHORT_HASH]}")


def _show(rules: Rules, changes: list[ItemChange], limit: int) -> None:
    old, new = rules.old.hash[:SHORT_HASH], rules.new.hash[:SHORT_HASH]
    note(f"{old} -> {new}: {len(changes)} changes")
    for one in changes[:limit]:
        change = one.change
        words = [f"+{word}" for word in change.gained] + [f"-{word}" for word in change.lost]
        reasons = "; ".join([", ".join(words), change.why]).strip("; ")
        title = one.stored.texts[Field.TITLE]
        say(f"{change.kind:8}{change.theme}  #{short_id(one.stored.id)} {title}  ({reasons})")
    if len(changes) > limit:
        note(f"and {len(changes) - limit} more: --limit")
    for theme, counts in tally(changes).by_theme.items():
        note(f"{theme}: " + ", ".join(f"{number} {kind}" for kind, number in counts.items()))


def _json(rules: Rules, changes: list[ItemChange]) -> dict[str, object]:
    return {
        "old": rules.old.hash,
        "new": rules.new.hash,
        "changes": [
            {
                "id": one.stored.id,
                "title": one.stored.texts[Field.TITLE],
                "source": one.stored.scope.source,
                "language": one.stored.scope.language,
                "theme": one.change.theme,
                "kind": one.change.kind.value,
                "before": one.change.before,
                "after": one.change.after,
                "gained": list(one.change.gained),
                "lost": list(one.change.lost),
                "why": one.change.why or None,
            }
            for one in changes
        ],
    }
