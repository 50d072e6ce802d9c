"""`policywatch sources add URL`: from an address to items on the next poll, by one command."""

from typing import Any

import pytest

from tests.e2e.apis import ApiServer, federal_register, rule
from tests.e2e.world import Deployment, Page, Site, rss

SOURCES = """\
# Ours.
sources:
  - id: gov
    name: Ministry
    kind: feed
    url: https://gov.example/feed   # the old one
    jurisdiction: JP
    tier: official
    group: jp-gov

  # The rest
  - {id: other, name: Other, kind: feed, url: 'https://other.example/a', enabled: false, reason: x}
"""
ITEM = (
    "Regulation of AI systems begins",
    "https://site.example/1",
    "Mon, 02 Mar 2026 08:00:00 GMT",
)
LIST = """<html lang="en"><title>News of the agency</title><nav><ul class="menu">
<li><a href="/about">About this agency</a></li><li><a href="/contact">How to reach us</a></li>
<li><a href="/jobs">Work with us today</a></li></ul></nav><ul class="news">{}</ul></html>"""
ROW = (
    '<li><span class="day">{} March 2026</span> <a href="/n/{}.html">Guidance on AI, part {}</a>'
    "</li>"
)


@pytest.fixture
def home(deployment: Deployment) -> Deployment:
    deployment.write("sources.yaml", SOURCES)
    deployment.environment["POLICYWATCH_NOW"] = "2026-03-03T12:00"
    return deployment


def html(body: str) -> Page:
    return Page(body.encode(), "text/html; charset=utf-8")


def added(home: Deployment, *arguments: str) -> dict[str, Any]:
    done = home.run("sources", "add", *arguments, "--yes", "--json")
    assert done.code == 0, done.out + done.err
    told: dict[str, Any] = done.json
    assert told["written"]
    return told


def titles(home: Deployment, source_id: str) -> list[str]:
    results = home.run("poll", source_id, "--json").json["results"]
    assert [result["outcome"] for result in results] == ["ok"]
    found = home.run("items", "search", f"source:{source_id}", "--json").json["items"]
    return [item["title"] for item in found]


def text(home: Deployment) -> str:
    return (home.home / "sources.yaml").read_text(encoding="utf-8")


def test_the_feed_that_a_page_declares_is_read_from_the_next_poll_on(
    home: Deployment, site: Site
) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/feed.xml" title="All news">'
    site.pages["/"] = html(f"<html><head>{link}</head><body><p>Welcome</p></body></html>")
    site.pages["/feed.xml"] = Page(rss(ITEM).replace(b"<channel>", b"<channel><title>News</title>"))
    told = added(home, site.url("/"), "--id", "new", "--group", "jp-gov")
    assert (told["found"], told["matched"]) == ("declared by the page", 1)
    assert told["entry"] == {
        "id": "new",
        "name": "News",
        "kind": "feed",
        "url": site.url("/feed.xml"),
        "language": "en",
        "type": "press",
        "tier": "press",
        "group": "jp-gov",
        "verified": "2026-03-03",
    }
    before, after = SOURCES.splitlines(), text(home).splitlines()
    assert next(line for line in after if line not in before) == "  - id: new"
    assert [line for line in before if line not in after] == []
    assert after.index("  - id: new") < after.index("  # The rest")
    assert titles(home, "new") == [ITEM[0]]


def test_a_page_without_a_feed_is_read_by_what_repeats_on_it(home: Deployment, site: Site) -> None:
    rows = "".join(ROW.format(day, day, day) for day in (2, 1))
    site.pages["/news/"] = html(LIST.format(rows + ROW.format(3, 3, 3)))
    told = added(home, site.url("/news/"), "--id", "agency")
    assert told["entry"]["select"] == {"item": "ul.news > li", "date": "span.day"}
    assert (told["kind"], told["entry"]["name"]) == ("page", "News of the agency")
    assert [entry["published"][:10] for entry in told["entries"]] == [
        "2026-03-02",
        "2026-03-01",
        "2026-03-03",
    ]
    assert sorted(titles(home, "agency")) == [f"Guidance on AI, part {n}" for n in (1, 2, 3)]


def test_an_api_is_read_by_its_kind(home: Deployment) -> None:
    with ApiServer(federal_register([rule(1, "2026-03-02")])) as server:
        home.environment["POLICYWATCH_ALLOW_NETWORKS"] = server.netloc
        url = server.url("/api/v1/documents.json?conditions%5Bterm%5D=AI")
        told = added(home, url, "--id", "register", "--kind", "api_federal_register")
        assert (told["entry"]["kind"], told["entry"]["type"]) == ("api_federal_register", "rule")
        assert titles(home, "register") == ["Guidance 1 on AI"]


