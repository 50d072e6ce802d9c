"""`sources backfill`: what a source published before we knew it, stored and never mailed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.e2e import apis
from tests.e2e.apis import Answer, ApiServer
from tests.e2e.world import Deployment, Done, Page, Site, rss, sources_yaml

NOW = "2026-03-02T09:00"
OLD = [apis.rule(n, f"2025-{n:02}-15") for n in range(1, 13)]
NEWS = apis.rule(50, "2026-03-01")


@contextmanager
def register(deployment: Deployment, *documents: dict[str, Any]) -> Iterator[ApiServer]:
    with ApiServer(apis.federal_register([*documents])) as server:
        url = server.url("/api/v1/documents.json?per_page=3")
        entry = f"id: fr, name: FR, kind: api_federal_register, url: '{url}'"
        deployment.write("sources.yaml", f"sources:\n - {{{entry}}}\n")
        deployment.environment["POLICYWATCH_ALLOW_NETWORKS"] = server.netloc
        yield server


def backfill(deployment: Deployment, since: str = "2025-03-01", *more: str) -> Done:
    return deployment.run(
        "sources", "backfill", "fr", "--since", since, "--yes", *more, POLICYWATCH_NOW=NOW
    )


def stored(deployment: Deployment, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = deployment.run("items", "search", *query.split(), "--json").json[
        "items"
    ]
    return sorted(found, key=lambda item: str(item["url"]))


def pages(server: ApiServer) -> list[str]:
    return [one.query.get("page", "1") for one in server.asked]


def test_the_past_is_stored_classified_and_never_mailed(deployment: Deployment) -> None:
    with register(deployment, NEWS, *OLD):
        deployment.run("poll", POLICYWATCH_NOW="2026-03-01T20:00")
        done = backfill(deployment, "2025-03-01", "--json")
    assert (done.code, done.json) == (
        0,
        {
            "source": "fr",
            "since": "2025-03-01",
            "documents": 4,
            "new": 10,
            "resumed": False,
            "complete": True,
            "trouble": [],
            "error": None,
        },
    )
    assert "fr: document 4, 2 entries, 2 new, back to 2025-03-15" in done.err
    past = stored(deployment, "theme:governance until:2026-01-01")
    assert [item["origin"] for item in past] == ["backfill"] * 10
    preview = deployment.run("digest", "preview", "--json", POLICYWATCH_NOW="2026-03-03").json
    assert [item["title"] for item in preview["items"]] == []


def test_what_is_news_meanwhile_is_taken_in_as_news(deployment: Deployment) -> None:
    with register(deployment, *OLD, apis.rule(60, "2026-02-27")) as server:
        deployment.run("poll", POLICYWATCH_NOW="2026-02-28T20:00")
        server.respond = apis.federal_register([*OLD, NEWS])
        backfill(deployment)
    preview = deployment.run("digest", "preview", "--json", POLICYWATCH_NOW="2026-03-03").json
    assert [item["title"] for item in preview["items"]] == [NEWS["title"]]


def test_a_second_run_adds_nothing(deployment: Deployment) -> None:
    with register(deployment, NEWS, *OLD):
        first, again = backfill(deployment, "2025-01-01"), backfill(deployment, "2025-01-01")
    assert "fr since 2025-01-01: 12 items stored from 5 documents" in first.out
    assert "fr since 2025-01-01: 0 items stored from 5 documents" in again.out
    assert len(stored(deployment)) == 13


def test_an_interrupted_one_goes_on_where_it_stopped(deployment: Deployment) -> None:
    with register(deployment, NEWS, *OLD) as server:
        server.fault = lambda a: Answer({}, 503) if a.query.get("page") == "3" else None
        stopped = backfill(deployment, "2025-01-01")
        assert (stopped.code, "HTTP 503" in stopped.err) == (4, True)
        assert "5 items stored from 2 documents" in stopped.out
        server.fault = lambda _: None
        server.asked.clear()
        done = backfill(deployment, "2025-01-01", "--json").json
        # One poll, then the rest alone.
        assert pages(server) == ["1", "3", "4", "5"]
    assert (done["resumed"], done["complete"], done["documents"], done["new"]) == (
        True,
        True,
        5,
        12,
    )


def test_a_rate_limit_stops_it_and_polls_too(deployment: Deployment) -> None:
    wait = {"Retry-After": "7200"}
    with register(deployment, NEWS, *OLD) as server:
        server.fault = lambda a: Answer({}, 429, wait) if a.query.get("page") == "2" else None
        assert backfill(deployment).code == 4
        asked = len(server.asked)
        again = backfill(deployment)
        poll = deployment.run("poll", "fr", "--force", POLICYWATCH_NOW="2026-03-02T10:00")
        assert (again.code, poll.code, len(server.asked)) == (4, 4, asked)
    assert "wants to be left alone until 2026-03-02 11:00 UTC" in again.err


def test_a_document_that_is_gone_is_named_and_passed_over(deployment: Deployment) -> None:
    pages = [apis.page(1, "open_consultation"), apis.page(2, "open_consultation")]
    pages = [page | {"public_timestamp": "2025-06-01T09:00:00Z"} for page in pages]
    closing = {page["link"]: "2026-07-01T22:00:00Z" for page in pages}
    with ApiServer(apis.govuk(pages, closing)) as server:
        url = server.url("/api/search.json")
        deployment.write(
            "sources.yaml", f"sources:\n - {{id: fr, name: A, kind: api_govuk, url: '{url}'}}\n"
        )
        deployment.environment["POLICYWATCH_ALLOW_NETWORKS"] = server.netloc
        server.fault = lambda a: Answer({}, 410) if a.path.endswith("pages/1") else None
        done, again = backfill(deployment), backfill(deployment, "2025-03-01", "--json")
    assert (done.code, "HTTP 410" in done.err, again.json["new"]) == (0, True, 0)
    assert [item["deadline"] for item in stored(deployment)] == [None, "2026-07-01"]


def test_a_record_that_is_not_as_documented_is_named(deployment: Deployment) -> None:
    with register(deployment, *OLD[:2], {"publication_date": "2025-05-01"}):
        done = backfill(deployment, "2025-01-01", "--json")
    assert (done.code, done.json["new"], done.json["trouble"]) == (
        0,
        2,
        ["1 of 3 records are not as documented (no 'document_number')"],
    )


def test_a_source_that_cannot_be_read_or_asked_says_so(deployment: Deployment, site: Site) -> None:
    site.pages["/feed.xml"] = Page(rss(("A", "https://gov.example/1", "")))
    deployment.write("sources.yaml", sources_yaml(("fr", site.url("/feed.xml"))))
    refused = backfill(deployment)
    assert (refused.code, "api_federal_register" in refused.err) == (2, True)
    with register(deployment) as server:
        server.fault = lambda _: Answer({}, 500)
        failed = backfill(deployment, "2025-03-01", "--json")
    assert (failed.code, failed.json["complete"], "HTTP 500" in failed.json["error"]) == (
        4,
        False,
        True,
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("fr", "--since", "2026-03-02", "--yes"), "is not past"),
        (("fr", "--since", "2025-03-01"), "say --yes"),
        (("fx", "--since", "2025-03-01", "--yes"), "no source is called 'fx'"),
        (("fr", "--since", "spring", "--yes"), "spring"),
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(
    deployment: Deployment, words: tuple[str, ...], told: str
) -> None:
    with register(deployment) as server:
        done = deployment.run("sources", "backfill", *words, POLICYWATCH_NOW=NOW)
        assert (done.code, told in done.err, server.asked) == (2, True, [])
