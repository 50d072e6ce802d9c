"""kill -9 at bad moments: nothing lost, nothing said twice, the database sound."""

import json
import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.e2e import killed as killed_module
from tests.e2e.test_service import until
from tests.e2e.world import Deployment, Page, Sink, Site, rss, sources_yaml
from tests.smtp_server import SmtpServer, Taken

SOURCES = 12


def publish(site: Site, edition: int) -> None:
    """Offer one more entry in every source."""
    for number in range(SOURCES):
        entries = [
            (
                f"AI paper {number}.{e}",
                f"https://x.example/{number}.{e}",
                "Mon, 02 Nov 2026 09:00:00 GMT",
            )
            for e in range(edition, -1, -1)
        ]
        site.pages[f"/{number}.xml"] = Page(rss(*entries))


def watched(deployment: Deployment, site: Site) -> Deployment:
    urls = [(f"s{number}", site.url(f"/{number}.xml")) for number in range(SOURCES)]
    deployment.write("sources.yaml", sources_yaml(*urls))
    publish(site, 0)
    assert deployment.run("poll", "--all").code == 0
    return deployment


def killed(deployment: Deployment, *arguments: str, after: float) -> None:
    process = deployment.start(*arguments)
    time.sleep(after)
    process.kill()
    process.wait()


def scalars(deployment: Deployment, sql: str) -> list[object]:
    database = sqlite3.connect(deployment.home / "policywatch.db")
    try:
        return [row[0] for row in database.execute(sql)]
    finally:
        database.close()


def test_polls_killed_at_random_lose_and_double_nothing(deployment: Deployment, site: Site) -> None:
    watched(deployment, site)
    moments = random.Random(20261103)
    for edition in range(1, 8):
        publish(site, edition)
        killed(deployment, "poll", "--all", after=moments.uniform(0.2, 0.7))
        assert deployment.run("poll", "--all").code == 0
    urls = scalars(deployment, "select url from item")
    assert (len(urls), len(set(urls))) == (8 * SOURCES, 8 * SOURCES)
    told = Counter(scalars(deployment, "select item_id from notice where item_id is not null"))
    assert (len(told), set(told.values())) == (7 * SOURCES, {1})
    assert scalars(deployment, "pragma integrity_check") == ["ok"]


def test_digests_killed_at_random_say_everything_once(
    deployment: Deployment, site: Site, sink: Sink
) -> None:
    watched(deployment, site)
    deployment.run("subscribers", "add", "analyst@example.org")
    moments = random.Random(20261104)
    for edition in range(1, 6):
        publish(site, edition)
        deployment.run("poll", "--all")
        killed(deployment, "digest", "send", after=moments.uniform(0.3, 1.0))
        assert deployment.run("digest", "send").code == 0
    issues = deployment.run("digest", "list", "--json").json
    items = [item["id"] for issue in issues for item in issue["items"]]
    assert (len(items), len(set(items))) == (5 * SOURCES, 5 * SOURCES)
    copies = Counter(mail.content for mail in sink.mails)
    assert len(copies) == len(issues)
    assert max(copies.values()) <= 2


def test_a_digest_killed_at_any_step_says_everything_once(tmp_path: Path) -> None:
    template = tmp_path / "template"
    template.mkdir()
    addresses = ("a@example.org", "b@example.org")
    killed_module.prepare(template, *addresses)
    with SmtpServer() as server:
        command = [sys.executable, "-m", "tests.e2e.killed", str(template), f"{server.port}"]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            deaths = 0
            # Every third step, of some ninety, is near to all of them.
            for step in range(1, 400, STRIDE):
                server.taken.clear()
                found = told(process, step)
                check_said_once(found, server.taken, addresses)
                if not found["died"]:
                    break
                deaths += 1
            assert process.stdin
            process.stdin.close()
    assert deaths >= 25


STRIDE = 3


def told(process: "subprocess.Popen[str]", step: int) -> dict[str, Any]:
    assert process.stdin
    assert process.stdout
    process.stdin.write(f"{step}\n")
    process.stdin.flush()
    found: dict[str, Any] = json.loads(process.stdout.readline())
    return found


def check_said_once(found: dict[str, Any], taken: list[Taken], addresses: tuple[str, ...]) -> None:
    assert (found["integrity"], found["issues"], found["busy"]) == ("ok", 1, 0), found
    assert (found["told"], found["later"]) == ([1, 2], [0, 0]), found
    assert [(address, state) for address, state, _ in found["mails"]] == [
        (address, "sent") for address in addresses
    ]
    for address, _, resent in found["mails"]:
        copies = [one.payload for one in taken if address in one.recipient]
        assert len(set(copies)) == 1, (address, found)
        assert 1 <= len(copies) <= 1 + resent, (address, found)


def test_a_mail_cut_off_behind_its_payload_is_resent_once_byte_for_byte(
    deployment: Deployment, site: Site, sink: Sink
) -> None:
    watched(deployment, site)
    deployment.run("subscribers", "add", "analyst@example.org")
    sink.hold_answers()
    process: subprocess.Popen[bytes] = deployment.start("digest", "send")
    until(lambda: len(sink.mails) == 1)
    process.kill()
    process.wait()
    sink.release_answers()
    assert deployment.run("digest", "send").code == 0
    assert deployment.run("digest", "send").code == 0
    assert [mail.content for mail in sink.mails] == [sink.mails[0].content] * 2
    [issue] = deployment.run("digest", "list", "--json").json
    assert issue["state"] == "sent"
