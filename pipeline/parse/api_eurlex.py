"""Legal acts and preparatory documents of the European Union -> raw items, from Cellar.

Cellar is the repository behind EUR-Lex. Its SPARQL endpoint answers with JSON; the kind asks for
all documents of sectors 3 (acts) and 5 (preparation) with a title in the source's language. An
address with a `query` of its own is asked that, with {since} and {language} filled in.
"""

import re
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from pipeline.model import Document, Parsed, RawItem, Request, Source, Type
from pipeline.parse.api import (
    NotAsDocumentedError,
    Record,
    opened,
    plain,
    query,
    salvaged,
    unexpected,
    with_query,
)

_QUERY: Final = """\
PREFIX cdm: <http://publications.europa.eu/ontology/cdm#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
SELECT DISTINCT ?celex ?title ?date ?type WHERE {
  ?work cdm:work_date_document ?date ;
    cdm:resource_legal_id_celex ?celex ;
    cdm:work_has_resource-type ?type .
  ?expression cdm:expression_belongs_to_work ?work ;
    cdm:expression_uses_language
      <http://publications.europa.eu/resource/authority/language/{language}> ;
    cdm:expression_title ?title .
  FILTER (?date >= "{since}"^^xsd:date)
  FILTER (REGEX(STR(?celex), "^[35]"))
}
ORDER BY DESC(?date) ?celex
LIMIT 1000 OFFSET 0
"""
_PAGE: Final = re.compile(r"\bLIMIT\s+(\d{1,6})\s+OFFSET\s+(\d{1,7})\s*\Z", re.IGNORECASE)
# The languages of the Union as Cellar calls them.
_CODES: Final = (
    "bg:BUL cs:CES da:DAN de:DEU el:ELL en:ENG es:SPA et:EST fi:FIN fr:FRA ga:GLE hr:HRV "
    "hu:HUN it:ITA lt:LIT lv:LAV mt:MLT nl:NLD pl:POL pt:POR ro:RON sk:SLK sl:SLV sv:SWE"
)
_LANGUAGES: Mapping[str, str] = MappingProxyType(dict(c.split(":") for c in _CODES.split()))
_CELEX: Final = re.compile(r"[0-9CE]\d{4}([A-Z]{1,2})\d{4}\S{0,20}")
# By the letters of a CELEX number, behind its sector.
_TYPES: Mapping[str, Type] = MappingProxyType(
    {
        "3R": Type.LAW,
        "3L": Type.LAW,
        "3D": Type.RULE,
        "3H": Type.GUIDANCE,
        "5PC": Type.BILL,
        "5DC": Type.REPORT,
        "5SC": Type.REPORT,
    }
)


def since(source: Source, day: date) -> tuple[Request, ...]:
    """Ask for documents dated since a day, newest first."""
    asked = query(source.url).get("query") or _QUERY
    filled = asked.replace("{since}", day.isoformat()).replace("{language}", _language(source))
    wanted = {"query": filled, "format": "application/sparql-results+json"}
    return (Request(url=with_query(source.url, wanted)),)


def more(document: Document) -> tuple[Request, ...]:
    """Ask for the next page after one that was full."""
    asked = query(document.url).get("query", "")
    page = _PAGE.search(asked)
    if page is None:
        return ()
    limit, offset = int(page[1]), int(page[2])
    if len(opened(document).record("results").rows("bindings") or ()) < limit:
        return ()
    following = f"{asked[: page.start()]}LIMIT {limit} OFFSET {offset + limit}"
    return (Request(url=with_query(document.url, {"query": following})),)


def parse(source: Source, document: Document) -> Parsed:
    """Read the solutions of a query that selects ?celex, ?title, ?date and, if it likes, ?type."""
    answer = opened(document)
    rows = answer.record("results").rows("bindings")
    if rows is None:
        raise unexpected(answer, "results")
    return salvaged("EUR-Lex", rows, lambda record: _item(record, source, document))


def _item(record: Record, source: Source, document: Document) -> RawItem:
    celex = record.record("celex").needed("value")
    found = _CELEX.fullmatch(celex)
    if not found:
        raise NotAsDocumentedError("no CELEX number")
    language = _main_subtag(source)
    return RawItem(
        base=document.url,
        guid=celex,
        link=f"https://eur-lex.europa.eu/legal-content/{language.upper()}/TXT/?uri=CELEX:{celex}",
        title=plain(record.record("title").needed("value")),
        language=language,
        published=record.record("date").text("value") or None,
        type=_type(celex[0] + found[1], record.record("type").text("value")),
    )


def _type(letters: str, resource_type: str) -> Type | None:
    # What carries out or fills in a law is made by the Commission: a rule.
    if resource_type.endswith(("_IMPL", "_DEL")):
        return Type.RULE
    return _TYPES.get(letters)


def _language(source: Source) -> str:
    return _LANGUAGES[_main_subtag(source)]


def _main_subtag(source: Source) -> str:
    language = source.language.lower().partition("-")[0]
    return language if language in _LANGUAGES else "en"
