"""Which linked pages are read, when again, and what their texts make of items."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import median
from typing import Final

from pipeline.changes import KnownItem
from pipeline.language import language_of
from pipeline.linked import Linked, LinkedState
from pipeline.model import Item, Match, Origin, Source, Tier, Verdict
from pipeline.reading import LinkedPage, LinkTask
from pipeline.urls import identity_form

MOST_PAGES: Final = 20
"""How many linked pages of one source are asked for in one poll; the rest waits for the next."""
# A source that always has something new must not keep what waits from its turn.
_KEPT_FOR_THE_WAITING: Final = 5
_SHORT: Final = 200
# A starter issue looks back as far.
_OF_A_BASELINE: Final = timedelta(days=7)
_AGAIN_AFTER: Final = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
# What an API gives is whole, and the pages beside it are made for people.
_SITES: Final = frozenset({"feed", "jsonfeed", "page", "sitemap"})


def may_follow(source: Source) -> bool:
    """Say whether linked pages of a source are read at all, depending on what it gives."""
    if source.follow:
        return source.follow != "none"
    return source.tier is Tier.OFFICIAL and source.kind in _SITES


def follows(source: Source, items: Iterable[Item]) -> bool:
    """Say whether the linked pages of these items are read.

    What the source's file says holds. Else they are read for an official source of which most
    items have under 200 characters of text.
    """
    if source.follow or not may_follow(source):
        return may_follow(source)
    return median([_own_text(item) for item in items] or [_SHORT]) < _SHORT


def wants_page(item: Item, source: Source, origin: Origin, now: datetime) -> bool:
    """Say whether the page of a new item of a followed source is read.

    Of a first contact only the last days are. A link to the list itself is no page of the item.
    """
    if not item.url or identity_form(item.url) == identity_form(source.url):
        return False
    if not source.follow and _own_text(item) >= _SHORT:
        return False
    if origin is Origin.BASELINE:
        return item.published_at is not None and item.published_at >= now - _OF_A_BASELINE
    return True


def tasks(
    source: Source, new: Iterable[Item], waiting: Sequence[KnownItem]
) -> tuple[LinkTask, ...]:
    """Return the pages to ask for now, each once: of the newest items first, then what waits."""
    dated = sorted(new, key=_moment, reverse=True)
    room = MOST_PAGES - min(len(waiting), _KEPT_FOR_THE_WAITING)
    first = dict.fromkeys(item.url for item in dated)
    urls = dict.fromkeys([*[*first][:room], *(known.item.url for known in waiting)])
    pdf = source.follow == "pdf"
    return tuple(LinkTask(source=source, url=url, pdf=pdf) for url in [*urls][:MOST_PAGES])


def linked_after(page: LinkedPage | None, before: Linked | None, now: datetime) -> Linked:
    """Return what became of an item's page: `page` is None when nobody asked for it now.

    What cannot be had is tried four times in all, an hour, six hours and a day later.
    """
    held = before or Linked(state=LinkedState.WAITING)
    if page is None:
        return held
    wait = timedelta(seconds=page.retry_after_seconds or 0)
    if not page.asked:
        return replace(held, trouble=page.trouble, next_at=now + wait)
    tries = held.tries + 1
    if page.text:
        return Linked(state=LinkedState.READ, trouble=page.trouble, tries=tries, copy=page.copy)
    if page.final or tries > len(_AGAIN_AFTER):
        return Linked(state=LinkedState.TITLE_ONLY, trouble=page.trouble, tries=tries)
    return Linked(
        state=LinkedState.WAITING,
        trouble=page.trouble,
        tries=tries,
        next_at=now + max(wait, _AGAIN_AFTER[tries - 1]),
    )


def with_text(item: Item, page: LinkedPage | None, source: Source) -> Item:
    """Return an item with the text of its page as its body; the fingerprint stays the source's.

    A body that the source gave itself stays when it is the longer one.
    """
    if page is None or len(page.text) <= len(item.body):
        return item
    language = item.language or language_of(source, f"{item.title}\n{item.summary}\n{page.text}")
    return replace(item, body=page.text, language=language)


def carried(item: Item, known: KnownItem) -> Item:
    """Return an edited item with the text of its page as it was read before."""
    if known.linked is None or known.linked.title_only:
        return item
    body = max(item.body, known.item.body, key=len)
    return replace(item, body=body, language=item.language or known.item.language)


def with_copy(linked: Linked | None, matches: Iterable[Match]) -> Linked | None:
    """Return what became of a page; its copy is kept where a theme applies to the item."""
    if linked is None or any(match.verdict is Verdict.APPLIES for match in matches):
        return linked
    return replace(linked, copy=None)


def waits(pages: Mapping[str, LinkedPage], now: datetime) -> tuple[tuple[str, datetime], ...]:
    """Return by scope until when servers of pages want to be left alone."""
    return tuple(
        (page.wait_scope, now + timedelta(seconds=page.retry_after_seconds))
        for page in pages.values()
        if page.wait_scope and page.retry_after_seconds is not None
    )


def _moment(item: Item) -> float:
    return item.published_at.timestamp() if item.published_at else 0.0


def _own_text(item: Item) -> int:
    return max(len(item.summary), len(item.body))
