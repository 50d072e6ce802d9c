"""Pairs of files: a document as it was sent, and what must come out of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.model import Item, Precision
from pipeline.normalise import normalise
from pipeline.parse import parse
from pipeline.places import Selectors
from tests import make

DOCUMENTS = Path(__file__).parent.parent / "data" / "documents"
PAIRS = sorted(DOCUMENTS.glob("*.json"))


@pytest.mark.parametrize("path", PAIRS, ids=lambda path: path.stem)
def test_a_document_gives_its_items(path: Path) -> None:
    expected = json.loads(path.read_text(encoding="utf-8"))
    options = dict(expected["source"])
    if "select" in options:
        options["select"] = Selectors(**options["select"])
    source = make.source(**{"timezone": "Asia/Tokyo"} | options)
    document = make.document(path.with_suffix("").read_bytes(), content_type="")
    items = [normalise(raw, source, make.NOW) for raw in parse(source, document).items]
    assert [_told(item) for item in items] == expected["items"]


def _told(item: Item | None) -> dict[str, Any]:
    assert item is not None
    names = ("guid", "url", "title", "summary", "body", "author", "language")
    form = "%Y-%m-%d" if item.precision is Precision.DAY else "%Y-%m-%d %H:%M:%S"
    published = item.published_at.strftime(form) if item.published_at else ""
    return {name: getattr(item, name) for name in names} | {"published": published}
