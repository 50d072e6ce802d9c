"""A site gives its entries other guids, links or titles: readers hear of the news alone."""

from collections.abc import Callable
from email import message_from_bytes, policy

import pytest

from tests.e2e.world import Deployment, Page, Sink, Site, sources_yaml

NEWS = (9, "Cabinet adopts a regulation of AI in courts")
MARK = "After a change of the site"
ALARM = "other ids since 2026-11-05: 8 of 9 recognised by link or title, 1 told as news"

Entry = tuple[str, str, str]


def before(number: int, title: str) -> Entry:
    return title, f"https://gov.example/{number}.html", f"old:{number}"


def other_links(number: int, title: str) -> Entry:
    return title, f"https://gov.example/portal/{number}", f"new:{number}"


def longer_titles(number: int, title: str) -> Entry:
    return f"{title} | AI Regulation Office", f"https://gov.example/{number}.html", f"new:{number}"


def document(form: Callable[[int, str], Entry], *entries: tuple[int, str]) -> Page:
    items = "".join(
        f"<item><title>{title}</title><link>{link}</link><guid>{guid}</guid>"
        f"<pubDate>Tue, 03 Nov 2026 0{number}:00:00 GMT</pubDate></item>"
        for number, own in entries
        for title, link, guid in (form(number, own),)
    )
    return Page(f'<rss version="2.0"><channel>{items}</channel></rss>'.encode())


def sent(deployment: Deployment, sink: Sink, day: str) -> str:
    """Poll and send on a day, and return the text of that day's mail."""
    assert deployment.run("poll", "--all", POLICYWATCH_NOW=day).code == 0
    assert deployment.run("digest", "send", POLICYWATCH_NOW=day).code == 0
    part = message_from_bytes(sink.mails[-1].content, policy=policy.default).get_body(("plain",))
    assert part is not None
    return " ".join(str(part.get_content()).split())


@pytest.mark.parametrize("moved", [other_links, longer_titles])
def test_only_news_is_told_after_a_change_of_the_site(
    deployment: Deployment, site: Site, sink: Sink, moved: Callable[[int, str], Entry]
) -> None:
    held = [(n, f"Guidance number {n} on regulating AI") for n in range(1, 9)]
    site.pages["/news.xml"] = document(before, *held[:1])
    deployment.write("sources.yaml", sources_yaml(("gov", site.url("/news.xml"))))
    deployment.run("subscribers", "add", "analyst@example.org")
    deployment.run("poll", POLICYWATCH_NOW="2026-11-03")
    site.pages["/news.xml"] = document(before, *held)
    first = sent(deployment, sink, "2026-11-04")
    assert ("Guidance number 8" in first, MARK in first) == (True, False)

    site.pages["/news.xml"] = document(moved, NEWS, *held)
    told = sent(deployment, sink, "2026-11-05")
    assert NEWS[1] in told
    assert "Guidance number" not in told
    assert (MARK in told, ALARM in told) == (True, True)
    link = moved(*NEWS)[1]
    codes = [f["code"] for f in deployment.run("trace", link, "--json").json["findings"]]
    assert "after_change" in codes
    assert ALARM in deployment.run("sources", "health", "--json", POLICYWATCH_NOW="2026-11-05").out

    quiet = sent(deployment, sink, "2026-11-06")
    assert not any(words in quiet for words in (NEWS[1], "Guidance number", MARK, ALARM))
    later = sent(deployment, sink, "2026-11-14")
    assert ALARM not in later
