"""What whoever adds an address that cannot be read is told to do."""

import pytest

from pipeline.model import Outcome
from pipeline.remedies import remedy, told_of

URL = "https://gov.example/news/feed.xml"


@pytest.mark.parametrize(
    ("outcome", "status", "step"),
    [
        pytest.param(
            Outcome.HTTP_ERROR,
            404,
            "look for its new address: policywatch sources discover https://gov.example/",
            id="not there",
        ),
        pytest.param(
            Outcome.BLOCKED,
            401,
            "it wants a log-in: if you have a key for it, name its variable with --key-env",
            id="log-in",
        ),
        pytest.param(
            Outcome.BLOCKED,
            200,
            "look for a feed, a sitemap or an API of the same body: walls are left alone",
            id="a wall",
        ),
        pytest.param(
            Outcome.HTTP_ERROR,
            503,
            "try again later; if it stays so, see what a browser gets",
            id="down",
        ),
        pytest.param(
            Outcome.DNS,
            None,
            "check how gov.example is spelt, and whether other sites are reached from here",
            id="no such name",
        ),
        pytest.param(Outcome.REFUSED_ADDRESS, None, "", id="its trouble says what to do"),
        pytest.param(Outcome.REFUSED_ADDRESS, 302, "", id="a redirect to a private address"),
    ],
)
def test_each_trouble_has_its_next_step(outcome: Outcome, status: int | None, step: str) -> None:
    assert remedy(URL, outcome, status) == step


def test_a_front_page_that_is_not_there_is_not_sent_to_itself() -> None:
    step = "see in a browser whether the site is still there"
    assert remedy("https://gov.example/", Outcome.GONE, 410) == step


@pytest.mark.parametrize("outcome", list(Outcome))
def test_no_outcome_is_without_words(outcome: Outcome) -> None:
    assert "{" not in remedy(URL, outcome)


def test_an_address_is_named_once() -> None:
    assert told_of(URL, f"{URL}: HTTP 404") == f"{URL}: HTTP 404"
    assert told_of(URL, "has no entries") == f"{URL}: has no entries"
