"""A big event goes through store, clusters and mail: one block a day, whoever reports it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from jobs.deployment import Deployment
from jobs.digest import note_digests, send
from jobs.findings import draft
from jobs.settings import Settings
from jobs.window import window_of
from pipeline.config import load_configuration
from pipeline.digest import Issue, from_json
from pipeline.ports import Store
from pipeline.render.mail import Frame, render
from store import open_store
from tests import make
from tests.bigevent import Article, articles
from tests.contract.conftest import RULES

THEMES = (
    "themes:\n  - id: safety\n    title: {en: Model safety, ja: 安全}\n    rules: [safety]\n"
    "    tests: {match: [about safety]}\n"
)
DIGESTS = "digests:\n  - {id: daily, title: AI policy, schedule: '07:30'}\n"
FRAME = Frame(sender="watch@example.org", deployment="secret")


class World:
    """One deployment over a few days, with what its polls would have stored."""

    def __init__(self, home: Path, everything: Sequence[Article]) -> None:
        lines = "".join(
            f"  - {{id: {a.source.id}, name: {a.source.name}, kind: feed, tier: {a.source.tier},"
            f" url: 'https://{a.source.id}.example/feed', language: {a.source.language or 'en'}}}\n"
            for a in everything
        )
        (home / "sources.yaml").write_text(f"sources:\n{lines}", encoding="utf-8")
        (home / "themes.yaml").write_text(THEMES, encoding="utf-8")
        (home / "digests.yaml").write_text(DIGESTS, encoding="utf-8")
        self.configuration = load_configuration(home)
        self.store: Store = open_store(home)
        self.home = home
        self.store.put_ruleset(RULES, "themes: []", "themes.yaml", make.NOW)
        self.store.sync_sources(self.configuration.sources, make.NOW)
        self.store.add_subscriber(make.subscriber())
        self.run = self.store.start_run("poll", make.at(days=-1))

    def read(self, found: Sequence[Article], day: int) -> None:
        for article in found:
            news = make.news(article.item, matches=(make.match(evidence=()),))
            intake = make.intake(news, source_id=article.source.id)
            at = make.at(days=day, hours=-1)
            self.store.save_intake(self.run, intake, RULES, at)

    def issue(self, day: int) -> Issue:
        settings = Settings(home=self.home, mail_from="watch@example.org", now=make.at(days=day))
        deployment = Deployment(
            settings=settings, configuration=self.configuration, store=self.store
        )
        send(deployment, self.configuration.digests[0])
        record = self.store.last_issue("daily")
        assert record is not None
        return from_json(record.contents)


EVENT = articles(115)
OTHER = articles(1, start=500, official=False)[0]
OTHER = replace(
    OTHER,
    item=replace(
        OTHER.item,
        title="President signs executive order on AI in schools",
        language="en",
        links=(),
    ),
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, [*EVENT, OTHER])
    yield made
    made.store.close()


def blocks(issue: Issue) -> list[list[str]]:
    """Give the lines of each entry in the HTML part, apart from how it was matched."""
    page = BeautifulSoup(render(issue, FRAME, "a@example.org").html, "lxml")
    return [
        [p.get_text() for p in item.select("h3, .also, .story")] for item in page.select(".item")
    ]


def test_one_order_is_one_block_on_its_day_and_a_line_on_the_next(world: World) -> None:
    world.read([*EVENT[:80], OTHER], 0)
    first = world.issue(0)
    order, other = blocks(first)
    assert order[0].strip() == EVENT[0].item.title
    assert len(order) <= 11
    assert "more reports in 12 languages" in order[-1]
    assert other[0].strip() == OTHER.item.title
    assert (first.new_count, len(first.new), first.first[0].tier) == (81, 2, "official")

    world.read(EVENT[80:], 1)
    second = world.issue(1)
    ((line,),) = blocks(second)
    assert line.startswith("35 more reports in 12 languages since Monday 2 Mar:")
    assert EVENT[0].item.title in line
    assert (second.new_count, second.new, len(second.notices)) == (35, (), 35)


def test_the_order_itself_has_a_block_when_it_comes_after_its_news(world: World) -> None:
    world.read(EVENT[1:40], 0)
    world.issue(0)
    world.read([EVENT[0], *EVENT[40:50]], 1)
    second = world.issue(1)
    ((title, follows, *_),) = blocks(second)
    assert title.strip() == EVENT[0].item.title
    assert follows.startswith("Told before:")


def test_an_issue_that_is_built_again_after_a_crash_says_the_same(world: World) -> None:
    world.read(EVENT[:20], 0)
    deployment = Deployment(
        settings=Settings(home=world.home, mail_from="watch@example.org", now=make.NOW),
        configuration=world.configuration,
        store=world.store,
    )
    (spec,) = world.configuration.digests
    note_digests(deployment)
    window = window_of(deployment, spec, make.NOW)
    made = draft(deployment, spec, window, make.NOW)
    world.store.save_stories(made.members, ())
    assert draft(deployment, spec, window, make.NOW) == made
