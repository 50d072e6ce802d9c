"""`policywatch sources health`: which sources are well, and what is wrong with the others."""

import math
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import click

from jobs.cli.frame import as_json, configuration, opened, say, say_json, settings, table
from jobs.deployment import Deployment
from jobs.health import standings
from pipeline.alarms import Alarm, AlarmRecord, next_step
from pipeline.standing import Standing, worst_first
from pipeline.yamlfile import did_you_mean

_WIDTH = 80
_NAME_WIDTH = 25
_MOST_ENDED = 10
_COLUMNS = ("source", "outcome", "last success", "a week", "gap", "next due")


@click.command()
@click.argument("source_id", metavar="[ID]", required=False)
@as_json
@click.pass_context
def health(ctx: click.Context, *, source_id: str | None, json_: bool) -> None:
    """Say how each source stands, the worst first: alarms, pace, and when it is read next.

    The gap is how many working days usually lie between two days with something new.
    """
    found = settings(ctx)
    loaded = configuration(found)
    with opened(found) as store:
        deployment = Deployment(settings=found, configuration=loaded, store=store)
        shown = worst_first(_chosen(standings(deployment), source_id))
        log = store.alarm_log(_begun(shown[0]) if source_id else found.clock())
    if json_:
        say_json([_health_json(standing, log) for standing in shown])
    elif source_id:
        say("\n".join(_details(shown[0], log)))
    elif sys.stdout.isatty():
        say("\n".join(_overview(shown)))
    else:
        table((*_COLUMNS, "alarm"), [(*_cells(s), _alarm(s) or "") for s in shown])


def source_json(standing: Standing) -> dict[str, object]:
    """Return what scripts rely on of a source."""
    source, state, due = standing.source, standing.state, standing.due
    return {
        "id": source.id,
        "name": source.name,
        "kind": source.kind,
        "url": source.url,
        "enabled": source.enabled,
        "outcome": state.outcome.value if state.outcome else None,
        "alarm": _alarm(standing),
        "last_success": _iso(state.last_success_at),
        "next_due": _iso(due.at),
        "error": state.error or None,
    }


def _chosen(found: Sequence[Standing], source_id: str | None) -> Sequence[Standing]:
    chosen = [standing for standing in found if source_id in (None, standing.source.id)]
    if not chosen and source_id:
        hint = did_you_mean(source_id, [standing.source.id for standing in found])
        raise click.UsageError(f"no source is called '{source_id}'{hint}")
    return chosen


def _begun(standing: Standing) -> datetime:
    return standing.state.baseline_at or datetime.max.replace(tzinfo=UTC)


def _health_json(standing: Standing, log: Sequence[AlarmRecord]) -> dict[str, object]:
    raised = _raised(standing, log)
    return source_json(standing) | {
        "tier": standing.source.tier.value,
        "failing_since": _iso(standing.state.failing_since),
        "items_a_week": standing.items_a_week,
        "usual_gap_working_days": standing.usual_gap and round(standing.usual_gap, 1),
        "declared_rhythm": standing.source.rhythm,
        "silent_after_working_days": standing.pace and math.ceil(standing.pace.limit),
        "why_due": standing.due.why,
        "alarms": [
            {
                "kind": alarm.kind.value,
                "since": _iso(alarm.since),
                "raised": _iso(raised.get(alarm.kind.value)),
                "text": alarm.text,
                "next_step": next_step(standing.source.id, alarm.kind),
            }
            for alarm in standing.alarms
        ],
    }


def _raised(standing: Standing, log: Sequence[AlarmRecord]) -> Mapping[str, datetime]:
    """Return when each standing alarm of a source was raised."""
    return {
        record.alarm.kind.value: record.raised_at
        for record in log
        if record.source_id == standing.source.id and record.ended_at is None
    }


def _alarm(standing: Standing) -> str | None:
    return "; ".join(alarm.text for alarm in standing.alarms) or None


