"""An address that could not be read -> what whoever wants to add it does next."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from pipeline.model import Outcome

_LOOK: Final = "look for its new address: policywatch sources discover {site}"
_ELSEWHERE: Final = "see in a browser whether the site is still there"
_LATER: Final = "try again later; if it stays so, see what a browser gets"
_OTHER: Final = "look for a feed, a sitemap or an API of the same body: walls are left alone"
_SMALLER: Final = "look for a smaller feed: policywatch sources discover {site}"

_BY_STATUS: Final[Mapping[int, str]] = MappingProxyType(
    {
        401: "it wants a log-in: if you have a key for it, name its variable with --key-env",
        403: "if a browser gets it, try a browser's name with --user-agent; else look for another "
        "feed or an API of the same body",
        404: _LOOK,
        410: _LOOK,
        429: "it was asked too often: try again in an hour",
    }
)
_BY_OUTCOME: Final[Mapping[Outcome, str]] = MappingProxyType(
    {
        Outcome.EMPTY: "see in a browser whether there is nothing now; to add it all the same, "
        "write its entry with trial: true, as docs/sources.md shows",
        Outcome.PARTLY_BROKEN: "tell its owner, or look for another: policywatch sources discover "
        "{site}",
        Outcome.NOT_A_FEED: "give the address of a feed, a sitemap or a page that lists news",
        Outcome.BLOCKED: _OTHER,
        Outcome.TOO_BIG: _SMALLER,
        Outcome.PARSE_LIMIT: _SMALLER,
        Outcome.MOVED: "open it in a browser and give the address at which it ends",
        Outcome.DNS: "check how {host} is spelt, and whether other sites are reached from here",
        Outcome.TLS: "what has no good certificate is not read: tell its owner",
    }
)


def remedy(url: str, outcome: Outcome, status: int | None = None) -> str:
    """Return what to do about an address that gave nothing; empty where the trouble says it."""
    parts = urlsplit(url)
    step = _BY_OUTCOME.get(outcome, _LATER)
    if outcome is Outcome.REFUSED_ADDRESS:
        step = ""
    if status is not None and not outcome.read:
        step = _BY_STATUS.get(status, step)
    if step == _LOOK and parts.path in ("", "/"):
        step = _ELSEWHERE
    return step.format(site=f"{parts.scheme}://{parts.netloc}/", host=parts.hostname or url)


def told_of(url: str, trouble: str) -> str:
    """Return what is wrong with an address as a sentence that names it once."""
    return f"{url}: {trouble.removeprefix(f'{url}: ')}"
