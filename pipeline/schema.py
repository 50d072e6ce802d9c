"""The model of `sources.yaml` -> a JSON Schema, so that editors complete keys and mark mistakes."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from pipeline.parse import KINDS
from pipeline.shapes import SourceShape, SourcesShape

SAID: Final[Mapping[str, str]] = MappingProxyType(
    {
        "id": "Our name for it: lower-case letters, digits and single hyphens, never used before.",
        "name": "What readers see, in the language of the institution.",
        "kind": "How it is read.",
        "url": "The address of the feed, of the page or of the API.",
        "organisation": "Who speaks.",
        "jurisdiction": "Where: JP, US, US-CA, EU, OECD. Rules ask for it as jur:JP.",
        "language": "The language of its items, such as ja or en; a list where it speaks several.",
        "type": "What its items are, unless a document says otherwise.",
        "tier": "Official items stand first and are never cut.",
        "group": "One word of your choice. Rules ask for it as group:jp-gov.",
        "timezone": "What the clock of a date without a zone shows, such as Asia/Tokyo.",
        "encoding": "Only where the source lies about it.",
        "select": "Where a page keeps its items: CSS selectors.",
        "item": "One piece of news, or its link.",
        "title": "Inside an item; without it, the text of the link.",
        "link": "Inside an item (without it, the first link); of a hub page, the link to follow.",
        "date": "Inside an item or above it; 'comment' for dates in HTML comments.",
        "min_items": "Fewer mean that the page was rebuilt.",
        "headers": "Only where a server insists. {key} is the place of the key.",
        "user_agent": "Only where a server turns ours away.",
        "path_filter": "Items are kept whose link has this in its path.",
        "rhythm": "How often something new comes: how long it may be silent, until known.",
        "late_by": "Days after which an item counts as found late.",
        "trial": "Nobody has seen the address work yet: no alarm until it is first read.",
        "verified": "The day on which somebody last saw it work, such as 2026-11-25.",
        "enabled": "false, with a reason, for what is not to be read.",
        "reason": "Why it is not read; every digest repeats it.",
        "terms": "What its terms of use forbid, in a few words.",
        "was": "Former ids, so that a renamed source keeps its history.",
        "notes": "For whoever comes after you.",
        "follow": "Read the page or the PDF that an item links to.",
        "via": "A hub page with a link to the page itself.",
        "page": "The address of the hub page.",
        "text": "Words in the link to follow.",
        "watch": "text: one item whenever what the selector finds says something else.",
        "key_env": "The environment variable that holds the key; with _FILE behind it, its file.",
    }
)
"""What each key of a source is for, in one sentence."""


def sources_schema() -> dict[str, Any]:
    """Return the JSON Schema of `sources.yaml`, with what each key is for."""
    made = SourcesShape.model_json_schema()
    entry = made["$defs"][SourceShape.__name__]
    entry["properties"]["kind"]["enum"] = sorted(KINDS)
    for name in ("was", "language"):
        entry["properties"][name] = {
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]
        }
    entry["if"] = {"properties": {"enabled": {"const": False}}, "required": ["enabled"]}
    entry["then"] = {"required": ["reason"]}
    for shape in made["$defs"].values():
        for name, key in shape.get("properties", {}).items():
            shape["properties"][name] = _told(name, key)
    made["$defs"] = {name: _untitled(shape) for name, shape in made["$defs"].items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_untitled(made),
        "title": "sources.yaml of policywatch",
    }


def _told(name: str, key: dict[str, Any]) -> dict[str, Any]:
    kept = {k: v for k, v in key.items() if k != "title" and not (k == "default" and not v)}
    return {"description": SAID[name], **kept}


def _untitled(shape: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in shape.items() if key != "title"}
