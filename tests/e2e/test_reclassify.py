"""Changed rules over stored items: what they would say, saying it, and telling readers."""

import time

from tests.e2e.world import THEMES, Deployment, Page, Site, rss, sources_yaml

DATE = "Tue, 03 Nov 2026 09:00:00 GMT"
OLD = ("Ministry hires staff", "https://gov.example/0", DATE)
NEWS = [
    ("Guidance on AI", "https://gov.example/1", DATE),
    ("Harvest of rice", "https://gov.example/2", DATE),
    ("水道のお知らせ", "https://gov.example/3", DATE),
]
WIDER = THEMES.replace("regulat* OR 規制", "regulat* OR rice OR 規制")
NOW = "2026-11-04"


def watched(deployment: Deployment, site: Site) -> None:
    site.pages["/news.xml"] = Page(rss(OLD))
    deployment.write("sources.yaml", sources_yaml(("gov", site.url("/news.xml"))))
    deployment.run("subscribers", "add", "analyst@example.org")
    deployment.run("poll", POLICYWATCH_NOW="2026-11-03")
    site.pages["/news.xml"] = Page(rss(*NEWS, OLD))
    deployment.run("poll", POLICYWATCH_NOW=NOW)
    assert deployment.run("digest", "send", POLICYWATCH_NOW=NOW).code == 0


def test_a_change_is_shown_before_it_is_made(deployment: Deployment, site: Site) -> None:
    watched(deployment, site)
    deployment.write("themes.yaml", WIDER.replace("id: ai,", "id: renamed,"))
    found = deployment.run("themes", "diff", "--json", POLICYWATCH_NOW=NOW).json
    assert [(c["title"], c["kind"], c["gained"]) for c in found["changes"]] == [
        ("Harvest of rice", "gained", ["rice"])
    ]
    items = deployment.run("items", "search", "theme:governance", "--json").json["items"]
    assert [item["title"] for item in items] == ["Guidance on AI"]


def test_reclassify_tells_older_items_in_one_line_and_never_again(
    deployment: Deployment, site: Site
) -> None:
    watched(deployment, site)
    deployment.write("themes.yaml", WIDER)
    done = deployment.run("reclassify", "--why", "harvest", "--json", POLICYWATCH_NOW=NOW).json
    assert (done["items"], done["changed"], done["notices"]) == (4, 1, 1)
    items = deployment.run("items", "search", "theme:governance", "--json").json["items"]
    assert [item["title"] for item in items] == ["Harvest of rice", "Guidance on AI"]
    shown = deployment.run("digest", "preview", POLICYWATCH_NOW="2026-11-05").out
    assert "Harvest of rice" in shown
    deployment.run("digest", "send", POLICYWATCH_NOW="2026-11-05")
    again = deployment.run("reclassify", "--json", POLICYWATCH_NOW="2026-11-05").json
    assert (again["changed"], again["notices"]) == (0, 0)


def test_history_keeps_the_rules_with_who_and_why(deployment: Deployment, site: Site) -> None:
    watched(deployment, site)
    deployment.write("themes.yaml", WIDER)
    deployment.run("reclassify", "--why", "harvest counts", POLICYWATCH_NOW=NOW)
    newest, oldest = deployment.run("themes", "history", "--json").json
    assert (newest["why"], oldest["why"], bool(newest["who"])) == ("harvest counts", "", True)
    assert deployment.run("themes", "history", "--show", oldest["hash"][:8]).out == THEMES


def test_a_killed_pass_goes_on_where_it_was(deployment: Deployment, site: Site) -> None:
    watched(deployment, site)
    deployment.write("themes.yaml", WIDER)
    process = deployment.start("reclassify", POLICYWATCH_NOW=NOW)
    time.sleep(0.25)
    process.kill()
    process.wait()
    assert deployment.run("reclassify", POLICYWATCH_NOW=NOW).code == 0
    items = deployment.run("items", "search", "theme:governance", "--json").json["items"]
    assert len(items) == 2
    issue = deployment.run("digest", "preview", "--json", POLICYWATCH_NOW="2026-11-05").json
    assert [item["reason"] for item in issue["items"]] == ["rule_change"]
