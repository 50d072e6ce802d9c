"""`policywatch themes try`: what one query would find among the stored items."""

from collections.abc import Iterable

import click
from wcwidth import wcswidth

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
from jobs.cli.words import evidence_json, item_json, show_marked
from jobs.deployment import Deployment
from jobs.workbench import Attempt, Hit, bench, try_query
from pipeline.errors import Problem, QueryError
from pipeline.excerpts import excerpt, marked_title
from pipeline.forecast import Coverage
from pipeline.rules.parts import Nothing
from pipeline.shortid import short_id

_EXCERPT_COLUMNS = 150
_MOST_NAMED = 10


@click.command("try")
@click.argument("query", nargs=-1, required=True)
@click.option(
    "--days",
    default=90,
    show_default=True,
    type=click.IntRange(1, 3650),
    help="Published in them; what has no date, first seen in them.",
)
@click.option(
    "--limit",
    default=20,
    show_default=True,
    type=click.IntRange(1, 10_000),
    help="Show at most so many hits, the newest ones; all are counted.",
)
@as_json
@click.pass_context
def try_(ctx: click.Context, query: tuple[str, ...], *, days: int, limit: int, json_: bool) -> None:
    """Run QUERY as a rule over what is stored; change nothing.

    Lists and masks are those of themes.yaml. Shows the hits with their words, where they come from,
    how many a day are to be expected, and how many of them no theme finds today; of a query that
    finds nothing, which part of it stands nowhere.
    """
    found, text = settings(ctx), " ".join(query)
    loaded = configuration(found)
    with opened(found, readonly=True) as store:
        deployment = Deployment(settings=found, configuration=loaded, store=store)
        on = bench(deployment, days, Progress(store.count_items()))
        try:
            attempt = try_query(on, text, limit=limit)
        except QueryError as e:
            raise _placed(e, text) from e
    if json_:
        say_json(_json(text, attempt))
    else:
        _show(attempt, days)


def _placed(error: QueryError, query: str) -> QueryError:
    """Say where in the query the trouble is, as for a rule in themes.yaml."""
    before, written = query[: error.position], query.splitlines() or [""]
    line = before.count("\n")
    column = len(before) - (before.rfind("\n") + 1)
    shown = written[min(line, len(written) - 1)]
    problem = Problem("query", line + 1, column + 1, error.message)
    pointer = " " * max(wcswidth(shown[:column]), 0)
    return QueryError(f"{problem}\n  {shown}\n  {pointer}^", error.position)


def _show(attempt: Attempt, days: int) -> None:
    if attempt.nothing:
        _show_nothing(attempt.coverage, attempt.nothing, days)
        return
    noun = "hit" if attempt.hits == 1 else "hits"
    say(f"{attempt.hits:,} {noun} among {_looked_at(attempt.coverage, days)}")
    say(f"{_forecast(attempt)}; {attempt.without_theme:,} of them no theme finds today")
    say("sources: " + _counts(attempt.sources.items()))
    say("languages: " + _counts((name or "?", n) for name, n in attempt.languages.items()))
    for hit in attempt.shown:
        _show_hit(hit)
    if attempt.hits > len(attempt.shown):
        note(f"and {attempt.hits - len(attempt.shown):,} more: --limit")


def _forecast(attempt: Attempt) -> str:
    if attempt.a_day == 0:
        return "none has a date to forecast from"
    return f"about {attempt.a_day:.2g} a day are to be expected"


def _show_nothing(coverage: Coverage, nothing: Nothing, days: int) -> None:
    say(f"nothing found among {_looked_at(coverage, days)}")
    if not nothing.items:
        note("try more --days, or poll first: policywatch poll --all")
        return
    if nothing.unseen:
        rest = len(nothing.unseen) - _MOST_NAMED
        more = f" and {rest} more" if rest > 0 else ""
        say(f"never seen: {', '.join(nothing.unseen[:_MOST_NAMED])}{more}")
    if nothing.parts:
        say("items in which each part holds by itself:")
        for part, items in nothing.parts:
            say(f"  {items:7,}  {part}")


def _looked_at(coverage: Coverage, days: int) -> str:
    text = f"{coverage.items:,} items of the last {days} days"
    # Else a young deployment would seem to be quiet.
    young = coverage.items and coverage.days < days - 1
    return f"{text} (stored from {coverage.begins:%Y-%m-%d} on)" if young else text


def _counts(counts: Iterable[tuple[str, int]]) -> str:
    every = list(counts)
    shown = ", ".join(f"{name} {number:,}" for name, number in every[:_MOST_NAMED])
    rest = len(every) - _MOST_NAMED
    return f"{shown} and {rest} more" if rest > 0 else shown


def _show_hit(hit: Hit) -> None:
    stored, evidence = hit.stored, hit.match.evidence
    day = stored.item.published_at or stored.first_seen_at
    themes = ", ".join(hit.themes) or "no theme"
    say()
    say(f"#{short_id(stored.id)} {day:%Y-%m-%d} {stored.item.source_id} ({themes})")
    show_marked(marked_title(stored.item, evidence))
    text = excerpt(stored.item, evidence, _EXCERPT_COLUMNS)
    if text.marks:
        show_marked(text)


def _json(query: str, attempt: Attempt) -> dict[str, object]:
    nothing = attempt.nothing
    return {
        "query": query,
        "since": attempt.coverage.since.isoformat(),
        "looked_at": attempt.coverage.items,
        "hits": attempt.hits,
        "a_day": round(attempt.a_day, 3),
        "without_theme": attempt.without_theme,
        "sources": dict(attempt.sources),
        "languages": dict(attempt.languages),
        "items": [_hit_json(hit) for hit in attempt.shown],
        "nothing": nothing
        and {
            "never_seen": list(nothing.unseen),
            "parts": [{"query": part, "items": items} for part, items in nothing.parts],
        },
    }


def _hit_json(hit: Hit) -> dict[str, object]:
    """Return a stored item, with what the query and the themes of today say of it."""
    return item_json(hit.stored) | {
        "score": hit.match.score,
        "evidence": [evidence_json(evidence) for evidence in hit.match.evidence],
        "themes_today": list(hit.themes),
    }
