"""Lists from and for elsewhere, and a whole round by commands that costs no comment."""

from difflib import ndiff
from pathlib import Path

import pytest

from pipeline.sourcesfile import entries
from tests.e2e.world import Deployment, Page, Site, rss

SOURCES = """\
# What we read, by hand.
sources:

  # Ministries: the old address was dropped.
  - id: gov
    name: Ministry
    kind: page   # no feed
    url: https://gov.example/
    group: gov
    select: {item: li}   # since spring

  # Others
  - {id: other, name: "=Other", kind: feed, url: 'https://other.example/feed'}
# The end.
"""


@pytest.fixture
def home(deployment: Deployment) -> Deployment:
    deployment.write("sources.yaml", SOURCES)
    return deployment


def text(home: Deployment) -> str:
    return (home.home / "sources.yaml").read_text(encoding="utf-8")


def test_a_round_by_commands_costs_no_comment_and_no_other_line(
    home: Deployment, site: Site, tmp_path: Path
) -> None:
    site.pages["/feed.xml"] = Page(rss(("A", "https://a.example/", "Mon, 02 Mar 2026 08:00 GMT")))
    steps = (
        ("add", site.url("/feed.xml"), "--id", "added", "--group", "gov", "--yes"),
        ("disable", "gov", "added", "--reason", "a pause"),
        ("enable", "gov"),
    )
    assert [home.run("sources", *step).code for step in steps] == [0, 0, 0]
    after = text(home)
    for kind in ("opml", "csv"):
        list_ = tmp_path / f"list.{kind}"
        list_.write_bytes(home.run("sources", f"export-{kind}").out.encode())
        told = home.run("sources", f"import-{kind}", str(list_), "--yes", "--json").json
        assert (told["written"], told["new"], len(told["known"])) == (False, [], 3)
        assert text(home) == after
    changes = [line for line in ndiff(SOURCES.splitlines(), after.splitlines()) if line[0] != " "]
    assert {line[0] for line in changes} == {"+"}
    assert "+   - id: added" in changes


def test_a_list_goes_to_another_deployment_whole(home: Deployment, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes(home.run("sources", "export-csv").out.encode())
    assert "'=Other" in (tmp_path / "list.csv").read_text(encoding="utf-8")
    first = "sources:\n  - {id: gov, name: G, kind: feed, url: 'https://g.example/'}\n"
    home.write("sources.yaml", first)
    assert home.run("sources", "import-csv", str(tmp_path / "list.csv"), "--yes").code == 0
    listed = home.run("sources", "list", "--json").json
    assert [(row["id"], row["name"], row["kind"], row["trial"]) for row in listed] == [
        ("gov", "G", "feed", False),
        ("gov-2", "Ministry", "page", True),
        ("other", "=Other", "feed", True),
    ]


@pytest.mark.parametrize("kind", ["opml", "csv"])
def test_a_list_of_ours_begins_an_empty_file_with_nothing_added_to_it(
    home: Deployment, tmp_path: Path, kind: str
) -> None:
    mine = (
        "sources:\n  - id: a\n    name: A\n    kind: page\n    url: https://www.meti.go.jp/press/x\n"
        "    jurisdiction: JP\n    language: [ja, en]\n    select:\n      item: li\n    via:\n"
        "      page: https://www.meti.go.jp/\n      link: a\n    enabled: false\n"
        "    reason: rebuilt\n"
    )
    home.write("sources.yaml", mine)
    (tmp_path / "list").write_bytes(home.run("sources", f"export-{kind}").out.encode())
    home.write("sources.yaml", "sources: []\n")
    assert home.run("sources", f"import-{kind}", str(tmp_path / "list"), "--yes").code == 0
    assert entries(text(home)) == entries(mine)


def test_feeds_of_a_reader_are_added_on_trial(home: Deployment, tmp_path: Path) -> None:
    (tmp_path / "reader.opml").write_text(
        '<opml version="2.0"><body><outline text="AI Policy">'
        '<outline text="New" xmlUrl="https://new.example/feed"/>'
        '<outline text="Bank of Japan" xmlUrl="http://www.boj.or.jp/rss/whatsnew.xml"/>'
        '<outline text="Bad" xmlUrl="feed:x"/></outline></body></opml>'
    )
    looked = home.run("sources", "import-opml", str(tmp_path / "reader.opml"), "--dry-run")
    assert (looked.code, text(home)) == (0, SOURCES)
    assert "2 new, 0 read already" in looked.err
    done = home.run("sources", "import-opml", str(tmp_path / "reader.opml"), "--yes", "--json")
    new, bank = done.json["new"]
    assert (new["group"], new["trial"], bank["id"]) == ("ai-policy", "true", "jp-boj")
    assert done.json["refused"] == ["Bad"]
    assert home.run("sources", "check", "--json").json["trial"] == ["new"]


@pytest.mark.parametrize(
    ("command", "content", "told"),
    [
        ("import-opml", b"<rss/>", "is no OPML, but <rss>"),
        ("import-csv", b"a,b\n", "no heading with a column 'url'"),
        ("import-csv", "url,name\nhttps://a.example/,é\n".encode("latin-1"), "is not UTF-8"),
    ],
)
def test_what_is_no_list_is_named(
    home: Deployment, tmp_path: Path, command: str, content: bytes, told: str
) -> None:
    (tmp_path / "list").write_bytes(content)
    done = home.run("sources", command, str(tmp_path / "list"), "--yes")
    assert (done.code, told in " ".join(done.err.split()), text(home)) == (2, True, SOURCES)
