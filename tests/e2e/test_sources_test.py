"""`policywatch sources test`: any file or address, read exactly as a poll would read it."""

import gzip
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.world import Deployment, Page, Site, rss, sources_yaml
from tests.hostile.server import HostileServer, answer

SOURCES = """\
sources:
  - id: ministry
    name: Ministry
    kind: page
    url: https://ministry.example/press/
    timezone: Asia/Tokyo
    encoding: shift_jis
    select: {item: li, date: span}
  - {id: map, name: Map, kind: sitemap, url: 'URL/sitemap.xml', path_filter: /news/}
"""
PAGE = "<title>報道</title><ul><li><span>2026年2月27日 10時</span><a href=1.html>計画</a></ul>"


@pytest.fixture
def home(deployment: Deployment, site: Site) -> Deployment:
    deployment.write("sources.yaml", SOURCES.replace("URL", site.url("")))
    return deployment


def tried(home: Deployment, *arguments: str) -> dict[str, Any]:
    done = home.run("sources", "test", *arguments, "--json")
    found: dict[str, Any] = done.json
    assert (done.code == 0) is found["ok"], done.err
    return found


def first(found: dict[str, Any], *names: str) -> list[Any]:
    return [found["entries"][0][name] for name in names]


def test_an_entry_that_says_too_little_is_shown_and_named(home: Deployment, tmp_path: Path) -> None:
    file = tmp_path / "feed.xml"
    file.write_text("<rss><channel><title>N</title><item><guid>g1</guid></item></channel></rss>")
    found = tried(home, str(file))
    assert found == {
        "ok": True,
        "kind": "feed",
        "outcome": "partly_broken",
        "error": "1 entries have neither title, link nor text",
        "title": "N",
        "entries": [
            {
                "id": "g1",
                "title": "",
                "url": "",
                "published": None,
                "published_raw": None,
                "summary": "",
                "body": "",
                "author": "",
                "language": "",
                "type": "other",
                "deadline": None,
                "kept": False,
                "page": None,
            }
        ],
    }


def test_an_entry_in_which_the_file_breaks_off_is_shown_and_not_kept(
    home: Deployment, tmp_path: Path
) -> None:
    file = tmp_path / "feed.xml"
    file.write_bytes(rss(("A law", "/1", ""), ("A plan", "/2", "")).partition(b"<link>/2")[0])
    found = tried(home, str(file))
    assert [(entry["title"], entry["kept"]) for entry in found["entries"]] == [
        ("A law", True),
        ("A plan", False),
    ]
    assert "'A plan' breaks off before its link or id: it waits until whole" in found["error"]


def test_an_entry_in_which_a_feed_breaks_off_is_stored_when_it_is_whole(
    deployment: Deployment, site: Site
) -> None:
    whole = rss(("A law", "/1", ""), ("A plan", "/2", ""))
    site.pages["/news.xml"] = Page(whole.partition(b"<link>/2")[0])
    deployment.write("sources.yaml", sources_yaml(("gov", site.url("/news.xml"))))
    polled = []
    for _ in range(3):
        (result,) = deployment.run("poll", "--all", "--json").json["results"]
        polled.append(
            (result["outcome"], result["new"], "'A plan' breaks off" in str(result["error"]))
        )
        site.pages["/news.xml"] = Page(whole)
    assert polled == [("partly_broken", 1, True), ("ok", 1, False), ("ok", 0, False)]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.json", b'{"version":"https://jsonfeed.org/version/1","title":"J"}', ("jsonfeed", "J")),
        (
            "b.txt",
            b"<feed xmlns='http://www.w3.org/2005/Atom'><title>A</title></feed>",
            ("feed", "A"),
        ),
        ("c.xml.gz", gzip.compress(b"<urlset/>", mtime=0), ("sitemap", "")),
    ],
)
def test_a_file_shows_its_kind(
    home: Deployment, tmp_path: Path, name: str, content: bytes, told: tuple[str, str]
) -> None:
    (tmp_path / name).write_bytes(content)
    found = tried(home, str(tmp_path / name))
    assert (found["kind"], found["title"], found["outcome"]) == (*told, "empty")


