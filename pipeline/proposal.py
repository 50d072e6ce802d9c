"""What was read at an address -> the entry that we propose for it, by its host and by its likes."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from pipeline.model import Item, Tier, Type
from pipeline.places import Selectors
from pipeline.urls import identity_form
from pipeline.yamlfile import Value

Entry = Mapping[str, Value]

_APIS: Final = (
    ("api_federal_register", re.compile(r"^www\.federalregister\.gov/api/v1/documents\.json")),
    ("api_govuk", re.compile(r"^www\.gov\.uk/api/(?:search\.json|content/)")),
    ("api_congress", re.compile(r"^api\.congress\.gov/v3/(?:bill|summaries)")),
    ("api_egov", re.compile(r"^public-comment\.e-gov\.go\.jp/rss/")),
    ("api_kokkai", re.compile(r"^kokkai\.ndl\.go\.jp/api/")),
    ("api_eurlex", re.compile(r"^publications\.europa\.eu/webapi/rdf/sparql")),
)
_JURISDICTIONS: Final = {"gov": "US", "mil": "US", "edu": "US", "uk": "GB", "eu": "EU"}
_CODES: Final = (
    "at au be bg br ca ch cl cn cz de dk ee es fi fr gr hk hr hu id ie il in it jp ke kr lt lu lv "
    "mt mx my nl no nz ph pl pt ro se sg si sk th tr tw us vn za"
)
_COUNTRIES: Final = frozenset(_CODES.split())
_BODIES: Final = {"oecd": "OECD", "un": "UN", "unesco": "UN", "itu": "UN", "who": "UN"}
_OFFICIAL: Final = re.compile(
    r"\.(?:go|lg|gov|gob|gouv|gc|gv|admin|govt|parliament|mil)\.[a-z]{2}$|\.(?:gov|mil|int)$"
    r"|\.europa\.eu$|\.bund\.de$|(?:^|\.)(?:oecd|un|unesco)\.org$|\.leg\.br$"
)
_RESEARCH: Final = re.compile(r"\.(?:ac|edu)\.[a-z]{2}$|\.edu$")
_SECOND_LEVEL: Final = "ac co com edu gc go gob gov govt gouv gv leg lg ne net or org"
_SECOND: Final = frozenset(_SECOND_LEVEL.split())
_LANGUAGES: Final = {"jp": "ja", "kr": "ko", "cn": "zh", "tw": "zh", "at": "de", "br": "pt"} | {
    code: code for code in ("de", "fr", "it", "es", "nl", "pl", "pt")
}
_OTHER_SCRIPTS: Final = ("ja", "ko", "zh")
_ENGLISH: Final = re.compile(r"(?:^|[/.])(?:en|eng|english)(?:[/._-]|$)")
_MOST_NAME: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """What was found at an address; `items` as they would be kept."""

    url: str
    kind: str
    title: str = ""
    items: Sequence[Item] = ()
    select: Selectors | None = None
    wishes: Entry = field(default_factory=dict)
    """Keys that a person asked for: they go before all that is proposed."""


def api_kind(url: str) -> str:
    """Return the kind of an official API by its address, or an empty text."""
    page = identity_form(url)
    return next((kind for kind, pattern in _APIS if pattern.match(page)), "")


def same_address(url: str, entries: Iterable[Entry]) -> Entry | None:
    """Return the entry that reads an address already: by http or https, with or without a slash."""
    page = identity_form(url).rstrip("/")
    found = (entry for entry in entries if identity_form(_text(entry, "url")).rstrip("/") == page)
    return next(found, None)


def same_site(url: str, entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries of the same host or organisation, those of the host first."""
    host = _host(url)
    listed = list(entries)
    near = [entry for entry in listed if _host(_text(entry, "url")) == host]
    speakers = {_text(entry, "organisation") for entry in near} - {""}
    named = _label(host)
    far = [
        entry
        for entry in listed
        if entry not in near
        and (
            _text(entry, "organisation") in speakers
            or (named and _label(_host(_text(entry, "url"))) == named)
        )
    ]
    return near + far


