"""Entries of a list from elsewhere -> those that are new here, complete, and on trial."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jobs.adding import catalogue
from pipeline.proposal import Entry, Find, api_kind, entry_for, same_address
from pipeline.urls import is_http_url
from pipeline.yamlfile import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """What a list brings: new entries, ids that are read already, and what is no address."""

    new: tuple[Mapping[str, Value], ...]
    known: tuple[str, ...]
    refused: tuple[str, ...]


def imported(listed: Sequence[Entry], mine: Sequence[Entry]) -> Import:
    """Compare a list with what is read; what nobody has tried here is on trial.

    What has an id, a name and a kind is an entry as somebody wants it: nothing is added to it.
    """
    shipped = catalogue()
    new: list[dict[str, Value]] = []
    known: list[str] = []
    refused: list[str] = []
    taken = [str(entry.get("id")) for entry in mine]
    for entry in listed:
        url = str(entry.get("url", ""))
        same = same_address(url, [*mine, *new])
        if not is_http_url(url):
            refused.append(str(entry.get("name") or url))
        elif same:
            known.append(str(same.get("id")))
        else:
            new.append(_completed(entry, shipped, taken))
            taken.append(str(new[-1]["id"]))
    return Import(new=tuple(new), known=tuple(known), refused=tuple(refused))


def _completed(entry: Entry, shipped: Sequence[Entry], taken: Sequence[str]) -> dict[str, Value]:
    url, wishes = str(entry["url"]), dict(entry)
    whole = {"id", "name", "kind"} <= set(wishes)
    if wishes.get("id") in taken:
        del wishes["id"]
    ready = same_address(url, shipped)
    if ready and "kind" not in wishes:
        wishes = {**ready, **wishes}
    find = Find(
        url=url,
        kind=str(wishes.get("kind") or api_kind(url) or "feed"),
        title=str(wishes.get("name", "")),
        wishes=wishes,
    )
    made = entry_for(find, shipped, taken)
    if whole:
        made = wishes | {"id": made["id"]}
    if not {"verified", "trial"} & set(made) and made.get("enabled") != "false" and not ready:
        made["trial"] = "true"
    return made
