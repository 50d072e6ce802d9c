"""A linked document -> its main text: of a web page, of a PDF, or the reason why there is none.

What reads it (trafilatura, pypdf) can take long for what is made to be slow, so this runs in the
sandbox alone, and is imported there when it is first needed.
"""

import io
import re
from typing import Any, Final, NamedTuple
from urllib.parse import urljoin, urlsplit

import lxml.html
from lxml import etree

from pipeline.charset import decode
from pipeline.errors import SourceError
from pipeline.model import Document, Outcome
from pipeline.parse.sniff import opened, refuse_walls, root_of
from pipeline.text import clean_text

TEXT_LIMIT: Final = 200_000
_MOST_HTML: Final = 5_000_000
_MOST_PDF_PAGES: Final = 300
# Where so much text stands, a password field or a word on JavaScript is not what the page is for.
_A_PAGE_OF_ITS_OWN: Final = 200
# What is shorter says nothing that its title does not say.
_LEAST: Final = 20
_PDF: Final = b"%PDF-"
_PDF_WITHIN: Final = 1_024
_REFRESH: Final = re.compile(
    r"<meta\b(?=[^>]{0,300}http-equiv\s*=\s*[\"']?refresh)"
    r"[^>]{0,300}?content\s*=\s*[\"']?\s*\d{1,3}\s*[;,]\s*url\s*=\s*['\"]?([^\"'>\s]{1,500})",
    re.IGNORECASE,
)
_NO_SCRIPT: Final = re.compile(
    r"(?:enable|activate|requires?|turn on) javascript|javascript (?:is (?:disabled|required)|must)"
    r"|javascript.{0,8}(?:有効|オン)",
    re.IGNORECASE,
)
_ASIDE: Final = frozenset({"nav", "header", "footer", "aside"})
_ROLES: Final = frozenset({"navigation", "banner", "contentinfo", "search", "complementary"})
_PARTS: Final = (*sorted(_ASIDE), "div", "ul", "ol", "table", "section", "form", "p")
_FRAME_WORDS: Final = frozenset(
    {"nav", "navi", "navigation", "gnav", "gnavi", "globalnav", "menu", "breadcrumb"}
    | {"breadcrumbs", "topicpath", "pankuzu", "footer", "sidebar", "sns", "share", "cookie"}
)
_PDF_LINK: Final = re.compile(r"\.pdf(?:[?#]|$)", re.IGNORECASE)
_LINKS_OF_A_MENU: Final = 5


class PageText(NamedTuple):
    """The main text of a document, and where it leads on to; an empty address leads nowhere.

    `refresh` is where a page sends its readers that has no text of its own.
    """

    text: str
    refresh: str = ""
    pdf: str = ""


def page_text(document: Document) -> PageText:
    """Return the main text of a page or PDF; raise SourceError for what has none."""
    if _PDF in document.content[:_PDF_WITHIN]:
        return PageText(_pdf_text(document.content))
    document = opened(document)
    kind = document.content_type.partition(";")[0].strip().lower()
    if kind == "application/pdf":
        raise _trouble("is called a PDF, and is none")
    text = decode(document.content, content_type=document.content_type, page=True)
    if root_of(text).name == "html" or kind in ("text/html", "application/xhtml+xml"):
        return _html_text(text, document.url)
    if kind == "text/plain":
        return PageText(_enough(text))
    raise _trouble(f"is no page and no PDF, but {_printable(kind) or 'of no named type'}")


def _html_text(markup: str, url: str) -> PageText:
    if len(markup) > _MOST_HTML:
        raise _trouble(f"the page has more than {_MOST_HTML:,} characters", Outcome.TOO_BIG)
    root = _tree(markup)
    pdf = _first_pdf(root, url)
    _prune(root)
    text = _main_text(root)
    if len(text) >= _A_PAGE_OF_ITS_OWN:
        return PageText(text, pdf=pdf)
    refresh = _refreshed(markup, url)
    if refresh:
        return PageText("", refresh=refresh)
    refuse_walls(markup)
    # Many a page asks for JavaScript and does without.
    said = [line for line in text.split("\n") if not _NO_SCRIPT.search(line)]
    if sum(map(len, said)) < _LEAST and _NO_SCRIPT.search(markup):
        raise _trouble("the page says nothing without JavaScript", Outcome.BLOCKED)
    return PageText("" if pdf and len(text) < _LEAST else _enough(text), pdf=pdf)


