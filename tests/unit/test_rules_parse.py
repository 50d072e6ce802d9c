"""Promises of the query language: what can be said, and what a mistake is answered with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import QueryError
from pipeline.model import Field
from pipeline.rules.parse import parse_query
from pipeline.rules.tree import And, Boosted, InField, Near, Node, Not, Or, ScopeIs, Term
from pipeline.rules.write import write

AI = Or(children=(Term(text="AI"), Term(text="人工知能")))
LISTS: dict[str, Node] = {"ai": AI, "one": Term(text="robot")}


def term(text: str, position: int = 0, **more: object) -> Term:
    return Term(text=text, position=position, **more)  # type: ignore[arg-type]


def both(*children: Node) -> And:
    return And(children=children)


def either(*children: Node, name: str = "") -> Or:
    return Or(children=children, name=name)


def scope(name: str, value: str, position: int) -> ScopeIs:
    return ScopeIs(name=name, value=value, position=position)


A = term("a")
NEAR = Near(left=A, right=term("b", 9), distance=5, position=2)
ONEAR = Near(left=A, right=term("b", 10), distance=0, ordered=True, position=2)
TITLE = (Field.TITLE,)
FULL_WIDTH = "ＡＩ　ＡＮＤ　（規制　ＯＲ　「個人情報」）"


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        pytest.param("AI", term("AI"), id="word"),
        pytest.param("GPT-4", term("GPT-4"), id="folds to a phrase"),
        pytest.param("govern*", term("govern", prefix=True), id="prefix"),
        pytest.param('"AI  law"', term("AI law", quoted=True), id="phrase"),
        pytest.param('"AI regul*"', term("AI regul", quoted=True, prefix=True), id="phrase*"),
        pytest.param('"a b"~3', term("a b", quoted=True, slop=3), id="sloppy"),
        pytest.param("raw:US", term("US", 4, cased=True), id="raw"),
        pytest.param("a AND b AND c", both(A, term("b", 6), term("c", 12)), id="and"),
        pytest.param("a AND (b AND c)", both(A, term("b", 7), term("c", 13)), id="flat"),
        pytest.param("a NOT b", both(A, Not(child=term("b", 6), position=2)), id="without"),
        pytest.param("a AND NOT b", both(A, Not(child=term("b", 10), position=6)), id="and not"),
        pytest.param("a OR b AND c", either(A, both(term("b", 5), term("c", 11))), id="binding"),
        pytest.param("a NEAR/5 b", NEAR, id="near"),
        pytest.param("a ONEAR/0 b", ONEAR, id="onear"),
        pytest.param("title:a", InField(fields=TITLE, child=term("a", 6)), id="field"),
        pytest.param(
            "text:raw:a",
            InField(fields=tuple(Field), child=term("a", 9, cased=True)),
            id="text and raw",
        ),
        pytest.param("a^2", Boosted(child=A, boost=2.0), id="boost"),
        pytest.param(
            "(a AND jur:JP)^1.5",
            Boosted(child=both(term("a", 1), scope("jur", "JP", 7)), boost=1.5),
            id="boosted group",
        ),
        pytest.param('a AND group:"b c"', both(A, scope("group", "b c", 6)), id="quoted scope"),
        pytest.param("a AND TYPE", both(A, term("TYPE", 6)), id="no scope"),
        pytest.param(
            "a AND tier:Press", both(A, scope("tier", "press", 6)), id="value in any case"
        ),
        pytest.param("$ai", either(*AI.children, name="$ai"), id="list"),
        pytest.param("$one", either(term("robot"), name="$one"), id="list of one"),
        pytest.param(
            "$ai OR b",
            either(either(*AI.children, name="$ai"), term("b", 7)),
            id="a list stays whole",
        ),
        pytest.param(
            FULL_WIDTH,
            both(term("AI"), either(term("規制", 8), term("個人情報", 14, quoted=True))),
            id="full width",
        ),
        pytest.param("“a b” AND c", both(term("a b", quoted=True), term("c", 10)), id="curly"),
        pytest.param('「a " b」', term("a b", quoted=True), id="another quotation mark inside"),
        pytest.param(
            'NOT"x" AND ANDROID',
            both(Not(child=term("x", 3, quoted=True)), term("ANDROID", 11)),
            id="operators end at signs",
        ),
    ],
)
def test_read(query: str, tree: Node) -> None:
    assert parse_query(query, lists=LISTS) == tree


def test_raw_reaches_into_a_group() -> None:
    tree = parse_query("raw:(a AND title:b AND jur:JP AND c NEAR/2 d NOT e)")
    assert write(tree) == "raw:a AND title:raw:b AND jur:JP AND raw:c NEAR/2 raw:d AND NOT raw:e"


@pytest.mark.parametrize(
    ("query", "position", "words"),
    [
        pytest.param(
            "machine learning",
            8,
            'two words side by side; write "machine learning"',
            id="side by side",
        ),
        pytest.param(
            'ai "b c"', 3, "'ai' and '\"b c\"' side by side: write AND or OR", id="word and phrase"
        ),
        pytest.param("(a) (b)", 4, "')' and '(' side by side", id="groups"),
        pytest.param("ai and law", 3, "operators are upper case, write AND", id="small and"),
        pytest.param("not ai", 0, "operators are upper case, write NOT", id="small not"),
        pytest.param("ai near/3 law", 3, "upper case, write NEAR/3", id="small near"),
        pytest.param("ai Near law", 3, "upper case, write NEAR/5", id="small near, no number"),
        pytest.param("a AND^2 b", 2, "AND: no sign behind it", id="boosted operator"),
        pytest.param("a NEAR b", 2, "NEAR needs a distance, such as NEAR/5", id="no number"),
        pytest.param("a ONEAR/ b", 2, "ONEAR needs a distance, such as ONEAR/5", id="no digits"),
        pytest.param("a AND NEAR", 6, "NEAR needs a distance, such as NEAR/5", id="lone near"),
        pytest.param("(a", 0, "opens here and never closes", id="parenthesis open"),
        pytest.param("a)", 1, "closes nothing", id="parenthesis closed"),
        pytest.param(
            'a AND "b', 6, "a quotation mark opens here and never closes", id="quote open"
        ),
        pytest.param("a」", 1, "never opened", id="quote closed"),
        pytest.param("a AND 法", 6, "one character of this script", id="one character"),
        pytest.param("ab*", 0, "at least 3 letters before *", id="short prefix"),
        pytest.param("gov*ment", 0, "* stands at the end", id="star inside"),
        pytest.param('"a *"', 0, "no space before *", id="star alone in a phrase"),
        pytest.param("*", 0, "would find everything", id="lone star"),
        pytest.param('""', 0, "nothing between the quotation marks", id="empty phrase"),
        pytest.param("a NOT b^2", 2, "^ under NOT", id="boost on NOT"),
        pytest.param("a NOT (b AND title:(c^2 OR d))", 2, "^ under NOT", id="boost far under NOT"),
        pytest.param("a AND (NOT b)^2", 13, "what need not be there", id="boosted NOT"),
        pytest.param("a AND jur:JP^2", 12, "^2 on a scope", id="boosted scope"),
        pytest.param("a^2^3", 3, "one ^ is enough", id="two boosts"),
        pytest.param("a^0", 1, "a boost is above 0", id="no boost"),
        pytest.param("^2 a", 0, "stands behind a unit", id="boost before"),
        pytest.param("a NEAR/3 NOT b", 9, "NOT beside NEAR", id="near not"),
        pytest.param("a NEAR/3 jur:JP", 9, "a scope beside NEAR", id="near scope"),
        pytest.param("a NEAR/3 title:b", 9, "a field beside NEAR", id="near field"),
        pytest.param("title:a NEAR/3 b", 6, "a field beside NEAR", id="field near"),
        pytest.param(
            "(a NEAR/2 b) NEAR/3 (c AND d)", 21, "AND beside NEAR", id="near and, on the right"
        ),
        pytest.param("title:(a NEAR/2 b) NEAR/3 c", 7, "a field beside NEAR", id="field of near"),
        pytest.param("a NEAR/3 (b AND c)", 10, "AND beside NEAR", id="near and"),
        pytest.param("a NEAR/3 b^2", 9, "^ beside NEAR", id="near boost"),
        pytest.param("a NEAR/3 (b OR (c NOT d))", 10, "a group with AND", id="near group"),
        pytest.param("a NEAR/101 b", 2, "at most NEAR/100", id="far"),
        pytest.param(f"a NEAR/{'9' * 5000} b", 2, "at most NEAR/100", id="farther than numbers"),
        pytest.param("a OR NOT b", 5, "each side of OR needs", id="or not"),
        pytest.param("a AND (b OR jur:JP)", 12, "each side of OR needs", id="or scope"),
        pytest.param(
            "title:(a OR (b AND (c OR NOT d)))^2",
            25,
            "each side of OR needs",
            id="or not, far inside",
        ),
        pytest.param("NOT a", 0, "needs a word that must be there", id="bare not"),
        pytest.param("jur:JP AND NOT a", 0, "needs a word that must be there", id="bare scope"),
        pytest.param("jur:JP OR jur:US", 0, "needs a word that must be there", id="bare scopes"),
        pytest.param("titel:a", 0, "did you mean 'title'?", id="unknown name"),
        pytest.param("http://gov.example/", 0, "put text with a colon in quotes", id="address"),
        pytest.param("a AND since:7d", 6, "since: is for searches", id="filter in a rule"),
        pytest.param("jur: AND a", 0, "needs a value right behind the colon", id="empty scope"),
        pytest.param("a AND type:lawx", 6, "did you mean 'law'?", id="unknown type"),
        pytest.param("a AND tier:x", 6, "one of official, research, press", id="unknown tier"),
        pytest.param("a AND lang:english", 6, "lang:english is no language", id="language"),
        pytest.param("a AND NOT a", 6, "this never holds: NOT a shuts out a", id="contradiction"),
        pytest.param(
            "title:(a AND b) AND (c OR d) NOT a", 29, "NOT a shuts out title:a", id="far apart"
        ),
        pytest.param(
            "(a OR b) NOT (b OR a OR c)",
            9,
            "NOT (b OR a OR c) shuts out a OR b",
            id="every branch shut out",
        ),
        pytest.param("$ai AND b NOT $ai", 10, "NOT $ai shuts out $ai", id="a whole list"),
        pytest.param("a OR (b AND c NOT c)", 14, "NOT c shuts out c", id="one branch"),
        pytest.param("a AND b NOT (a AND b)", 8, "shuts out what stands beside it", id="together"),
        pytest.param("a NOT (b NOT b)", 9, "NOT b shuts out b", id="under NOT"),
        pytest.param(
            "a AND jur:JP AND jur:US",
            17,
            "one jurisdiction, not both jur:JP and jur:US: join them by OR",
            id="two places",
        ),
        pytest.param(
            "title:a AND (tier:press OR tier:research) AND tier:official",
            46,
            "an item has one tier",
            id="a field and tiers that are apart",
        ),
        pytest.param(
            "a AND (jur:JP OR jur:EU) AND (jur:US OR jur:GB)",
            30,
            "not both (jur:JP OR jur:EU) and (jur:US OR jur:GB)",
            id="two sets of places",
        ),
        pytest.param("a AND jur:US-CA NOT jur:US", 16, "NOT jur:US shuts out", id="a part of it"),
        pytest.param("$aii", 0, "did you mean 'ai'?", id="unknown list"),
        pytest.param("$100", 0, "put the text in quotes", id="price"),
        pytest.param("", 0, "the query is empty", id="empty"),
        pytest.param(" \n", 0, "the query is empty", id="blank"),
        pytest.param("AND a", 0, "'AND' needs something on its left", id="first"),
        pytest.param("a OR", 2, "'OR' needs something on its right", id="last"),
        pytest.param("(a OR)", 5, "'OR' needs something on its right", id="last in a group"),
        pytest.param("a AND OR b", 6, "'AND' directly before 'OR'", id="two operators"),
        pytest.param("a AND ()", 7, "nothing between the parentheses", id="empty group"),
        pytest.param("NOT NOT a", 4, "NOT stands twice", id="double not"),
        pytest.param("title:title:a", 6, "behind a field", id="two fields"),
        pytest.param("raw:title:a", 4, "behind raw", id="raw before field"),
        pytest.param(
            "title:(a OR (b NOT body:c))", 0, "a field inside title:", id="field in field"
        ),
        pytest.param("title:(body:c^2)", 0, "a field inside title:", id="boosted field in field"),
        pytest.param("a~3", 1, "behind a phrase in quotes alone", id="sloppy word"),
        pytest.param('"a"~3', 0, "a phrase of 2 to 8 words", id="sloppy phrase of one"),
        pytest.param('"a b"~0', 0, "at least 1", id="sloppy by nothing"),
        pytest.param('"a 法"~2', 0, "one character", id="sloppy character"),
        pytest.param("10:30", 2, "no name before it", id="colon"),
        pytest.param("a^", 1, "needs a number", id="boost without a number"),
        pytest.param('"a b"~', 5, "needs a whole number", id="slop without a number"),
        pytest.param("a AND -b", 6, "write NOT b", id="minus"),
        pytest.param("+b", 0, "write b", id="plus"),
        pytest.param("a, OR b", 0, "write OR between words instead of a comma", id="comma"),
        pytest.param("a && b", 2, "side by side", id="ampersands"),
        pytest.param("&&", 0, "no letter or digit", id="signs"),
        pytest.param("x" * 201, 0, "more than 200 characters", id="long term"),
        pytest.param("(" * 21 + "a" + ")" * 21, 20, "more than 20 deep", id="deep"),
        pytest.param(" NEAR/1 ".join("a" * 22), 182, "more than 20 NEAR", id="many near"),
        pytest.param("x" * 20_001, 20_000, "longer than 20000", id="long"),
        pytest.param(
            "Ｇ法 AND　法", 7, "one character", id="places are those of the text as written"
        ),
    ],
)
def test_a_mistake_is_answered_at_its_place(query: str, position: int, words: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse_query(query, lists=LISTS)
    assert words in caught.value.message
    assert caught.value.position == position


def test_a_list_may_be_too_long_for_one_query() -> None:
    long = Or(children=tuple(Term(text=f"word{i}") for i in range(3000)))
    with pytest.raises(QueryError, match="6000 terms with its lists: at most 5000"):
        parse_query("$long OR $long", lists={"long": long})


def test_lists_inside_lists_end_somewhere() -> None:
    deep: Node = Term(text="a")
    for _ in range(121):
        deep = InField(fields=tuple(Field), child=deep)
    with pytest.raises(QueryError, match="too deep"):
        parse_query("$deep", lists={"deep": deep})


@pytest.mark.parametrize(
    ("query", "read"),
    [
        pytest.param("ai regulation", "ai AND regulation", id="words"),
        pytest.param("a b OR c", "a AND b OR c", id="and binds closer"),
        pytest.param('AI, "b c" (d OR e)', 'AI AND "b c" AND (d OR e)', id="units"),
        pytest.param("a NOT b", "a AND NOT b", id="without"),
        pytest.param("NOT a", "NOT a", id="bare not"),
        pytest.param("theme:x since:7d", "theme:x AND since:7d", id="filters"),
    ],
)
def test_a_search_joins_words_side_by_side(query: str, read: str) -> None:
    assert write(parse_query(query, search=True)) == read


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("a OR NOT a", "this holds for every item"),
        ("(jur:JP OR NOT jur:JP OR b)^2", "^2 on what need not be there"),
        ("title:(a OR b OR NOT a)", "this holds for every item"),
        ("a AND (NOT b OR jur:JP) AND NOT a", "this never holds: NOT a shuts out a"),
    ],
)
def test_a_gate_is_neither_always_open_nor_always_shut(query: str, words: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse_query(query, gate=True)
    assert words in caught.value.message


def test_a_mask_may_make_sense_of_what_has_none_otherwise() -> None:
    query, masks = "東京都知事 NOT 京都", frozenset({"東京都"})
    assert write(parse_query(query, masks=masks)) == "東京都知事 AND NOT 京都"
    with pytest.raises(QueryError, match="NOT 京都 shuts out 東京都知事"):
        parse_query(query)


@pytest.mark.parametrize("query", ["a NOT a", "jur:JP jur:US", "a OR NOT a"])
def test_a_search_may_find_nothing_or_everything(query: str) -> None:
    assert parse_query(query, search=True)


@pytest.mark.parametrize("query", ["jur:JP OR lang:ja", "NOT a", "a OR tier:official"])
def test_a_gate_needs_no_word(query: str) -> None:
    assert write(parse_query(query, gate=True)) == query


@pytest.mark.parametrize(
    "query",
    [
        "a AND (b OR c) AND NOT (d AND e)",
        "(a AND b)^2 OR title:(c OR d)^3",
        "text:(a NEAR/3 b)",
        "a NEAR/1 b ONEAR/2 c",
        "a NEAR/1 (b NEAR/2 c) NEAR/3 (d OR e)",
        'title:raw:US^2 AND raw:"a b*"',
        '"a b"~3 AND $ai',
        'a AND group:"a (b)" AND NOT jur:JP',
        "NOT (a NEAR/2 b) AND c",
        "raw:$ai AND b",
    ],
)
def test_written_queries_read_back(query: str) -> None:
    assert write(parse_query(query, lists=LISTS)) == query


FRAGMENTS = (
    'AI 規制 AND OR NOT NEAR/3 ( ) " 「 」 ^2 ~3 title: raw: jur:JP since:7d * regul* $ai '
    ': ^ ~ - a 法 ＡＮＤ ﾃﾞ "a\u3000b"~2'
)
pieces = st.lists(st.sampled_from(FRAGMENTS.split(" ")), max_size=9)
queries = st.one_of(st.text(), pieces.map(" ".join), pieces.map("".join))


@given(queries, st.booleans())
def test_any_text_is_a_query_or_an_error_inside_it(query: str, search: bool) -> None:
    tree = read_or_place(query, search=search)
    if isinstance(tree, int):
        assert 0 <= tree <= len(query)
    else:
        written = write(tree)
        assert write(parse_query(written, lists=LISTS, search=search)) == written


def read_or_place(query: str, *, search: bool) -> Node | int:
    try:
        return parse_query(query, lists=LISTS, search=search)
    except QueryError as e:
        return e.position