def test_a_sitemap_and_a_feed_in_its_usual_place_are_found(home: Deployment, site: Site) -> None:
    site.pages["/map.xml"] = Page(
        f"<urlset><url><loc>{site.url('/n/a-plan')}</loc></url></urlset>".encode()
    )
    assert added(home, site.url("/map.xml"), "--id", "map")["kind"] == "sitemap"
    site.pages["/blog/"] = html("<html><body><p>Nothing here names a feed.</p></body></html>")
    site.pages["/blog/feed/"] = Page(rss(ITEM))
    told = home.run("sources", "discover", site.url("/blog/"), "--json").json
    assert [(c["url"], c["entries"]) for c in told["candidates"] if c["entries"]] == [
        (site.url("/blog/feed/"), 1)
    ]
    assert added(home, site.url("/blog/"), "--id", "blog")["found"] == "where feeds usually lie"


def test_the_first_source_of_an_empty_file_is_added(home: Deployment, site: Site) -> None:
    home.write("sources.yaml", "# Ours.\nsources: []\n")
    site.pages["/feed.xml"] = Page(rss(ITEM))
    added(home, site.url("/feed.xml"), "--id", "first")
    assert text(home).startswith("# Ours.\nsources:\n  - id: first\n")
    assert titles(home, "first") == [ITEM[0]]


def test_a_page_whose_feed_is_read_already_can_be_read_itself(home: Deployment, site: Site) -> None:
    rows = "".join(ROW.format(day, day, day) for day in (1, 2, 3))
    site.pages["/list"] = html(LIST.format(rows))
    site.pages["/feed.xml"] = Page(rss(ITEM))
    added(home, site.url("/feed.xml"), "--id", "feed")
    done = home.run("sources", "add", site.url("/list"), "--yes")
    told = " ".join(done.err.split())
    assert done.code == 2
    assert f"{site.url('/list')} leads to {site.url('/feed.xml')}, which is read already" in told
    assert told.endswith("nothing is to be done; --kind page reads the page itself")
    assert added(home, site.url("/list"), "--kind", "page", "--id", "page")["kind"] == "page"


def test_the_name_to_ask_with_goes_into_the_entry(home: Deployment, site: Site) -> None:
    site.pages["/feed.xml"] = Page(rss(ITEM))
    told = added(home, site.url("/feed.xml"), "--user-agent", "Mozilla/5.0 (X11)")
    assert told["entry"]["user_agent"] == "Mozilla/5.0 (X11)"


def test_a_search_that_finds_nothing_to_read_says_so(home: Deployment, site: Site) -> None:
    site.pages["/empty.xml"] = Page(rss())
    done = home.run("sources", "discover", site.url("/empty.xml"))
    assert (done.code, done.err.splitlines()[-1]) == (4, "no feed was found that can be read")


