import gzip
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SourceError
from pipeline.model import Document, Outcome, Parsed, RawItem
from pipeline.parse import parse
from tests import make

ITEM = "<item><title>A plan</title><link>https://gov.example/1</link></item>"
SOURCE = make.source()


def rss(items: str = ITEM, head: str = "") -> str:
    return f'<rss version="2.0"><channel><title>News</title>{head}{items}</channel></rss>'


def read(content: str | bytes, **source: str) -> Parsed:
    return parse(make.source(**source), make.document(content, content_type=""))


def only(content: str, **source: str) -> RawItem:
    (item,) = read(content, **source).items
    return item


def test_a_feed_is_its_title_and_its_entries_as_they_are_written() -> None:
    item = (
        "<item><title>A &lt;b&gt;plan&lt;/b&gt;</title><link> /1 </link><guid>g/1</guid>"
        "<description>&lt;p&gt;It</description><author>Press office</author>"
        "<pubDate>2026年3月1日</pubDate></item>"
    )
    assert read(rss(item)) == Parsed(
        title="News",
        items=(
            RawItem(
                base="https://gov.example/feed",
                guid="g/1",
                link="/1",
                title="A <b>plan</b>",
                summary="<p>It",
                author="Press office",
                published="2026年3月1日",
            ),
        ),
    )


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(rss(""), id="RSS"),
        pytest.param(
            '<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title></feed>', id="Atom"
        ),
    ],
)
def test_a_feed_without_entries_is_empty_and_not_broken(content: str) -> None:
    assert read(content) == Parsed(title="News", items=())


@pytest.mark.parametrize(
    "before",
    [
        pytest.param('<?xml version="1.0" encoding="utf-8"?>', id="prolog"),
        pytest.param('\n \ufeff\ufeff<?xml version="1.0"?>\n', id="blank and marks"),
        pytest.param("<?xml version='1.0'?><?xml-stylesheet href='/a.xsl'?><!-- > -->", id="more"),
        pytest.param('<!DOCTYPE rss SYSTEM "http://dtd.example/rss.dtd">', id="doctype"),
        pytest.param('<!DOCTYPE rss [<!ENTITY a "b">]>', id="entities of its own"),
        pytest.param(f"<!-- {'a licence ' * 5_000} -->", id="a long comment"),
        pytest.param('<?xml version="1.0" encoding="shift_jis"?>', id="wrong encoding"),
    ],
)
def test_what_may_stand_before_a_feed_does_no_harm(before: str) -> None:
    assert read(f"{before}{rss()}") == read(rss())


@pytest.mark.parametrize("junk", ["<br />\n<b>Notice</b>: no such variable\n", "Warning! "])
def test_junk_before_a_feed_is_skipped_and_named(junk: str) -> None:
    parsed = read(f'{junk}<?xml version="1.0"?>{rss()}')
    assert (len(parsed.items), parsed.trouble) == (1, ("text before the feed was skipped",))


@pytest.mark.parametrize(
    ("written", "title"),
    [
        pytest.param("R&D & AI", "R&D & AI", id="bare ampersands"),
        pytest.param("caf&eacute;&nbsp;&hellip;", "café\xa0…", id="names of HTML"),
        pytest.param("&nosuch; R&D;", "&nosuch; R&D;", id="names of nobody"),
        pytest.param("&#8220;a&#x201d; &#146;", "“a” ’", id="numbers"),
        pytest.param("a\x00b\x1bc\ufffe", "abc", id="controls"),
        pytest.param("&lt;&amp;&gt;", "&lt;&>", id="what XML has"),
        pytest.param("<![CDATA[R&D &eacute;]]>", "R&D &eacute;", id="CDATA"),
        pytest.param("A&#0;&#xd800;&#x110000;&#x1f; plan", "A plan", id="no characters"),
    ],
)
def test_small_damage_is_repaired_without_a_word(written: str, title: str) -> None:
    parsed = read(rss(ITEM.replace("A plan", written)))
    assert ([item.title for item in parsed.items], parsed.trouble) == ([title], ())


def test_what_is_still_broken_is_read_leniently_and_named_by_its_line() -> None:
    parsed = read('<?xml version="1.0"?>\n' + rss("<item><title>A <b>plan</title></item>"))
    assert [item.title for item in parsed.items] == ["A <b>plan"]
    fault = "Opening and ending tag mismatch: b line 2 and title, line 2, column 78"
    assert parsed.trouble == (f"not well-formed, read leniently ({fault})",)


@pytest.mark.parametrize(
    "end", ["<item><title>Half of a ti", "<item><title>Half</title><link>http"]
)
def test_an_entry_that_was_torn_off_is_no_item(end: str) -> None:
    parsed = read(rss()[: -len("</channel></rss>")] + end)
    assert [item.title for item in parsed.items] == ["A plan"]
    assert parsed.trouble[0].startswith("broken after its last whole entry (")


