"""A made event: one invented order, told by invented outlets in twelve languages.

Most articles name the order's number or link its page; some only share words of their titles.
"""

from dataclasses import dataclass, replace

from pipeline.clusters import Report, report_of
from pipeline.model import Item, Source, Tier, Type
from tests import make

NUMBER = "14365"
ORDER_PAGE = "https://www.orders.example.gov/presidential-actions/2026/03/executive-order-14365"

LANGUAGES = {
    "en": ("Executive Order {n} curbs state AI laws", "President curbs state AI laws by order"),
    "ja": ("大統領令{n}号、州のAI法を制限", "大統領が州のAI法を制限する命令に署名"),
    "de": ("Dekret {n} beschränkt KI-Gesetze der Staaten", "Präsident beschränkt KI-Gesetze"),
    "fr": ("Le décret {n} limite les lois sur l'IA", "Le président limite les lois sur l'IA"),
    "es": ("La orden ejecutiva {n} limita leyes de IA", "Presidente limita leyes estatales de IA"),
    "pt": ("Ordem executiva {n} limita leis de IA", "Presidente limita leis estaduais de IA"),
    "it": ("L'ordine esecutivo {n} limita le leggi IA", "Il presidente limita le leggi IA statali"),
    "ko": ("행정명령 {n}호, 주 AI 법 제한", "대통령, 주 AI 법 제한 명령 서명"),
    "zh": ("第{n}号行政命令限制各州人工智能法", "总统签署命令限制各州人工智能法"),
    "nl": ("Presidentieel decreet {n} beperkt AI-wetten", "President beperkt AI-wetten van staten"),
    "pl": ("Rozporządzenie {n} ogranicza prawa AI", "Prezydent ogranicza stanowe prawa AI"),
    "ru": ("Указ {n} ограничивает законы штатов об ИИ", "Президент ограничил законы штатов об ИИ"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An item, its source, and what it is recognised by."""

    item: Item
    source: Source
    report: Report

    @property
    def language(self) -> str:
        return self.item.language


def articles(count: int, *, start: int = 1, official: bool = True) -> list[Article]:
    """Give articles about the one order; the first is the order itself, when it is `official`."""
    made = [_article(start + n) for n in range(count)]
    return [_order(start), *made[1:]] if official else made


def _order(number: int) -> Article:
    item = replace(
        make.numbered(number, title=f"Executive Order {NUMBER}: a national policy for AI laws"),
        source_id="orders",
        url=ORDER_PAGE,
        type=Type.ORDER,
        summary="The order directs agencies to review state laws on AI.",
    )
    source = make.source("orders", name="Office of Sample Orders", jurisdiction="US")
    return _made(number, item, replace(source, organisation="Office of Sample Orders"))


def _article(number: int) -> Article:
    language = list(LANGUAGES)[number % len(LANGUAGES)]
    named, plain = LANGUAGES[language]
    way = number // len(LANGUAGES) % 3
    source = make.source(
        f"outlet-{number}",
        name=f"Sample Outlet {number}",
        organisation="",
        tier=Tier.PRESS,
        language=language,
        jurisdiction="",
    )
    item = replace(
        make.numbered(number, source_id=source.id, url=f"https://o{number}.example/n/{number}"),
        title=plain if way else named.format(n=NUMBER),
        summary="",
        links=(ORDER_PAGE,) if way == 1 else (),
        language=language,
    )
    return _made(number, item, source)


def _made(number: int, item: Item, source: Source) -> Article:
    return Article(item=item, source=source, report=report_of(number, item, make.NOW, source))
