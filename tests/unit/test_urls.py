import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.urls import canonical, guid_form, host_key, identity_form, is_http_url

BASE = "https://gov.example/news/feed.xml"


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        pytest.param("a.html", "https://gov.example/news/a.html", id="relative"),
        pytest.param("/j/press/../a/./b", "https://gov.example/j/a/b", id="dots"),
        pytest.param("https://gov.example/j/../../a/./b", "https://gov.example/a/b", id="absolute"),
        pytest.param("https://gov.example/a/b/..", "https://gov.example/a/", id="dots at the end"),
        pytest.param("https://gov.example/a/.", "https://gov.example/a/", id="a dot at the end"),
        pytest.param("//cdn.example/x", "https://cdn.example/x", id="scheme of the base"),
        pytest.param("?id=7", "https://gov.example/news/feed.xml?id=7", id="query alone"),
        pytest.param("HTTP://GOV.example:80", "http://gov.example/", id="host and port"),
        pytest.param("https://gov.example:8443/x", "https://gov.example:8443/x", id="own port"),
        pytest.param("http://[2001:DB8::1]:80/", "http://[2001:db8::1]/", id="IPv6"),
        pytest.param(
            "https://\u653f\u5e9c.example/\u8a08\u753b",
            "https://xn--mxtq1m.example/%E8%A8%88%E7%94%BB",
            id="Japanese",
        ),
        pytest.param(
            "/%83%65%e3 x", "https://gov.example/%83%65%E3%20x", id="other encodings stay"
        ),
        pytest.param("/a//b;c=1/", "https://gov.example/a//b;c=1/", id="double slash stays"),
        pytest.param(
            "/a?id=3&utm_source=x&b=&fbclid=9&_ga=2.1&ns_source=rss&pk_campaign=f&id=4",
            "https://gov.example/a?id=3&b=&id=4",
            id="tracking",
        ),
        pytest.param(
            "/a;jsessionid=0A1B.n2/b?PHPSESSID=9&session_id=119",
            "https://gov.example/a/b?session_id=119",
            id="sessions",
        ),
        pytest.param("/a?utm_medium=rss", "https://gov.example/a", id="only tracking"),
        pytest.param("/a?x=1&amp;y=2", "https://gov.example/a?x=1&y=2", id="escaped twice"),
        pytest.param("/a#part-2", "https://gov.example/a#part-2", id="a place in the page"),
        pytest.param("/a#xtor=RSS-32", "https://gov.example/a", id="tracking in the fragment"),
        pytest.param("/a#rss", "https://gov.example/a", id="a fragment that says: by RSS"),
        pytest.param("/a#!/item/2", "https://gov.example/a#!/item/2", id="hash-bang"),
        pytest.param("/a#/item/2", "https://gov.example/a#/item/2", id="route"),
        pytest.param(" /a\n b/c ", "https://gov.example/a%20b/c", id="wrapped"),
    ],
)
def test_links_become_absolute_and_lose_only_their_tracking(link: str, expected: str) -> None:
    assert canonical(link, BASE) == expected


@pytest.mark.parametrize(
    "link",
    [
        pytest.param("", id="empty"),
        pytest.param("javascript:alert(1)", id="script"),
        pytest.param("mailto:press@example.org", id="mail"),
        pytest.param("ftp://gov.example/a", id="ftp"),
        pytest.param("https://", id="no host"),
        pytest.param("https:///a", id="no host but a path"),
        pytest.param("https://user:word@gov.example/", id="userinfo"),
        pytest.param("https://gov.example\\@evil.example/", id="backslash"),
        pytest.param("https://gov.example/\x00", id="control"),
        pytest.param("https://\uff11\uff12\uff17.0.0.1/", id="full-width digits"),
        pytest.param("https://%EF%BC%91.example/", id="escaped host"),
        pytest.param("https://gov.example:99999/", id="port"),
        pytest.param("https://gov example/", id="space in the host"),
        pytest.param("http://[::1", id="open bracket"),
        pytest.param(f"https://{'a' * 64}.example/", id="label too long"),
        pytest.param("/" + "a" * 9_000, id="too long"),
    ],
)
def test_what_is_no_web_address_is_empty(link: str) -> None:
    assert (canonical(link, BASE if link.startswith("/") else ""), is_http_url(link)) == ("", False)


@pytest.mark.parametrize("base", ["", "not an address", "https://[bad"])
def test_a_relative_link_needs_a_base(base: str) -> None:
    assert canonical("a.html", base) == ""


def test_identity_is_blind_to_scheme_and_tracking() -> None:
    assert {
        identity_form("http://gov.example/a?utm_source=rss"),
        identity_form("https://GOV.example:443/a#top"),
    } == {"gov.example/a"}


def test_a_place_in_a_page_is_no_page_but_may_be_an_item() -> None:
    assert identity_form("https://gov.example/a#2") == "gov.example/a"
    assert guid_form("https://gov.example/a#2") == "gov.example/a#2"
    assert identity_form("https://gov.example/a#/2") == "gov.example/a#/2"


def test_identity_of_what_is_no_address_is_the_text() -> None:
    assert identity_form(" tag:gov.example,2026:#1 ") == "tag:gov.example,2026:#1"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://gov.example/a", "gov.example:80"),
        ("https://GOV.example/a", "gov.example:443"),
        ("https://gov.example:8443", "gov.example:8443"),
        ("http://[::1]:8000/", "::1:8000"),
        ("tag:1", ""),
    ],
)
def test_a_host_is_its_name_and_its_port(url: str, expected: str) -> None:
    assert host_key(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [("https://gov.example/", True), ("HTTP://gov.example", True), ("/a", False), ("gov", False)],
)
def test_an_address_in_a_persons_file_is_absolute(url: str, expected: bool) -> None:
    assert is_http_url(url) is expected


@given(st.text() | st.text("htps:/[]@.%#?&=\\１a1", max_size=30), st.sampled_from(["", BASE]))
def test_a_canonical_address_stays_as_it_is(link: str, base: str) -> None:
    once = canonical(link, base)
    assert canonical(once) == once
