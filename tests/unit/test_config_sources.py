"""`sources.yaml`: every key reaches the noun, and whatever cannot be right is named."""

import pickle
import time as clock
from datetime import date

import pytest

from pipeline.config import load_sources
from pipeline.errors import ConfigError
from pipeline.model import Source, Tier, Type
from pipeline.places import Selectors
from pipeline.yamlfile import read_text


def sources(text: str) -> tuple[Source, ...]:
    return load_sources(read_text(text, "s.yaml"))


def one_source(keys: str) -> Source:
    (source,) = sources(
        f"sources:\n - id: a\n   name: A\n   kind: feed\n   url: https://a.example/\n{keys}"
    )
    return source


def source_problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        sources(text)
    return [str(problem).removeprefix("s.yaml:") for problem in caught.value.problems]


def test_every_key_of_a_source_reaches_the_noun() -> None:
    text = """
sources:
  - id: jp-page-2
    name: 報道発表
    kind: page
    url: https://a.example/news?year=2026
    organisation: Ministry of A
    jurisdiction: JP
    language: ja
    type: consultation
    tier: official
    group: jp-gov
    timezone: Asia/Tokyo
    encoding: Shift_JIS
    select: {item: ul.news > li, title: a, link: a, date: 'h2, span.day'}
    min_items: 3
    headers: {Accept-Language: ja, Authorization: 'Token {key}'}
    user_agent: Reader/1.0
    key_env: A_KEY
    path_filter: /press/
    rhythm: weekly
    late_by: 60
    follow: pdf
    verified: 2026-11-25
    enabled: false
    reason: frozen since spring
    terms: no commercial use
    was: [old-page, older-page]
    notes: |
      Two lines
      of notes.
"""
    assert sources(text) == (
        Source(
            id="jp-page-2",
            name="報道発表",
            kind="page",
            url="https://a.example/news?year=2026",
            organisation="Ministry of A",
            jurisdiction="JP",
            language="ja",
            type=Type.CONSULTATION,
            tier=Tier.OFFICIAL,
            group="jp-gov",
            timezone="Asia/Tokyo",
            encoding="Shift_JIS",
            select=Selectors(item="ul.news > li", title="a", link="a", date="h2, span.day"),
            min_items=3,
            headers={"Accept-Language": "ja", "Authorization": "Token {key}"},
            user_agent="Reader/1.0",
            key_env="A_KEY",
            path_filter="/press/",
            rhythm="weekly",
            late_by=60,
            follow="pdf",
            verified=date(2026, 11, 25),
            enabled=False,
            reason="frozen since spring",
            terms="no commercial use",
            was=("old-page", "older-page"),
            notes="Two lines\nof notes.\n",
        ),
    )


@pytest.mark.parametrize(
    ("written", "language", "languages"),
    [("ja", "ja", ()), ("[ja]", "ja", ()), ("[ja, zh-Hant]", "", ("ja", "zh-Hant"))],
)
def test_a_source_speaks_one_language_or_several(
    written: str, language: str, languages: tuple[str, ...]
) -> None:
    found = one_source(f"   language: {written}\n")
    assert (found.language, found.languages) == (language, languages)


def test_a_single_former_id_needs_no_list() -> None:
    assert one_source("   was: old\n").was == ("old",)


