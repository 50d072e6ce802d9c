"""A text -> the language it is in, where that can be told, and an empty text where it cannot.

Scripts prove; among languages that share one, small words that every sentence has tell them apart.
"""

import re
from collections.abc import Iterable, Iterator, Set
from typing import Final

from pipeline.model import Source

_SAMPLE: Final = 4_000
# Fewer words, or fewer signs of one language, may be a name or a quotation.
_FEWEST_WORDS, _MORE_WORDS = 4, 8
_ENOUGH: Final = 2.0
_MARGIN: Final = 1.5
_LETTER_WEIGHT: Final = 1.0
_WORD_IN_ONE: Final = 3
# Where one character in so many is kana, a text in han is Japanese.
_KANA_IN_HAN: Final = 10

# The first is what a text without any letters falls to.
_SCRIPTS: Final = {
    "latin": re.compile("[a-zA-Z\u00c0-\u024f\u1e00-\u1eff]"),
    "kana": re.compile("[\u3041-\u3096\u30a1-\u30fa]"),
    "ko": re.compile("[\uac00-\ud7a3]"),
    "han": re.compile("[\u3400-\u9fff]"),
    "th": re.compile("[\u0e01-\u0e5b]"),
    "el": re.compile("[\u0370-\u03ff]"),
    "he": re.compile("[\u05d0-\u05ea]"),
    "arabic": re.compile("[\u0621-\u06d3]"),
    "hi": re.compile("[\u0904-\u0939]"),
    "bn": re.compile("[\u0985-\u09b9]"),
    "ta": re.compile("[\u0b85-\u0bb9]"),
    "cyrillic": re.compile("[\u0400-\u04ff]"),
}
_CHINESE_PLACES: Final = frozenset({"CN", "TW", "HK", "MO", "SG"})
# Forms that one of the two writes and the other does not.
_ONLY_CHINESE: Final = re.compile(
    "[们这为国际发说时会对过业务与进关实验应该联将导层战华东车电网让认证权规则训练处动态应规项严标书]"
)
_ONLY_JAPANESE: Final = re.compile("[発経済対応関検図総続労働戦込広実験権処価仏読売歩変応]")
_PERSIAN: Final = re.compile("[پچژگک]")

_WORDS: Final = {
    "en": "the of and to in for on with is are was by from that this be as at will has have its "
    "an or not new which their it about after over against",
    "fr": "le la les des du de et en une un pour dans sur est au aux par avec qui que ce cette "
    "sont plus ne pas son leurs ses leur entre",
    "de": "der die das und den dem des von zu für mit ist auf im ein eine einer eines nicht auch "
    "sich werden wird bei über nach zur zum aus wie",
    "es": "el la los las de del y en un una para por con que se su sus al es más como sobre entre "
    "este esta son ha no",
    "it": "il lo la i gli le di del della dei delle e in un una per con che si è al alla dal nel "
    "nella sono più come sul anche non",
    "pt": "o a os as de do da dos das e em um uma para por com que se no na nos nas ao à é mais "
    "como sobre são não foi pela pelo",
    "nl": "de het een van en in op voor met is dat die te zijn aan bij door wordt worden niet ook "
    "naar over uit heeft om als tot",
    "sv": "och att det som en ett av på för med är den till inte om har från ska kan vid de "
    "också efter mellan hur även genom enligt när nya",
    "da": "og at det som en et af på for med er den til ikke om har fra skal kan ved de også efter "
    "mellem blev bliver",
    "nb": "og å at det som en et av på for med er den til ikke om har fra skal kan ved de også "
    "etter mellom ble blir",
    "fi": "ja on ei että se ovat oli myös tai sekä kun joka jotka mukaan kanssa uusi ole voi "
    "mutta sen tämä",
    "et": "ja on ei et see oma ka mis kui või aga ning selle kes siis oli tema mida",
    "pl": "i w na z do się że nie jest o dla przez po od oraz jak za co są który która ma lub przy",
    "cs": "a v na se že je s o z do pro k i které který jako by po od není jsou při nebo podle",
    "sk": "a v na sa že je s o z do pre k aj ktoré ktorý ako by po od nie sú pri alebo podľa",
    "hu": "a az és hogy nem is egy ez meg van volt csak de már vagy mint szerint által ki el "
    "között után",
    "ro": "și în de la cu pe un o să din pentru că este sunt mai ale care nu prin al a fost sau",
    "tr": "ve bir bu için ile de da olarak olan daha en çok gibi sonra kadar yeni ise her göre "
    "ancak",
    "id": "dan yang di untuk dengan dari pada ini itu dalam akan tidak oleh ke sebagai adalah "
    "juga telah atau",
    "vi": "và của các là cho có trong được với không một những về này đã để từ khi người",
    "lt": "ir kad į su iš yra tai bei dėl ne buvo bus kaip nuo apie per šio gali",
    "lv": "un ka ir par no ar uz kas tiek lai arī vai nav bija gan pēc",
    "ru": "и в не на что с по как из это к для от о за его при также или был является был все "
    "до который которые также будет том этого своей эти",
    "uk": "і в не на що з до як та для від про за це у є його при також або був які який під",
    "bg": "и в не на че за с от да се по при като до е са ще или към които който това как "
    "която между чрез има са през",
    "sr": "и у је на да се за са од не о као су који које или из по ће то",
}
# Letters that no other of these languages has.
_LETTERS: Final = {
    "de": "ß",
    "es": "ñ¿",
    "pt": "ãõ",
    "pl": "łąęśźż",
    "cs": "řůě",
    "sk": "ľĺŕ",
    "hu": "őű",
    "ro": "țășţ",
    "tr": "ğış",
    "vi": "ơưđạảấầẩẫậắằẳẵặẹẻẽếềểễệ",
    "lt": "ėųį",
    "lv": "ļķņģī",
    "uk": "їєґ",
    "ru": "ыэё",
    "sr": "ђћџљњј",
}
_CYRILLIC: Final = frozenset({"ru", "uk", "bg", "sr"})
_WORD: Final = re.compile(r"[^\W\d_]+")


