"""Rules are tried, explained, looked over and taken back before anybody trusts a change."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from jobs.cli.main import policywatch
from jobs.cli.themes_history import record_named
from pipeline.errors import ConfigError, QueryError
from pipeline.judging import RulesetRecord
from store import open_store
from tests import make
from tests.e2e.world import DIGESTS, Deployment, Done, Page, Site

NOW = "2026-11-04"
ENTRIES = (
    ("Guidance on AI", "The ministry looks at AI and at nothing else.", 1),
    ("Robot safety law adopted", "A law on robots, and on chatbots that use AI.", 2),
    ("AI in the garden", "Roses.", 3),
    ("Rules on robot toys", "No word of it.", 4),
    ("水道の工事のお知らせ", "", 5),
    ("Harvest", "Long ago.", 300),
)
SOURCES = """\
sources:
  - {{id: gov, name: Ministry, kind: feed, url: '{url}', language: en, jurisdiction: GB}}
"""
LAB = """\
  - {id: lab, name: Laboratory, kind: feed, url: 'https://lab.example/', language: ja}
"""
THEMES = """\
lists:
  ai: [AI, 人工知能]
themes:
  - id: governance
    title: {en: AI governance}
    rules:
      - {id: ai, q: $ai}
      - {id: robots, q: robot* AND regulat*, weight: 2}
      - {id: here, q: law AND jur:GB}
    exclude: [garden]
  - id: safety
    title: {en: Safety}
    rules: [AI AND quux]
"""


@pytest.fixture(scope="module")
def polled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A deployment that has read six items of one source."""
    with Site() as site:
        environment = {"POLICYWATCH_ALLOW_NETWORKS": site.netloc, "POLICYWATCH_NOW": NOW}
        made = Deployment(tmp_path_factory.mktemp("polled"), environment)
        site.pages["/news.xml"] = Page(feed())
        made.write("themes.yaml", THEMES)
        made.write("digests.yaml", DIGESTS)
        made.write("sources.yaml", SOURCES.format(url=site.url("/news.xml")))
        assert made.run("poll").code == 0
        yield made


@pytest.fixture
def watch(polled: Deployment, tmp_path: Path) -> Deployment:
    home = tmp_path / "home"
    shutil.copytree(polled.home, home)
    return replace(polled, home=home, environment=dict(polled.environment))


def feed() -> bytes:
    """Write the entries as RSS, dated so many days before now."""
    items = "".join(
        f"<item><title>{title}</title><link>https://gov.example/{days}</link>"
        f"<description>{text}</description><pubDate>{_date(days)}</pubDate></item>"
        for title, text, days in ENTRIES
    )
    return f"<rss version='2.0'><channel>{items}</channel></rss>".encode()


def _date(days: int) -> str:
    return format_datetime(datetime(2026, 11, 4, tzinfo=UTC) - timedelta(days=days))


def told(watch: Deployment, *arguments: str, answer: str = "") -> Done:
    """Run a command in this process, which spares the start of one."""
    environment = watch.full_environment()
    done = CliRunner().invoke(policywatch, arguments, env=environment, input=answer, obj=None)
    if isinstance(done.exception, ConfigError | QueryError):
        return Done(-1, done.stdout, str(done.exception))
    return Done(done.exit_code, done.stdout, done.stderr)


# --- try -------------------------------------------------------------------------------------


def test_a_query_is_tried_on_what_is_stored(watch: Deployment) -> None:
    found = watch.run("themes", "try", "$ai OR robot*", "--json").json
    assert [(i["title"], i["themes_today"]) for i in found["items"]] == [
        ("Rules on robot toys", []),
        ("AI in the garden", []),
        ("Robot safety law adopted", ["governance"]),
        ("Guidance on AI", ["governance"]),
    ]
    counts = ("looked_at", "hits", "without_theme", "sources", "languages", "a_day", "nothing")
    assert {name: found[name] for name in counts} == {
        "looked_at": 5,
        "hits": 4,
        "without_theme": 2,
        "sources": {"gov": 4},
        "languages": {"en": 4},
        "a_day": 0.8,
        "nothing": None,
    }
    assert [e["text"] for e in found["items"][2]["evidence"]] == ["Robot", "robots", "AI"]