def test_one_page_may_hold_two_lists() -> None:
    text = (
        "sources:\n"
        " - {id: a, name: A, kind: page, url: https://a.example/, select: {item: li}}\n"
        " - {id: b, name: B, kind: page, url: https://a.example/, select: {item: p}}\n"
    )
    assert [source.select for source in sources(text)] == [
        Selectors(item="li"),
        Selectors(item="p"),
    ]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        pytest.param(
            "type: lwa",
            "'type' must be law, bill, rule, order, consultation, guidance, report, speech, press,"
            " statistics or other, not 'lwa' (did you mean 'law'?)",
            id="type",
        ),
        pytest.param(
            "tier: offical",
            "'tier' must be official, research or press, not 'offical' (did you mean 'official'?)",
            id="tier",
        ),
        pytest.param(
            "timezone: Asia/Tokio",
            "'timezone': no time zone 'Asia/Tokio', such as Asia/Tokyo or UTC"
            " (did you mean 'Asia/Tokyo'?)",
            id="zone",
        ),
        pytest.param(
            "timezone: JST",
            "'timezone': no time zone 'JST', such as Asia/Tokyo or UTC",
            id="abbreviation of a zone",
        ),
        pytest.param(
            "timezone: Asia",
            "'timezone': no time zone 'Asia', such as Asia/Tokyo or UTC",
            id="half a zone",
        ),
        pytest.param(
            "timezone: /etc/localtime",
            "'timezone': no time zone '/etc/localtime', such as Asia/Tokyo or UTC",
            id="file for a zone",
        ),
        pytest.param(
            "encoding: shift-jiss",
            "'encoding': no encoding 'shift-jiss', such as utf-8, shift_jis or euc-jp",
            id="encoding",
        ),
        pytest.param(
            "language: japanese!",
            "'language': 'japanese!' is no language tag, such as ja, en or zh-Hant",
            id="language",
        ),
        pytest.param(
            "group: jp gov", "'group': must be one word: rules ask for it by this word", id="group"
        ),
        pytest.param(
            'organisation: "a\\nb"',
            "'organisation': must be one line of visible characters",
            id="line break",
        ),
        pytest.param(
            "rhythm: hourly",
            "'rhythm' must be daily, weekly, monthly or seldom, not 'hourly'",
            id="rhythm",
        ),
        pytest.param(
            "verified: yesterday", "'verified': 'yesterday' is no day, such as 2026-11-25", id="day"
        ),
        pytest.param(
            "trial: true\n   verified: 2026-11-25",
            "'verified': says that it was seen to work, and 'trial' that it was not",
            id="on trial and verified",
        ),
        pytest.param("late_by: 0", "'late_by': must be 1 or more", id="late_by"),
        pytest.param(
            "enabled: false",
            "'reason': 'enabled: false' needs a reason, which is shown with its silence",
            id="disabled without a reason",
        ),
        pytest.param(
            "headers: {Authorization: x}",
            "'headers': 'Authorization' carries a secret, which does not belong in this file:"
            " write {key} in its place, and name the environment variable that holds it with"
            " 'key_env'",
            id="secret",
        ),
        pytest.param(
            "headers: {X-Api-Key: x}",
            "'headers': 'X-Api-Key' carries a secret, which does not belong in this file:"
            " write {key} in its place, and name the environment variable that holds it with"
            " 'key_env'",
            id="key",
        ),
        pytest.param(
            "headers: {Host: x}", "'headers': 'Host' is set by policywatch itself", id="our header"
        ),
        pytest.param(
            'headers: {Accept: "a\\r\\nX: b"}',
            "'headers': 'Accept' holds what no header may hold, a line break say",
            id="line break in a header",
        ),
        pytest.param(
            'headers: {"A\\nB": c}',
            "'headers': 'A\\nB' holds what no header may hold, a line break say",
            id="line break in the name of a header",
        ),
        pytest.param(
            "headers: [a]", "'headers': must be a mapping (key: value)", id="list of headers"
        ),
        pytest.param(
            "select: {item: li}",
            "'select': is not used for kind 'feed', but for: page",
            id="select",
        ),
        pytest.param(
            "min_items: 3",
            "'min_items': is not used for kind 'feed', but for: page",
            id="min_items",
        ),
        pytest.param("follow: html", "'follow' must be none, page or pdf, not 'html'", id="follow"),
        pytest.param("watch: main", "'watch' must be text, not 'main'", id="watch"),
        pytest.param(
            "watch: text", "'watch': is not used for kind 'feed', but for: page", id="watch a feed"
        ),
        pytest.param(
            "key_env: my key",
            "'key_env': is the name of an environment variable, such as CONGRESS_API_KEY",
            id="key_env",
        ),
        pytest.param(
            "headers: {X-Api-Key: 'a {key}'}",
            "'key_env': {key} stands for a key: name the variable that holds it",
            id="place of a key without a key",
        ),
        pytest.param(
            "was: Old",
            "'was', entry 1: may hold lower-case letters, digits and single hyphens, at most 60",
            id="former id",
        ),
        pytest.param("timezon: UTC", "unknown key 'timezon' (did you mean 'timezone'?)", id="typo"),
    ],
)
def test_a_key_that_cannot_be_right_is_named(keys: str, expected: str) -> None:
    told = source_problems(
        f"sources:\n - id: a\n   name: A\n   kind: feed\n   url: https://a.example/\n   {keys}\n"
    )
    reason = "Malformed class selector, character 1"
    assert [line.partition(": ")[2] for line in told] == [
        f"source 1 (a): {expected.replace('{}', reason)}"
    ]


