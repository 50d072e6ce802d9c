"""The commands that a newcomer types first."""

import subprocess
import sys
from email import message_from_bytes, policy
from pathlib import Path

from tests.e2e.world import Deployment, Page, Site, rss, sources_yaml

HEAVY = ("httpx", "pydantic", "sqlite_utils", "feedparser", "apscheduler", "rich", "lark")


def test_demo_shows_the_whole_job(deployment: Deployment, tmp_path: Path) -> None:
    home = tmp_path / "demo"
    done = deployment.run("demo", str(home))
    assert done.code == 0, done.err
    mail = message_from_bytes((home / "digest.eml").read_bytes(), policy=policy.default)
    assert "[AI policy]" in str(mail["Subject"])
    assert str(home / "digest.html") in done.out
    assert done.out.count("policywatch items search") == 2
    assert deployment.run("demo", str(home)).code == 0


def test_demo_clears_no_directory_but_its_own(deployment: Deployment, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("precious")
    refused = deployment.run("demo", str(tmp_path))
    assert (refused.code, (tmp_path / "mine.txt").read_text()) == (2, "precious")


def test_init_writes_files_that_pass_their_checks(deployment: Deployment, tmp_path: Path) -> None:
    home = tmp_path / "fresh"
    assert deployment.run("--home", str(home), "init").code == 0
    (home / "sources.yaml").write_text("sources: []\n")
    assert deployment.run("--home", str(home), "init").code == 0
    assert (home / "sources.yaml").read_text() == "sources: []\n"
    assert deployment.run("--home", str(home), "themes", "check").code == 3


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys; from jobs.cli.main import policywatch\n"
        "policywatch(['--help'], standalone_mode=False)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stderr == "[]\n"


def test_sources_test_reads_a_file_and_an_address(
    deployment: Deployment, site: Site, tmp_path: Path
) -> None:
    content = rss(("生成AIの規制", "https://gov.example/1", "Mon, 02 Nov 2026 09:00:00 GMT"))
    (tmp_path / "feed.xml").write_bytes(content)
    site.pages["/feed.xml"] = Page(content)
    for what in (str(tmp_path / "feed.xml"), site.url("/feed.xml")):
        trial = deployment.run("sources", "test", what, "--json").json
        assert (trial["ok"], trial["outcome"]) == (True, "ok")
        assert [(e["title"], e["published"]) for e in trial["entries"]] == [
            ("生成AIの規制", "2026-11-02T09:00:00+00:00")
        ]
    assert deployment.run("sources", "test", site.url("/none.xml")).code == 4


def test_themes_explain_says_rule_and_words(deployment: Deployment) -> None:
    deployment.write("sources.yaml", sources_yaml(("a", "https://a.example/")))
    [theme] = deployment.run("themes", "explain", "生成ＡＩの規制", "--json").json["themes"]
    assert (theme["theme"], theme["applies"], theme["rules"]) == (
        "governance",
        True,
        ["ai", "regulation"],
    )


def test_doctor_names_what_is_missing(deployment: Deployment) -> None:
    deployment.write("sources.yaml", sources_yaml(("a", "https://a.example/")))
    deployment.run("subscribers", "list")
    done = deployment.run("doctor")
    assert done.code == 1
    assert "subscribers add" in done.out


def test_unknown_names_get_a_hint(deployment: Deployment) -> None:
    deployment.write("sources.yaml", sources_yaml(("ministry", "https://a.example/")))
    done = deployment.run("poll", "minstry")
    assert (done.code, "ministry" in done.err) == (2, True)
