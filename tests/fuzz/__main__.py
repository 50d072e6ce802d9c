"""Fuzzing of all that reads foreign bytes: `make fuzz FUZZ_SECONDS=60 FUZZ="feed dates"`.

Each target gets mutated documents of the suite for so many seconds. What must hold: an answer of
the right type or a SourceError, within two seconds of computing. What is found is shrunk, printed,
and becomes a case of the suite.
"""

import faulthandler
import os
import re
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipeline.charset import decode
from pipeline.dates import parse_date
from pipeline.discover import MOST_CANDIDATES, candidates, page_text, why_not
from pipeline.errors import SourceError
from pipeline.model import Document, Parsed, Precision, RawItem
from pipeline.normalise import as_item
from pipeline.parse import KINDS, page, pagetext
from pipeline.parse.prescan import risky
from pipeline.places import Selectors
from pipeline.selecting import proposed
from tests import make
from tests.unit.test_parse_suite import GROUPS, cases

SECONDS = float(os.environ.get("POLICYWATCH_FUZZ_SECONDS", "60"))
SLOW_SECONDS = 2.0
HANG_SECONDS = 60.0
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

SEEDS = [case.content for path in GROUPS for case in cases(path)]
TOKENS = [
    *(b"<item>|</item>|<entry>|</entry>|<title>|</title>|<link/>|<![CDATA[|]]>|<!--|-->|&|&amp;|&#0;"
      b"|&#xD800;|&eacute;|<?xml version='1.0' encoding='euc-jp'?>|<!DOCTYPE a [|]>|<!ENTITY a 'b'>"
      b"|xmlns:dc='x'|xml:base='http://['|<|>|\"|'|{|}|[|]|,|:|null|\"items\": [|\\ud800|<a>|</a>"
      b"|<url>|<loc>|<sitemap>|<br>|<p>|\xef\xbb\xbf|\xff\xfe|\x1f\x8b|\x4c\x6f\xa7\x94|\x1b$B|\x1b(B"
      b"|\xe3\x81|\x82\xa0|\xa4\xa2|\x00|\x0c| type='base64'| mode=\"base64\"|<html>").split(b"|"),
]  # fmt: skip
DATE_PIECES = re.split(
    " ",
    "2026 20 8 08 Aug August aout Thu, - / . : T Z W34-4 -232 年 月 日 令和 元 R8 昭和 午後 時 分"
    " 월 오후 +0900 JST XYZ Asia/Tokyo GMT+9 ( ) [ ] am pm Uhr h 24:00:00 23:59:60 1787184000"
    " ２０２６",
)


def mutated(program: bytes) -> bytes:
    """Return a document of the suite with some of it cut, doubled or replaced, as bytes say."""
    steps = iter(program)
    number = next(steps, 0) * 256 + next(steps, 0)
    content = SEEDS[number % len(SEEDS)] if number < 60_000 else program
    for where, more, length, token, times in zip(*[steps] * 5, strict=False):
        place = (where * 256 + more) * len(content) // 65_536
        end = place + (0, 0, 1, 3, 20, 200, 2_000)[length % 7]
        new = TOKENS[token] if token < len(TOKENS) else content[place:end] * 2 or bytes((token,))
        content = (
            content[:place] + new * (times if times < 4 else (times > 200) * 900) + content[end:]
        )
    return content


# A program is short to print; what it makes of a document may have a megabyte.
PROGRAMS = st.binary(max_size=48)


HEADERS = st.sampled_from(
    ["", "text/xml; charset=utf-8", "text/html; charset=Shift_JIS", "a; charset=utf-7"]
)
TEXTS = (
    st.none()
    | st.text()
    | st.text("<>&;/pb x年1", max_size=20)
    | PROGRAMS.map(lambda p: mutated(p)[:2_000].decode("latin-1"))
)
SELECT = Selectors(item="li, item, a", title="a", date="time, p, comment")


def decoded(program: bytes, header: str, label: str, page: bool) -> None:
    content = mutated(program)
    try:
        text = decode(content, content_type=header, configured=label, page=page)
    except SourceError:
        return
    assert isinstance(text, str)
    text.encode()


def dated(raw: str) -> None:
    found = parse_date(raw, timezone="Asia/Tokyo", now=NOW)
    if found is not None:
        moment, precision = found
        assert 2000 <= moment.year <= 2026
        assert moment.tzinfo is UTC
        assert precision is not Precision.DAY or moment.hour == 0


