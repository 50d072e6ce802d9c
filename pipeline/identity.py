"""Which item is which: entries of one document against all that we have ever seen of its source.

Guids are worth what their makers make of them: some change with every request, some number the
places of the list. So an item goes by several keys at once, and keeps every one for ever.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from pipeline.changes import KnownItem
from pipeline.model import Item
from pipeline.urls import guid_form, identity_form

# item_1, 7, post-12: a place in a list rather than a name. It says something only together with
# the link or the title.
_PLACE: Final = re.compile(r"[A-Za-z_ #.-]{0,12}\d{1,4}")

_GUID: Final = "g:"
_LINK_AND_TITLE: Final = "t:"
_LINK: Final = "l:"
_TEXT: Final = "h:"


class Identified(NamedTuple):
    """An item of a document, all keys it goes by, and the item it is, or None for a new one."""

    item: Item
    keys: tuple[str, ...]
    known: KnownItem | None = None


def keys(items: Sequence[Item]) -> list[tuple[str, ...]]:
    """Return, item by item, the keys under which each may be known; blind to http and https."""
    links_by_guid: defaultdict[str, set[str]] = defaultdict(set)
    for item in items:
        links_by_guid[item.guid].add(identity_form(item.url))
    shared = frozenset(guid for guid, links in links_by_guid.items() if len(links) > 1)
    return [_keys(item, shared) for item in items]


def identify(
    items: Sequence[Item],
    keys: Sequence[tuple[str, ...]],
    known: Mapping[str, tuple[KnownItem, ...]],
) -> tuple[Identified, ...]:
    """Say of each item of one document which known item it is, if any.

    An entry that repeats an earlier one is folded into it: its keys are kept with it, but for those
    that name yet another entry, and its deadline where the earlier one has none. No known item is
    taken twice.
    """
    folded = _folded(items, keys)
    links = Counter(key for each in folded for key in each.keys if key.startswith(_LINK))
    taken: set[int] = set()
    identified = []
    for each in folded:
        found = _known(each, known, taken, links)
        if found:
            taken.add(found.id)
        identified.append(each._replace(known=found))
    return tuple(identified)


def _keys(item: Item, shared: frozenset[str]) -> tuple[str, ...]:
    link = identity_form(item.url)
    found = list(_guid_keys(item.guid, link, item.title, shared=item.guid in shared))
    if link:
        found += [_key(_LINK_AND_TITLE, link, item.title), _key(_LINK, link)]
    # The same words on another day are another entry: a status page says little else.
    texts = (item.title, item.summary, item.body, item.published_raw)
    # Without a link and with a guid that may be another one next time, nothing else is left.
    if not found or (not link and item.published_raw):
        found.append(_key(_TEXT, *texts))
    return tuple(found)


def _guid_keys(guid: str, link: str, title: str, *, shared: bool) -> tuple[str, ...]:
    if not guid:
        return ()
    if shared:
        return (_key(_GUID, guid, link),)
    if _PLACE.fullmatch(guid):
        return _key(_GUID, guid, link), _key(_GUID, guid, "", title)
    return (_key(_GUID, guid_form(guid)),)


def _key(kind: str, *parts: str) -> str:
    marked = "".join(f"{len(part)}:{part}" for part in parts)
    # 128 bits: short in the index, and no two items of a source will ever share one by chance.
    return kind + hashlib.sha256(marked.encode()).hexdigest()[:32]


def _folded(items: Sequence[Item], keys: Sequence[tuple[str, ...]]) -> list[Identified]:
    first_by_key: dict[str, int] = {}
    folded: list[Identified] = []
    for item, own in zip(items, keys, strict=True):
        telling = [key for key in own if not key.startswith(_LINK)]
        place = next((first_by_key[key] for key in telling if key in first_by_key), len(folded))
        # A key that two entries kept would let one of them take the other when it is read again.
        kept = tuple(key for key in own if first_by_key.get(key, place) == place)
        if place == len(folded):
            folded.append(Identified(item=item, keys=kept))
        else:
            first = folded[place]
            folded[place] = first._replace(
                # One document names the entry, another one its deadline.
                item=replace(first.item, deadline=first.item.deadline or item.deadline),
                keys=tuple(dict.fromkeys(first.keys + kept)),
            )
        for key in telling:
            first_by_key.setdefault(key, place)
    return folded


def _known(
    each: Identified,
    known: Mapping[str, tuple[KnownItem, ...]],
    taken: set[int],
    links: Mapping[str, int],
) -> KnownItem | None:
    for key in sorted(each.keys, key=_rank):
        free = [candidate for candidate in known.get(key, ()) if candidate.id not in taken]
        if not free:
            continue
        if not key.startswith(_LINK):
            return free[-1]
        if links[key] == 1 and _edits(each.item, free[-1].item):
            return free[-1]
    return None


def _rank(key: str) -> int:
    return (_GUID, _LINK_AND_TITLE, _TEXT, _LINK).index(key[:2])


def _edits(item: Item, known: Item) -> bool:
    """Say whether an item with another title under a known link is that item, edited.

    A guid of its own says that it is another one; so does another date, for ministries announce
    year after year at the same address.
    """
    if item.guid and not _PLACE.fullmatch(item.guid):
        return False
    return None in (item.published_at, known.published_at) or (
        item.published_at == known.published_at
    )
