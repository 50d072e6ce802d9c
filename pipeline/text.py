"""Foreign text -> text that is safe to store, compare and print."""

import html
import re
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from html.entities import html5
from typing import Final

from lxml import etree

MARKUP_LIMIT: Final = 1_000_000
"""Code points of one markup that are read; what follows is never shown."""

# Line breaks of every kind; a tab or a form feed is only a space.
_BREAKS: Final = re.compile("\r\n|[\r\v\x85\u2028\u2029]")
_UNSAFE: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f"  # C0 and C1 controls
    "\ud800-\udfff"  # lone surrogates: UTF-8 cannot say them
    "\u202a-\u202e\u2066-\u2069"  # embeddings that turn a line around
    "\u200b\u2060\ufeff"  # no width, no meaning; U+200D joins emoji and stays
    "\ufdd0-\ufdef\ufffe\uffff]"
)
_SPACES: Final = re.compile("[^\\S\n\u3000]+")
# The wide space of Japanese headlines is a separator of its own and stays as it is.
_WIDE_SPACES: Final = re.compile(" ?\u3000[ \u3000]*")
_LINES: Final = re.compile("[ \u3000]*\n\\s*")
# No letter wears more (UAX #15, stream-safe text), and normalising a longer run is quadratic.
_MARKS: Final = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u1ab0-\u1aff"
    "\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f"
)
_PILED_MARKS: Final = re.compile(f"([{_MARKS}]{{30}})[{_MARKS}]+")
_HTML_SPACES: Final = re.compile("[ \t\r\n\f]+")
_PARAGRAPHS: Final = re.compile(r"\n\s*\n\s*")

