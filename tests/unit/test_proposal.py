"""The entry that is proposed for an address: by its host, by its likes, by what a person asked."""

from typing import Any

import pytest

from pipeline.model import Type
from pipeline.places import Selectors
from pipeline.proposal import Find, api_kind, entry_for, same_address, same_site
from pipeline.yamlfile import Value
from tests import make

KNOWN: list[dict[str, Value]] = [
    {
        "id": "jp-a",
        "url": "https://www.a.go.jp/feed",
        "organisation": "Ministry of A",
        "jurisdiction": "JP",
        "tier": "official",
        "group": "jp-gov",
        "timezone": "Asia/Tokyo",
        "user_agent": "Mozilla/5.0",
    },
    {
        "id": "jp-b",
        "url": "https://b.example/feed",
        "organisation": "Ministry of A",
        "jurisdiction": "JP",
        "tier": "press",
        "group": "jp-press",
        "timezone": "Asia/Tokyo",
    },
    {"id": "x", "url": "https://news.sub.b.example/feed", "select": {"item": "li"}},
]


def entry(url: str, **find: Any) -> dict[str, Value]:
    return entry_for(Find(url=url, kind="feed", **find), KNOWN, ["jp-a", "jp-b", "x"])


def test_what_a_host_is_known_for_is_taken_over() -> None:
    items = [make.item(title="計画", language="ja", type=Type.CONSULTATION)]
    assert entry("https://a.go.jp/press/rss.xml", title="A 報道発表", items=items) == {
        "id": "jp-a-press",
        "name": "A 報道発表",
        "kind": "feed",
        "url": "https://a.go.jp/press/rss.xml",
        "organisation": "Ministry of A",
        "jurisdiction": "JP",
        "language": "ja",
        "type": "consultation",
        "tier": "official",
        "group": "jp-gov",
        "timezone": "Asia/Tokyo",
        "user_agent": "Mozilla/5.0",
    }


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://www.new.go.jp/rss", ("jp-new", "JP", "official", "jp-gov", "ja", "Asia/Tokyo")),
        (
            "https://www.lab.ac.jp/en/rss",
            ("jp-lab", "JP", "research", "jp-research", "en", "Asia/Tokyo"),
        ),
        ("https://x.y.gov.uk/feed", ("gb-y", "GB", "official", "gb-official", "", "")),
        ("https://agency.gov/feed", ("us-agency", "US", "official", "us-official", "", "")),
        ("https://c.europa.eu/feed", ("eu-europa", "EU", "official", "eu-official", "", "")),
        ("https://www.oecd.org/feed", ("oecd-oecd", "OECD", "official", "oecd-official", "", "")),
        ("https://institut.de/feed", ("de-institut", "DE", "press", "de-press", "de", "")),
        ("https://blog.example/feed", ("blog", "", "press", "world-press", "", "")),
        ("http://127.0.0.1:8000/feed", ("site", "", "press", "world-press", "", "")),
    ],
)
def test_a_host_says_where_it_is_and_who_speaks(url: str, told: tuple[str, ...]) -> None:
    made = entry(url)
    keys = ("id", "jurisdiction", "tier", "group", "language", "timezone")
    assert tuple(made.get(key, "") for key in keys) == told


def test_a_language_is_read_from_items_before_the_host() -> None:
    english = [make.item(title="A plan", language="", type=Type.OTHER)]
    german = [make.item(title="Ein Plan", language="", type=Type.OTHER)]
    assert entry("https://www.new.go.jp/rss", items=english)["language"] == "en"
    assert entry("https://new.example/rss", items=english)["language"] == "en"
    assert entry("https://institut.de/rss", items=german)["language"] == "de"


def test_what_a_person_asks_for_goes_first() -> None:
    select = Selectors(item="li", date="time")
    find = Find(
        url="https://a.go.jp/",
        kind="page",
        select=select,
        wishes={"id": "mine", "tier": "press", "jurisdiction": "JP", "group": "own"},
    )
    made = entry_for(find, KNOWN, [])
    assert [made[key] for key in ("id", "tier", "group", "min_items", "select", "name")] == [
        "mine",
        "press",
        "own",
        "3",
        {"item": "li", "date": "time"},
        "a.go.jp",
    ]
    assert entry("https://c.jp/", wishes={"tier": "press"})["group"] == "jp-press"


def test_a_taken_id_gets_a_word_of_the_path_or_a_number() -> None:
    taken = ["jp-new", "jp-new-b", "jp-new-2"]
    find = Find(url="https://new.jp/b/feed.xml", kind="feed")
    assert entry_for(find, [], taken)["id"] == "jp-new-3"
    assert entry_for(find, [], taken[:1])["id"] == "jp-new-b"


def test_an_address_is_the_same_by_http_and_with_a_slash() -> None:
    assert same_address("http://www.a.go.jp/feed/", KNOWN) == KNOWN[0]
    assert same_address("https://www.a.go.jp/feed2", KNOWN) is None


def test_a_site_is_known_by_host_organisation_and_name() -> None:
    assert [e["id"] for e in same_site("https://a.go.jp/", KNOWN)] == ["jp-a", "jp-b"]
    assert [e["id"] for e in same_site("https://b.example/x", KNOWN)] == ["jp-b", "jp-a", "x"]
    assert same_site("https://nobody.example/", KNOWN) == []


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://api.congress.gov/v3/bill?limit=20", "api_congress"),
        ("https://www.gov.uk/api/search.json?q=AI", "api_govuk"),
        ("https://kokkai.ndl.go.jp/api/speech?any=AI", "api_kokkai"),
        ("https://www.gov.uk/search/all.atom", ""),
    ],
)
def test_an_official_api_is_known_by_its_address(url: str, kind: str) -> None:
    assert api_kind(url) == kind