def entry_for(find: Find, entries: Sequence[Entry], taken: Iterable[str]) -> dict[str, Value]:
    """Return the entry for what was found; `entries` are all that are known, for their likeness."""
    host = _host(find.url)
    like = next((e for e in entries if _host(_text(e, "url")) == host), {})
    jurisdiction = _wish(find, like, "jurisdiction") or _jurisdiction(host)
    tier = _wish(find, like, "tier") or _tier(host)
    peers = [e for e in entries if jurisdiction and _text(e, "jurisdiction") == jurisdiction]
    group = _wish(find, like, "group") or _most(
        "group", [e for e in peers if _text(e, "tier") == tier]
    )
    zone = _text(like, "timezone") or _most("timezone", peers)
    proposed: dict[str, Value] = {
        "id": _id(find, jurisdiction, set(taken)),
        "name": find.title[:_MOST_NAME].strip() or host,
        "kind": find.kind,
        "url": find.url,
        "organisation": _text(like, "organisation"),
        "jurisdiction": jurisdiction,
        "language": _language(find, host),
        "type": _type(find, tier),
        "tier": tier,
        "group": group or f"{jurisdiction.lower() or 'world'}-{tier}",
        "timezone": zone if zone != "UTC" else "",
        "user_agent": _text(like, "user_agent"),
        "select": _selectors(find.select),
        "min_items": "3" if find.kind == "page" else "",
    }
    return {key: value for key, value in (proposed | dict(find.wishes)).items() if value}


def _wish(find: Find, like: Entry, key: str) -> str:
    return _text(find.wishes, key) or _text(like, key)


def _most(key: str, entries: Iterable[Entry]) -> str:
    counted = Counter(value for entry in entries if (value := _text(entry, key)))
    return counted.most_common(1)[0][0] if counted else ""


def _jurisdiction(host: str) -> str:
    last = host.rpartition(".")[2]
    if last in _COUNTRIES:
        return last.upper()
    return _JURISDICTIONS.get(last) or _BODIES.get(_label(host), "")


def _tier(host: str) -> str:
    if _OFFICIAL.search(host):
        return Tier.OFFICIAL.value
    return Tier.RESEARCH.value if _RESEARCH.search(host) else Tier.PRESS.value


def _type(find: Find, tier: str) -> str:
    told = Counter(item.type for item in find.items if item.type is not Type.OTHER)
    if told and told.most_common(1)[0][1] > len(find.items) / 2:
        return told.most_common(1)[0][0].value
    return (Type.REPORT if tier == Tier.RESEARCH.value else Type.PRESS).value


def _language(find: Find, host: str) -> str:
    told = Counter(item.language for item in find.items if item.language)
    if told:
        return told.most_common(1)[0][0]
    if _ENGLISH.search(find.url.partition("//")[2]):
        return "en"
    here = _LANGUAGES.get(host.rpartition(".")[2], "")
    latin = bool(find.items) and all(item.title.isascii() for item in find.items)
    return "en" if latin and here in ("", *_OTHER_SCRIPTS) else here


def _id(find: Find, jurisdiction: str, taken: set[str]) -> str:
    words = [jurisdiction.lower(), _label(_host(find.url)) or "site"]
    base = re.sub(r"[^a-z0-9]+", "-", "-".join(filter(None, words))).strip("-")[:40]
    parts = re.findall(r"[a-z0-9]+", urlsplit(find.url).path.lower().rpartition(".")[0])
    names = [base, *(f"{base}-{part}"[:60] for part in reversed(parts) if part not in _PLAIN)]
    numbered = (f"{base}-{n}" for n in range(2, len(taken) + 3))
    return next(name for name in (*names, *numbered) if name not in taken)


_PLAIN: Final = frozenset({"rss", "feed", "feeds", "index", "html", "www", "xml", "atom", "page"})


def _selectors(select: Selectors | None) -> Value:
    if select is None:
        return ""
    named = {
        "item": select.item,
        "title": select.title,
        "link": select.link,
        "date": select.date,
    }
    return {key: value for key, value in named.items() if value}


def _host(url: str) -> str:
    page = identity_form(url).partition("/")[0].partition("?")[0]
    return page.partition(":")[0].removeprefix("www.")


def _label(host: str) -> str:
    """Return the part of a host's name that says whose it is: `soumu` of soumu.go.jp."""
    parts = host.split(".")
    if len(parts) < 2 or parts[-1].isdigit():
        return ""
    rest = parts[:-1]
    while len(rest) > 1 and rest[-1] in _SECOND:
        rest.pop()
    return rest[-1]


def _text(entry: Entry, key: str) -> str:
    value = entry.get(key, "")
    return value if isinstance(value, str) else ""
