"""A deployment's files: values when all is well, otherwise every problem of every file at once."""

from datetime import time
from pathlib import Path

import pytest

from pipeline.config import Configuration, load_configuration, load_digests
from pipeline.errors import ConfigError
from pipeline.model import Source, Type
from pipeline.records import DigestSpec, Empty, Form, Selection, Slot
from pipeline.triage import State
from pipeline.yamlfile import read_text

_SOURCES = "sources:\n  - {id: gov, name: Ministry, kind: feed, url: https://gov.example/feed}\n"
_THEMES = (
    "themes:\n  - id: safety\n    title: Safety\n    rules: [safety]\n"
    "    tests: {match: [about safety]}\n"
)
_DIGESTS = "digests:\n  - {id: daily, title: News, themes: [safety], schedule: '07:30'}\n"
_EVERY_DAY = frozenset(range(7))


def home(
    directory: Path, sources: str = _SOURCES, themes: str = _THEMES, digests: str = _DIGESTS
) -> Path:
    files = {"sources.yaml": sources, "themes.yaml": themes, "digests.yaml": digests}
    for name, text in files.items():
        (directory / name).write_text(text, encoding="utf-8")
    return directory


def problems_of(directory: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_configuration(directory)
    return [str(problem) for problem in caught.value.problems]


def digests(text: str, *themes: str) -> tuple[DigestSpec, ...]:
    return load_digests(read_text(text, "d.yaml"), themes)


def digest_problems(text: str, *themes: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        digests(text, *themes)
    return [str(problem).removeprefix("d.yaml:") for problem in caught.value.problems]


# --- a whole deployment ----------------------------------------------------------------------


def test_three_good_files_are_one_configuration(tmp_path: Path) -> None:
    found = load_configuration(home(tmp_path))
    assert found == Configuration(
        sources=(Source(id="gov", name="Ministry", kind="feed", url="https://gov.example/feed"),),
        ruleset=found.ruleset,
        digests=(
            DigestSpec(
                id="daily",
                title="News",
                themes=("safety",),
                schedule=(Slot(days=_EVERY_DAY, at=time(7, 30)),),
            ),
        ),
        hash=found.hash,
        warnings=(),
    )
    assert [theme.id for theme in found.ruleset.themes] == ["safety"]


def test_the_hash_follows_the_bytes_of_every_file(tmp_path: Path) -> None:
    first = load_configuration(home(tmp_path)).hash
    hashes = {
        first,
        load_configuration(home(tmp_path, sources=_SOURCES + "# x\n")).hash,
        load_configuration(home(tmp_path, themes=_THEMES + "# x\n")).hash,
        load_configuration(home(tmp_path, digests=_DIGESTS + "# x\n")).hash,
    }
    assert len(hashes) == 4
    assert load_configuration(home(tmp_path)).hash == first


def test_every_problem_of_every_file_is_told_in_order(tmp_path: Path) -> None:
    directory = home(
        tmp_path,
        sources="sources:\n  - {id: A, name: A, kind: feed}\n",
        themes="themes:\n  - {id: x, title: X, rules: [(]}\n",
        digests="digests:\n  - {id: d, title: D, themes: [nothing], schedule: noon}\n",
    )
    told = problems_of(directory)
    assert [line.split(":")[0] for line in told] == [
        "digests.yaml",
        "sources.yaml",
        "sources.yaml",
        "themes.yaml",
    ]
    assert told == sorted(told)


def test_a_theme_that_fails_its_own_tests_is_a_problem(tmp_path: Path) -> None:
    themes = _THEMES.replace("about safety", "about nothing")
    (told,) = problems_of(home(tmp_path, themes=themes))
    assert told.startswith("themes.yaml:5:21: theme 1 (safety): 'about nothing' must")
    assert load_configuration(tmp_path, prove=False).sources


NO_SOURCE = "no source in sources.yaml has"


def test_a_scope_that_no_source_has_is_worth_a_warning(tmp_path: Path) -> None:
    sources = (
        "sources:\n"
        "  - {id: gov, name: A, kind: feed, url: https://gov.example/, jurisdiction: US-CA}\n"
        "  - {id: diet, name: B, kind: feed, url: https://b.example/, group: parliaments}\n"
    )
    themes = """
themes:
  - id: safety
    title: Safety
    require: [source:manual OR group:parliament OR tier:press]
    rules:
      - safety AND jur:US NOT (source:dite OR title:(x OR y))
      - {q: risk^2, only: [jur:UK, jur:US-CA], never: jur:US-NY}
    exclude: [lang:fr]
"""
    found = load_configuration(home(tmp_path, sources=sources, themes=themes))
    assert [str(warning).split(": theme 1 (safety): ") for warning in found.warnings] == [
        ["themes.yaml:5:15", f"{NO_SOURCE} group:parliament (did you mean 'parliaments'?)"],
        ["themes.yaml:7:9", f"{NO_SOURCE} source:dite (did you mean 'diet'?)"],
        ["themes.yaml:8:28", f"{NO_SOURCE} jur:UK"],
        ["themes.yaml:8:48", f"{NO_SOURCE} jur:US-NY (did you mean 'US-CA'?)"],
    ]


def test_digests_are_checked_against_the_themes_there_are(tmp_path: Path) -> None:
    digests = _DIGESTS.replace("[safety]", "[safty]")
    message = "digest 1 (daily): no theme 'safty' in themes.yaml (did you mean 'safety'?)"
    assert problems_of(home(tmp_path, digests=digests)) == [f"digests.yaml:2:39: {message}"]


def test_an_empty_home_names_each_file_and_the_next_step(tmp_path: Path) -> None:
    assert problems_of(tmp_path) == [
        f"{name}:1:1: not found in {tmp_path}: `policywatch init` writes a first one"
        for name in ("digests.yaml", "sources.yaml", "themes.yaml")
    ]


# --- digests ---------------------------------------------------------------------------------


def test_every_key_of_a_digest_reaches_the_noun() -> None:
    text = """
digests:
  - id: weekly
    title: 週報
    themes: [safety, rights]
    schedule: ['mon,thu 18:00', 'sat 09:00']
    zone: Asia/Tokyo
    empty: skip
    jurisdictions: [jp, US-CA]
    types: [law, bill]
    languages: [en, pt-BR]
    min_score: 2.5
    state: kept
    language: ja
    notes: yes
    gloss_command: translate --to ja
    limits: {read_first: 3, per_theme: 12, near_misses: 0}
    outputs: [{file: mails}, feed: feeds/weekly.atom, webhook: 'https://hooks.example/x']
  - {id: daily, title: News, themes: all, schedule: '07:30'}
"""
    assert digests(text, "safety", "rights") == (
        DigestSpec(
            id="weekly",
            title="週報",
            themes=("safety", "rights"),
            schedule=(
                Slot(days=frozenset({0, 3}), at=time(18)),
                Slot(days=frozenset({5}), at=time(9)),
            ),
            zone="Asia/Tokyo",
            empty=Empty.SKIP,
            takes=Selection(
                jurisdictions=("JP", "US-CA"),
                types=(Type.LAW, Type.BILL),
                languages=("en", "pt"),
                min_score=2.5,
                state=State.KEPT,
            ),
            form=Form(
                language="ja",
                notes=True,
                gloss_command="translate --to ja",
                read_first=3,
                per_theme=12,
                near_misses=0,
            ),
            outputs=("file:mails", "feed:feeds/weekly.atom", "webhook:https://hooks.example/x"),
        ),
        DigestSpec(
            id="daily",
            title="News",
            themes=(),
            schedule=(Slot(days=_EVERY_DAY, at=time(7, 30)),),
        ),
    )


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        pytest.param("themes: []", "'themes': has no entries", id="no themes"),
        pytest.param(
            "themes: [safety, {a: b}]", "'themes', entry 2: must be text", id="theme is a mapping"
        ),
        pytest.param("themes: x", "no theme 'x' in themes.yaml", id="unknown theme"),
        pytest.param("schedule: []", "'schedule': has no entries", id="no schedule"),
        pytest.param(
            "schedule: [{07: 30}]",
            "'schedule', entry 1: must be text, such as mon-fri 07:30",
            id="schedule is a mapping",
        ),
        pytest.param("zone: Tokyo/Asia", "'zone': no time zone 'Tokyo/Asia'", id="zone"),
        pytest.param("empty: never", "'empty' must be short or skip, not 'never'", id="empty"),
        pytest.param("id: Daily", "'id': may hold lower-case letters", id="id"),
        pytest.param(f"title: {'x' * 61}", "'title': must have at most 60 characters", id="title"),
        pytest.param("types: [lawn]", "'types', entry 1: must be law, bill, ", id="type"),
        pytest.param(
            "languages: [japanese!]",
            "'languages', entry 1: 'japanese!' is no language tag",
            id="language",
        ),
        pytest.param("language: fr", "'language' must be en or ja, not 'fr'", id="frame"),
        pytest.param("min_score: -1", "'min_score': must be 0 or more", id="score"),
        pytest.param("limits: {per_theme: 0}", "'per_theme': must be 1 or more", id="limit"),
        pytest.param(
            "gloss_command: 'a \"b'",
            "'gloss_command': is no command line (no closing quotation)",
            id="command",
        ),
        pytest.param(
            "state: keep", "'state' must be kept, not 'keep' (did you mean 'kept'?)", id="state"
        ),
        pytest.param(
            "state: new", "'state' must be kept, not 'new'", id="a state nobody waits for"
        ),
        pytest.param(
            "outputs: [file]", "'outputs', entry 1: must be one kind", id="output without a target"
        ),
        pytest.param("outputs: [{file: ''}]", "'outputs', entry 1: 'file' needs", id="no target"),
        pytest.param(
            "outputs: [{files: x}]",
            "'outputs', entry 1: no output 'files', there is file, feed, webhook (did you mean",
            id="output",
        ),
        pytest.param(
            "outputs: [{feed: ../x}]", "'outputs', entry 1: '../x' leaves", id="a path that leaves"
        ),
        pytest.param(
            "outputs: [{webhook: mails}]", "'outputs', entry 1: 'mails' is no address", id="hook"
        ),
        pytest.param(
            "outputs: [{webhook: 'http://hooks.example/'}]",
            "'outputs', entry 1: 'http://hooks.example/' would go out in clear",
            id="a hook in clear",
        ),
        pytest.param(
            "outputs: [{webhook: 'https://me@hooks.example/'}]",
            "'outputs', entry 1: holds a user name",
            id="a hook with a password",
        ),
        pytest.param(
            "outputs: [{file: x}, {file: X}]", "'outputs': names the same target twice", id="twice"
        ),
        pytest.param(
            "schedule: 31 08:00",
            "'schedule', entry 1: '31' is not a day of every month",
            id="a day that some months lack",
        ),
        pytest.param("titel: x", "unknown key 'titel' (did you mean 'title'?)", id="typo"),
    ],
)
def test_a_digest_that_cannot_be_right_is_named(keys: str, expected: str) -> None:
    given = {"id": "d", "title": "D", "themes": "[safety]", "schedule": "'07:30'"}
    key, _, value = keys.partition(": ")
    text = "".join(f"   {k}: {v}\n" for k, v in (given | {key: value}).items())
    (told,) = digest_problems(f"digests:\n -{text[2:]}", "safety")
    assert told.partition(": ")[2].partition("): ")[2].startswith(expected)


