"""`policywatch poll`."""

import click

from jobs.cli.frame import (
    Code,
    as_json,
    configuration,
    end,
    note,
    opened,
    say_json,
    settings,
    table,
)
from jobs.deployment import Deployment
from jobs.poll import Choice, PollReport
from jobs.poll import poll as poll_sources
from pipeline.model import SourceResult
from pipeline.yamlfile import did_you_mean


@click.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--all", "all_", is_flag=True, help="Every enabled source, due or not.")
@click.option("--force", is_flag=True, help="Read in full, even what did not change.")
@as_json
@click.pass_context
def poll(ctx: click.Context, ids: tuple[str, ...], *, all_: bool, force: bool, json_: bool) -> None:
    """Read the sources that are due, or the named ones, and store what they offer.

    A server that asked to be left alone (Retry-After) is never asked before its time.
    """
    found = settings(ctx)
    loaded = configuration(found)
    _refuse_unknown(ids, [source.id for source in loaded.sources])
    with opened(found) as store:
        deployment = Deployment(settings=found, configuration=loaded, store=store)
        choice = Choice(ids=ids, all=all_, force=force)
        report = poll_sources(deployment, choice, on_result=_progress)
    if json_:
        say_json(report_json(report))
    else:
        show(report)
    end(ctx, Code.SOURCES if report.failed else Code.OK)


def show(report: PollReport) -> None:
    """Print a run as a table and one line of totals."""
    rows = [
        (r.source_id, r.outcome.value, str(r.new), str(r.updated), str(r.entries), _why(r))
        for r in report.results
    ]
    table(("source", "outcome", "new", "updated", "entries", "why"), rows)
    new = sum(result.new for result in report.results)
    note(
        f"run {report.run_id}: {len(report.results) - len(report.failed)} of "
        f"{len(report.results)} sources read, {new} new items"
    )


def report_json(report: PollReport) -> dict[str, object]:
    """Return a run in the shape that scripts rely on."""
    return {
        "run": report.run_id,
        "started": report.started.isoformat(),
        "finished": report.finished.isoformat(),
        "results": [_result_json(result) for result in report.results],
    }


def _result_json(result: SourceResult) -> dict[str, object]:
    return {
        "source": result.source_id,
        "outcome": result.outcome.value,
        "status": result.status,
        "new": result.new,
        "updated": result.updated,
        "entries": result.entries,
        "error": result.error or None,
        "seconds": result.seconds,
        "pages": result.pages,
        "title_only": result.title_only,
    }


def _progress(result: SourceResult) -> None:
    why = f": {_why(result)}" if _why(result) else ""
    note(f"{result.source_id}: {result.outcome}, {result.new} new{why}")


def _why(result: SourceResult) -> str:
    judged = f"{result.title_only} judged by title only" if result.title_only else ""
    return "; ".join(filter(None, (result.error, judged)))


def _refuse_unknown(ids: tuple[str, ...], known: list[str]) -> None:
    for name in ids:
        if name not in known:
            hint = did_you_mean(name, known) or " (see: policywatch sources list)"
            raise click.UsageError(f"no source is called '{name}'{hint}")