@pytest.mark.parametrize(
    "name", ["<link>/2</link>", '<link href="/2"/>', "<guid>2</guid>", "<id>2</id>"]
)
@pytest.mark.parametrize("end", ["<description>Half of", "<description><![CDATA[Half <b", "<des"])
def test_of_a_torn_entry_that_says_which_it_is_the_whole_elements_count(
    name: str, end: str
) -> None:
    parsed = read(rss()[: -len("</channel></rss>")] + f"<item><title>Two</title>{name}{end}")
    assert [(item.title, item.summary) for item in parsed.items] == [
        ("A plan", None),
        ("Two", None),
    ]


@pytest.mark.parametrize("end", ["<description>Half &am", "<description><![CDATA[Half <b", "<lin"])
def test_a_torn_entry_of_which_nothing_but_the_title_came_is_shown_and_waits(end: str) -> None:
    parsed = read(rss()[: -len("</channel></rss>")] + f"<item><title>Two &amp; a</title>{end}")
    assert [item.title for item in parsed.items] == ["A plan"]
    assert [item.title for item in parsed.torn] == ["Two & a"]
    assert parsed.trouble[1] == "'Two & a' breaks off before its link or id: it waits until whole"


def test_an_id_that_stands_in_the_first_tag_is_one_before_anything_else_came() -> None:
    start = rss()[: -len("</channel></rss>")].replace("<rss", "<rss xmlns:rdf='urn:r'")
    parsed = read(start + "<item rdf:about='https://gov.example/2'><title>Two</title><lin")
    assert [item.title for item in parsed.items] == ["A plan", "Two"]
    assert parsed.torn == ()


def test_the_torn_end_of_a_feed_that_is_damaged_before_is_cut_off_too() -> None:
    parsed = read("<rss><channel><title>A <b>plan</title>" + ITEM + "<item><title>Half</title><lin")
    assert [item.title for item in parsed.items] == ["A plan"]


@pytest.mark.parametrize(
    "unclosed", ["<link>", "<description>All<link>/</link>", "<managingEditor>", "<title>More"]
)
def test_what_nobody_closed_before_the_entries_hides_none(unclosed: str) -> None:
    assert [item.title for item in read(rss(head=unclosed)).items] == ["A plan"]


def test_an_entry_in_a_text_is_none() -> None:
    item = f"<item><title>Two</title><description>{ITEM}</description></item>"
    assert [item.title for item in read(rss(item)).items] == ["Two"]


def test_an_entry_in_a_comment_is_none_in_a_damaged_feed_either() -> None:
    hidden = f"<!-- {ITEM.replace('A plan', 'Not yet')} -->"
    assert [item.title for item in read(rss(head=f"<x>{hidden}")).items] == ["A plan"]


@pytest.mark.parametrize(
    ("elements", "link"),
    [
        pytest.param("<guid>https://gov.example/g</guid>", "https://gov.example/g", id="guid"),
        pytest.param("<guid>abc-123</guid>", None, id="a guid that is no address"),
        pytest.param(
            '<guid isPermaLink="false">https://x.example</guid>', None, id="guid that says no"
        ),
        pytest.param(
            "<guid>https://gov.example/g</guid><link>/1</link>", "/1", id="link after the guid"
        ),
        pytest.param('<enclosure url="/a.pdf" type="application/pdf"/>', "/a.pdf", id="enclosure"),
        pytest.param("<link></link>", None, id="empty"),
    ],
)
def test_the_link_is_the_nearest_thing_to_a_page(elements: str, link: str | None) -> None:
    assert only(rss(f"<item><title>A plan</title>{elements}</item>")).link == link


