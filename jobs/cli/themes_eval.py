"""`policywatch themes eval`: how good the rules are on items that people labelled."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import click

from jobs.cli.frame import as_json, configuration, note, opened, say, say_json, settings, table
from jobs.cli.words import found_words
from jobs.deployment import Deployment
from jobs.feedback import Case, LabelledSet, judged_case, labelled_set
from jobs.settings import Settings
from pipeline.config import Configuration
from pipeline.evaluate import Counts, Evaluation, Judged, Labelled, Share, evaluate, read_labelled
from pipeline.model import Field, Match, Scope, Verdict
from pipeline.rules.ruleset import Ruleset
from pipeline.shortid import short_id

_DECIDED = {True: "yes", False: "no", None: "a tie, left out"}


@click.command("eval")
@click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False
)
@click.option("--from-store", is_flag=True, help="Measure on the labels of `items label` instead.")
@click.option("--errors", is_flag=True, help="List false positives and misses with their reasons.")
@as_json
@click.pass_context
def eval_(
    ctx: click.Context, file: Path | None, *, from_store: bool, errors: bool, json_: bool
) -> None:
    """Measure the rules on FILE: one {"id", "title", "text", "lang", "labels"} a line.

    From the store an item counts for the themes alone that somebody judged it for. The majority
    decides; a tie is left out and listed.
    """
    if from_store == bool(file):
        raise click.UsageError("name a FILE of labelled items, or say --from-store")
    found = settings(ctx)
    loaded = configuration(found)
    labelled = _file_set(loaded, file) if file else _store_set(found, loaded)
    judged = [_judged(case) for case in labelled.cases]
    result = evaluate(judged, [theme.id for theme in loaded.ruleset.themes])
    mistakes = list(_errors(labelled.cases, loaded.ruleset)) if errors else []
    if json_:
        told = _json(result) | ({"errors": mistakes} if errors else {})
        told |= {"disagreements": _disputes_json(labelled)} if from_store else {}
        say_json(told)
        return
    _show(result)
    for error in mistakes:
        say(f"{error['kind']}: {error['theme']}: {error['title']} ({error['why']})")
    _show_disputes(labelled)


def _file_set(loaded: Configuration, file: Path) -> LabelledSet:
    with file.open(encoding="utf-8") as lines:
        items = read_labelled(lines, file.name, [theme.id for theme in loaded.ruleset.themes])
    return LabelledSet(cases=tuple(_file_case(loaded.ruleset, item) for item in items))


def _file_case(ruleset: Ruleset, item: Labelled) -> Case:
    texts = {Field.TITLE: item.title, Field.SUMMARY: item.text}
    return judged_case(ruleset, item, texts, Scope(language=item.language))


def _store_set(found: Settings, loaded: Configuration) -> LabelledSet:
    with opened(found, readonly=True) as store:
        labelled = labelled_set(Deployment(settings=found, configuration=loaded, store=store))
    note(f"{len(labelled.cases)} items labelled by {labelled.people} people")
    if labelled.strangers:
        note(f"{labelled.strangers} labels left out: their themes are not in themes.yaml")
    if not labelled.cases:
        note("label some first: policywatch items label ITEM THEME yes|no")
    return labelled


def _judged(case: Case) -> Judged:
    return Judged(item=case.item, found=frozenset(m.theme for m in case.matches if _applies(m)))


def _applies(match: Match) -> bool:
    return match.verdict is Verdict.APPLIES


def _errors(cases: Sequence[Case], ruleset: Ruleset) -> Iterator[dict[str, str]]:
    """Yield false positives with rule and words, then misses with what was near."""
    for case in cases:
        for match in case.matches:
            if _applies(match) and case.item.judged_for(match.theme) is False:
                yield _error("false", case.item, match.theme, found_words(match))
    # Beside others a theme is silent when three of them are nearer.
    alone = {theme.id: replace(ruleset, themes=(theme,)) for theme in ruleset.themes}
    for case in cases:
        for theme in sorted(case.item.labels - _judged(case).found):
            near = alone[theme].classify(case.texts, case.scope)
            yield _error("missed", case.item, theme, _why_not(near))


def _error(kind: str, item: Labelled, theme: str, why: str) -> dict[str, str]:
    return {"kind": kind, "theme": theme, "id": item.id, "title": item.title, "why": why}


def _why_not(near: Sequence[Match]) -> str:
    """Name the nearest rule of a theme that does not apply, where there is one."""
    if not near:
        return "no rule was near"
    (match,) = near
    if match.excluded_by:
        return f"{found_words(match)}, but excluded by {match.excluded_by}"
    return f"nearest rule {found_words(match)}; missing {', or '.join(match.missing)}"


def _show_disputes(labelled: LabelledSet) -> None:
    if not labelled.disputes:
        return
    say()
    say("people disagree:")
    rows = [
        (
            f"#{short_id(stored.id)}",
            tally.theme,
            ", ".join(tally.yes),
            ", ".join(tally.no),
            _DECIDED[tally.applies],
            stored.item.title,
        )
        for stored, tally in labelled.disputes
    ]
    table(("item", "theme", "yes", "no", "counts as", "title"), rows)


def _disputes_json(labelled: LabelledSet) -> list[dict[str, object]]:
    return [
        {
            "item": stored.id,
            "short_id": short_id(stored.id),
            "title": stored.item.title,
            "theme": tally.theme,
            "yes": list(tally.yes),
            "no": list(tally.no),
            "decided": tally.applies,
        }
        for stored, tally in labelled.disputes
    ]


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