def test_the_words_of_a_hit_are_marked_in_its_text(watch: Deployment) -> None:
    done = watch.run("themes", "try", "law", "AND", "robot*", "--limit", "1")
    assert done.out == (
        "1 hit among 5 items of the last 90 days (stored from 2026-10-30 on)\n"
        "about 0.2 a day are to be expected; 0 of them no theme finds today\n"
        "sources: gov 1\n"
        "languages: en 1\n"
        "\n"
        "#00c 2026-11-02 gov (governance)\n"
        "  *Robot* safety *law* adopted\n"
        "  A *law* on *robots*, and on chatbots that use AI.\n"
    )


def test_all_hits_are_counted_and_the_newest_shown(watch: Deployment) -> None:
    done = told(watch, "themes", "try", "AI", "--limit", "1")
    assert done.out.startswith("3 hits among 5 items")
    assert done.out.count("#") == 1
    assert "and 2 more: --limit" in done.err
    old = told(watch, "themes", "try", "harvest", "--days", "365", "--json").json
    assert (old["hits"], old["looked_at"]) == (1, 6)


@pytest.mark.parametrize("query", ["AI law", "AI AND", "$aj", "ai AND (規制 OR 法)", "NOT AI"])
def test_a_broken_query_is_told_as_in_the_file(watch: Deployment, query: str) -> None:
    tried = told(watch, "themes", "try", query)
    message, shown, pointer = tried.err.splitlines()
    watch.write(
        "themes.yaml", f"lists: {{ai: AI}}\nthemes:\n- {{id: t, title: T, rules: ['{query}']}}\n"
    )
    in_file = told(watch, "themes", "check").err
    place, _, trouble = in_file.partition(": ")
    column = int(place.rpartition(":")[2]) - len("- {id: t, title: T, rules: ['")
    assert message == f"query:1:{column}: {trouble.partition('): ')[2]}"
    assert shown == f"  {query}"
    assert pointer.strip() == "^"


def test_a_broken_query_ends_as_any_other(watch: Deployment) -> None:
    done = watch.run("themes", "try", "AI AND\nlaw ban")
    assert (done.code, done.out) == (2, "")
    assert "query:2:5: 'law ban': two words side by side" in done.err
    assert done.err.endswith("\n  law ban\n      ^\n")


def test_a_query_that_finds_nothing_says_why(watch: Deployment) -> None:
    unseen = watch.run("themes", "try", "quux AND ($ai OR 量子)")
    assert unseen.code == 0
    assert unseen.out == (
        "nothing found among 5 items of the last 90 days (stored from 2026-10-30 on)\n"
        "never seen: quux, 量子\n"
        "items in which each part holds by itself:\n"
        "        0  quux\n"
        "        3  $ai OR 量子\n"
    )
    apart = told(watch, "themes", "try", "garden NEAR/5 robot*", "--json").json
    assert (apart["hits"], apart["items"]) == (0, [])
    assert apart["nothing"] == {
        "never_seen": [],
        "parts": [{"query": "garden", "items": 1}, {"query": "robot*", "items": 2}],
    }
    many = told(watch, "themes", "try", " OR ".join(f"quux{n}" for n in range(12))).out
    assert "quux9 and 2 more" in many


def test_where_nothing_is_stored_that_is_the_reason(watch: Deployment) -> None:
    watch.environment["POLICYWATCH_NOW"] = "2028-01-01"
    done = told(watch, "themes", "try", "quux")
    assert done.out == "nothing found among 0 items of the last 90 days\n"
    assert "poll first" in done.err


# --- explain ---------------------------------------------------------------------------------


