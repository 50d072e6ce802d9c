"""What an element of a feed holds -> a text as HTML, whichever of their many ways it is written."""

import base64
from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import escape

from lxml import etree

from pipeline.text import looks_like_html

_HTML: Final = frozenset({"html", "text/html", "text/x-html"})
_PLAIN: Final = frozenset({"text", "text/plain", "plain"})
_XML: Final = frozenset({"xhtml", "application/xhtml+xml", "text/xml", "application/xml", "xml"})


def markup(element: etree._Element, *, default: str, guess: bool) -> str:
    """Return what an element says as HTML; `default` is its type where it names none.

    With `guess`, what is called plain is taken for HTML when it is plainly written as such.
    """
    written = (element.get("type") or default).lower().partition(";")[0].strip()
    if len(element) and any(isinstance(child.tag, str) for child in element):
        return "".join(_inside(element))
    text = str(element.xpath("string()")) if len(element) else element.text or ""
    if element.get("mode") == "base64" or not _is_text(written):
        text = _from_base64(text)
    if written in _HTML or (guess and written not in _XML and looks_like_html(text)):
        return text.strip()
    return plain(text).strip()


def plain(text: str) -> str:
    """Return a plain text as HTML: its `<` is only a character."""
    return text.replace("<", "&lt;")


def _is_text(written: str) -> bool:
    known = written in _HTML or written in _PLAIN or written in _XML
    return known or written.startswith("text/") or written.endswith(("+xml", "/xml"))


def _from_base64(text: str) -> str:
    """Return the text inside base64; what is no base64 stays as it stands, an image is no text."""
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode()
    except UnicodeDecodeError:
        return ""
    except ValueError:
        return text


def _inside(element: etree._Element) -> Iterator[str]:
    """Write the content of an element as HTML, without prefixes and attributes."""
    yield escape(element.text or "")
    for event, node in etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        if node is element:
            continue
        if event == "start":
            yield f"<{_local(node)}>{escape(node.text or '')}"
        elif event == "end":
            yield f"</{_local(node)}>{escape(node.tail or '')}"
        else:
            yield escape(node.tail or "")


def _local(node: etree._Element) -> str:
    return str(node.tag).rpartition("}")[2].lower()