def parsed(kind: str, program: bytes, header: str) -> None:
    content = mutated(program)
    source = make.source(kind=kind, language="", select=SELECT if kind == "page" else None)
    document = make.document(content, content_type=header)
    with suppress(SourceError):
        KINDS[kind].more(document)
    # What is risky goes to the sandbox, where it may be slow and is stopped.
    if risky(content, html=kind == "page"):
        return
    try:
        found = KINDS[kind].parse(source, document)
    except SourceError:
        return
    assert isinstance(found, Parsed)
    for raw in found.items:
        item = as_item(raw, source, NOW)
        "".join((item.title, item.url, item.guid, item.summary, item.body, item.author)).encode()


def selected(program: bytes, item: str, inside: str) -> None:
    source = make.source(kind="page", select=Selectors(item=item, title=inside, date=inside))
    with suppress(SourceError):
        assert isinstance(page.parse(source, page_document(program)), Parsed)


def read_as_page(program: bytes) -> None:
    with suppress(SourceError):
        assert isinstance(pagetext.page_text(page_document(program)).text, str)


def discovered(program: bytes) -> None:
    document = page_document(program)
    assert isinstance(why_not(document), str)
    with suppress(SourceError):
        text = page_text(document)
        assert len(candidates(text, document.url)) <= MOST_CANDIDATES
        found = proposed(text, NOW)
        assert found is None or found.item


def page_document(program: bytes) -> Document:
    """Return a page that is read where it cannot be killed; what is risky is not."""
    content = b"<html>" + mutated(program)[:20_000]
    return make.document(b"" if risky(content, html=True) else content, content_type="text/html")


def normalised(raw: RawItem) -> None:
    item = as_item(raw, make.source(), NOW)
    texts = (item.title, item.url, item.guid, item.summary, item.body, item.author, item.language)
    assert "\x00" not in "".join(texts)
    "".join(texts).encode()


def raw_items() -> st.SearchStrategy[RawItem]:
    names = (
        "guid",
        "link",
        "title",
        "summary",
        "body",
        "author",
        "language",
        "published",
        "updated",
    )
    return st.builds(
        RawItem,
        base=st.just("https://gov.example/") | st.text(max_size=20),
        categories=st.lists(st.text(max_size=10), max_size=3).map(tuple),
        **dict.fromkeys(names, TEXTS),
    )


def dates() -> st.SearchStrategy[str]:
    pieces = st.lists(st.sampled_from(DATE_PIECES) | st.text(max_size=3), max_size=12)
    return pieces.flatmap(lambda found: st.sampled_from(["", " "]).map(lambda gap: gap.join(found)))


SIMPLE = ("li", "a", "*", "item", ".x", "#y", "[href]", ":not(a)", ":has(a)", ":nth-child(2)")
BETWEEN = (" ", " > ", " ~ ", ", ", ":", "::", "(", "[", "\\", "é", "\x00")
SELECTORS = st.lists(st.sampled_from(SIMPLE + BETWEEN), max_size=8).map("".join)


Target = tuple[Callable[..., None], tuple[st.SearchStrategy[Any], ...]]
KIND_TARGETS: dict[str, Target] = {
    kind: (parsed, (st.just(kind), PROGRAMS, HEADERS)) for kind in KINDS
}
TARGETS: dict[str, Target] = KIND_TARGETS | {
    "decode": (
        decoded,
        (PROGRAMS, HEADERS, st.sampled_from(["", "euc-jp", "utf-16", "x"]), st.booleans()),
    ),
    "dates": (dated, (dates() | st.text(),)),
    "selectors": (selected, (PROGRAMS, SELECTORS, SELECTORS)),
    "pagetext": (read_as_page, (PROGRAMS,)),
    "discover": (discovered, (PROGRAMS,)),
    "normalise": (normalised, (raw_items(),)),
}


def fuzz(name: str, seconds: float) -> int:
    """Fuzz one target for so many seconds; return how many examples it met."""
    check, strategies = TARGETS[name]
    met = 0

    def example(values: tuple[Any, ...]) -> None:
        nonlocal met
        met += 1
        faulthandler.dump_traceback_later(HANG_SECONDS, exit=True)
        started = time.process_time()
        check(*values)
        taken = time.process_time() - started
        faulthandler.cancel_dump_traceback_later()
        assert taken < SLOW_SECONDS, f"took {taken:.1f} s"

    rounds = settings(
        max_examples=100,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        rounds(given(st.tuples(*strategies))(example))()
    return met


def main(names: list[str]) -> int:
    """Fuzz these targets, or all; return 1 when anything was found."""
    found = 0
    for name in names or TARGETS:
        try:
            print(f"{name}: {fuzz(name, SECONDS)} examples, nothing found", flush=True)
        except Exception:  # noqa: BLE001 - whatever a document makes a parser raise
            traceback.print_exc()
            print(f"{name}: see above", flush=True)
            found = 1
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
