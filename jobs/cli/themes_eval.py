"""`policywatch themes eval`: how good the rules are on items that people labelled."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from jobs.cli.frame import as_json, configuration, say, say_json, settings, table
from jobs.cli.words import found_words
from pipeline.evaluate import Counts, Evaluation, Judged, Labelled, Share, evaluate, read_labelled
from pipeline.model import Field, Match, Scope, Verdict
from pipeline.rules.ruleset import Ruleset


@click.command("eval")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--errors", is_flag=True, help="List false positives and misses with their reasons.")
@as_json
@click.pass_context
def eval_(ctx: click.Context, file: Path, *, errors: bool, json_: bool) -> None:
    """Measure the rules on FILE: one {"id", "title", "text", "lang", "labels"} a line."""
    ruleset = configuration(settings(ctx)).ruleset
    themes = [theme.id for theme in ruleset.themes]
    with file.open(encoding="utf-8") as lines:
        items = read_labelled(lines, file.name, themes)
    matches = [_matches(ruleset, item) for item in items]
    judged = [
        Judged(item=item, found=frozenset(m.theme for m in found if _applies(m)))
        for item, found in zip(items, matches, strict=True)
    ]
    found = evaluate(judged, themes)
    if json_:
        say_json(_json(found) | ({"errors": list(_errors(judged, matches))} if errors else {}))
        return
    _show(found)
    if errors:
        for error in _errors(judged, matches):
            say(f"{error['kind']}: {error['theme']}: {error['title']} ({error['why']})")


def _matches(ruleset: Ruleset, item: Labelled) -> tuple[Match, ...]:
    texts = {Field.TITLE: item.title, Field.SUMMARY: item.text}
    return ruleset.classify(texts, Scope(language=item.language))


def _applies(match: Match) -> bool:
    return match.verdict is Verdict.APPLIES


def _errors(
    judged: Sequence[Judged], matches: Sequence[tuple[Match, ...]]
) -> Iterator[dict[str, str]]:
    """Yield false positives with rule and words, then misses with what was near."""
    for one, found in zip(judged, matches, strict=True):
        for match in found:
            if _applies(match) and match.theme not in one.item.labels:
                yield _error("false", one, match.theme, found_words(match))
    for one, found in zip(judged, matches, strict=True):
        for theme in sorted(one.item.labels - one.found):
            near = next((match for match in found if match.theme == theme), None)
            yield _error("missed", one, theme, _why_not(near))


def _error(kind: str, judged: Judged, theme: str, why: str) -> dict[str, str]:
    item = judged.item
    return {"kind": kind, "theme": theme, "id": item.id, "title": item.title, "why": why}


def _why_not(near: Match | None) -> str:
    if near is None:
        return "no rule was near"
    return (
        f"excluded by {near.excluded_by}"
        if near.excluded_by
        else ("missing " + ", ".join(near.missing))
    )


def _show(found: Evaluation) -> None:
    rows = [("all labels", *_cells(found.micro)), ("on the brief", *_cells(found.on_brief))]
    rows += [(theme, *_cells(counts)) for theme, counts in found.themes.items()]
    rows += [(f"lang:{name}", *_cells(counts)) for name, counts in found.languages.items()]
    table(("", "precision", "95 %", "recall", "95 %", "F1", "labels"), rows)
    say(f"macro F1 {_number(found.macro[2])}")
    say(
        f"false alarms {_share(found.false_alarms)}"
        + "".join(
            f", {stratum} {_share(share)}"
            for stratum, share in found.false_alarms_by_stratum.items()
            if stratum
        )
    )


def _cells(counts: Counts) -> tuple[str, ...]:
    return (
        _number(counts.precision.value),
        _range(counts.precision),
        _number(counts.recall.value),
        _range(counts.recall),
        _number(counts.f1),
        str(counts.recall.total),
    )


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _range(share: Share) -> str:
    low, high = share.interval()
    return f"{low:.2f}-{high:.2f}"


def _share(share: Share) -> str:
    return f"{_number(share.value)} ({share.hits} of {share.total})"


def _json(found: Evaluation) -> dict[str, object]:
    precision, recall, f1 = found.macro
    return {
        "micro": _counts_json(found.micro),
        "macro": {"precision": precision, "recall": recall, "f1": f1},
        "on_brief": _counts_json(found.on_brief),
        "false_alarms": found.false_alarms.value,
        "false_alarms_by_stratum": {
            stratum: share.value for stratum, share in found.false_alarms_by_stratum.items()
        },
        "themes": {theme: _counts_json(counts) for theme, counts in found.themes.items()},
        "languages": {name: _counts_json(counts) for name, counts in found.languages.items()},
    }


def _counts_json(counts: Counts) -> dict[str, object]:
    return {
        "precision": counts.precision.value,
        "precision_interval": counts.precision.interval(),
        "recall": counts.recall.value,
        "recall_interval": counts.recall.interval(),
        "f1": counts.f1,
        "true": counts.true,
        "false": counts.false,
        "missed": counts.missed,
    }
