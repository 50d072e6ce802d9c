"""`sources health` and what `doctor` says of alarms, by the real command."""

import pytest

from tests.e2e.world import Deployment, Page, Site, rss, sources_yaml

DAYS = [
    (f"News {day}", f"https://gov.example/{day}", f"{day:02} Oct 2026 09:00:00 GMT")
    for day in range(29, 12, -1)
]
FIRST, LATER, BACK = "2026-10-30T09:00", "2026-11-11T09:00", "2026-11-12T09:00"


@pytest.fixture
def watch(deployment: Deployment, site: Site) -> Deployment:
    """One source that goes silent, one that is gone and one that never answered."""
    for name in ("silent", "gone"):
        site.pages[f"/{name}.xml"] = Page(rss(*DAYS))
    names = [(name, site.url(f"/{name}.xml")) for name in ("well", "gone", "silent")]
    on_trial = sources_yaml(*names).replace("{id: well,", "{id: well, trial: true, rhythm: weekly,")
    deployment.write("sources.yaml", on_trial)
    deployment.run("poll", "--all", POLICYWATCH_NOW=FIRST)
    site.pages["/gone.xml"].status = 410
    deployment.run("poll", "--all", POLICYWATCH_NOW=LATER)
    return deployment


def test_health_shows_the_worst_first_and_the_reasons(watch: Deployment) -> None:
    shown = watch.run("sources", "health", "--json", POLICYWATCH_NOW=LATER).json
    assert [each["id"] for each in shown] == ["gone", "silent", "well"]
    gone, silent, never = shown
    assert (gone["outcome"], gone["enabled"], gone["last_success"]) == (
        "gone",
        True,
        "2026-10-30T09:00:00+00:00",
    )
    assert [alarm["kind"] for alarm in silent["alarms"]] == ["frozen"]
    assert silent["alarms"][0]["raised"] == "2026-11-11T09:00:00+00:00"
    assert silent["alarm"].startswith("nothing new since 2026-10-29")
    assert (silent["items_a_week"], silent["usual_gap_working_days"]) == (3.75, 1.1)
    assert (silent["declared_rhythm"], silent["silent_after_working_days"]) == (None, 4)
    assert (never["declared_rhythm"], never["silent_after_working_days"]) == ("weekly", None)
    assert (never["alarm"], never["last_success"]) == (None, None)
    assert never["error"] is not None


def test_health_of_one_source_tells_what_was_wrong_before(watch: Deployment, site: Site) -> None:
    more = ("News of today", "https://gov.example/now", "12 Nov 2026 08:00:00 GMT")
    site.pages["/silent.xml"] = Page(rss(more, *DAYS))
    watch.run("poll", "silent", POLICYWATCH_NOW=BACK)
    shown = watch.run("sources", "health", "silent", POLICYWATCH_NOW=BACK).out
    assert "was 2026-11-11 to 2026-11-12: nothing new since 2026-10-29" in shown
    assert "by how often it has something new" in " ".join(shown.split())
    assert "silence       told of after 4 working days (learned)" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_doctor_names_alarms_with_what_to_do(watch: Deployment) -> None:
    found = watch.run("doctor", "--json", POLICYWATCH_NOW="2026-11-14T09:00").json
    lines = [(each["ok"], each["found"]) for each in found if each["what"] == "source"]
    assert [(ok, found.partition(":")[0]) for ok, found in lines] == [
        (False, "gone"),
        (False, "silent"),
        (False, "well"),
    ]
    assert lines[0][1].endswith("-> look for its new address and change url, or disable it")
    assert "HTTP 404 Not Found -> policywatch sources test well" in lines[2][1]


def test_health_of_an_unknown_source_gives_a_hint(deployment: Deployment) -> None:
    deployment.write("sources.yaml", sources_yaml(("silent", "https://a.example/")))
    done = deployment.run("sources", "health", "silnt")
    assert (done.code, "silent" in done.err) == (2, True)


def test_trace_tells_of_the_alarms_of_that_time(watch: Deployment, site: Site) -> None:
    address = site.url("/news/123")
    told = [
        watch.run("trace", address, "--on", day, POLICYWATCH_NOW=BACK).out
        for day in ("2026-11-11", "2026-10-30")
    ]
    assert ["silent: nothing new since 2026-10-29" in text for text in told] == [True, False]


def test_coverage_counts_what_came_and_names_what_is_empty(watch: Deployment) -> None:
    shown = watch.run("sources", "coverage", "--days", "40", "--json", POLICYWATCH_NOW=LATER).json
    (cell,) = shown["cells"]
    assert (shown["days"], cell["sources"], cell["items"]) == (40, 3, 34)
    assert (cell["official_share"], cell["misses"]) == (0.0, 0)
    assert "ja: the rules have words or titles of it, but no source is in it" in shown["empty"]
    lines = watch.run("sources", "coverage", POLICYWATCH_NOW=LATER).out.splitlines()
    assert max(map(len, lines)) <= 80
    assert "3 sources, 30 days: 34 items, 0 matches, 0% official, 0 missed" in lines
