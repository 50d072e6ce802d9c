"""One query, or one rule, by itself: what the workbench tries and explains."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pipeline.errors import ConfigError
from pipeline.model import Field, Match, Scope
from pipeline.rules.engine import Engine
from pipeline.rules.load import Loader
from pipeline.rules.parse import parse_query
from pipeline.rules.ruleset import Ruleset
from pipeline.rules.shapes import ThemesShape
from pipeline.rules.theme import Rule, Theme
from pipeline.rules.tree import Node
from pipeline.yamlfile import YamlFile, read_bytes, validate


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A ruleset as its file has it: where each part stands, and the lists that it names."""

    file: YamlFile
    lists: Mapping[str, Node]


def written(ruleset: Ruleset) -> Written:
    """Read a ruleset's own text again; raise ConfigError when it is no longer one."""
    file = read_bytes(ruleset.text.encode(), ruleset.file)
    shape = validate(file, ThemesShape)
    if shape is None:
        raise ConfigError(file.problems)
    loader = Loader(file)
    loader.themes(shape)
    return Written(file=file, lists=loader.lists)


def query_alone(query: str, ruleset: Ruleset) -> tuple[Node, Engine]:
    """Read a query as a rule of a ruleset would be, with its lists; raise QueryError as it would.

    The engine has one theme of this rule, which the masks of the ruleset bind as any other.
    """
    tree = parse_query(query, lists=written(ruleset).lists)
    theme = Theme(
        id="query", title={"en": query}, rules=(Rule(id="query", query=query, tree=tree),)
    )
    return tree, _engine(theme, ruleset)


def rule_scores(
    match: Match, ruleset: Ruleset, texts: Mapping[Field, str], scope: Scope
) -> Mapping[str, float]:
    """Return what each rule that fired adds to the score of a match."""
    theme = next(theme for theme in ruleset.themes if theme.id == match.theme)
    fired = {evidence.rule for evidence in match.evidence}
    scores: dict[str, float] = {}
    for rule in (rule for rule in theme.rules if rule.id in fired):
        alone = _engine(replace(theme, rules=(rule,), require=(), exclude=()), ruleset)
        scores[rule.id] = sum(found.score for found in alone.classify(texts, scope))
    return scores


def _engine(theme: Theme, ruleset: Ruleset) -> Engine:
    # Whatever it scores, it is found.
    return Engine((replace(theme, threshold=0.0),), ruleset.mask)
