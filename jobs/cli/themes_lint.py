"""`policywatch themes lint`: what to look at again in themes.yaml."""

from collections import Counter

import click

from jobs.cli.frame import (
    Progress,
    as_json,
    configuration,
    note,
    opened,
    say,
    say_json,
    settings,
)
from jobs.deployment import Deployment
from jobs.settings import Settings
from jobs.workbench import bench, survey
from pipeline.config import Configuration
from pipeline.errors import Problem
from pipeline.lint import CAP_A_DAY, FEWEST_ITEMS, Finding, Kind, Sought, lint
from pipeline.survey import Usage
from store.opening import FILE_NAME


@click.command("lint")
@click.option(
    "--days",
    default=90,
    show_default=True,
    type=click.IntRange(1, 3650),
    help="Look at the items published in them.",
)
@click.option(
    "--cap",
    default=CAP_A_DAY,
    show_default=True,
    type=click.FloatRange(min=0),
    help="More hits of a theme a day are too many to read.",
)
@as_json
@click.pass_context
def lint_(ctx: click.Context, *, days: int, cap: float, json_: bool) -> None:
    """Name what is worth another look, and what to do.

    By its place in themes.yaml: words that no item has, one that makes most hits of a theme, themes
    with too many hits, rules and words that others make needless, themes of one script. All of it
    is advice: the exit code is 0.
    """
    found = settings(ctx)
    loaded = configuration(found)
    usage = _usage(found, loaded, days)
    languages = {s.language for s in loaded.sources if s.enabled and s.language}
    findings = lint(loaded.ruleset, usage, Sought(cap_a_day=cap, languages=languages))
    file = loaded.ruleset.file
    if json_:
        told = [_json(finding, file) for finding in findings]
        say_json({"items": usage.items, "days": days, "findings": told})
    early = usage.items < FEWEST_ITEMS
    for finding in () if json_ else findings:
        if not (early and finding.kind is Kind.UNSEEN):
            say(str(Problem(file, finding.line, finding.column, _named(finding))))
    looked_at = f"{usage.items:,} items of the last {days} days looked at"
    without = f"no items of the last {days} days are stored: only the text was looked at"
    kinds = Counter(finding.kind for finding in findings)
    counts = ", ".join(f"{number} {kind}" for kind, number in kinds.most_common())
    note(f"{len(findings)} findings{f' ({counts})' if counts else ''}")
    note(looked_at if usage.items else without)
    if usage.items and early:
        note(f"words that none of them has are named from {FEWEST_ITEMS} items on, or by --json")


def _usage(found: Settings, loaded: Configuration, days: int) -> Usage:
    if not (found.home / FILE_NAME).exists():
        return Usage()
    with opened(found, readonly=True) as store:
        deployment = Deployment(settings=found, configuration=loaded, store=store)
        return survey(bench(deployment, days, Progress(store.count_items())))


def _named(finding: Finding) -> str:
    where = f"list {finding.listed}" if finding.listed else f"theme {finding.theme}"
    rule = f", rule {finding.rule}" if finding.rule else ""
    return f"{where}{rule}: {finding.message}"


def _json(finding: Finding, file: str) -> dict[str, object]:
    return {
        "file": file,
        "line": finding.line,
        "column": finding.column,
        "kind": finding.kind.value,
        "theme": finding.theme or None,
        "rule": finding.rule or None,
        "list": finding.listed or None,
        "message": finding.message,
        "terms": list(finding.terms),
    }
