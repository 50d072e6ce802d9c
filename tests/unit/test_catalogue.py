"""The shipped sources.yaml: enough of the world, each entry honest about what is known of it."""

import json
from collections import Counter
from pathlib import Path

import pytest

from pipeline.config import load_sources
from pipeline.model import Source, Tier
from pipeline.normalise import as_item
from pipeline.parse import parse
from pipeline.yamlfile import read_path
from tests import make

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "tests/data/pages"
TEXT = (ROOT / "sources.yaml").read_text(encoding="utf-8")
SOURCES = load_sources(read_path(ROOT / "sources.yaml"))
BY_ID = {source.id: source for source in SOURCES}


def test_there_is_enough_of_japan_the_us_and_europe() -> None:
    count = Counter(source.jurisdiction for source in SOURCES)
    assert len(SOURCES) >= 250
    assert (count["JP"] >= 70, count["US"] >= 100, count["EU"] + count["GB"] >= 50) == (True,) * 3


def test_half_of_what_is_read_is_official_and_most_was_seen_to_work() -> None:
    read = [source for source in SOURCES if source.enabled]
    official = [source for source in read if source.tier is Tier.OFFICIAL]
    assert len(official) > len(read) / 2
    assert len([source for source in read if not source.trial]) >= 220


def test_no_line_but_that_of_an_address_is_long() -> None:
    assert [x for x in TEXT.splitlines() if len(x) > 100 and not x.startswith("    url: ")] == []


def test_groups_stand_together_and_each_has_a_heading() -> None:
    groups = [source.group for source in SOURCES]
    blocks = [group for i, group in enumerate(groups) if i == 0 or groups[i - 1] != group]
    assert [group for group, count in Counter(blocks).items() if count > 1] == []
    first = [SOURCES[groups.index(group)].id for group in dict.fromkeys(groups)]
    above = {i: TEXT.partition(f"\n  - id: {i}\n")[0].rstrip().splitlines()[-1] for i in first}
    assert [i for i in first if not above[i].startswith("  # ")] == []


def test_what_needs_a_key_is_not_read_until_there_is_one() -> None:
    assert [source.id for source in SOURCES if source.key_env and source.enabled] == []


def test_what_may_not_be_used_is_not_read_by_default() -> None:
    private = [source for source in SOURCES if "private use" in source.terms]
    assert private
    assert [source.id for source in private if source.enabled] == []


def test_a_page_is_on_trial_unless_a_sample_proves_its_selectors() -> None:
    pages = [s for s in SOURCES if s.kind == "page" and s.enabled and not s.trial]
    assert {page.id for page in pages} <= {path.stem for path in PAGES.glob("*.html")}


@pytest.mark.parametrize("path", [pytest.param(p, id=p.stem) for p in PAGES.glob("*.html")])
def test_a_sample_of_a_page_gives_what_stands_beside_it(path: Path) -> None:
    source: Source = BY_ID[path.stem]
    page = make.document(path.read_bytes(), url=source.url, content_type="text/html")
    items = [as_item(raw, source, make.NOW) for raw in parse(source, page).items]
    found = [
        [i.title, i.url, f"{i.published_at:%Y-%m-%d}" if i.published_at else None] for i in items
    ]
    assert found == json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