def _languages_by_word() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for language, words in _WORDS.items():
        for word in dict.fromkeys(words.split()):
            found[word] = (*found.get(word, ()), language)
    return found


_BY_WORD: Final = _languages_by_word()
_BY_LETTER: Final = {letter: name for name, letters in _LETTERS.items() for letter in letters}


def language_of(source: Source, text: str, named: str = "") -> str:
    """Return the main subtag of the language of a text that a source gave.

    A source of one language has that one. Of several, only those are thought of where words
    decide. The first line is the title. `named` is what the document says: it decides between
    Chinese and Japanese without kana, and only a longer text contradicts it. Empty for what is
    too short, or too much like two languages, to tell.
    """
    if source.language:
        return main_subtag(source.language)
    sample = text[:_SAMPLE]
    script = _script(sample)
    spoken = [main_subtag(language) for language in source.languages]
    if script == "han":
        return _chinese_or_japanese(sample, [named, *spoken], source.jurisdiction)
    if script in ("latin", "cyrillic"):
        thought_of = _CYRILLIC if script == "cyrillic" else _WORDS.keys() - _CYRILLIC
        if spoken:
            thought_of &= frozenset(spoken)
        return _by_words(sample, thought_of, fewest=_MORE_WORDS if named else _FEWEST_WORDS)
    if script == "arabic":
        return "fa" if _PERSIAN.search(sample) else "ar"
    return "ja" if script == "kana" else script


def main_subtag(tag: str) -> str:
    """Return the part of a language tag that names the language, in lower case."""
    return re.split("[-_]", tag.lower())[0][:8]


def _script(text: str) -> str:
    """Return the script of a text; kana and hangul in a title outweigh all other letters."""
    title = text.partition("\n")[0]
    for name in ("kana", "ko"):
        if _SCRIPTS[name].search(title):
            return name
    counts = {name: len(letters.findall(text)) for name, letters in _SCRIPTS.items()}
    # One character of these is a word of others, and Japanese is written in two.
    weights = {name: _WORD_IN_ONE if name in ("kana", "ko", "han") else 1 for name in counts}
    script = max(counts, key=lambda name: counts[name] * weights[name])
    mixed = counts["kana"] * _KANA_IN_HAN > counts["han"]
    return "kana" if script == "han" and mixed else script


def _chinese_or_japanese(text: str, spoken: list[str], jurisdiction: str) -> str:
    likely = [language for language in ("ja", "zh") if language in spoken]
    if len(likely) == 1:
        return likely[0]
    chinese, japanese = len(_ONLY_CHINESE.findall(text)), len(_ONLY_JAPANESE.findall(text))
    if chinese != japanese:
        return "zh" if chinese > japanese else "ja"
    if jurisdiction == "JP":
        return "ja"
    return "zh" if jurisdiction in _CHINESE_PLACES else ""


def _by_words(text: str, thought_of: Set[str], fewest: int) -> str:
    words = _WORD.findall(text.lower())  # casefold has no ß
    if len(set(words)) < fewest:
        return ""
    scores = dict.fromkeys(thought_of, 0.0)
    for language, weight in _signs(words, thought_of):
        scores[language] += weight
    # By name, too, so that no order of a set decides.
    ranked = sorted((-score, language) for language, score in scores.items())
    (score, best), (next_score, _) = (*ranked, (0.0, ""), (0.0, ""))[:2]
    return best if -score >= _ENOUGH and score <= _MARGIN * next_score else ""


def _signs(words: Iterable[str], thought_of: Set[str]) -> Iterator[tuple[str, float]]:
    """Yield what speaks for a language; what speaks for many speaks less."""
    letters = set[str]()
    for word in words:
        letters.update(word)
        languages = [name for name in _BY_WORD.get(word, ()) if name in thought_of]
        for language in languages:
            yield language, 1 / len(languages)
    for letter in sorted(letters & _BY_LETTER.keys()):
        if _BY_LETTER[letter] in thought_of:
            yield _BY_LETTER[letter], _LETTER_WEIGHT
