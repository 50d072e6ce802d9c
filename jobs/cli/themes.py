"""`policywatch themes`: the rules, whether they hold, and all that tries and measures them."""

import click

from jobs.cli.frame import as_json, configuration, say, say_json, settings, table
from jobs.cli.themes_diff import diff
from jobs.cli.themes_eval import eval_
from jobs.cli.themes_explain import explain
from jobs.cli.themes_history import history
from jobs.cli.themes_lint import lint_
from jobs.cli.themes_suggest import suggest_
from jobs.cli.themes_try import try_


@click.group()
def themes() -> None:
    """Check, try, explain and measure the rules of themes.yaml."""


for _command in (try_, explain, lint_, eval_, suggest_, diff, history):
    themes.add_command(_command)


@themes.command("list")
@as_json
@click.pass_context
def list_(ctx: click.Context, *, json_: bool) -> None:
    """List the themes with the number of their rules."""
    loaded = configuration(settings(ctx))
    if json_:
        say_json(
            [
                {"id": theme.id, "title": dict(theme.title), "rules": len(theme.rules)}
                for theme in loaded.ruleset.themes
            ]
        )
        return
    rows = [
        (theme.id, theme.title.get("en", theme.id), str(len(theme.rules)))
        for theme in loaded.ruleset.themes
    ]
    table(("theme", "title", "rules"), rows)


@themes.command()
@click.pass_context
def check(ctx: click.Context) -> None:
    """Read themes.yaml and run the examples in it; name every problem at once."""
    ruleset = configuration(settings(ctx)).ruleset
    rules = sum(len(theme.rules) for theme in ruleset.themes)
    say(f"{len(ruleset.themes)} themes, {rules} rules: every example holds")
