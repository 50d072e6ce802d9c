"""The feeds of public comments of e-Gov, Japan -> raw items with their deadlines.

There is no API; the feeds hold the newest few cases only. What matters is packed into each
description, label by label: 案の公示日, 受付締切日時, カテゴリー, 所管省庁.
"""

import re
from dataclasses import replace
from typing import Final

from pipeline.model import Document, Parsed, RawItem, Source, Type
from pipeline.parse import feed

_CASE: Final = re.compile(r"[?&](?:amp;)?id=(\d{5,12})(?:&|$)")
_ANNOUNCED: Final = re.compile(r"公示日(?:時)?\s*[：:]\s*([^<\n]{4,60})")
_CLOSES: Final = re.compile(r"締切日?(?:時)?\s*[：:]\s*([^<\n]{4,60})")
_PERIOD: Final = re.compile(r"募集期間\s*[：:][^<\n]{4,60}?(?:[~～〜―–]|から)\s*([^<\n]{4,60})")


def parse(source: Source, document: Document) -> Parsed:
    """Read a feed of cases; a case is known by its number, whatever its address looks like."""
    found = feed.parse(source, document)
    return replace(found, items=tuple(map(_case, found.items)))


def _case(raw: RawItem) -> RawItem:
    said = raw.summary or ""
    number = _CASE.search(raw.link or "")
    return replace(
        raw,
        guid=number[1] if number else raw.guid,
        published=_first(_ANNOUNCED, said) or raw.published,
        deadline=_first(_CLOSES, said) or _first(_PERIOD, said),
        type=Type.CONSULTATION,
    )


def _first(label: re.Pattern[str], said: str) -> str | None:
    found = label.search(said)
    # 「2026年9月6日まで」 names the same day as without its last word.
    return found[1].strip().removesuffix("まで").strip() if found else None
