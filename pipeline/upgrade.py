"""Our sources, a newer catalogue and the one that ours came from -> what to take over.

What a person changed stays. Where both sides changed the same thing, or nobody knows who did,
it is a clash, and somebody has to say.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from pipeline.proposal import Entry, same_address
from pipeline.sourceentry import KEYS
from pipeline.sourcesfile import Change

Keys: TypeAlias = dict[str, Change]

# What makes sense only together is taken or left together.
_PAIRS: Final = (("trial", "verified"), ("enabled", "reason"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """One thing that is written otherwise here and there; `theirs` would replace it."""

    source_id: str
    ours: Mapping[str, Change]
    theirs: Mapping[str, Change]


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """What a newer catalogue brings; `changes` by the id that a source has here.

    `read` are addresses that we read under another id, `dropped` what the newer one has no more.
    """

    added: tuple[Entry, ...] = ()
    changes: Mapping[str, Mapping[str, Change]] = field(default_factory=dict)
    clashes: tuple[Clash, ...] = ()
    read: tuple[tuple[str, str], ...] = ()
    dropped: tuple[str, ...] = ()


def compared(
    ours: Sequence[Entry], newer: Sequence[Entry], base: Sequence[Entry] | None
) -> Upgrade:
    """Compare three files; without a base every difference is a clash."""
    here = {_id(entry): entry for entry in ours}
    past = {_id(entry): entry for entry in base or ()}
    added: list[Entry] = []
    read: list[tuple[str, str]] = []
    changes: dict[str, Mapping[str, Change]] = {}
    clashes: list[Clash] = []
    for entry in newer:
        own = next((name for name in (_id(entry), *_former(entry)) if name in here), "")
        if own:
            old = next((past[name] for name in (own, _id(entry)) if name in past), None)
            taken, open_ = _compared(here[own], entry, old)
            changes |= {own: taken} if taken else {}
            clashes += [Clash(source_id=own, ours=o, theirs=t) for o, t in open_]
        elif _id(entry) in past:
            # Somebody took it out here.
            continue
        elif same := same_address(str(entry.get("url", "")), ours):
            read.append((_id(entry), _id(same)))
        else:
            added.append(entry)
    offered = {name for entry in newer for name in (_id(entry), *_former(entry))}
    return Upgrade(
        added=tuple(added),
        changes=changes,
        clashes=tuple(clashes),
        read=tuple(read),
        dropped=tuple(name for name in here if name in past and name not in offered),
    )


def _compared(
    ours: Entry, theirs: Entry, base: Entry | None
) -> tuple[Keys, list[tuple[Keys, Keys]]]:
    taken: Keys = {}
    clashes: list[tuple[Keys, Keys]] = []
    for unit in _units():
        here, there = _values(ours, unit), _values(theirs, unit)
        before = None if base is None else _values(base, unit)
        if there in (here, before):
            continue
        if here == before or unit == ("id",):
            taken |= there
        else:
            clashes.append((here, there))
    return taken, clashes


def _units() -> list[tuple[str, ...]]:
    paired = {key for pair in _PAIRS for key in pair}
    return [*((key,) for key in KEYS if key not in paired), *_PAIRS]


def _values(entry: Entry, unit: Sequence[str]) -> Keys:
    values: Keys = {key: entry.get(key) for key in unit}
    # Said or not, it is the same.
    if values.get("enabled") == "true":
        values["enabled"] = None
    if values.get("trial") == "false":
        values["trial"] = None
    return values


def _id(entry: Entry) -> str:
    return str(entry.get("id", ""))


def _former(entry: Entry) -> list[str]:
    former = entry.get("was", [])
    return [str(name) for name in (former if isinstance(former, list) else [former])]
