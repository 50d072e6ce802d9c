from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Item, Precision, RawItem, Type
from pipeline.normalise import as_item, kept, normalise
from pipeline.parse.entries import in_language
from tests import make

SOURCE = make.source(timezone="Asia/Tokyo", type=Type.REPORT)


def kept_of(**overrides: Any) -> Item:
    item = normalise(make.raw_item(**overrides), SOURCE, make.NOW)
    assert item is not None
    return item


def test_an_item_is_plain_text_an_absolute_link_and_utc() -> None:
    raw = RawItem(
        base="https://gov.example/news/feed.xml",
        guid=" tag:1 ",
        link="../a.html?utm_source=rss",
        title=" A <b>plan</b>\n for R&amp;D ",
        summary="<p>One</p><p>Two</p>",
        body="<h1>One</h1> and more",
        author="<b>Press</b> office",
        language="en-GB",
        published="2026/3/1 10:00",
        updated="2026-03-02",
    )
    item = normalise(raw, SOURCE, make.NOW)
    assert item == Item(
        source_id="gov",
        guid="tag:1",
        url="https://gov.example/a.html",
        title="A plan for R&D",
        summary="One\nTwo",
        body="One\nand more",
        author="Press office",
        language="en",
        type=Type.REPORT,
        published_raw="2026/3/1 10:00",
        published_at=datetime(2026, 3, 1, 1, 0, tzinfo=UTC),
        precision=Precision.SECOND,
        fingerprint="95adeb9f479f80a9dd4b1314e965bb977b04780cffc03eef90c6ac4b3c1b1772",
    )


@pytest.mark.parametrize(
    ("texts", "title"),
    [
        pytest.param({"summary": "<p>It begins</p><p>so</p>"}, "It begins", id="of the summary"),
        pytest.param({"body": "It begins<br>so"}, "It begins", id="of the body"),
        pytest.param({"title": " <br> ", "body": "so"}, "so", id="a title without words"),
        pytest.param({"link": "/1"}, "", id="no text at all"),
        pytest.param({"title": "word " * 300}, "word " * 199 + "word…", id="shortened"),
    ],
)
def test_a_title_is_never_made_up(texts: dict[str, Any], title: str) -> None:
    item = normalise(RawItem(base="https://gov.example/", **texts), SOURCE, make.NOW)
    assert item is not None
    assert item.title == title


@pytest.mark.parametrize("guid", [None, "g1"])
def test_nothing_to_show_is_no_item(guid: str | None) -> None:
    raw = RawItem(
        base="https://gov.example/", guid=guid, link="javascript:x", title=" ", summary=""
    )
    assert normalise(raw, SOURCE, make.NOW) is None


@pytest.mark.parametrize(
    ("published", "updated", "expected"),
    [
        pytest.param("2026-03-01", "2026-02-01", ("2026-03-01", 1), id="published first"),
        pytest.param(None, "2026-03-01", ("2026-03-01", 1), id="updated alone"),
        pytest.param("soon", "2026-03-01", ("2026-03-01", 1), id="published makes no sense"),
        pytest.param("soon", "later", ("soon", None), id="neither makes sense"),
        pytest.param("2030-03-01", None, ("2030-03-01", None), id="the future"),
        pytest.param(None, "", ("", None), id="none"),
    ],
)
def test_a_date_is_one_that_the_source_gave_or_none(
    published: str | None, updated: str | None, expected: tuple[str, int | None]
) -> None:
    item = kept_of(published=published, updated=updated)
    assert (item.published_raw, item.published_at and item.published_at.day) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("2026-04-01", date(2026, 4, 1), id="a day"),
        pytest.param("2026/4/1 23:59", date(2026, 4, 1), id="the end of a day"),
        pytest.param("2026年4月1日0時0分", date(2026, 3, 31), id="midnight ends the day before"),
        pytest.param("2026-04-01T14:59:00Z", date(2026, 4, 1), id="by the source's own clock"),
        pytest.param("2028-12-31", date(2028, 12, 31), id="years ahead"),
        pytest.param("2036-04-01", None, id="further than any deadline"),
        pytest.param("in spring", None, id="no date"),
        pytest.param(None, None, id="none"),
    ],
)
def test_a_deadline_is_the_last_day_to_answer(written: str | None, expected: date | None) -> None:
    assert kept_of(deadline=written).deadline == expected


def test_an_entry_may_say_what_it_is() -> None:
    assert (kept_of(type=Type.RULE).type, kept_of().type) == (Type.RULE, Type.REPORT)


@pytest.mark.parametrize(
    ("written", "own", "title", "language"),
    [
        pytest.param("JA-jp", "en", "Plan", "ja", id="the entry's"),
        pytest.param("", "zh_Hant", "Plan", "zh", id="the source's"),
        pytest.param(None, "", "人工知能の計画", "ja", id="kana"),
        pytest.param(None, "", "인공지능 계획", "ko", id="hangul"),
        pytest.param(None, "", "人工智能", "", id="Chinese characters prove nothing"),
        pytest.param(None, "", "Plan", "", id="nor do Latin letters"),
    ],
)
def test_a_language_is_declared_or_proved_by_its_script(
    written: str | None, own: str, title: str, language: str
) -> None:
    raw = make.raw_item(language=written, title=title)
    item = normalise(raw, make.source(language=own), make.NOW)
    assert item is not None
    assert item.language == language


