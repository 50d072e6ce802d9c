"""What the index finds: at least all that the rules find, and whole words."""

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model import Field
from pipeline.rules.query import compile_query
from pipeline.rules.tree import And, Boosted, InField, Near, Node, Not, Or, ScopeIs, Term
from store.fts import index_text, match_expression
from tests import make


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        pytest.param("The AI Act", "the ai act", id="words"),
        pytest.param("規制", "規制 制", id="a run of CJK ends with its last character"),
        pytest.param("法", "法", id="one character"),
        pytest.param("生成AIの規制", "生成 成 ai の規 規制 制", id="mixed scripts"),
        pytest.param("ＡＩ・ロボット", "ai ロボ ボッ ット ト", id="full width and a middle dot"),
        pytest.param("GPT-4, really?", "gpt 4 really", id="punctuation"),
        pytest.param('"; drop" OR NEAR(', "drop or near", id="syntax of FTS5"),
        pytest.param("§ — …", "", id="nothing to index"),
    ],
)
def test_texts_become_words_and_bigrams(text: str, tokens: str) -> None:
    assert index_text(text) == tokens


def _term(text: str, **how: bool) -> Term:
    return Term(text=text, prefix=how.get("prefix", False))


@pytest.mark.parametrize(
    ("node", "expression"),
    [
        pytest.param(_term("AI"), '"ai"', id="word"),
        pytest.param(_term("AI Act"), '"ai act"', id="phrase"),
        pytest.param(_term("govern", prefix=True), '"govern"*', id="beginning of a word"),
        pytest.param(_term("著作権"), '"著作 作権"', id="CJK"),
        pytest.param(_term("法"), '"法"*', id="one character of CJK"),
        pytest.param(_term("AI法"), '"ai 法"*', id="one character behind a word"),
        pytest.param(_term("生成AI"), '"生成 成 ai"', id="word behind CJK"),
        pytest.param(_term('a" OR "b'), '"a or b"', id="quotes stay out"),
        pytest.param(_term("§"), None, id="no letter or digit"),
        pytest.param(
            Term(text="サイバー 規制", slop=3), '("サイ イバ" AND "規制")', id="sloppy phrase"
        ),
        pytest.param(
            _term("マネー"), '("マネ ネー" OR "マネ")', id="long vowel at the end of a run"
        ),
        pytest.param(
            And(children=(_term("ai"), Not(child=_term("art")))), '"ai"', id="NOT is left to rules"
        ),
        pytest.param(
            Or(children=(_term("ai"), ScopeIs(name="jur", value="JP"))), None, id="open alternative"
        ),
        pytest.param(
            Near(left=_term("ai"), right=_term("act"), distance=3), '("ai" AND "act")', id="NEAR"
        ),
        pytest.param(Boosted(child=_term("ai"), boost=2.0), '"ai"', id="boost"),
        pytest.param(
            InField(
                fields=(Field.TITLE,),
                child=Or(
                    children=(
                        _term("ai"),
                        InField(fields=tuple(Field), child=_term("act")),
                    )
                ),
            ),
            '({title} : "ai" OR "act")',
            id="the innermost field counts",
        ),
        pytest.param(Not(child=_term("ai")), None, id="only NOT"),
    ],
)
def test_queries_become_expressions(node: Node, expression: str | None) -> None:
    assert match_expression(node) == expression


@pytest.fixture(scope="module")
def index() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "create virtual table t using fts5 (title, summary, body, content='', tokenize='ascii')"
    )
    yield connection
    connection.close()


def _indexed_finds(index: sqlite3.Connection, texts: dict[Field, str], expression: str) -> bool:
    values = tuple(index_text(texts[name]) for name in Field)
    index.execute("insert into t (rowid, title, summary, body) values (1, ?, ?, ?)", values)
    found = index.execute("select rowid from t where t match ?", (expression,)).fetchall()
    index.execute(
        "insert into t (t, rowid, title, summary, body) values ('delete', 1, ?, ?, ?)", values
    )
    return found == [(1,)]


# Few letters, so that queries hit: spaces, dashes, dots, long vowels, widths, accents, Hangul.
_TEXTS = st.text(alphabet="aAＡ1é\u0301 -・、ー.アマ규法律の\u00ad𠮟ꀀ", max_size=12)
_WORDS = st.text(alphabet="aＡ1é ・ーアマ규法律の.", min_size=1, max_size=4).filter(
    lambda text: index_text(text) != ""
)
_TERMS = st.builds(
    Term, text=_WORDS, prefix=st.booleans(), cased=st.booleans(), slop=st.sampled_from((0, 0, 2))
)
_NODES: st.SearchStrategy[Node] = st.recursive(
    _TERMS,
    lambda nodes: st.one_of(
        st.builds(And, children=st.tuples(nodes, nodes)),
        st.builds(Or, children=st.tuples(nodes, nodes)),
        st.builds(Not, child=nodes),
        st.builds(InField, fields=st.sampled_from(((Field.TITLE,), tuple(Field))), child=nodes),
        st.builds(Near, left=_TERMS, right=_TERMS, distance=st.just(2)),
    ),
    max_leaves=4,
)


@settings(max_examples=400, deadline=None)
@given(title=_TEXTS, summary=_TEXTS, node=_NODES)
def test_the_index_finds_all_that_the_rules_find(
    index: sqlite3.Connection, title: str, summary: str, node: Node
) -> None:
    texts = {Field.TITLE: title, Field.SUMMARY: summary, Field.BODY: ""}
    expression = match_expression(node)
    held = compile_query(node).find(texts, make.scope()) is not None
    assert expression is None or not held or _indexed_finds(index, texts, expression)
