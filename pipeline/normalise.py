"""A raw item -> an item as we keep it: absolute link, plain text, UTC, fingerprint."""

import hashlib
import html
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pipeline.dates import parse_date
from pipeline.doctypes import type_of
from pipeline.language import language_of, main_subtag
from pipeline.model import Item, Precision, RawItem, Source
from pipeline.text import clean_text, html_to_text, one_line
from pipeline.urls import canonical, host_key

SUMMARY_LIMIT: Final = 20_000
BODY_LIMIT: Final = 200_000
_TITLE_LIMIT: Final = 1_000
_NAME_LIMIT: Final = 300
_GUID_LIMIT: Final = 1_000
_LINKS_READ: Final = 60
_LINKS_KEPT: Final = 20
_LINK_LIMIT: Final = 500
_HREF: Final = re.compile(r"""<a\s[^<>]{0,500}?href\s{0,3}=\s{0,3}["']?([^"'\s<>]{4,600})""", re.I)
_FARTHEST_DEADLINE: Final = timedelta(days=3 * 366)


def normalise(raw: RawItem, source: Source, now: datetime) -> Item | None:
    """Return what we keep of an entry, or None when it has neither title, link nor text.

    The caller counts the None as trouble of its source.
    """
    item = as_item(raw, source, now)
    return item if item.title or item.url else None


def as_item(raw: RawItem, source: Source, now: datetime) -> Item:
    """Return an entry as an item, even one that says too little to be kept."""
    url = canonical(raw.link or "", raw.base)
    summary = html_to_text(raw.summary or "")[:SUMMARY_LIMIT].rstrip()
    body = html_to_text(raw.body or "")[:BODY_LIMIT].rstrip()
    title = _title(raw.title or "", summary or body)
    author = one_line(html_to_text(raw.author or ""))[:_NAME_LIMIT]
    written, published_at, precision = _published(raw, source, now)
    return Item(
        source_id=source.id,
        guid=_guid(raw.guid or ""),
        url=url,
        title=title,
        summary=summary,
        body=body,
        author=author,
        language=_language(raw, source, f"{title}\n{summary or body[:1_000]}"),
        type=raw.type or type_of(raw.categories) or source.type,
        published_raw=one_line(written)[:_NAME_LIMIT],
        published_at=published_at,
        precision=precision,
        deadline=_deadline(raw.deadline or "", source, now),
        links=_links(raw, url),
        fingerprint=_fingerprint(title, summary, body, author, url),
    )


def with_link(item: Item, url: str) -> Item:
    """Return an item as it would be under another link."""
    texts = (item.title, item.summary, item.body, item.author)
    return replace(item, url=url, fingerprint=_fingerprint(*texts, url))


def kept(item: Item, source: Source) -> bool:
    """Say whether the source's `path_filter` lets an item in: its link's path contains it.

    An item without a link cannot be judged and stays.
    """
    return not item.url or source.path_filter in urlsplit(item.url).path


def _title(markup: str, text: str) -> str:
    # An entry without a title is known by how its text begins.
    title = one_line(html_to_text(markup)) or text.partition("\n")[0]
    return title if len(title) <= _TITLE_LIMIT else title[: _TITLE_LIMIT - 1].rstrip() + "…"


def _published(
    raw: RawItem, source: Source, now: datetime
) -> tuple[str, datetime | None, Precision | None]:
    texts = [text for text in (raw.published, raw.updated) if text]
    for text in texts:
        found = parse_date(text, timezone=source.timezone, now=now)
        if found:
            return text, *found
    return (texts[0] if texts else ""), None, None


def _deadline(text: str, source: Source, now: datetime) -> date | None:
    found = parse_date(text, timezone=source.timezone, now=now + _FARTHEST_DEADLINE)
    if found is None:
        return None
    moment, precision = found
    if precision is Precision.DAY:
        return moment.date()
    # What ends at midnight can be answered on the day before, and no longer on the day named.
    return (moment.astimezone(ZoneInfo(source.timezone)) - timedelta(seconds=1)).date()


def _links(raw: RawItem, url: str) -> tuple[str, ...]:
    """Return the pages of other sites that an entry links to, each once, in their order."""
    markups = [markup for markup in (raw.summary, raw.body) if markup and "<a" in markup.lower()]
    written = [html.unescape(link) for m in markups for link in _HREF.findall(m[:BODY_LIMIT])]
    found = [canonical(link, raw.base) for link in written[:_LINKS_READ]]
    own = host_key(url)
    others = (link for link in found if link and len(link) <= _LINK_LIMIT and host_key(link) != own)
    return tuple(dict.fromkeys(others))[:_LINKS_KEPT]


def _guid(guid: str) -> str:
    name = one_line(guid)
    if len(name) <= _GUID_LIMIT:
        return name
    return f"sha256:{hashlib.sha256(name.encode()).hexdigest()}"


def _language(raw: RawItem, source: Source, text: str) -> str:
    """Return the main subtag of the language: what the entry names, else what the text shows.

    Where nobody said what the source speaks, the text goes first: what a document names is often
    the default of a template.
    """
    named = main_subtag(clean_text(raw.language or ""))
    if source.language:
        return named or main_subtag(source.language)
    return language_of(source, text, named) or named


def _fingerprint(*texts: str) -> str:
    # Lengths keep ("ab", "c") and ("a", "bc") apart.
    marked = "".join(f"{len(text)}:{text}" for text in texts)
    return hashlib.sha256(marked.encode()).hexdigest()
