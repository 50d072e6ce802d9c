"""Entries whose end tags, or whose elements' end tags, were forgotten or misspelt."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Parsed
from pipeline.parse import parse
from pipeline.parse.balance import balanced
from tests import make

ENDS = ("title", "link", "description", "dc:creator", "pubDate", "category", "item")
ONE = (
    "<title>AI法の改正案 1</title><link>https://gov.example/1</link>"
    "<description>A <b>bill</b> &amp; more<br/></description>"
)
TWO = "<item><title>Model rules</title><link>https://gov.example/2</link></item>"
BOTH = [("AI法の改正案 1", "https://gov.example/1"), ("Model rules", "https://gov.example/2")]


def rss(items: str, end: str = "</channel></rss>") -> str:
    return f'<rss version="2.0"><channel><title>官報</title>{items}{end}'


def read(content: str) -> Parsed:
    return parse(make.source(), make.document(content, content_type=""))


def told(parsed: Parsed) -> list[tuple[str | None, str | None]]:
    return [(item.title, item.link) for item in parsed.items]


@pytest.mark.parametrize(
    "items",
    [
        pytest.param(f"<item>{ONE}{TWO}", id="an entry without its end"),
        pytest.param(f"{TWO}<item>{ONE}", id="the last entry without its end"),
        pytest.param(f"<item>{ONE}</itm>{TWO}", id="an end of an entry, misspelt"),
        pytest.param(f"<item>{ONE}</item{TWO}", id="an end of an entry that is not whole"),
        pytest.param(f"<item>{ONE}</item>{TWO}".replace("1</title>", "1"), id="no end of a title"),
        pytest.param(f"<item>{ONE}</item>{TWO}".replace("1</title>", "1</titel>"), id="misspelt"),
        pytest.param(f"<item>{ONE}</item>{TWO}".replace("1</title>", "1</Title>"), id="its case"),
        pytest.param(f"<item>{ONE}</item>{TWO}".replace("1</title>", "1</ title>"), id="a blank"),
        pytest.param(f"<item>{ONE}</item>{TWO}".replace("1</title>", "1</title"), id="half of one"),
        pytest.param(f"<item>{ONE}</item>{TWO}".replace("1</link>", "1"), id="no end of a link"),
        pytest.param(
            f"<item>{ONE}</item>{TWO}".replace("</description>", ""), id="no end of the last"
        ),
        pytest.param(
            f"<item>{ONE}<x:y><p>A</p></item>{TWO}", id="no end of what nobody knows, around others"
        ),
        pytest.param(
            f"<item><category>法案<category>AI</category>{ONE}</item>{TWO}", id="the first of two"
        ),
        pytest.param(
            f"<item><source><title>白書</titel><id>7</id></source>{ONE}</item>{TWO}",
            id="in a source",
        ),
        pytest.param(
            f"<item>{ONE}</item>{TWO}".replace("1</title>", "1<x:y>Z</x:y>"), id="an extension next"
        ),
        pytest.param(f"<item>{ONE}<!-- </item> --><?x </item>?>{TWO}", id="no tags in comments"),
    ],
)
def test_an_entry_is_whole_whatever_end_tag_it_lacks(items: str) -> None:
    parsed = read(rss(items))
    assert sorted(told(parsed)) == BOTH
    assert parsed.trouble[0].startswith("not well-formed, read leniently (")


def test_an_entry_of_atom_ends_where_the_next_begins_or_the_feed_ends() -> None:
    entry = '<entry><title type="text">{0}</title><link href="/{0}?a>b"><id>{0}</id>'
    entries = "".join(entry.format(name) for name in ("甲", "乙"))
    parsed = read(f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>')
    assert told(parsed) == [("甲", "/甲?a>b"), ("乙", "/乙?a>b")]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(rss(f"<item>{ONE}</item>{TWO}"), id="nothing"),
        pytest.param(rss(f"<item>{ONE.replace('</b>', '')}</item>"), id="a tag in a text"),
        pytest.param(rss(f"<item>{ONE}</i></item>"), id="an end too many"),
        pytest.param(rss(f"<item>{ONE}<a><i></a></i></item>"), id="ends in another order"),
        pytest.param(rss(f"<item><description>{TWO}</description></item>"), id="within a text"),
        pytest.param(rss("<item><title><![CDATA[<item>]]></title></item><item/>"), id="CDATA"),
        pytest.param(rss("</item>", end=""), id="an end alone"),
    ],
)
def test_what_lacks_no_end_tag_of_an_entry_stays(text: str) -> None:
    assert balanced(text) == text


def test_an_entry_without_its_end_takes_other_damage_along() -> None:
    parsed = read(rss(f"<item>{ONE.replace('</b>', '')}{TWO}"))
    assert told(parsed) == BOTH


def test_what_would_lose_entries_is_read_as_it_stands() -> None:
    parsed = read(rss(f"<item>{ONE}<guid>1</giud><x>{TWO}</x></item>"))
    assert told(parsed) == BOTH


@given(st.integers(2, 5), st.data())
def test_one_broken_end_tag_costs_no_other_entry(count: int, data: st.DataObject) -> None:
    titles = [f"第{n}号 Notice" for n in range(count)]
    entries = [
        f"<item><title>{title}</title><link>https://gov.example/{n}</link>"
        "<description>本文 text</description><dc:creator>官房</dc:creator>"
        "<pubDate>Mon, 02 Mar 2026 00:00:00 GMT</pubDate><category>AI</category></item>"
        for n, title in enumerate(titles)
    ]
    place, name = data.draw(st.integers(0, count - 1)), data.draw(st.sampled_from(ENDS))
    slip = data.draw(st.sampled_from(["", f"</{name[:-1]}>", f"</{name}x>", f"</{name.upper()}>"]))
    entries[place] = re.sub(f"</{name}>", slip, entries[place])
    found = told(read(rss("".join(entries))))
    assert found == [(title, f"https://gov.example/{n}") for n, title in enumerate(titles)]
