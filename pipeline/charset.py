"""Bytes -> text: the one decoder of whatever a server sends."""

import codecs
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from charset_normalizer import from_bytes

from pipeline.errors import SourceError
from pipeline.model import Outcome
from pipeline.unlabelled import east_asian

_HEAD: Final = 4_096
_SAMPLE: Final = 20_000
# More than so many characters are no damage but another encoding, and mending them takes its time.
_MENDED: Final = 20_000
_KANA_SAMPLE: Final = 4_000
_REFUSED_ABOVE: Final = 0.02
# Three apostrophes may read as kanji by chance, but not as everyday ones, each another.
_NOT_BY_CHANCE: Final = 3
_JAPANESE_ABOVE: Final = 0.12

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NULS: Final = (
    (re.compile(rb"[^\0]\0\0\0"), "utf-32-le"),
    (re.compile(rb"\0\0\0[^\0]"), "utf-32-be"),
    (re.compile(rb"[^\0]\0[^\0]\0"), "utf-16-le"),
    (re.compile(rb"\0[^\0]\0[^\0]"), "utf-16-be"),
)
# `<?xm` as mainframes write it; which of their code pages it is stands in the prolog.
_EBCDIC: Final = b"\x4c\x6f\xa7\x94"
_PROLOG: Final = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']\s*([\w.:-]{1,40})", re.I)
_META: Final = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.I)
_HEADER: Final = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.I)

# What a label means to browsers (WHATWG), under the name Python has for it. Other labels mean what
# Python takes them for.
_SUPERSETS: Final = {
    "utf-8": "utf-8 utf8 unicode-1-1-utf-8 unicode x-unicode20utf8",
    "utf-16-le": "utf-16 utf-16le ucs-2 iso-10646-ucs-2 utf16",
    "utf-16-be": "utf-16be",
    "cp932": "shift_jis shift-jis sjis x-sjis ms_kanji windows-31j ms932 csshiftjis cp932 cp943",
    "euc_jp": "euc-jp eucjp x-euc-jp cseucpkdfmtjapanese eucjp-ms eucjp-win cp51932 ujis",
    "iso2022_jp": "iso-2022-jp csiso2022jp iso-2022-jp-1 iso-2022-jp-2 iso-2022-jp-3 "
    "jis iso2022-jp iso2022-jp-ext iso-2022-jp-ms cp50220 cp50221 cp50222",
    "gb18030": "gb2312 gbk gb_2312-80 gb_2312 chinese csgb2312 x-gbk cp936 euc-cn gb18030 "
    "csiso58gb231280 iso-ir-58 windows-936 ms936",
    "big5hkscs": "big5 big5-hkscs cn-big5 csbig5 x-x-big5 cp950",
    "cp949": "euc-kr ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 korean windows-949 cp949 uhc "
    "cseuckr csksc56011987 iso-ir-149",
    "cp1252": "iso-8859-1 iso8859-1 iso_8859-1 latin1 latin-1 l1 ascii us-ascii ansi_x3.4-1968 "
    "windows-1252 x-cp1252 cp1252 cp819 ibm819 iso_8859-1:1987 csisolatin1 iso-ir-100",
    "cp1254": "iso-8859-9 iso8859-9 latin5 l5 windows-1254 cp1254 csisolatin5 iso-ir-148",
    "cp874": "tis-620 iso-8859-11 windows-874 dos-874 cp874",
    "koi8_r": "koi8-r koi8 koi cskoi8r",
    "koi8_u": "koi8-u koi8-ru",
    "cp866": "ibm866 cp866 866 csibm866",
    "mac_roman": "macintosh mac x-mac-roman csmacintosh",
    "mac_cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "iso8859_8": "iso-8859-8-i logical visual iso-8859-8-e",
}
_CODECS: Final = {label: codec for codec, labels in _SUPERSETS.items() for label in labels.split()}
_PLAIN: Final = re.compile(
    r"(?:windows|cp|x-cp|ibm|x-ibm|csibm|dos)?[-_]?(\d{3,4})|(?:cs)?iso[-_]?8859[-_]?(\d{1,2})"
)
# What Python takes for encodings of text, and no document is written in; utf-7 hides markup.
_NO_TEXT: Final = frozenset(
    {"utf-7", "idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"}
)
_LIKELY: Final = (
    "utf_8 cp932 euc_jp gb18030 big5 cp949 cp1252 cp1251 koi8_r iso8859_5 cp1250 cp1253 cp1254"
    " cp1255 cp1256 cp874"
)
_ESCAPES_JP: Final = re.compile(rb"\x1b(?:\$[B@]|\$\([DOPQ]|\([JI])")
# How ISO-2022-JP says which set follows, and the lead byte that EUC-JP has for it.
_SETS_JP: Final = re.compile(rb"\x1b(\$[B@]|\$\([DOPQ]|\(I|\([BJH])")
_LEADS_JP: Final = dict.fromkeys((b"$B", b"$@", b"$(O", b"$(Q"), b"") | {
    b"$(D": b"\x8f",
    b"$(P": b"\x8f",
    b"(I": b"\x8e",
}
# Others that write in seven bits, and are believed where a label names them and this stands there.
_SEVEN_BITS: Final = {"iso2022-kr": b"\x1b$)C", "hz": b"~{"}
# euc_jp maps these five as JIS X 0208 wrote them, browsers and cp932 as Windows does.
_AS_WINDOWS: Final = str.maketrans("〜‖−¢£¬", "～∥－￠￡￢")
_ASCII: Final = bytes(range(0x80))
_FOREIGN: Final = bytes(range(0x80, 0x100))
_FOREIGN_RUN: Final = re.compile(rb"[\x80-\xff]+")
_FOREIGN_TEXT: Final = re.compile(rb"[^<>\x80-\xff]{0,40}[\x80-\xff][^<>]{0,2000}")
# UTF-16 written as if it were UTF-8, as Java does, and controls where Windows has its signs.
_HALVES: Final = re.compile(rb"(?:\xed[\xa0-\xbf][\x80-\xbf])+")
_LONE_SIGN: Final = re.compile(
    r"(?<![^\x00-\x7f])[\x80\x82-\x84\x86-\x8c\x8e\x91-\x9c\x9e\x9f](?![^\x00-\x7f])"
)
_DAMAGE: Final = re.compile("[\ufffd\x80-\x84\x86-\x9f]")
_CONTROLS: Final = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_KANA: Final = re.compile("[\u3041-\u3096\u30a1-\u30fa\u30fc]")
_HALF_WIDTH: Final = re.compile("[\uff61-\uff9f\ue000-\uf8ff]")
_ERRORS: Final = {"euc_jp": "nec", "utf-8": "stray"}


