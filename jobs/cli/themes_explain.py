"""`policywatch themes explain`: what the themes say of an item or a text, and why."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import click

from jobs.cli.frame import as_json, configuration, note, opened, say, say_json, settings
from jobs.cli.words import evidence_json, title_only
from jobs.settings import Settings
from jobs.workbench import full_scope, texts_of
from pipeline.config import Configuration
from pipeline.model import Evidence, Field, Match, Scope, Source, Verdict
from pipeline.records import StoredItem
from pipeline.rules.alone import rule_scores
from pipeline.rules.theme import Theme
from pipeline.shortid import item_id, short_id
from pipeline.text import clean_text, html_to_text
from store.opening import FILE_NAME

# What somebody means as an id without # has a digit in it, so that AI is a text.
_ID = re.compile(r"#\w+|\d+|(?=\w*\d)\w{3,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What one theme says, with what each of its rules is worth."""

    theme: Theme
    match: Match
    scores: Mapping[str, float]


@click.command()
@click.argument("what", metavar="ITEM|TEXT")
@click.option("--title", is_flag=True, help="The text is a title, not a summary.")
@click.option("--html", is_flag=True, help="The text is markup: convert it first.")
@as_json
@click.pass_context
def explain(ctx: click.Context, what: str, *, title: bool, html: bool, json_: bool) -> None:
    """Say what the themes make of a stored item or a text.

    Which apply, by which rules, words and scores; which nearly did, and what they lack; which were
    excluded, and by which query.
    """
    found = settings(ctx)
    loaded = configuration(found)
    stored = None if title or html else _stored(found, what)
    if stored:
        texts, scope = texts_of(stored.item), full_scope(stored.item, _sources(loaded))
    else:
        text = html_to_text(what) if html else clean_text(what)
        texts, scope = {Field.TITLE if title else Field.SUMMARY: text}, Scope()
    said = _said(loaded, texts, scope)
    if json_:
        lacking = title_only(stored) if stored else ""
        say_json({"themes": [_json(one) for one in said], "title_only": lacking or None})
        return
    if stored:
        _show_item(stored, said)
    _show(said)


def _stored(found: Settings, what: str) -> StoredItem | None:
    """Return the item that is meant, or None for a text."""
    if not _ID.fullmatch(what):
        return None
    if not what.startswith("#") and not (found.home / FILE_NAME).exists():
        return None
    try:
        number = item_id(what)
    except ValueError as e:
        if what.startswith("#"):
            raise click.UsageError(f"'{what}' names no item: {e}") from e
        return None
    with opened(found, readonly=True) as store:
        stored = store.item(number)
    if stored is None and what.startswith("#"):
        raise click.UsageError(f"no item is called {what}")
    return stored


def _sources(loaded: Configuration) -> Mapping[str, Source]:
    return {source.id: source for source in loaded.sources}


def _said(loaded: Configuration, texts: Mapping[Field, str], scope: Scope) -> Sequence[_Said]:
    ruleset = loaded.ruleset
    themes = {theme.id: theme for theme in ruleset.themes}
    return [
        _Said(
            theme=themes[match.theme],
            match=match,
            scores=rule_scores(match, ruleset, texts, scope),
        )
        for match in ruleset.classify(texts, scope)
    ]


def _show_item(stored: StoredItem, said: Sequence[_Said]) -> None:
    say(f"#{short_id(stored.id)} {stored.item.title}")
    say(f"  from {stored.item.source_id}, {stored.item.url or 'no link'}")
    if title_only(stored):
        say(f"  judged by title only: {title_only(stored)}")
    if _applying(stored.matches) != _applying(one.match for one in said):
        note("other rules judged it when it was stored; now: policywatch reclassify")


def _applying(matches: Iterable[Match]) -> set[str]:
    return {match.theme for match in matches if match.verdict is Verdict.APPLIES}


def _show(said: Sequence[_Said]) -> None:
    if not said:
        say("no theme applies, and none is near")
    for one in said:
        match, threshold = one.match, f"{one.theme.threshold:g}"
        heading = {
            Verdict.APPLIES: f"score {match.score:g} of {threshold}",
            Verdict.NEAR: f"missing: {', or '.join(match.missing)}",
            Verdict.EXCLUDED: f"excluded by {match.excluded_by}",
        }[match.verdict]
        say(f"{match.verdict:9} {match.theme}: {heading}")
        for rule, score in one.scores.items():
            words = _words(e for e in match.evidence if e.rule == rule)
            say(f"    {score:5g}  {rule}: {words}")


def _words(evidence: Iterable[Evidence]) -> str:
    """Name the words that a rule found, each once, by the field in which they stand."""
    words: dict[Field, dict[str, None]] = {}
    for found in evidence:
        words.setdefault(found.field, {})[found.text] = None
    return "; ".join(f"{field}: {', '.join(texts)}" for field, texts in words.items())


def _json(one: _Said) -> dict[str, object]:
    match = one.match
    return {
        "theme": match.theme,
        "score": match.score,
        "applies": match.verdict is Verdict.APPLIES,
        "verdict": match.verdict.value,
        "threshold": one.theme.threshold,
        "rules": sorted({evidence.rule for evidence in match.evidence}),
        "rule_scores": dict(one.scores),
        "evidence": [evidence_json(evidence) for evidence in match.evidence],
        "missing": list(match.missing),
        "excluded_by": match.excluded_by or None,
    }
