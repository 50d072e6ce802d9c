from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.language import language_of, main_subtag
from tests import make

UNTOLD = make.source(language="", jurisdiction="")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The ministry has published a new plan for the safe use of such models in schools."),
        ("fr", "Le ministère publie un rapport sur les usages de l'intelligence artificielle."),
        ("de", "Das Ministerium hat einen Bericht über die Nutzung von Sprachmodellen vorgelegt."),
        ("es", "El ministerio publica un informe sobre el uso de la inteligencia artificial."),
        ("it", "Il ministero pubblica una relazione sull'uso dei modelli nelle scuole del paese."),
        ("pt", "O ministério publica um relatório sobre o uso da inteligência nas escolas."),
        ("nl", "Het ministerie heeft een rapport gepubliceerd over het gebruik van modellen."),
        ("sv", "Regeringen har lagt fram en rapport om hur skolor och företag använder dem."),
        ("da", "Regeringen har fremlagt en rapport om skoler, efter at forslaget blev drøftet."),
        ("nb", "Regjeringen har lagt fram en rapport om skolen, etter at forslaget ble drøftet."),
        ("fi", "Ministeriö on julkaissut raportin, joka käsittelee sitä, että tekoäly on tullut."),
        ("et", "Ministeerium avaldas aruande, mis käsitleb mudeleid, ning see on avatud kõigile."),
        ("pl", "Ministerstwo opublikowało raport na temat modeli, który jest dla wszystkich."),
        ("cs", "Ministerstvo zveřejnilo zprávu o modelech, která je určena pro učitele a úřady."),
        ("sk", "Ministerstvo zverejnilo správu, ktorá je určená pre učiteľov aj pre úrady."),
        ("hu", "A minisztérium jelentést tett közzé arról, hogy az iskolák és a hivatalok."),
        ("ro", "Ministerul a publicat un raport care este deschis pentru comentarii și opinii."),
        ("tr", "Bakanlık, okullarda yapay zekâ kullanımı için yeni bir rapor ve rehber yayımladı."),
        ("id", "Kementerian telah menerbitkan laporan tentang model untuk sekolah dan kantor."),
        ("vi", "Bộ đã công bố báo cáo về việc sử dụng các mô hình trong trường học."),
        ("lt", "Ministerija paskelbė ataskaitą apie mokyklas ir įstaigas, kad būtų aiškiau."),
        ("lv", "Ministrija ir publicējusi ziņojumu par skolām un iestādēm, kas tiek apspriests."),
        ("ru", "Министерство опубликовало доклад о том, как модели будут работать в школах."),
        ("uk", "Міністерство опублікувало звіт про те, як моделі використовуються у школах."),
        ("bg", "Министерството публикува доклад за това как моделите се използват в училищата."),
        ("sr", "Министарство је објавило извештај о томе како се модели користе у школама."),
        ("ja", "文部科学省は学校での生成AIの利用についての指針を公表した。"),
        ("ja", "OECD AI Principles を公表"),
        ("zh", "教育部发布关于人工智能教育应用的通知。"),
        ("ko", "교육부는 인공지능 활용 지침을 발표했다."),
        ("th", "กระทรวงเผยแพร่รายงานเรื่องปัญญาประดิษฐ์"),
        ("el", "Το υπουργείο δημοσίευσε έκθεση για την τεχνητή νοημοσύνη."),
        ("he", "המשרד פרסם דוח על השימוש במודלים"),
        ("ar", "نشرت الوزارة تقريرا عن استخدام النماذج في المدارس"),
        ("fa", "وزارتخانه گزارشی درباره کاربرد مدل‌ها منتشر کرد"),
        ("hi", "मंत्रालय ने स्कूलों में मॉडलों के उपयोग पर रिपोर्ट प्रकाशित की"),
    ],
)
def test_a_sentence_shows_its_language(language: str, text: str) -> None:
    assert language_of(UNTOLD, text) == language


@pytest.mark.parametrize(
    "text",
    ["", "12.3 %", "AI Act", "Rapport annuel 2026", "Digital Markets Act", "Mistral AI: 2 bn EUR"],
)
def test_too_little_is_never_guessed(text: str) -> None:
    assert language_of(UNTOLD, text) == ""


def test_a_source_of_one_language_has_it_whatever_the_text() -> None:
    assert language_of(make.source(language="ja-JP"), "The AI Act is in force.") == "ja"


def test_of_several_languages_only_those_are_thought_of() -> None:
    text = "Le rapport de la commission sur les modèles"
    belgian = make.source(language="", languages=("fr", "nl"))
    nordic = make.source(language="", languages=("sv", "fi"))
    assert (language_of(belgian, text), language_of(nordic, text)) == ("fr", "")
    assert language_of(nordic, "Die Straße und der Fluß und die Größe") == ""


@pytest.mark.parametrize(
    ("source", "named", "language"),
    [
        pytest.param({"jurisdiction": "JP"}, "", "ja", id="of a place that writes Japanese"),
        pytest.param({"jurisdiction": "TW"}, "", "zh", id="of a place that writes Chinese"),
        pytest.param({"languages": ("en", "zh-Hant")}, "", "zh", id="of a source that says so"),
        pytest.param({"jurisdiction": "TW"}, "ja", "ja", id="the document says so"),
        pytest.param({"jurisdiction": "US"}, "", "", id="nobody says so"),
    ],
)
def test_han_without_kana_is_by_the_source(
    source: dict[str, Any], named: str, language: str
) -> None:
    given = make.source(**{"language": "", "jurisdiction": "", **source})
    assert language_of(given, "人工知能基本法", named) == language


def test_forms_of_one_country_tell_han_apart() -> None:
    assert language_of(UNTOLD, "人工智能发展规划") == "zh"
    assert language_of(UNTOLD, "経済安全保障推進会議") == "ja"


def test_kana_somewhere_in_a_long_text_do_not_make_it_japanese() -> None:
    text = "A letter from Tokyo\nThe word for it is きぼう and it is used in the plan of the city."
    assert language_of(UNTOLD, text) == "en"
    assert language_of(UNTOLD, "公示\n意見公募手続の実施について、次のとおり公示する。") == "ja"


def test_a_document_is_contradicted_by_a_longer_text_alone() -> None:
    long = "Le ministère publie un rapport sur les usages de ces modèles dans les écoles du pays."
    assert language_of(UNTOLD, "Le rapport de la commission", "en") == ""
    assert language_of(UNTOLD, long, "en") == "fr"


@given(st.text())
def test_every_text_has_a_short_answer(text: str) -> None:
    assert len(language_of(UNTOLD, text)) in (0, 2)


def test_a_tag_has_a_main_part() -> None:
    assert [main_subtag(tag) for tag in ("zh-Hant", "EN_us", "")] == ["zh", "en", ""]
