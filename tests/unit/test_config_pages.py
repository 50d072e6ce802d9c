"""What `sources.yaml` says of pages that move or are watched, and the keys it must not hold."""

import pytest

from pipeline.places import Hub
from tests.unit.test_config_sources import source_problems, sources

PAGE = "{id: a, name: A, kind: page, url: 'https://a.example/', select: {item: li}"


def test_a_page_may_be_found_through_a_hub_and_be_watched() -> None:
    keys = "via: {page: https://a.example/all, link: nav a, text: '令和{era_year}年'}, watch: text"
    (source,) = sources(f"sources:\n - {PAGE}, {keys}}}\n")
    hub = Hub(page="https://a.example/all", link="nav a", text="令和{era_year}年")
    assert (source.via, source.watch) == (hub, "text")


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        pytest.param(
            "via: {page: https://a.example/all}",
            "'text': or 'link' says which link of the hub page to follow",
            id="no link",
        ),
        pytest.param(
            "via: {page: 'https://a.example/{yyyy}', link: a}",
            "'page': a hub page is where the moving address is found: its own does not move",
            id="a hub that moves",
        ),
        pytest.param(
            "via: {page: https://a.example/, link: 'a['}",
            "'link': 'a[' is no CSS selector: Malformed attribute selector, character 2",
            id="no selector",
        ),
        pytest.param(
            "via: {page: https://a.example/, link: 'a::after'}",
            "'link': 'a::after' selects no elements: pages have no ::before and the like",
            id="what only a browser has",
        ),
        pytest.param("via: https://a.example/", "'via': must be a mapping (key: value)", id="text"),
    ],
)
def test_a_hub_that_leads_nowhere_is_refused(keys: str, expected: str) -> None:
    told = source_problems(f"sources:\n - {PAGE}, {keys}}}\n")
    assert [line.partition(": ")[2] for line in told] == [f"source 1 (a): {expected}"]


def test_a_watched_page_does_not_move_by_its_address() -> None:
    moving = PAGE.replace("a.example/'", "a.example/{yyyy}'")
    told = source_problems(f"sources:\n - {moving}, watch: text}}\n")
    assert [line.partition("'watch': ")[2] for line in told] == [
        "compares one page with itself: find a moving one by 'via'"
    ]
    assert [s.url for s in sources(f"sources:\n - {moving}}}\n")] == ["https://a.example/{yyyy}"]


def keyed(name: str, value: str) -> str:
    url = f"https://a.example/?a=b&{name}={value}"
    keys = ", key_env: A_KEY" if value == "{key}" else ""
    return f"sources:\n - {{id: a, name: A, kind: feed, url: '{url}'{keys}}}\n"


@pytest.mark.parametrize(
    "name",
    [
        "key",
        "token",
        "api_key",
        "apikey",
        "apiKey",
        "api-key",
        "access_token",
        "accessToken",
        "subscription-key",
        "Ocp-Apim-Subscription-Key",
        "client_secret",
        "password",
    ],
)
def test_no_key_stands_in_an_address(name: str) -> None:
    (told,) = source_problems(keyed(name, "abc"))
    assert "'url': holds a key: write {key} in its place" in told
    assert sources(keyed(name, "{key}"))[0].key_env == "A_KEY"


@pytest.mark.parametrize("name", ["keyword", "keywords", "monkey", "tokens", "page", "q"])
def test_other_words_in_an_address_are_no_key(name: str) -> None:
    assert sources(keyed(name, "abc"))[0].url.endswith(f"{name}=abc")
