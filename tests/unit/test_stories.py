"""One thing has one entry in an issue, and a line in the issues after it."""

from pipeline.issue import Headline, Story
from pipeline.model import Tier
from pipeline.stories import Before, Clusters, folded, is_burst
from tests import make
from tests.issues import card

HEAD = Headline(id=90, title="Order signed", url="https://gov.example/90", language="en")


def before(**overrides: bool) -> Before:
    return Before(head=HEAD, since=make.at(days=-1), official=overrides.get("official", False))


def test_the_best_ranked_card_stands_for_all() -> None:
    cards = [card(1), card(2, tier=Tier.PRESS), card(3), card(4, tier=Tier.PRESS)]
    heads, stories = folded(cards, Clusters(of={1: 1, 2: 1, 4: 1, 3: 3}))
    assert [(c.id, [t.id for t in c.reports]) for c in heads] == [(1, [2, 4]), (3, [])]
    assert stories == []


def test_later_reports_are_a_story_of_their_theme() -> None:
    cards = [card(n, tier=Tier.PRESS) for n in (2, 3)]
    heads, ((theme, story),) = folded(cards, Clusters(of={2: 90, 3: 90}, before={90: before()}))
    assert (heads, theme) == ([], "safety")
    assert story == Story(head=HEAD, since=make.at(days=-1), reports=story.reports)
    assert [told.id for told in story.reports] == [2, 3]


def test_the_first_official_word_has_a_card_of_its_own() -> None:
    cards = [card(1), card(2, tier=Tier.PRESS)]
    ((head,), stories) = folded(cards, Clusters(of={1: 90, 2: 90}, before={90: before()}))
    assert (head.id, head.follows, [t.id for t in head.reports], stories) == (1, HEAD, [2], [])
    told = Clusters(of={1: 90, 2: 90}, before={90: before(official=True)})
    assert folded(cards, told)[0] == []


def test_many_reports_at_once_are_a_burst() -> None:
    cards = [card(n) for n in range(1, 7)]
    ((many,), _) = folded(cards, Clusters(of=dict.fromkeys(range(1, 7), 1)))
    ((few, _, _), _) = folded(cards, Clusters(of=dict.fromkeys(range(1, 5), 1)))
    assert (is_burst(many), is_burst(few)) == (True, False)
