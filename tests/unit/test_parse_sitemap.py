from datetime import date

import pytest

from pipeline.model import Request
from pipeline.parse import KINDS, kind_of, parse
from tests import make

ADDRESS = "https://gov.example/sitemap.xml"
SITEMAP = KINDS["sitemap"]


def index(*entries: tuple[str, str]) -> str:
    listed = "".join(
        f"<sitemap><loc>{loc}</loc>" + (f"<lastmod>{date}</lastmod>" if date else "") + "</sitemap>"
        for loc, date in entries
    )
    return f"<sitemapindex>{listed}</sitemapindex>"


def more(content: str | bytes) -> list[str]:
    document = make.document(content, url=ADDRESS, content_type="")
    return [request.url for request in SITEMAP.more(document)]


def test_a_source_asks_for_its_own_address_first() -> None:
    source = make.source(kind="sitemap", url=ADDRESS)
    assert SITEMAP.first(source, date(2026, 7, 1)) == (Request(url=ADDRESS),)


def test_an_index_names_its_sitemaps_the_newest_first() -> None:
    content = index(
        ("https://gov.example/old.xml", "2020-01-01"),
        (" /new.xml?a=1&amp;b=2 ", "2026-02-27T10:00:00+00:00"),
        ("<![CDATA[https://gov.example/none.xml]]>", ""),
        ("https://gov.example/old.xml", "2020-01-01"),
    )
    assert more(content) == [
        "https://gov.example/new.xml?a=1&b=2",
        "https://gov.example/old.xml",
        "https://gov.example/none.xml",
    ]


def test_no_index_leads_to_another_host() -> None:
    content = index(("https://other.example/1.xml", ""), ("http://gov.example/2.xml", ""))
    assert more(content + "<sitemap><lastmod>2026</lastmod></sitemap>") == [
        "https://gov.example/2.xml"
    ]


@pytest.mark.parametrize("content", ["<urlset/>", "", "\x01\x02\x03", "<rss/>"])
def test_nothing_but_an_index_names_more(content: str) -> None:
    assert more(content) == []


@pytest.mark.parametrize("piece", ["<sitemap ", "<loc>", "<loc>" + " " * 99, "</sitemap", "<a:"])
def test_an_index_of_nonsense_is_read_in_one_go(piece: str) -> None:
    content = "<sitemapindex>" + piece * (1_000_000 // len(piece))
    assert more(content + "<sitemap><loc>/1.xml</loc></sitemap>") in (
        ["https://gov.example/1.xml"],
        [],
    )


def test_an_index_is_read_up_to_the_limit_of_one_reading() -> None:
    dated = [(f"https://gov.example/{n}.xml", f"2026-01-{n + 1:02d}") for n in range(12)]
    undated = [(loc, "") for loc, _ in dated]
    source = make.source(kind="sitemap")
    assert more(index(*dated)) == [f"https://gov.example/{n}.xml" for n in range(11, 2, -1)]
    assert parse(source, make.document(index(*dated))).trouble == ()
    assert parse(source, make.document(index(*undated))).trouble == (
        "3 sitemaps of the index are not read, 9 are the limit: give the address of one",
    )


def test_over_the_limit_the_newest_pages_of_the_wanted_part_stay() -> None:
    pages = "".join(
        f"<url><loc>https://gov.example/{part}/{n}</loc><lastmod>20{n % 25:02d}-01-01</lastmod>"
        "</url>"
        for n in range(5_010)
        for part in ("news", "about")
    )
    source = make.source(kind="sitemap", path_filter="/news/")
    parsed = parse(source, make.document(f"<urlset>{pages}</urlset>"))
    assert (len(parsed.items), parsed.trouble) == (
        5_000,
        ("10 older items left out, the limit is 5000",),
    )


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("<urlset/>", "sitemap"),
        ("<?xml version='1.0'?><sitemapindex xmlns='x'/>", "sitemap"),
        (' {"version": "https://jsonfeed.org/version/1"}', "jsonfeed"),
        ("<rss/>", "feed"),
        ("<html>", "feed"),
        ("words", "feed"),
    ],
)
def test_a_document_shows_its_kind(text: str, kind: str) -> None:
    assert kind_of(text) == kind