def test_an_item_is_explained_by_what_is_configured_of_its_source(watch: Deployment) -> None:
    done = watch.run("themes", "explain", "#00c")
    assert done.out == (
        "#00c Robot safety law adopted\n"
        "  from gov, https://gov.example/2\n"
        "applies   governance: score 5 of 1\n"
        "        2  ai: summary: AI\n"
        "        3  here: title: law; summary: law\n"
        "near      safety: missing: quux\n"
        "        2  r1: summary: AI\n"
    )
    assert told(watch, "themes", "explain", "00c").out == done.out


def test_a_text_is_explained_with_what_it_lacks_and_what_excludes_it(watch: Deployment) -> None:
    found = watch.run("themes", "explain", "AI in the garden", "--title", "--json").json["themes"]
    assert [
        (t["theme"], t["verdict"], t["applies"], t["score"], t["rules"], t["rule_scores"])
        for t in found
    ] == [
        ("governance", "excluded", False, 3.0, ["ai"], {"ai": 3.0}),
        ("safety", "near", False, 3.0, ["r1"], {"r1": 3.0}),
    ]
    assert [(t["excluded_by"], t["missing"]) for t in found] == [("garden", []), (None, ["quux"])]
    shown = told(watch, "themes", "explain", "AI in the garden").out
    assert "excluded  governance: excluded by garden" in shown
    markup = told(watch, "themes", "explain", "<b>A</b>I <i>plan</i>", "--html", "--json").json
    assert [t["applies"] for t in markup["themes"]] == [True, False]
    assert told(watch, "themes", "explain", "roses").out == "no theme applies, and none is near\n"


def test_an_item_that_other_rules_judged_is_told(watch: Deployment) -> None:
    assert "reclassify" not in told(watch, "themes", "explain", "1").err
    watch.write("themes.yaml", THEMES.replace("q: $ai", "q: 人工知能"))
    assert "reclassify" in told(watch, "themes", "explain", "1").err


@pytest.mark.parametrize("what", ["#zzzzz", "#zz9", "#uuu"])
def test_an_item_that_is_not_there_is_no_text(watch: Deployment, what: str) -> None:
    assert told(watch, "themes", "explain", what).code == 2


@pytest.mark.parametrize("what", ["AI", "AI2", "2z9k8a", "AI law"])
def test_a_text_that_looks_like_an_id_is_one_only_if_there_is_an_item(
    watch: Deployment, what: str
) -> None:
    done = told(watch, "themes", "explain", what)
    assert (done.code, "#" in done.out) == (0, False)
    (watch.home / "policywatch.db").unlink()
    assert told(watch, "themes", "explain", what).code == 0


# --- lint ------------------------------------------------------------------------------------


def test_lint_names_place_and_next_step_and_ends_well(watch: Deployment) -> None:
    watch.write("themes.yaml", THEMES.replace("q: $ai", "q: $ai OR AI OR gardens OR 규제"))
    sources = (watch.home / "sources.yaml").read_text(encoding="utf-8")
    watch.write("sources.yaml", sources + LAB)
    done = watch.run("themes", "lint")
    assert done.code == 0
    assert "themes.yaml:7:28: theme governance, rule ai: AI stands in $ai already: take it out" in (
        done.out.splitlines()
    )
    assert "never seen" not in done.out
    assert "words that none of them has are named from 500 items on" in done.err
    assert "규제" not in done.out
    assert "5 items of the last 90 days looked at" in done.err
    found = told(watch, "themes", "lint", "--cap", "0", "--days", "400", "--json").json
    assert (found["items"], found["days"]) == (6, 400)
    kinds = {(f["kind"], f["theme"], f["rule"], f["list"]) for f in found["findings"]}
    assert kinds >= {
        ("redundant", "governance", "ai", None),
        ("unseen", "governance", "robots", None),
        ("unseen", None, None, "ai"),
        ("one_script", "safety", None, None),
        ("loud", "governance", None, None),
        ("loud", "governance", "ai", None),
    }