@pytest.mark.parametrize(
    ("id_", "valid"),
    [
        ("a", True),
        ("jp-gov-2", True),
        ("a" * 60, True),
        ("a" * 61, False),
        ("Gov", False),
        ("gov_1", False),
        ("-gov", False),
        ("gov--1", False),
        ("官報", False),
    ],
)
def test_an_id_is_lower_case_words_with_hyphens(id_: str, valid: bool) -> None:
    text = f"sources:\n - {{id: {id_}, name: A, kind: feed, url: https://a.example/}}\n"
    if valid:
        assert [source.id for source in sources(text)] == [id_]
    else:
        message = "'id': may hold lower-case letters, digits and single hyphens, at most 60"
        assert source_problems(text) == [f"2:5: source 1 ({id_}): {message}"]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param(
            "ftp://a.example/",
            "'ftp://a.example/' is no address that begins with http:// or https://",
            id="scheme",
        ),
        pytest.param(
            "a.example/feed",
            "'a.example/feed' is no address that begins with http:// or https://",
            id="no scheme",
        ),
        pytest.param(
            "https:///feed",
            "'https:///feed' is no address that begins with http:// or https://",
            id="no host",
        ),
        pytest.param(
            "https://a.example/a b",
            "'https://a.example/a b' is no address that begins with http:// or https://",
            id="space",
        ),
        pytest.param(
            "https://me:secret@a.example/",
            "holds a user name or password: secrets do not belong in this file",
            id="password",
        ),
        pytest.param(
            "https://a.example/?format=json&api_key=abc",
            "holds a key: write {key} in its place, and name the variable that holds it with"
            " 'key_env'",
            id="key",
        ),
        pytest.param(
            "'https://a.example/{yyyy}/'",
            "{yyyy}, {era_year}, {fiscal_year}, {mm} are filled in for kind 'page' alone",
            id="a feed that moves",
        ),
        pytest.param(
            "'https://a.example/{year}/'",
            "'{year}' stands for nothing: there is {yyyy}, {era_year}, {fiscal_year}, {mm}",
            id="no place",
        ),
    ],
)
def test_an_address_must_be_one_that_can_be_asked(url: str, expected: str) -> None:
    text = f"sources:\n - {{id: a, name: A, kind: feed, url: {url}}}\n"
    assert source_problems(text) == [f"2:33: source 1 (a): 'url': {expected}"]


def test_a_kind_that_needs_a_key_is_told_which_variable_holds_it() -> None:
    entry = "{id: a, name: A, kind: api_congress, url: https://a.example/v3/bill, key_env: MY_KEY}"
    (source,) = sources(f"sources:\n - {entry}\n")
    assert (source.key_env, dict(source.headers)) == ("MY_KEY", {"X-Api-Key": "{key}"})
    without = entry.replace(", key_env: MY_KEY", "")
    assert source_problems(f"sources:\n - {without}\n") == [
        "2:4: source 1 (a): 'key_env': kind 'api_congress' needs the variable that holds its key"
    ]


def test_a_key_that_has_a_place_goes_nowhere_else() -> None:
    entry = (
        "{id: a, name: A, kind: api_congress, key_env: MY_KEY, url: 'https://a.example/?api_key="
    )
    (source,) = sources(f"sources:\n - {entry}{{key}}'}}\n")
    assert (source.url, dict(source.headers)) == ("https://a.example/?api_key={key}", {})


@pytest.mark.parametrize(
    ("origin", "sent"),
    [
        ("http://a.example", False),
        ("http://127.0.0.1:8000", True),
        ("http://[::1]:8000", True),
        ("https://a.example", True),
    ],
)
def test_a_key_is_never_sent_in_clear_to_another_machine(origin: str, sent: bool) -> None:
    entry = f"id: a, name: A, kind: api_congress, url: '{origin}/v3/bill', key_env: MY_KEY"
    text = f"sources:\n - {{{entry}}}\n"
    if sent:
        assert len(sources(text)) == 1
    else:
        (told,) = source_problems(text)
        assert told.endswith("'key_env': is sent over https only: change the address")


def test_an_unknown_kind_names_the_kinds_there_are() -> None:
    (told,) = source_problems(
        "sources:\n - {id: a, name: A, kind: feeed, url: https://a.example/, select: {item: li}}\n"
    )
    assert told.startswith("2:21: source 1 (a): 'kind': no kind 'feeed', there is api_")
    assert told.endswith("(did you mean 'feed'?)")


