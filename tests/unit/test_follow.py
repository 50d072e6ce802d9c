"""Which linked pages are read, and what that makes of an item."""

from dataclasses import replace
from typing import Any

import pytest

from pipeline import follow
from pipeline.alarms import unread_pages
from pipeline.dedupe import notices_for_text
from pipeline.linked import Copy, Linked, LinkedCounts, LinkedState
from pipeline.model import Item, Notice, Origin, Reason, Verdict
from pipeline.reading import LinkedPage, LinkTask
from tests import make

SHORT, LONG = make.item(summary="A line."), make.item(summary="word " * 60)
PAGE = LinkedPage(source_id="gov", url=SHORT.url, text="The text of the page, at some length.")
FAILED = LinkedPage(source_id="gov", url=SHORT.url, trouble="HTTP 503")
WAITING = Linked(state=LinkedState.WAITING)
COPY = Copy(
    url=SHORT.url, content_type="text/html", sha256="00", size=9, packed=b"x", fetched_at=make.NOW
)


@pytest.mark.parametrize(
    ("given", "summary", "expected"),
    [
        pytest.param({}, "A line.", True, id="official with short items"),
        pytest.param({}, "word " * 60, False, id="official with texts"),
        pytest.param({"follow": "page"}, "word " * 60, True, id="written"),
        pytest.param({"follow": "none"}, "A line.", False, id="written off"),
        pytest.param({"tier": "press"}, "A line.", False, id="press"),
        pytest.param({"kind": "api_govuk"}, "A line.", False, id="an API"),
    ],
)
def test_the_file_decides_or_how_little_the_items_say(
    given: dict[str, Any], summary: str, *, expected: bool
) -> None:
    items = [make.item(summary=summary)] * 3
    assert follow.follows(make.source(**given), items) is expected


def test_no_items_say_nothing_of_a_source() -> None:
    assert follow.follows(make.source(), []) is False


@pytest.mark.parametrize(
    ("item", "origin", "expected"),
    [
        pytest.param(SHORT, Origin.NEWS, True, id="news"),
        pytest.param(LONG, Origin.NEWS, False, id="it says enough itself"),
        pytest.param(replace(SHORT, url=""), Origin.NEWS, False, id="without a link"),
        pytest.param(
            replace(SHORT, url="http://gov.example/feed#3"), Origin.NEWS, False, id="of the list"
        ),
        pytest.param(SHORT, Origin.BASELINE, True, id="first contact"),
        pytest.param(
            replace(SHORT, published_at=make.at(days=-8)), Origin.BASELINE, False, id="older"
        ),
        pytest.param(
            replace(SHORT, published_at=None), Origin.BASELINE, False, id="first, without a date"
        ),
        pytest.param(replace(SHORT, published_at=None), Origin.NEWS, True, id="without a date"),
    ],
)
def test_whose_page_is_read(item: Item, origin: Origin, *, expected: bool) -> None:
    assert follow.wants_page(item, make.source(), origin, make.NOW) is expected


def test_a_written_key_reads_the_pages_of_long_items_too() -> None:
    assert follow.wants_page(LONG, make.source(follow="pdf"), Origin.NEWS, make.NOW)


def test_the_newest_come_first_and_each_page_once() -> None:
    source = make.source(follow="pdf")
    new = [
        make.numbered(1, published_at=make.at(days=-2)),
        make.numbered(2, published_at=None),
        make.numbered(3, published_at=make.at(days=-1)),
        make.numbered(1),
    ]
    waiting = [make.known(9, item=make.numbered(9)), make.known(8, item=make.numbered(3))]
    assert follow.tasks(source, new, waiting) == tuple(
        LinkTask(source=source, url=f"https://gov.example/news/{n}", pdf=True) for n in (1, 3, 2, 9)
    )


def test_what_waits_keeps_its_turn_beside_a_flood() -> None:
    new = [make.numbered(n) for n in range(100)]
    waiting = [make.known(n, item=make.numbered(n)) for n in range(200, 230)]
    urls = [task.url.rpartition("/")[2] for task in follow.tasks(make.source(), new, waiting)]
    assert urls == [str(n) for n in (*range(15), *range(200, 205))]


