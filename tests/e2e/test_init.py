"""`policywatch init`: a directory that works, with the sources that one asks for."""

from collections import Counter
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

import pytest

from tests.e2e.world import Deployment

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("packs", "groups"),
    [
        (("japan",), {"jp", "international"}),
        (("us", "eu"), {"us", "eu", "gb", "international"}),
    ],
)
def test_a_pack_is_a_part_of_the_shipped_sources(
    deployment: Deployment, packs: tuple[str, ...], groups: set[str]
) -> None:
    home = deployment.home / "fresh"
    asked = [word for pack in packs for word in ("--pack", pack)]
    assert deployment.run("init", str(home), *asked).code == 0
    listed = deployment.run("--home", str(home), "sources", "list", "--json").json
    assert {row["group"].partition("-")[0] for row in listed} == groups
    assert deployment.run("--home", str(home), "sources", "check", "--json").json["warnings"] == []


def test_without_a_pack_every_source_comes_with_the_schema_for_editors(
    deployment: Deployment,
) -> None:
    home = deployment.home / "fresh"
    assert deployment.run("init", str(home)).code == 0
    same = [
        name
        for name in ("sources.yaml", "sources.schema.json", "themes.yaml")
        if (home / name).read_bytes() == (ROOT / name).read_bytes()
    ]
    assert len(same) == 3
    again = deployment.run("init", str(home), "--pack", "us")
    assert Counter("kept" in line for line in again.err.splitlines())[True] == 4


def test_all_that_is_shipped_is_checked_within_two_seconds_of_work(deployment: Deployment) -> None:
    deployment.run("init", str(deployment.home / "fresh"))

    def worked() -> float:
        before = getrusage(RUSAGE_CHILDREN)
        deployment.run("--home", str(deployment.home / "fresh"), "sources", "check")
        after = getrusage(RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    # A machine that is busy works longer for the same.
    assert any(worked() < 2 for _ in range(3))