def test_a_page_needs_to_know_where_its_items_are() -> None:
    text = "sources:\n - {id: a, name: A, kind: page, url: https://a.example/}\n"
    assert source_problems(text) == [
        "2:4: source 1 (a): 'select': a page needs it, with 'item', the CSS selector of one item"
    ]
    text = (
        "sources:\n - {id: a, name: A, kind: page, url: https://a.example/, select: {title: a}}\n"
    )
    assert source_problems(text) == ["2:58: source 1 (a): needs 'item'"]


def test_a_selector_that_is_no_css_says_where() -> None:
    text = (
        "sources:\n - id: a\n   name: A\n   kind: page\n   url: https://a.example/\n"
        "   select:\n    item: 'li['\n    title: h2:foo\n    link: a\n"
    )
    first, second = source_problems(text)
    assert first == (
        "7:5: source 1 (a): 'item': 'li[' is no CSS selector:"
        " Malformed attribute selector, character 3"
    )
    assert second.startswith("8:5: source 1 (a): 'title': 'h2:foo' is no CSS selector: ':foo' was")


def test_the_same_id_or_address_twice_names_the_first_line() -> None:
    text = (
        "sources:\n"
        " - {id: a, name: A, kind: feed, url: https://a.example/feed}\n"
        " - {id: a, name: B, kind: feed, url: https://b.example/feed}\n"
        " - {id: c, name: C, kind: feed, url: http://A.example/feed#top}\n"
        " - {id: d, name: D, kind: feed, url: https://b.example/feed/}\n"
    )
    assert source_problems(text) == [
        "3:5: source 2 (a): 'id' stands twice in this file (first in line 2)",
        "4:33: source 3 (c): 'url' stands twice in this file (first in line 2)",
        "5:33: source 4 (d): 'url' stands twice in this file (first in line 3)",
    ]


def test_a_former_id_belongs_to_one_source_and_is_in_use_no_more() -> None:
    text = (
        "sources:\n"
        " - {id: a, name: A, kind: feed, url: https://a.example/, was: [x, b]}\n"
        " - {id: b, name: B, kind: feed, url: https://b.example/, was: x}\n"
    )
    assert source_problems(text) == [
        "2:58: source 1 (a): 'was': 'b' is the id of a source (line 3)",
        "3:58: source 2 (b): 'was': 'x' was another source already (line 2)",
    ]


def test_clashes_are_found_beside_other_problems() -> None:
    text = (
        "sources:\n"
        " - {id: a, name: A, kind: feed, url: https://a.example/, min_items: -1, was: [{x: y}]}\n"
        " - text\n"
        " - {id: a, name: [B], kind: feed, url: [], late_by: soon}\n"
    )
    assert source_problems(text) == [
        "2:58: source 1 (a): 'min_items': must be 0 or more",
        "2:79: source 1 (a): 'was', entry 1: must be text",
        "3:4: source 2: must be a mapping (key: value)",
        "4:5: source 3 (a): 'id' stands twice in this file (first in line 2)",
        "4:12: source 3 (a): 'name': must be text",
        "4:35: source 3 (a): 'url': must be text",
        "4:44: source 3 (a): 'late_by': must be a whole number",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("sources: []\n", "1:1: 'sources': has no entries", id="empty list"),
        pytest.param(
            "sources:\n",
            "1:1: 'sources': must be a list of entries that begin with '- '",
            id="nothing",
        ),
        pytest.param("- id: a\n", "1:1: must begin with 'sources:' at the left edge", id="list"),
        pytest.param("", "1:1: is empty", id="empty file"),
    ],
)
def test_a_file_without_sources_is_one_clear_line(text: str, expected: str) -> None:
    assert source_problems(text) == [expected]


def test_a_source_goes_to_other_processes() -> None:
    source = one_source("   headers: {Accept-Language: ja}\n")
    assert pickle.loads(pickle.dumps(source)) == source


def test_five_hundred_sources_are_read_in_a_moment() -> None:
    text = "sources:\n" + "".join(
        f" - id: s{i}\n   name: S\n   kind: page\n   url: https://s{i}.example/\n"
        f"   select: {{item: 'li.n{i} > a', date: time}}\n   timezone: Asia/Tokyo\n"
        for i in range(500)
    )
    start = clock.process_time()
    assert len(sources(text)) == 500
    assert clock.process_time() - start < 2