def decode(
    content: bytes, *, content_type: str = "", configured: str = "", page: bool = False
) -> str:
    """Return the text of a document without its byte order mark.

    Believed in this order: the mark, the source's `encoding`, valid UTF-8, the XML prolog, the
    HTTP header, the page's own `meta` (for a page), and last a guess. What would be more than
    2 % damage raises SourceError, so that no mojibake is ever stored.
    """
    mark, marked = _mark(content)
    body = _with_whole_characters(content[len(mark) :])
    labels = _labels(body, content_type, page=page)
    foreign = len(body) - len(body.translate(None, _FOREIGN))
    for codec in _candidates(body, marked, configured, labels):
        # Files that are written in blocks end in what is left of the last one.
        text = _text(body, codec).rstrip("\0")
        if _plausible(text, foreign, 0.3 if codec == "utf-8" else 0.1):
            return text.lstrip("\ufeff")
    named = ", ".join(filter(None, (configured, *labels))) or "no encoding named"
    raise SourceError(
        Outcome.NOT_A_FEED,
        f"cannot be decoded ({named}): give the source its right 'encoding', if this is text",
    )


def is_encoding(label: str) -> bool:
    """Say whether a label names an encoding that we follow."""
    return bool(_codec(label))


def _mark(content: bytes) -> tuple[bytes, str]:
    for mark, codec in _BOMS:
        if content.startswith(mark):
            return mark, codec
    for pattern, codec in _NULS:
        if pattern.match(content):
            return b"", codec
    if content.startswith(_EBCDIC):
        prolog = _PROLOG.match(content[:_HEAD].decode("cp037").encode("ascii", "replace"))
        codec = _codec(prolog[1].decode("ascii"), ascii_like=False) if prolog else ""
        return b"", codec or "cp037"
    return b"", ""


