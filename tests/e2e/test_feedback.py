"""What people tell the rules, by the real command: labels, added pages, near misses, measures."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from jobs.cli.main import policywatch
from pipeline.records import Label
from pipeline.search import Search
from store import open_store
from tests import make
from tests.e2e.world import DIGESTS, Deployment, Done, Page, Site, rss, sources_yaml

NOW = "2026-11-04"
AI = ("Guidance on AI", "https://gov.example/1", "Tue, 03 Nov 2026 09:00:00 GMT")
LAW = ("Robot safety law adopted", "https://gov.example/2", "Tue, 03 Nov 2026 10:00:00 GMT")
BAN = ("Rules on robot toys", "https://gov.example/3", "Tue, 03 Nov 2026 11:00:00 GMT")
GARDEN = ("AI in the garden", "https://gov.example/4", "Tue, 03 Nov 2026 12:00:00 GMT")
ARTICLE = """<!doctype html><html lang="en"><head><title>x | Ministry</title>
<meta property="og:title" content="Robots &amp; the law">
<meta property="article:published_time" content="2026-11-02T08:00:00Z"></head>
<body><nav>Home News</nav><article><h1>Robots</h1><p>The cabinet looks at robots.</p></article>
</body></html>"""
THEMES = """\
themes:
  - id: governance
    title: {en: AI governance}
    rules:
      - {id: ai, q: AI}
      - {id: robots, q: robot* AND regulat*}
    exclude: [garden]
  - id: safety
    title: {en: Safety}
    rules: [AI AND safety]