@pytest.mark.parametrize(
    ("categories", "expected"),
    [
        pytest.param(("AI", "Press release"), Type.PRESS, id="one names a type"),
        pytest.param(("パブリックコメント",), Type.CONSULTATION, id="Japanese"),
        pytest.param(("Speech", "speeches"), Type.SPEECH, id="twice the same"),
        pytest.param(("Speech", "Report"), Type.REPORT, id="two types: the source decides"),
        pytest.param(("Guidance for schools",), Type.REPORT, id="a word in a longer name"),
        pytest.param((), Type.REPORT, id="none"),
    ],
)
def test_the_type_is_what_the_categories_call_it(
    categories: tuple[str, ...], expected: Type
) -> None:
    assert as_item(make.raw_item(categories=categories), SOURCE, make.NOW).type is expected


def test_an_entry_that_says_too_little_is_an_item_still() -> None:
    raw = RawItem(base="https://gov.example/", guid="g1", published="2026-03-01")
    assert normalise(raw, SOURCE, make.NOW) is None
    item = as_item(raw, SOURCE, make.NOW)
    assert (item.guid, item.title, item.published_raw) == ("g1", "", "2026-03-01")


def test_texts_are_cut_where_no_reader_looks() -> None:
    item = kept_of(summary="a" * 30_000, body="b" * 300_000, author="c" * 900, published="d" * 900)
    lengths = [len(text) for text in (item.summary, item.body, item.author, item.published_raw)]
    assert lengths == [20_000, 200_000, 300, 300]


def test_a_monstrous_guid_keeps_its_identity_only() -> None:
    one, other, again = (kept_of(guid="a" * 5_000 + end).guid for end in ("1", "2", "1"))
    assert (one == again, one == other, len(one)) == (True, False, 71)


@pytest.mark.parametrize(
    "field", ["title", "summary", "body", "author", "link"], ids=lambda field: field
)
def test_a_fingerprint_follows_each_text_and_the_link(field: str) -> None:
    assert kept_of(**{field: "/other"}).fingerprint != kept_of().fingerprint


@pytest.mark.parametrize("field", ["published", "updated", "guid", "language", "deadline"])
def test_a_fingerprint_does_not_follow_the_date(field: str) -> None:
    assert kept_of(**{field: "2026-02-01"}).fingerprint == kept_of().fingerprint


def test_a_fingerprint_keeps_the_borders_of_its_texts() -> None:
    before, after = kept_of(summary="ab", body="c"), kept_of(summary="a", body="bc")
    assert before.fingerprint != after.fingerprint


@pytest.mark.parametrize(
    ("url", "path_filter", "expected"),
    [
        ("https://gov.example/j/press/1.html", "/press/", True),
        ("https://gov.example/j/news/1.html", "/press/", False),
        ("https://press.example/news?to=/press/", "/press/", False),
        ("https://gov.example/1.html", "", True),
        ("", "/press/", True),
    ],
)
def test_a_path_filter_looks_at_the_path_alone(url: str, path_filter: str, expected: bool) -> None:
    assert kept(make.item(url=url), make.source(path_filter=path_filter)) is expected


@given(
    st.builds(
        RawItem,
        base=st.just("https://gov.example/"),
        **{
            name: st.none() | st.text() | st.text("<>&;/pb x年1", max_size=20)
            for name in (
                "guid",
                "link",
                "title",
                "summary",
                "body",
                "author",
                "language",
                "published",
                "deadline",
            )
        },
    )
)
def test_any_entry_becomes_an_item_that_can_be_stored(raw: RawItem) -> None:
    item = normalise(raw, SOURCE, make.NOW)
    if item is not None:
        texts = (item.guid, item.url, item.title, item.summary, item.body, item.author)
        assert "\x00" not in "".join(texts).encode().decode()
        assert normalise(replace(raw, updated="2026-01-01"), SOURCE, make.NOW) is not None


def test_a_source_of_several_languages_is_not_of_the_language_of_its_template() -> None:
    source = make.source(language="", languages=("en", "fr"))
    item = RawItem(base="https://gov.example/", title="Le rapport de la commission", language="en")
    told = in_language(item, "en", source)
    of_its_own = in_language(item, "de", source)
    found = [as_item(raw, source, make.NOW).language for raw in (told, of_its_own)]
    assert (told.language, found) == (None, ["fr", "en"])


@pytest.mark.parametrize(
    ("markup", "links"),
    [
        ('<p>See <a href="https://orders.example/1">it</a></p>', ("https://orders.example/1",)),
        (
            "<a class=x href='//orders.example/a?b=1&amp;c=2'>",
            ("https://orders.example/a?b=1&c=2",),
        ),
        ('<a href="/news/2">own</a> <a href="mailto:a@b.example">mail</a>', ()),
        ('<a href="https://o.example/"></a>' * 2, ("https://o.example/",)),
        ("href=https://o.example/ in a text", ()),
        (f'<a href="https://o.example/{"x" * 550}">long</a>', ()),
    ],
)
def test_links_to_other_sites_are_kept(markup: str, links: tuple[str, ...]) -> None:
    assert kept_of(summary=markup).links == links


def test_links_do_not_make_an_edit() -> None:
    one, two = (kept_of(summary=f'<a href="https://o.example/{n}">it</a>') for n in "ab")
    assert one.fingerprint == two.fingerprint


def test_a_page_of_links_is_read_in_part() -> None:
    many = "".join(f'<a href="https://o.example/{n}">x</a>' for n in range(99))
    assert len(kept_of(body=many).links) == 20
