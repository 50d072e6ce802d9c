"""What an issue takes, what it tells first, and what only a first or a weekly issue tells."""

import json

import pytest

from pipeline.digest import Headline
from pipeline.model import Reason, Tier, Type
from pipeline.records import Form, Selection
from pipeline.stories import Before, Clusters
from tests import make
from tests.unit.test_digest import built, scored, setting, told

# --- what a digest takes ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("takes", "taken"),
    [
        pytest.param(Selection(), [1, 2, 3], id="everything"),
        pytest.param(Selection(jurisdictions=("US",)), [2], id="a jurisdiction and its parts"),
        pytest.param(Selection(types=(Type.LAW,)), [1], id="a type"),
        pytest.param(Selection(languages=("ja",)), [2, 3], id="a language, and what says none"),
        pytest.param(Selection(min_score=3.0), [1, 3], id="a score"),
    ],
)
def test_a_digest_takes_what_it_is_set_to_and_passes_over_the_rest(
    takes: Selection, taken: list[int]
) -> None:
    around = setting(make.source(), make.source("ca", jurisdiction="US-CA", language=""))
    lines = (
        told(1, scored(1, type=Type.LAW)),
        told(2, scored(2, 2.0, source_id="ca", language="ja"), source_id="ca"),
        told(3, scored(3, source_id="odd", language=""), source_id="odd"),
    )
    issue = built(*lines, spec=make.digest(takes=takes), around=around)
    assert sorted(card.id for card in issue.cards) == taken
    assert (issue.notices, issue.seq_to) == (tuple(taken), 3)


# --- what is read first -----------------------------------------------------------------------


def test_acts_and_open_deadlines_of_officials_are_read_first() -> None:
    around = setting(make.source(), make.source("news", tier=Tier.PRESS))
    open_day = make.at(days=9).date()
    lines = (
        told(1, scored(1)),
        told(2, scored(2, type=Type.LAW)),
        told(3, scored(3, deadline=open_day)),
        told(4, scored(4, deadline=make.at(days=-9).date())),
        told(5, scored(5, source_id="news", type=Type.LAW, deadline=open_day), source_id="news"),
    )
    issue = built(*lines, around=around)
    assert [card.id for card in issue.first] == [3, 2]
    assert [card.id for card in issue.new] == [3, 2, 4, 1, 5]
    assert [due.item.id for due in issue.deadlines] == [3, 5]
    none = built(*lines, around=around, spec=make.digest(form=Form(read_first=0)))
    assert none.first == ()


def test_the_first_reports_of_a_burst_are_read_before_all() -> None:
    around = setting(make.source(), *(make.source(f"n{n}", tier=Tier.PRESS) for n in range(6)))
    lines = [told(1, scored(1, type=Type.LAW))]
    lines += [told(n + 2, scored(n + 2, source_id=f"n{n}"), source_id=f"n{n}") for n in range(6)]
    clusters = Clusters(of=dict.fromkeys(range(2, 8), 2))
    issue = built(*lines, around=around, clusters=clusters)
    assert [(card.id, len(card.reports)) for card in issue.first] == [(7, 5), (1, 0)]
    assert (issue.sections, issue.new_count, len(issue.told)) == ((), 7, 5)


def test_what_was_told_before_is_a_line_of_its_theme() -> None:
    head = Headline(id=90, title="Order", url="", language="en")
    before = Before(head=head, since=make.at(days=-1), official=True)
    clusters = Clusters(of={1: 90}, before={90: before})
    issue = built(told(1, scored(1)), clusters=clusters)
    ((story,),) = [section.stories for section in issue.sections]
    assert (story.head, [t.id for t in story.reports], issue.silent) == (head, [1], False)


# --- the first issue, and every week ----------------------------------------------------------


def test_a_first_issue_shows_the_best_of_the_days_before_the_start() -> None:
    around = setting(make.source(), make.source("news", tier=Tier.PRESS))
    starters = [scored(n, float(n), source_id="news" if n % 2 else "gov") for n in range(1, 30)]
    starters.append(make.stored(99))
    line = make.line(1, reason=Reason.NEW_SOURCE, theme="", stored=None)
    issue = built(
        line,
        told(2, scored(29)),
        around=around,
        starters=starters,
        baselines={"gov": [scored(28, 28.0), scored(2)]},
    )
    ids = [card.id for card in issue.starter]
    assert ids == [*range(28, 8, -2), *range(27, 8, -2)]
    assert (issue.starter[0].reason, [c.id for c in issue.cards]) == (Reason.NEW_SOURCE, [29])
    assert [t.id for t in issue.new_sources[0].titles] == [2]
    assert built(line, previous=make.issue(3), starters=starters).starter == ()


def test_whole_lists_come_with_the_first_issue_of_a_week() -> None:
    sunday, monday = make.issue(window_end=make.at(days=-1)), make.issue(1)
    assert (built().weekly, built(previous=sunday).weekly) == (True, True)
    assert built(previous=monday).weekly is False


def test_what_the_issue_before_could_not_read_is_named_when_it_is_read_again() -> None:
    told = (
        {"source_id": "gov", "read": False},
        {"source_id": "news", "read": False},
        {"source_id": "odd", "read": True},
    )
    previous = make.issue(1, contents=json.dumps({"trouble": told}))
    reach = {
        "gov": make.reach(),
        "news": make.reach("news", read=False),
        "odd": make.reach("odd"),
    }
    issue = built(previous=previous, reach=reach)
    assert issue.recovered == ("Ministry of Digital Affairs",)
    assert built(reach=reach).recovered == ()


def test_rules_say_of_themselves_what_they_are_set_to() -> None:
    around = setting(notes={"models": "Asked for by the board"})
    stored = make.stored(matches=(make.match(),))
    (card,) = built(told(1, stored), around=around).new
    assert card.themes[0].notes == ("Asked for by the board",)
