"""A pass over all items: what the change of the rules cannot touch is not judged, and stands."""

import sqlite3
from collections.abc import Mapping
from pathlib import Path

import pytest

from jobs import carryover
from jobs.carryover import Carryover
from jobs.deployment import Deployment
from jobs.reclassify import reclassify
from jobs.settings import Settings
from pipeline.classify import classify
from pipeline.config import Configuration
from pipeline.model import Field, Match
from pipeline.rules.ruleset import Ruleset, read_ruleset
from store import open_store
from tests import make

OTHERS = "".join(f"  - {{id: other-{n}, title: O, rules: [harvest AND rice]}}\n" for n in range(6))
THEMES = """
themes:
  - {id: safety, title: Safety, rules: [AI AND safety]}
  - {id: works, title: Works, rules: [AI AND 著作権, {q: licence, only: ['tier:official']}]}
"""
OLD = read_ruleset(THEMES + OTHERS, "themes.yaml")
NEW = read_ruleset(THEMES.replace("safety]", "(safety OR ban)]") + OTHERS, "themes.yaml")
SOURCE = make.source()
TITLES = ("AI safety", "A ban of AI", "AIと著作権", "A licence", "AI", "Harvest of rice", "Roads")


@pytest.fixture
def judged(tmp_path: Path) -> Deployment:
    """A store with items that the old rules judged."""
    store = open_store(tmp_path)
    store.sync_sources([SOURCE], make.NOW)
    store.put_ruleset(OLD.hash, OLD.text, OLD.file, make.NOW)
    run = store.start_run("poll", make.NOW)
    items = [make.numbered(number, title=title, summary="") for number, title in enumerate(TITLES)]
    news = [make.new(item, matches=classify(item, SOURCE, OLD)) for item in items]
    store.save_intake(run, make.intake(*news), OLD.hash, make.NOW)
    configuration = Configuration(sources=(SOURCE,), ruleset=NEW, digests=(), hash="")
    return Deployment(settings=Settings(home=tmp_path), configuration=configuration, store=store)


def standing(deployment: Deployment, ruleset: Ruleset = NEW) -> list[str]:
    """Return the titles of what is judged by other rules and stands under these."""
    store = deployment.store
    store.put_ruleset(ruleset.hash, ruleset.text, ruleset.file, make.NOW)
    carried = Carryover(store, ruleset, store.count_items())
    read = store.unjudged(ruleset.hash, after=0, limit=99)
    return [stored.texts[Field.TITLE] for stored in read if carried.stands(stored)]


def rewritten(deployment: Deployment, values: str) -> list[str]:
    """Return what stands when the kept rules have other values."""
    database = sqlite3.connect(deployment.settings.home / "policywatch.db")
    with database:
        database.execute(f"update ruleset set {values}")
    database.close()
    return standing(deployment)


def matches(deployment: Deployment) -> Mapping[int, tuple[Match, ...]]:
    found = map(deployment.store.item, range(1, len(TITLES) + 1))
    return {stored.id: stored.matches for stored in found if stored}


def test_what_is_carried_over_is_what_judging_everything_says(
    judged: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carryover, "WORTH", 1)
    assert standing(judged) == ["AI safety", "A licence", "Harvest of rice", "Roads"]
    done = reclassify(judged)
    assert (done.items, done.changed) == (len(TITLES), 3)
    expected = [classify(make.item(title, summary=""), SOURCE, NEW) for title in TITLES]
    assert list(matches(judged).values()) == expected
    assert judged.store.unjudged(NEW.hash, after=0, limit=9) == ()


def test_of_few_items_every_one_is_judged(judged: Deployment) -> None:
    assert standing(judged) == []


def test_what_another_program_judged_is_judged_again(
    judged: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carryover, "WORTH", 1)
    assert rewritten(judged, "program = 'another'") == []
    judged.store.put_ruleset(OLD.hash, OLD.text, OLD.file, make.NOW)
    database = sqlite3.connect(judged.settings.home / "policywatch.db")
    assert database.execute("select program from ruleset where id = 1").fetchone() == ("",)
    database.close()


def test_what_nobody_can_read_any_more_is_judged_again(
    judged: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carryover, "WORTH", 1)
    assert rewritten(judged, "text = 'themes: 1'") == []
