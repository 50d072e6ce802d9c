"""`policywatch trace`: every way in which something is seen or missed has its sentence."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from jobs.deployment import Deployment
from jobs.trace import trace
from pipeline.alarms import alarms
from pipeline.changes import NewItem
from pipeline.clusters import Member, report_of
from pipeline.model import Match, Origin, Outcome, Reason, Type, Verdict
from pipeline.records import Intake, MailState, Selection
from pipeline.signs import Signs
from tests import make
from tests.e2e.inside import inside, prepare
from tests.e2e.world import Site

SOURCES = """\
sources:
  - {id: gov, name: Ministry, kind: feed, url: 'https://www.gov.example/feed', organisation: MoD}
  - {id: bills, name: Bills, kind: api_congress, url: 'https://api.congress.gov/v3/bill',
     key_env: MY_KEY}
  - {id: old, name: Old, kind: feed, url: 'https://old.example/feed', enabled: false,
     reason: closed down}
  - {id: press, name: Press, kind: feed, url: 'https://press.example/feed', path_filter: /tech/}
"""
RULES = "rules-1"


@pytest.fixture
def deployment(tmp_path: Path, site: Site) -> Iterator[Deployment]:
    prepare(tmp_path, SOURCES)
    with inside(tmp_path, site, make.NOW) as opened:
        opened.store.sync_sources(opened.configuration.sources, make.NOW)
        opened.store.put_ruleset(RULES, "themes: []", "themes.yaml", make.NOW)
        yield opened


def save(deployment: Deployment, *new: NewItem, at: datetime = make.NOW) -> None:
    run = deployment.store.start_run("poll", at)
    deployment.store.save_intake(run, make.intake(*new), RULES, at)


def read(
    deployment: Deployment, source: str, outcome: Outcome, at: datetime, **state: object
) -> None:
    known = replace(make.read_state(source), **state)  # type: ignore[arg-type]  # a test's few fields
    result = make.result(source, outcome=outcome, error="" if outcome.read else "HTTP 503")
    run = deployment.store.start_run("poll", at)
    raised = alarms(deployment.sources[source], known, at)
    intake = Intake(result=result, state=known, alarms=raised)
    deployment.store.save_intake(run, intake, RULES, at)


def told(deployment: Deployment, what: str) -> list[tuple[str, str]]:
    return [(found.code, found.text) for found in trace(deployment, what)]


# --- what is not stored ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "near"),
    [
        (
            "ai.gov.example",
            "the nearest is gov: it is of the same domain, gov.example",
        ),
        ("mod.example.org", "nothing near it is read"),
        ("www.mod.example", "the nearest is gov: it is of the same organisation, MoD"),
    ],
)
def test_what_no_source_covers_is_answered_with_the_nearest(
    deployment: Deployment, host: str, near: str
) -> None:
    covered = host.removeprefix("www.")
    assert told(deployment, f"https://{host}/x") == [
        ("not_covered", f"not stored, and no source covers {covered}; {near}")
    ]


def test_a_page_of_an_api_is_answered_by_how_the_api_was_read(deployment: Deployment) -> None:
    assert told(deployment, "https://www.congress.gov/bill/119th-congress/house-bill/1") == [
        ("not_stored", "not stored, though congress.gov is read by:"),
        (
            "not_asked",
            "bills: not asked at all from 2026-02-16 to 2026-03-02: policywatch poll bills",
        ),
    ]


def test_a_host_that_items_of_a_source_stand_on_is_covered_by_it(deployment: Deployment) -> None:
    save(deployment, make.new(make.item(url="https://pages.example/1")))
    assert ("unseen", "gov: read 1 times") in [
        (code, text[:17]) for code, text in told(deployment, "https://pages.example/2")
    ]


@pytest.mark.parametrize(
    ("outcome", "code"), [(Outcome.BLOCKED, "blocked"), (Outcome.HTTP_ERROR, "failing")]
)
def test_a_source_that_could_not_be_read_is_named_with_its_runs(
    deployment: Deployment, outcome: Outcome, code: str
) -> None:
    read(deployment, "gov", Outcome.OK, make.at(days=-3))
    read(deployment, "gov", outcome, make.at(days=-2))
    read(deployment, "gov", outcome, make.at(days=-1))
    assert told(deployment, "https://gov.example/x")[1] == (
        code,
        (
            "gov: could not be read 2 of 3 times from 2026-02-16 to 2026-03-02, first on "
            f"2026-02-28 09:00 UTC, last on 2026-03-01 09:00 UTC ({outcome}: HTTP 503)"
        ),
    )


@pytest.mark.parametrize(
    ("state", "code", "text"),
    [
        (
            {"gap_at": make.at(days=-1)},
            "gap",
            (
                "shared no entry with the reading before at 2026-03-01 09:00 UTC: items in between "
                "may have been missed"
            ),
        ),
        ({"empty_since": make.at(days=-2)}, "empty", "has had no entries since 2026-02-28"),
        (
            {"signs": Signs(days=((date(2025, 9, 1), 5), (date(2025, 12, 2), 5)))},
            "silent",
            "nothing new since 2025-12-02: nobody knows its pace yet",
        ),
        (
            {"baseline_at": make.at(days=-2)},
            "new_source",
            "first read on 2026-02-28: what it no longer listed was not seen",
        ),
    ],
)
def test_a_source_that_answers_may_have_missed_something_all_the_same(
    deployment: Deployment, state: dict[str, object], code: str, text: str
) -> None:
    read(deployment, "gov", Outcome.OK, make.at(days=-1), **state)
    assert told(deployment, "https://gov.example/x")[1:] == [
        (
            "unseen",
            (
                "gov: read 1 times from 2026-02-16 to 2026-03-02; the address was never among its "
                "entries"
            ),
        ),
        (code, f"gov: {text}"),
    ]


def test_a_gap_of_another_time_says_nothing(deployment: Deployment) -> None:
    read(deployment, "gov", Outcome.OK, make.at(days=-1), gap_at=make.at(days=-30))
    assert [code for code, _ in told(deployment, "https://gov.example/x")] == [
        "not_stored",
        "unseen",
    ]


def test_what_a_source_leaves_out_or_is_no_longer_is_said(deployment: Deployment) -> None:
    (_, filtered, _) = told(deployment, "https://press.example/sport/1")
    assert filtered == (
        "filtered",
        "press: leaves out what has no '/tech/' in its path (path_filter)",
    )
    assert told(deployment, "https://old.example/1")[1] == (
        "disabled",
        "old: disabled: closed down",
    )


# --- what is stored --------------------------------------------------------------------------

NEAR = make.match("governance", verdict=Verdict.NEAR, missing=("regulat*",))
LOW = make.match("governance", verdict=Verdict.NEAR, missing=("score 2 of 3",), evidence=())
EXCLUDED = make.match("governance", verdict=Verdict.EXCLUDED, excluded_by="museum OR gallery")


@pytest.mark.parametrize(
    ("matches", "code", "text"),
    [
        pytest.param((), "no_rule", "no rule took it, and none is near", id="nothing"),
        pytest.param(
            (NEAR,),
            "near",
            "no rule took it; nearest: governance (rule models), missing regulat*",
            id="a word",
        ),
        pytest.param(
            (LOW,),
            "near",
            "no rule took it; nearest: governance, missing score 2 of 3",
            id="a score",
        ),
        pytest.param(
            (NEAR, EXCLUDED),
            "excluded",
            "no rule took it; governance (rule models) would, but is excluded by museum OR gallery",
            id="excluded",
        ),
    ],
)
def test_what_no_rule_took_names_the_nearest(
    deployment: Deployment, matches: tuple[Match, ...], code: str, text: str
) -> None:
    item = make.item()
    save(deployment, make.new(item, matches=matches))
    assert told(deployment, item.url) == [
        ("item", f"#00b {item.title}"),
        ("news", "stored from gov on 2026-03-02 09:00 UTC, dated 2026-03-02"),
        (code, text),
    ]


APPLIES = ("applies", "governance applies: models (models, title)")
MATCHED = make.match("governance")


@pytest.mark.parametrize(
    ("new", "code", "text"),
    [
        pytest.param(
            make.new(matches=(MATCHED,), origin=Origin.BASELINE),
            "not_news",
            "not mailed as news: it stood there at the first contact with the source",
            id="baseline",
        ),
        pytest.param(
            make.new(matches=(MATCHED,), origin=Origin.BACKFILL),
            "not_news",
            "not mailed as news: it was fetched later from the past of the source",
            id="backfill",
        ),
        pytest.param(
            make.news(theme="governance"),
            "waiting",
            "not mailed yet: it waits for the next issue of daily",
            id="waiting",
        ),
        pytest.param(
            make.news(theme="governance", notices=(make.notice("governance", Reason.LATE),)),
            "late",
            "not mailed yet: it waits for the next issue of daily, as found late",
            id="late",
        ),
        pytest.param(
            make.new(matches=(MATCHED,)),
            "rule_change",
            "not mailed: it matches only since the rules changed, which is counted in a line",
            id="rules changed",
        ),
    ],
)
def test_what_applies_and_was_not_mailed_has_a_reason(
    deployment: Deployment, new: NewItem, code: str, text: str
) -> None:
    save(deployment, new)
    assert told(deployment, new.item.url)[2:] == [APPLIES, (code, text)]


def test_what_no_digest_takes_is_said(deployment: Deployment) -> None:
    daily = replace(deployment.configuration.digests[0], themes=("safety",))
    only = replace(deployment, configuration=replace(deployment.configuration, digests=(daily,)))
    save(deployment, make.news(theme="governance"))
    assert told(only, make.item().url)[3] == (
        "no_digest",
        "not mailed: no digest takes governance",
    )


@pytest.mark.parametrize(
    ("filters", "code", "text"),
    [
        pytest.param(
            Selection(min_score=99),
            "below_minimum",
            "daily leaves it out: its score 3 is below min_score 99",
            id="score",
        ),
        pytest.param(
            Selection(types=(Type.BILL,)),
            "left_out",
            "daily leaves it out by its jurisdictions, types or languages",
            id="elsewhere",
        ),
    ],
)
def test_what_the_filters_of_a_digest_leave_out_is_said(
    deployment: Deployment, filters: Selection, code: str, text: str
) -> None:
    daily = replace(deployment.configuration.digests[0], takes=filters)
    only = replace(deployment, configuration=replace(deployment.configuration, digests=(daily,)))
    save(deployment, make.news(theme="governance"))
    assert told(only, make.item().url)[3:] == [(code, text)]


def test_a_further_report_of_an_event_names_the_first(deployment: Deployment) -> None:
    first, second = make.item(title="The first"), make.item(guid="2", url="https://gov.example/2")
    save(deployment, make.new(first), make.new(second))
    store = deployment.store
    told_of = [store.items_at(item.url)[0] for item in (first, second)]
    source = deployment.sources["gov"]
    members = [
        Member(
            report=report_of(each.id, each.item, each.first_seen_at, source),
            cluster=told_of[0].id,
            opened=make.NOW,
        )
        for each in told_of
    ]
    store.save_stories(members, ())
    folded = [text for code, text in told(deployment, second.url) if code == "folded"]
    assert folded == ["folded into #00b The first, of the same event"]
    assert "folded" not in dict(told(deployment, first.url))


def test_what_was_mailed_names_issue_digest_and_time(deployment: Deployment) -> None:
    store = deployment.store
    save(deployment, make.news(theme="governance", notices=(make.notice(reason=Reason.LATE),)))
    (line,) = store.ledger(0)
    issue = store.save_issue(make.issue(7), [line.seq], [make.mail()], make.NOW)
    assert told(deployment, make.item().url)[3] == (
        "issued",
        (
            "told in issue 7 of daily of 2026-03-02 09:00 UTC, as found late; no mail of it was "
            "accepted yet"
        ),
    )
    (mail,) = store.outbox(issue_id=issue.id)
    store.mark_mail(replace(mail, state=MailState.SENT), make.at(minutes=2))
    assert told(deployment, make.item().url)[3] == (
        "mailed",
        "mailed in issue 7 of daily at 2026-03-02 09:02 UTC, as found late",
    )


# --- titles ----------------------------------------------------------------------------------

TITLES = (
    "Guidance on the assessment of foundation models",
    "Guidance on the assessment of lighthouses",
    "生成AIの規制に関する基本方針を公表",
)


@pytest.mark.parametrize(
    ("remembered", "codes", "title"),
    [
        pytest.param(TITLES[0], ["item"], TITLES[0], id="as it is"),
        pytest.param("assessment of FOUNDATION", ["item"], TITLES[0], id="a part"),
        pytest.param("基本方針", ["item"], TITLES[2], id="a part in Japanese"),
        pytest.param(
            "Guidance for the asessment of fundation models",
            ["like", "item", "candidate"],
            TITLES[0],
            id="misspelt",
        ),
        pytest.param("生成AI規制の基本方針", ["like", "item"], TITLES[2], id="other particles"),
    ],
)
def test_a_title_may_be_remembered_badly(
    deployment: Deployment, remembered: str, codes: list[str], title: str
) -> None:
    save(deployment, *(make.new(make.numbered(n, title=t)) for n, t in enumerate(TITLES)))
    found = trace(deployment, remembered)
    assert [each.code for each in found if not each.inner] == codes
    (item,) = (each for each in found if each.code == "item")
    assert item.text.endswith(title)


@pytest.mark.parametrize("remembered", ["The harvest of olives", "?", "規"])
def test_a_title_that_is_like_none_asks_for_the_address(
    deployment: Deployment, remembered: str
) -> None:
    save(deployment, make.new(make.numbered(1, title=TITLES[0])))
    assert told(deployment, remembered) == [
        (
            "unknown_title",
            (
                f"no stored title contains '{remembered}', and none is like it: give its address "
                "to learn more"
            ),
        )
    ]


def test_an_item_is_found_by_its_id(deployment: Deployment) -> None:
    save(deployment, make.new())
    assert told(deployment, "#00b")[0] == ("item", f"#00b {make.item().title}")
    assert told(deployment, "#zzzz9")[0][0] == "unknown_title"


def test_an_item_that_came_when_its_site_changed_its_ids_says_so(deployment: Deployment) -> None:
    save(deployment, make.new(after_change=True))
    said = "came after a change of the site, which gave known items other ids"
    assert ("after_change", said) in told(deployment, "#00b")
