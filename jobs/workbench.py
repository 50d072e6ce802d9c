"""What rules do on the items that are stored: the trials before a change is trusted."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from jobs.deployment import Deployment
from jobs.feedback import BY_HAND
from pipeline.classify import scope_of
from pipeline.forecast import Coverage
from pipeline.lint import terms_in
from pipeline.model import Field, Item, Match, Scope, Source, Verdict
from pipeline.records import StoredItem
from pipeline.rules.alone import query_alone
from pipeline.rules.parts import Nothing, Parts
from pipeline.rules.ruleset import Ruleset
from pipeline.rules.tree import Node
from pipeline.search import Search
from pipeline.survey import Survey, Usage

_ALL = 2**62
_STEP = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A stored item that a query finds: its score and words, and the themes that apply to it."""

    stored: StoredItem
    match: Match
    themes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What a query finds; `shown` are the newest hits, the counts are over all of them.

    `nothing` says why there is none.
    """

    coverage: Coverage
    shown: tuple[Hit, ...]
    hits: int
    a_day: float
    without_theme: int
    sources: Mapping[str, int]
    languages: Mapping[str, int]
    nothing: Nothing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """The items of the last days of a deployment, looked at as often as is asked.

    `on_progress` is told of every so many items how many they were.
    """

    deployment: Deployment
    coverage: Coverage
    on_progress: Callable[[int], None]
    sources: Mapping[str, Source] = field(repr=False)

    @property
    def ruleset(self) -> Ruleset:
        """Return the rules as they stand in the file."""
        return self.deployment.configuration.ruleset

    def items(self, tree: Node | None = None) -> Iterator[tuple[StoredItem, Scope]]:
        """Yield the items that a query might find, newest first, and where each comes from."""
        wanted = Search(tree=tree, since=self.coverage.since)
        for number, stored in enumerate(self.deployment.store.search(wanted, limit=_ALL), start=1):
            if number % _STEP == 0:
                self.on_progress(_STEP)
            yield stored, full_scope(stored.item, self.sources)


def bench(
    deployment: Deployment, days: int, on_progress: Callable[[int], None] | None = None
) -> Bench:
    """Return the items of the last days; one without a date counts by when it was first seen."""
    until = deployment.now()
    since = until - timedelta(days=days)
    return Bench(
        deployment=deployment,
        coverage=Coverage(since=since, until=until, spans=deployment.store.spans(since)),
        on_progress=on_progress or (lambda _: None),
        sources=deployment.sources,
    )


def try_query(on: Bench, query: str, *, limit: int) -> Attempt:
    """Run a query as a rule; raise QueryError as a rule would."""
    tree, engine = query_alone(query, on.ruleset)
    tally = _Tally(on.coverage, limit)
    for stored, scope in on.items(tree):
        for match in engine.classify(texts_of(stored.item), scope):
            if match.verdict is Verdict.APPLIES:
                themes = _themes(on.ruleset, stored.item, scope)
                tally.count(Hit(stored=stored, match=match, themes=themes), scope)
    attempt = tally.attempt()
    return attempt if attempt.hits else replace(attempt, nothing=_nothing(on, tree))


def survey(on: Bench) -> Usage:
    """Count what each theme, rule and term does on the items."""
    counting = Survey(on.ruleset, terms_in(on.ruleset))
    for stored, scope in on.items():
        counting.look(texts_of(stored.item), scope, on.coverage.share(stored))
    return counting.usage()


def full_scope(item: Item, sources: Mapping[str, Source]) -> Scope:
    """Return where an item comes from, as the configuration says it today."""
    return scope_of(item, sources.get(item.source_id) or replace(BY_HAND, id=item.source_id))


def texts_of(item: Item) -> Mapping[Field, str]:
    """Return the texts of an item as they are stored."""
    return {name: item.text(name) for name in Field}


class _Tally:
    """Counts hits, and keeps the first few."""

    def __init__(self, coverage: Coverage, limit: int) -> None:
        self._coverage = coverage
        self._limit = limit
        self._shown: list[Hit] = []
        self._sources: Counter[str] = Counter()
        self._languages: Counter[str] = Counter()
        self._a_day = 0.0
        self._without_theme = 0

    def count(self, hit: Hit, scope: Scope) -> None:
        if len(self._shown) < self._limit:
            self._shown.append(hit)
        self._sources[scope.source] += 1
        self._languages[scope.language] += 1
        self._without_theme += not hit.themes
        self._a_day += self._coverage.share(hit.stored)

    def attempt(self) -> Attempt:
        return Attempt(
            coverage=self._coverage,
            shown=tuple(self._shown),
            hits=self._sources.total(),
            a_day=self._a_day,
            without_theme=self._without_theme,
            sources=dict(self._sources.most_common()),
            languages=dict(self._languages.most_common()),
        )


def _themes(ruleset: Ruleset, item: Item, scope: Scope) -> tuple[str, ...]:
    matches = ruleset.classify(texts_of(item), scope)
    return tuple(match.theme for match in matches if match.verdict is Verdict.APPLIES)


def _nothing(on: Bench, tree: Node) -> Nothing:
    parts = Parts(tree, on.ruleset.mask)
    for stored, scope in on.items():
        parts.look(texts_of(stored.item), scope)
    return parts.nothing()
