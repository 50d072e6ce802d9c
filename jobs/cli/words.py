"""How the command line words items and matches."""

import sys
from collections.abc import Iterable, Iterator

from jobs.cli.frame import say, table
from pipeline.digest import short_id
from pipeline.excerpts import Excerpt
from pipeline.flood import AFTER_CHANGE
from pipeline.model import Evidence, Match, Verdict
from pipeline.records import StoredItem
from pipeline.triage import Decision, State


def found_words(match: Match) -> str:
    """Name the rules of a match and the words that they found, each once."""
    words: dict[str, list[str]] = {}
    for evidence in match.evidence:
        found = words.setdefault(evidence.rule, [])
        if evidence.text not in found:
            found.append(evidence.text)
    return "; ".join(f"{rule}: {', '.join(found)}" for rule, found in words.items())


def show_marked(shown: Excerpt, indent: str = "  ") -> None:
    """Print a text with the words that were found in it: bold, or between * without a terminal."""
    if not sys.stdout.isatty():
        say(indent + _starred(shown))
        return
    from rich.console import Console  # noqa: PLC0415 - keeps --help quick
    from rich.padding import Padding  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    text = Text(shown.text)
    for start, end in shown.marks:
        text.stylize("bold underline", start, end)
    Console().print(Padding(text, (0, 0, 0, len(indent))))


def _starred(shown: Excerpt) -> str:
    pieces, done = [], 0
    for start, end in shown.marks:
        pieces += [shown.text[done:start], f"*{shown.text[start:end]}*"]
        done = end
    return "".join([*pieces, shown.text[done:]])


def evidence_json(evidence: Evidence) -> dict[str, object]:
    """Return one place in the shape that scripts rely on."""
    return {
        "rule": evidence.rule,
        "field": evidence.field.value,
        "start": evidence.start,
        "end": evidence.end,
        "text": evidence.text,
    }


def item_json(stored: StoredItem) -> dict[str, object]:
    """Return a stored item in the shape that scripts rely on."""
    item = stored.item
    return {
        "id": stored.id,
        "short_id": short_id(stored.id),
        "source": item.source_id,
        "url": item.url,
        "title": item.title,
        "summary": item.summary,
        "published": item.published_at.isoformat() if item.published_at else None,
        "first_seen": stored.first_seen_at.isoformat(),
        "language": item.language or None,
        "type": item.type.value,
        "deadline": item.deadline.isoformat() if item.deadline else None,
        "origin": stored.origin.value,
        "revision": stored.revision,
        "title_only": title_only(stored) or None,
        "after_change": stored.after_change,
        "state": stored.state.value,
        "decision": decision_json(stored.decision) if stored.decision else None,
        "themes": [
            {
                "theme": match.theme,
                "score": match.score,
                "evidence": [evidence_json(evidence) for evidence in match.evidence],
            }
            for match in stored.matches
            if match.verdict is Verdict.APPLIES
        ],
    }


def decision_json(decision: Decision) -> dict[str, object]:
    """Return a decision in the shape that scripts rely on."""
    return {
        "state": decision.state.value,
        "who": decision.who,
        "at": decision.at.isoformat(),
        "note": decision.note or None,
    }


def decision_words(decision: Decision) -> str:
    """Say who decided what of an item, when, and why."""
    said = "taken back" if decision.state is State.NEW else decision.state
    why = f": {decision.note}" if decision.note else ""
    return f"{said} by {decision.who}, {decision.at:%Y-%m-%d %H:%M} UTC{why}"


def title_only(stored: StoredItem) -> str:
    """Say why an item is judged without the text of its page; empty when it is not."""
    return stored.linked.why if stored.linked else ""


def remarks(stored: StoredItem) -> Iterator[str]:
    """Say what one should know of how an item came and was judged."""
    if title_only(stored):
        yield f"judged by title only: {title_only(stored)}"
    if stored.after_change:
        yield AFTER_CHANGE


def show_hits(hits: Iterable[StoredItem]) -> None:
    """Print items as a table, one a line."""
    columns = ("item", "day", "state", "source", "title", "themes")
    table(columns, [_row(hit) for hit in hits])


def _row(hit: StoredItem) -> tuple[str, ...]:
    applying = ", ".join(m.theme for m in hit.matches if m.verdict is Verdict.APPLIES)
    named = (f"#{short_id(hit.id)}", _day(hit), hit.state.value)
    return (*named, hit.item.source_id, hit.item.title, applying)


def _day(stored: StoredItem) -> str:
    """Return the day of an item: published, or first seen when the source gave none."""
    return f"{stored.item.published_at or stored.first_seen_at:%Y-%m-%d}"
