"""OPML and CSV: what we wrote comes back whole, what others wrote comes as far as it goes."""

import pytest

from pipeline.exchangefiles import ListError, from_csv, from_opml, group_of, to_csv, to_opml
from pipeline.sourcesfile import entries
from pipeline.yamlfile import Value
from tests.unit.test_catalogue import TEXT

SHIPPED = entries(TEXT)
ODD: dict[str, Value] = {
    "id": "odd",
    "name": '=HYPERLINK("https://x.example/")',
    "kind": "page",
    "url": "https://odd.example/?a=1&b=<2>",
    "organisation": "'+1",
    "select": {"item": "a > b", "date": "time"},
    "via": {"page": "https://odd.example/", "text": "令和{era_year}年: 一覧"},
    "language": ["ja", "en"],
    "headers": {"Accept": "a, b"},
    "was": ["x", "y"],
    "enabled": "false",
    "reason": "-1 day",
}


def grouped(listed: list[dict[str, Value]]) -> list[dict[str, Value]]:
    return sorted(listed, key=lambda entry: str(entry["id"]))


def test_what_we_wrote_comes_back_as_it_went() -> None:
    listed = [*SHIPPED, ODD]
    assert grouped(from_opml(to_opml(listed, "Ours"))) == grouped(listed)
    assert from_csv(to_csv(listed)) == listed


def test_opml_is_what_readers_expect() -> None:
    told = to_opml([SHIPPED[0], ODD], "Ours").decode()
    assert '<outline text="jp-gov">' in told
    assert 'type="rss" xmlUrl="https://www.kantei.go.jp/index-jnews.rdf"' in told
    assert 'type="link" url="https://odd.example/?a=1&amp;b=&lt;2&gt;"' in told


def test_opml_of_others_is_read() -> None:
    text = b"""<?xml version="1.0"?><opml version="1.0"><head/><body>
    <outline text="AI &amp; Law"><outline title=" Letters  of law " xmlUrl="https://a.example/feed"/>
      <outline text="Deep"><outline text="B" xmlUrl="https://b.example/feed"/></outline></outline>
    <outline text="C" type="rss" xmlUrl="javascript:alert(1)"/>
    <outline text="D" xmlUrl="https://d.example/feed"/></body></opml>"""
    assert from_opml(text) == [
        {"name": "Letters of law", "url": "https://a.example/feed", "group": "ai-law"},
        {"name": "B", "url": "https://b.example/feed", "group": "deep"},
        {"name": "C"},
        {"name": "D", "url": "https://d.example/feed"},
    ]


def test_keys_that_contradict_each_other_cost_no_list() -> None:
    keys = 'p:select="x" p:select.item="y" p:unheard="z"'
    place = f'<outline xmlUrl="https://a.example/" {keys}/>'
    text = f'<opml xmlns:p="urn:policywatch:source"><body>{place}</body></opml>'
    assert from_opml(text.encode()) == [{"url": "https://a.example/", "select": "x"}]


def test_a_table_of_others_is_read() -> None:
    text = "\ufeffname, url,group,,\r\n A ,https://a.example/feed,,x,y\r\n,,\r\nB,https://b.example/\r\n"
    assert from_csv(text) == [
        {"name": "A", "url": "https://a.example/feed"},
        {"name": "B", "url": "https://b.example/"},
    ]


def test_no_cell_is_a_formula() -> None:
    cells = to_csv([ODD])
    assert "'=HYPERLINK" in cells
    assert [
        c for c in cells.replace('"', "").replace("\r\n", ",").split(",") if c[:1] in "=+-@"
    ] in (
        [],
        [""],
    )


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"<rss/>", "is no OPML, but <rss>"),
        (b"words", "is no OPML: Start tag expected"),
        (b"x" * 20_000_001, "is too large"),
        (b'<!DOCTYPE o [<!ENTITY e SYSTEM "file:///etc/passwd">]><opml>&e;</opml>', ""),
        (b"<opml/>", ""),
    ],
)
def test_what_is_no_list_is_refused(content: bytes, told: str) -> None:
    if not told:
        assert from_opml(content) == []
        return
    with pytest.raises(ListError, match=told):
        from_opml(content)


@pytest.mark.parametrize(
    ("text", "told"),
    [("", "no heading"), ("a,b\n1,2\n", "no heading"), ("url,color\n", "column 'color'")],
)
def test_a_table_without_a_heading_is_refused(text: str, told: str) -> None:
    with pytest.raises(ListError, match=told):
        from_csv(text)


def test_a_folder_is_one_word() -> None:
    assert [group_of(name) for name in ("AI & Law", "日本", " - ")] == ["ai-law", "日本", ""]