def test_a_schedule_that_cannot_be_read_says_so_in_the_words_of_the_schedule() -> None:
    (told,) = digest_problems(
        "digests:\n - {id: d, title: D, themes: all, schedule: [mon 07:30, whenever]}\n"
    )
    assert told.startswith("2:57: digest 1 (d): 'schedule', entry 2: 'whenever' is not a")


def test_a_digest_id_twice_names_the_first_line() -> None:
    entry = " - {id: d, title: D, themes: all, schedule: '07:30'}\n"
    assert digest_problems(f"digests:\n{entry}{entry}") == [
        "3:5: digest 2 (d): 'id' stands twice in this file (first in line 2)"
    ]


def test_themes_that_are_not_known_are_not_checked() -> None:
    file = read_text(_DIGESTS, "d.yaml")
    assert [digest.themes for digest in load_digests(file, None)] == [("safety",)]


def test_no_digest_at_all_is_one_clear_line() -> None:
    assert digest_problems("digests: []\n") == ["1:1: 'digests': has no entries"]


def test_a_jurisdiction_that_no_source_has_is_worth_a_warning(tmp_path: Path) -> None:
    sources = _SOURCES.replace("kind: feed", "kind: feed, jurisdiction: US-CA")
    digests = _DIGESTS.replace("themes:", "jurisdictions: [US, us-ca, UC-CA], themes:")
    found = load_configuration(home(tmp_path, sources=sources, digests=digests))
    (warning,) = found.warnings
    assert str(warning).startswith("digests.yaml:2:")
    assert warning.message == (
        "digest 1 (daily): no source in sources.yaml has jurisdiction 'UC-CA' "
        "(did you mean 'US-CA'?)"
    )