"""


NUMBERS = {AI: 1, LAW: 2, BAN: 3, GARDEN: 4}


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


@pytest.fixture(scope="module")
def polled(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """A deployment that has read four items of one source."""
    environment = {"POLICYWATCH_ALLOW_NETWORKS": site.netloc, "POLICYWATCH_NOW": NOW}
    made = Deployment(tmp_path_factory.mktemp("polled"), environment)
    site.pages["/news.xml"] = Page(rss(*NUMBERS))
    made.write("themes.yaml", THEMES)
    made.write("digests.yaml", DIGESTS)
    made.write("sources.yaml", sources_yaml(("gov", site.url("/news.xml"))))
    assert made.run("poll").code == 0
    return made


@pytest.fixture
def watch(polled: Deployment, tmp_path: Path) -> Deployment:
    home = tmp_path / "home"
    shutil.copytree(polled.home, home)
    return replace(polled, home=home)


def told(watch: Deployment, *arguments: str) -> Done:
    """Run a command in this process, which spares the start of one."""
    environment = watch.full_environment()
    done = CliRunner().invoke(policywatch, arguments, env=environment, obj=None)
    return Done(done.exit_code, done.stdout, done.stderr)


def label(watch: Deployment, *said: tuple[tuple[str, str, str], str, str, bool]) -> None:
    store = open_store(watch.home)
    for item, theme, who, applies in said:
        store.put_label(
            Label(item_id=NUMBERS[item], theme=theme, applies=applies, who=who, at=make.NOW)
        )
    store.close()


def stored(watch: Deployment) -> list[str]:
    store = open_store(watch.home, readonly=True)
    items = [found.item.title for found in store.search(Search(), limit=100)]
    store.close()
    return items


def test_labels_are_kept_replaced_listed_and_taken_back(watch: Deployment) -> None:
    for said in (
        ("2", "governance", "yes", "--who", "aya"),
        ("2", "governance", "no", "--who", "aya"),
        ("#00c", "safety", "yes", "--who", "ben"),
        ("1", "safety", "no"),
        ("1", "safety", "--remove"),
    ):
        assert told(watch, "items", "label", *said).code == 0
    said = watch.run("items", "labels", "--json").json
    assert [(s["title"], s["theme"], s["applies"], s["who"]) for s in said] == [
        (LAW[0], "governance", False, "aya"),
        (LAW[0], "safety", True, "ben"),
    ]
    one = told(watch, "items", "labels", "--theme", "safety").out
    assert one.splitlines()[1:] == [f"#00c\tsafety\tyes\tben\t2026-11-04\t{LAW[0]}"]
    labelled = told(watch, "items", "search", "has:label", "--json").json["items"]
    assert [item["title"] for item in labelled] == [LAW[0]]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(("#zzzzz", "safety", "yes"), "no item is called #zzzzz", id="item"),
        pytest.param(("1", "safty", "yes"), "did you mean 'safety'?", id="theme"),
        pytest.param(("1", "safety"), "say yes or no", id="no answer"),
        pytest.param(("1", "safety", "no", "--remove"), "say yes or no", id="two answers"),
        pytest.param(("1", "safety", "--remove", "--who", "aya"), "aya said nothing", id="silent"),
    ],
)
def test_a_label_that_cannot_be_is_refused(
    watch: Deployment, arguments: tuple[str, ...], said: str
) -> None:
    done = told(watch, "items", "label", *arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_labels_do_not_wait_for_the_service(watch: Deployment) -> None:
    store = open_store(watch.home)
    with store.service_lock("run"), store.job_lock("poll", wait_seconds=1):
        done = watch.run("items", "label", "2", "governance", "yes")
    labels = store.labels()
    store.close()
    assert (done.code, len(labels)) == (0, 1)


# --- pages that no poll brought --------------------------------------------------------------


def test_an_added_page_is_stored_judged_labelled_and_never_mailed(
    watch: Deployment, site: Site
) -> None:
    site.pages["/robots.html"] = Page(ARTICLE.encode(), "text/html; charset=utf-8")
    url = site.url("/robots.html")
    added = watch.run("items", "add", url, "--theme", "governance", "--json").json
    item = added["item"]
    assert (added["new"], added["missed"], item["title"]) == (
        True,
        ["governance"],
        "Robots & the law",
    )
    assert (item["source"], item["origin"], item["published"], item["language"]) == (
        "gov",
        "manual",
        "2026-11-02T08:00:00+00:00",
        "en",
    )
    shown = told(watch, "items", "show", item["short_id"], "--json").json
    assert shown["body"] == "Robots\nThe cabinet looks at robots."
    preview = told(watch, "digest", "preview", "--json").json
    assert url not in [said["url"] for said in preview["items"]]
    missed = told(watch, "themes", "eval", "--from-store", "--errors", "--json").json
    assert [(e["kind"], e["title"]) for e in missed["errors"]] == [("missed", "Robots & the law")]


def test_what_was_added_by_hand_is_traced_as_that(watch: Deployment) -> None:
    words = ("--title", "AI at sea", "--text", "No page.")
    assert told(watch, "items", "add", "http://127.0.0.1:9/sea", *words).code == 0
    traced = told(watch, "trace", "http://127.0.0.1:9/sea").out
    assert "added by hand to manual on 2026-11-04" in traced
    assert "not mailed as news: what is added by hand never is" in traced
    baseline = told(watch, "trace", AI[1]).out
    assert "stored from gov on 2026-11-04" in baseline
    assert "it stood there at the first contact with the source" in baseline


def test_what_is_stored_already_is_labelled_alone(watch: Deployment, site: Site) -> None:
    before = stored(watch)
    done = told(watch, "items", "add", LAW[1], "--theme", "safety", "--who", "aya")
    assert (done.code, "is stored already" in done.out) == (0, True)
    assert "labelled: safety: yes (aya), a miss: missing AI" in done.out
    assert stored(watch) == before
    (said,) = told(watch, "items", "labels", "--json").json
    assert (said["title"], said["theme"], said["applies"]) == (LAW[0], "safety", True)


def test_a_page_that_cannot_be_read_needs_words(watch: Deployment, site: Site) -> None:
    gone = site.url("/gone.html")
    refused = watch.run("items", "add", gone)
    assert (refused.code, refused.out) == (4, "")
    assert "404" in refused.err
    assert "--title" in refused.err
    words = ("--title", "<b> AI & you", "--text", "An AI plan.", "--date", "2026-11-01")
    added = told(watch, "items", "add", gone, *words, "--theme", "governance", "--json").json
    item = added["item"]
    assert "404" in added["error"]
    assert (item["title"], item["summary"], item["published"], added["missed"]) == (
        "<b> AI & you",
        "An AI plan.",
        "2026-11-01T00:00:00+00:00",
        [],
    )


@pytest.mark.parametrize(
    ("content", "content_type", "trouble"),
    [
        pytest.param(b"%PDF-1.7", "application/pdf", "is a PDF file", id="PDF"),
        pytest.param(rss(AI), "application/xml", "is no web page", id="feed"),
        pytest.param(b"<html><body></body></html>", "text/html", "neither title", id="empty"),
        pytest.param(
            b"<html><title>Just a moment...</title></html>", "text/html", "a wall", id="wall"
        ),
        pytest.param(b"<html>" + b"<b>" * 300, "text/html", "cost too much", id="dangerous"),
    ],
)
def test_what_is_no_page_is_refused_by_name(
    watch: Deployment, site: Site, content: bytes, content_type: str, trouble: str
) -> None:
    site.pages["/odd"] = Page(content, content_type)
    done = told(watch, "items", "add", site.url("/odd"))
    assert done.code == 4
    assert f"{site.url('/odd')}: " in done.err
    assert trouble in done.err


def test_a_host_that_no_source_covers_belongs_to_the_manual_source(watch: Deployment) -> None:
    # Nothing may connect to port 9: refused before anything is asked.
    done = told(watch, "items", "add", "http://127.0.0.1:9/x", "--title", "AI at sea", "--json")
    assert (done.json["item"]["source"], done.json["new"]) == ("manual", True)
    assert told(watch, "poll", "--all").code == 0
    sources = told(watch, "sources", "list", "--json").json
    assert [source["id"] for source in sources] == ["gov"]
    assert "AI at sea" in stored(watch)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(("gov.example/x",), "no http(s) address", id="address"),
        pytest.param(("http://gov.example/x", "--date", "soon"), "'soon' is no date", id="date"),
        pytest.param(
            ("http://gov.example/x", "--theme", "z"), "no theme is called 'z'", id="theme"
        ),
    ],
)
def test_what_cannot_be_added_is_refused(
    watch: Deployment, arguments: tuple[str, ...], said: str
) -> None:
    done = told(watch, "items", "add", *arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


# --- what rules are tuned by -----------------------------------------------------------------


def test_near_misses_say_what_was_missing_or_what_excluded_them(watch: Deployment) -> None:
    found = watch.run("items", "near-misses", "--json").json
    assert [(m["title"], m["theme"], m["score"], m["missing"]) for m in found["near"]] == [
        (BAN[0], "governance", 3.0, ["regulat*"]),
        (LAW[0], "governance", 3.0, ["regulat*"]),
    ]
    assert [(m["title"], m["theme"], m["excluded_by"]) for m in found["excluded"]] == [
        (GARDEN[0], "governance", "garden")
    ]
    safety = told(watch, "items", "near-misses", "--theme", "safety", "--limit", "1").out
    assert len(safety.splitlines()) == 2
    assert "missing" in safety
    watch.environment["POLICYWATCH_NOW"] = "2026-11-24"
    later = told(watch, "items", "near-misses", "--json").json
    assert later == {"near": [], "excluded": []}


def test_rules_are_measured_on_the_labels_of_the_store(watch: Deployment) -> None:
    label(
        watch,
        (AI, "governance", "aya", True),
        (AI, "governance", "ben", True),
        (AI, "governance", "chen", False),
        (LAW, "governance", "aya", True),
        (BAN, "governance", "aya", True),
        (BAN, "governance", "ben", False),
        (GARDEN, "long_gone", "ben", True),
    )
    done = watch.run("themes", "eval", "--from-store", "--errors", "--json")
    assert "1 labels left out" in done.err
    found = done.json
    assert (found["micro"]["precision"], found["micro"]["recall"]) == (1.0, 0.5)
    assert found["errors"] == [
        {
            "kind": "missed",
            "theme": "governance",
            "id": "#00c",
            "title": LAW[0],
            "why": "nearest rule robots: Robot; missing regulat*",
        }
    ]
    assert [
        (d["title"], d["theme"], d["yes"], d["no"], d["decided"]) for d in found["disagreements"]
    ] == [
        (BAN[0], "governance", ["aya"], ["ben"], None),
        (AI[0], "governance", ["aya", "ben"], ["chen"], True),
    ]
    assert "a tie, left out" in told(watch, "themes", "eval", "--from-store").out


def test_rules_are_measured_on_a_file_as_ever(watch: Deployment, tmp_path: Path) -> None:
    lines = [
        {"id": "1", "title": "AI plan", "text": "", "lang": "en", "labels": ["governance"]},
        {"id": "2", "title": "Robots roam", "text": "", "lang": "en", "labels": ["governance"]},
    ]
    file = tmp_path / "labelled.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    found = watch.run("themes", "eval", str(file), "--errors", "--json").json
    assert sorted(found) == [
        "errors",
        "false_alarms",
        "false_alarms_by_stratum",
        "languages",
        "macro",
        "micro",
        "on_brief",
        "themes",
    ]
    assert [(e["id"], e["why"]) for e in found["errors"]] == [
        ("2", "nearest rule robots: Robots; missing regulat*")
    ]
    assert told(watch, "themes", "eval").code == 2
    assert told(watch, "themes", "eval", str(file), "--from-store").code == 2


def test_words_are_suggested_from_labels_or_from_a_file(watch: Deployment, tmp_path: Path) -> None:
    label(watch, (LAW, "governance", "aya", True), (BAN, "governance", "aya", True))
    nothing = told(watch, "themes", "suggest", "safety", "--json")
    assert (nothing.json, "label some first" in nothing.err) == ([], True)
    assert "2 items are labelled" in told(watch, "themes", "suggest", "governance").err
    lines = [
        {"title": f"Drone fleet {n}", "text": "", "lang": "en", "labels": ["safety"]}
        for n in range(8)
    ] + [
        {"title": f"Harvest and weather {n}", "text": "", "lang": "en", "labels": []}
        for n in range(40)
    ]
    file = tmp_path / "labelled.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    (found,) = watch.run("themes", "suggest", "safety", "--from", str(file), "--json").json
    assert (found["term"], found["inside"], found["outside"]) == ("Drone fleet", 8, 0)
    assert found["example"] == "Drone fleet 0"
    assert told(watch, "themes", "suggest", "safty").code == 2
