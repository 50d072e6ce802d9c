"""A host and the sources that we read -> those that cover it, or the nearest.

A source covers the host of its own address, and what an API is about: its records are pages of
another host.
"""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from pipeline.model import Source

# The pages that the records of an API are about, by the host that answers.
_PAGES_OF: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "api.congress.gov": ("congress.gov",),
        "api.govinfo.gov": ("govinfo.gov",),
        "api.io.canada.ca": ("canada.ca",),
        "api.legifrance.gouv.fr": ("legifrance.gouv.fr",),
        "api.parliament.uk": ("bills.parliament.uk", "questions-statements.parliament.uk"),
        "api.regulations.gov": ("regulations.gov",),
        "bills-api.parliament.uk": ("bills.parliament.uk",),
        "elaws.e-gov.go.jp": ("laws.e-gov.go.jp",),
        "laws.e-gov.go.jp": ("elaws.e-gov.go.jp",),
        "publications.europa.eu": ("eur-lex.europa.eu", "op.europa.eu"),
    }
)
# The same by kind: whoever reads an API through a mirror of it reads about the same pages.
_PAGES_BY_KIND: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "api_congress": ("congress.gov",),
        "api_egov": ("public-comment.e-gov.go.jp",),
        "api_eurlex": ("eur-lex.europa.eu", "publications.europa.eu"),
        "api_federal_register": ("federalregister.gov",),
        "api_govuk": ("gov.uk",),
        "api_kokkai": ("kokkai.ndl.go.jp",),
    }
)
# Under a country's ending these are no names of anybody: gov.uk, go.jp, com.au.
_COMMON: Final = frozenset(
    {"ac", "co", "com", "ed", "edu", "gc", "go", "gob", "gouv", "gov", "gr", "lg", "ne", "net"}
    | {"or", "org"}
)


@dataclass(frozen=True, slots=True)
class Nearest:
    """The source that is nearest to a host that none covers, and what they share."""

    source: Source
    shared: str


def host_of(address: str) -> str:
    """Return the host of an address, without www."""
    return (urlsplit(address).hostname or "").removeprefix("www.")


def covers(source: Source, host: str) -> bool:
    """Say whether a source is about the pages of a host."""
    own = host_of(source.url)
    return host in (own, *_PAGES_OF.get(own, ()), *_PAGES_BY_KIND.get(source.kind, ()))


def nearest(host: str, sources: Iterable[Source]) -> Nearest | None:
    """Return the source of the same domain, else of the same organisation, else of a like name."""
    sources = tuple(sources)
    domain = _domain(host)
    for source in sources:
        if _domain(host_of(source.url)) == domain:
            return Nearest(source, f"it is of the same domain, {domain}")
    name = domain.partition(".")[0]
    for source in sources:
        if name in _names(source):
            return Nearest(source, f"it is of the same organisation, {source.organisation}")
    by_host = {host_of(source.url): source for source in reversed(sources)}
    alike = difflib.get_close_matches(host, by_host, n=1, cutoff=0.8)
    return Nearest(by_host[alike[0]], f"its host is {alike[0]}") if alike else None


def _domain(host: str) -> str:
    """Return the part of a host that somebody registered, as far as its form tells."""
    labels = host.split(".")
    if labels[-1].isdigit() or ":" in host:
        return host
    common = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _COMMON
    return ".".join(labels[-3:] if common else labels[-2:])


def _names(source: Source) -> frozenset[str]:
    """Return what an organisation is called in short: words of its id and of its name."""
    if not source.organisation:
        return frozenset()
    words = source.organisation.casefold().replace("(", " ").replace(")", " ").split()
    initials = "".join(word[0] for word in words if word not in ("of", "the", "for", "and"))
    return frozenset(words + source.id.split("-") + [initials]) - {""}
