import re
from dataclasses import replace
from datetime import date

import pytest

from pipeline.errors import SourceError
from pipeline.model import Outcome, Parsed, RawItem, Request, Source
from pipeline.parse import KINDS, parse
from pipeline.places import Selectors
from tests import make

LIST = """<html lang="en"><title> Press
releases </title><ul>
<li><a href="/1">First</a> <time datetime="2026-03-01">yesterday</time></li>
<li><a href="2">Second</a> <time>28 February 2026</time></li>
</ul></html>"""


def page(**select: str) -> Source:
    return make.source(kind="page", select=Selectors(**({"item": "li"} | select)))


def read(content: str, **select: str) -> Parsed:
    return parse(page(**select), make.document(content, url="https://gov.example/news/"))


def dates(content: str, **select: str) -> list[str | None]:
    return [item.published for item in read(content, **select).items]


def test_an_item_is_its_link_the_text_of_it_and_its_date() -> None:
    assert read(LIST, date="time") == Parsed(
        title="Press releases",
        items=(
            RawItem(
                base="https://gov.example/news/",
                link="/1",
                title='<a href="/1">First</a>',
                published="2026-03-01",
            ),
            RawItem(
                base="https://gov.example/news/",
                link="2",
                title='<a href="2">Second</a>',
                published="28 February 2026",
            ),
        ),
    )


def test_without_selectors_every_link_is_an_item() -> None:
    parsed = parse(make.source(kind="page"), make.document(LIST))
    assert [(item.link, item.published) for item in parsed.items] == [("/1", None), ("2", None)]


@pytest.mark.parametrize(
    ("select", "link"),
    [
        pytest.param({"item": "a"}, "/1", id="the item is the link"),
        pytest.param({"link": "p"}, "/1", id="the link is inside what is named"),
        pytest.param({"link": "a.more"}, "/1", id="nothing by that name"),
        pytest.param({"link": "a:last-of-type"}, "/2", id="not the first link"),
    ],
)
def test_the_link_is_where_it_is_said_to_be_or_near(select: dict[str, str], link: str) -> None:
    parsed = read('<li><p><a href=" /1 ">one</a><a href="/2">two</a></p></li>', **select)
    assert parsed.items[0].link == link


def test_dates_above_the_items_are_joined() -> None:
    content = (
        "<h2>2026</h2><p>1 March</p><li><a href=1>a</a></li><p>2 March</p><li><a href=2>b</a></li>"
        "<h2>2025</h2><li><a href=3>c</a></li>"
    )
    assert dates(content, date="h2, p:not(.x, .y)") == [
        "2026 1 March",
        "2026 2 March",
        "2 March 2025",
    ]


def test_an_item_above_all_dates_has_none() -> None:
    assert dates("<li><a href=1>a</a></li><p>1 March 2026</p>", date="p") == [None]


def test_a_base_element_moves_the_links() -> None:
    parsed = read('<base href="/archive/"><li><a href=1>a</a></li>')
    assert [item.base for item in parsed.items] == ["https://gov.example/archive/"]


def test_a_page_of_another_language_than_its_source_names_none() -> None:
    document = make.document('<html lang="ja"><li><a href=1>a</a></li>')
    languages = [
        parse(make.source(kind="page", language=own), document).items[0].language
        for own in ("", "en")
    ]
    assert languages == ["ja", None]


def test_rows_without_a_link_are_no_items() -> None:
    content = "<li><a href=1>a</a></li><li>coming soon</li>"
    assert (len(read(content).items), read(content).trouble) == (1, ())


def test_mostly_rows_without_a_link_are_trouble() -> None:
    parsed = read("<li><a href=1>a</a></li><li>b</li><li>c</li>")
    assert parsed.trouble == ("2 of 3 places without a link were left out",)


def test_what_is_over_the_limit_is_counted() -> None:
    parsed = read("<li><a href=1>a</a></li>" * 5_002)
    assert (len(parsed.items), parsed.trouble) == (
        5_000,
        ("2 items left out, the limit is 5000",),
    )


@pytest.mark.parametrize(
    ("content", "select", "outcome", "message"),
    [
        pytest.param(
            "<p>new look</p>",
            {},
            Outcome.NOT_A_FEED,
            "selector 'li' finds nothing on the page: it was rebuilt, or the selector is wrong",
            id="rebuilt",
        ),
        pytest.param(
            "<li>a</li><li><a href=1>b</a></li>",
            {},
            Outcome.NOT_A_FEED,
            "selector 'li' finds 2 places, 1 of them with a link,"
            " where at least 2 are expected (min_items)",
            id="too few",
        ),
        pytest.param(
            "<title>Just a moment...</title>",
            {},
            Outcome.BLOCKED,
            'a wall against robots, titled "Just a moment..."',
            id="wall",
        ),
        pytest.param(" ", {}, Outcome.NOT_A_FEED, "the answer is empty", id="empty"),
    ],
)
def test_a_page_that_yields_too_little_is_refused(
    content: str, select: dict[str, str], outcome: Outcome, message: str
) -> None:
    source = make.source(kind="page", select=Selectors(item="li"), min_items=2)
    with pytest.raises(SourceError) as caught:
        parse(source, make.document(content))
    assert (caught.value.outcome, str(caught.value)) == (outcome, message)


@pytest.mark.parametrize("selector", ["li[[", "li::marker"])
def test_a_selector_that_finds_no_elements_is_named(selector: str) -> None:
    with pytest.raises(SourceError, match=rf"selector '{re.escape(selector)}' is not CSS"):
        read(LIST, item=selector)


def test_a_page_is_one_request_for_its_address() -> None:
    kind = KINDS["page"]
    source = page()
    assert [request.url for request in kind.first(source, date(2026, 7, 1))] == [source.url]
    assert kind.more(make.document(LIST)) == ()


def test_around_a_change_of_the_year_a_page_is_two_of_which_one_may_lack() -> None:
    source = make.source(kind="page", url="https://gov.example/{yyyy}/")
    assert KINDS["page"].first(source, date(2027, 1, 15)) == tuple(
        Request(url=f"https://gov.example/{year}/", may_lack=True) for year in (2027, 2026)
    )


def watched(content: str) -> Parsed:
    source = replace(page(item="main"), watch="text")
    return parse(source, make.document(content, url="https://gov.example/ai"))


def test_a_watched_page_is_one_entry_with_its_text_line_by_line() -> None:
    parsed = watched("<title>AI</title><nav>menu</nav><main><h1> a  b</h1><p>c &lt; d<p></main>")
    base = "https://gov.example/ai"
    assert parsed == Parsed(
        title="AI", items=(RawItem(base=base, link=base, title="AI", body="a b<br>c &lt; d"),)
    )


def test_a_watched_page_without_a_title_is_called_as_its_source() -> None:
    (item,) = watched("<main>text</main>").items
    assert item.title == "Ministry of Digital Affairs"


def test_a_watched_text_that_is_empty_is_refused() -> None:
    with pytest.raises(SourceError, match="what selector 'main' finds has no text: the page was"):
        watched("<main> <p></p></main>")
    with pytest.raises(SourceError, match="selector 'main' finds nothing on the page"):
        watched("<p>text</p>")


def test_a_watched_text_is_cut_where_it_is_no_page_any_more() -> None:
    parsed = watched(f"<main>{'a' * 100_001}</main>")
    assert parsed.trouble == ("only the first 100,000 of 100,001 characters are watched",)
    assert len(parsed.items[0].body or "") == 100_000
