from datetime import date

from pipeline.flood import Flood
from pipeline.holding import as_usual, found_in
from pipeline.identity import Identified
from pipeline.model import Outcome, RawItem
from pipeline.reading import Reading
from pipeline.signs import Found
from tests import make

KNOWN = make.known()
READING = Reading(
    source_id="gov",
    url="https://gov.example/feed",
    outcome=Outcome.OK,
    items=(RawItem(base="https://gov.example/feed", title="a"),) * 3,
    body_hash="now",
    form="rss",
)
ENTRIES = (
    Identified(item=make.numbered(1, published_at=make.at(days=-3)), keys=(), known=KNOWN),
    # An old title with a new date may be another piece of news.
    Identified(item=make.numbered(2, published_at=make.at(hours=-1)), keys=(), known=KNOWN),
    Identified(item=make.numbered(3, published_at=None), keys=()),
)


def test_a_document_is_measured_by_its_entries_their_dates_and_what_was_known() -> None:
    state = make.read_state("gov", body_hash="before", newest_at=make.at(days=-2))
    days = (date(2026, 3, 2),)
    assert found_in(READING, state, ENTRIES, days, Flood(frozenset({7, 8}), 1)) == Found(
        entries=3,
        new=1,
        known=1,
        newest_at=make.at(hours=-1),
        oldest_at=make.at(days=-3),
        days=days,
        form="rss",
        changed=True,
        recognised=2,
        unrecognised=1,
    )


def test_a_page_that_is_watched_is_never_empty_and_has_no_pace() -> None:
    found = Found(entries=0, new=2, days=(date(2026, 3, 2),))
    assert as_usual(make.source(), found) == found
    watched = make.source(kind="page", watch="text")
    assert as_usual(watched, found) == Found(entries=1, new=0, known=1)
