"""What tells of one thing is one cluster, and nothing else is."""

from datetime import datetime
from typing import Any

import pytest

from pipeline.clusters import Member, Report, joined, report_of
from pipeline.model import Tier
from pipeline.titles import Rarity, rarity
from tests import make
from tests.bigevent import LANGUAGES, ORDER_PAGE, articles

PLAIN = Rarity(counts={})


def report(id: int, title: str = "", source: str = "", **overrides: Any) -> Report:  # noqa: A002
    """Give the report of an item of its own source."""
    item = make.numbered(
        id,
        source_id=source or f"s{id}",
        url=f"https://s{id}.example/news/{id}",
        title=title or f"Item {id}",
        **overrides,
    )
    home = make.source(item.source_id, tier=Tier.PRESS, jurisdiction="US")
    return report_of(id, item, make.NOW, home)


def clusters(*reports: Report, rare: Rarity = PLAIN) -> list[list[int]]:
    by_cluster: dict[int, list[int]] = {}
    for member in joined((), reports, rare):
        by_cluster.setdefault(member.cluster, []).append(member.report.id)
    return sorted(sorted(ids) for ids in by_cluster.values())


@pytest.mark.parametrize(
    ("one", "two"),
    [
        pytest.param(
            {"title": "Executive Order 14365"},
            {"title": "大統領令14365号", "language": "ja"},
            id="id",
        ),
        pytest.param(
            {"title": "Order 14365 stuns states"},
            {"title": "총리 14365", "language": "ko"},
            id="number",
        ),
        pytest.param(
            {"title": "One", "links": (ORDER_PAGE,)},
            {"title": "Two", "links": (ORDER_PAGE,)},
            id="link",
        ),
        pytest.param(
            {"title": "One", "summary": "See RIN 0694-AJ55."},
            {"title": "0694-AJ55 filed"},
            id="text",
        ),
        pytest.param(
            {"title": "Ministry proposes sandbox for autonomous ferries"},
            {"title": "Ministry proposes a sandbox for autonomous ferries, unions object"},
            id="title",
        ),
        pytest.param(
            {"title": "自律運航船の実証実験に関する指針案を公表", "language": "ja"},
            {"title": "国交省、自律運航船の実証実験に関する指針案を公表", "language": "ja"},
            id="a Japanese title",
        ),
    ],
)
def test_what_tells_of_one_thing_is_one_cluster(one: Any, two: Any) -> None:
    assert clusters(report(1, **one), report(2, **two)) == [[1, 2]]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        pytest.param(
            {"title": "President signs executive order on AI exports"},
            {"title": "President signs executive order on AI schools"},
            id="a word apart",
        ),
        pytest.param(
            {"title": "AI輸出に関する大統領令に署名したと発表", "language": "ja"},
            {"title": "AI教育に関する大統領令に署名したと発表", "language": "ja"},
            id="a word apart in Japanese",
        ),
        pytest.param(
            {"title": "Executive Order 14365 on AI signed by president"},
            {"title": "Executive Order 14366 on AI signed by president"},
            id="another number",
        ),
        pytest.param(
            {"title": "Guidance on high-risk systems under Regulation (EU) 2024/1689"},
            {"title": "Standards request under Regulation (EU) 2024/1689"},
            id="an act that is cited",
        ),
        pytest.param(
            {"title": "Ministry proposes sandbox for autonomous ferries"},
            {"title": "Ministry proposes sandbox for autonomous ferries", "language": "fr"},
            id="the same words in another language",
        ),
        pytest.param(
            {"title": "One", "links": ("https://www.usa.gov/",)},
            {"title": "Two", "links": ("https://www.usa.gov/",)},
            id="a front page",
        ),
        pytest.param(
            {"title": "One", "links": ("https://blog.example/plan/14",)},
            {"title": "Two", "links": ("https://blog.example/plan/14",)},
            id="a page of nobody's",
        ),
        pytest.param(
            {"title": "Week in review: orders 14365, 14366, 14367 and 14368"},
            {"title": "Executive Order 14366"},
            id="a list of things",
        ),
        pytest.param(
            {"title": "Ferries, ports, tunnels"},
            {"title": "Committee hears ministry on ferries, ports, tunnels, roads and canals"},
            id="a part of a longer list",
        ),
        pytest.param(
            {"title": "Ports committee hears fishing fleet owners"},
            {"title": "Ports committee hears tunnel road planners"},
            id="half the words in common",
        ),
    ],
)
def test_near_neighbours_stay_apart(one: Any, two: Any) -> None:
    assert clusters(report(1, **one), report(2, **two)) == [[1], [2]]


def test_one_source_makes_no_cluster_by_itself() -> None:
    one, two = (report(n, "Executive Order 14365", source="wire") for n in (1, 2))
    assert clusters(one, two) == [[1], [2]]
    assert clusters(one, two, report(3, "E.O. 14365 signed")) == [[1, 2, 3]]


