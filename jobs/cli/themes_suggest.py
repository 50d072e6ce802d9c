"""`policywatch themes suggest`: words that the rules of a theme could have."""

from datetime import timedelta
from pathlib import Path

import click

from jobs.cli.frame import as_json, configuration, note, opened, say_json, settings, table
from jobs.deployment import Deployment
from jobs.feedback import passages
from jobs.settings import Settings
from pipeline.config import Configuration
from pipeline.evaluate import Labelled, read_labelled
from pipeline.rules.theme import Theme
from pipeline.suggest import Passage, Suggestion, suggest
from pipeline.yamlfile import did_you_mean


@click.command("suggest")
@click.argument("theme")
@click.option(
    "--from",
    "file",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Learn from a labelled file, as `themes eval` reads it, instead of the store.",
)
@click.option(
    "--days",
    default=365,
    show_default=True,
    type=click.IntRange(1, 3650),
    help="Compare with the items first seen in them.",
)
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 500))
@as_json
def suggest_(theme: str, *, file: Path | None, days: int, limit: int, json_: bool) -> None:
    """Suggest words that tell the items labelled with THEME from all others.

    z says how sure the difference is: above 2 it is rarely chance. What the rules of the theme
    have already is left out.
    """
    found = settings(click.get_current_context())
    loaded = configuration(found)
    asked = _theme(loaded, theme)
    if file is None:
        suggestions = _from_store(found, loaded, asked, days)
    else:
        suggestions = _from_file(file, loaded, asked)
    fresh = [suggestion for suggestion in suggestions if not suggestion.known]
    if json_:
        say_json([_json(suggestion) for suggestion in fresh[:limit]])
    else:
        table(
            ("term", "z", "inside", "outside", "for example"),
            [_row(suggestion) for suggestion in fresh[:limit]],
        )
    note(
        f"{len(fresh)} terms, {min(limit, len(fresh))} shown; "
        f"{len(suggestions) - len(fresh)} more stand in the rules of {theme} already"
    )


def _theme(loaded: Configuration, name: str) -> Theme:
    themes = {theme.id: theme for theme in loaded.ruleset.themes}
    if name not in themes:
        hint = did_you_mean(name, themes) or ": `policywatch themes list` names them"
        raise click.UsageError(f"no theme is called '{name}'{hint}")
    return themes[name]


def _from_store(
    found: Settings, loaded: Configuration, theme: Theme, days: int
) -> tuple[Suggestion, ...]:
    with opened(found, readonly=True) as store:
        deployment = Deployment(settings=found, configuration=loaded, store=store)
        since = found.clock() - timedelta(days=days)
        inside, outside = passages(deployment, theme.id, since)
        note(f"{len(inside)} items are labelled with {theme.id}")
        if not inside:
            note(f"label some first: policywatch items label ITEM {theme.id} yes")
            return ()
        return suggest(inside, outside, theme)


def _from_file(file: Path, loaded: Configuration, theme: Theme) -> tuple[Suggestion, ...]:
    with file.open(encoding="utf-8") as lines:
        items = read_labelled(lines, file.name, [each.id for each in loaded.ruleset.themes])
    inside = [_passage(item) for item in items if theme.id in item.labels]
    outside = [_passage(item) for item in items if theme.id not in item.labels]
    note(f"{len(inside)} of {len(items)} items are labelled with {theme.id}")
    return suggest(inside, outside, theme)


def _passage(item: Labelled) -> Passage:
    return Passage(title=item.title, text=item.text)


def _row(found: Suggestion) -> tuple[str, ...]:
    return (found.term, f"{found.z:.2f}", str(found.inside), str(found.outside), found.example)


def _json(found: Suggestion) -> dict[str, object]:
    return {
        "term": found.term,
        "z": found.z,
        "inside": found.inside,
        "outside": found.outside,
        "example": found.example,
    }
