import pytest

from pipeline.covering import Nearest, covers, host_of, nearest
from pipeline.model import Source
from tests import make


def source(name: str, url: str, organisation: str = "", kind: str = "feed") -> Source:
    return make.source(name, url=url, organisation=organisation, kind=kind)


def test_a_host_is_known_with_and_without_www() -> None:
    assert [host_of(url) for url in ("https://www.Gov.example/a", "nonsense")] == [
        "gov.example",
        "",
    ]


@pytest.mark.parametrize(
    ("url", "kind", "host", "expected"),
    [
        ("https://www.soumu.go.jp/news.rdf", "feed", "soumu.go.jp", True),
        ("https://www.soumu.go.jp/news.rdf", "feed", "mhlw.go.jp", False),
        ("https://api.congress.gov/v3/bill/119", "api_congress", "congress.gov", True),
        ("https://mirror.example/v3/bill", "api_congress", "congress.gov", True),
        ("https://www.federalregister.gov/api/v1/documents.json", "feed", "federalregister.gov", 1),
        ("https://publications.europa.eu/webapi/rdf/sparql", "feed", "eur-lex.europa.eu", True),
        ("https://laws.e-gov.go.jp/api/2/laws", "feed", "elaws.e-gov.go.jp", True),
        ("https://www.gov.uk/api/search.json", "api_govuk", "gov.uk", True),
    ],
)
def test_an_api_covers_the_pages_that_its_records_are_about(
    url: str, kind: str, host: str, expected: bool
) -> None:
    assert covers(source("gov", url, kind=kind), host) == expected


SOURCES = (
    source("jp-soumu", "https://www.soumu.go.jp/news.rdf", "Ministry of Internal Affairs"),
    source("oecd-wonk", "https://wp.oecd.ai/feed/", "OECD"),
    source("us-nist", "https://feeds.example/nist", "National Institute of Standards"),
    source("plain", "https://numbers.example/feed"),
    source("number", "http://127.0.0.1:8080/feed"),
)


@pytest.mark.parametrize(
    ("host", "name", "shared"),
    [
        ("www3.soumu.go.jp", "jp-soumu", "it is of the same domain, soumu.go.jp"),
        ("oecd.ai", "oecd-wonk", "it is of the same domain, oecd.ai"),
        ("oecd.org", "oecd-wonk", "it is of the same organisation, OECD"),
        ("nist.gov", "us-nist", "it is of the same organisation, National Institute of Standards"),
        ("numbres.example", "plain", "its host is numbers.example"),
        ("mhlw.go.jp", None, None),
        ("192.0.2.1", None, None),
        ("2001:db8::1", None, None),
    ],
)
def test_the_nearest_source_shares_a_domain_an_organisation_or_nearly_a_name(
    host: str, name: str | None, shared: str | None
) -> None:
    found = nearest(host, SOURCES)
    by_id = {each.id: each for each in SOURCES}
    assert found == (Nearest(by_id[name], shared) if name and shared else None)
