"""Labelled items and what the rules said of them -> precision, recall and F1, with intervals."""

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.errors import ConfigError, Problem
from pipeline.records import Label

# Two-sided 95 %.
_Z = 1.959963984540054


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """One item that people labelled; no labels means that it is off the brief.

    `stratum` says how the item was chosen (`near_miss`, say); it may be empty. `asked` names the
    themes that people judged it for, None all of them; what else the rules find is left out.
    """

    id: str
    title: str
    text: str
    language: str
    labels: frozenset[str]
    stratum: str = ""
    asked: frozenset[str] | None = None

    def judged_for(self, theme: str) -> bool | None:
        """Return what people say of a theme; None when they were not asked."""
        return theme in self.labels if self.asked is None or theme in self.asked else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A labelled item with the themes that the rules gave it."""

    item: Labelled
    found: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What people said of one item and one theme: who said yes and who said no."""

    item_id: int
    theme: str
    yes: tuple[str, ...]
    no: tuple[str, ...]

    @property
    def applies(self) -> bool | None:
        """Return what most people say; None for a tie."""
        return None if len(self.yes) == len(self.no) else len(self.yes) > len(self.no)

    @property
    def disputed(self) -> bool:
        """Say whether people contradict each other, be there a majority or not."""
        return bool(self.yes and self.no)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """`hits` of `total`; the share is None of nothing."""

    hits: int
    total: int

    @property
    def value(self) -> float | None:
        """Return the share, 0 to 1."""
        return self.hits / self.total if self.total else None

    def interval(self) -> tuple[float, float]:
        """Return Wilson's 95 % score interval (Wilson 1927); of nothing it is (0, 1)."""
        if not self.total:
            return 0.0, 1.0
        n, p, z2 = self.total, self.hits / self.total, _Z * _Z
        centre = (p + z2 / (2 * n)) / (1 + z2 / n)
        reach = _Z * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
        return max(0.0, centre - reach), min(1.0, centre + reach)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """True positives, false positives and false negatives of one question."""

    true: int = 0
    false: int = 0
    missed: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            true=self.true + other.true,
            false=self.false + other.false,
            missed=self.missed + other.missed,
        )

    @property
    def precision(self) -> Share:
        """Return the share of what was found that is right."""
        return Share(hits=self.true, total=self.true + self.false)

    @property
    def recall(self) -> Share:
        """Return the share of what is right that was found."""
        return Share(hits=self.true, total=self.true + self.missed)

    @property
    def f1(self) -> float | None:
        """Return the harmonic mean of precision and recall; None when there was nothing."""
        total = 2 * self.true + self.false + self.missed
        return 2 * self.true / total if total else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """How the rules did: over all labels, by theme, by language, and on the brief at all.

    `macro` is the plain mean over the themes that somebody labelled; `false_alarms` the share of
    off-brief items that some theme took, in all and by stratum.
    """

    micro: Counts
    macro: tuple[float | None, float | None, float | None]
    on_brief: Counts
    false_alarms: Share
    false_alarms_by_stratum: Mapping[str, Share]
    themes: Mapping[str, Counts]
    languages: Mapping[str, Counts]


def tallies(labels: Iterable[Label]) -> tuple[Tally, ...]:
    """Gather the labels of each item and theme, in the order of the first of each."""
    gathered: dict[tuple[int, str], list[Label]] = {}
    for label in labels:
        gathered.setdefault((label.item_id, label.theme), []).append(label)
    return tuple(
        Tally(
            item_id=item_id,
            theme=theme,
            yes=tuple(label.who for label in said if label.applies),
            no=tuple(label.who for label in said if not label.applies),
        )
        for (item_id, theme), said in gathered.items()
    )


def evaluate(judged: Sequence[Judged], themes: Iterable[str]) -> Evaluation:
    """Count how the rules did on the labelled items."""
    judged = [_as_asked(j) for j in judged]
    by_theme = {theme: _sum(judged, lambda j, t=theme: _of_theme(j, t)) for theme in themes}  # type: ignore[misc] # the default binds the loop's value
    labelled = [counts for counts in by_theme.values() if counts.recall.total]
    languages = sorted({j.item.language for j in judged})
    negatives = [j for j in judged if not j.item.labels]
    return Evaluation(
        micro=_sum(judged, _of_item),
        macro=(
            _mean(counts.precision.value or 0.0 for counts in labelled),
            _mean(counts.recall.value or 0.0 for counts in labelled),
            _mean(counts.f1 or 0.0 for counts in labelled),
        ),
        on_brief=_sum(judged, _on_brief),
        false_alarms=_alarms(negatives),
        false_alarms_by_stratum={
            stratum: _alarms([j for j in negatives if j.item.stratum == stratum])
            for stratum in sorted({j.item.stratum for j in negatives})
        },
        themes=by_theme,
        languages={
            language: _sum([j for j in judged if j.item.language == language], _of_item)
            for language in languages
        },
    )


def read_labelled(lines: Iterable[str], file: str, themes: Iterable[str]) -> tuple[Labelled, ...]:
    """Read one JSON object a line; raise ConfigError naming every line that cannot be used."""
    known = frozenset(themes)
    items: list[Labelled] = []
    problems: list[Problem] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            items.append(_labelled(json.loads(line), known))
        except ValueError as e:
            problems.append(Problem(file, number, 1, str(e)))
    if problems:
        raise ConfigError(problems)
    return tuple(items)


def _labelled(value: object, known: frozenset[str]) -> Labelled:
    if not isinstance(value, dict) or not isinstance(value.get("labels"), list):
        raise ValueError('needs an object with "id", "title", "text", "lang" and "labels": [...]')
    labels = frozenset(map(str, value["labels"]))
    if labels - known:
        raise ValueError(f"no theme is called '{min(labels - known)}'")
    return Labelled(
        id=str(value.get("id", "")),
        title=str(value.get("title") or ""),
        text=str(value.get("text") or ""),
        language=str(value.get("lang") or ""),
        labels=labels,
        stratum=str(value.get("stratum") or ""),
    )


def _as_asked(judged: Judged) -> Judged:
    asked = judged.item.asked
    return judged if asked is None else replace(judged, found=judged.found & asked)


def _of_theme(judged: Judged, theme: str) -> Counts:
    labelled, found = theme in judged.item.labels, theme in judged.found
    return Counts(
        true=labelled and found, false=found and not labelled, missed=labelled and not found
    )


def _of_item(judged: Judged) -> Counts:
    labels, found = judged.item.labels, judged.found
    return Counts(true=len(labels & found), false=len(found - labels), missed=len(labels - found))


def _on_brief(judged: Judged) -> Counts:
    labelled, found = bool(judged.item.labels), bool(judged.found)
    return Counts(
        true=labelled and found, false=found and not labelled, missed=labelled and not found
    )


def _sum(judged: Iterable[Judged], count: Callable[[Judged], Counts]) -> Counts:
    return sum((count(j) for j in judged), Counts())


def _alarms(negatives: Sequence[Judged]) -> Share:
    return Share(hits=sum(bool(j.found) for j in negatives), total=len(negatives))


def _mean(values: Iterable[float]) -> float | None:
    found = list(values)
    return sum(found) / len(found) if found else None
