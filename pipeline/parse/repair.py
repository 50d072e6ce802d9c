"""Text that is nearly XML -> XML: what every reader understands anyway is mended without a word."""

import html
import re
from html.entities import html5
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from pipeline.parse.names import usual_namespace
from pipeline.text import without_no_characters

_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff\ufeff]")
# A CDATA section, a sign that opens no tag, or an ampersand with what it may introduce.
_SIGNS: Final = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|\]\]>|<(?![A-Za-z_/!?])|&(?:#(\d{1,7});|#[xX]([0-9a-fA-F]{1,6});|([A-Za-z_][\w.-]{0,31};))?",
    re.DOTALL,
)
_SINGLE: Final = frozenset({"&", "<", "]]>"})
_XML_ENTITIES: Final = frozenset({"amp;", "lt;", "gt;", "quot;", "apos;"})
# An entity that a document declares for itself: short and plain, so that none can grow.
_DECLARED: Final = re.compile(
    r"<!ENTITY\s+([A-Za-z_][\w.-]{0,30})\s+(?:\"([^\"%<]{0,64})\"|'([^'%<]{0,64})')\s*>"
)
_NESTED: Final = re.compile(r"&(?!#\w{1,8};)")
_MARKED: Final = re.compile(r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)", re.DOTALL)
_PREFIXED_TAG: Final = re.compile(r"</?([A-Za-z_][\w.-]{0,40}):[^<>]*")
_PREFIXED_ATTRIBUTE: Final = re.compile(r"\s([A-Za-z_][\w.-]{0,40}):[\w.-]{1,60}\s*=")
_DECLARATION: Final = re.compile(r"\sxmlns:([A-Za-z_][\w.-]{0,40})\s*=")
_NAMESPACE: Final = re.compile(r"(\sxmlns(?::[\w.-]{1,40})?\s*=\s*)\"([^\"<>]{1,300})\"")
_TAG: Final = re.compile(r"<[A-Za-z_][^<>]*>")
_ROOT_NAME: Final = re.compile(r"<[\w.:-]{1,100}")


def repaired(text: str, head: str = "") -> str:
    """Make XML of what is nearly XML: no control characters, no entity that XML lacks.

    `head` is what stood before the root; short entities that it declares are filled in.
    """
    own = _entities(head)

    def as_xml(match: re.Match[str]) -> str:
        decimal, hexadecimal, name = match.groups()
        if decimal or hexadecimal:
            # What is no character goes, 128 to 159 become what Windows means by them.
            return escape(_NOT_XML.sub("", html.unescape(without_no_characters(match[0]))))
        if name:
            known = name in _XML_ENTITIES
            return match[0] if known else escape(own.get(name) or html5.get(name, match[0]))
        return escape(match[0]) if match[0] in _SINGLE else match[0]

    return _SIGNS.sub(as_xml, _NOT_XML.sub("", text))


def with_namespaces(text: str) -> str:
    """Declare at the root every prefix that a document uses and forgot to declare.

    Blanks around the address of a namespace, which make it none, go.
    """
    text = _NAMESPACE.sub(lambda match: f'{match[1]}"{match[2].strip()}"', text)
    plain = _MARKED.sub("", text)
    declared = {"xml", "xmlns", *_DECLARATION.findall(plain)}
    used = {match[1]: None for match in _PREFIXED_TAG.finditer(plain)}
    for tag in _TAG.findall(plain):
        used.update(dict.fromkeys(_PREFIXED_ATTRIBUTE.findall(tag)))
    missing = [prefix for prefix in used if prefix not in declared]
    root = _ROOT_NAME.search(text)
    if not root or not missing:
        return text
    added = "".join(f" xmlns:{name}={quoteattr(usual_namespace(name))}" for name in missing)
    return text[: root.end()] + added + text[root.end() :]


def _entities(head: str) -> dict[str, str]:
    found = {f"{name};": one or two for name, one, two in _DECLARED.findall(head)}
    # The value of an entity is read like text; one that names others may grow, and is left alone.
    return {name: html.unescape(v) for name, v in found.items() if not _NESTED.search(v)}
