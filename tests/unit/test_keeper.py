from pathlib import Path

import pytest

from jobs.keeper import Keeper
from pipeline.errors import ConfigError
from tests.e2e.world import DIGESTS, THEMES, sources_yaml


def write(home: Path, sources: str) -> None:
    (home / "sources.yaml").write_text(sources)
    (home / "themes.yaml").write_text(THEMES)
    (home / "digests.yaml").write_text(DIGESTS)


def ids(keeper: Keeper) -> list[str]:
    return [source.id for source in keeper.in_force().configuration.sources]


def test_an_edit_is_in_force_at_the_next_look(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path)
    write(tmp_path, sources_yaml(("a", "https://a.example/")))
    assert ids(keeper) == ["a"]
    write(tmp_path, sources_yaml(("b", "https://b.example/")))
    assert ids(keeper) == ["b"]


def test_a_broken_file_changes_nothing_but_the_warnings(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path)
    write(tmp_path, sources_yaml(("a", "https://a.example/")))
    assert keeper.in_force().warnings == ()
    write(tmp_path, "sources: 3\n")
    assert ids(keeper) == ["a"]
    [warning] = keeper.in_force().warnings
    assert "sources.yaml:1" in warning
    write(tmp_path, sources_yaml(("a", "https://a.example/")))
    assert keeper.in_force().warnings == ()


def test_a_restart_finds_the_last_valid_files(tmp_path: Path) -> None:
    write(tmp_path, sources_yaml(("a", "https://a.example/")))
    Keeper(tmp_path).in_force()
    write(tmp_path, "sources: 3\n")
    assert ids(Keeper(tmp_path)) == ["a"]


def test_without_a_valid_file_ever_there_is_nothing_to_run(tmp_path: Path) -> None:
    write(tmp_path, "sources: 3\n")
    with pytest.raises(ConfigError):
        Keeper(tmp_path).in_force()
