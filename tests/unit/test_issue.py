import json
from dataclasses import replace
from datetime import date

from pipeline.deadlines import Deadline
from pipeline.issue import (
    Due,
    DueWhy,
    Headline,
    NewSource,
    Section,
    Story,
    Told,
    Waiting,
    from_json,
    summary,
    to_json,
)
from pipeline.model import Precision, Reason, Tier
from tests import make
from tests.issues import card, hit, issue, trouble

FULL = replace(
    issue(
        card(note="for the board", title_only=True),
        card(3, published=None, precision=None, title="生成AIの規制", themes=(hit(theme="c"),)),
        late=(card(2, reason=Reason.LATE, precision=Precision.DAY),),
        new_sources=(NewSource(id="n", name="N", stored=None, matching=0, titles=()),),
        trouble=(trouble(),),
        warnings=("themes.yaml:1:1: broken",),
    ),
    rehearsal=True,
    merged=3,
    waiting=Waiting(notices=(42, 43), items=2, earlier=3),
)


def test_a_frozen_issue_is_read_back_equal() -> None:
    assert from_json(to_json(FULL)) == FULL
    assert to_json(from_json(to_json(FULL))) == to_json(FULL)


def test_an_issue_frozen_by_another_version_is_read() -> None:
    contents = json.loads(to_json(issue()))
    del contents["merged"], contents["rehearsal"], contents["warnings"], contents["waiting"]
    assert from_json(json.dumps(contents | {"later": 1})) == issue()


def test_items_of_an_issue_of_before_have_no_note_and_stand_as_they_did() -> None:
    contents = json.loads(to_json(issue(card())))
    (section,) = contents["sections"]
    del section["cards"][0]["note"], section["cards"][0]["title_only"]
    assert from_json(json.dumps(contents)) == issue(card())


def test_scripts_get_a_summary() -> None:
    said = summary(FULL)
    items = said.pop("items")
    assert said == {
        "digest": "daily",
        "number": 12,
        "window": {
            "start": "2026-03-01T09:00:00.000000Z",
            "end": "2026-03-02T09:00:00.000000Z",
        },
        "deadlines": [],
        "new_sources": ["n"],
        "trouble": ["x"],
        "undecided": 5,
        "read": 151,
        "sources": 151,
    }
    assert isinstance(items, list)
    assert items[0] == {
        "id": 1,
        "short_id": "00b",
        "title": "Plan 1 for safer models",
        "url": "https://gov.example/news/1",
        "source": "gov",
        "after_change": False,
        "themes": ["safety"],
        "reason": "new",
        "published": "2026-03-02T06:00:00.000000Z",
        "first_seen": "2026-03-02T07:00:00.000000Z",
        "title_only": True,
        "note": "for the board",
        "reports": [],
    }
    assert [(i["id"], i["reason"], i["published"]) for i in items[1:]] == [
        (3, "new", None),
        (2, "late", "2026-03-02"),
    ]


def test_an_issue_is_silent_when_it_tells_of_sources_alone() -> None:
    assert (issue(trouble=(trouble(),)).silent, FULL.silent, issue(card()).silent) == (
        True,
        False,
        False,
    )


def test_its_times_stay_in_utc() -> None:
    assert from_json(to_json(issue())).window_end == make.NOW


def test_scripts_get_what_stands_with_another_item_and_the_deadlines() -> None:
    told = Told(
        id=7,
        title="Report",
        url="https://n.example/7",
        language="fr",
        source_id="n",
        source="N",
        tier=Tier.PRESS,
        theme="safety",
        first_seen=make.NOW,
    )
    story = Story(
        head=Headline(id=1, title="Order", url=""), since=make.NOW, reports=(replace(told, id=8),)
    )
    days = (date(2026, 3, 4), date(2026, 4, 3))
    due = Due(
        item=story.head,
        source="N",
        jurisdiction="JP",
        deadline=Deadline(day=None, candidates=days),
        days=2,
        why=DueWhy.NEAR,
    )
    sure = replace(due, deadline=Deadline(day=days[0], at=make.NOW))
    full = replace(
        issue(),
        first=(card(2, reports=(told,)),),
        sections=(Section(theme="safety", title="Safety", cards=(), stories=(story,)),),
        deadlines=(due, sure),
    )
    said = summary(full)
    assert from_json(to_json(full)) == full
    assert isinstance(said["items"], list)
    assert [(i["id"], i["themes"]) for i in said["items"]] == [
        (2, ["safety"]),
        (7, ["safety"]),
        (8, ["safety"]),
    ]
    assert said["items"][1]["first_seen"] == "2026-03-02T09:00:00.000000Z"
    assert said["deadlines"] == [
        {
            "id": 1,
            "short_id": "00b",
            "day": None,
            "at": None,
            "candidates": ["2026-03-04", "2026-04-03"],
            "days": 2,
            "why": "near",
        },
        {
            "id": 1,
            "short_id": "00b",
            "day": "2026-03-04",
            "at": "2026-03-02T09:00:00.000000Z",
            "candidates": [],
            "days": 2,
            "why": "near",
        },
    ]
    assert (full.new_count, full.item_count, full.silent) == (3, 3, False)
    assert issue(deadlines=(due,)).silent is False
    assert issue(deadlines=(replace(due, why=DueWhy.OPEN),)).silent is True