def test_a_page_is_tried_four_times_and_each_time_later() -> None:
    linked, waits = WAITING, []
    for _ in range(4):
        linked = follow.linked_after(FAILED, linked, make.NOW)
        waits.append(linked.next_at)
    assert waits == [make.at(hours=1), make.at(hours=6), make.at(hours=24), None]
    assert linked == Linked(state=LinkedState.TITLE_ONLY, trouble="HTTP 503", tries=4)


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        pytest.param(None, WAITING, id="not asked for"),
        pytest.param(
            replace(PAGE, copy=COPY),
            Linked(state=LinkedState.READ, tries=1, copy=COPY),
            id="read",
        ),
        pytest.param(
            replace(FAILED, final=True),
            Linked(state=LinkedState.TITLE_ONLY, trouble="HTTP 503", tries=1),
            id="never to be had",
        ),
        pytest.param(
            replace(FAILED, retry_after_seconds=7200.0),
            Linked(
                state=LinkedState.WAITING, trouble="HTTP 503", tries=1, next_at=make.at(hours=2)
            ),
            id="asked to wait",
        ),
        pytest.param(
            replace(FAILED, asked=False, retry_after_seconds=60.0),
            Linked(state=LinkedState.WAITING, trouble="HTTP 503", next_at=make.at(minutes=1)),
            id="left alone",
        ),
    ],
)
def test_what_becomes_of_a_page(page: LinkedPage | None, expected: Linked) -> None:
    assert follow.linked_after(page, None, make.NOW) == expected


def test_the_text_becomes_the_body_and_the_fingerprint_stays() -> None:
    followed = follow.with_text(SHORT, PAGE, make.source())
    assert followed == replace(SHORT, body=PAGE.text)
    own = replace(SHORT, body="The source's own text, which is longer than that of its page.")
    assert follow.with_text(own, PAGE, make.source()) == own
    assert follow.with_text(SHORT, None, make.source()) == SHORT


def test_a_text_can_show_the_language_that_a_title_did_not() -> None:
    item = replace(SHORT, title="AI Act", summary="", language="")
    page = replace(PAGE, text="La commission publie un rapport sur les modèles de la langue.")
    assert follow.with_text(item, page, make.source(language="")).language == "fr"


def test_an_edit_keeps_what_was_read_and_nothing_else() -> None:
    read = Linked(state=LinkedState.READ, tries=1)
    known = make.known(item=replace(SHORT, body=PAGE.text, language="fr"), linked=read)
    edited = replace(SHORT, title="Other", language="")
    assert follow.carried(edited, known) == replace(edited, body=PAGE.text, language="fr")
    assert follow.carried(edited, replace(known, linked=WAITING)) == edited
    assert follow.carried(edited, replace(known, linked=None)) == edited


def test_a_copy_is_kept_where_a_theme_applies() -> None:
    read = Linked(state=LinkedState.READ, tries=1, copy=COPY)
    near = make.match(verdict=Verdict.NEAR)
    assert follow.with_copy(read, [make.match()]) == read
    assert follow.with_copy(read, [near]) == replace(read, copy=None)
    assert follow.with_copy(None, []) is None


def test_waits_are_those_that_name_their_scope() -> None:
    busy = replace(FAILED, retry_after_seconds=60.0, wait_scope="gov.example:443/news")
    pages = {"a": busy, "b": FAILED, "c": replace(busy, wait_scope="")}
    assert follow.waits(pages, make.NOW) == (("gov.example:443/news", make.at(minutes=1)),)


def test_why_an_item_is_judged_by_its_title_only() -> None:
    assert WAITING.why == "the page was not read yet"
    assert replace(WAITING, trouble="HTTP 503").why == "HTTP 503"
    assert Linked(state=LinkedState.READ, trouble="its PDF: HTTP 404").why == ""


def test_a_late_text_says_only_what_its_title_did_not() -> None:
    matches = [make.match("safety"), make.match("law"), make.match("trade")]
    known = make.known(noticed_themes=frozenset({"safety"}), applied_themes=frozenset({"trade"}))
    assert notices_for_text(known, matches, make.at(days=-9)) == (
        Notice(theme="law", reason=Reason.NEW),
    )
    assert notices_for_text(replace(known, origin=Origin.BASELINE), matches, make.NOW) == ()


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        pytest.param(None, "", id="none is read"),
        pytest.param(LinkedCounts(waiting=9), "", id="none was tried"),
        pytest.param(LinkedCounts(title_only=2, trouble="HTTP 404"), "", id="few"),
        pytest.param(LinkedCounts(read=4, waiting=3, trouble="HTTP 404"), "", id="a minority"),
        pytest.param(
            LinkedCounts(read=3, waiting=2, title_only=1, trouble="HTTP 404"),
            "3 of 6 new items are judged by title only: HTTP 404",
            id="half",
        ),
    ],
)
def test_a_source_whose_pages_mostly_fail_is_told_of(
    counts: LinkedCounts | None, told: str
) -> None:
    assert unread_pages(counts) == told
