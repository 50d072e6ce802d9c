"""Where a page says that its feeds are, and what stands in the way when it says nothing."""

import pytest

from pipeline.discover import candidates, common_places, page_text, scripted, why_not
from pipeline.errors import SourceError
from tests import make

URL = "https://gov.example/news/index.html"


def found(body: str) -> list[tuple[str, str, str]]:
    return [(c.url, c.found, c.title) for c in candidates(f"<html>{body}</html>", URL)]


def test_what_a_page_declares_comes_before_what_it_links_to() -> None:
    body = """
    <link rel="stylesheet" href="/style.css" type="text/css">
    <link rel="alternate" hreflang="ja" href="/ja/" type="text/html">
    <a href="feed.rdf">RDF</a> <a href="/about">About</a>
    <a href="/channels"><img src="i.png" alt="RSS"></a>
    <a href="/long">An essay about the feed of news that nobody has ever asked to read at all</a>
    <link rel="alternate" type="application/atom+xml" href="/atom" title="All news">
    <link rel="ALTERNATE" type="application/feed+json" href="/feed.json?a=1&amp;b=2">
    <a href="http://gov.example/atom">the same</a>
    <a href="javascript:void(0)">RSS</a>
    """
    assert found(body) == [
        ("https://gov.example/atom", "declared by the page", "All news"),
        ("https://gov.example/feed.json?a=1&b=2", "declared by the page", ""),
        ("https://gov.example/news/feed.rdf", "linked on the page", "RDF"),
        ("https://gov.example/channels", "linked on the page", "RSS"),
    ]


def test_a_page_has_its_own_base() -> None:
    assert found('<base href="https://other.example/x/"><a href="rss.xml">Feed</a>') == [
        ("https://other.example/x/rss.xml", "linked on the page", "Feed")
    ]


def test_usual_places_are_beside_the_page_and_at_the_top() -> None:
    assert [c.url for c in common_places(URL)][:4] == [
        "https://gov.example/news/feed/",
        "https://gov.example/feed/",
        "https://gov.example/news/rss.xml",
        "https://gov.example/rss.xml",
    ]
    assert next(c.url for c in common_places("https://gov.example")) == "https://gov.example/feed/"


@pytest.mark.parametrize(
    ("body", "empty"),
    [
        ("<p>Words</p>", False),
        ("<script></script><div id=root></div>", True),
        ("<script></script><noscript>Please enable JavaScript.</noscript><p>Hello</p>", True),
        ("<script></script><p>x</p>", True),
        ("<script></script>" + "<a href=/x>A headline that says something</a>" * 5, False),
        ("<script></script><div id=app><a href=/x>News</a></div>" + "word " * 20, False),
    ],
)
def test_an_empty_shell_is_told_from_a_page(body: str, empty: bool) -> None:
    assert scripted(f"<html><body>{body}</body></html>") is empty


def test_what_stands_in_the_way_is_named() -> None:
    def page(text: str) -> str:
        return why_not(make.document(text, content_type="text/html"))

    assert page("<html><p>Words</p></html>") == ""
    assert "built by JavaScript" in page("<html><script></script><div id=app></div></html>")
    assert "a wall against robots" in page("<html><title>Just a moment...</title></html>")
    assert page("<rss/>") == ""


def test_a_page_is_told_from_a_feed_and_from_a_wall() -> None:
    assert page_text(make.document("<rss></rss>")) == ""
    page = "<?xml version='1.0'?><!DOCTYPE html><html><p>Words</html>"
    assert page_text(make.document(page, content_type="text/html")).startswith("<!DOCTYPE html>")
    with pytest.raises(SourceError, match="log-in"):
        page_text(make.document("<html><input type=password>", content_type="text/html"))
