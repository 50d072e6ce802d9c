"""`policywatch themes`: whether the rules hold, and what they say of a text."""

import click

from jobs.cli.frame import as_json, configuration, opened, say, say_json, settings, table
from jobs.cli.themes_diff import diff
from jobs.cli.themes_eval import eval_
from jobs.cli.themes_history import history
from jobs.cli.themes_suggest import suggest_
from jobs.cli.words import evidence_json, found_words
from pipeline.digest import item_id
from pipeline.model import Field, Match, Scope, Verdict
from pipeline.records import StoredItem
from pipeline.text import clean_text, html_to_text


@click.group()
def themes() -> None:
    """Check, explain and measure the rules of themes.yaml."""


themes.add_command(eval_)
themes.add_command(diff)
themes.add_command(history)
themes.add_command(suggest_)


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


@themes.command()
@click.argument("what", metavar="ITEM|TEXT")
@click.option("--title", is_flag=True, help="The text is a title, not a summary.")
@click.option("--html", is_flag=True, help="The text is markup: convert it first.")
@as_json
@click.pass_context
def explain(ctx: click.Context, what: str, *, title: bool, html: bool, json_: bool) -> None:
    """Say which themes apply to a stored item or a text, by which rule and words."""
    found = settings(ctx)
    ruleset = configuration(found).ruleset
    texts, scope = {}, Scope()
    number = item_id(what) if what.startswith("#") else None
    if number is not None:
        with opened(found, readonly=True) as store:
            stored = store.item(number)
        if stored is None:
            raise click.UsageError(f"no item is called {what}")
        texts = {field: stored.item.text(field) for field in Field}
        scope = _scope(stored)
    else:
        text = html_to_text(what) if html else clean_text(what)
        texts = {Field.TITLE if title else Field.SUMMARY: text}
    matches = ruleset.classify(texts, scope)
    if json_:
        say_json({"themes": [_match_json(match) for match in matches]})
    else:
        _show(matches)


def _scope(stored: StoredItem) -> Scope:
    item = stored.item
    return Scope(source=item.source_id, type=item.type, language=item.language)


def _show(matches: tuple[Match, ...]) -> None:
    if not matches:
        say("no theme applies, and none is near")
    for match in matches:
        why = {
            Verdict.APPLIES: found_words(match),
            Verdict.NEAR: "missing: " + ", ".join(match.missing),
            Verdict.EXCLUDED: f"excluded by {match.excluded_by}",
        }[match.verdict]
        say(f"{match.verdict:9} {match.theme} (score {match.score:g})  {why}")


def _match_json(match: Match) -> dict[str, object]:
    return {
        "theme": match.theme,
        "score": match.score,
        "applies": match.verdict is Verdict.APPLIES,
        "verdict": match.verdict.value,
        "rules": sorted({evidence.rule for evidence in match.evidence}),
        "evidence": [evidence_json(evidence) for evidence in match.evidence],
        "missing": list(match.missing),
        "excluded_by": match.excluded_by or None,
    }