def test_a_file_is_read_with_what_came_with_it(home: Deployment, tmp_path: Path) -> None:
    file = tmp_path / "feed"
    items = "<item><title>計画</title><link>1.html</link><pubDate>2026-02-27 10:00</pubDate></item>"
    file.write_bytes(f"<rss><channel>{items}</channel></rss>".encode("euc_jp"))
    options = ("--content-type", "text/xml; charset=euc-jp", "--timezone", "Asia/Tokyo")
    found = tried(home, str(file), *options, "--address", "https://gov.example/n/feed")
    assert first(found, "title", "url", "published") == [
        "計画",
        "https://gov.example/n/1.html",
        "2026-02-27T01:00:00+00:00",
    ]


def test_links_of_a_file_from_nowhere_are_of_the_site_that_it_names(
    home: Deployment, tmp_path: Path
) -> None:
    file = tmp_path / "feed.xml"
    channel = "<link>https://gov.example/n/</link><item><title>A</title><link>1.html</link></item>"
    file.write_text(f"<rss><channel>{channel}</channel></rss>")
    assert first(tried(home, str(file)), "url") == ["https://gov.example/n/1.html"]


def test_a_file_is_read_as_a_configured_source(home: Deployment, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_bytes(PAGE.encode("cp932"))
    found = tried(home, str(file), "--as", "ministry")
    assert (found["kind"], found["title"]) == ("page", "報道")
    assert first(found, "title", "url", "published") == [
        "計画",
        "https://ministry.example/press/1.html",
        "2026-02-27T01:00:00+00:00",
    ]
    by_hand = ("--kind", "page", "--select", "item=li", "--select", "date=span")
    assert tried(home, str(file), *by_hand)["title"] == "報道"


def test_an_address_shows_its_kind_and_an_index_leads_on(home: Deployment, site: Site) -> None:
    pages = "<url><loc>/news/a-plan</loc></url><url><loc>/about/us</loc></url>"
    site.pages["/pages.xml"] = Page(f"<urlset>{pages}</urlset>".encode())
    listed = f"<sitemap><loc>{site.url('/pages.xml')}</loc></sitemap>"
    lost = f"<sitemap><loc>{site.url('/lost.xml')}</loc></sitemap>"
    site.pages["/sitemap.xml"] = Page(f"<sitemapindex>{listed}{lost}</sitemapindex>".encode())
    found = tried(home, site.url("/pages.xml"))
    assert (found["kind"], first(found, "url")) == ("sitemap", [site.url("/news/a-plan")])
    found = tried(home, "map")
    assert (found["kind"], found["outcome"]) == ("sitemap", "partly_broken")
    assert "/lost.xml: HTTP 404" in found["error"]
    assert [entry["title"] for entry in found["entries"] if entry["kept"]] == ["A plan"]
    assert home.run("poll", "map").code == 0
    assert [i["url"] for i in home.run("items", "search", "plan", "--json").json["items"]] == [
        site.url("/news/a-plan")
    ]


def test_a_further_document_that_cannot_be_read_is_named(home: Deployment, site: Site) -> None:
    site.pages["/pages.xml"] = Page(b"<html><title>Sorry</title></html>", "text/html")
    listed = f"<sitemap><loc>{site.url('/pages.xml')}</loc></sitemap>"
    site.pages["/sitemap.xml"] = Page(f"<sitemapindex>{listed}</sitemapindex>".encode())
    found = tried(home, "map")
    assert found["error"].endswith('/pages.xml: is an HTML page, not a sitemap, titled "Sorry"')


@pytest.mark.parametrize(
    ("content", "outcome", "error"),
    [
        pytest.param(b"", "not_a_feed", "the answer is empty", id="empty"),
        pytest.param(b"%PDF-1.7", "not_a_feed", "is a PDF file", id="PDF"),
        pytest.param(b"<html><p>x", "not_a_feed", "is an HTML page, not a feed", id="page"),
        pytest.param(
            b"<input type=password>" * 9, "not_a_feed", "is an XML document", id="no page"
        ),
        pytest.param(
            b"<html><input type=password>", "blocked", "a log-in page", id="a log-in page"
        ),
        pytest.param(b"<sitemapindex/>", "empty", "the document has no entries", id="no entries"),
        pytest.param(b"x" * 15_000_001, "too_big", "more than 15,000,000 bytes", id="too big"),
    ],
)
def test_broken_things_have_an_outcome_each(
    home: Deployment, tmp_path: Path, content: bytes, outcome: str, error: str
) -> None:
    (tmp_path / "thing").write_bytes(content)
    found = tried(home, str(tmp_path / "thing"))
    assert found["outcome"] == outcome
    assert error in found["error"]


def test_a_key_goes_to_no_other_host(home: Deployment, site: Site) -> None:
    keyed = "  - {id: api, name: API, kind: feed, url: 'https://api.example/a', key_env: API_KEY}\n"
    home.write("sources.yaml", SOURCES.replace("URL", site.url("")) + keyed)
    site.pages["/a"] = Page(rss())
    # Its own host is not asked without a key; another one has no use for it.
    assert "needs a key" in tried(home, "api")["error"]
    assert tried(home, site.url("/a"), "--as", "api")["outcome"] == "empty"


def test_no_header_of_a_source_goes_to_another_host(home: Deployment) -> None:
    keyed = "{id: api, name: API, kind: feed, url: 'https://api.example/a', headers: HEADERS}\n"
    headers = "{X-Pass: open-sesame, Accept-Language: ja}"
    home.write("sources.yaml", "sources:\n  - " + keyed.replace("HEADERS", headers))
    with HostileServer({"/a": answer(rss())}) as server:
        home.environment["POLICYWATCH_ALLOW_NETWORKS"] = server.endpoint
        assert tried(home, server.url("/a"), "--as", "api")["outcome"] == "empty"
        sent = server.hits[0].headers
    assert sent["accept-language"] == "ja"
    assert "open-sesame" not in str(sent)


def test_the_deadline_of_an_entry_is_shown(home: Deployment, tmp_path: Path) -> None:
    file = tmp_path / "cases.xml"
    said = "受付締切日：2026年9月6日"
    item = (
        f"<item><title>案</title><link>a?id=123456</link><description>{said}</description></item>"
    )
    file.write_text(f"<rss><channel>{item}</channel></rss>", encoding="utf-8")
    assert first(tried(home, str(file), "--kind", "api_egov"), "type", "deadline") == [
        "consultation",
        "2026-09-06",
    ]


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("nothing.xml",), "is no file, no http(s) address and no source's id"),
        (("FILE", "--as", "minstry"), "no source is called 'minstry'"),
        (("minstry", "--as", "ministry"), "is no file, no http(s) address"),
        (("FILE", "--address", "feed.xml"), "is no http(s) address"),
        (("FILE", "--encoding", "klingon"), "no encoding is called 'klingon'"),
        (("FILE", "--timezone", "Tokyo"), "no zone is called 'Tokyo'"),
        (("FILE", "--select", "title=h2"), "give item=CSS"),
        (("FILE", "--kind", "fed"), "is not one of"),
        (("map", "--last-bad", "--as", "ministry"), "no --as, no --content-type"),
    ],
)
def test_a_wrong_question_gets_a_hint(
    home: Deployment, tmp_path: Path, arguments: tuple[str, ...], hint: str
) -> None:
    file = tmp_path / "feed.xml"
    file.write_bytes(rss())
    done = home.run("sources", "test", *(str(file) if a == "FILE" else a for a in arguments))
    assert done.code == 2
    assert hint in " ".join(done.err.split())
