"""Our reader of trees against feedparser, on the well-formed documents of the suite."""

import re
from collections.abc import Sequence

import pytest
from lxml import etree

from pipeline.model import RawItem
from pipeline.normalise import as_item
from pipeline.parse import elements, lenient, xmlfeed
from pipeline.parse.repair import repaired, with_namespaces
from pipeline.parse.sniff import root_of
from tests import make
from tests.unit.test_parse_suite import DOCUMENTS, Case, cases

_ENTRY_END = re.compile("</(item|entry)>")
ADDRESS = "https://gov.example/feed"
# Where our reader differs on purpose: a link or a type that feedparser passes over, the first of
# two pages, the link of RSS before others, no picture as text.
OURS = {
    "rss": {
        "the title of media one level down",
        "the title of media two levels down",
        "an empty link and a guid",
        "a subject of Dublin Core names the type",
        "a name without its module",
        "a podcast of Google",
        "the link of RSS before one of Atom",
    },
    "atom": {
        "two pages",
        "the relation as an address",
        "a base that is broken",
        "content that is a picture",
        "content that is a whole picture",
        "content that is elsewhere",
        "content of another XML",
    },
    "rdf": {"RDF as the default namespace"},
}
# What no reader can tell any more when the document is broken, too.
LOST = {"a link with parameters escaped twice"}


def read_by_us(case: Case) -> list[RawItem]:
    feed = elements.feed(etree.fromstring(xml(case)))
    return [elements.raw_item(entry, ADDRESS) for entry in feed.entries]


def read_by_feedparser(case: Case) -> list[RawItem]:
    return [lenient.raw_item(entry, ADDRESS) for entry in lenient.read(xml(case))[1]]


def xml(case: Case) -> str:
    root = root_of(case.content.decode())
    return with_namespaces(repaired(root.text, root.before))


def told(items: Sequence[RawItem]) -> list[tuple[str, ...]]:
    kept = [as_item(raw, make.source(language=""), make.NOW) for raw in items]
    return [(i.guid, i.url, i.title, i.summary, i.body, i.published_raw, i.type) for i in kept]


@pytest.mark.parametrize("group", OURS)
def test_a_feed_that_breaks_one_day_keeps_its_items(group: str) -> None:
    differing = set()
    for case in cases(DOCUMENTS / f"{group}.docs"):
        whole, broken = xml(case), _ENTRY_END.sub(r"<b></i></\1>", xml(case))
        source, document = make.source(), make.document(url=ADDRESS)
        before, after = (xmlfeed.read(source, document, root_of(t)) for t in (whole, broken))
        assert broken == whole or after.trouble[0].startswith("not well-formed"), case.name
        if [i[:3] for i in told(before.items)] != [i[:3] for i in told(after.items)]:
            differing.add(case.name)
    assert differing <= OURS[group] | LOST


@pytest.mark.parametrize("group", OURS)
def test_both_readers_say_the_same(group: str) -> None:
    suite = cases(DOCUMENTS / f"{group}.docs")
    differing = {c.name for c in suite if told(read_by_us(c)) != told(read_by_feedparser(c))}
    assert differing == OURS[group]
