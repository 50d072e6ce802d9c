"""Bytes that name no encoding -> the one of East Asia in which they read as a language.

Any two bytes are a character in most of these encodings, but seldom one that people write often.
"""

import re
from functools import cache
from typing import Final, NamedTuple

_LEAST_SHARE: Final = 0.4
_LEAST_HALF_WIDTH: Final = 4
_LEAST_EARLY: Final = 0.25

# What newspapers and announcements are mostly made of, in order of frequency.
_JAPANESE: Final = (
    "日一国会人年大十二本中長出三同時政事自行社見月分議後前民生連五発間対上部東者党地合市業内"
    "相方四定今回新場金員九入選立開手米力学問高代明実円関決子動京全目表戦経通外最言氏現理調体"
    "化当八六約主題下首意法不来作性的要用制治度務強気小七成期公野協取都和統以機平総加山思家話"
    "世受区領多県続進正安設保改数記院女初北午指権心界支第産結百派点教報済書府活原先共得解名交"
    "資予向際査勝面委告文反元重近千考判認画海参売利組知案道信策集在件団別物側任引使求所次水半"
    "品昨論計官増係感特情投示変基私各始両朝革価式確提運終果西勢減台広容必応電住談能無再位置企"
    "真流格有過局少放税検町校料状工建語営空職証土与急止送援供可役構割聞身費付施切由説転食比難"
    "防補車優研収断何南違消境番規術護展態導備宅害配副算視条独警究育席輸訪起万着述残想線率病農"
    "声質念待試象域助労例衛張限額監環験追審商義働形景担準造被技低毎医復仕移個評課末守種影命福"
    "量非核観察整段型深字答製票況様財識注達室募載更覧録版則款申請届許険適般標齢障厚童刷訂催号"
    "宣緊推積極創児衆閣庁省令路航湾港振興針雇脱炭素脳災震診療薬染貿易融庫銀券納債札契随競争託"
    "負択概紙速暫白波郵便漁林鉄署挨拶就旨簿傍聴延廃附抄帯諮科懇討著智等及並又但旧"
)
_SIMPLIFIED: Final = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之"
    "年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样"
    "理心本前开但因只从想实日军者意无力与长把机十民第公此已工使情明性知全三又关点正业外将两高"
    "间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化"
    "老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活更别打"
    "女变四总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指许统区保至队形"
    "社便空决治展马科司五基书非则界达光放强难且权思象完设式色路记南品住告类求据程北边张该交规"
    "万取格望术领共确传师观清今切院让识候带导争运策闻办布智推型究研技息网企票创投服环境监督促"
    "深改革京"
)
_TRADITIONAL: Final = (
    "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之"
    "年過發後作裡用道行所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣"
    "理心本前開但因只從想實日軍者意無力與長把機十民第公此已工使情明性知全三又關點正業外將兩高"
    "間由問很最重並物手應戰向頭文體政美相見被利什二等產或新己制身果加西斯月話合回特代內信表化"
    "老給世位次度門任常先海通教兒原東聲提立及比員解水名真論處走義各入幾口認條平系氣題活更別打"
    "女變四總何電數安少報才結反受目太量再感建務做接必場件計管期市直德資命山金指許統區保至隊形"
    "社便空決治展馬科司五基書非則界達光放強難且權思象完設式色路記南品住告類求據程北邊張該交規"
    "萬取格望術領共確傳師觀清今切院讓識候帶導爭運策聞辦布智推型究研技息網企臺灣香港慧京稿"
)
_KOREAN: Final = (
    "이다의는을를가에고하한지정인공능책기사로서자대은도시어해리제부일아과보그나수전원주소상장"
    "구국조라스동만여적위성회계신년월안들경관오방중발개행할것했있며까요게으면되었습니합또등및"
    "치용생문화법업연교육산통세무민결당실진각체표물학차입출선내외미영추모분두후최금간권협강력"
    "설운터타드트크술뉴규획단호본명평복환양접질속식임품건비석울채"
)
# Signs and letters that all of them share, as wide as a character.
_SHARED: Final = "　、。・「」『』（）〈〉《》【】，．：；！？ー～％" + "".join(
    map(chr, range(0xFF10, 0xFF5B))
)
_KANA: Final = "".join(map(chr, (*range(0x3041, 0x3097), *range(0x30A1, 0x30FB))))
_HALF_WIDTH: Final = "".join(map(chr, range(0xFF61, 0xFFA0)))
# The first half of them, which lies where lower-case Cyrillic and Thai vowels do not.
_EARLY: Final = re.compile("[\uff66-\uff7f]")
_ASCII: Final = dict.fromkeys(range(0x80))


class _Language(NamedTuple):
    """What is written every day in an encoding, what is at least usual, and what no other writes.

    Each as a table that leaves it out of a text.
    """

    codec: str
    often: dict[int, int | None]
    usual: dict[int, int | None]
    sure: dict[int, int | None]


def east_asian(sample: bytes, *, least_kinds: int = 2) -> str:
    """Return the encoding in which most characters are everyday ones; empty when there is none.

    Usual ones count half. So many different ones must stand there that no other script writes.
    """
    shares = {language.codec: _share(sample, language, least_kinds) for language in _languages()}
    best = max(shares, key=shares.__getitem__)
    return best if shares[best] >= _LEAST_SHARE else ""


@cache
def _languages() -> tuple[_Language, ...]:
    # Standards put what is usual into rows of its own.
    level_one = _rows("euc_jp", range(0xB0, 0xD0))
    # Windows has quotation marks and dashes in most of the first bytes of Shift_JIS, not in these.
    no_marks = _rows("cp932", range(0x88, 0x91), range(0x40, 0xFD))
    return (
        _language("euc_jp", _JAPANESE + _KANA + _HALF_WIDTH, level_one, level_one),
        _language("cp932", _JAPANESE + _KANA, level_one + _HALF_WIDTH, no_marks),
        _language("gb18030", _SIMPLIFIED, _rows("gb18030", range(0xB0, 0xD8))),
        _language("big5hkscs", _TRADITIONAL),
        _language("cp949", _KOREAN, _rows("cp949", range(0xB0, 0xC9))),
    )


def _language(codec: str, often: str, usual: str = "", sure: str = "") -> _Language:
    often += _SHARED
    return _Language(codec, *(str.maketrans("", "", each) for each in (often, usual, often + sure)))


def _rows(codec: str, leads: range, trails: range = range(0xA1, 0xFF)) -> str:
    """Return the characters of these first and second bytes."""
    return "".join(bytes((a, b)).decode(codec, "ignore") for a in leads for b in trails)


def _share(sample: bytes, language: _Language, least_kinds: int) -> float:
    """Return which part of the foreign characters is written often, 0 where the bytes are none."""
    text = sample.decode(language.codec, "replace")
    # The sample may end inside a character.
    if "\ufffd" in text[:-2]:
        return 0.0
    foreign = text.translate(_ASCII)
    kinds = len(set(foreign)) - len(set(foreign.translate(language.sure)))
    rare = foreign.translate(language.often)
    if kinds < least_kinds and not (language.codec == "cp932" and _is_half_width(rare)):
        return 0.0
    rest = rare.translate(language.usual)
    return (len(foreign) - (len(rare) + len(rest)) / 2) / len(foreign)


def _is_half_width(text: str) -> bool:
    """Say whether half-width kana are meant as such, and no other script looks like them."""
    if len(text) < _LEAST_HALF_WIDTH or not set(text) <= set(_HALF_WIDTH):
        return False
    return len(_EARLY.findall(text)) >= _LEAST_EARLY * len(text)