# What no text has on purpose, and every text that was encoded twice.
_DOUBLED: Final = re.compile("[\xc3\xc2\xe2\xe3][\x80-\xbf\u0152-\u2122]|[\x80-\x9f]")
_WINDOWS: Final = {
    ord(character): byte
    for byte in range(0x80, 0xA0)
    if (character := bytes([byte]).decode("cp1252", "ignore"))
}
_TAG: Final = re.compile(r"<[a-zA-Z!/?]")
_CDATA: Final = "<![CDATA["
_NUMBER: Final = re.compile("&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")
_MOST_DIGITS: Final = 8
_SURROGATES: Final = range(0xD800, 0xE000)
_TAG_NAMES: Final = re.compile(r"</?([A-Za-z]\w{0,20})")
_ENTITY_NAMES: Final = re.compile(r"&(\w{2,31};)")
_CLOSED: Final = re.compile(r"</[A-Za-z][A-Za-z0-9]{0,15}\s*>|&(?:#\w{1,8}|\w{2,31});")
# Enough to tell markup that was escaped twice from a text that speaks of <b>.
_STILL_MARKUP: Final = re.compile(
    r"</[a-zA-Z][a-zA-Z0-9]{0,10}\s*>|<(?:br|p|div|a|img|span|li)(?=[\s/>])[^<]{0,2000}>"
    r"|&(?:amp|lt|gt|quot|nbsp|#\d{2,6}|#[xX][0-9a-fA-F]{2,6});"
)
_SILENT: Final = frozenset(
    {"script", "style", "template", "noscript", "iframe", "object", "svg", "head"}
)
_BLOCKS: Final = frozenset(
    {"address", "article", "aside", "blockquote", "br", "caption", "dd", "details", "div", "dl"}
    | {"dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "li", "main"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "nav", "ol", "option", "p", "pre", "section"}
    | {"summary", "table", "td", "tfoot", "th", "thead", "tr", "ul"}
)

# What HTML has between its brackets in running text; `<title>` and `<T>` are mostly meant as such.
_KNOWN_TAGS: Final = frozenset(
    {"a", "abbr", "acronym", "address", "area", "article", "aside", "audio", "b", "big"}
    | {"blockquote", "br", "button", "canvas", "caption", "center", "cite", "code", "col"}
    | {"colgroup", "dd", "del", "details", "dfn", "dir", "div", "dl", "dt", "em", "fieldset"}
    | {"figcaption", "figure", "font", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6"}
    | {"header", "hr", "i", "iframe", "img", "input", "ins", "kbd", "label", "legend", "li"}
    | {"main", "map", "mark", "menu", "nav", "nobr", "ol", "optgroup", "option", "p"}
    | {"picture", "pre", "q", "rp", "rt", "ruby", "s", "samp", "section", "select", "small"}
    | {"source", "span", "strike", "strong", "sub", "summary", "sup", "table", "tbody", "td"}
    | {"textarea", "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul", "var", "video", "wbr"}
)
_SCRIPTED: Final = frozenset(
    {"script", "style", "noscript", "object", "embed", "svg", "body", "html"}
)


def clean_text(text: str) -> str:
    """Return text without what could hurt a database, a terminal or a reader's eye.

    White space is one space, or one line feed where the text had line breaks. Compatibility
    forms (full-width letters, ①) stay as they were written.
    """
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    plain = _UNSAFE.sub("", _BREAKS.sub("\n", text))
    spaced = _WIDE_SPACES.sub("\u3000", _SPACES.sub(" ", _PILED_MARKS.sub(r"\1", plain)))
    return unicodedata.normalize("NFC", _LINES.sub("\n", spaced)).strip()


def one_line(text: str) -> str:
    """Return cleaned text on one line."""
    return clean_text(text).replace("\n", " ")


def html_to_text(markup: str) -> str:
    """Return what a reader sees of some HTML: one line a block, nothing of scripts and styles.

    Markup that was escaped twice is read twice.
    """
    text = _visible(_undoubled(markup[:MARKUP_LIMIT]))
    return clean_text(_visible(text) if _is_still_markup(text) else text)


def looks_like_html(text: str) -> bool:
    """Say whether a text that is called plain is HTML: it closes a tag, and all tags are HTML's."""
    return (
        bool(_CLOSED.search(text))
        and all(name.lower() in _KNOWN_TAGS for name in _TAG_NAMES.findall(text))
        and all(name in html5 for name in _ENTITY_NAMES.findall(text))
    )


def excerpt(text: str, limit: int) -> str:
    """Return the beginning of a text on one line, at most `limit` code points with the ellipsis."""
    line = one_line(text[: 4 * limit])
    if len(line) <= limit:
        return line
    start = line[: limit - 1]
    word_end = start.rfind(" ")
    # Scripts without spaces are cut anywhere; others where at least half of the room is used.
    kept = start[:word_end] if word_end > limit // 2 else start
    return kept.rstrip(" ,;:、") + "…"


def _is_still_markup(text: str) -> bool:
    if _CDATA in text:
        return True
    if not _STILL_MARKUP.search(text):
        return False
    names = {name.lower() for name in _TAG_NAMES.findall(text)}
    return names <= _KNOWN_TAGS | _SCRIPTED


def without_no_characters(text: str) -> str:
    """Leave out references by number to what is no character, as such characters are left out.

    HTML would show U+FFFD, which looks like damage of ours, and keeps a word from being found.
    """
    return _NUMBER.sub(_character, text) if "&#" in text else text


def _character(reference: re.Match[str]) -> str:
    digits = (reference[1] or reference[2]).lstrip("0")
    # Python refuses to read a number of thousands of digits, and no character has nine.
    if not digits or len(digits) > _MOST_DIGITS:
        return ""
    number = int(digits, 16 if reference[1] else 10)
    return "" if number > sys.maxunicode or number in _SURROGATES else reference[0]


def _undoubled(text: str) -> str:
    """Undo what made `Ã©` of `é`: UTF-8 taken for a Windows encoding and encoded once more."""
    if text.isascii() or not _DOUBLED.search(text):
        return text
    with suppress(UnicodeError):
        return text.translate(_WINDOWS).encode("latin-1").decode()
    return text


def _visible(markup: str) -> str:
    markup = without_no_characters(markup)
    if _CDATA in markup:
        # A section that was escaped with what it holds; to HTML it would be a comment.
        markup = markup.replace(_CDATA, "").replace("]]>", "")
    if not _TAG.search(markup):
        return _paragraphs(html.unescape(markup) if "&" in markup else markup)
    # Bytes, because lxml refuses a str that declares an encoding. Beautiful Soup would do, at ten
    # times the price, and this runs for every text of every item.
    content = _UNSAFE.sub("", markup).encode()
    root = etree.fromstring(content, etree.HTMLParser(encoding="utf-8"))
    if root is None:
        return ""
    # Line feeds of the source are spaces; NUL, which no text can hold here, marks the blocks.
    return _HTML_SPACES.sub(" ", "".join(_pieces(root))).replace("\x00", "\n")


def _paragraphs(text: str) -> str:
    # In HTML a line feed is a space; where there are no tags, an empty line parts paragraphs.
    parts = _PARAGRAPHS.split(_BREAKS.sub("\n", text))
    return "\n".join(part.replace("\n", " ") for part in parts)


def _pieces(root: etree._Element) -> Iterator[str]:
    walker = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, node in walker:
        if event in ("comment", "pi"):
            yield node.tail or ""
            continue
        edge = "\x00" if node.tag in _BLOCKS else ""
        if event == "end":
            yield edge + (node.tail or "")
        elif node.tag in _SILENT:
            walker.skip_subtree()
        else:
            yield edge + (node.text or "")
