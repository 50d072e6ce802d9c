"""`policywatch items label, labels, add, near-misses`: what people tell the rules."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from jobs.cli.asked import item_number, person, who_says_so
from jobs.cli.frame import (
    Code,
    as_json,
    configuration,
    end,
    note,
    opened,
    say,
    say_json,
    settings,
    table,
)
from jobs.cli.words import evidence_json, found_words, item_json
from jobs.settings import Settings
from pipeline.dates import parse_date
from pipeline.errors import SourceError
from pipeline.model import Match, Verdict
from pipeline.records import Label, StoredItem
from pipeline.shortid import short_id
from pipeline.urls import canonical
from pipeline.yamlfile import did_you_mean

if TYPE_CHECKING:
    from jobs.feedback import Added, Wanted

_limit = click.option(
    "--limit", default=50, show_default=True, type=click.IntRange(1, 500), help="At most so many."
)


@click.command()
@click.argument("item", metavar="ITEM")
@click.argument("theme")
@click.argument("answer", type=click.Choice(["yes", "no"]), required=False)
@who_says_so
@click.option("--remove", is_flag=True, help="Take back what you said instead.")
def label(item: str, theme: str, answer: str | None, *, who: str | None, remove: bool) -> None:
    """Say that THEME does, or does not, apply to ITEM.

    Saying it again replaces what you said; several people may judge the same item. Works while
    the service runs.
    """
    if remove == bool(answer):
        raise click.UsageError("say yes or no, or --remove what you said")
    found = settings(click.get_current_context())
    number, name = item_number(item), person(who)
    if not remove:
        _check_themes(found, [theme])
    with opened(found) as store:
        stored = store.item(number)
        if stored is None:
            raise click.UsageError(f"no item is called {item}")
        if remove:
            if not store.drop_label(number, theme, name):
                raise click.UsageError(f"{name} said nothing of {item} and {theme}")
        else:
            store.put_label(
                Label(
                    item_id=number,
                    theme=theme,
                    applies=answer == "yes",
                    who=name,
                    at=found.clock(),
                )
            )
    said = "said nothing any more" if remove else answer
    note(f"#{short_id(number)} {stored.item.title}: {theme}: {said} ({name})")


@click.command()
@click.option("--theme", help="Only the labels of this theme.")
@as_json
@click.pass_context
def labels(ctx: click.Context, *, theme: str | None, json_: bool) -> None:
    """List who said what of which item, the newest item first."""
    with opened(settings(ctx), readonly=True) as store:
        said = store.labels(theme)
        items = {stored.id: stored for stored in store.items_by_id({one.item_id for one in said})}
    if json_:
        say_json([_label_json(one, items[one.item_id]) for one in said])
        return
    rows = [
        (
            f"#{short_id(one.item_id)}",
            one.theme,
            "yes" if one.applies else "no",
            one.who,
            f"{one.at:%Y-%m-%d}",
            items[one.item_id].item.title,
        )
        for one in said
    ]
    table(("item", "theme", "applies", "who", "when", "title"), rows)


@click.command()
@click.argument("url")
@click.option("--theme", "themes", multiple=True, help="A theme that it belongs to; repeatable.")
@click.option("--title", help="Its title, in place of the page's.")
@click.option("--text", help="What it says, in place of the page's text.")
@click.option("--date", metavar="DATE", help="When it was published, in place of the page's.")
@who_says_so
@as_json
@click.pass_context
def add(
    ctx: click.Context, /, url: str, themes: tuple[str, ...], *, json_: bool, **given: str | None
) -> None:
    """Store a page that no poll brought, and label it: something that we missed.

    It is judged by the rules and found by searches, and never mailed. With a title it is stored
    even if its page cannot be read.
    """
    from jobs.deployment import Deployment  # noqa: PLC0415 - keeps the other commands quick
    from jobs.feedback import add as add_item  # noqa: PLC0415

    found = settings(ctx)
    wanted = _wanted(found, url, themes, given)
    loaded = configuration(found)
    _check_known(themes, [theme.id for theme in loaded.ruleset.themes])
    with opened(found) as store:
        deployment = Deployment(settings=found, configuration=loaded, store=store)
        try:
            added = add_item(deployment, wanted)
        except SourceError as e:
            note(f"{e.message}; give it a --title to store it from your own words")
            end(ctx, Code.SOURCES)
            return
    if json_:
        say_json(_added_json(added, themes))
    else:
        _show_added(added, wanted)


@click.command("near-misses")
@click.option(
    "--days", default=7, show_default=True, type=click.IntRange(1, 3650), help="First seen in them."
)
@click.option("--theme", help="Only where this theme was near or excluded.")
@_limit
@as_json
@click.pass_context
def near_misses(
    ctx: click.Context, *, days: int, theme: str | None, limit: int, json_: bool
) -> None:
    """List what no rule took but one nearly did, and what an exclusion alone took away."""
    found = settings(ctx)
    since = found.clock() - timedelta(days=days)
    with opened(found, readonly=True) as store:
        near = store.nearly(Verdict.NEAR, since, theme=theme, limit=limit)
        excluded = store.nearly(Verdict.EXCLUDED, since, theme=theme, limit=limit)
    nearly = _pairs(near, Verdict.NEAR, theme)
    barred = _pairs(excluded, Verdict.EXCLUDED, theme)
    if json_:
        say_json(
            {
                "near": [_near_json(stored, match) for stored, match in nearly],
                "excluded": [_near_json(stored, match) for stored, match in barred],
            }
        )
        return
    table(
        ("item", "day", "theme", "score", "title", "found", "missing"),
        [_near_row(stored, match) for stored, match in (*nearly, *barred)],
    )
    note(f"{len(near)} nearly matched, {len(excluded)} were excluded, in the last {days} days")


def _check_themes(found: Settings, themes: Iterable[str]) -> None:
    _check_known(themes, [theme.id for theme in configuration(found).ruleset.themes])


def _check_known(themes: Iterable[str], known: Sequence[str]) -> None:
    for theme in themes:
        if theme not in known:
            hint = did_you_mean(theme, known) or ": `policywatch themes list` names them"
            raise click.UsageError(f"no theme is called '{theme}'{hint}")


def _wanted(
    found: Settings, url: str, themes: tuple[str, ...], given: dict[str, str | None]
) -> "Wanted":
    from jobs.feedback import Wanted  # noqa: PLC0415 - keeps the other commands quick

    address, date = canonical(url), given["date"] or ""
    if not address:
        raise click.UsageError(f"'{url}' is no http(s) address")
    if date and parse_date(date, timezone="UTC", now=found.clock()) is None:
        raise click.UsageError(f"'{date}' is no date of a publication: write 2026-11-24")
    return Wanted(
        url=address,
        title=(given["title"] or "").strip(),
        text=(given["text"] or "").strip(),
        date=date,
        themes=themes,
        who=person(given["who"]),
    )


def _show_added(added: "Added", wanted: "Wanted") -> None:
    stored = added.stored
    if added.trouble:
        note(f"{added.trouble}; stored from your words alone")
    state = "stored" if added.new else "is stored already, nothing was added"
    say(f"#{short_id(stored.id)} {stored.item.title} ({stored.item.source_id}): {state}")
    for match in stored.matches:
        if match.verdict is Verdict.APPLIES:
            say(f"applies: {match.theme} ({found_words(match)})")
    unfound = _missed(stored, wanted.themes)
    for theme in wanted.themes:
        why = f", a miss: {_why_not(stored, theme)}" if theme in unfound else ""
        say(f"labelled: {theme}: yes ({wanted.who}){why}")


def _missed(stored: StoredItem, themes: Iterable[str]) -> tuple[str, ...]:
    """Return those of some themes that no rule gave an item."""
    applying = {match.theme for match in stored.matches if match.verdict is Verdict.APPLIES}
    return tuple(theme for theme in themes if theme not in applying)


def _why_not(stored: StoredItem, theme: str) -> str:
    match = next((match for match in stored.matches if match.theme == theme), None)
    return _lack(match) if match else "no rule was near"


def _lack(match: Match) -> str:
    if match.verdict is Verdict.EXCLUDED:
        return f"excluded by {match.excluded_by}"
    return f"missing {', or '.join(match.missing)}"


def _pairs(
    items: Iterable[StoredItem], verdict: Verdict, theme: str | None
) -> list[tuple[StoredItem, Match]]:
    """Return each item with its best match of a verdict."""
    return [
        (
            stored,
            max(
                (m for m in stored.matches if m.verdict is verdict and theme in (None, m.theme)),
                key=lambda match: match.score,
            ),
        )
        for stored in items
    ]


def _near_row(stored: StoredItem, match: Match) -> tuple[str, ...]:
    day = stored.item.published_at or stored.first_seen_at
    return (
        f"#{short_id(stored.id)}",
        f"{day:%Y-%m-%d}",
        match.theme,
        f"{match.score:g}",
        stored.item.title,
        found_words(match),
        _lack(match),
    )


def _near_json(stored: StoredItem, match: Match) -> dict[str, object]:
    return item_json(stored) | {
        "theme": match.theme,
        "score": match.score,
        "rules": sorted({evidence.rule for evidence in match.evidence}),
        "evidence": [evidence_json(evidence) for evidence in match.evidence],
        "missing": list(match.missing),
        "excluded_by": match.excluded_by or None,
    }


def _label_json(one: Label, stored: StoredItem) -> dict[str, object]:
    return {
        "item": one.item_id,
        "short_id": short_id(one.item_id),
        "title": stored.item.title,
        "url": stored.item.url,
        "theme": one.theme,
        "applies": one.applies,
        "who": one.who,
        "at": one.at.isoformat(),
    }


def _added_json(added: "Added", themes: Sequence[str]) -> dict[str, object]:
    return {
        "new": added.new,
        "error": added.trouble or None,
        "item": item_json(added.stored),
        "labelled": list(themes),
        "missed": list(_missed(added.stored, themes)),
    }
