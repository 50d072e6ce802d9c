from datetime import timedelta

import pytest

from pipeline.pace import fresh_for, place, repeats_after, scope, waits
from tests import make

DATE = "Mon, 02 Mar 2026 09:00:00 GMT"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://gov.example/news/feed.xml?page=2", "gov.example:443/news"),
        ("https://gov.example/feed.xml#top", "gov.example:443/feed.xml"),
        ("http://gov.example:8080", "gov.example:8080/"),
        ("https://gov.example?next=/a/b", "gov.example:443/"),
        ("https://GOV.example/報道/feed", "gov.example:443/%E5%A0%B1%E9%81%93"),
        ("https://gov.example/%e5%a0%b1%e9%81%93/x", "gov.example:443/%E5%A0%B1%E9%81%93"),
    ],
)
def test_a_wait_holds_for_a_host_and_the_first_part_of_a_path(url: str, expected: str) -> None:
    assert scope(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://gov.example/news/feed.xml?page=2", "gov.example:443/news/feed.xml"),
        ("http://gov.example:8080", "gov.example:8080/"),
    ],
)
def test_a_wait_holds_for_an_address_whatever_is_asked_of_it(url: str, expected: str) -> None:
    assert place(url) == expected


def test_the_longest_wait_of_a_scope_counts_and_a_past_one_does_not() -> None:
    states = [
        make.state("a", wait_scope="gov.example:443/news", not_before=make.at(hours=1)),
        make.state("b", wait_scope="gov.example:443/news", not_before=make.at(hours=3)),
        make.state("c", wait_scope="gov.example:443/news", not_before=make.at(hours=2)),
        make.state("d", wait_scope="gov.example:443/law", not_before=make.NOW),
        make.state("e", not_before=make.at(hours=9)),
        make.state("f", wait_scope="gov.example:443/act"),
    ]
    assert waits(states, make.NOW) == {"gov.example:443/news": make.at(hours=3)}


@pytest.mark.parametrize(
    ("headers", "minutes"),
    [
        ({}, 0),
        ({"cache-control": "public, max-age=3600"}, 60),
        ({"cache-control": "max-age=3600", "age": "600"}, 50),
        ({"cache-control": "max-age=60", "age": "600"}, 0),
        ({"cache-control": "max-age=3600", "age": "nonsense"}, 60),
        ({"cache-control": "no-cache, max-age=3600"}, 0),
        ({"cache-control": "max-age=" + "6" * 400}, 111_111_111.1),
        ({"cache-control": "max-age=-5"}, 0),
        ({"date": DATE, "expires": "Mon, 02 Mar 2026 09:30:00 GMT"}, 30),
        ({"date": DATE, "expires": "0"}, 0),
        ({"date": DATE, "expires": "Mon, 02 Mar 2026 08:00:00 GMT"}, 0),
        ({"expires": "Mon, 02 Mar 2026 09:30:00 GMT"}, 0),
        (
            {
                "cache-control": "max-age=0",
                "date": DATE,
                "expires": "Mon, 02 Mar 2026 09:30:00 GMT",
            },
            0,
        ),
    ],
)
def test_freshness_is_read_from_headers(headers: dict[str, str], minutes: int) -> None:
    assert fresh_for(headers) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("head", "minutes"),
    [
        ("", 0),
        ("<ttl>90</ttl>", 90),
        ("<ttl>soon</ttl>", 0),
        ("<sy:updatePeriod>daily</sy:updatePeriod>", 1440),
        (
            "<sy:updatePeriod> hourly </sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>",
            15,
        ),
        (
            "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>",
            1440,
        ),
        ("<sy:updatePeriod>often</sy:updatePeriod>", 0),
        ("<ttl>30</ttl><sy:updatePeriod>hourly</sy:updatePeriod>", 60),
        ("<item><ttl>90</ttl></item>", 0),
    ],
)
def test_a_feed_may_say_how_often_it_is_worth_reading(head: str, minutes: int) -> None:
    document = make.document(f"<rss><channel>{head}<item/></channel></rss>")
    assert repeats_after(document) == timedelta(minutes=minutes)