def test_without_items_lint_looks_at_the_text_alone(watch: Deployment) -> None:
    (watch.home / "policywatch.db").unlink()
    done = told(watch, "themes", "lint")
    assert (done.code, done.out) == (0, "")
    assert "no items of the last 90 days are stored: only the text was looked at" in done.err
    assert not (watch.home / "policywatch.db").exists()


# --- history ---------------------------------------------------------------------------------

NARROW = THEMES.replace("q: $ai", "q: 人工知能")


@pytest.fixture
def changed(watch: Deployment) -> Deployment:
    """A deployment whose second rules are in force."""
    watch.write("themes.yaml", NARROW)
    assert told(watch, "reclassify", "--why", "too many").code == 0
    return watch


def hashes(watch: Deployment) -> list[str]:
    return [record["hash"] for record in told(watch, "themes", "history", "--json").json]


def beside(watch: Deployment) -> list[str]:
    return sorted(path.name for path in watch.home.glob("themes.yaml.*"))


def test_former_rules_can_be_read(changed: Deployment) -> None:
    newest, first = hashes(changed)
    assert told(changed, "themes", "history", "--show", first[:6]).out == THEMES
    assert told(changed, "themes", "history", "--show", newest[:6].upper()).out == NARROW


def test_former_rules_come_back_and_nothing_is_lost(changed: Deployment) -> None:
    newest, first = hashes(changed)
    file = changed.home / "themes.yaml"
    file.chmod(0o640)
    done = changed.run("themes", "history", "--restore", first[:8], "--yes")
    assert (done.code, file.read_text(encoding="utf-8")) == (0, THEMES)
    assert f"themes.yaml has rules {first[:10]} again" in done.out
    assert "next: policywatch reclassify" in done.err
    assert beside(changed) == [f"themes.yaml.{newest[:10]}"]
    kept = changed.home / f"themes.yaml.{newest[:10]}"
    assert (kept.read_text(encoding="utf-8"), oct(file.stat().st_mode)[-3:]) == (NARROW, "640")
    again = told(changed, "themes", "history", "--restore", first, "--yes", "--json").json
    assert again == {"rules": first, "changed": False, "kept": None}


def test_a_file_that_nobody_has_seen_yet_is_kept_however_broken(changed: Deployment) -> None:
    first, file = hashes(changed)[1], changed.home / "themes.yaml"
    for content in (b"themes: \xff half a thou", b"", b"themes: \xff half a thou"):
        file.write_bytes(content)
        done = told(changed, "themes", "history", "--restore", first, "--yes", "--json").json
        assert Path(done["kept"]).read_bytes() == content
    assert len(beside(changed)) == 2
    file.unlink()
    done = told(changed, "themes", "history", "--restore", first, "--yes", "--json").json
    assert (done["kept"], file.read_text(encoding="utf-8")) == (None, THEMES)


def test_a_kept_file_is_never_written_over(changed: Deployment) -> None:
    newest, first = hashes(changed)
    changed.write(f"themes.yaml.{newest[:10]}", "notes of mine")
    told(changed, "themes", "history", "--restore", first, "--yes")
    assert beside(changed) == [f"themes.yaml.{newest[:10]}", f"themes.yaml.{newest[:10]}.2"]
    assert (changed.home / f"themes.yaml.{newest[:10]}").read_text() == "notes of mine"


def test_a_link_is_followed(changed: Deployment, tmp_path: Path) -> None:
    real, link = tmp_path / "rules.yaml", changed.home / "themes.yaml"
    link.rename(real)
    link.symlink_to(real)
    told(changed, "themes", "history", "--restore", hashes(changed)[1], "--yes")
    assert (link.is_symlink(), real.read_text(encoding="utf-8")) == (True, THEMES)


