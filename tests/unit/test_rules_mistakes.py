"""Every kind of mistake in themes.yaml has one clear message at its place."""

import pytest

from pipeline.errors import ConfigError
from pipeline.rules.ruleset import read_ruleset


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read_ruleset(text, "themes.yaml")
    return str(caught.value).removeprefix("themes.yaml:").split("\nthemes.yaml:")


def rule(query: str, head: str = "lists: {ai: [AI]}") -> str:
    return f"{head}\nthemes:\n  - {{id: t, title: T, rules: [{query}]}}\n"


SIDE_BY_SIDE = 'two words side by side; write "{0}" for a phrase, or AND or OR between them'
UNKNOWN_LIST = "unknown list {0}: lists are named under 'lists:', or put the text in quotes"
EVERY_PROBLEM = [
    "3:3: list 'bad name': a name has letters, digits, - and _ alone",
    "4:3: list 'empty' is empty",
    "5:11: '(' opens here and never closes",
    "5:19: 'a b': " + SIDE_BY_SIDE.format("a b"),
    "6:8: mask '…' has no letter or digit to find",
    "10:12: theme 1 (law): mask '--' has no letter or digit to find",
    "11:15: theme 1 (law): " + UNKNOWN_LIST.format("$none"),
    "13:12: theme 1 (law): 'AI law': " + SIDE_BY_SIDE.format("AI law"),
    "14:28: theme 1 (law): 'AND' directly before 'OR': something is missing between them",
    "14:37: theme 1 (law): 'only' takes scopes such as jur:JP or tier:official",
    "14:64: theme 1 (law): unknown tier 'x': one of official, research, press",
    "15:9: theme 1 (law): rule id 'x' stands twice (first in line 14)",
    "18:15: theme 1 (law): NOT stands twice",
    "20:16: theme 1 (law): '(' opens here and never closes",
    "21:6: theme 2 (law): theme id 'law' stands twice (first in line 8)",
    "21:37: theme 2 (law): '法': one character of this script stands in too many words, write two",
]


def test_every_problem_is_named_at_its_place() -> None:
    text = """
lists:
  bad name: [AI]
  empty: []
  open: ['(AI', a b AND c]
mask: ['…']
themes:
  - id: law
    title: Law
    mask: ['--']
    require: [$none]
    rules:
      - AI law
      - {id: x, q: 'AI AND OR law', only: AI, never: [jur:JP, 'tier:x']}
      - id: x
        q: >-
          AI AND
          NOT NOT law
      - $open
    exclude: ['(']
  - {id: law, title: Again, rules: [法]}
"""
    assert problems(text) == EVERY_PROBLEM


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            rule('"AI act"'),
            "3:35: theme 1 (t): 'AI act': two words side by side; write \"AI act\" for a phrase, "
            "or AND or OR between them; the quotation marks here are YAML's: write '\"AI act\"'",
            id="quoted for yaml alone",
        ),
        pytest.param(
            rule("'AI act'"),
            "3:35: theme 1 (t): 'AI act': two words side by side; write \"AI act\" for a phrase, "
            "or AND or OR between them",
            id="quoted with other marks",
        ),
        pytest.param(
            rule("'it''s b'"),
            "3:31: theme 1 (t): 'it's b': two words side by side; write \"it's b\" for a phrase, "
            "or AND or OR between them",
            id="escaped, so that the place is the rule's",
        ),
        pytest.param(
            "themes:\n  - id: t\n    title: T\n    rules:\n"
            "      - q: |\n          AI\n\n          AND  ab*\n",
            "8:16: theme 1 (t): 'ab*': at least 3 letters before *",
            id="over several lines",
        ),
        pytest.param(
            rule("{q: q*}"), "3:35: theme 1 (t): 'q*': at least 3 letters before *", id="as its key"
        ),
        pytest.param(
            rule("$ai", "lists: {ai: machine learning^2}"),
            "1:21: 'machine learning': two words side by side; write \"machine learning\" "
            "for a phrase, or AND or OR between them",
            id="a boost in a list",
        ),
        pytest.param(
            rule("$ai", "lists: {ai: '\u3000AI OR'}"),
            "1:18: 'OR' needs something on its right",
            id="an operator in a list",
        ),
        pytest.param(rule("$a", "lists: {a: ''}"), "1:9: list 'a' is empty", id="empty list"),
        pytest.param(rule("$a", "lists: {a: []}"), "1:9: list 'a' is empty", id="list of nothing"),
        pytest.param(
            rule("$a", "lists: {a: [AI, '']}"), "1:17: the query is empty", id="empty entry"
        ),
        pytest.param(
            rule("$AI"),
            "3:31: theme 1 (t): unknown list $AI (did you mean 'ai'?), or put the text in quotes",
            id="list in capitals",
        ),
        pytest.param(
            rule("$a", "lists: {a: [$a, b]}"),
            "1:9: list 'a' contains itself: $a -> $a; take one of them out",
            id="list in itself",
        ),
        pytest.param(
            rule("$x", "lists: {x: [$c], c: [$a], b: ['y OR $c'], a: [$b, z]}"),
            "1:18: list 'c' contains itself: $c -> $a -> $b -> $c; take one of them out",
            id="lists in a ring",
        ),
    ],
)
def test_a_mistake_is_one_problem_at_its_place(text: str, expected: str) -> None:
    assert problems(text) == [expected]


