"""The file of a person, edited by commands: no comment and no other line is touched."""

import pytest

from tests.e2e.world import Deployment, Page, Site, rss

SOURCES = """\
# What we read.
sources:
  # The ministry, by its feed.
  - id: gov   # for ever
    name: Ministry
    kind: feed
    url: URL/gov.xml   # not the old one
    group: gov

  # Others
  - {id: other, name: Other, kind: feed, url: 'URL/other.xml'}
"""


@pytest.fixture
def home(deployment: Deployment, site: Site) -> Deployment:
    deployment.write("sources.yaml", SOURCES.replace("URL", site.url("")))
    site.pages["/gov.xml"] = Page(
        rss(("AI plan", "https://gov.example/1", "Mon, 02 Mar 2026 08:00:00 GMT"))
    )
    site.pages["/other.xml"] = Page(rss())
    return deployment


def text(home: Deployment) -> str:
    return (home.home / "sources.yaml").read_text(encoding="utf-8")


def test_disabling_adds_two_lines_and_enabling_takes_them_away(home: Deployment) -> None:
    before = text(home)
    done = home.run("sources", "disable", "gov", "other", "--reason", "moved: ask  them")
    assert done.code == 0
    assert "+    enabled: false\n+    reason: 'moved: ask them'\n" in done.out
    assert "{id: other, name: Other, kind: feed" in text(home)
    listed = home.run("sources", "list", "--json").json
    assert [row["enabled"] for row in listed] == [False, False]
    assert home.run("sources", "enable", "gov", "other").code == 0
    assert text(home) == before
    done = home.run("sources", "enable", "gov", "--json")
    assert done.json == {"changed": False, "diff": ""}


def test_a_dry_run_writes_nothing(home: Deployment) -> None:
    before = text(home)
    done = home.run("sources", "disable", "gov", "--reason", "dead", "--dry-run")
    assert (done.code, text(home)) == (0, before)
    assert "+    reason: dead" in done.out


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("disable", "gvo", "--reason", "x"), 2, "no source is called 'gvo' (did you mean 'gov'?)"),
        (("disable", "gov", "--reason", " "), 2, "say why"),
        (("disable", "gov"), 2, "Missing option '--reason'"),
    ],
)
def test_a_mistake_gets_a_hint(
    home: Deployment, arguments: tuple[str, ...], code: int, told: str
) -> None:
    done = home.run("sources", *arguments)
    assert (done.code, told in " ".join(done.err.split())) == (code, True)


def test_what_is_known_of_a_source_survives_edits_and_another_name(home: Deployment) -> None:
    assert home.run("poll", "--all", "--json").json["results"][0]["new"] == 1
    home.run("sources", "disable", "gov", "--reason", "a pause")
    home.run("poll", "--all")
    home.run("sources", "enable", "gov")
    renamed = text(home).replace("id: gov  ", "id: ministry  ").replace("e: Mini", "e: The Mini")
    home.write(
        "sources.yaml", renamed.replace("    group: gov\n", "    group: gov\n    was: gov\n")
    )
    results = home.run("poll", "ministry", "--force", "--json").json["results"]
    assert [(r["source"], r["outcome"], r["new"], r["updated"]) for r in results] == [
        ("ministry", "ok", 0, 0)
    ]
    assert [i["source"] for i in home.run("items", "search", "AI", "--json").json["items"]] == [
        "ministry"
    ]
