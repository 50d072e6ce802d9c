"""A change of sources.yaml changes what it is about, and not one other character."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.config import load_sources
from pipeline.errors import ConfigError
from pipeline.sourceentry import written
from pipeline.sourcesfile import EditError, entries, only, with_entries, with_keys
from pipeline.yamlfile import read_text
from tests.unit.test_catalogue import TEXT

FILE = """\
# Ours, for the brief.
sources:
  # Ministries

  # The first one.
  - id: a
    name: "A: ministry"  # as it calls itself
    kind: feed
    url: https://a.example/feed
    group: gov
    timezone: Asia/Tokyo
    notes: >-
      Long words
      in two lines.

  # it moves often
  - id: b
    name: B
    kind: page
    url: https://b.example/
    group: gov
    select:
      item: li
      date: time
    enabled: true # for now

  # Press

  - {id: c, name: C, kind: feed, url: https://c.example/, group: press, notes: x} # short
  - {id: d, name: D, kind: feed, url: "https://d.example/", group: press}
# The end.
"""
NEW = {"id": "new", "name": "新", "kind": "feed", "url": "https://n.example/"}


def lines_of(before: str, after: str) -> tuple[list[str], list[str]]:
    """Return the lines that went and those that came."""
    old, new = before.splitlines(), after.splitlines()
    return [x for x in old if x not in new], [x for x in new if x not in old]


@pytest.mark.parametrize(
    ("source_id", "changes", "gone", "came"),
    [
        pytest.param(
            "a",
            {"enabled": "false", "reason": "silent: since May"},
            [],
            ["    enabled: false", "    reason: 'silent: since May'"],
            id="a key that was not there",
        ),
        pytest.param(
            "a",
            {"name": "A"},
            ['    name: "A: ministry"  # as it calls itself'],
            ["    name: A  # as it calls itself"],
            id="a value with a comment behind it",
        ),
        pytest.param(
            "a",
            {"notes": "Short."},
            ["    notes: >-", "      Long words", "      in two lines."],
            ["    notes: Short."],
            id="a folded text",
        ),
        pytest.param(
            "a",
            {"notes": "word " * 30 + "end"},
            ["      Long words", "      in two lines."],
            [f"      {'word ' * 18}word", f"      {'word ' * 11}end"],
            id="a long text",
        ),
        pytest.param(
            "b",
            {"select": {"item": "p"}, "was": ["x", "z"]},
            ["      item: li", "      date: time"],
            ["      item: p", "    was: [x, z]"],
            id="a mapping and a list",
        ),
        pytest.param("b", {"enabled": None}, ["    enabled: true # for now"], [], id="gone"),
        pytest.param("b", {"enabled": "true"}, [], [], id="no change"),
        pytest.param("b", {"reason": None}, [], [], id="never there"),
        pytest.param(
            "a",
            {"id": "z"},
            ["  - id: a"],
            ["  - id: z"],
            id="the id behind its dash",
        ),
        pytest.param(
            "c",
            {"enabled": "false", "reason": "a, b", "notes": None, "name": "Z"},
            [
                (
                    "  - {id: c, name: C, kind: feed, url: https://c.example/, group: press,"
                    " notes: x} # short"
                )
            ],
            [
                (
                    "  - {id: c, name: Z, kind: feed, url: https://c.example/, group: press,"
                    " enabled: false, reason: 'a, b'} # short"
                )
            ],
            id="an entry in one line",
        ),
        pytest.param(
            "d",
            {"select": {"item": "li, p"}, "was": ["x"], "timezone": None},
            ['  - {id: d, name: D, kind: feed, url: "https://d.example/", group: press}'],
            [
                (
                    '  - {id: d, name: D, kind: feed, url: "https://d.example/", group: press,'
                    " select: {item: 'li, p'}, was: [x]}"
                )
            ],
            id="brackets within brackets",
        ),
    ],
)
def test_a_key_changes_its_own_lines(
    source_id: str, changes: dict[str, Any], gone: list[str], came: list[str]
) -> None:
    assert lines_of(FILE, with_keys(FILE, {source_id: changes})) == (gone, came)


def test_several_entries_change_at_once() -> None:
    changed = with_keys(FILE, {"a": {"trial": "true"}, "b": {"enabled": None}, "c": {"notes": "y"}})
    gone, came = lines_of(FILE, changed)
    assert (len(gone), len(came)) == (2, 2)
    assert with_keys(changed, {"a": {"trial": None}}) != FILE


def test_what_is_put_in_and_taken_out_leaves_nothing() -> None:
    off = {"enabled": "false", "reason": "dead"}
    for source_id in ("a", "c", "d"):
        changed = with_keys(FILE, {source_id: off})
        assert with_keys(changed, {source_id: dict.fromkeys(off)}) == FILE


def test_a_new_entry_stands_behind_its_group() -> None:
    changed = with_entries(FILE, [NEW | {"group": "gov"}])
    assert [entry["id"] for entry in entries(changed)] == ["a", "b", "new", "c", "d"]
    block = "\n  - id: new\n    name: 新\n    kind: feed\n    url: https://n.example/\n"
    assert changed == FILE.replace(
        "    enabled: true # for now\n",
        f"    enabled: true # for now\n{block}    group: gov\n",
    )


def test_a_new_entry_without_a_group_of_its_own_stands_last() -> None:
    changed = with_entries(FILE, [NEW])
    assert [entry["id"] for entry in entries(changed)] == ["a", "b", "c", "d", "new"]
    assert changed.endswith("    url: https://n.example/\n# The end.\n")


def test_entries_without_lines_between_them_get_none() -> None:
    text = "sources:\n- {id: a}\n- {id: b}"
    assert with_entries(text, [{"id": "c"}]) == f"{text}\n- id: c\n"
    assert (
        with_entries("sources:\n- {id: a}\n", [{"id": "c"}]) == "sources:\n- {id: a}\n\n- id: c\n"
    )


def test_line_ends_and_a_missing_last_one_are_kept() -> None:
    dos = FILE.replace("\n", "\r\n")
    changed = with_entries(with_keys(dos, {"a": {"trial": "true"}}), [NEW])
    assert "\n" not in changed.replace("\r\n", "")
    text = "sources:\n  - id: a\n    name: A"
    assert with_keys(text, {"a": {"notes": "x"}}) == f"{text}\n    notes: x\n"
    assert with_keys(text, {"a": {"name": "B"}}) == "sources:\n  - id: a\n    name: B"


def test_a_part_keeps_its_headings_and_comments() -> None:
    head, first, second, press = (
        FILE.index(words)
        for words in ("  # Ministries", "  # The first one.", "  # it moves", "\n  # Press")
    )
    assert only(FILE, {"b"}) == FILE[:first] + FILE[second:press] + "# The end.\n"
    assert only(FILE, {"c", "d"}) == FILE[:head] + FILE[press:]


def test_the_whole_of_the_shipped_file_is_itself() -> None:
    assert only(TEXT, {str(entry["id"]) for entry in entries(TEXT)}) == TEXT


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sources: [{id: a}]", "between [ and ]"),
        ("sources: {}", "no list of sources"),
        ("sources: ''", "no list of sources"),
        ("themes:\n - a", "no list of sources"),
        ("- a", "no list of sources"),
        ("sources:\n - a\n", "sources.yaml:2: is no entry"),
    ],
)
def test_a_file_of_another_form_is_refused(text: str, told: str) -> None:
    with pytest.raises(EditError, match=told.replace("[", r"\[").replace("]", r"\]")):
        with_entries(text, [NEW])


@pytest.mark.parametrize(
    ("text", "head"),
    [
        pytest.param("sources: []\n", "sources:\n", id="no entries"),
        pytest.param("# Ours.\nsources:", "# Ours.\nsources:\n", id="nothing"),
        pytest.param("sources: null # none\n", "sources: # none\n", id="null"),
        pytest.param("sources: [ ]\r\n", "sources:\r\n", id="Windows"),
    ],
)
def test_an_empty_list_is_begun(text: str, head: str) -> None:
    two = with_entries(text, [NEW, NEW | {"id": "two"}])
    assert two.startswith(f"{head}  - id: new")
    assert entries(two) == [NEW, NEW | {"id": "two"}]
    assert entries(text) == []


def test_what_cannot_be_done_safely_is_not_done() -> None:
    with pytest.raises(EditError, match="no entry has the id 'z'"):
        with_keys(FILE, {"z": {"name": "Z"}})
    with pytest.raises(EditError, match="edit it by hand"):
        with_entries(FILE, [NEW | {"x ": "y"}])
    with pytest.raises(EditError, match="cannot be changed here"):
        with_entries(FILE, [NEW | {"a: b": "c"}])
    with pytest.raises(ConfigError, match=r"sources\.yaml:1:1"):
        entries("")


@example('a "b" \\ \u2028 \U0001f3d9')
@given(st.text(min_size=1).filter(lambda text: text.strip() == text))
def test_any_text_is_written_so_that_it_is_read_again(text: str) -> None:
    try:
        read = read_text(f"a: '{text}'", "s").value
    except ValueError:
        return
    if not isinstance(read, dict) or "\ud800" <= max(text) <= "\udfff":
        return
    for source_id in ("a", "c"):
        found = entries(with_keys(FILE, {source_id: {"organisation": text}}))
        assert [e["organisation"] for e in found if e["id"] == source_id] == [text]


def test_every_shipped_entry_is_written_as_it_stands() -> None:
    listed = entries(TEXT)
    first = TEXT.index("\n  - id: ") + 1
    text = TEXT[: TEXT.index("\n\n", first) + 1]
    for entry in listed[1:]:
        text = f"{text}\n" + "\n".join(written(entry)) + "\n"
    assert len(load_sources(read_text(text, "sources.yaml"))) == len(listed)
    assert entries(text) == listed
    kept = set(TEXT.splitlines())
    assert [line for line in text.splitlines() if line not in kept] == []