@pytest.mark.parametrize(
    ("elements", "texts"),
    [
        pytest.param("<description>s</description>", ("s", None), id="description"),
        pytest.param("<content:encoded>b</content:encoded>", (None, "b"), id="content"),
        pytest.param(
            "<content:encoded>b</content:encoded><description>s</description>",
            ("s", "b"),
            id="both",
        ),
        pytest.param("", (None, None), id="neither"),
    ],
)
def test_descriptions_are_summaries_and_content_is_the_body(
    elements: str, texts: tuple[str | None, str | None]
) -> None:
    content = rss(f"<item><title>A plan</title>{elements}</item>").replace(
        "<rss", '<rss xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    )
    item = only(content)
    assert (item.summary, item.body) == texts


@pytest.mark.parametrize(
    ("own", "feed", "entry", "expected"),
    [
        pytest.param("", "<language>fr</language>", "", "fr", id="the feed's, if nobody said"),
        pytest.param("ja", "<language>en</language>", "", None, id="a person's word is better"),
        pytest.param(
            "ja", "<language>en</language>", "<dc:language>de</dc:language>", "de", id="entry"
        ),
        pytest.param("", "", "", None, id="none"),
    ],
)
def test_the_language_of_a_template_does_not_beat_a_person(
    own: str, feed: str, entry: str, expected: str | None
) -> None:
    content = rss(f"<item><title>A plan</title>{entry}</item>", feed).replace(
        "<rss", '<rss xmlns:dc="http://purl.org/dc/elements/1.1/"'
    )
    assert only(content, language=own).language == expected


def test_over_the_limit_the_newest_items_stay_in_their_order() -> None:
    dated = "".join(
        f"<item><title>{n}</title><pubDate>{2001 + n % 25}-01-01</pubDate></item>"
        for n in range(5_000)
    )
    oldest = "<item><title>old</title><pubDate>2000-01-01</pubDate></item>"
    undated = "<item><title>undated</title></item>"
    parsed = read(rss(oldest + dated + undated))
    assert [item.title for item in parsed.items] == [str(n) for n in range(5_000)]
    assert parsed.trouble == ("2 older items left out, the limit is 5000",)


@pytest.mark.parametrize(
    ("content", "status", "outcome", "message"),
    [
        pytest.param(b"", 200, Outcome.NOT_A_FEED, "the answer is empty", id="empty"),
        pytest.param(
            b" ",
            202,
            Outcome.BLOCKED,
            "the answer is empty (a wall that waits for JavaScript)",
            id="empty wall",
        ),
        pytest.param(b"%PDF-1.7", 200, Outcome.NOT_A_FEED, "is a PDF file", id="PDF"),
        pytest.param(
            b'{"items": []}', 200, Outcome.NOT_A_FEED, "is JSON, but not a feed", id="JSON"
        ),
        pytest.param(b"hello", 200, Outcome.NOT_A_FEED, "is not a feed", id="text"),
        pytest.param(
            b"<?xml version='1.0'?><opml version='2.0'/>",
            200,
            Outcome.NOT_A_FEED,
            "is an XML document of another kind (<opml>)",
            id="OPML",
        ),
        pytest.param(
            b"<!doctype html><title>News &amp;\n more</title>",
            200,
            Outcome.NOT_A_FEED,
            'is an HTML page, not a feed, titled "News & more"',
            id="page",
        ),
        pytest.param(
            b"<html><link rel=alternate type='application/rss+xml' href='/rss?a=1&amp;b=2'></html>",
            200,
            Outcome.NOT_A_FEED,
            "is an HTML page, not a feed; it names a feed: https://gov.example/rss?a=1&b=2",
            id="page that names a feed",
        ),
        pytest.param(
            b"<html><title>Just a moment...</title></html>",
            200,
            Outcome.BLOCKED,
            'a wall against robots, titled "Just a moment..."',
            id="wall",
        ),
        pytest.param(
            b'<html><title>Sign in</title><input name="p" type="password"></html>',
            200,
            Outcome.BLOCKED,
            'a log-in page, titled "Sign in"',
            id="log-in",
        ),
    ],
)
def test_what_is_no_feed_is_named(
    content: bytes, status: int, outcome: Outcome, message: str
) -> None:
    with pytest.raises(SourceError) as caught:
        parse(SOURCE, make.document(content, status=status, content_type=""))
    assert (caught.value.outcome, str(caught.value)) == (outcome, message)


@pytest.mark.parametrize(
    "element",
    ["<gml:pos>1 2</gml:pos>", "<psc:chapters><psc:chapter/></psc:chapters>", '<g:a b="c">d</g:a>'],
)
def test_an_odd_element_of_an_extension_costs_nothing(element: str) -> None:
    content = rss(ITEM.replace("<link>", f"{element}<link>")).replace(
        "<rss",
        '<rss xmlns:psc="http://podlove.org/simple-chapters" xmlns:g="https://gov.example/ns"'
        ' xmlns:gml="http://www.opengis.net/gml"',
    )
    assert read(content) == read(rss())


def test_what_feedparser_cannot_take_is_read_as_far_as_a_tree_holds_it() -> None:
    parsed = read(rss("<image><height/></width></image>" + ITEM))
    assert ([item.title for item in parsed.items], len(parsed.trouble)) == (["A plan"], 1)


PIECES = [*re.split("(?=<)|(?<=>)", rss()), "&", "\x00", "<![CDATA[", "]]>", "<!--", "é", "&#x;"]


@given(st.lists(st.sampled_from(PIECES)))
def test_any_mixture_is_read_or_refused(pieces: list[str]) -> None:
    document = Document(url="https://gov.example/", status=200, content="".join(pieces).encode())
    try:
        assert isinstance(parse(SOURCE, document), Parsed)
    except SourceError as error:
        assert error.outcome is Outcome.NOT_A_FEED  # noqa: PT017 - either end is fine


def test_a_bomb_of_gzip_is_too_big() -> None:
    content = gzip.compress(b"<rss>" + b" " * 20_000_000)
    with pytest.raises(SourceError) as caught:
        read(content)
    assert caught.value.outcome is Outcome.TOO_BIG
