import pytest

from pipeline.unlabelled import east_asian

JAPANESE = (
    "人工知能",
    "会見",
    "大臣会見要旨",
    "第3回 配布資料",
    "ＡＩ戦略会議",
    "お知らせ",
    "情報ｼｽﾃﾑ",
)
TEXTS = (
    *(("cp932", text) for text in (*JAPANESE, "ﾆｭｰｽ ﾘﾘｰｽ")),
    *(("euc_jp", text) for text in (*JAPANESE, "ﾆｭｰｽ ﾘﾘｰｽ", "ｶﾅ版")),
    *(("gb18030", text) for text in ("政策法规", "国务院关于人工智能的通知", "新闻")),
    *(("big5hkscs", text) for text in ("人工智慧政策", "行政院公告", "新聞稿")),
    *(("cp949", text) for text in ("보도자료", "인공지능 정책 뉴스", "공지사항")),
)


@pytest.mark.parametrize(("codec", "text"), TEXTS)
def test_short_texts_read_as_a_language_in_their_own_encoding(codec: str, text: str) -> None:
    assert east_asian(text.encode(codec)) == codec


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        pytest.param("ascii", "AI Policy Update", id="nothing foreign"),
        pytest.param("cp1252", "Décret général, “l’été”, don’t, I’m", id="accents"),
        pytest.param("cp1252", "über", id="one umlaut"),
        pytest.param("cp1251", "Политика в области", id="Cyrillic"),
        pytest.param("cp1251", "НОВОСТИ", id="capitals that look like half-width kana"),
        pytest.param("koi8_r", "министерство", id="small letters that look like them"),
        pytest.param("cp1253", "Πολιτική για την", id="Greek"),
        pytest.param("cp874", "ข่าวประชาสัมพันธ์", id="Thai"),
        pytest.param("cp932", "ｱ", id="too short to say"),
    ],
)
def test_what_is_no_language_of_east_asia_is_left_to_others(codec: str, text: str) -> None:
    assert east_asian(f"<title>{text}</title>".encode(codec)) == ""


def test_a_sample_may_end_inside_a_character() -> None:
    assert east_asian("人工知能の利用".encode("cp932")[:-1]) == "cp932"