def test_a_look_shows_what_would_be_read_and_writes_nothing(home: Deployment, site: Site) -> None:
    site.pages["/feed.xml"] = Page(rss(ITEM))
    done = home.run("sources", "add", site.url("/feed.xml"), "--id", "new", "--dry-run")
    assert (done.code, text(home)) == (0, SOURCES)
    assert "1 items, 1 of them match a theme" in done.err
    assert "Regulation of AI systems begins\tgovernance" in done.out
    assert "+  - id: new\n" in done.out
    asked = home.run("sources", "add", site.url("/feed.xml"))
    assert (asked.code, "say --yes" in asked.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        pytest.param(
            ("gov.example/feed",), 2, "did you mean https://gov.example/feed ?", id="no scheme"
        ),
        pytest.param(
            ("ftp://gov.example/feed",), 2, "is no address that begins with https://", id="FTP"
        ),
        pytest.param(
            ("http://192.168.1.1/feed",),
            4,
            "allow 192.168.1.1:80 in POLICYWATCH_ALLOW_NETWORKS",
            id="not public",
        ),
        pytest.param(
            ("http://gov.example/feed/",),
            2,
            "is read already: source 'gov', sources.yaml line 6",
            id="twice",
        ),
        pytest.param(
            ("https://other.example/a",),
            2,
            "is there, but disabled: source 'other', sources.yaml line 12: policywatch sources"
            " enable other",
            id="disabled",
        ),
        pytest.param(
            ("SITE/nothing",),
            4,
            "HTTP 404 Not Found -> look for its new address: policywatch sources discover SITE/",
            id="not there",
        ),
        pytest.param(
            ("SITE/locked",),
            4,
            "HTTP 403 Forbidden -> if a browser gets it, try a browser's name with --user-agent",
            id="refused",
        ),
        pytest.param(
            ("SITE/list", "--id", "gov"),
            2,
            "--id gov: source 'gov', sources.yaml line 3, has that name or had it",
            id="an id that is taken",
        ),
        pytest.param(
            ("SITE/latest", "--kind", "page", "--select", "item=li"),
            4,
            "is no page, but a feed -> leave --select away",
            id="a feed for a page",
        ),
        pytest.param(
            ("SITE/latest", "--kind", "sitemap"),
            4,
            "is a feed: its kind is 'feed' -> leave --kind away",
            id="a feed for a sitemap",
        ),
        pytest.param(
            ("SITE/latest", "--path-filter", "/laws/"),
            4,
            "none of its 1 entries would be kept",
            id="a filter that keeps nothing",
        ),
        pytest.param(
            ("SITE/dead",),
            4,
            "the feed that it names is not read (SITE/gone.xml: HTTP 404 Not Found), and nothing",
            id="a page with a dead feed",
        ),
        pytest.param(
            ("SITE/list", "--kind", "feed"),
            4,
            'is an HTML page, not a feed, titled "News of the agency" -> leave --kind away',
            id="a page for a feed",
        ),
        pytest.param(
            ("SITE/list", "--select", "item=li.news"),
            4,
            "selector 'li.news' finds nothing on the page: it was rebuilt, or the selector is"
            " wrong -> leave --select away",
            id="a wrong selector",
        ),
        pytest.param(
            ("SITE/list", "--select", "item=li["),
            2,
            "'li[' is no CSS selector",
            id="no selector",
        ),
        pytest.param(("SITE/list", "--select", "li"), 2, "give item=CSS", id="no item"),
        pytest.param(
            ("SITE/app",),
            4,
            "the page is built by JavaScript, which is not run here",
            id="JavaScript",
        ),
        pytest.param(("SITE/wall",), 4, "/wall: shows a wall against robots", id="a wall"),
        pytest.param(("SITE/text",), 4, "nothing on it repeats like a list of news", id="no list"),
        pytest.param(
            ("SITE/empty.xml",),
            4,
            "the document has no entries -> see in a browser",
            id="no entries",
        ),
        pytest.param(("SITE/paper",), 4, "/paper: is a PDF file -> give the", id="a PDF"),
        pytest.param(
            ("SITE/list", "--id", "Gov"), 2, "'id': may hold lower-case letters", id="a wrong id"
        ),
    ],
)
def test_a_mistake_is_named_with_what_to_do(
    home: Deployment, site: Site, arguments: tuple[str, ...], code: int, told: str
) -> None:
    rows = "".join(ROW.format(day, day, day) for day in (1, 2, 3))
    site.pages["/list"] = html(LIST.format(rows))
    script = '<script src="/app.js"></script>'
    site.pages["/app"] = html(f'<html><body><div id="root"></div>{script}</body></html>')
    site.pages["/wall"] = html("<html><title>Just a moment...</title><p>Checking</p></html>")
    site.pages["/text"] = html("<html><body><h1>About</h1><p>Some words.</p></body></html>")
    site.pages["/empty.xml"] = Page(rss())
    site.pages["/paper"] = Page(b"%PDF-1.7", "application/pdf")
    site.pages["/locked"] = Page(b"No.", "text/html", 403)
    site.pages["/latest"] = Page(rss(ITEM).replace(b"https://site.example", site.url("").encode()))
    dead = '<link rel="alternate" type="application/rss+xml" href="/gone.xml">'
    site.pages["/dead"] = html(f"<html><head>{dead}</head><body><p>Welcome.</p></body></html>")
    words = [word.replace("SITE", site.url("")) for word in arguments]
    done = home.run("sources", "add", *words, "--yes")
    assert (done.code, text(home)) == (code, SOURCES)
    assert told.replace("SITE", site.url("")) in " ".join(done.err.split())
    assert done.err.count(f"{words[0]}: {words[0]}") == 0


def test_a_page_that_is_better_not_looked_into_is_read_where_it_can_be_killed(
    home: Deployment, site: Site
) -> None:
    rows = "".join(ROW.format(day, day, day) for day in (1, 2, 3))
    site.pages["/deep"] = html("<div>" * 300 + LIST.format(rows) + "</div>" * 300)
    done = home.run("sources", "add", site.url("/deep"), "--yes")
    told = " ".join(done.err.split())
    assert (done.code, "not looked into (elements more than 200 deep) ->" in told) == (4, True)
    read = added(home, site.url("/deep"), "--select", "item=ul.news > li", "--id", "deep")
    assert len(read["entries"]) == 3


def test_what_is_known_of_the_same_site_is_named(home: Deployment, site: Site) -> None:
    known = f"  - {{id: list, name: List, kind: feed, url: '{site.url('/feed.xml')}'}}\n"
    home.write("sources.yaml", SOURCES + known)
    site.pages["/app"] = html("<html><script></script><div id=app></div></html>")
    done = home.run("sources", "add", site.url("/app"), "--yes", "--json")
    assert (done.code, done.json["ok"], done.json["known"]) == (
        4,
        False,
        [{"id": "list", "kind": "feed", "url": site.url("/feed.xml")}],
    )
