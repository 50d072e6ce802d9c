"""Selectors for a page that repeats: they find its news, and neither its menu nor its footer."""

import json
from pathlib import Path
from time import process_time

import pytest

from pipeline.parse import page
from pipeline.places import Selectors
from pipeline.selecting import proposed
from tests import make
from tests.unit.test_catalogue import PAGES

MENU = "".join(f'<li><a href="/{n}">A menu entry of some length {n}</a></li>' for n in range(9))


def titles(text: str) -> list[str]:
    select = proposed(text, make.NOW)
    assert select is not None
    source = make.source(kind="page", select=select, url="https://gov.example/")
    found = page.parse(source, make.document(text, content_type="text/html"))
    return [f"{raw.published or ''} {raw.link}".strip() for raw in found.items]


def rows(form: str, count: int = 4) -> str:
    return "".join(form.replace("#", str(n)) for n in range(1, count + 1))


@pytest.mark.parametrize(
    ("form", "select"),
    [
        pytest.param(
            '<li class="c-item"><time datetime="2026-02-0#">x</time>'
            '<a href="/#">Report number #</a></li>',
            Selectors(item="ul > li.c-item", date="time"),
            id="a list",
        ),
        pytest.param(
            '<div class="card"><a href="/tag">AI</a><h3><a href="/#">Report number #</a></h3>'
            "<p>2026年2月#日</p></div>",
            Selectors(item="div.card", title="h3 > a", link="h3 > a", date="p"),
            id="cards with a word above",
        ),
        pytest.param(
            '<article id="post-10#"><a class="t" href="/#">Report number #</a></article>',
            Selectors(item="article"),
            id="names that are counted name nothing",
        ),
    ],
)
def test_what_repeats_is_found(form: str, select: Selectors) -> None:
    text = f"<html><ul class=menu>{MENU}</ul><main><ul>{rows(form)}</ul></main></html>"
    found = proposed(text, make.NOW)
    assert found is not None
    assert (found.title, found.link, found.date) == (select.title, select.link, select.date)
    assert found.item.endswith(select.item.rpartition(" ")[2])
    assert [line.rpartition(" ")[2] for line in titles(text)] == ["/1", "/2", "/3", "/4"]


def test_a_date_above_its_rows_is_found() -> None:
    text = (PAGES / "jp-meti-press-html.html").read_text(encoding="utf-8")
    assert titles(text)[:2] == [
        "2026年2月27日 /press/2026/02/20260227001/20260227001.html",
        "2026年2月27日 /press/2026/02/20260227002/20260227002.html",
    ]


def test_a_year_in_a_heading_above_is_found() -> None:
    text = (PAGES / "jp-mofa-press-html.html").read_text(encoding="utf-8")
    assert titles(text) == [
        "令和8年2月 2月27日付 /mofaj/press/release/pressit_000001_00001.html",
        "令和8年2月 2月27日付 /mofaj/press/release/pressit_000001_00002.html",
        "令和8年2月 2月26日付 /mofaj/press/release/pressit_000001_00003.html",
    ]


@pytest.mark.parametrize("path", [pytest.param(p, id=p.stem) for p in PAGES.glob("*.html")])
def test_on_the_samples_of_shipped_pages_nothing_is_missed(path: Path) -> None:
    expected = [row[1] for row in json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))]
    links = [line.rpartition(" ")[2] for line in titles(path.read_text(encoding="utf-8"))]
    assert [url for url in expected if not any(url.endswith(link) for link in links)] == []


@pytest.mark.parametrize(
    ("body", "item"),
    [
        pytest.param(
            rows("<div class=x><p>Words</p></div>", 9)
            + rows('<div class=x><a href="/#">Report number #</a></div>', 3),
            "div.x > a",
            id="mostly without a link",
        ),
        pytest.param(
            '<div id="list"><p class=x>'
            + rows('<b><a href="/#">Report number #</a></b>')
            + "</p></div>",
            "p.x > b > a",
            id="groups of rows",
        ),
        pytest.param(
            f'<div id="list">{rows("<p><a href=/#>Report number #</a></p>")}</div>',
            "div#list > p",
            id="a place with a name",
        ),
    ],
)
def test_a_row_is_what_holds_one_link(body: str, item: str) -> None:
    found = proposed(f"<html><body>{body}</body></html>", make.NOW)
    assert found == Selectors(item=item)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("<p>Words</p>", id="words"),
        pytest.param(f"<nav>{MENU}</nav><ul class=menu>{MENU}</ul>", id="a menu"),
        pytest.param(rows('<li><a href="/#">The same words</a></li>'), id="the same words"),
        pytest.param(rows('<li><a href="/#">Short #</a></li>'), id="too little said"),
        pytest.param('<a href="/1">Report number 1</a>' * 3, id="bare links"),
    ],
)
def test_nothing_is_made_up(body: str) -> None:
    assert proposed(f"<html><body>{body}</body></html>", make.NOW) is None


def test_a_page_of_a_thousand_forms_is_no_trap() -> None:
    letters = "abcdefghij"
    body = "".join(
        f'<div class="c{letters[i % 10]}{letters[i // 10 % 10]}{letters[i // 100 % 10]}">'
        f'<a href="/{i}">A headline of some words {i}</a></div>'
        for i in range(3000)
    )
    start = process_time()
    assert proposed(f"<html><body>{body}</body></html>", make.NOW)
    assert process_time() - start < 8


@pytest.mark.parametrize("around", ["o:p", 'div-lang="en"', "x.y"])
def test_elements_without_a_selector_are_not_named(around: str) -> None:
    news = rows('<li><a href="/#">Report number #</a></li>')
    text = f'<html><{around}><ul class="news">{news}</ul></html>'
    found = proposed(text, make.NOW)
    assert found is not None
    assert found.item == "ul.news > li"


@pytest.mark.parametrize("around", ["o:p", 'div-lang="en"', "x.y"])
def test_a_list_with_no_other_name_is_found_in_them_too(around: str) -> None:
    news = rows('<li><a href="/#">Report number #</a></li>')
    assert titles(f"<html><{around}><ul>{news}</ul></html>") == ["/1", "/2", "/3", "/4"]