def test_every_ring_of_lists_is_named() -> None:
    head = (
        "lists: {a: [$b], b: [$a, $c], c: [$b, $d], d: [x], e: [$e], "
        "f: ['$e (', '$e \"x', '$e 10:30']}"
    )
    assert problems(rule("$a", head)) == [
        "1:9: list 'a' contains itself: $a -> $b -> $a; take one of them out",
        "1:18: list 'b' contains itself: $b -> $c -> $b; take one of them out",
        "1:52: list 'e' contains itself: $e -> $e; take one of them out",
        "1:69: '(' opens here and never closes",
        "1:77: a quotation mark opens here and never closes",
        "1:88: ':' has no name before it: put text with a colon in quotes",
    ]


def test_queries_are_checked_even_where_keys_are_wrong() -> None:
    text = """
lists: {ai: [AI, {a: b}], x: {y: z}}
themes:
  - id: law
    treshold: 2
    rules: ['(', {q: a b}, {q: [c]}, {}]
    require: d e
    exclude: {a: b}
  - law
"""
    found = problems(text)
    places = [problem.split(" ")[0] for problem in found]
    assert "5:5:" in places
    assert any("'('" in problem for problem in found)
    assert any("'a b'" in problem for problem in found)
    assert any("'d e'" in problem for problem in found)


KEYS = {"id": "t", "title": "T", "rules": "[AI]"}


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        pytest.param({"rules": "[]"}, "'rules': has no entries", id="no rules"),
        pytest.param({"rules": ""}, "needs 'rules'", id="rules left empty"),
        pytest.param({"rules": "AI"}, "'rules': must be a list of entries", id="a rule alone"),
        pytest.param({"rules": "[{id: a}]"}, "needs 'q'", id="rule without query"),
        pytest.param({"title": ""}, "needs 'title'", id="no title"),
        pytest.param({"id": "Big one"}, "'id': may hold lower-case letters", id="id"),
        pytest.param({"threshold": "0"}, "'threshold': must be above 0", id="threshold 0"),
        pytest.param({"threshold": "-1"}, "'threshold': must be above 0", id="below 0"),
        pytest.param({"threshold": "two"}, "'threshold': must be a number", id="no number"),
        pytest.param({"threshold": "inf"}, "'threshold': must be a number", id="infinite"),
        pytest.param({"rules": "[{q: AI, weight: 0}]"}, "'weight': must be above 0", id="weight"),
        pytest.param({"rules": "[{q: AI, weight: -2}]"}, "'weight': must be above 0", id="minus"),
        pytest.param(
            {"rules": "[{q: AI, weight: 1001}]"}, "'weight': must be 1000 or less", id="heavy"
        ),
        pytest.param(
            {"treshold": "1"}, "unknown key 'treshold' (did you mean 'threshold'?)", id="typo"
        ),
        pytest.param(
            {"only": "jur:JP"}, "unknown key 'only' (it belongs under 'rules')", id="rule's key"
        ),
        pytest.param(
            {"match": "[AI]"}, "unknown key 'match' (it belongs under 'tests')", id="test's key"
        ),
        pytest.param(
            {"tests": "{match: [{titel: AI}]}"},
            "unknown key 'titel' (did you mean 'title'?)",
            id="key of a test",
        ),
        pytest.param(
            {"tests": "{match: [{tier: offical}]}"},
            "'tier' must be official, research or press, not 'offical' (did you mean 'official'?)",
            id="scope of a test",
        ),
    ],
)
def test_a_wrong_key_is_one_problem(keys: dict[str, str], problem: str) -> None:
    lines = [f"    {key}: {value}" for key, value in (KEYS | keys).items()]
    (told,) = problems("\n".join(["themes:", "  -", *lines]))
    assert told.partition(": ")[2].partition("): ")[2].startswith(problem)


@pytest.mark.parametrize("text", ["", "themes", "themes: [a", "- x", "lists: x\nthemes: y"])
def test_what_is_no_ruleset_is_refused(text: str) -> None:
    assert problems(text)


NEVER_COUNTS = "never counts: wherever it holds, 'exclude' holds too: "


