"""A source on trial: read like any other, spoken of when it first worked."""

from tests.e2e.world import Deployment, Page, Site, rss

SOURCES = """\
sources:
  - {id: gov, name: Ministry, kind: feed, url: 'URL/gov.xml'}
  - {id: maybe, name: Perhaps a ministry, kind: feed, url: 'URL/maybe.xml', trial: true}
"""
ENTRY = rss(("Guidance on AI", "https://gov.example/1", "Mon, 02 Mar 2026 08:00:00 GMT"))


def test_its_failures_are_no_trouble_of_a_digest_until_it_was_read(
    deployment: Deployment, site: Site
) -> None:
    deployment.environment["POLICYWATCH_NOW"] = "2026-03-02T12:00"
    deployment.write("sources.yaml", SOURCES.replace("URL", site.url("")))
    site.pages["/gov.xml"] = Page(ENTRY)
    assert [deployment.run("poll", *what).code for what in (["--all"], ["maybe"])] == [0, 4]
    told = deployment.run("digest", "preview", "--json").json
    assert (told["read"], told["sources"], told["trouble"]) == (1, 1, [])
    listed = {row["id"]: row for row in deployment.run("sources", "list", "--json").json}
    assert (listed["maybe"]["trial"], listed["maybe"]["alarm"]) == (True, None)
    assert "404" in listed["maybe"]["error"]
    assert "\thttp_error (on trial)\t" in deployment.run("sources", "list").out
    assert "1 on trial" in deployment.run("sources", "check").out
    site.pages["/maybe.xml"] = Page(ENTRY)
    deployment.run("poll", "--all")
    assert "Perhaps a ministry" in deployment.run("digest", "preview").out
    del site.pages["/maybe.xml"]
    assert deployment.run("poll", "--all").code == 4
    listed = {row["id"]: row for row in deployment.run("sources", "list", "--json").json}
    assert "not read since" in listed["maybe"]["alarm"]
