"""A suite of small documents with what each declares: `tests/data/documents/*.docs`.

A case begins with `=== its name`. Lines that begin with `<<< ` say how it is sent:

    <<< wrap: rss-item          put it into the frame of that name, see FRAMES
    <<< encode: cp932           as these bytes (UTF-8 without it)
    <<< escapes: yes            \\x{1f} and the like are characters
    <<< header: text/xml        Content-Type
    <<< source: {"kind": …}     keys of its source

Lines that begin with `>>> ` declare what must come out: `title`, `site`, `entries` (their
number), `error` (how it is refused), `trouble`, and `1.title` or another field of an entry,
counted from one.
"""

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import SourceError
from pipeline.model import Item, Parsed, Precision
from pipeline.normalise import as_item
from pipeline.parse import parse
from pipeline.places import Selectors
from tests import make

_ESCAPE = re.compile(r"\\x\{([0-9a-f]{1,6})\}")
DOCUMENTS = Path(__file__).parent.parent / "data" / "documents"
GROUPS = sorted(DOCUMENTS.glob("*.docs"))

_NAMES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:media="http://search.yahoo.com/mrss/"'
    ' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
    ' xmlns:atom="http://www.w3.org/2005/Atom"'
    ' xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/"'
    ' xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
    ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
)
_ATOM = f'xmlns="http://www.w3.org/2005/Atom" {_NAMES}'
FRAMES = {
    "rss": f'<rss version="2.0" {_NAMES}><channel>%s</channel></rss>',
    "rss-item": f'<rss version="2.0" {_NAMES}><channel><title>News</title><item>%s</item>'
    "</channel></rss>",
    "rdf-item": f'<rdf:RDF xmlns="http://purl.org/rss/1.0/" {_NAMES}><channel rdf:about="/">'
    '<title>News</title></channel><item rdf:about="https://gov.example/n/1">%s</item></rdf:RDF>',
    "atom": f"<feed {_ATOM}>%s</feed>",
    "atom-entry": f"<feed {_ATOM}><title>News</title><entry>%s</entry></feed>",
    "atom03-entry": f'<feed version="0.3" xmlns="http://purl.org/atom/ns#" {_NAMES}>'
    "<title>News</title><entry>%s</entry></feed>",
    "json": '{"version": "https://jsonfeed.org/version/1.1", "title": "News", "items": [%s]}',
    "urlset": '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
    ' xmlns:video="http://www.google.com/schemas/sitemap-video/1.1">%s</urlset>',
}


@dataclass
class Case:
    name: str
    sent: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    declared: list[tuple[str, str]] = field(default_factory=list)

    @property
    def content(self) -> bytes:
        text = "\n".join(self.lines)
        if "wrap" in self.sent:
            text = FRAMES[self.sent["wrap"]].replace("%s", text)
        if "escapes" in self.sent:
            text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
        content = text.encode(self.sent.get("encode", "utf-8"))
        return gzip.compress(content) if "gzip" in self.sent else content


def cases(path: Path) -> list[Case]:
    found: list[Case] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        name, _, value = line[4:].partition(":")
        if line.startswith("=== "):
            found.append(Case(line[4:]))
        elif line.startswith("<<< "):
            found[-1].sent[name] = value.strip()
        elif line.startswith(">>> "):
            found[-1].declared.append((name, value.strip()))
        elif found and (line or found[-1].lines):
            found[-1].lines.append(line)
    return found


def told(case: Case) -> dict[str, str]:
    """Read a case and tell everything that it may declare."""
    options: dict[str, Any] = json.loads(case.sent.get("source", "{}"))
    if "select" in options:
        options["select"] = Selectors(**options["select"])
    source = make.source(**{"language": "", "timezone": "Asia/Tokyo"} | options)
    document = make.document(case.content, content_type=case.sent.get("header", ""))
    try:
        parsed = parse(source, document)
    except SourceError as e:
        return {"error": f"{e.outcome}: {e.message}"}
    items = [as_item(raw, source, make.NOW) for raw in parsed.items]
    return dict(_told(parsed, items))


def _told(parsed: Parsed, items: list[Item]) -> Iterator[tuple[str, str]]:
    yield "title", parsed.title
    yield "entries", str(len(items))
    yield "site", parsed.site
    yield "trouble", "; ".join(parsed.trouble)
    for number, item in enumerate(items, start=1):
        form = "%Y-%m-%d" if item.precision is Precision.DAY else "%Y-%m-%d %H:%M:%S"
        fields = {
            "id": item.guid,
            "url": item.url,
            "title": item.title,
            "summary": item.summary.replace("\n", " / "),
            "body": item.body.replace("\n", " / "),
            "author": item.author,
            "language": item.language,
            "type": item.type.value,
            "published": item.published_at.strftime(form) if item.published_at else "",
            "raw": item.published_raw,
        }
        yield from ((f"{number}.{name}", value) for name, value in fields.items())


def wrong(case: Case) -> list[str]:
    """Return what a case declares and does not get."""
    found = told(case)
    return [
        f"{case.name}: {name} is {found.get(name)!r}, not {value!r}"
        for name, value in case.declared
        if found.get(name) != value
    ]


@pytest.mark.parametrize("path", GROUPS, ids=lambda path: path.stem)
def test_every_document_gives_what_it_declares(path: Path) -> None:
    suite = cases(path)
    failed = [line for case in suite for line in wrong(case)]
    declared = sum(len(case.declared) for case in suite)
    print(f"{path.stem}: {len(suite)} documents, {declared - len(failed)} of {declared} met")
    assert failed == []
    assert [case.name for case in suite if not case.declared] == []
