"""Texts and addresses -> the identifiers by which officials call a document, in one spelling.

`eo:14365` is the same order in every language; a bill belongs to a legislature.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import partial

_READ = 4_000

_PLAIN: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "celex": r"\b([0-9]20\d\d[A-Z]{1,2}\d{4})\b",
        "docket": (
            r"\bdocket\s+(?:(?:no|id|number)\.?:?\s*)?"
            r"([A-Z]{2,8}-(?:[A-Z]{2,8}-)?20\d\d-\d{4})"
        ),
        "rin": r"\b(?:rin:?\s*)?(\d{4}-[A-Z]{2}\d{2})\b",
        "frdoc": r"\b(?:fr\s+doc\.?|doc(?:ument)?)\s*(?:no\.?|number)?:?\s*(20\d\d-\d{5})\b",
        "com": r"\bCOM\s?[(/](20\d\d)[)/]\s?(\d{1,4})\b",
        "procedure": r"\b(20\d\d/\d{4})\s?\((?:COD|NLE|CNS|INI)\)",
        "anken": r"案件番号[\s:は]*(\d{9})\b",
    }.items()
}
# In twelve languages an order has its number behind "order" or before 号; separators vary.
_ORDER = re.compile(
    r"\b(?:executive\s+order|e\.?o\.?|decreto\s+ejecutivo|orden\s+ejecutiva|ordem\s+executiva"
    r"|d[ée]cret(?:\s+(?:pr[ée]sidentiel|ex[ée]cutif))?|ordine\s+esecutivo|dekret\w*"
    r"|(?:durchführungs)?verordnung|указ\w*|presidentieel\s+decreet|rozporządzeni\w+)"
    r"\s*(?:\(?(?:no|nr|n|№|nº|núm)?\.?\s?[°º]?\)?)\s*(\d{2}[.,\s]?\d{3})\b"
    r"|(?:大統領令|行政令|行政命令|행정명령|大统领令)\s*第?\s*(\d{5})\s*[号號호]?"
    r"|第?\s*(\d{5})\s*[号號호]\s*(?:の)?\s*(?:大統領令|行政命令|행정명령)",
    re.IGNORECASE,
)
_ACT = re.compile(
    r"\b(regulation|directive|règlement|verordnung|reglamento|regolamento|richtlinie)"
    r"\s*\((?:eu|ue)\)\s*(?:no\.?\s*)?(20\d\d)/(\d{1,4})\b",
    re.IGNORECASE,
)
_BILL = re.compile(
    r"\b(H\.?\s?R|S|A\.?\s?B|S\.?\s?B|H\.?\s?B|H\.?\s?F|S\.?\s?F)\.?[\s-]?(\d{1,5})\b"
)
_CANADIAN = re.compile(r"\bBill\s+([CS]-\d{1,4})\b")
_FEDERAL = ("HR", "S")
_STATES: Mapping[str, str] = {
    "california": "US-CA",
    "colorado": "US-CO",
    "connecticut": "US-CT",
    "florida": "US-FL",
    "illinois": "US-IL",
    "massachusetts": "US-MA",
    "new york": "US-NY",
    "texas": "US-TX",
    "utah": "US-UT",
    "virginia": "US-VA",
    "washington state": "US-WA",
}
# What a number says by itself, in whatever language: long, and not a round sum.
_NUMBER = re.compile(r"(?<![A-Za-z0-9.,/$€£¥#_-])(?!20\d{6})(\d{5,9})(?![A-Za-z0-9%/_-]|[.,]\d)")
_IN_ADDRESS: Mapping[str, re.Pattern[str]] = {
    "frdoc": re.compile(r"federalregister\.gov/d(?:ocuments/[\d/]+)?/?(20\d\d-\d{5})"),
    "celex": re.compile(r"CELEX(?::|%3A)([0-9]20\d\d[A-Z]{1,2}\d{4})", re.IGNORECASE),
    "anken": re.compile(r"e-gov\.go\.jp/.*[?&](?:id|seqNo|Id)=0*(\d{9})\b"),
}


def identifiers(text: str, jurisdiction: str = "") -> frozenset[str]:
    """Return the identifiers that a text names; `jurisdiction` is whose bills it speaks of."""
    plain = unicodedata.normalize("NFKC", text[:_READ])
    if not any(map(str.isdigit, plain)):
        return frozenset()
    readers: tuple[Callable[[str], Iterator[str]], ...] = (
        _plain,
        _orders,
        _acts,
        partial(_bills, jurisdiction=jurisdiction),
    )
    return frozenset(key for reader in readers for key in reader(plain))


def numbers(text: str) -> frozenset[str]:
    """Return the long numbers of a text, which are the same in every language."""
    found = _NUMBER.findall(unicodedata.normalize("NFKC", text[:_READ]))
    return frozenset(number for number in found if not number.endswith("00"))


def identifiers_of_address(url: str) -> frozenset[str]:
    """Return the identifiers that the address of an official page holds."""
    return frozenset(
        f"{kind}:{match[1].upper()}"
        for kind, pattern in _IN_ADDRESS.items()
        if (match := pattern.search(url))
    )


def _plain(text: str) -> Iterator[str]:
    for kind, pattern in _PLAIN.items():
        for match in pattern.finditer(text):
            yield f"{kind}:{'-'.join(match.groups()).upper()}"


def _orders(text: str) -> Iterator[str]:
    for match in _ORDER.finditer(text):
        number = next(filter(None, match.groups()))
        yield f"eo:{re.sub(r'[^0-9]', '', number)}"


def _acts(text: str) -> Iterator[str]:
    for match in _ACT.finditer(text):
        letter = "L" if match[1][0].lower() == "d" or match[1].lower() == "richtlinie" else "R"
        yield f"celex:3{match[2]}{letter}{int(match[3]):04d}"


def _bills(text: str, jurisdiction: str) -> Iterator[str]:
    for match in _CANADIAN.finditer(text):
        yield f"bill:CA:{match[1]}"
    states = {code for name, code in _STATES.items() if name in text.lower()}
    named = states.pop() if len(states) == 1 else jurisdiction
    for match in _BILL.finditer(text):
        kind = re.sub(r"[^A-Z]", "", match[1])
        if kind in _FEDERAL and (match[1] != "S" or match[0].startswith("S.")):
            yield f"bill:US:{kind}{match[2]}"
        elif kind not in _FEDERAL and named.startswith("US-"):
            yield f"bill:{named}:{kind}{match[2]}"
