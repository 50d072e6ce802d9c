"""Two rulesets -> which items they may judge otherwise.

A change of the rules mostly touches a theme or two. Whoever judges a million items again asks
these alone; where they say what they said, so do all themes together.
"""

from collections.abc import Mapping, Set
from dataclasses import replace

from pipeline.model import Field, Scope
from pipeline.rules.engine import Engine
from pipeline.rules.finder import Finder
from pipeline.rules.ruleset import Ruleset
from pipeline.rules.theme import Theme
from pipeline.rules.words import Lexicon, Texts

# Where more of the themes are others, to ask all of them takes no longer.
_MOST_CHANGED = 1 / 4


class Delta:
    """The themes that two rulesets do not share, ready to judge by."""

    def __init__(self, old: Ruleset, new: Ruleset, changed: Set[str]) -> None:
        self._old, self._new = _part(old, changed), _part(new, changed)
        self._displaced = _displaced(old, new, changed)

    def touches(self, texts: Mapping[Field, str], scope: Scope) -> bool:
        """Say whether the rulesets may judge an item otherwise; if not, they say the very same."""
        joined = Texts(texts)
        if self._displaced and self._displaced.hits(joined):
            return True
        # Of what is near only the nearest is told, so that what one theme says may silence others.
        return self._old.said(joined, scope) != self._new.said(joined, scope)


def delta(old: Ruleset, new: Ruleset) -> Delta | None:
    """Compare two rulesets; None where most items would have to be judged by all themes anyway."""
    olds, news = _judging(old), _judging(new)
    shared = [name for name in olds if name in news]
    if old.mask != new.mask or shared != [name for name in news if name in olds]:
        return None
    changed = {name for name in (*olds, *news) if olds.get(name) != news.get(name)}
    return Delta(old, new, changed) if len(changed) <= len(news) * _MOST_CHANGED else None


def _judging(ruleset: Ruleset) -> Mapping[str, Theme]:
    """Return by its id what each theme judges by: no titles, notes and examples."""
    return {
        theme.id: replace(
            theme,
            title={},
            brief="",
            rules=tuple(replace(rule, query="", note="") for rule in theme.rules),
            trials=(),
        )
        for theme in ruleset.themes
    }


def _part(ruleset: Ruleset, themes: Set[str]) -> Engine:
    """Return an engine of some themes, to which words lead as they do among all themes."""
    kept = [theme for theme in ruleset.themes if theme.id in themes]
    return Engine(kept, ruleset.mask, ruleset.engine.leads(themes))


def _displaced(old: Ruleset, new: Ruleset, changed: Set[str]) -> Finder | None:
    """Return what finds the words that lead to other rules of the themes that stayed, if any.

    A word of many rules leads to the first of them alone; with rules of others gone, or added,
    these are not the same.
    """
    stayed = {theme.id for theme in new.themes} - changed
    before, after = old.engine.leads(stayed), new.engine.leads(stayed)
    lexicon = Lexicon()
    for word in before.keys() | after.keys():
        if before.get(word) != after.get(word):
            lexicon.number(word)
    return Finder(lexicon.numbers) if lexicon.words else None
