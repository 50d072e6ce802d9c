"""The whole job by the real command: sources.yaml -> poll -> digest mail -> query."""

from email import message_from_bytes, policy
from email.message import EmailMessage

from tests.e2e.world import Deployment, Page, Sink, Site, rss, sources_yaml

OLD = (
    "Ministry opens a consultation on AI",
    "https://gov.example/1",
    "Mon, 02 Nov 2026 09:00:00 GMT",
)
NEW = (
    "Cabinet adopts guidance on AI & safety",
    "https://gov.example/2",
    "Tue, 03 Nov 2026 09:00:00 GMT",
)
OTHER = ("Harvest report", "https://gov.example/3", "Tue, 03 Nov 2026 10:00:00 GMT")
JAPANESE = (
    "生成AIの規制に関する意見募集",
    "https://gov.example/4",
    "Tue, 03 Nov 2026 11:00:00 GMT",
)


def escaped(*entries: tuple[str, str, str]) -> bytes:
    return rss(*((t.replace("&", "&amp;"), link, date) for t, link, date in entries))


def ready(deployment: Deployment, site: Site) -> None:
    """Poll a source twice with three new items in between, on two rehearsed days."""
    site.pages["/news.xml"] = Page(escaped(OLD))
    deployment.write("sources.yaml", sources_yaml(("gov", site.url("/news.xml"))))
    assert deployment.run("subscribers", "add", "analyst@example.org").code == 0
    assert deployment.run("poll", POLICYWATCH_NOW="2026-11-03").code == 0
    site.pages["/news.xml"] = Page(escaped(JAPANESE, OTHER, NEW, OLD))
    assert deployment.run("poll", POLICYWATCH_NOW="2026-11-04").code == 0


def text_of(message: EmailMessage, subtype: str) -> str:
    part = message.get_body((subtype,))
    assert part is not None
    return str(part.get_content())


def test_second_poll_stores_nothing_new(deployment: Deployment, site: Site) -> None:
    ready(deployment, site)
    results = deployment.run("poll", "--all", "--json", POLICYWATCH_NOW="2026-11-04").json
    assert [(r["source"], r["outcome"], r["new"]) for r in results["results"]] == [("gov", "ok", 0)]


def test_digest_reaches_the_server_with_its_reasons(
    deployment: Deployment, site: Site, sink: Sink
) -> None:
    ready(deployment, site)
    done = deployment.run("digest", "send", POLICYWATCH_NOW="2026-11-04")
    assert (done.code, len(sink.mails)) == (0, 1)
    message = message_from_bytes(sink.mails[0].content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert message.get_content_type() == "multipart/alternative"
    for subtype in ("plain", "html"):
        text = text_of(message, subtype)
        for said in ("gov", "https://gov.example/2", "2026", "AI governance", "規制"):
            assert said in text
        assert OTHER[0] not in text


def test_nothing_is_said_twice(deployment: Deployment, site: Site, sink: Sink) -> None:
    ready(deployment, site)
    deployment.run("digest", "send", POLICYWATCH_NOW="2026-11-04")
    again = deployment.run("digest", "send", POLICYWATCH_NOW="2026-11-04")
    assert (again.code, len(sink.mails)) == (0, 1)


def test_baseline_is_one_new_source_line(deployment: Deployment, site: Site) -> None:
    ready(deployment, site)
    issue = deployment.run("digest", "preview", "--json", POLICYWATCH_NOW="2026-11-04").json
    assert issue["new_sources"] == ["gov"]
    assert {item["title"] for item in issue["items"]} == {NEW[0], JAPANESE[0]}


def test_search_finds_words_of_both_languages(deployment: Deployment, site: Site) -> None:
    ready(deployment, site)
    for query, found in {
        "規制": [JAPANESE[0]],
        "AI": [JAPANESE[0], NEW[0], OLD[0]],
        '"AI safety"': [],
        "harvest": [OTHER[0]],
        "意見募集 theme:governance": [JAPANESE[0]],
    }.items():
        items = deployment.run("items", "search", query, "--json").json["items"]
        assert sorted(item["title"] for item in items) == sorted(found), query


def test_quiet_day_is_proven(deployment: Deployment, site: Site, sink: Sink) -> None:
    ready(deployment, site)
    deployment.run("digest", "send", POLICYWATCH_NOW="2026-11-04")
    deployment.run("poll", "--all", POLICYWATCH_NOW="2026-11-05")
    deployment.run("digest", "send", POLICYWATCH_NOW="2026-11-05")
    message = message_from_bytes(sink.mails[1].content, policy=policy.default)
    assert "nothing new, 1 of 1 read" in str(message["Subject"])


def test_a_failing_source_is_named(deployment: Deployment, site: Site) -> None:
    site.pages["/broken.xml"] = Page(b"down", "text/plain", 503)
    deployment.write("sources.yaml", sources_yaml(("gov", site.url("/broken.xml"))))
    done = deployment.run("poll", "--all", "--json")
    assert (done.code, done.json["results"][0]["status"]) == (4, 503)
    preview = deployment.run("digest", "preview").out
    assert "gov" in preview
    assert "503" in preview


def test_trace_says_where_an_item_went(deployment: Deployment, site: Site) -> None:
    ready(deployment, site)
    deployment.run("digest", "send", POLICYWATCH_NOW="2026-11-04")
    assert "issue 1" in deployment.run("trace", NEW[1]).out
    assert "no rule" in deployment.run("trace", OTHER[1]).out
    assert "no source" in deployment.run("trace", "https://elsewhere.example/x").out
    told = deployment.run("trace", NEW[1], "--json").json
    assert [found["code"] for found in told["findings"]][-1] == "mailed"
    assert told["findings"][-1]["source"] == "gov"
    assert told["trace"][-1].startswith("  mailed in issue 1 of daily at 2026-11-04")
    unseen = site.url("/unseen.html")
    assert "read 2 times" in deployment.run("trace", unseen, POLICYWATCH_NOW="2026-11-05").out
    site.pages["/news.xml"].status = 503
    deployment.run("poll", "--all", POLICYWATCH_NOW="2026-11-06")
    assert "HTTP 503" in deployment.run("trace", unseen, "--on", "2026-11-06").out
    assert "not asked" in deployment.run("trace", unseen, "--on", "2025-01-01").out