def _tree(markup: str) -> Any:
    parser = lxml.html.HTMLParser(encoding="utf-8")
    try:
        return lxml.html.document_fromstring(markup.encode(), parser, ensure_head_body=True)
    except etree.ParserError:
        raise _trouble("no text was found on the page") from None


def _prune(root: Any) -> None:
    """Take away what stands on every page of a site: its words are no words of this page.

    Of a short notice trafilatura gives everything, menus included.
    """
    whole = len(root.text_content())
    for node in [node for node in root.iter(*_PARTS) if _is_frame(node, whole)]:
        node.drop_tree()


def _is_frame(node: Any, whole: int) -> bool:
    if next(node.iter("main", "article", "h1"), None) is not None:
        return False
    if node.tag in _ASIDE or node.get("role") in _ROLES:
        return True
    if node.tag in ("ul", "ol", "table") and _is_menu(node):
        return True
    named = f"{node.get('id') or ''} {node.get('class') or ''}"[:300].lower()
    if _FRAME_WORDS.isdisjoint(re.split(r"[^a-z]+", named)):
        return False
    # What is called `with-sidebar` is the page itself.
    return len(node.text_content()) <= whole / 2


def _is_menu(node: Any) -> bool:
    """Say whether a list is all links to other pages; documents to download are none."""
    links = [a for a in node.iter("a") if not _PDF_LINK.search(str(a.get("href") or ""))]
    if len(links) < _LINKS_OF_A_MENU:
        return False
    linked = sum(len(link.text_content().strip()) for link in links)
    return linked >= 0.8 * len("".join(node.text_content().split()))


def _main_text(root: Any) -> str:
    import trafilatura  # noqa: PLC0415 - only the sandbox pays for it
    from trafilatura.settings import use_config  # noqa: PLC0415

    config: Any = use_config()
    # Counted in characters of English; a notice in Japanese says much in eighty.
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", "80")
    found = trafilatura.extract(
        root, include_comments=False, include_tables=True, favor_recall=True, config=config
    )
    return clean_text(found or "")[:TEXT_LIMIT]


def _enough(text: str) -> str:
    text = clean_text(text)[:TEXT_LIMIT].rstrip()
    if len(text) < _LEAST:
        raise _trouble("no text was found on the page")
    return text


def _refreshed(markup: str, url: str) -> str:
    found = _REFRESH.search(markup[:20_000])
    target = _joined(url, found[1]) if found else ""
    return "" if target.partition("#")[0] == url.partition("#")[0] else target


def _first_pdf(root: Any, url: str) -> str:
    """Return the first PDF that a page names in its main part, or anywhere."""
    aside = ""
    for link in root.iter("a"):
        target = _joined(url, str(link.get("href") or ""))
        if not urlsplit(target).path.lower().endswith(".pdf"):
            continue
        if not any(above.tag in _ASIDE for above in link.iterancestors()):
            return target
        aside = aside or target
    return aside


def _joined(url: str, link: str) -> str:
    try:
        target = urljoin(url, link.strip())
        return target if urlsplit(target).scheme in ("http", "https") else ""
    except ValueError:
        return ""


def _pdf_text(content: bytes) -> str:
    from pypdf import PdfReader  # noqa: PLC0415 - only the sandbox pays for it
    from pypdf.errors import DependencyError  # noqa: PLC0415

    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise _trouble("the PDF is encrypted")
        text = _pages_text(reader)
    except DependencyError:
        raise _trouble("the PDF is encrypted") from None
    except (MemoryError, RecursionError, SourceError):
        raise
    except Exception as e:
        # Whatever a broken file makes a parser raise.
        raise _trouble(f"the PDF is broken ({type(e).__name__})") from e
    if len(text) < _LEAST:
        raise _trouble("the PDF has no text: its pages are images")
    return text


def _pages_text(reader: Any) -> str:
    pieces: list[str] = []
    size = 0
    for page in reader.pages[:_MOST_PDF_PAGES]:
        pieces.append(page.extract_text() or "")
        size += len(pieces[-1])
        if size > TEXT_LIMIT:
            break
    return clean_text("\n".join(pieces))[:TEXT_LIMIT].rstrip()


def _trouble(message: str, outcome: Outcome = Outcome.NOT_A_FEED) -> SourceError:
    return SourceError(outcome, message)


def _printable(text: str) -> str:
    return ascii(text)[1:-1][:80]
