"""The words of a query as their author wrote them: which, in which script, which for nothing."""

import pytest

from pipeline.rules.implied import masks_of
from pipeline.rules.parse import parse_query
from pipeline.rules.redundant import among, list_uses, needless
from pipeline.rules.script import has_cjk, holds_without_cjk
from pipeline.rules.terms import children_of, choices_of, named, same_form, terms_of
from pipeline.rules.tree import Node, Or, Term

LISTS: dict[str, Node] = {
    "ai": parse_query("AI OR 人工知能"),
    "one": parse_query("robot*"),
}


def tree(query: str) -> Node:
    return parse_query(query, lists=LISTS, gate=True)


def names(query: str, **how: bool) -> list[str]:
    return [named(term) for term in terms_of(tree(query), **how)]


def test_the_terms_of_a_query_are_its_own_unless_lists_are_asked_for() -> None:
    query = 'title:($ai AND "AI law"^2) AND (govern* NEAR/2 raw:US) NOT ban'
    assert names(query) == ['"AI law"', "govern*", "raw:US", "ban"]
    assert names(query, denied=False) == ['"AI law"', "govern*", "raw:US"]
    assert names("$ai AND jur:JP", lists=True) == ["AI", "人工知能"]


@pytest.mark.parametrize(
    ("query", "choices"),
    [
        pytest.param("AI", ["AI"], id="the whole rule"),
        pytest.param("AI AND law", [], id="both are needed"),
        pytest.param("AI NEAR/2 law", [], id="both are needed near"),
        pytest.param("AI AND (law OR act)", ["law", "act"], id="one of two"),
        pytest.param("AI NEAR/2 (law OR act)", ["law", "act"], id="one of two near"),
        pytest.param("AI AND lang:ja", ["AI"], id="beside a scope"),
        pytest.param("AI NOT garden", ["AI"], id="beside what is denied"),
        pytest.param("title:(AI OR law)^2", ["AI", "law"], id="in a field"),
        pytest.param("$ai OR law", ["law"], id="lists are not its own"),
        pytest.param("NOT AI", [], id="denied"),
    ],
)
def test_a_choice_is_what_makes_a_query_hold(query: str, choices: list[str]) -> None:
    assert [named(term) for term in choices_of(tree(query))] == choices


@pytest.mark.parametrize(
    "written",
    ["AI", '"AI law"', "raw:US", "govern*", '"a b"~2', '"http://x"', '"say (so)"', "経済版2+2"],
)
def test_a_term_is_named_as_it_could_be_written(written: str) -> None:
    node = parse_query(written)
    assert isinstance(node, Term)
    assert named(node) == written
    assert same_form(node) == same_form(tree_term(named(node)))


def tree_term(query: str) -> Term:
    node = parse_query(query)
    assert isinstance(node, Term)
    return node


def test_spellings_that_find_the_same_have_one_form() -> None:
    assert same_form(tree_term('"ＡＩ‑law"')) == same_form(tree_term('"ai law"'))
    assert same_form(tree_term("raw:AI")) != same_form(tree_term("raw:Ai"))
    assert same_form(tree_term("law*")) != same_form(tree_term("law"))


def test_a_term_and_a_scope_have_no_parts() -> None:
    assert children_of(tree("AI")) == children_of(tree("jur:JP")) == ()


# --- scripts ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("AI", True),
        ("生成AI", False),
        ("AI AND 規制", False),
        ("AI AND (規制 OR law)", True),
        ("AI NEAR/2 규제", False),
        ("AI NEAR/2 law NOT 規制", True),
        ("title:規制^2", False),
        ("$ai AND jur:JP", True),
    ],
)
def test_what_can_hold_without_characters_of_east_asia(query: str, *, holds: bool) -> None:
    assert holds_without_cjk(tree(query)) == holds


def test_a_mixed_term_is_of_the_script_that_has_characters() -> None:
    assert [has_cjk(tree_term(text)) for text in ("AI", "生成AI", "ＡＩ", "ガス")] == [
        False,
        True,
        False,
        True,
    ]


# --- terms for nothing -----------------------------------------------------------------------


def found(query: str, *masked: str) -> list[tuple[str, str, str]]:
    masks = masks_of(masked)
    return [(named(n.term), named(n.by), n.listed) for n in needless(tree(query), masks)]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        pytest.param("規制 OR 規制法", [("規制法", "規制", "")], id="a longer one"),
        pytest.param("govern* OR government", [("government", "govern*", "")], id="an ending"),
        pytest.param("law OR laws", [], id="another word"),
        pytest.param('AI OR "AI law"', [('"AI law"', "AI", "")], id="a phrase"),
        pytest.param("AI OR law OR ai", [("ai", "AI", "")], id="of two the second"),
        pytest.param("規制* OR 規制", [("規制", "規制*", "")], id="of equals the second"),
        pytest.param("規制 OR 規制*", [("規制*", "規制", "")], id="whichever it is"),
        pytest.param("AI OR $ai", [("AI", "AI", "$ai")], id="in a list, before it"),
        pytest.param("$ai OR 人工知能学", [("人工知能学", "人工知能", "$ai")], id="in a list"),
        pytest.param("AI AND (law OR (act OR LAW))", [("LAW", "law", "")], id="in a group"),
        pytest.param("x NEAR/2 (規制 OR 規制法)", [], id="farther away"),
        pytest.param("x NEAR/2 (AI OR Ai)", [("Ai", "AI", "")], id="not farther away"),
        pytest.param("AI^2 OR AI", [], id="worth more"),
        pytest.param("title:AI OR AI", [], id="in another field"),
        pytest.param("$ai", [], id="a list by itself"),
    ],
)
def test_a_term_that_another_one_finds_is_needless(
    query: str, said: list[tuple[str, str, str]]
) -> None:
    assert found(query) == said


def test_what_a_mask_parts_is_needed() -> None:
    assert found("京都 OR 東京都の", "東京都") == []
    assert found("京都 OR 東京都の") == [("東京都の", "京都", "")]


def test_the_entries_of_a_list_are_looked_at_by_themselves() -> None:
    group = tree("AI OR 規制 OR 規制法")
    assert isinstance(group, Or)
    assert [named(n.term) for n in among(group)] == ["規制法"]
    assert list(among(group, near=True)) == []


def test_lists_are_told_with_how_they_are_used() -> None:
    assert list(list_uses(tree("raw:$ai AND (x NEAR/2 ($one OR y)) NOT title:$ai"))) == [
        ("raw:$ai", False),
        ("$one", True),
        ("$ai", False),
    ]
