from datetime import date

import pytest

from pipeline.errors import SourceError
from pipeline.model import Outcome, Request
from pipeline.parse.hub import links
from pipeline.places import Hub
from tests import make

HUB = """<base href="/press/"><p>no link</p>
<a href="r9.html">令和９年 の報道発表</a><a href="r8.html#top">令和8年の 報道発表</a>
<ul class="years"><li><a href="https://archive.example/2025">2025</a></li></ul>
<a class="bad" href="javascript:void(0)">令和7年</a>"""
MARCH, JULY = date(2027, 2, 1), date(2026, 7, 1)


def found(day: date, content: str = HUB, **where: str) -> tuple[Request, ...]:
    document = make.document(content, url="https://gov.example/hub")
    return links(make.source(kind="page"), Hub(page="https://gov.example/", **where), document, day)


@pytest.mark.parametrize(
    ("where", "url"),
    [
        ({"text": "令和{era_year}年"}, "https://gov.example/press/r8.html"),
        ({"text": "令和8年の報道"}, "https://gov.example/press/r8.html"),
        ({"link": "a[href^=r8]"}, "https://gov.example/press/r8.html"),
        ({"link": "ul.years"}, "https://archive.example/2025"),
        ({"link": "a", "text": "報道発表"}, "https://gov.example/press/r9.html"),
    ],
)
def test_the_first_link_that_is_meant_is_followed(where: dict[str, str], url: str) -> None:
    assert found(JULY, **where) == (Request(url=url),)


def test_around_a_change_of_the_year_two_links_are_followed_as_far_as_they_are_there() -> None:
    both = [f"https://gov.example/press/r{year}.html" for year in (9, 8)]
    assert found(MARCH, text="令和{era_year}年") == tuple(
        Request(url=url, may_lack=True) for url in both
    )
    without = HUB.replace("令和９年", "来年")
    assert found(MARCH, without, text="令和{era_year}年") == (Request(url=both[1]),)


@pytest.mark.parametrize(
    ("content", "where", "outcome", "message"),
    [
        pytest.param(
            HUB,
            {"link": "nav a", "text": "令和"},
            Outcome.NOT_A_FEED,
            "selector 'nav a' with text '令和' finds no link: it was rebuilt, or the link is called"
            " something else",
            id="nothing",
        ),
        pytest.param(
            HUB,
            {"text": "令和7年"},
            Outcome.NOT_A_FEED,
            "text '令和7年' finds no link: it was rebuilt, or the link is called something else",
            id="no address",
        ),
        pytest.param(
            "<title>Just a moment...</title>",
            {"link": "a"},
            Outcome.BLOCKED,
            'a wall against robots, titled "Just a moment..."',
            id="wall",
        ),
        pytest.param("", {"link": "a"}, Outcome.NOT_A_FEED, "the answer is empty", id="empty"),
    ],
)
def test_a_hub_without_the_link_is_named_with_what_was_looked_for(
    content: str, where: dict[str, str], outcome: Outcome, message: str
) -> None:
    with pytest.raises(SourceError) as caught:
        found(JULY, content, **where)
    assert (caught.value.outcome, str(caught.value)) == (
        outcome,
        f"the hub page https://gov.example/: {message}",
    )
