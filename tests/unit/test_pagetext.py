"""The main text of pages and PDFs, and what is said of those that have none."""

import pytest

from pipeline.errors import SourceError
from pipeline.model import Outcome
from pipeline.parse.pagetext import TEXT_LIMIT, PageText, page_text
from tests import make
from tests.e2e.pdfs import locked, pdf, sealed

URL = "https://gov.example/news/1.html"
SENTENCE = "The council met on Monday and discussed the draft guidance at length."
MENU = "".join(f'<li><a href="/{n}">AI policy {n}</a></li>' for n in range(9))


def read(content: str | bytes, content_type: str = "text/html") -> PageText:
    return page_text(make.document(content, url=URL, content_type=content_type))


def trouble(content: str | bytes, content_type: str = "text/html") -> tuple[Outcome, str]:
    with pytest.raises(SourceError) as caught:
        read(content, content_type)
    return caught.value.outcome, caught.value.message


def page(body: str, head: str = "") -> str:
    return (
        f"<!doctype html><html><head><title>Ministry</title>{head}</head><body>{body}</body></html>"
    )


@pytest.mark.parametrize(
    "around",
    [
        pytest.param("<nav>{menu}</nav>", id="nav"),
        pytest.param("<ul>{menu}</ul>", id="a list of links"),
        pytest.param("<div class='global-nav'><p>{menu}</p></div>", id="by its name"),
        pytest.param("<div role=navigation>{menu}</div>", id="by its role"),
        pytest.param("<footer><p>AI policy office</p></footer>", id="footer"),
        pytest.param("<script>var ai = 'policy'</script>", id="script"),
    ],
)
def test_what_stands_on_every_page_is_no_text_of_this_one(around: str) -> None:
    frame = around.format(menu=MENU)
    text = read(page(f"{frame}<h1>Meeting</h1><p>{SENTENCE * 3}</p>")).text
    assert ("AI" in text, text.endswith(SENTENCE * 3)) == (False, True)


def test_a_page_called_after_its_menu_is_read_all_the_same() -> None:
    inside = f"<div class='with-sidebar'><div><p>{SENTENCE}</p></div></div>"
    wrapped = f"<div class='menu-open'><main><h1>Meeting</h1><p>{SENTENCE}</p></main></div>"
    assert read(page(inside)).text == SENTENCE
    assert read(page(wrapped)).text == f"Meeting\n{SENTENCE}"


def test_documents_to_download_are_no_menu() -> None:
    files = "".join(f'<li><a href="{n}.pdf">Annex {n} to the guidance</a></li>' for n in range(9))
    found = read(page(f"<h1>Meeting</h1><p>{SENTENCE}</p><ul>{files}</ul>"))
    assert ("Annex 8" in found.text, found.pdf) == (True, "https://gov.example/news/0.pdf")


def test_the_first_pdf_of_the_main_part_goes_before_those_beside_it() -> None:
    links = '<footer><a href="/map.pdf">Map</a></footer><p><a href="/a.PDF?v=2">Annex</a></p>'
    assert read(page(f"<p>{SENTENCE}</p>{links}")).pdf == "https://gov.example/a.PDF?v=2"
    beside = '<footer><a href="/map.pdf">Map</a></footer>'
    assert read(page(f"<p>{SENTENCE}</p>{beside}")).pdf == "https://gov.example/map.pdf"
    none = '<a href="mailto:a@example.org">A</a><a href="http://[">B</a><a>C</a>'
    assert read(page(f"<p>{SENTENCE}</p>{none}")).pdf == ""


def test_a_page_may_be_only_the_cover_of_its_pdf() -> None:
    assert read(page('<p><a href="a.pdf">PDF</a></p>')) == PageText(
        "", pdf="https://gov.example/news/a.pdf"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "shift_jis", "euc-jp"])
def test_a_page_says_its_own_encoding(encoding: str) -> None:
    text = "審議会は生成AIの利用に関する指針の案について議論しました。"
    head = f'<meta http-equiv="Content-Type" content="text/html; charset={encoding}">'
    assert read(page(f"<p>{text}</p>", head).encode(encoding)).text == text


