"""docs/sources.md: its entries are read, its commands print what it shows."""

import re
import shlex
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.apis import (
    ApiServer,
    bill,
    cellar,
    congress,
    federal_register,
    govuk,
    kokkai,
    page,
    rule,
    speech,
)
from tests.e2e.test_readme import typed
from tests.e2e.world import Deployment, Page, Site, rss
from tests.manual import blocks

TEXT = (Path(__file__).parents[2] / "docs/sources.md").read_text(encoding="utf-8")
BLOCKS = blocks(TEXT)
ENTRIES = "\n\n".join(block.text for block in BLOCKS if block.kind == "yaml")
FIRST = """\
sources:
  - id: first
    name: First
    kind: feed
    url: https://first.example/feed
    group: world-press
"""
KEY = "a-key-of-twelve"
AI = "Guidance on AI in public offices"
DAY = "Mon, 02 Mar 2026 08:00:00 GMT"
ALTERNATE = (
    '<link rel="alternate" type="application/rss+xml" href="https://ministry.example/news.rss">'
)
FEED = rss((AI, "https://ministry.example/1", DAY), ("The harvest of the year", "/2", "1 Mar 2026"))
NEWS = """<html lang="ja"><title>新着情報</title><ul class="news">
<li><span class="day">2026年3月2日</span><a href="1.html">人工知能の手引き</a></li>
<li><span class="day">2026年3月1日</span><a href="2.html">統計の公表</a></li></ul></html>"""
TOPICS = """<html lang="ja"><title>新着情報</title><ul class="list">
<li><p class="day">2026年3月2日</p><a href="1.html">生成AIの規制に関する検討会</a></li>
<li><p class="day">2026年3月1日</p><a href="2.html">道路工事のお知らせ</a></li>
<li><p class="day">2026年2月27日</p><a href="3.html">統計の公表について</a></li></ul></html>"""
CASE = (
    "<item><title>指針案への意見募集</title><link>https://e-gov.example/?id=123456789</link></item>"
)
PAGES = {
    "/news/": Page(f"<html><head>{ALTERNATE}</head><p>News</p></html>".encode(), "text/html"),
    "/news.rss": Page(FEED.replace(b"<channel>", b"<channel><title>Ministry of Examples</title>")),
    "/all.rdf": Page(rss((AI, "https://gazette.example/laws/1", DAY))),
    "/feed.json": Page(
        b'{"version": "https://jsonfeed.org/version/1.1", "title": "N", "items": [{"id": "1",'
        b' "url": "https://notes.example/1", "title": "A note on AI"}]}',
        "application/feed+json",
    ),
    "/sitemap.xml": Page(
        b"<urlset><url><loc>https://institute.example/reports/ai-plan</loc></url></urlset>"
    ),
    "/press/": Page(NEWS.encode(), "text/html; charset=utf-8"),
    "/releases/2026.html": Page(NEWS.encode(), "text/html; charset=utf-8"),
    "/meetings/": Page(
        '<p><a href="/council7">昨年度</a> <a href="/council8">今年度の会議</a></p>'.encode(),
        "text/html; charset=utf-8",
    ),
    "/council8": Page(NEWS.encode(), "text/html; charset=utf-8"),
    "/plan.html": Page(
        b"<html><title>Plan</title><main><p>AI for all.</p></main></html>", "text/html"
    ),
    "/topics/": Page(TOPICS.encode(), "text/html; charset=utf-8"),
    "/rss/pcm_list.xml": Page(f"<rss><channel>{CASE}</channel></rss>".encode()),
    f"/letter.xml?token={KEY}": Page(rss((AI, "https://members.example/1", DAY))),
}
APIS = {
    "https://www.federalregister.gov": federal_register([rule(1, "2026-03-02")]),
    "https://www.gov.uk": govuk([page(1, "press_release")], {}),
    "https://api.congress.gov": congress([bill(1, "2026-03-02")], KEY),
    "https://kokkai.ndl.go.jp": kokkai([speech(1, "2026-03-01")]),
    "https://publications.europa.eu": cellar([("32026R0001", "An act on AI", "2026-03-01")]),
}


class Here:
    """The hosts of the manual on this machine, and the way back from their addresses."""

    def __init__(self, home: Deployment, site: Site, servers: dict[str, str]) -> None:
        self.home = home
        self._site = site
        self._servers = servers
        self._hosts: dict[str, str] = {}

    def mapped(self, text: str) -> str:
        """Put the addresses of this machine in place of those of the manual."""
        for host, url in self._servers.items():
            text = text.replace(host, url)
        for host, path in re.findall(
            r"(https://[\w.-]+(?:\.example|e-gov\.go\.jp))(/[\w./]*)", text
        ):
            self._hosts[path] = host
            text = text.replace(f"{host}{path}", self._site.url(path))
        return text

    def back(self, text: str) -> str:
        for path, host in sorted(self._hosts.items(), reverse=True):
            text = text.replace(self._site.url(path), f"{host}{path}")
        return text


@pytest.fixture
def here(deployment: Deployment, site: Site) -> Iterator[Here]:
    with ExitStack() as stack:
        running = {host: stack.enter_context(ApiServer(respond)) for host, respond in APIS.items()}
        allowed = " ".join([site.netloc, *(server.netloc for server in running.values())])
        deployment.environment |= {
            "POLICYWATCH_NOW": "2026-03-03T12:00",
            "POLICYWATCH_ALLOW_NETWORKS": allowed,
            "MEMBERS_KEY": KEY,
            "CONGRESS_API_KEY": KEY,
        }
        made = Here(deployment, site, {host: server.url("") for host, server in running.items()})
        site.pages |= {
            path: Page(made.mapped(p.content.decode()).encode(), p.content_type)
            for path, p in PAGES.items()
        }
        yield made


def lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines()]


def test_every_entry_is_read_on_the_next_poll(here: Here) -> None:
    here.home.write("sources.yaml", f"sources:\n{here.mapped(ENTRIES)}\n")
    assert here.home.run("sources", "check").code == 0
    done = here.home.run("poll", "--all", "--json")
    told = {r["source"]: (r["outcome"], r["new"]) for r in done.json["results"]}
    nothing = {name: how for name, how in told.items() if how[0] != "ok" or not how[1]}
    assert nothing == {"example-plan": ("ok", 0)}, "only a text that is watched says nothing yet"
    assert len(told) == ENTRIES.count("  - id: ")


def test_the_commands_print_what_is_shown(here: Here) -> None:
    here.home.write("sources.yaml", here.mapped(FIRST))
    for block in BLOCKS:
        if block.kind != "console":
            continue
        _, *steps = re.split(r"^\$ policywatch ", block.text, flags=re.MULTILINE)
        for step in steps:
            words, _, told = step.partition("\n")
            done = here.home.run(*shlex.split(here.mapped(words)))
            rehearsed = re.sub(r"rehearsal: .*\n", "", done.err)
            shown = here.back(rehearsed + done.out).strip()
            # What goes to either stream is shown as a terminal shows it.
            assert sorted(lines(shown)) == sorted(lines(told.strip())), str(block)


@pytest.mark.parametrize("words", sorted(set(re.findall(r"`policywatch ([^`]+)`", TEXT))))
def test_a_command_can_be_typed(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "FILE").touch()
    monkeypatch.chdir(tmp_path)
    typed(shlex.split(words.replace("\n", " ")))
