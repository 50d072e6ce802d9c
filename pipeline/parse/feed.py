"""A feed of whatever format -> raw items; its document says which, not its name or header."""

from pipeline.charset import decode
from pipeline.model import Document, Parsed, Source
from pipeline.parse import jsonfeed, xmlfeed
from pipeline.parse.sniff import FEED_ROOTS, JSON_ROOTS, opened, refusal, root_of


def parse(source: Source, document: Document) -> Parsed:
    """Read a feed, be it RSS, RDF, Atom, CDF or JSON Feed.

    Raise SourceError for anything else, naming what it is.
    """
    document = opened(document)
    text = decode(document.content, content_type=document.content_type, configured=source.encoding)
    root = root_of(text)
    if root.name in FEED_ROOTS:
        return xmlfeed.read(source, document, root)
    if root.name in JSON_ROOTS:
        return jsonfeed.read(source, document, root)
    raise refusal(root, document, "not a feed")