def test_a_short_page_may_ask_for_javascript_and_do_without() -> None:
    asks = "<div><p>このサイトではJavaScriptを有効にしてください。</p></div>"
    assert SENTENCE in read(page(f"{asks}<p>{SENTENCE}</p>")).text


def test_a_page_that_sends_its_readers_on_says_where() -> None:
    head = '<meta http-equiv="refresh" content="0; URL=\'/new/1.html\'">'
    assert read(page("", head)) == PageText("", refresh="https://gov.example/new/1.html")


def test_a_page_that_only_reloads_itself_is_read() -> None:
    head = f'<meta http-equiv="refresh" content="60; url={URL}">'
    assert read(page(f"<p>{SENTENCE}</p>", head)).text == SENTENCE


def test_a_long_page_keeps_its_own_log_in_and_its_beginning() -> None:
    form = "<form><input type='password'></form>"
    assert read(page(f"{form}<p>{SENTENCE * 4}</p>")).text == SENTENCE * 4
    assert len(read(page("".join(f"<p>{SENTENCE} {n}</p>" for n in range(4_000)))).text) <= (
        TEXT_LIMIT
    )


@pytest.mark.parametrize(
    ("content", "content_type", "outcome", "message"),
    [
        pytest.param(
            page("<div id=app></div><noscript>Please enable JavaScript.</noscript>"),
            "text/html",
            Outcome.BLOCKED,
            "the page says nothing without JavaScript",
            id="scripts",
        ),
        pytest.param(
            page("<form><input type='password'></form>"),
            "text/html",
            Outcome.BLOCKED,
            'a log-in page, titled "Ministry"',
            id="log-in",
        ),
        pytest.param(
            "<!doctype html><!-- nothing -->",
            "text/html",
            Outcome.NOT_A_FEED,
            "no text was found on the page",
            id="nothing at all",
        ),
        pytest.param(
            page("<p>Hello</p>"),
            "text/html",
            Outcome.NOT_A_FEED,
            "no text was found on the page",
            id="nothing to read",
        ),
        pytest.param(
            "<html>" + "x" * 5_000_000,
            "text/html",
            Outcome.TOO_BIG,
            "the page has more than 5,000,000 characters",
            id="too long",
        ),
        pytest.param(
            '{"a": 1}',
            "application/json; charset=utf-8",
            Outcome.NOT_A_FEED,
            "is no page and no PDF, but application/json",
            id="data",
        ),
        pytest.param(
            "some words",
            "",
            Outcome.NOT_A_FEED,
            "is no page and no PDF, but of no named type",
            id="of no type",
        ),
        pytest.param(
            "short",
            "text/plain",
            Outcome.NOT_A_FEED,
            "no text was found on the page",
            id="a plain text without a text",
        ),
        pytest.param(
            page(SENTENCE),
            "application/pdf",
            Outcome.NOT_A_FEED,
            "is called a PDF, and is none",
            id="no PDF",
        ),
        pytest.param(
            locked(), "application/pdf", Outcome.NOT_A_FEED, "the PDF is encrypted", id="locked"
        ),
        pytest.param(
            sealed(), "application/pdf", Outcome.NOT_A_FEED, "the PDF is encrypted", id="sealed"
        ),
        pytest.param(
            pdf("", ""),
            "application/pdf",
            Outcome.NOT_A_FEED,
            "the PDF has no text: its pages are images",
            id="images",
        ),
        pytest.param(
            b"%PDF-1.4 and no more",
            "application/pdf",
            Outcome.NOT_A_FEED,
            "the PDF is broken (PdfStreamError)",
            id="broken",
        ),
    ],
)
def test_what_has_no_text_says_why(
    content: str | bytes, content_type: str, outcome: Outcome, message: str
) -> None:
    assert trouble(content, content_type) == (outcome, message)


def test_a_plain_text_is_its_own_text() -> None:
    assert read(f" {SENTENCE}\r\n", "text/plain") == PageText(SENTENCE)


def test_a_pdf_is_read_page_by_page_as_far_as_there_is_room() -> None:
    assert read(pdf(SENTENCE, "", "The end."), "text/html").text == f"{SENTENCE}\nThe end."
    many = pdf(*(f"{n} {SENTENCE * 100}" for n in range(40)))
    assert len(read(many).text) == TEXT_LIMIT
