"""Bytes -> text: the one decoder of whatever a server sends."""

import codecs
import re
from collections.abc import Iterable, Iterator
from typing import Final

from charset_normalizer import from_bytes

from pipeline.errors import SourceError
from pipeline.model import Outcome

_HEAD: Final = 4_096
_SAMPLE: Final = 20_000
_REFUSED_ABOVE: Final = 0.02

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NULS: Final = (
    (re.compile(rb"[^\0]\0[^\0]\0"), "utf-16-le"),
    (re.compile(rb"\0[^\0]\0[^\0]"), "utf-16-be"),
)
_PROLOG: Final = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']\s*([\w.:-]{1,40})", re.I)
_META: Final = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.I)
_HEADER: Final = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.I)

# What a label means to browsers (WHATWG), under the name Python has for it. A label that is not
# here or matched by _PLAIN is not followed; utf-7 hides markup and is missing on purpose.
_SUPERSETS: Final = {
    "utf-8": "utf-8 utf8 unicode-1-1-utf-8 unicode",
    "utf-16-le": "utf-16 utf-16le ucs-2 iso-10646-ucs-2 utf16",
    "utf-16-be": "utf-16be",
    "cp932": "shift_jis shift-jis sjis x-sjis ms_kanji windows-31j ms932 csshiftjis cp932",
    "euc_jp": "euc-jp eucjp x-euc-jp cseucpkdfmtjapanese eucjp-ms eucjp-win cp51932",
    "iso2022_jp_ext": "iso-2022-jp csiso2022jp iso-2022-jp-1 iso-2022-jp-ms cp50220 cp50221",
    "gb18030": "gb2312 gbk gb_2312-80 gb_2312 chinese csgb2312 x-gbk cp936 euc-cn gb18030",
    "big5hkscs": "big5 big5-hkscs cn-big5 csbig5 x-x-big5 cp950",
    "cp949": "euc-kr ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 korean windows-949 cp949 uhc",
    "cp1252": "iso-8859-1 iso8859-1 iso_8859-1 latin1 latin-1 l1 ascii us-ascii ansi_x3.4-1968 "
    "windows-1252 x-cp1252 cp1252 cp819",
    "cp1254": "iso-8859-9 iso8859-9 latin5 windows-1254 cp1254",
    "cp874": "tis-620 iso-8859-11 windows-874 dos-874 cp874",
    "koi8_r": "koi8-r koi8 koi",
    "koi8_u": "koi8-u koi8-ru",
    "cp866": "ibm866 cp866 866",
}
_CODECS: Final = {label: codec for codec, labels in _SUPERSETS.items() for label in labels.split()}
_PLAIN: Final = re.compile(r"(?:windows-|cp|x-cp)(125[0-8])|iso[-_]?8859-(\d{1,2})")
_LIKELY: Final = ["utf_8", "cp932", "euc_jp", "gb18030", "big5", "cp949", "cp1252", "cp1251"]
_ESCAPES_JP: Final = re.compile(rb"\x1b\$[B@]|\x1b\(J")
# euc_jp maps these five as JIS X 0208 wrote them, browsers and cp932 as Windows does.
_AS_WINDOWS: Final = str.maketrans("〜‖−¢£¬", "～∥－￠￡￢")
_FOREIGN: Final = bytes(range(0x80, 0x100))
_FOREIGN_RUN: Final = re.compile(rb"[\x80-\xff]+")
_DAMAGE: Final = re.compile("[\ufffd\x80-\x84\x86-\x9f]")
_CONTROLS: Final = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def decode(
    content: bytes, *, content_type: str = "", configured: str = "", page: bool = False
) -> str:
    """Return the text of a document without its byte order mark.

    Believed in this order: the mark, the source's `encoding`, valid UTF-8, the XML prolog, the
    HTTP header, the page's own `meta` (for a page), and last a guess. What would be more than
    2 % damage raises SourceError, so that no mojibake is ever stored.
    """
    mark, marked = _mark(content)
    body = content[len(mark) :]
    labels = _labels(body, content_type, page=page)
    foreign = len(body) - len(body.translate(None, _FOREIGN))
    for codec in _candidates(body, marked, configured, labels):
        text = body.decode(codec, "nec" if codec == "euc_jp" else "replace")
        if _plausible(text, foreign, 0.3 if codec == "utf-8" else 0.1):
            return (text.translate(_AS_WINDOWS) if codec == "euc_jp" else text).lstrip("\ufeff")
    named = ", ".join(filter(None, (configured, *labels))) or "no encoding named"
    raise SourceError(
        Outcome.NOT_A_FEED,
        f"cannot be decoded ({named}): give the source its right 'encoding', if this is text",
    )


def _mark(content: bytes) -> tuple[bytes, str]:
    for mark, codec in _BOMS:
        if content.startswith(mark):
            return mark, codec
    for pattern, codec in _NULS:
        if pattern.match(content):
            return b"", codec
    return b"", ""


def _labels(body: bytes, content_type: str, *, page: bool) -> tuple[str, ...]:
    prolog = _PROLOG.match(body[:_HEAD])
    header = _HEADER.search(content_type)
    meta = _META.search(body[: 4 * _HEAD]) if page else None
    found = (prolog and prolog[1].decode("ascii", "replace"), header and header[1])
    return tuple(filter(None, (*found, meta and meta[1].decode("ascii", "replace"))))


def _candidates(body: bytes, marked: str, configured: str, labels: Iterable[str]) -> Iterator[str]:
    yield from filter(None, (marked, _codec(configured)))
    if _is_utf8(body):
        yield "utf-8"
    # Labels were read from single bytes, so this cannot be UTF-16, whatever they say.
    yield from (c for c in map(_codec, labels) if c and not c.startswith("utf-16"))
    if not _ESCAPES_JP.search(body):
        yield "utf-8"
    yield _guess(body)


def _codec(label: str) -> str:
    name = label.strip().lower()
    plain = _PLAIN.fullmatch(name)
    if name in _CODECS or not plain:
        return _CODECS.get(name, "")
    try:
        return codecs.lookup(f"cp{plain[1]}" if plain[1] else f"iso8859-{plain[2]}").name
    except LookupError:
        return ""


def _is_utf8(body: bytes) -> bool:
    # Other encodings do not come out as valid UTF-8 by chance; ISO-2022-JP is all ASCII.
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return not _ESCAPES_JP.search(body)


def _guess(body: bytes) -> str:
    if _ESCAPES_JP.search(body):
        return "iso2022_jp_ext"
    runs = _FOREIGN_RUN.findall(body[: 10 * _SAMPLE])
    if len(b"".join(runs)) < 1.3 * len(runs):
        # Accents stand alone; a script of its own comes in words.
        return "cp1252"
    sample = body[body.index(runs[0]) :][:_SAMPLE] if runs else body[:_SAMPLE]
    best = from_bytes(sample, cp_isolation=_LIKELY).best()
    return best.encoding if best else "cp1252"


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


codecs.register_error("nec", _nec_rows)
