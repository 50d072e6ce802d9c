"""In which order the sources of one host are asked, and what of those that are not."""

from datetime import datetime
from pathlib import Path

from jobs.poll import Choice, poll
from pipeline.errors import SourceError
from pipeline.model import Outcome, SourceResult
from pipeline.reader import refused_reading
from pipeline.reading import PollTask
from pipeline.run import Inflow, take_in
from tests import make
from tests.e2e.inside import inside, prepare
from tests.e2e.world import Page, Site, rss, sources_yaml


def asked(home: Path, site: Site, now: datetime, *ids: str) -> list[str]:
    told: list[SourceResult] = []
    with inside(home, site, now) as deployment:
        choice = Choice(ids=ids) if ids else Choice(all=True)
        poll(deployment, choice, on_result=told.append)
    return [result.source_id for result in told]


def test_who_was_refused_the_last_time_does_not_go_before_its_neighbours(
    tmp_path: Path, site: Site
) -> None:
    names = ("a", "b", "c")
    site.pages = {f"/api/{name}": Page(rss()) for name in names}
    site.pages["/api/a"] = Page(b"", status=429, headers={"Retry-After": "60"})
    prepare(tmp_path, sources_yaml(*((name, site.url(f"/api/{name}")) for name in names)))
    asked(tmp_path, site, make.at(hours=-2), "a")
    assert asked(tmp_path, site, make.NOW) == ["b", "c", "a"]


def test_many_who_were_refused_take_nothing_from_a_neighbour_asked_since(
    tmp_path: Path, site: Site
) -> None:
    names = ("a", "b", "c", "d")
    site.pages = {f"/api/{n}": Page(b"", status=429, headers={"Retry-After": "60"}) for n in names}
    site.pages["/api/d"] = Page(rss())
    prepare(tmp_path, sources_yaml(*((name, site.url(f"/api/{name}")) for name in names)))
    asked(tmp_path, site, make.at(hours=-3), "a", "b")
    asked(tmp_path, site, make.at(hours=-2), "c")
    asked(tmp_path, site, make.at(hours=-1), "d")
    assert asked(tmp_path, site, make.NOW) == ["d", "a", "b", "c"]
    assert site.hits["/api/d"] == 2


def test_who_failed_the_last_time_takes_no_time_from_its_neighbours(
    tmp_path: Path, site: Site
) -> None:
    names = ("a", "b", "c")
    site.pages = {f"/{name}": Page(rss()) for name in names}
    site.pages["/a"] = Page(b"", status=500)
    prepare(tmp_path, sources_yaml(*((name, site.url(f"/{name}")) for name in names)))
    asked(tmp_path, site, make.at(hours=-2), "a")
    asked(tmp_path, site, make.at(hours=-1), "b", "c")
    assert asked(tmp_path, site, make.NOW) == ["b", "c", "a"]


def test_who_was_not_asked_says_until_when_and_is_due_then(tmp_path: Path, site: Site) -> None:
    error = SourceError(
        Outcome.BLOCKED, "not asked: gov.example:443/api asked us to wait", retry_after_seconds=900
    )
    error.asked = False
    source = make.source()
    prepare(tmp_path, sources_yaml(("gov", source.url)))
    with inside(tmp_path, site, make.NOW) as deployment:
        inflow = Inflow(
            source=source, ruleset=deployment.configuration.ruleset, store=deployment.store
        )
        reading = refused_reading(PollTask(source=source), error)
        intake = take_in(inflow, reading, make.read_state(), make.NOW)
    assert (intake.result.outcome, intake.result.error) == (
        Outcome.BLOCKED,
        "not asked: gov.example:443/api asked us to wait until 2026-03-02 09:15 UTC",
    )
    assert (intake.state.outcome, intake.state.failures) == (Outcome.OK, 0.0)
    assert intake.state.due_at == intake.state.not_before == make.at(minutes=15)
