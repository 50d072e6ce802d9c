"""What is remembered of a source from one poll to the next, by the real command."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import jobs.deployment
import jobs.poll
from jobs.poll import Choice
from jobs.settings import Settings
from pipeline.config import load_configuration
from pipeline.model import Outcome, SourceState
from pipeline.reading import Reading
from pipeline.records import Intake
from pipeline.run import Inflow, take_in
from pipeline.snapshot import unpacked
from store import open_store
from tests.e2e.world import Deployment, Page, Site, rss, sources_yaml

START = datetime(2026, 11, 3, 9, tzinfo=UTC)
GUIDANCE = ("Guidance on AI", "https://gov.example/1", "Mon, 02 Nov 2026 09:00:00 GMT")
BUDGET = ("Budget of the year", "https://gov.example/2", "Tue, 03 Nov 2026 09:00:00 GMT")


@pytest.fixture
def watch(deployment: Deployment, site: Site) -> Deployment:
    """A deployment with one source, `gov`, at /gov/news.xml."""
    site.pages["/gov/news.xml"] = Page(rss(GUIDANCE))
    deployment.write("sources.yaml", sources_yaml(("gov", site.url("/gov/news.xml"))))
    return deployment


def poll(deployment: Deployment, *arguments: str, **after: float) -> dict[str, Any]:
    """Poll at START plus a while, and return the results by source."""
    now = (START + timedelta(**after)).isoformat()
    done = deployment.run("poll", "--json", *arguments, POLICYWATCH_NOW=now)
    assert "Traceback" not in done.err
    return {result["source"]: result for result in done.json["results"]}


def listed(deployment: Deployment, **after: float) -> dict[str, Any]:
    now = (START + timedelta(**after)).isoformat()
    shown = deployment.run("sources", "list", "--json", POLICYWATCH_NOW=now).json
    return dict(shown[0])


# --- how a source stands --------------------------------------------------------------------


def test_an_empty_source_stays_empty_until_it_fills(watch: Deployment, site: Site) -> None:
    poll(watch, "--all")
    site.pages["/gov/news.xml"] = Page(rss(), headers={"ETag": '"empty"'})
    outcomes = [poll(watch, "--all", hours=hour)["gov"] for hour in (1, 2, 30)]
    assert [(each["outcome"], each["status"]) for each in outcomes] == [
        ("empty", 200),
        ("empty", 304),
        ("empty", 200),
    ]
    assert listed(watch, hours=31)["alarm"] == "has had no entries since 2026-11-03"
    site.pages["/gov/news.xml"] = Page(rss(GUIDANCE))
    assert poll(watch, "--all", hours=32)["gov"]["outcome"] == "ok"
    assert listed(watch, hours=33)["alarm"] is None


def test_a_server_that_answers_304_for_ever_is_found_out_within_a_day(
    watch: Deployment, site: Site
) -> None:
    site.pages["/gov/news.xml"].headers["ETag"] = '"stuck"'
    assert poll(watch, "--all")["gov"]["new"] == 1
    site.pages["/gov/news.xml"].content = rss(BUDGET, GUIDANCE)
    stuck = poll(watch, "--all", hours=23)["gov"]
    assert (stuck["outcome"], stuck["new"]) == ("not_modified", 0)
    assert poll(watch, "--all", hours=24)["gov"]["new"] == 1


def test_a_frozen_source_is_named_in_the_digest(watch: Deployment, site: Site) -> None:
    days = [
        (f"News {day}", f"https://gov.example/{day}", f"{day:02} Oct 2026 09:00:00 GMT")
        for day in range(20, 30)
    ]
    site.pages["/gov/news.xml"] = Page(rss(*days))
    poll(watch, "--all")
    assert listed(watch)["alarm"] is None
    poll(watch, "--all", days=10)
    alarm = (
        "nothing new since 2026-10-29, its document is the same all the time: "
        "14 working days, where 5 are a surprise"
    )
    assert listed(watch, days=10)["alarm"] == alarm
    now = (START + timedelta(days=10)).isoformat()
    preview = watch.run("digest", "preview", POLICYWATCH_NOW=now).out
    assert "Read, but not all is well: gov (nothing new since 2026-10-29" in preview
    assert "0 of 1 source read in this window" in preview


def test_a_gap_is_named_and_costs_nothing_that_is_still_there(
    watch: Deployment, site: Site
) -> None:
    def numbered(*numbers: int) -> Page:
        titles = [(f"AI plan {n}", f"https://gov.example/{n}", GUIDANCE[2]) for n in numbers]
        return Page(rss(*titles))

    for hour, numbers in enumerate([(1, 2, 3), (2, 3, 4), (3, 4, 5), (9, 10, 11)]):
        site.pages["/gov/news.xml"] = numbered(*numbers)
        assert poll(watch, "--all", hours=hour)["gov"]["outcome"] == "ok"
    assert listed(watch, hours=4)["alarm"] == (
        "shared no entry with the reading before at 2026-11-03 12:00 UTC: "
        "items in between may have been missed"
    )
    preview = watch.run("digest", "preview", POLICYWATCH_NOW="2026-11-03T13:00").out
    assert "items in between may have been missed" in preview
    assert "AI plan 11" in preview


def test_after_a_long_outage_everything_is_told_and_what_is_old_as_late(
    watch: Deployment, site: Site
) -> None:
    poll(watch, "--all")
    site.pages["/gov/news.xml"].status = 503
    for day in range(1, 22):
        poll(watch, "--all", days=day)
    alarm = listed(watch, days=21)["alarm"]
    assert alarm.startswith("not read since 2026-11-04 09:00 UTC:")
    entries = [
        (f"AI plan {day}", f"https://gov.example/{day}", f"{day:02} Nov 2026 09:00:00 GMT")
        for day in range(4, 26)
    ]
    site.pages["/gov/news.xml"] = Page(rss(*reversed(entries), GUIDANCE))
    assert poll(watch, "--all", days=22)["gov"]["new"] == len(entries)
    now = (START + timedelta(days=22, hours=1)).isoformat()
    issue = watch.run("digest", "preview", "--json", POLICYWATCH_NOW=now).json
    reasons = {item["title"]: item["reason"] for item in issue["items"]}
    assert len(reasons) == len(entries)
    assert [title for title, reason in reasons.items() if reason == "new"] == [
        "AI plan 25",
        "AI plan 24",
    ]
    assert set(reasons.values()) == {"new", "late"}


# --- moves ----------------------------------------------------------------------------------


def test_an_address_that_redirects_for_a_week_is_left(watch: Deployment, site: Site) -> None:
    poll(watch, "--all")
    site.pages["/new/feed.xml"] = site.pages["/gov/news.xml"]
    site.pages["/gov/news.xml"] = Page(b"", status=301, headers={"Location": "/new/feed.xml"})
    for day in range(1, 9):
        assert poll(watch, "--all", days=day)["gov"]["outcome"] == "ok"
    before = dict(site.hits)
    site.pages["/new/feed.xml"].content = rss(BUDGET, GUIDANCE)
    assert poll(watch, "--all", days=9)["gov"]["new"] == 1
    assert site.hits["/gov/news.xml"] == before["/gov/news.xml"]
    alarm = listed(watch, days=9)["alarm"]
    assert alarm == (
        f"has moved for good to {site.url('/new/feed.xml')} (since 2026-11-04): change its url"
    )
    site.pages["/new/feed.xml"].status = 404
    poll(watch, "--all", days=10)
    poll(watch, "--all", days=11)
    assert site.hits["/gov/news.xml"] == before["/gov/news.xml"] + 1


def test_what_is_gone_is_asked_once_a_day_and_told(watch: Deployment, site: Site) -> None:
    poll(watch, "--all")
    site.pages["/gov/news.xml"].status = 410
    before = site.hits["/gov/news.xml"]
    for hour in range(2, 74, 3):
        poll(watch, hours=hour)
    assert site.hits["/gov/news.xml"] - before == 3
    assert listed(watch, hours=75)["alarm"] == (
        "is gone, says its server since 2026-11-03; it is asked once a day"
    )


# --- waits ----------------------------------------------------------------------------------


def test_a_wait_holds_for_its_part_of_the_host_and_against_every_force(
    watch: Deployment, site: Site
) -> None:
    names = {"a": "/api/a", "b": "/api/b", "c": "/api/c", "d": "/api/d", "e": "/news/e"}
    wait = Page(b"", status=429, headers={"Retry-After": "7200"})
    site.pages |= {path: Page(rss(GUIDANCE)) for path in names.values()}
    site.pages |= {f"/api/{name}": wait for name in "abc"}
    watch.write("sources.yaml", sources_yaml(*((i, site.url(p)) for i, p in names.items())))
    told = poll(watch, "a", "b", "c")
    assert [each["outcome"] for each in told.values()] == ["blocked"] * 3
    held = poll(watch, "--all", "--force", minutes=119)
    assert [each["outcome"] for each in held.values()] == [*["blocked"] * 4, "ok"]
    assert held["d"]["error"] == (
        "not asked: the server wants to be left alone until 2026-11-03 11:00 UTC"
    )
    assert "/api/d" not in site.hits
    assert poll(watch, minutes=119) == {}
    site.pages |= {f"/api/{name}": Page(rss(GUIDANCE)) for name in "abc"}
    freed = poll(watch, "--all", minutes=121)
    assert {each["outcome"] for each in freed.values()} == {"ok"}


def test_one_wait_holds_for_its_own_address_alone(watch: Deployment, site: Site) -> None:
    site.pages["/api/a"] = Page(b"", status=429, headers={"Retry-After": "7200"})
    site.pages["/api/b"] = Page(rss(GUIDANCE))
    watch.write("sources.yaml", sources_yaml(*((n, site.url(f"/api/{n}")) for n in ("a", "b"))))
    assert poll(watch, "a")["a"]["outcome"] == "blocked"
    read = poll(watch, "--all", minutes=1)
    assert [each["outcome"] for each in read.values()] == ["blocked", "ok"]
    assert site.hits["/api/a"] == 1


def test_a_source_is_asked_before_each_digest_whatever_its_interval(
    watch: Deployment, site: Site
) -> None:
    site.pages["/gov/news.xml"].headers["Cache-Control"] = "max-age=86400"
    poll(watch, "--all")
    # 07:30 in Tokyo is 22:30; the floor holds until 15:00, and again until 21:00.
    asked = [bool(poll(watch, hours=hour)) for hour in (1, 5, 6.1, 12, 12.2, 12.7, 13.1, 13.2)]
    assert asked == [False, False, True, False, True, False, True, False]


def test_where_nothing_is_due_nothing_is_written(watch: Deployment) -> None:
    first = watch.run("poll", "--json", POLICYWATCH_NOW="2026-11-03T09:00").json
    idle = watch.run("poll", "--json", POLICYWATCH_NOW="2026-11-03T09:10")
    later = watch.run("poll", "--json", POLICYWATCH_NOW="2026-11-03T18:00").json
    assert (idle.code, idle.json["run"], idle.json["results"]) == (0, 0, [])
    assert later["run"] == first["run"] + 1


# --- what is kept ---------------------------------------------------------------------------


def test_the_last_good_and_the_last_bad_document_can_be_read_again(
    watch: Deployment, site: Site
) -> None:
    poll(watch, "--all")
    site.pages["/gov/news.xml"].content = b"<html><title>Down for repair</title></html>"
    poll(watch, "--all", hours=1)
    site.hits.clear()
    good = watch.run("sources", "test", "gov", "--last-good", "--json")
    assert (good.code, [entry["title"] for entry in good.json["entries"]]) == (0, [GUIDANCE[0]])
    bad = watch.run("sources", "test", "gov", "--last-bad", "--json")
    assert (bad.code, bad.json["outcome"]) == (4, "not_a_feed")
    assert "Down for repair" in bad.json["error"]
    assert site.hits == {}
    site.pages["/gov/news.xml"].status = 403
    poll(watch, "--all", hours=2)
    blocked = watch.run("sources", "test", "gov", "--last-bad", "--json").json
    assert (blocked["outcome"], blocked["error"].endswith("HTTP 403 Forbidden")) == (
        "blocked",
        True,
    )


def test_what_was_never_kept_is_said(watch: Deployment) -> None:
    poll(watch, "--all")
    assert "no bad document of gov is kept" in watch.run("sources", "test", "gov", "--last-bad").err
    assert watch.run("sources", "test", "other", "--last-good").code == 2


# --- keys and robots.txt --------------------------------------------------------------------


def test_a_key_reaches_the_server_and_nothing_else(
    watch: Deployment, site: Site, tmp_path: Path
) -> None:
    entry = f"{{id: gov, name: G, kind: feed, url: '{site.url('/gov/news.xml?k={key}')}'"
    watch.write("sources.yaml", f"sources:\n  - {entry}, key_env: GOV_KEY}}\n")
    path = "/gov/news.xml?k=s3cret-word"
    site.pages[path] = Page(rss((f"AI at {path}", f"https://gov.example{path}", GUIDANCE[2])))
    assert "GOV_KEY is not set" in poll(watch, "--all")["gov"]["error"]
    watch.environment["GOV_KEY"] = "s3cret-word"
    assert poll(watch, "--all", hours=3)["gov"]["new"] == 1
    site.pages[path].status = 500
    done = watch.run("poll", "--all", POLICYWATCH_LOG="debug")
    assert (done.code, site.hits[path]) == (4, 2)
    told = done.out + done.err + watch.run("items", "search", "AI", "--json").out
    assert "s3cret" not in told
    for file in watch.home.rglob("*"):
        assert not file.is_file() or b"s3cret" not in file.read_bytes()


def test_a_page_that_robots_txt_forbids_is_not_asked(watch: Deployment, site: Site) -> None:
    entry = f"{{id: page, name: P, kind: page, url: '{site.url('/list')}', select: {{item: li}}}}"
    watch.write("sources.yaml", f"sources:\n  - {entry}\n")
    site.pages["/list"] = Page(b"<ul><li><a href='/1'>AI</a></li></ul>", "text/html")
    site.pages["/robots.txt"] = Page(b"User-agent: *\nDisallow: /", "text/plain")
    refused = poll(watch, "--all")["page"]
    assert (refused["outcome"], "robots.txt" in refused["error"]) == ("blocked", True)
    site.pages["/robots.txt"].content = b"User-agent: *\nDisallow:"
    assert [poll(watch, "--all", hours=hour)["page"]["outcome"] for hour in (1, 2)] == ["ok", "ok"]
    assert site.hits == {"/robots.txt": 2, "/list": 2}


# --- a fault of ours ------------------------------------------------------------------------


def test_what_one_source_lays_bare_in_us_does_not_cost_the_others(
    watch: Deployment, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.pages["/other.xml"] = Page(rss(BUDGET))
    names = ("gov", site.url("/gov/news.xml")), ("other", site.url("/other.xml"))
    watch.write("sources.yaml", sources_yaml(*names))

    def faulty(inflow: Inflow, reading: Reading, state: SourceState, now: datetime) -> Intake:
        if reading.source_id == "gov" and reading.items is not None:
            raise ZeroDivisionError("no such luck")
        return take_in(inflow, reading, state, now)

    monkeypatch.setattr("jobs.poll.take_in", faulty)
    store = open_store(watch.home)
    settings = Settings(home=watch.home, allow_networks=(site.netloc,))
    deployment = jobs.deployment.Deployment(
        settings=settings, configuration=load_configuration(watch.home), store=store
    )
    results = {r.source_id: r for r in jobs.poll.poll(deployment, Choice(all=True)).results}
    assert (results["other"].outcome, results["other"].new) == (Outcome.OK, 1)
    assert (results["gov"].outcome, results["gov"].error) == (
        Outcome.PARSE_LIMIT,
        "policywatch failed on this source: ZeroDivisionError: no such luck",
    )
    kept = store.snapshot("gov", good=False)
    assert kept is not None
    assert unpacked(kept.bodies[0]).content == rss(GUIDANCE)
    store.close()
