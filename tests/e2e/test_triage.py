"""What people keep and drop, by the real command, and the digest that is made of it."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from jobs.cli.main import policywatch
from store import open_store
from tests.e2e.world import THEMES, Deployment, Done, Page, Site, rss, sources_yaml

OLD = ("Harvest report", "https://gov.example/1", "Mon, 02 Nov 2026 09:00:00 GMT")
LAW = ("AI law adopted", "https://gov.example/2", "Tue, 03 Nov 2026 10:00:00 GMT")
TOY = ("Rules for AI toys", "https://gov.example/3", "Tue, 03 Nov 2026 11:00:00 GMT")
ART = ("AI and artists", "https://gov.example/4", "Tue, 03 Nov 2026 12:00:00 GMT")
DIGESTS = """\
digests:
  - {id: daily, title: Daily, themes: all, schedule: '07:30', outputs: [{file: daily}]}
  - id: board
    title: Board
    themes: all
    schedule: '07:30'
    state: kept
    notes: true
    outputs: [{file: board}]
"""
NOTE = "For the board: <b>read</b> article 5"


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


@pytest.fixture(scope="module")
def polled(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """A deployment that has read three news items, 2 to 4, of a source that it knew before."""
    environment = {
        "POLICYWATCH_ALLOW_NETWORKS": site.netloc,
        "POLICYWATCH_NOW": "2026-11-03T13:00:00Z",
        "POLICYWATCH_MAIL_FROM": "watch@example.org",
    }
    made = Deployment(tmp_path_factory.mktemp("polled"), environment)
    made.write("themes.yaml", THEMES)
    made.write("digests.yaml", DIGESTS)
    made.write("sources.yaml", sources_yaml(("gov", site.url("/news.xml"))))
    site.pages["/news.xml"] = Page(rss(OLD))
    assert made.run("poll", POLICYWATCH_NOW="2026-11-03T09:30:00Z").code == 0
    assert told(made, "digest", "send", "board", now="2026-11-03T09:31:00Z").code == 0
    site.pages["/news.xml"] = Page(rss(LAW, TOY, ART, OLD))
    assert made.run("poll", "--all").code == 0
    return made


@pytest.fixture
def watch(polled: Deployment, tmp_path: Path) -> Deployment:
    home = tmp_path / "home"
    shutil.copytree(polled.home, home)
    return replace(polled, home=home)


def told(watch: Deployment, *arguments: str, now: str = "") -> Done:
    """Run a command in this process, which spares the start of one."""
    environment = watch.full_environment(**({"POLICYWATCH_NOW": now} if now else {}))
    done = CliRunner().invoke(policywatch, arguments, env=environment, obj=None)
    return Done(done.exit_code, done.stdout, done.stderr)


def sent(watch: Deployment, day: int) -> list[str]:
    """Send the next issue of the board, and name what it tells."""
    done = told(watch, "digest", "send", "board", "--json", now=f"2026-11-{day:02}T08:00:00Z")
    assert done.code == 0, done.err
    (issue,) = done.json
    return [item["title"] for item in issue["items"]]


def parts(watch: Deployment, number: int) -> list[str]:
    (path,) = (watch.home / "board").glob(f"*{number}*.eml")
    mail = message_from_bytes(path.read_bytes(), policy=default)
    return [
        " ".join(part.get_content().split())
        for part in mail.walk()
        if part.get_filename() is None and part.get_content_maintype() == "text"
    ]


# --- deciding --------------------------------------------------------------------------------


def test_people_keep_drop_and_take_back(watch: Deployment) -> None:
    kept = watch.run("items", "keep", "2", "#00d", "--note", "why not", "--by", "aya", "--json")
    assert [(one["item"], one["state"], one["who"], one["note"]) for one in kept.json] == [
        (2, "kept", "aya", "why not"),
        (3, "kept", "aya", "why not"),
    ]
    dropped = told(watch, "items", "drop", "3", "--who", "ben")
    assert dropped.err.endswith(f"#00d {TOY[0]}: dropped (ben)\n")
    assert told(watch, "items", "undo", "2").code == 0
    shown = told(watch, "items", "show", "2", "--json").json
    assert (shown["state"], shown["decision"]["note"]) == ("new", None)
    assert [one["state"] for one in shown["decisions"]] == ["kept", "new"]
    assert "kept by aya, 2026-11-03 13:00 UTC: why not\n" in told(watch, "items", "show", "2").out


def test_searches_know_where_items_stand(watch: Deployment) -> None:
    told(watch, "items", "keep", "2")
    told(watch, "items", "drop", "3")
    for state, expected in (("kept", [2]), ("dropped", [3]), ("new", [4, 1])):
        items = told(watch, "items", "search", f"state:{state}", "--json").json["items"]
        assert [item["id"] for item in items] == expected
        assert {item["state"] for item in items} == {state}
    assert "\tkept\tgov\t" in told(watch, "items", "search", "law").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(
            ("keep", "2", "#zzzzz"),
            "no item is called #zzzzz: `policywatch items search` lists ids; nothing was decided",
            id="unknown",
        ),
        pytest.param(("keep", "2", "!"), "'!' names no item", id="no id"),
        pytest.param(("drop",), "Missing argument 'ITEM...'", id="nothing"),
        pytest.param(("keep", "2", "--note", "x" * 501), "--note has 501 characters", id="long"),
        pytest.param(
            ("undo", "2", "3"), "nothing is decided on #00c, #00d: leave it out", id="undecided"
        ),
    ],
)
def test_a_decision_that_cannot_be_is_refused_whole(
    watch: Deployment, arguments: tuple[str, ...], said: str
) -> None:
    done = told(watch, "items", *arguments)
    assert (done.code, done.out) == (2, "")
    assert said in " ".join(done.err.split())
    assert told(watch, "items", "search", "state:kept", "--json").json["items"] == []


def test_what_is_no_news_can_be_kept_and_says_that_no_issue_follows(watch: Deployment) -> None:
    done = told(watch, "items", "keep", "1")
    assert (done.code, "#00b is baseline and no news" in done.err) == (0, True)


def test_decisions_do_not_wait_for_the_service(watch: Deployment) -> None:
    store = open_store(watch.home)
    with store.service_lock("run"), store.job_lock("poll", wait_seconds=1):
        done = watch.run("items", "keep", "2")
    history = store.triage.history(2)
    store.close()
    assert (done.code, len(history)) == (0, 1)


# --- the digest ------------------------------------------------------------------------------


def test_an_issue_is_made_of_what_was_kept_and_the_rest_comes_once_it_is(
    watch: Deployment,
) -> None:
    told(watch, "items", "keep", "2", "--note", NOTE)
    told(watch, "items", "drop", "3")
    assert sent(watch, 4) == [LAW[0]]
    for part in parts(watch, 2):
        assert "1 new item in 1 theme, 1 matched item waits for a decision." in part
    text, html = parts(watch, 2)
    assert f"Analyst’s note: {NOTE}" in text
    assert "&lt;b&gt;read&lt;/b&gt; article 5" in html
    for number in ("2", "3", "4"):
        told(watch, "items", "keep", number)
    assert sorted(sent(watch, 5)) == sorted([TOY[0], ART[0]])


def test_a_silent_day_says_what_waits(watch: Deployment) -> None:
    preview: Any = told(watch, "digest", "preview", "board", "--json").json
    assert (preview["items"], preview["undecided"]) == ([], 3)
    shown = told(watch, "digest", "preview", "board", "--html").out
    assert "Nothing kept, 3 matched items wait for a decision." in shown
    assert (
        "[Board] nothing kept, 3 undecided, 1 of 1 read"
        in told(watch, "digest", "preview", "board").out
    )


def test_trace_says_what_waits_to_be_kept(watch: Deployment) -> None:
    waiting = "waits to be kept, for board tells only of what is: policywatch items keep '#00c'"
    assert waiting in told(watch, "trace", LAW[1]).out
    told(watch, "items", "drop", "2", "--who", "ben", "--note", "old news")
    dropped = told(watch, "trace", LAW[1]).out
    assert "dropped by ben on 2026-11-03 13:00 UTC: old news" in dropped
    assert "board leaves it out, for it was dropped" in dropped
    told(watch, "items", "keep", "2")
    assert "it waits for the next issue of daily, board" in told(watch, "trace", LAW[1]).out


def test_trace_says_it_too_of_what_another_digest_told(watch: Deployment) -> None:
    assert told(watch, "digest", "send", "daily", now="2026-11-04T08:00:00Z").code == 0
    waiting = "waits to be kept, for board tells only of what is"
    assert waiting in told(watch, "trace", LAW[1]).out
    told(watch, "items", "keep", "4")
    assert sent(watch, 4) == [ART[0]]
    assert waiting in told(watch, "trace", LAW[1]).out
    told(watch, "items", "keep", "2")
    assert "waits for the next issue of board, as kept" in told(watch, "trace", LAW[1]).out
    sent(watch, 5)
    assert "waits" not in told(watch, "trace", LAW[1]).out


def test_a_state_that_nobody_waits_for_is_refused_with_its_place(watch: Deployment) -> None:
    watch.write("digests.yaml", DIGESTS.replace("state: kept", "state: keep"))
    done = watch.run("digest", "preview", "board")
    assert done.code == 3
    assert "digests.yaml:7:5: digest 2 (board): 'state' must be kept, not 'keep'" in done.err
