"""`policywatch reclassify`: judge what is stored by the rules of today."""

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
    table,
)
from jobs.deployment import Deployment
from jobs.reclassify import Reclassified
from jobs.reclassify import reclassify as judge_again
from pipeline.rulediff import Kind


@click.command()
@click.option("--announce", is_flag=True, help="Tell every newly matching item in full.")
@click.option("--why", default="", help="Why the rules changed; kept in `themes history`.")
@as_json
@click.pass_context
def reclassify(ctx: click.Context, *, announce: bool, why: str, json_: bool) -> None:
    """Judge every stored item by themes.yaml as it is now.

    What newly matches is no news: items first seen in the last 14 days give one line of the next
    digest. Polls go on meanwhile, and an interrupted pass goes on where it stopped.
    """
    found = settings(ctx)
    loaded = configuration(found)
    with opened(found) as store:
        deployment = Deployment(settings=found, configuration=loaded, store=store)
        progress = Progress(store.count_items())
        done = judge_again(deployment, announce=announce, why=why, on_progress=progress)
    if json_:
        say_json(_json(done))
        return
    rows = [
        (theme, *(str(counts[kind]) for kind in Kind)) for theme, counts in done.by_theme.items()
    ]
    if rows:
        table(("theme", *Kind), rows)
    say(f"{done.items} items judged, {done.changed} otherwise than before")
    if done.notices:
        note(f"the next digest tells of {done.notices} older items that now match")


def _json(done: Reclassified) -> dict[str, object]:
    return {
        "ruleset": done.ruleset,
        "items": done.items,
        "changed": done.changed,
        "notices": done.notices,
        "themes": {
            theme: {kind.value: counts[kind] for kind in Kind}
            for theme, counts in done.by_theme.items()
        },
    }