@pytest.mark.parametrize(("answer", "text"), [("y\n", THEMES), ("n\n", NARROW), ("", NARROW)])
def test_restoring_asks_first(changed: Deployment, answer: str, text: str) -> None:
    newest = hashes(changed)[1]
    done = told(changed, "themes", "history", "--restore", newest, answer=answer)
    assert f"rules {newest[:10]}, first used 2026-11-04 00:00 UTC by" in done.err
    assert (changed.home / "themes.yaml").read_text(encoding="utf-8") == text


def test_rules_that_no_longer_load_change_nothing(changed: Deployment) -> None:
    first = hashes(changed)[1]
    changed.write("digests.yaml", DIGESTS.replace("themes: all", "themes: [harvest]"))
    done = changed.run("themes", "history", "--restore", first, "--yes")
    assert (done.code, "no theme 'harvest'" in done.err) == (3, True)
    assert (changed.home / "themes.yaml").read_text(encoding="utf-8") == NARROW
    assert beside(changed) == []


# The third rule can never hold, which was no fault once.
SENSELESS = THEMES.replace("q: law AND jur:GB}", "q: garden AND NOT garden}")


@pytest.fixture
def senseless(changed: Deployment) -> Deployment:
    """A deployment that was once judged by rules which today's checks refuse."""
    digest = sha256(SENSELESS.encode()).hexdigest()
    store = open_store(changed.home)
    store.put_ruleset(digest, SENSELESS, "themes.yaml", make.NOW)
    store.close()
    return changed


def test_former_rules_that_are_refused_today_are_still_shown_and_compared(
    senseless: Deployment,
) -> None:
    old = sha256(SENSELESS.encode()).hexdigest()
    assert told(senseless, "themes", "history", "--show", old).out == SENSELESS
    kept = senseless.home / f"themes.yaml.{old[:10]}"
    kept.write_text(SENSELESS, encoding="utf-8")
    present = str(senseless.home / "themes.yaml")
    by_hash = told(senseless, "themes", "diff", old, present, "--json").json
    by_file = told(senseless, "themes", "diff", str(kept), present, "--json").json
    assert by_hash == by_file
    assert {change["theme"] for change in by_hash["changes"]} == {"governance"}
    # As the new ones they are a file to check, unless they were in force.
    assert told(senseless, "themes", "diff", present, old).code == 0
    assert "this never holds" in told(senseless, "themes", "diff", present, str(kept)).err
    assert told(senseless, "themes", "lint").code == 0
    assert told(senseless, "reclassify").code == 0


def test_former_rules_that_are_refused_today_do_not_come_back(senseless: Deployment) -> None:
    old = sha256(SENSELESS.encode()).hexdigest()
    done = senseless.run("themes", "history", "--restore", old, "--yes")
    assert done.code == 3
    refused = "9:34: theme 1 (governance): this never holds: NOT garden shuts out garden"
    assert f"rules {old[:10]}:{refused}" in done.err
    assert f"policywatch themes history --show {old[:10]} > draft.yaml" in done.err
    assert (senseless.home / "themes.yaml").read_text(encoding="utf-8") == NARROW
    assert beside(senseless) == []


def test_a_place_that_cannot_be_written_changes_nothing(changed: Deployment) -> None:
    (changed.home / "themes.yaml.part").mkdir()
    done = told(changed, "themes", "history", "--restore", hashes(changed)[1], "--yes")
    assert "cannot be restored" in done.err
    assert (changed.home / "themes.yaml").read_text(encoding="utf-8") == NARROW


def test_rules_are_named_by_one_hash_alone(changed: Deployment) -> None:
    unknown = told(changed, "themes", "history", "--show", "zz")
    assert (unknown.code, "is no hash of `themes history`" in unknown.err) == (2, True)
    assert told(changed, "themes", "history", "--show", "a", "--restore", "a").code == 2
    twins = [
        RulesetRecord(hash=f"ab{n}", text="", file="", at=make.NOW, used_at=make.NOW)
        for n in range(2)
    ]
    assert record_named(tuple(twins), "AB1") == twins[1]
    with pytest.raises(click.UsageError, match="names several rules"):
        record_named(tuple(twins), "ab")