# --- for people ------------------------------------------------------------------------------


def _overview(shown: Sequence[Standing]) -> Iterator[str]:
    """Yield a line for each source, and below it what is wrong with it."""
    troubled = sum(bool(standing.alarms) for standing in shown)
    yield f"{len(shown)} sources, {troubled} with an alarm"
    yield ""
    yield _line(_COLUMNS)
    for standing in shown:
        yield _line(_cells(standing))
        for alarm in standing.alarms:
            yield from _told(standing, alarm)
        if not standing.alarms:
            enabled = standing.source.enabled
            yield from _wrapped("    ", standing.state.error if enabled else standing.due.why)


def _told(standing: Standing, alarm: Alarm) -> Iterator[str]:
    yield from _wrapped("  ! ", alarm.text)
    yield from _wrapped("    -> ", next_step(standing.source.id, alarm.kind))


def _line(cells: tuple[str, ...]) -> str:
    name, outcome, last, week, gap, due = cells
    name = name if len(name) <= _NAME_WIDTH else f"{name[: _NAME_WIDTH - 1]}…"
    return f"{name:<{_NAME_WIDTH}} {outcome:<13} {last:<12} {week:>6} {gap:>4}  {due:<12}".rstrip()


def _cells(standing: Standing) -> tuple[str, ...]:
    source, state = standing.source, standing.state
    outcome = state.outcome.value if state.outcome else "never read"
    return (
        source.id,
        outcome if source.enabled else "disabled",
        _short(state.last_success_at),
        "" if standing.items_a_week is None else f"{standing.items_a_week:.1f}",
        "" if standing.usual_gap is None else f"{standing.usual_gap:.0f}",
        _short(standing.due.at),
    )


def _details(standing: Standing, log: Sequence[AlarmRecord]) -> Iterator[str]:
    source, state = standing.source, standing.state
    _, outcome, _, week, _, _ = _cells(standing)
    gap = "not known yet" if standing.usual_gap is None else f"{standing.usual_gap:.1f}"
    yield f"{source.id}: {source.name}"
    yield f"  {source.url}"
    yield from _fact("outcome", f"{outcome}: {state.error}" if state.error else outcome)
    yield from _fact("last success", _minute(state.last_success_at) or "never")
    yield from _fact("items a week", week or "not known yet")
    yield from _fact("usual gap", f"{gap} working days" if standing.usual_gap else gap)
    yield from _fact("silence", _silence(standing))
    yield from _fact("next due", f"{_minute(standing.due.at) or 'never'}: {standing.due.why}")
    raised = _raised(standing, log)
    for alarm in standing.alarms:
        yield from _told(standing, alarm)
        if alarm.kind.value in raised:
            yield f"    raised {_minute(raised[alarm.kind.value])}"
    ended = [record for record in log if record.source_id == source.id and record.ended_at]
    for record in ended[-_MOST_ENDED:]:
        days = f"{record.raised_at:%Y-%m-%d} to {record.ended_at:%Y-%m-%d}"
        yield from _wrapped("  was ", f"{days}: {record.alarm.text}")


def _silence(standing: Standing) -> str:
    """Say after how long it is told of, and why then."""
    found, declared = standing.pace, standing.source.rhythm
    if found is None:
        return f"declared {declared}, nothing came yet" if declared else "its pace is not known yet"
    why = f"declared {found.declared}" if found.declared else "learned"
    return f"told of after {math.ceil(found.limit)} working days ({why})"


def _fact(name: str, text: str) -> Iterator[str]:
    yield from _wrapped(f"  {name:<14}", text)


def _wrapped(mark: str, text: str) -> Iterator[str]:
    indent = " " * len(mark)
    yield from textwrap.wrap(text, _WIDTH, initial_indent=mark, subsequent_indent=indent)


def _short(moment: datetime | None) -> str:
    return f"{moment:%m-%d %H:%M}" if moment else ""


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else ""


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
