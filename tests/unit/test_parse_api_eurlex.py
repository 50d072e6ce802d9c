import json
from datetime import date
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from pipeline.errors import SourceError
from pipeline.model import Document, RawItem, Type
from pipeline.parse.api_eurlex import more, parse, since
from tests import make

URL = "https://cellar.example/webapi/rdf/sparql"
SOURCE = make.source(kind="api_eurlex", url=URL, language="de-AT")
TYPES = "http://types.example/resource-type/"


def row(celex: str, title: str = "Verordnung über Prüfungen", **more: str) -> dict[str, Any]:
    values = {"celex": celex, "title": title, "date": "2026-02-13"} | more
    return {name: {"type": "literal", "value": value} for name, value in values.items()}


def document(*rows: object, url: str = URL) -> Document:
    answer = {"head": {"vars": ["celex"]}, "results": {"bindings": rows}}
    return make.document(json.dumps(answer), url=url)


def asked(url: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(urlsplit(url).query).items()}


def test_a_document_is_known_by_its_celex_number() -> None:
    assert parse(SOURCE, document(row("32026R0321", type=f"{TYPES}REG"))).items == (
        RawItem(
            base=URL,
            guid="32026R0321",
            link="https://eur-lex.europa.eu/legal-content/DE/TXT/?uri=CELEX:32026R0321",
            title="Verordnung über Prüfungen",
            language="de",
            published="2026-02-13",
            type=Type.LAW,
        ),
    )


@pytest.mark.parametrize(
    ("celex", "resource_type", "expected"),
    [
        ("32026L0321", "DIR", Type.LAW),
        ("32026R0322", "REG_IMPL", Type.RULE),
        ("32026R0323", "REG_DEL", Type.RULE),
        ("32026D0324", "", Type.RULE),
        ("32026H0325", "RECO", Type.GUIDANCE),
        ("52026PC0326", "PROP_REG", Type.BILL),
        ("52026DC0327", "COMMUNIC", Type.REPORT),
        ("52026XC00328", "", None),
        ("32024R2847R(04)", "CORRIGENDUM", Type.LAW),
    ],
)
def test_the_number_says_what_it_is(celex: str, resource_type: str, expected: Type | None) -> None:
    (item,) = parse(SOURCE, document(row(celex, type=TYPES + resource_type))).items
    assert (item.guid, item.type) == (celex, expected)


def test_solutions_without_number_or_title_are_counted() -> None:
    found = parse(SOURCE, document(row("none"), row("32026R0321", title=""), {}))
    assert (found.items, found.trouble) == (
        (),
        ("3 of 3 records are not as documented (no CELEX number)",),
    )


def test_an_answer_that_is_no_table_is_refused() -> None:
    with pytest.raises(SourceError, match="is JSON without 'results'"):
        parse(SOURCE, make.document('{"boolean": true}'))


def test_the_query_asks_for_titles_in_the_language_of_the_source() -> None:
    (request,) = since(SOURCE, date(2026, 2, 1))
    wanted = asked(request.url)
    assert wanted["format"] == "application/sparql-results+json"
    assert 'FILTER (?date >= "2026-02-01"^^xsd:date)' in wanted["query"]
    assert "/authority/language/DEU>" in wanted["query"]
    (request,) = since(make.source(url=URL, language="ja"), date(2026, 2, 1))
    assert "/authority/language/ENG>" in asked(request.url)["query"]


def test_a_query_of_ones_own_gets_day_and_language() -> None:
    own = "select ?celex where { ?w :date {since} ; :lang '{language}' }"
    source = make.source(url=f"{URL}?timeout=20000&query={quote(own)}", language="fr")
    (request,) = since(source, date(2026, 2, 1))
    assert asked(request.url) == {
        "timeout": "20000",
        "query": "select ?celex where { ?w :date 2026-02-01 ; :lang 'FRA' }",
        "format": "application/sparql-results+json",
    }
    assert more(document(url=request.url)) == ()


def test_a_full_page_leads_to_the_next() -> None:
    url = f"{URL}?query={quote('select * LIMIT 2 OFFSET 4')}"
    rows = [row("32026R0321"), row("32026R0322")]
    (request,) = more(document(*rows, url=url))
    assert asked(request.url)["query"] == "select * LIMIT 2 OFFSET 6"
    assert more(document(rows[0], url=url)) == ()