@pytest.mark.parametrize(
    ("keys", "trouble"),
    [
        pytest.param(
            "rules: [{q: AI, only: jur:JP, ¦never: [jur:US, jur:JP]}]",
            "rule 'r1' has 'only' and 'never' that cancel each other: NOT jur:JP shuts out jur:JP",
            id="only and never",
        ),
        pytest.param(
            "rules: [{q: AI AND jur:EU, ¦only: [jur:JP, jur:US]}]",
            "rule 'r1' never holds: an item has one jurisdiction, "
            "not both jur:EU and (jur:JP OR jur:US): join them by OR",
            id="query and only",
        ),
        pytest.param(
            "rules: [{q: AI AND tier:press, ¦never: tier:press}]",
            "rule 'r1' never holds: NOT tier:press shuts out tier:press",
            id="query and never",
        ),
        pytest.param(
            "rules: [¦AI AND law], exclude: [ban, law]",
            f"rule 'r1' {NEVER_COUNTS}law",
            id="excluded",
        ),
        pytest.param(
            "rules: [x, {id: n, ¦q: governance NEAR/3 AI}], exclude: ['title:b', 'govern*']",
            f"rule 'n' {NEVER_COUNTS}govern*",
            id="excluded by a prefix",
        ),
        pytest.param(
            "rules: [¦AI], exclude: [jur:JP, NOT jur:JP]",
            f"rule 'r1' {NEVER_COUNTS}its queries together",
            id="excluded here and elsewhere",
        ),
        pytest.param(
            "rules: [¦AI AND jur:EU], require: [jur:JP, law AND jur:US]",
            "rule 'r1' never counts: 'require' never holds beside it: an item has one "
            "jurisdiction, not both jur:JP and jur:EU: join them by OR",
            id="gate",
        ),
        pytest.param(
            "rules: [¦'東京都 OR title:(京都^2 OR 大阪)'], mask: [京都]",
            "rule 'r1' never finds 京都: a mask of the same word hides it, so mask a longer one",
            id="mask",
        ),
        pytest.param(
            "rules: [¦$places], mask: [tokyo, osaka]",
            "rule 'r1' never holds: a mask hides $places wherever it stands: mask a longer word",
            id="a list of masks",
        ),
        pytest.param(
            "rules: [AI], ¦threshold: 4",
            "'threshold': 4 is out of reach: all rules together score 3 at most, "
            "so lower it or raise a weight",
            id="threshold",
        ),
        pytest.param(
            "rules: ['body:(AI^2 AND law) NOT x', {q: summary:AI, weight: 0.5}], ¦threshold: 4",
            "'threshold': 4 is out of reach: all rules together score 3 at most, "
            "so lower it or raise a weight",
            id="threshold by the body",
        ),
        pytest.param("rules: [AI], mask: [¦'AI*']", "mask 'AI*' takes words alone", id="prefix"),
        pytest.param(
            "rules: [AI], mask: [¦'\"a b\"']", "mask '\"a b\"' takes words alone", id="quoted"
        ),
        pytest.param("rules: [AI], mask: [¦$ai]", "mask '$ai' takes words alone", id="list"),
        pytest.param("rules: [AI], mask: [¦a OR b]", "mask 'a OR b' takes words", id="operator"),
        pytest.param(
            "rules: [AI], tests: {no_match: [¦{lang: ja}]}",
            "'no_match', entry 1: needs a title, a summary or a body to try the theme on",
            id="a test without a text",
        ),
    ],
)
def test_what_could_never_count_is_no_silence(keys: str, trouble: str) -> None:
    theme = f"- {{id: t, title: T, {keys}}}"
    (told,) = problems(f"lists: {{places: [Tokyo, Osaka]}}\nthemes:\n{theme.replace('¦', '')}")
    assert told.startswith(f"3:{theme.index('¦') + 1}: theme 1 (t): {trouble}")


@pytest.mark.parametrize(
    "keys",
    [
        "rules: [AI], exclude: [AI AND law, 'title:AI', 'raw:ai', AI NEAR/3 law]",
        "rules: ['AI AND (jur:JP OR jur:US)'], require: ['jur:JP', 'jur:EU']",
        "rules: [{q: AI, only: [jur:US], never: jur:US-CA}]",
        "rules: [$places], mask: [tokyo]",
        "rules: [AI^2, {q: law, weight: 0.5}], threshold: 7.5",
        "rules: [東京都], mask: [京都], exclude: [京都]",
        "rules: [東京都知事 NOT 京都], mask: [東京都]",
    ],
)
def test_what_may_count_is_let_alone(keys: str) -> None:
    text = f"lists: {{places: [Tokyo, Osaka]}}\nthemes:\n- {{id: t, title: T, {keys}}}"
    assert read_ruleset(text, "themes.yaml").themes