def _with_whole_characters(body: bytes) -> bytes:
    """Join the halves of characters in what is UTF-8 but for them, and drop those left alone."""
    if not _HALVES.search(body):
        return body
    joined = _HALVES.sub(_joined, body)
    return joined if _is_utf8(joined) else body


def _joined(halves: re.Match[bytes]) -> bytes:
    text = halves[0].decode("utf-8", "surrogatepass")
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore").encode()


def _labels(body: bytes, content_type: str, *, page: bool) -> tuple[str, ...]:
    prolog = _PROLOG.match(body[:_HEAD])
    header = _HEADER.search(content_type)
    meta = _META.search(body[: 4 * _HEAD]) if page else None
    found = (prolog and prolog[1].decode("ascii", "replace"), header and header[1])
    return tuple(filter(None, (*found, meta and meta[1].decode("ascii", "replace"))))


def _candidates(body: bytes, marked: str, configured: str, labels: Iterable[str]) -> Iterator[str]:
    yield from filter(None, (marked, _codec(configured)))
    if body.isascii():
        yield from _seven_bits(body, labels)
    if _is_utf8(body):
        yield "utf-8"
        # Whatever is wrong with it, another encoding would only hide it.
        return
    if _nearly_utf8(body):
        yield "utf-8"
    # Bytes that read as Japanese with its kana cannot read so by chance, whatever a label says.
    yield from filter(None, (_japanese(body),))
    # Labels were read from single bytes, so this cannot be UTF-16, whatever they say.
    for codec in filter(None, map(_codec, labels)):
        if codec == "cp1252":
            # What servers say of everything, whatever it is.
            yield from filter(None, (east_asian(_texts(body), least_kinds=_NOT_BY_CHANCE),))
        if not codec.startswith("utf-16"):
            yield codec
    yield from filter(None, (east_asian(_texts(body)),))
    yield "utf-8"
    yield _guess(body)


def _seven_bits(body: bytes, labels: Iterable[str]) -> Iterator[str]:
    if _ESCAPES_JP.search(body):
        yield "iso2022_jp"
    for codec in map(_codec, labels):
        if codec in _SEVEN_BITS and _SEVEN_BITS[codec] in body:
            yield codec


def _text(body: bytes, codec: str) -> str:
    if codec == "iso2022_jp":
        body, codec = _as_euc(body), "euc_jp"
    text = body.decode(codec, "replace")
    if codec in _ERRORS and 0 < text.count("\ufffd") <= _MENDED:
        text = body.decode(codec, _ERRORS[codec])
    if codec == "utf-8":
        return _LONE_SIGN.sub(lambda found: found[0].encode("latin-1").decode("cp1252"), text)
    if codec == "euc_jp":
        return text.translate(_AS_WINDOWS)
    # The new line of mainframes is none to XML.
    return text if _is_ascii_like(codec) else text.replace("\x85", "\n")


def _as_euc(body: bytes) -> bytes:
    """Return ISO-2022-JP as EUC-JP, which we read with the characters of NEC and IBM."""
    start, *rest = _SETS_JP.split(body)
    pieces = [start]
    for name, run in zip(rest[::2], rest[1::2], strict=True):
        lead = _LEADS_JP.get(name)
        pieces.append(run if lead is None else _shifted(run, lead, 1 if name == b"(I" else 2))
    return b"".join(pieces)


def _shifted(run: bytes, lead: bytes, width: int) -> bytes:
    characters = []
    position = 0
    while position < len(run):
        # Line breaks and spaces may stand between the characters of any set.
        plain = run[position] <= 0x20
        step = 1 if plain else width
        piece = run[position : position + step]
        characters.append(piece if plain else lead + bytes(b | 0x80 for b in piece))
        position += step
    return b"".join(characters)


