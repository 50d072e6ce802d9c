"""Codes -> names, in each language in which a mail speaks: (English, Japanese)."""

from collections.abc import Mapping
from types import MappingProxyType

from pipeline.model import Field, Outcome, Tier, Type

Pair = tuple[str, str]

LANGUAGES: Mapping[str, Pair] = MappingProxyType(
    {
        "ar": ("Arabic", "アラビア語"),
        "bg": ("Bulgarian", "ブルガリア語"),
        "cs": ("Czech", "チェコ語"),
        "da": ("Danish", "デンマーク語"),
        "de": ("German", "ドイツ語"),
        "el": ("Greek", "ギリシャ語"),
        "en": ("English", "英語"),
        "es": ("Spanish", "スペイン語"),
        "et": ("Estonian", "エストニア語"),
        "fa": ("Persian", "ペルシャ語"),
        "fi": ("Finnish", "フィンランド語"),
        "fr": ("French", "フランス語"),
        "he": ("Hebrew", "ヘブライ語"),
        "hi": ("Hindi", "ヒンディー語"),
        "hr": ("Croatian", "クロアチア語"),
        "hu": ("Hungarian", "ハンガリー語"),
        "id": ("Indonesian", "インドネシア語"),
        "it": ("Italian", "イタリア語"),
        "ja": ("Japanese", "日本語"),
        "ko": ("Korean", "韓国語"),
        "lt": ("Lithuanian", "リトアニア語"),
        "lv": ("Latvian", "ラトビア語"),
        "nb": ("Norwegian", "ノルウェー語"),
        "nl": ("Dutch", "オランダ語"),
        "no": ("Norwegian", "ノルウェー語"),
        "pl": ("Polish", "ポーランド語"),
        "pt": ("Portuguese", "ポルトガル語"),
        "ro": ("Romanian", "ルーマニア語"),
        "ru": ("Russian", "ロシア語"),
        "sk": ("Slovak", "スロバキア語"),
        "sl": ("Slovenian", "スロベニア語"),
        "sv": ("Swedish", "スウェーデン語"),
        "th": ("Thai", "タイ語"),
        "tr": ("Turkish", "トルコ語"),
        "uk": ("Ukrainian", "ウクライナ語"),
        "vi": ("Vietnamese", "ベトナム語"),
        "zh": ("Chinese", "中国語"),
    }
)

JURISDICTIONS: Mapping[str, Pair] = MappingProxyType(
    {
        "AU": ("Australia", "オーストラリア"),
        "BR": ("Brazil", "ブラジル"),
        "CA": ("Canada", "カナダ"),
        "CH": ("Switzerland", "スイス"),
        "CN": ("China", "中国"),
        "DE": ("Germany", "ドイツ"),
        "ES": ("Spain", "スペイン"),
        "FR": ("France", "フランス"),
        "GB": ("United Kingdom", "英国"),
        "IN": ("India", "インド"),
        "INT": ("International", "国際機関"),
        "IT": ("Italy", "イタリア"),
        "JP": ("Japan", "日本"),
        "KR": ("South Korea", "韓国"),
        "NL": ("Netherlands", "オランダ"),
        "SG": ("Singapore", "シンガポール"),
        "TW": ("Taiwan", "台湾"),
        "UK": ("United Kingdom", "英国"),
        "UN": ("United Nations", "国連"),
        "US": ("United States", "米国"),
        "EU": ("EU", "EU"),
    }
)

TIERS: Mapping[Tier, Pair] = MappingProxyType(
    {
        Tier.OFFICIAL: ("Official", "公式"),
        Tier.RESEARCH: ("Research", "研究"),
        Tier.PRESS: ("Press", "報道"),
    }
)

TYPES: Mapping[Type, Pair] = MappingProxyType(
    {
        Type.LAW: ("Law", "法律"),
        Type.BILL: ("Bill", "法案"),
        Type.RULE: ("Rule", "規則"),
        Type.ORDER: ("Order", "命令"),
        Type.CONSULTATION: ("Consultation", "意見募集"),
        Type.GUIDANCE: ("Guidance", "指針"),
        Type.REPORT: ("Report", "報告書"),
        Type.SPEECH: ("Speech", "演説"),
        Type.STATISTICS: ("Statistics", "統計"),
    }
)
"""What is not named here says nothing that a reader does not see."""

FIELDS: Mapping[Field, Pair] = MappingProxyType(
    {
        Field.TITLE: ("title", "タイトル"),
        Field.SUMMARY: ("summary", "要約"),
        Field.BODY: ("body", "本文"),
    }
)

OUTCOMES: Mapping[Outcome, Pair] = MappingProxyType(
    {
        Outcome.EMPTY: ("it holds no items", "項目がありません"),
        Outcome.PARTLY_BROKEN: ("parts of it cannot be read", "一部を読み取れません"),
        Outcome.NOT_A_FEED: ("what it sends is no feed", "フィードではない内容が返されました"),
        Outcome.BLOCKED: ("it blocks us", "アクセスが遮断されています"),
        Outcome.TOO_BIG: ("too big", "大きすぎます"),
        Outcome.TOO_SLOW: ("too slow", "応答が遅すぎます"),
        Outcome.PARSE_LIMIT: ("too much to read", "量が多すぎて読み取れません"),
        Outcome.REFUSED_ADDRESS: ("its address is not public", "公開されたアドレスではありません"),
        Outcome.MOVED: ("it moved", "移転しました"),
        Outcome.GONE: ("it is gone for good", "恒久的に廃止されました"),
        Outcome.HTTP_ERROR: ("its server answers with an error", "サーバーがエラーを返しました"),
        Outcome.DNS: ("its name is not found", "ホスト名が見つかりません"),
        Outcome.TLS: ("its certificate is not valid", "証明書が有効ではありません"),
        Outcome.DISABLED: ("it is switched off", "停止中です"),
    }
)
