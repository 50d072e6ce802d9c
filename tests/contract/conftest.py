"""A fresh store of every backend, with one configured source and one set of rules."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.ports import Store
from store import BACKENDS
from tests import make

RULES = "rules-1"


@pytest.fixture(params=sorted(BACKENDS))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened = BACKENDS[request.param](tmp_path)
    opened.sync_sources([make.source()], make.NOW)
    opened.put_ruleset(RULES, "themes: []", "themes.yaml", make.NOW)
    yield opened
    opened.close()


@pytest.fixture
def run(store: Store) -> int:
    return store.start_run("poll", make.NOW)
