"""What one hostile address does, and which ends of it are right."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipeline.model import Outcome
from tests.hostile.server import Behaviour


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One address: what it does, how reading it may end, and how many entries it then gives.

    `more` are further paths of the same server; `entries` None means that they do not matter.
    """

    behaviour: Behaviour
    outcomes: tuple[Outcome, ...]
    entries: int | None = None
    said: str = ""
    more: Mapping[str, Behaviour] | None = None


def case(behaviour: Behaviour, *outcomes: Outcome, said: str = "") -> Case:
    """Say what must come of an address that gives nothing to keep."""
    return Case(behaviour=behaviour, outcomes=outcomes, entries=0, said=said)


def kept(behaviour: Behaviour, entries: int, *outcomes: Outcome, **more: Behaviour) -> Case:
    """Say what must come of an address that is odd and yet worth reading."""
    further = {f"/{name}": each for name, each in more.items()}
    ends = outcomes or (Outcome.OK,)
    return Case(behaviour=behaviour, outcomes=ends, entries=entries, more=further)


def feed(*titles: str, before: str = "", inside: str = "") -> bytes:
    """Write an RSS 2.0 document with an entry for each title."""
    return (
        f'{before or DECLARATION}<rss version="2.0"><channel><title>News</title>{inside}'
        + "".join(entries(titles))
        + "</channel></rss>"
    ).encode()


def entries(titles: tuple[str, ...]) -> Iterator[str]:
    """Write RSS entries, each with a link and a guid of its own."""
    for number, title in enumerate(titles):
        link = f"https://gov.example/{number}"
        yield (
            f"<item><title>{title}</title><link>{link}</link><guid>{link}</guid>"
            f"<pubDate>Mon, 02 Nov 2026 09:{number % 60:02}:00 GMT</pubDate></item>"
        )


DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
TITLES = ("Guidance on AI", "Budget of the year", "Ports and harbours")
FEED = feed(*TITLES)
