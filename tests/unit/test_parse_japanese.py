"""Japanese feeds in every encoding that ministries use, however it is declared, or is not."""

from itertools import product

import pytest

from pipeline.parse import parse
from tests import make

TITLES = (
    "生成ＡＩの利用に関する指針を公表しました",
    "第3回検討会の資料を掲載",
    "令和8年度予算案の概要",
    "パブリックコメントの募集について",
    "大臣会見の要旨",
    "人工知能基本計画",
    "ＡＩ事業者ガイドライン改定案",
    "報告書～安全性の評価",
    "個人情報保護委員会規則",
    "データ利活用の推進",
    "審議会の開催案内",
    "採用情報",
)
NAME = "見本省　新着情報"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
FRAMES = {
    "rss": f'<rss version="2.0"><channel><title>{NAME}</title>%s</channel></rss>',
    "rdf": f'<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:rdf="{_RDF}"><channel rdf:about="/">'
    f"<title>{NAME}</title></channel>%s</rdf:RDF>",
    "atom": f'<feed xmlns="http://www.w3.org/2005/Atom"><title>{NAME}</title>%s</feed>',
}
CODECS = {
    "Shift_JIS": "cp932",
    "Windows-31J": "cp932",
    "EUC-JP": "euc_jp",
    "ISO-2022-JP": "iso2022_jp",
    "UTF-8": "utf-8",
}
DECLARED = {
    "in the prolog": ("{}", ""),
    "in the header": ("", "text/xml; charset={}"),
    "in both": ("{}", "application/xml; charset={}"),
    "nowhere": ("", ""),
    "nowhere, with another header": ("", "text/xml; charset=ISO-8859-1"),
    "wrongly in the prolog": ("UTF-8", ""),
    "wrongly in the header": ("{}", "text/xml; charset=UTF-8"),
    "as another Japanese encoding": ("EUC-JP", "text/xml; charset=Shift_JIS"),
}


def sent(frame: str, label: str, declared: str) -> tuple[bytes, str]:
    element = "entry" if frame == "atom" else "item"
    items = "".join(f"<{element}><title>{title}</title></{element}>" for title in TITLES)
    prolog, header = (text.format(label) for text in DECLARED[declared])
    said = f' encoding="{prolog}"' if prolog else ""
    text = f'<?xml version="1.0"{said}?>' + FRAMES[frame] % items
    # JIS has another character for the wave than Windows; it is read as that of Windows.
    wave = text if CODECS[label] in ("cp932", "utf-8") else text.replace("～", "〜")
    return wave.encode(CODECS[label]), header


@pytest.mark.parametrize("declared", DECLARED)
def test_japanese_is_read_however_it_is_declared(declared: str) -> None:
    suite = list(product(FRAMES, CODECS))
    wrong = []
    for frame, label in suite:
        content, header = sent(frame, label, declared)
        parsed = parse(make.source(), make.document(content, content_type=header))
        if (parsed.title, tuple(item.title for item in parsed.items)) != (NAME, TITLES):
            wrong.append((frame, label))
    print(f"declared {declared}: {len(suite) - len(wrong)} of {len(suite)} documents right")
    assert wrong == []
