"""The shapes of themes.yaml -> themes with their queries read, or every problem in them."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.errors import QueryError
from pipeline.fold import fold
from pipeline.rules.implied import NO_MASKS, Masks, masks_of
from pipeline.rules.lists import reading_order
from pipeline.rules.parse import parse_query
from pipeline.rules.sense import senseless
from pipeline.rules.shapes import RuleShape, ThemeShape, ThemesShape
from pipeline.rules.theme import Asked, Rule, Theme, Trial
from pipeline.rules.tree import Node, Or, ScopeIs, Term
from pipeline.yamlfile import Value, Where, YamlFile

_NAME = re.compile(r"[\w-]+")
# What makes an entry of a list a query; without it, words with spaces between are a phrase.
_QUERY = re.compile(r'["()$:「“]|[\^~]\d|(^|\s)(AND|OR|NOT|O?NEAR/\d+)(\s|$)')
# What a mask would look for as it stands there, and so never find.
_NO_WORDS = re.compile(r'^["“„「『«]|\*$|^\$[\w-]+$|(^|\s)(AND|OR|NOT|O?NEAR/\d+)(\s|$)')
# Stands for a query that could not be read, so that what uses it is not reported too.
_UNREAD = Term(text="unread")


@dataclass(slots=True)
class Loader:
    """Reads the queries of one file; problems go into the file's.

    What can never count is one of them where it is to be proved.
    """

    file: YamlFile
    prove: bool = True
    lists: dict[str, Node] = field(default_factory=dict)
    _masks: Masks = NO_MASKS

    def themes(self, shape: ThemesShape) -> tuple[Theme, ...]:
        """Return the themes in the order of the file."""
        # A list serves every theme, whatever that one masks.
        self._masks = masks_of(shape.mask, *(theme.mask for theme in shape.themes))
        self._read_lists(shape.lists)
        self._check_masks(shape.mask, ("mask",))
        self._check_unique(
            ((t.id, ("themes", i, "id")) for i, t in enumerate(shape.themes)), "theme"
        )
        themes = []
        for i, theme in enumerate(shape.themes):
            self._masks = masks_of(shape.mask, theme.mask)
            themes.append(self._theme(theme, ("themes", i)))
        if self.prove and not self.file.problems:
            self._check_sense(themes, shape.mask)
        return tuple(themes)

    def check_queries(self) -> None:
        """Report what is wrong with the queries of a file whose keys are wrong already."""
        root = self.file.value
        holders = [root, *(theme for _, theme in _entries(root, "themes"))]
        self._masks = masks_of(*([_query_of(m) for _, m in _entries(h, "mask")] for h in holders))
        lists = root.get("lists", "") if isinstance(root, dict) else ""
        names = lists if isinstance(lists, dict) else ()
        self._read_lists({name: [_query_of(e) for _, e in _entries(lists, name)] for name in names})
        for i, theme in _entries(root, "themes"):
            for key in ("rules", "require", "exclude"):
                for j, entry in _entries(theme, key):
                    if query := _query_of(entry):
                        self._query(query, ("themes", i, key, j, "q"), gate=key != "rules")

    def _read_lists(self, lists: Mapping[str, Sequence[str]]) -> None:
        order, rings = reading_order(lists)
        for ring in rings:
            shown = " -> ".join(f"${name}" for name in ring)
            message = f"list '{ring[0]}' contains itself: {shown}; take one of them out"
            self.file.problems.append(self.file.problem(("lists", ring[0]), message))
            self.lists.update(dict.fromkeys(ring, _UNREAD))
        for name in order:
            self._read_list(name, lists[name])

    def _read_list(self, name: str, entries: Sequence[str]) -> None:
        where: Where = ("lists", name)
        if not _NAME.fullmatch(name):
            message = f"list '{name}': a name has letters, digits, - and _ alone"
            self.file.problems.append(self.file.problem(where, message))
        nodes = [self._entry(entry, (*where, i)) for i, entry in enumerate(entries)]
        if not nodes:
            self.file.problems.append(self.file.problem(where, f"list '{name}' is empty"))
        made = nodes[0] if len(nodes) == 1 else Or(children=tuple(nodes or [_UNREAD]))
        # A list that contains itself stays unread.
        self.lists.setdefault(name, made)

    def _entry(self, entry: str, where: Where) -> Node:
        plain = unicodedata.normalize("NFKC", entry)
        if len(plain.split()) < 2 or _QUERY.search(plain):
            return self._query(entry, where)
        return self._query(f'"{entry}"', where, shift=1)

    def _theme(self, shape: ThemeShape, where: Where) -> Theme:
        ids = [rule.id or f"r{i + 1}" for i, rule in enumerate(shape.rules)]
        places = ((id_, (*where, "rules", i, "id")) for i, id_ in enumerate(ids))
        self._check_unique(places, "rule")
        self._check_masks(shape.mask, (*where, "mask"))
        rules = enumerate(zip(ids, shape.rules, strict=True))
        return Theme(
            id=shape.id,
            title=shape.title,
            brief=shape.brief,
            threshold=shape.threshold,
            require=self._asked(shape.require, (*where, "require")),
            rules=tuple(self._rule(id_, rule, (*where, "rules", i)) for i, (id_, rule) in rules),
            exclude=self._asked(shape.exclude, (*where, "exclude")),
            mask=shape.mask,
            trials=tuple(self._trials(shape, where)),
        )

    def _rule(self, id_: str, shape: RuleShape, where: Where) -> Rule:
        return Rule(
            id=id_,
            query=shape.q,
            tree=self._query(shape.q, (*where, "q"), gate=False),
            weight=shape.weight,
            note=shape.note,
            only=self._scopes(shape.only, (*where, "only")),
            never=self._scopes(shape.never, (*where, "never")),
        )

    def _asked(self, queries: Iterable[str], where: Where) -> tuple[Asked, ...]:
        return tuple(
            Asked(query=query, tree=self._query(query, (*where, i), gate=True))
            for i, query in enumerate(queries)
        )

    def _trials(self, shape: ThemeShape, where: Where) -> Iterator[Trial]:
        for key, trials in (("match", shape.tests.match), ("no_match", shape.tests.no_match)):
            for i, trial in enumerate(trials):
                yield Trial(
                    texts=trial.texts(),
                    scope=trial.scope(),
                    match=key == "match",
                    place=self.file.place((*where, "tests", key, i)),
                )

    def _scopes(self, claims: Iterable[str], where: Where) -> tuple[ScopeIs, ...]:
        nodes = [self._query(c, (*where, i), gate=True) for i, c in enumerate(claims)]
        for i, node in enumerate(nodes):
            if not isinstance(node, ScopeIs) and node is not _UNREAD:
                message = f"'{where[-1]}' takes scopes such as jur:JP or tier:official"
                self.file.problems.append(self.file.entry_problem((*where, i), message))
        return tuple(node for node in nodes if isinstance(node, ScopeIs))

    def _query(self, text: str, where: Where, *, gate: bool = False, shift: int = 0) -> Node:
        try:
            masks = self._masks if self.prove else None
            return parse_query(text, lists=self.lists, gate=gate, masks=masks)
        except QueryError as e:
            written = text[shift : len(text) - shift]
            self._report(where, e.message, written, max(e.position - shift, 0))
            return _UNREAD

    def _report(self, where: Where, message: str, text: str, position: int) -> None:
        """Report a problem at its place inside a text, wherever that stands as it is read."""
        problem = self.file.entry_problem(where, message)
        line, column = self.file.place_in(where, text, position)
        problem = replace(problem, line=line, column=column)
        if "for a phrase" in message and self.file.quotes(where, text):
            told = f"{problem.message}; the quotation marks here are YAML's: write '\"{text}\"'"
            problem = replace(problem, message=told)
        self.file.problems.append(problem)

    def _check_sense(self, themes: Iterable[Theme], mask: Sequence[str]) -> None:
        for i, theme in enumerate(themes):
            for where, message in senseless(theme, masks_of(mask, theme.mask)):
                self.file.problems.append(self.file.entry_problem(("themes", i, *where), message))

    def _check_unique(self, places: Iterable[tuple[str, Where]], noun: str) -> None:
        seen: dict[str, Where] = {}
        for id_, where in places:
            if id_ in seen:
                first = self.file.place(seen[id_])[0]
                message = f"{noun} id '{id_}' stands twice (first in line {first})"
                self.file.problems.append(self.file.entry_problem(where, message))
            seen.setdefault(id_, where)

    def _check_masks(self, masks: Iterable[str], where: Where) -> None:
        problem = self.file.entry_problem if len(where) > 1 else self.file.problem
        for i, mask in enumerate(masks):
            trouble = _mask_trouble(mask)
            if trouble:
                self.file.problems.append(problem((*where, i), f"mask '{mask}' {trouble}"))


def _mask_trouble(mask: str) -> str:
    if not any(map(str.isalnum, fold(mask))):
        return "has no letter or digit to find"
    if _NO_WORDS.search(unicodedata.normalize("NFKC", mask)):
        return "takes words alone: no quotation marks, no *, no list, no operator"
    return ""


def _query_of(entry: Value) -> str:
    query = entry.get("q", "") if isinstance(entry, dict) else entry
    return query if isinstance(query, str) else ""


def _entries(value: Value, key: str) -> Iterator[tuple[int, Value]]:
    """Yield the entries of a list under a key, or the one text; nothing of anything else."""
    entries = value.get(key) if isinstance(value, dict) else None
    if isinstance(entries, list):
        yield from enumerate(entries)
    elif isinstance(entries, str):
        yield 0, entries
