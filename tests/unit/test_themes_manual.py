"""Every example of docs/themes.md does what it says."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.errors import ConfigError, QueryError
from pipeline.model import Evidence, Field, Scope, Tier, Type
from pipeline.rules.parse import parse_query
from pipeline.rules.query import compile_query
from pipeline.rules.ruleset import read_ruleset, run_tests
from pipeline.rules.shapes import RuleShape, ThemeShape, ThemesShape, TrialShape
from pipeline.rules.shapes import TestsShape as TrialsShape
from pipeline.rules.tree import Or, Term
from pipeline.search import HAS, STATES, parse_search
from pipeline.yamlfile import Shape
from tests import make
from tests.manual import MANUAL, Block, blocks, grammar_block, visible, write

TEXT = MANUAL.read_text(encoding="utf-8")
BLOCKS = blocks(TEXT)
# Of each kind there are at least as many, so that none is passed over unseen.
KINDS = {
    "yaml": 7,
    "try": 29,
    "search": 3,
    "error": 5,
    "wrong": 5,
    "console": 4,
    "sh": 3,
    "ebnf": 1,
}
LISTS = {"ai": Or(children=(Term(text="AI"), Term(text="人工知能")))}
AROUND = re.compile(r"\[([^\]]*)\] ?")


def of_kind(kind: str) -> pytest.MarkDecorator:
    found = [block for block in BLOCKS if block.kind == kind]
    return pytest.mark.parametrize("block", found, ids=str)


def test_every_block_is_of_a_kind_that_is_run() -> None:
    counts = Counter(block.kind for block in BLOCKS)
    assert set(counts) == set(KINDS)
    assert [kind for kind, least in KINDS.items() if counts[kind] < least] == []
    assert 2 * len(BLOCKS) == len(re.findall(r"^\s*(?:```|~~~)", TEXT, re.MULTILINE))


def test_the_grammar_is_the_one_that_reads_queries() -> None:
    assert grammar_block() in TEXT, "run `make manual`"


def test_the_grammar_is_written_where_it_belongs(tmp_path: Path) -> None:
    manual = tmp_path / "themes.md"
    manual.write_text(TEXT.replace("NEAR/", "FAR/"), encoding="utf-8")
    write(manual)
    written = manual.read_text(encoding="utf-8")
    assert grammar_block() in written
    assert written.count("FAR/") == TEXT.replace(grammar_block(), "").count("NEAR/")


def test_a_block_that_never_closes_is_a_fault() -> None:
    with pytest.raises(ValueError, match="line 2 never closes"):
        blocks("text\n```try\nAI\n")


# --- files -----------------------------------------------------------------------------------


@of_kind("yaml")
def test_a_file_loads_and_passes_its_own_tests(block: Block) -> None:
    ruleset = read_ruleset(block.text, "themes.yaml")
    assert run_tests(ruleset) == ()
    for theme in ruleset.themes:
        assert {trial.match for trial in theme.trials} == {True, False}


@of_kind("wrong")
def test_a_wrong_file_is_answered_like_this(block: Block) -> None:
    text, _, told = block.text.partition("\n=\n")
    assert problems(f"{text}\n") == told.splitlines()


def problems(text: str) -> list[str]:
    try:
        return [str(problem) for problem in run_tests(read_ruleset(text, "themes.yaml"))]
    except ConfigError as e:
        return [str(problem) for problem in e.problems]


def test_the_tables_name_every_key() -> None:
    shapes: tuple[type[Shape], ...] = (ThemesShape, ThemeShape, RuleShape, TrialsShape, TrialShape)
    tables = re.findall(r"\| key \| .*?(?=\n\n)", TEXT, re.DOTALL)
    keys = [re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) for table in tables]
    assert [set(row) for row in keys] == [set(shape.model_fields) for shape in shapes]


# --- queries ---------------------------------------------------------------------------------


@of_kind("try")
def test_a_query_finds_these_words_and_no_others(block: Block) -> None:
    query, *lines = examples(block)
    compiled = compile_query(parse_query(query, lists=LISTS))
    for line in lines:
        text, _, words = line[2:].partition(" -> ")
        found = compiled.find(*item(visible(text)))
        assert said(found) == (visible(words) if line[0] == "+" else None), line


def examples(block: Block) -> list[str]:
    query, *lines = block.text.splitlines()
    assert lines
    assert all(line[:2] in {"+ ", "- "} for line in lines)
    return [query, *lines]


def said(found: tuple[Evidence, ...] | None) -> str | None:
    return None if found is None else ", ".join(evidence.text for evidence in found)


def item(text: str) -> tuple[dict[Field, str], Scope]:
    """Read `[title] words [summary] words` or `[jur:JP type:law] words`."""
    first, *rest = AROUND.split(text)
    texts, scopes = {Field.SUMMARY: first} if first else {}, {}
    for around, words in zip(rest[::2], rest[1::2], strict=True):
        if ":" in around:
            scopes = dict(claim.split(":") for claim in around.split())
        texts[Field.SUMMARY if ":" in around else Field(around)] = words.strip()
    return texts, scope(**scopes)


def scope(jur: str = "", lang: str = "", type: str = "other", tier: str = "press") -> Scope:  # noqa: A002
    return Scope(jurisdiction=jur, language=lang, type=Type(type), tier=Tier(tier))


LIMITS: dict[str, Callable[[int], str]] = {
    "characters of a query": "AI".ljust,
    "characters of a word or phrase": lambda n: "a" * n,
    "parentheses inside each other": lambda n: "(" * n + "AI" + ")" * n,
    "NEAR in a query": lambda n: " NEAR/1 ".join(["AI"] * (n + 1)),
    "words between, for NEAR": lambda n: f"AI NEAR/{n} law",
    "words between, for `~`": lambda n: f'"AI law"~{n}',
    "words of a phrase with `~`": lambda n: f'"{"AI " * n}"~1',
    "times that a boost counts": lambda n: f"AI^{n}",
    "words of a query with its lists": lambda n: " OR ".join(
        ["$k"] * (n // 1000) + ["b"] * (n % 1000)
    ),
}
K = {"k": Or(children=tuple(Term(text=f"a{i}") for i in range(1000)))}


def test_the_table_of_limits_is_exact() -> None:
    (table,) = re.findall(r"\| what \| at most \|\n.*?(?=\n\n)", TEXT, re.DOTALL)
    limits = dict(re.findall(r"^\| (.+?) \| (\d+) \|", table, re.MULTILINE))
    assert limits.keys() == LIMITS.keys()
    for name, limit in limits.items():
        assert parse_query(LIMITS[name](int(limit)), lists=K)
        with pytest.raises(QueryError):
            parse_query(LIMITS[name](int(limit) + 1), lists=K)


def test_closed_sets_are_named_whole() -> None:
    words = " ".join(TEXT.split())
    assert f"a type ({', '.join(Type)})" in words
    for names in (Tier, STATES, HAS):
        *first, last = names
        assert f"{', '.join(first)} or {last}" in words


def pairs(block: Block) -> Iterator[tuple[str, str]]:
    for pair in block.text.split("\n\n"):
        query, answer = pair.split("\n")
        yield query, answer


@of_kind("error")
def test_a_mistake_is_answered_like_this(block: Block) -> None:
    for query, answer in pairs(block):
        with pytest.raises(QueryError) as caught:
            parse_query(query, lists=LISTS)
        assert answer == f"{caught.value.position + 1}: {caught.value.message}", query


@of_kind("search")
def test_a_search_is_read_like_this(block: Block) -> None:
    for query, answer in pairs(block):
        try:
            told = f"= {parse_search(query, now=make.NOW).reading}"
        except QueryError as e:
            told = f"! {e.position + 1}: {e.message}"
        assert told == answer, query
