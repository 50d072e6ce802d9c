"""A person's YAML: what it says, and a line and column for everything that is wrong with it."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AfterValidator, BaseModel, Field

from pipeline.errors import Problem
from pipeline.yamlfile import (
    Shape,
    YamlFile,
    did_you_mean,
    read_bytes,
    read_path,
    read_text,
    validate,
)


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def _no_spaces(text: str) -> str:
    if " " in text:
        raise ValueError("may hold no spaces: {not even these}")
    return text


class Wheel(Shape):
    size: int = Field(default=1, ge=1)


class Car(Shape):
    id: Annotated[str, AfterValidator(_no_spaces)]
    colour: Colour = Colour.RED
    fuel: Literal["none", "some"] = "none"
    electric: bool = False
    weight: float = Field(default=1.0, gt=0, le=9.5, allow_inf_nan=False)
    wheels: tuple[Wheel, ...] = ()
    names: dict[str, str] = Field(default_factory=dict)
    was: list[str] = Field(default_factory=list)
    size: int = Field(default=1, alias="length")
    spare: Wheel | None = None


class Garage(BaseModel, extra="forbid"):
    cars: tuple[Car, ...]


def problems(text: str) -> list[str]:
    file = read_text(text, "f.yaml")
    validate(file, Garage)
    return [str(problem) for problem in sorted(file.problems)]


def test_scalars_stay_as_they_are_written() -> None:
    file = read_text("a: no\nb: 07:30\nc: 1.10\nd: ~\ne:\nf: 'null'\ng: 2026-01-02\n", "f.yaml")
    assert file.value == {
        "a": "no",
        "b": "07:30",
        "c": "1.10",
        "d": "",
        "e": "",
        "f": "null",
        "g": "2026-01-02",
    }
    assert (file.readable, file.problems) == (True, [])


def test_lists_and_mappings_nest() -> None:
    assert read_text("- [a, {b: c}]\n- d\n", "f.yaml").value == [["a", {"b": "c"}], "d"]


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    file = read_bytes("\ufeffä: ö\n".encode(), "f.yaml")
    assert (file.value, file.content) == ({"ä": "ö"}, "\ufeffä: ö\n".encode())


def test_a_part_that_is_not_there_is_named_at_what_is_around_it() -> None:
    file = read_text("a:\n  - b: c\n", "f.yaml")
    assert file.place(("a", 0, "missing", "deeper")) == (2, 5)
    assert file.place(("nowhere",)) == (1, 1)
    assert YamlFile("f.yaml").problem(("x",), "is wrong") == Problem("f.yaml", 1, 1, "is wrong")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            "a: b\nname: 'café'\n".encode("cp1252"),
            "f.yaml:2:11: byte 0xe9 is not UTF-8: save the file as UTF-8",
            id="cp1252",
        ),
        pytest.param(
            "\ufeff規制: ".encode() + b"\xff",
            "f.yaml:1:5: byte 0xff is not UTF-8: save the file as UTF-8",
            id="columns count characters",
        ),
    ],
)
def test_bytes_that_are_not_utf_8_are_named(content: bytes, expected: str) -> None:
    file = read_bytes(content, "f.yaml")
    assert [str(problem) for problem in file.problems] == [expected]
    assert validate(file, Garage) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", "1:1: is empty", id="nothing"),
        pytest.param("# only a comment\n", "1:1: is empty", id="comments"),
        pytest.param("a:\n\t- b\n", "2:1: a tab is used to indent: use spaces", id="tab"),
        pytest.param(
            "a: b: c\n", "1:5: a second ': ' in one line: put the text in quotes", id="two colons"
        ),
        pytest.param(
            "a: @b\n",
            "1:4: a text cannot begin with this character: put it in quotes",
            id="odd first character",
        ),
        pytest.param("a: 'b\n", "2:1: a quote is opened and not closed", id="open quote"),
        pytest.param(
            "a:\n  - b\n c: d\n",
            "3:2: does not line up with the lines above: check the indentation",
            id="indentation",
        ),
        pytest.param("a: [b\n", "2:1: a [ is not closed with ]", id="open list"),
        pytest.param("a: {b: c\n", "2:1: a { is not closed with }", id="open mapping"),
        pytest.param(
            "--- a\n--- b\n", "2:1: a second '---': one file holds one document", id="two documents"
        ),
        pytest.param(
            "a: *b\n", "1:4: a text cannot begin with *: put it in quotes", id="star for a text"
        ),
        pytest.param("%FOO\n", "1:5: found unknown directive name", id="in the words of YAML"),
        pytest.param(
            "規制: \x07\n", "1:5: the character U+0007 is not allowed: remove it", id="control"
        ),
        pytest.param(
            "a: " + "[" * 50_000,
            "1:103: stands too deep: no key lies inside so many others",
            id="nests",
        ),
        pytest.param("a: " + "x" * 4_000_000, "1:1: is larger than 4 million characters", id="big"),
    ],
)
def test_what_is_not_yaml_is_one_clear_line(text: str, expected: str) -> None:
    file = read_text(text, "f.yaml")
    assert [str(problem) for problem in file.problems] == [f"f.yaml:{expected}"]
    assert not file.readable


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a: b\na: c\n", "2:1: 'a' stands twice here (first in line 1)", id="key"),
        pytest.param("? [a]\n: b\n", "1:3: a key must be one word", id="list as a key"),
        pytest.param("a: !x y\n", "1:4: the tag !x is not read: remove it", id="tag"),
        pytest.param(
            "a: &x b\nc: *x\n",
            "1:4: used again under a name (&name, *name): write the value out",
            id="alias",
        ),
        pytest.param(
            "a: &x [*x]\n",
            "1:4: used again under a name (&name, *name): write the value out",
            id="alias of itself",
        ),
        pytest.param(
            "[" * 30 + "]" * 30,
            "1:22: stands too deep: no key lies inside so many others",
            id="deep",
        ),
    ],
)
def test_what_yaml_allows_and_we_do_not_is_named(text: str, expected: str) -> None:
    assert [str(problem) for problem in read_text(text, "f.yaml").problems] == [
        f"f.yaml:{expected}"
    ]


def test_a_file_is_read_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_text("a: b\n", encoding="utf-8")
    assert read_path(path).value == {"a": "b"}
    assert read_path(path).name == "f.yaml"


def test_a_missing_file_names_its_directory_and_the_next_step(tmp_path: Path) -> None:
    message = f"not found in {tmp_path}: `policywatch init` writes a first one"
    assert read_path(tmp_path / "f.yaml").problems == [Problem("f.yaml", 1, 1, message)]


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    message = "cannot be read: Is a directory"
    assert read_path(tmp_path).problems == [Problem(tmp_path.name, 1, 1, message)]


def test_a_valid_file_becomes_its_model() -> None:
    file = read_text(
        "cars:\n - id: a\n   colour: blue\n   electric: no\n   weight: 2.5\n   length: 4\n"
        "   wheels: [{size: 3}]\n   names: {en: x}\n",
        "f.yaml",
    )
    car = Car(
        id="a",
        colour=Colour.BLUE,
        electric=False,
        weight=2.5,
        length=4,
        wheels=(Wheel(size=3),),
        names={"en": "x"},
    )
    assert (validate(file, Garage), file.problems) == (Garage(cars=(car,)), [])


def test_a_key_left_empty_counts_as_not_given() -> None:
    file = read_text("cars:\n - id: a\n   weight:\n   was:\n   spare: ~\n", "f.yaml")
    assert validate(file, Garage) == Garage(cars=(Car(id="a"),))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("- a\n", ["1:1: must begin with 'cars:' at the left edge"], id="root list"),
        pytest.param("x\n", ["1:1: must begin with 'cars:' at the left edge"], id="root text"),
        pytest.param(
            "car: []\n",
            ["1:1: needs 'cars'", "1:1: unknown key 'car' (did you mean 'cars'?)"],
            id="root key",
        ),
        pytest.param(
            "cars: {a: b}\n",
            ["1:1: 'cars': must be a list of entries that begin with '- '"],
            id="mapping for a list",
        ),
        pytest.param("cars: [a]\n", ["1:8: car 1: must be a mapping (key: value)"], id="text"),
        pytest.param("cars:\n - weight: 1\n", ["2:4: car 1: needs 'id'"], id="missing key"),
        pytest.param(
            "cars:\n - id:\n   weight: 1\n",
            ["2:4: car 1: needs 'id'"],
            id="required key left empty",
        ),
        pytest.param(
            "cars:\n - {id: a, colr: red, quite-new: ''}\n",
            [
                "2:12: car 1 (a): unknown key 'colr' (did you mean 'colour'?)",
                "2:23: car 1 (a): unknown key 'quite-new'",
            ],
            id="unknown keys",
        ),
        pytest.param(
            "cars:\n - {id: a, spare: {siz: 2}}\n",
            ["2:20: car 1 (a): unknown key 'siz' (did you mean 'size'?)"],
            id="unknown key inside",
        ),
        pytest.param(
            "cars:\n - {id: a, wheels: [{colour: red}]}\n",
            ["2:22: car 1 (a): unknown key 'colour' (it belongs under 'cars')"],
            id="a key of another level",
        ),
        pytest.param(
            "cars:\n - {id: a, colour: bleu}\n",
            ["2:12: car 1 (a): 'colour' must be red or blue, not 'bleu' (did you mean 'blue'?)"],
            id="word of a list",
        ),
        pytest.param(
            "cars:\n - {id: a, fuel: all}\n",
            ["2:12: car 1 (a): 'fuel' must be none or some, not 'all'"],
            id="word of a short list",
        ),
        pytest.param(
            "cars:\n - {id: a, weight: x, electric: perhaps, length: 1.5}\n",
            [
                "2:12: car 1 (a): 'weight': must be a number",
                "2:23: car 1 (a): 'electric': must be true or false",
                "2:42: car 1 (a): 'length': must be a whole number",
            ],
            id="all problems at once",
        ),
        pytest.param(
            "cars:\n - {id: a b}\n",
            ["2:5: car 1 (a b): 'id': may hold no spaces: {not even these}"],
            id="our own check",
        ),
        pytest.param(
            "cars:\n - id: a\n   wheels:\n    - {size: 0}\n",
            ["4:8: car 1 (a): 'size': must be 1 or more"],
            id="number too small",
        ),
        pytest.param(
            "cars: [{id: a, weight: 0}, {id: b, weight: 10}, {id: c, weight: inf}]\n",
            [
                "1:16: car 1 (a): 'weight': must be above 0",
                "1:36: car 2 (b): 'weight': must be 9.5 or less",
                "1:57: car 3 (c): 'weight': must be a number",
            ],
            id="number out of its range",
        ),
        pytest.param(
            "cars:\n - id: a\n   was: [b, {c: d}]\n",
            ["3:13: car 1 (a): 'was', entry 2: must be text"],
            id="entry of a short list",
        ),
        pytest.param(
            "cars: [{id: a}]\ncars: [{id: b}]\n",
            ["2:1: 'cars' stands twice here (first in line 1)"],
            id="what was wrong before",
        ),
    ],
)
def test_what_does_not_fit_is_named_at_its_place(text: str, expected: list[str]) -> None:
    assert problems(text) == [f"f.yaml:{line}" for line in expected]


def test_a_problem_of_an_entry_names_the_entry() -> None:
    file = read_text("cars:\n - {id: a}\n - b\n", "f.yaml")
    assert file.entry_problem(("cars", 0, "id"), "is wrong").message == "car 1 (a): is wrong"
    assert file.entry_problem(("cars", 1), "is wrong").message == "car 2: is wrong"
    assert file.entry_problem(("cars",), "is wrong").message == "is wrong"
    unreadable = YamlFile("f.yaml")
    assert unreadable.entry_problem(("cars", 3), "is wrong").message == "car 4: is wrong"


@pytest.mark.parametrize(
    ("word", "expected"),
    [("feeed", " (did you mean 'feed'?)"), ("zebra", ""), ("", "")],
)
def test_a_hint_is_given_when_a_word_is_near(word: str, expected: str) -> None:
    assert did_you_mean(word, ["feed", "page"]) == expected


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    file = read_text(text, "f.yaml")
    assert file.readable or file.problems


_VALUES = st.recursive(
    st.text("ab: #'\"é規\n", max_size=8),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=5), children, max_size=3)
    ),
    max_leaves=8,
)


@given(_VALUES)
def test_what_yaml_writes_is_read_back(value: object) -> None:
    text = yaml.safe_dump({"root": value}, allow_unicode=True, default_style='"')
    file = read_text(text, "f.yaml")
    assert (file.value, file.problems) == ({"root": value}, [])
