"""The names that officials give to documents are found however they are spelt."""

import pytest

from pipeline.identifiers import identifiers, identifiers_of_address, numbers


@pytest.mark.parametrize(
    "text",
    [
        "Executive Order 14365 on AI",
        "E.O. 14365 explained",
        "大統領令14365号に署名",
        "大統領令第１４３６５号",
        "第14365号大統領令",
        "Décret exécutif n° 14365 sur l'IA",
        "Orden ejecutiva 14.365 sobre IA",
        "Ordem executiva nº 14.365",
        "行政命令第14365号",
        "행정명령 14365호 서명",
        "Указ № 14365",
        "Dekret Nr. 14365 zur KI",
    ],
)
def test_an_order_is_the_same_in_every_language(text: str) -> None:
    assert "eo:14365" in identifiers(text)


@pytest.mark.parametrize(
    ("text", "jurisdiction", "found"),
    [
        ("Regulation (EU) 2026/101 is CELEX 32026R0101", "", {"celex:32026R0101"}),
        ("Directive (EU) 2026/7", "", {"celex:32026L0007"}),
        (
            "Docket No. NIST-2026-0001; RIN 0694-AJ55",
            "",
            {"docket:NIST-2026-0001", "rin:0694-AJ55"},
        ),
        ("[FR Doc. 2026-12345 Filed]", "", {"frdoc:2026-12345"}),
        ("COM(2026) 206 and 2026/0106 (COD)", "", {"com:2026-206", "procedure:2026/0106"}),
        ("案件番号:495260123", "", {"anken:495260123"}),
        ("H.R. 1234 and S. 12", "", {"bill:US:HR1234", "bill:US:S12"}),
        ("SB 53 passes in California", "US", {"bill:US-CA:SB53"}),
        ("SB 53 passes", "US-CA", {"bill:US-CA:SB53"}),
        ("SB 53 passes", "US", set()),
        ("SB 53 in Texas and California", "US", set()),
        ("Bill C-27 in committee", "CA", {"bill:CA:C-27"}),
        ("Class S 12", "", set()),
        ("No number at all", "", set()),
    ],
)
def test_a_document_is_known_by_its_number(text: str, jurisdiction: str, found: set[str]) -> None:
    assert identifiers(text, jurisdiction) == found


def test_long_numbers_are_no_sums_and_no_days() -> None:
    assert numbers("14365: 25000 chips, $12345, 20260302, 12,345, id-99123") == {"14365"}


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://www.federalregister.gov/documents/2026/03/02/2026-12345/x", "frdoc:2026-12345"),
        ("https://www.federalregister.gov/d/2026-12345", "frdoc:2026-12345"),
        ("https://eur-lex.europa.eu/x/?uri=CELEX:32026R0101", "celex:32026R0101"),
        ("https://public-comment.e-gov.go.jp/pcm/detail?id=495260123", "anken:495260123"),
    ],
)
def test_an_address_of_a_register_names_its_document(url: str, found: str) -> None:
    assert identifiers_of_address(url) == {found}
    assert identifiers_of_address("https://example.org/495260123") == frozenset()
