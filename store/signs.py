"""Signs of a source <-> the JSON text in which its state keeps them."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from pipeline.cadence import Days
from pipeline.signs import Signs
from store.rows import optional_text, optional_time


def signs_text(signs: Signs) -> str:
    """Write signs; days stand as steps from the day before, each with its number of items."""
    return json.dumps(
        {
            "days": _steps(signs.days),
            "yields": signs.yields,
            "changed_at": optional_text(signs.changed_at),
            "shrunk_since": optional_text(signs.shrunk_since),
            "back_since": optional_text(signs.back_since),
            "back_to": _day_text(signs.back_to),
            "form": signs.form,
            "form_was": signs.form_was,
            "form_changed_at": optional_text(signs.form_changed_at),
            "gap_from": _day_text(signs.gap_from),
            "gap_until": _day_text(signs.gap_until),
            "ids_changed_at": optional_text(signs.ids_changed_at),
            "recognised": signs.recognised,
            "unrecognised": signs.unrecognised,
        },
        separators=(",", ":"),
    )


def signs_of(text: str) -> Signs:
    """Read signs; what an older version did not write is not known."""
    held: dict[str, Any] = json.loads(text) if text else {}
    return Signs(
        days=_days(held.get("days", [])),
        yields=tuple(held.get("yields", ())),
        changed_at=optional_time(held.get("changed_at")),
        shrunk_since=optional_time(held.get("shrunk_since")),
        back_since=optional_time(held.get("back_since")),
        back_to=_day(held.get("back_to")),
        form=held.get("form", ""),
        form_was=held.get("form_was", ""),
        form_changed_at=optional_time(held.get("form_changed_at")),
        gap_from=_day(held.get("gap_from")),
        gap_until=_day(held.get("gap_until")),
        ids_changed_at=optional_time(held.get("ids_changed_at")),
        recognised=held.get("recognised", 0),
        unrecognised=held.get("unrecognised", 0),
    )


def _steps(days: Days) -> list[int]:
    steps, before = list[int](), 0
    for day, count in days:
        steps += [day.toordinal() - before, count]
        before = day.toordinal()
    return steps


def _days(steps: Sequence[int]) -> Days:
    days, day = list[tuple[date, int]](), 0
    for step, count in zip(steps[::2], steps[1::2], strict=True):
        day += step
        days.append((date.fromordinal(day), count))
    return tuple(days)


def _day_text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