def test_who_names_two_orders_joins_but_does_not_fuse_them() -> None:
    both = report(1, "Executive Order 14365 and Executive Order 14366")
    apart = [report(2, "Executive Order 14365"), report(3, "Executive Order 14366")]
    assert [2, 3] not in clusters(both, *apart)
    assert len(clusters(both, *apart)) == 2


def test_a_title_that_fits_two_things_equally_joins_neither() -> None:
    exports = report(1, "President signs executive order on AI exports")
    schools = report(2, "President signs executive order on AI schools")
    members = joined((), (exports, report(3, "President signs executive order on AI")), PLAIN)
    (late,) = joined(members, [schools], PLAIN)
    assert late.cluster == 2


@pytest.mark.parametrize(("days", "fused"), [(13, True), (15, False)], ids=["open", "closed"])
def test_a_cluster_is_open_for_fourteen_days(days: int, fused: bool) -> None:
    first = Member(report=report(1, "E.O. 14365"), cluster=1, opened=make.at(days=-days))
    (member,) = joined((first,), [report(2, "Executive Order 14365")], PLAIN)
    assert (member.cluster == 1) is fused


def test_titles_count_for_three_days() -> None:
    title = "Ministry proposes sandbox for autonomous ferries"
    old: datetime = make.at(days=-4)
    first = Member(
        report=report_of(1, make.item(title, source_id="a"), old, make.source("a")),
        cluster=1,
        opened=old,
    )
    (member,) = joined((first,), [report(2, title)], PLAIN)
    assert member.cluster == 2


def test_a_member_stays_where_it_is() -> None:
    first = Member(report=report(1, "E.O. 14365"), cluster=9, opened=make.NOW)
    assert joined((first,), [first.report], PLAIN) == ()


def test_the_name_of_the_outlet_is_no_part_of_a_title() -> None:
    item = make.item("Plan published - Daily Wire")
    home = make.source(name="Daily Wire")
    assert report_of(1, item, make.NOW, home).title == "Plan published"


def test_common_words_weigh_less_than_rare_ones() -> None:
    rare = rarity(["AI plan published", "AI law published", *["AI report"] * 40])
    assert rare.weight("ai") < rare.weight("publis") < rare.weight("law")
    assert rare.title("AI law").heavy == {"law"}


def test_a_title_of_common_words_alone_is_no_sign() -> None:
    rare = rarity(["Weekly press briefing"] * 200)
    assert clusters(*(report(n, "Weekly press briefing") for n in (1, 2)), rare=rare) == [[1], [2]]
    long = "Weekly press briefing on ferries, ports and tunnels"
    rare = rarity([long] * 200)
    assert clusters(*(report(n, long) for n in (1, 2)), rare=rare) == [[1, 2]]


TOLD = (
    "President signs Executive Order 14365 blocking state AI laws",
    "Executive Order 14365 blocks state-level AI laws",
    "White House order 14365 aims to block AI laws of states",
    "Executive Order 14365: president moves against state AI laws",
    "What Executive Order 14365 means for state AI laws",
)


@pytest.mark.parametrize(
    ("title", "joins"),
    [
        ("Executive order blocking state AI laws is signed by president", True),
        ("White House order blocks AI laws of states", True),
        ("President moves to block state AI laws by executive order", True),
        ("President signs executive order on AI in schools", False),
        ("Governor signs state AI law", False),
        ("White House hosts AI summit", False),
    ],
)
def test_in_a_burst_a_title_that_says_nothing_new_belongs_to_it(title: str, joins: bool) -> None:
    told = [report(n, text) for n, text in enumerate(TOLD, 1)]
    found = clusters(*told, report(9, title))
    assert ([1, 2, 3, 4, 5, 9] in found) is joins
    assert ([9] in found) is not joins


def test_eighty_articles_in_twelve_languages_are_one_event() -> None:
    made = articles(80)
    assert {a.language for a in made} == set(LANGUAGES)
    reports = [a.report for a in made]
    found = clusters(*reports, rare=rarity(r.title for r in reports))
    assert [len(ids) for ids in found] == [80]


def test_the_neighbours_of_a_big_event_stay_out() -> None:
    others = (
        report(901, "Executive Order 14401 on AI in schools", "n1"),
        report(902, "President signs executive order on AI in schools", "n2"),
        report(903, "大統領、学校でのAI利用に関する大統領令に署名", "n3", language="ja"),
        report(904, "Senate hearing on state laws about chatbots", "n4"),
    )
    reports = [a.report for a in articles(80)]
    found = clusters(*reports, *others, rare=rarity(r.title for r in (*reports, *others)))
    assert max(len(ids) for ids in found) == 80
    assert not [ids for ids in found if len(ids) == 80 and set(ids) & {901, 902, 903, 904}]
