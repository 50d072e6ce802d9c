"""themes.yaml -> a ruleset that classifies texts, and proof that it does what it promises."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

from pipeline.errors import ConfigError, Problem
from pipeline.model import Field, Match, Scope, Verdict
from pipeline.rules.engine import Engine, explained
from pipeline.rules.load import Loader
from pipeline.rules.shapes import ThemesShape
from pipeline.rules.theme import Theme, Trial
from pipeline.yamlfile import YamlFile, read_bytes, validate

_LONGEST = 60


@dataclass(frozen=True, kw_only=True)
class Ruleset:
    """All themes of one file; `hash` is the SHA-256 of its text.

    It pickles as its text, and a process reads the same text once.
    """

    file: str
    text: str = field(repr=False)
    hash: str
    themes: tuple[Theme, ...] = field(compare=False, repr=False)
    mask: tuple[str, ...] = field(default=(), compare=False, repr=False)

    def classify(self, texts: Mapping[Field, str], scope: Scope) -> tuple[Match, ...]:
        """Return what the themes say of a text: the highest score first, then as in the file.

        What is only near comes last. A theme that neither applies nor was excluded nor is among the
        nearest is left out.
        """
        return self.engine.classify(texts, scope)

    @cached_property
    def engine(self) -> Engine:
        """The themes compiled, at the first use."""
        return Engine(self.themes, self.mask)

    def __reduce__(self) -> tuple[object, ...]:
        return (read_ruleset, (self.text, self.file))


@lru_cache(maxsize=4)
def read_ruleset(text: str, file: str) -> Ruleset:
    """Read the text of a ruleset; raise ConfigError with everything that is wrong in it."""
    return load_ruleset(read_bytes(text.encode(), file))


def read_kept_ruleset(text: str, file: str) -> Ruleset:
    """Read rules that were in force once, though what can never count in them is refused today."""
    return load_ruleset(read_bytes(text.encode(), file), prove=False)


def load_ruleset(file: YamlFile, *, prove: bool = True) -> Ruleset:
    """Make a ruleset of a file; raise ConfigError with everything that is wrong in it.

    That something can never count is wrong, too; to `prove` that takes a third of the time.
    """
    shape = validate(file, ThemesShape)
    if shape is None:
        Loader(file).check_queries()
        raise ConfigError(file.problems)
    themes = Loader(file, prove).themes(shape)
    if file.problems:
        raise ConfigError(file.problems)
    # A file made of a text has no bytes; as JSON its value is YAML that reads the same.
    text = file.content.decode("utf-8-sig") or json.dumps(file.value, ensure_ascii=False)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Ruleset(file=file.name, text=text, hash=digest, themes=themes, mask=shape.mask)


def run_tests(ruleset: Ruleset) -> tuple[Problem, ...]:
    """Try every theme on its own examples and return the failures at their places."""
    return tuple(_failures(ruleset))


def _failures(ruleset: Ruleset) -> Iterator[Problem]:
    for number, theme in enumerate(ruleset.themes, start=1):
        for trial in theme.trials:
            trouble = _trouble(theme, trial, ruleset)
            if trouble:
                message = f"theme {number} ({theme.id}): {trouble}"
                yield Problem(ruleset.file, *trial.place, message)


def _trouble(theme: Theme, trial: Trial, ruleset: Ruleset) -> str:
    """Say how a theme fails on one example, or nothing."""
    text = f"'{_shown(trial)}'"
    match = _match(ruleset, theme, trial)
    applies = match is not None and match.verdict is Verdict.APPLIES
    if applies == trial.match:
        return ""
    # Beside others a theme is silent when three of them are nearer.
    match = match or _match(replace(ruleset, themes=(theme,)), theme, trial)
    if match is None:
        return f"{text} must match, but no rule holds and none is near"
    found = explained(match.evidence)
    if applies:
        return f"{text} must not match, but does: {found}"
    if match.verdict is Verdict.EXCLUDED:
        return f"{text} must match, but is excluded by: {match.excluded_by}; it has {found}"
    return f"{text} must match, but misses: {', or '.join(match.missing)}; it has {found}"


def _match(ruleset: Ruleset, theme: Theme, trial: Trial) -> Match | None:
    matches = ruleset.classify(trial.texts, trial.scope)
    return next((match for match in matches if match.theme == theme.id), None)


def _shown(trial: Trial) -> str:
    text = " / ".join(text for text in trial.texts.values() if text)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
