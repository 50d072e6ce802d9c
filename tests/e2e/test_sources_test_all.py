"""`policywatch sources test --all`: a gentle round over all, and the mark of what works."""

from difflib import ndiff

import pytest

from jobs.roundup import KEPT
from tests.e2e.world import Deployment, Page, Site, rss

SOURCES = """\
# Ours.
sources:
  - id: good
    name: Good
    kind: feed
    url: URL/good.xml   # works
    trial: true
    notes: a
  - {id: gone, name: Gone, kind: feed, url: 'URL/gone.xml', trial: true}
  - {id: empty, name: Empty, kind: feed, url: 'URL/empty.xml'}
  - {id: off, name: Off, kind: feed, url: 'URL/off.xml', enabled: false, reason: x}
"""


@pytest.fixture
def home(deployment: Deployment, site: Site) -> Deployment:
    deployment.write("sources.yaml", SOURCES.replace("URL", site.url("")))
    deployment.environment["POLICYWATCH_NOW"] = "2026-03-03T12:00"
    site.pages["/good.xml"] = Page(rss(("A", "https://a.example/", "Mon, 02 Mar 2026 08:00 GMT")))
    site.pages["/empty.xml"] = Page(rss())
    return deployment


def text(home: Deployment) -> str:
    return (home.home / "sources.yaml").read_text(encoding="utf-8")


def test_a_round_tells_how_each_source_does_and_stores_nothing(home: Deployment) -> None:
    done = home.run("sources", "test", "--all", "--json")
    told = [(s["id"], s["outcome"], s["entries"], s["newest"]) for s in done.json["sources"]]
    assert told == [
        ("good", "ok", 1, "2026-03-02"),
        ("gone", "http_error", 0, ""),
        ("empty", "empty", 0, ""),
    ]
    assert (done.code, done.json["good"], done.json["verified"]) == (4, 1, [])
    files = {path.name for path in home.home.iterdir()}
    assert files == {"sources.yaml", "themes.yaml", "digests.yaml", KEPT}


def test_a_round_that_was_interrupted_goes_on_where_it_was(home: Deployment, site: Site) -> None:
    home.run("sources", "test", "--all")
    kept = home.home / KEPT
    lines = kept.read_text().splitlines()
    kept.write_text("\n".join(line for line in lines if '"empty"' not in line)[:-5])
    again = home.run("sources", "test", "--all", "--json")
    assert again.json["tried"] == 3
    # One whole line was left, one torn in half, and one never written.
    assert sum(site.hits.values()) == 3 + 2
    later = {"POLICYWATCH_NOW": "2026-03-05T12:00"}
    assert home.run("sources", "test", "--all", "--json", **later).json["tried"] == 3
    home.run("sources", "test", "--all", "--anew", **later)
    assert sum(site.hits.values()) == 3 + 2 + 3 + 3


def test_what_works_is_marked_with_the_day_and_nothing_else_changes(home: Deployment) -> None:
    before = text(home)
    looked = home.run("sources", "test", "--all", "--mark-verified", "--dry-run")
    assert text(home) == before
    assert "+    verified: 2026-03-03" in looked.err
    done = home.run("sources", "test", "--all", "--mark-verified", "--yes", "--json")
    assert done.json["verified"] == ["good"]
    changes = [x for x in ndiff(before.splitlines(), text(home).splitlines()) if x[0] in "+-"]
    assert changes == ["-     trial: true", "+     verified: 2026-03-03"]
    again = home.run("sources", "test", "--all", "--mark-verified", "--yes", "--json")
    assert again.json["verified"] == []


def test_the_report_is_a_table_of_markdown(home: Deployment) -> None:
    told = home.run("sources", "test", "--all", "--trial", "--markdown").out.splitlines()
    assert told[0] == "| source | outcome | entries | dated | newest | seconds | why |"
    assert told[1].count("---|") == 7
    assert [line.split(" | ")[0] for line in told[2:]] == ["| good", "| gone"]


def test_a_server_that_wants_to_be_left_alone_is_left_alone(home: Deployment, site: Site) -> None:
    site.pages["/gone.xml"] = Page(b"later", "text/plain", 429, {"Retry-After": "3600"})
    home.run("poll", "gone")
    told = home.run("sources", "test", "--all", "--json").json["sources"]
    (gone,) = [source["error"] for source in told if source["id"] == "gone"]
    assert gone.startswith("not asked: the server wants to be left alone until")
    assert site.hits["/gone.xml"] == 1


def test_neither_a_name_nor_all_is_a_mistake(home: Deployment) -> None:
    done = home.run("sources", "test")
    assert (done.code, "or say --all" in done.err) == (2, True)
