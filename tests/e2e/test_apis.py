"""Sources that are official APIs, by the real command against servers that answer as documented."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.reading import FetchPolicy
from pipeline.run import unhurried
from tests import make
from tests.e2e import apis
from tests.e2e.apis import Answer, ApiServer, Respond
from tests.e2e.world import Deployment, Done, Page, Site
from tests.hostile.server import HostileServer, answer, redirect

KEY = "open-sesame-0123456789"
NOW = "2026-03-02T09:00"


@contextmanager
def watched(
    deployment: Deployment, respond: Respond, kind: str, path: str, **keys: str
) -> Iterator[ApiServer]:
    """Serve an API and configure one source of a kind that reads it."""
    with ApiServer(respond) as server:
        entry = {"id": "api", "name": "API", "kind": kind, "url": server.url(path)} | keys
        lines = "\n   ".join(f"{name}: '{value}'" for name, value in entry.items())
        deployment.write("sources.yaml", f"sources:\n - {lines}\n")
        deployment.environment["POLICYWATCH_ALLOW_NETWORKS"] = server.netloc
        yield server


@contextmanager
def register(
    deployment: Deployment, *documents: dict[str, Any], size: int = 2
) -> Iterator[ApiServer]:
    path = f"/api/v1/documents.json?conditions%5Bterm%5D=AI&per_page={size}"
    respond = apis.federal_register(list(documents))
    with watched(deployment, respond, "api_federal_register", path) as server:
        yield server


@contextmanager
def congress(deployment: Deployment, *bills: dict[str, Any]) -> Iterator[ApiServer]:
    respond = apis.congress(list(bills), KEY)
    path = "/v3/bill/119?limit=2"
    with watched(deployment, respond, "api_congress", path, key_env="MY_KEY") as server:
        yield server


def poll(deployment: Deployment, *more: str, now: str = NOW, **environment: str) -> Done:
    return deployment.run("poll", "api", "--json", *more, POLICYWATCH_NOW=now, **environment)


def result(done: Done) -> tuple[int, str, int]:
    (found,) = done.json["results"]
    return done.code, found["outcome"], found["new"]


def error(done: Done) -> str:
    return str(done.json["results"][0]["error"])


def stored(deployment: Deployment, query: str = "") -> list[dict[str, Any]]:
    found = deployment.run("items", "search", *query.split(), "--json").json["items"]
    return sorted(found, key=lambda item: str(item["url"]))


RULES = [apis.rule(n, f"2026-02-2{n}") for n in range(4, 9)]


# --- every kind reads its server whole -------------------------------------------------------


def test_the_federal_register_is_read_page_by_page(deployment: Deployment) -> None:
    proposed = apis.rule(1, "2026-03-02", type="Proposed Rule", comments_close_on="2026-04-30")
    with register(deployment, proposed, *RULES) as server:
        assert result(poll(deployment)) == (0, "ok", 6)
        assert [asked.query.get("page") for asked in server.asked] == [None, "2", "3"]
        assert server.asked[0].query["conditions[publication_date][gte]"] == "2026-02-21"
        assert result(poll(deployment)) == (0, "ok", 0)
    first = stored(deployment)[0]
    assert (first["type"], first["deadline"], first["published"]) == (
        "consultation",
        "2026-04-30",
        "2026-03-02T00:00:00+00:00",
    )
    assert [item["type"] for item in stored(deployment, "type:rule")] == ["rule"] * 5
    assert len(stored(deployment, '"OTM-2026-0001"')) == 1
    assert "deadline 2026-04-30" in deployment.run("items", "show", str(first["id"])).out


def test_bills_are_read_page_by_page_with_the_key(deployment: Deployment) -> None:
    bills = [apis.bill(n, "2026-03-01") for n in range(3)]
    with congress(deployment, *bills) as server:
        assert result(poll(deployment, MY_KEY=KEY)) == (0, "ok", 3)
        assert [asked.query.get("offset") for asked in server.asked] == [None, "2"]
        assert [asked.headers["x-api-key"] for asked in server.asked] == [KEY, KEY]
        assert not [asked for asked in server.asked if KEY in str(asked.query)]
    assert stored(deployment)[0]["url"] == (
        "https://www.congress.gov/bill/119th-congress/house-bill/0"
    )


def test_consultations_of_govuk_get_their_deadlines_and_keep_them(deployment: Deployment) -> None:
    pages = [apis.page(1, "open_consultation"), apis.page(2, "guidance"), apis.page(3, "speech")]
    closing = {"/government/pages/1": "2026-05-01T22:45:00Z"}
    respond, path = apis.govuk(pages, closing), "/api/search.json?q=AI&count=2"
    with watched(deployment, respond, "api_govuk", path, timezone="Europe/London") as server:
        assert result(poll(deployment)) == (0, "ok", 3)
        assert len(server.asked) == 3
        server.fault = lambda asked: (
            Answer({}, 404) if asked.path.startswith("/api/content") else None
        )
        done = poll(deployment, "--force")
        assert (result(done), "HTTP 404" in error(done)) == ((0, "partly_broken", 0), True)
    items = stored(deployment)
    assert [(item["type"], item["deadline"], item["revision"]) for item in items] == [
        ("consultation", "2026-05-01", 1),
        ("guidance", None, 1),
        ("speech", None, 1),
    ]


def test_speeches_of_the_diet_are_read_from_position_to_position(deployment: Deployment) -> None:
    speeches = [apis.speech(n, "2026-02-26") for n in range(5)]
    path = "/api/speech?any=AI&maximumRecords=2"
    with watched(deployment, apis.kokkai(speeches), "api_kokkai", path) as server:
        assert result(poll(deployment)) == (0, "ok", 5)
        assert [asked.query.get("startRecord") for asked in server.asked] == [None, "3", "5"]
    assert len(stored(deployment, "規制 type:speech")) == 5


def test_the_diet_is_asked_at_the_pace_of_its_rules() -> None:
    policy = FetchPolicy(user_agent="test")
    assert unhurried(policy, [make.source()]) == policy
    slow = unhurried(policy, [make.source(), make.source(kind="api_kokkai")])
    assert (slow.limits.spacing, slow.limits.per_host) == (3.0, 1)


def test_documents_of_the_union_are_read_from_cellar(deployment: Deployment) -> None:
    documents = [(f"32026R{n:04}", f"Regulation {n} on AI", "2026-02-13") for n in range(1_003)]
    path = "/webapi/rdf/sparql"
    with watched(deployment, apis.cellar(documents), "api_eurlex", path, language="en") as server:
        assert result(poll(deployment)) == (0, "ok", 1_003)
        assert len(server.asked) == 2
    found = deployment.run("items", "search", '"Regulation 7"', "--json").json["items"]
    assert [(item["url"], item["type"]) for item in found] == [
        ("https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=CELEX:32026R0007", "law")
    ]


def test_public_comments_of_egov_have_their_deadlines(deployment: Deployment, site: Site) -> None:
    said = "案の公示日：2026/02/27&lt;br/&gt;受付締切日時：2026/03/30 00:00"
    link = "https://comments.example/detail?id=990000123&amp;Mode=0"
    site.pages["/list.xml"] = Page(
        (
            '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><item>'
            f"<title>生成AIの規制案</title><link>{link}</link>"
            f"<description>{said}</description></item></channel></rss>"
        ).encode()
    )
    entry = (
        f"id: api, name: A, kind: api_egov, timezone: Asia/Tokyo, url: '{site.url('/list.xml')}'"
    )
    deployment.write("sources.yaml", f"sources:\n - {{{entry}}}\n")
    assert result(poll(deployment)) == (0, "ok", 1)
    (item,) = stored(deployment)
    assert (item["type"], item["deadline"]) == ("consultation", "2026-03-29")


# --- what goes wrong -------------------------------------------------------------------------


def test_an_empty_result_is_read_and_says_since_when(deployment: Deployment) -> None:
    with register(deployment):
        done = poll(deployment)
    assert (result(done), error(done)) == ((0, "empty", 0), "nothing is dated since 2026-02-21")


def test_an_error_with_status_200_is_a_failure(deployment: Deployment) -> None:
    with register(deployment, *RULES) as server:
        server.fault = lambda _: Answer({"errors": {"order": "is not a valid order"}})
        done = poll(deployment)
    assert result(done) == (4, "http_error", 0)
    assert error(done) == "answers with an error: is not a valid order"


def test_a_page_that_fails_costs_itself_alone_and_is_asked_for_again(
    deployment: Deployment,
) -> None:
    with register(deployment, *RULES) as server:
        server.fault = lambda a: Answer({}, 500) if a.query.get("page") == "3" else None
        done = poll(deployment)
        assert (result(done), "HTTP 500" in error(done)) == ((0, "partly_broken", 4), True)
        server.fault = lambda _: None
        assert result(poll(deployment)) == (0, "ok", 1)


def test_a_page_that_is_no_answer_costs_itself_alone(deployment: Deployment) -> None:
    with register(deployment, *RULES) as server:
        server.fault = lambda a: Answer(b"<html>soon") if a.query.get("page") == "3" else None
        done = poll(deployment)
    assert result(done) == (0, "partly_broken", 4)
    assert error(done) == f"{server.url('/api/v1/documents.json')}: is a web page, not JSON"


def test_a_rate_limit_is_kept_by_forced_polls_too(deployment: Deployment) -> None:
    wait = {"Retry-After": "3600"}
    with register(deployment, *RULES) as server:
        server.fault = lambda a: Answer({}, 429, wait) if a.query.get("page") == "2" else None
        assert result(poll(deployment)) == (4, "blocked", 0)
        asked = len(server.asked)
        done = poll(deployment, "--force", now="2026-03-02T09:30")
        assert (result(done)[1], len(server.asked)) == ("blocked", asked)
        server.fault = lambda _: None
        assert result(poll(deployment, now="2026-03-02T10:30")) == (0, "ok", 5)


def test_more_than_ten_documents_are_named(deployment: Deployment) -> None:
    many = [apis.rule(n, "2026-02-27") for n in range(30)]
    with register(deployment, *many) as server:
        done = poll(deployment)
        assert len(server.asked) == 10
    assert (result(done), error(done)) == (
        (0, "partly_broken", 20),
        "there is more than the 10 documents read at once",
    )


def test_an_outage_of_ours_costs_nothing(deployment: Deployment) -> None:
    documents = [apis.rule(1, "2026-03-01")]
    with register(deployment, *documents) as server:
        poll(deployment)
        documents += [apis.rule(n, f"2026-03-{n}") for n in (10, 20, 30)]
        server.respond = apis.federal_register(documents)
        assert result(poll(deployment, now="2026-04-21")) == (0, "ok", 3)
        assert server.asked[-1].query["conditions[publication_date][gte]"] == "2026-02-28"


# --- keys ------------------------------------------------------------------------------------


def everything_written(deployment: Deployment) -> bytes:
    files = [path for path in deployment.home.rglob("*") if path.is_file()]
    return b"".join(path.read_bytes() for path in files)


def test_a_key_never_shows_whatever_the_server_does_with_it(
    deployment: Deployment, tmp_path: Path
) -> None:
    file = tmp_path / "key"
    file.write_text(KEY + "\n")
    shameless = apis.bill(
        1, "2026-03-01", title=f"Act {KEY}", latestAction={"actionDate": "", "text": KEY}
    )
    with congress(deployment, shameless) as server:
        done = poll(deployment, MY_KEY_FILE=str(file), POLICYWATCH_LOG="debug")
        assert result(done) == (0, "ok", 1)
        server.fault = lambda _: Answer({"error": f"{KEY} is used up"})
        failed = poll(deployment, "--force", MY_KEY=KEY, POLICYWATCH_LOG="debug")
        assert (result(failed)[1], error(failed)) == (
            "http_error",
            "answers with an error: {key} is used up",
        )
        test = deployment.run("sources", "test", "api", MY_KEY=KEY, POLICYWATCH_NOW=NOW)
    said = "".join(d.out + d.err for d in (done, failed, test))
    assert (KEY in said, KEY.encode() in everything_written(deployment)) == (False, False)
    assert stored(deployment)[0]["title"] == "H.R. 1: Act {key}"


def test_a_wrong_key_is_refused_by_name_and_a_missing_one_is_never_asked_with(
    deployment: Deployment,
) -> None:
    with congress(deployment, apis.bill(1, "2026-03-01")) as server:
        wrong = poll(deployment, MY_KEY="another-key-42")
        assert result(wrong) == (4, "blocked", 0)
        assert ("HTTP 403" in error(wrong), "another-key" in wrong.out) == (True, False)
        asked = len(server.asked)
        missing = poll(deployment, now="2026-03-02T12:00")
        assert (result(missing)[1], len(server.asked)) == ("blocked", asked)
    assert error(missing) == "needs a key, and the environment variable MY_KEY is not set"
    assert "MY_KEY is not set" in deployment.run("doctor").out


def test_a_key_does_not_follow_a_redirect_to_another_server(deployment: Deployment) -> None:
    with ApiServer(lambda _: Answer({"bills": []})) as elsewhere, congress(deployment) as server:
        deployment.environment["POLICYWATCH_ALLOW_NETWORKS"] += f" {elsewhere.netloc}"
        away = {"Location": elsewhere.url("/v3/bill")}
        server.fault = lambda _: Answer({}, 302, away)
        poll(deployment, MY_KEY=KEY)
        assert ["x-api-key" in asked.headers for asked in elsewhere.asked] == [False]


def test_an_api_that_has_moved_for_good_is_told_of_and_not_followed(
    deployment: Deployment,
) -> None:
    found = answer(b'{"count": 0, "results": []}', headers={"Content-Type": "application/json"})
    with HostileServer({"/old": redirect("/new?a=b", "301 Moved"), "/new": found}) as server:
        url = server.url("/old")
        entry = f"{{id: api, name: API, kind: api_federal_register, url: '{url}'}}"
        deployment.write("sources.yaml", f"sources:\n - {entry}\n")
        deployment.environment["POLICYWATCH_ALLOW_NETWORKS"] = server.endpoint
        assert result(poll(deployment)) == (0, "empty", 0)
        assert result(poll(deployment, now="2026-03-12T09:00")) == (0, "empty", 0)
        (listed,) = deployment.run(
            "sources", "list", "--json", POLICYWATCH_NOW="2026-03-12T09:01"
        ).json
        assert [hit.path.partition("?")[0] for hit in server.hits] == ["/old", "/new"] * 2
        assert listed["alarm"] == (
            f"has moved for good to {server.url('/new')} (since 2026-03-02): change its url"
        )