@lru_cache(maxsize=256)
def _codec(label: str, *, ascii_like: bool = True) -> str:
    """Return Python's name for what a label means; empty for what we do not follow."""
    name = label.strip().lower()
    spellings = name, name.removeprefix("x-"), re.sub(r"[^a-z0-9]+", "_", name), _numbered(name)
    for spelling in filter(None, spellings):
        try:
            found = codecs.lookup(_CODECS.get(spelling, spelling)).name.replace("_", "-")
            usable = _is_ascii_like(found) or not ascii_like
        except (LookupError, ValueError):
            continue
        if found in _NO_TEXT or not usable:
            return ""
        # Python's own names for what browsers read as something wider: latin_1, say.
        return _CODECS.get(found, found)
    return ""


def _numbered(name: str) -> str:
    match = _PLAIN.fullmatch(name)
    if not match:
        return ""
    return f"cp{match[1]}" if match[1] else f"iso8859-{match[2]}"


@lru_cache(maxsize=256)
def _is_ascii_like(codec: str) -> bool:
    wide = codec.startswith(("utf-16", "utf-32"))
    return wide or b"<?xml a=1".decode(codec, "replace") == "<?xml a=1"


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _nearly_utf8(body: bytes) -> bool:
    """Say whether bytes are UTF-8, but for a torn character here and there."""
    text = body.decode(errors="replace")
    return text.count("\ufffd") * 20 < _foreign(text)


def _japanese(body: bytes) -> str:
    """Return the encoding in which bytes are Japanese with kana; empty when they are not."""
    sample = body.lstrip(_ASCII)[:_KANA_SAMPLE]
    # In this order: cp932 reads EUC-JP as half-width katakana, which counts against it.
    likely = (c for c in ("cp932", "euc_jp") if _kana_share(sample, c) > _JAPANESE_ABOVE)
    return next(likely, "")


def _kana_share(sample: bytes, codec: str) -> float:
    text = sample.decode(codec, _ERRORS.get(codec, "replace"))
    kana, half_width = len(_KANA.findall(text)), len(_HALF_WIDTH.findall(text))
    # Two, because the end of the sample may be half a character.
    damage = max(0, text.count("\ufffd") - 2)
    return (kana - half_width - 20 * damage) / _foreign(text) if kana > 2 else 0.0


def _foreign(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))


def _guess(body: bytes) -> str:
    runs = _FOREIGN_RUN.findall(body[: 10 * _SAMPLE])
    if len(b"".join(runs)) < 1.3 * len(runs):
        # Accents stand alone; a script of its own comes in words.
        return "cp1252"
    best = from_bytes(_texts(body), cp_isolation=_LIKELY.split()).best()
    return best.encoding if best else "cp1252"


def _texts(body: bytes) -> bytes:
    """Return a sample of what is foreign, without markup, which is English in every language."""
    return b"".join(text + b". " for text in _FOREIGN_TEXT.findall(body[: 10 * _SAMPLE]))[:_SAMPLE]


def _plausible(text: str, foreign: int, wrong_label_above: float) -> bool:
    damage = len(_DAMAGE.findall(text))
    everything = damage + len(_CONTROLS.findall(text))
    return damage <= wrong_label_above * foreign and everything <= _REFUSED_ABOVE * len(text)


def _nec_rows(error: UnicodeError) -> tuple[str, int]:
    """Read the characters of NEC and IBM (①, ㈱, 髙) that euc_jp lacks, as cp932 has them."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    pair = error.object[error.start : error.start + 2]
    if len(pair) < 2 or min(pair) < 0xA1:
        return "\ufffd", error.start + 1
    row, cell = pair[0] - 0xA1, pair[1] - 0xA1
    lead = row // 2 + (0x81 if row < 62 else 0xC1)
    trail = cell + 0x9F if row % 2 else cell + 0x40 + (cell >= 63)
    return bytes((lead, trail)).decode("cp932", "replace")[:1], error.start + 2


def _stray(error: UnicodeError) -> tuple[str, int]:
    """Read a single byte between ASCII as Windows does: an apostrophe pasted into UTF-8."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    start, end = error.start, error.end
    around = error.object[max(0, start - 1) : start] + error.object[end : end + 1]
    if end - start == 1 and around.isascii():
        return error.object[start:end].decode("cp1252", "replace"), end
    return "\ufffd", end


codecs.register_error("nec", _nec_rows)
codecs.register_error("stray", _stray)
