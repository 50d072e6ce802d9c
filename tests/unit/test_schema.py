"""sources.schema.json is the model of today, and editors find by it what cannot be right."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from pipeline.schema import SAID, sources_schema
from tests.schema import MANUAL, SCHEMA, keys_table, text

ROOT = Path(__file__).parents[2]


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc] # either is one
    """Reads YAML 1.2 as editors do: a day is text."""


Loader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
    for first, pairs in Loader.yaml_implicit_resolvers.items()
}


def faults(written: str) -> list[str]:
    validator = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    return [error.message for error in validator.iter_errors(yaml.load(written, Loader))]


def test_the_written_schema_is_that_of_today() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == text(), "run: make schema"


def test_the_manual_lists_the_keys_of_today() -> None:
    assert keys_table() in MANUAL.read_text(encoding="utf-8"), "run: make schema"


def test_the_shipped_sources_fit_it_and_name_it() -> None:
    written = (ROOT / "sources.yaml").read_text(encoding="utf-8")
    assert faults(written) == []
    assert written.startswith(f"# yaml-language-server: $schema={SCHEMA.name}\n")


def test_every_key_says_what_it_is_for() -> None:
    shapes: dict[str, Any] = sources_schema()["$defs"]
    keys = {name for shape in shapes.values() for name in shape.get("properties", ())}
    assert keys == set(SAID)


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ("kind: fed", "'fed' is not one of"),
        ("tier: offical", "'offical' is not one of"),
        ("enabled: false", "'reason' is a required property"),
        ("late_by: soon", "'soon' is not of type 'integer'"),
        ("select: {title: a}", "is not valid under any of the given schemas"),
        ("unheard: of", "'unheard' was unexpected"),
    ],
)
def test_what_cannot_be_right_is_marked(keys: str, fault: str) -> None:
    entry = {"id": "a", "name": "A", "kind": "feed", "url": "https://a.example/"}
    key, _, value = keys.partition(": ")
    lines = "".join(f"   {k}: {v}\n" for k, v in (entry | {key: value}).items())
    (told,) = faults(f"sources:\n -{lines[2:]}")
    assert fault in told


def test_a_day_and_a_former_id_may_be_written_plainly() -> None:
    entry = "id: a, name: A, kind: feed, url: https://a.example/, verified: 2026-11-25, was: b"
    assert faults(f"sources: [{{{entry}}}]") == []
