import json
from dataclasses import replace

from pipeline.issue import NewSource, from_json, summary, to_json
from pipeline.model import Precision, Reason
from tests import make
from tests.issues import card, hit, issue, trouble

FULL = replace(
    issue(
        card(),
        card(3, published=None, precision=None, title="生成AIの規制", themes=(hit(theme="c"),)),
        late=(card(2, reason=Reason.LATE, precision=Precision.DAY),),
        new_sources=(NewSource(id="n", name="N", stored=None, matching=0, titles=()),),
        trouble=(trouble(),),
        warnings=("themes.yaml:1:1: broken",),
    ),
    rehearsal=True,
    merged=3,
)


def test_a_frozen_issue_is_read_back_equal() -> None:
    assert from_json(to_json(FULL)) == FULL
    assert to_json(from_json(to_json(FULL))) == to_json(FULL)


def test_an_issue_frozen_by_another_version_is_read() -> None:
    contents = json.loads(to_json(issue()))
    del contents["merged"], contents["rehearsal"], contents["warnings"]
    assert from_json(json.dumps(contents | {"later": 1})) == issue()


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
        "themes": ["safety"],
        "reason": "new",
        "published": "2026-03-02T06:00:00.000000Z",
        "first_seen": "2026-03-02T07:00:00.000000Z",
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
