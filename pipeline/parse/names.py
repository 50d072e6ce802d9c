"""Element of a feed -> the one name we know it by, whatever prefix and case it was written in."""

from functools import lru_cache
from typing import Final

_OURS: Final = ""
# Namespaces of RSS and Atom, of all their versions and drafts: their elements go by bare names.
_FEEDS: Final = (
    "backend.userland.com/rss",
    "blogs.law.harvard.edu/tech/rss",
    "cyber.law.harvard.edu/rss",
    "purl.org/rss/1.0",
    "purl.org/rss/1.0/modules/rss091",
    "purl.org/net/rss1.1",
    "my.netscape.com/rdf/simple/0.9",
    "channel.netscape.com/rdf/simple/0.9",
    "www.w3.org/2005/atom",
    "purl.org/atom/ns",
    "purl.org/pie",
    "purl.org/echo",
    "example.com/newformat",
    "example.com/necho",
    "uri/of/echo/namespace",
)
_EXTENSIONS: Final = {
    "purl.org/dc/elements/1.1": "dc",
    "purl.org/dc/elements/1.0": "dc",
    "purl.org/dc/terms": "dcterms",
    "purl.org/rss/1.0/modules/content": "content",
    "search.yahoo.com/mrss": "media",
    "www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "example.com/dtds/podcast-1.0.dtd": "itunes",
    "rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "www.w3.org/1999/02/22-rdf-syntax-ns": "rdf",
    "www.w3.org/1999/xhtml": "xhtml",
    "www.google.com/schemas/play-podcasts/1.0": "googleplay",
    "www.pheedo.com/namespace/pheedo": "pheedo",
    "www.sitemaps.org/schemas/sitemap/0.9": _OURS,
    "www.sitemaps.org/schemas/sitemap/0.90": _OURS,
    "www.google.com/schemas/sitemap/0.84": _OURS,
    "www.google.com/schemas/sitemap/0.9": _OURS,
    "www.google.com/schemas/sitemap-news/0.9": "news",
    "www.google.com/schemas/sitemap-video/1.1": "video",
}
_PREFIXES: Final = dict.fromkeys(_FEEDS, _OURS) | _EXTENSIONS
# What a prefix means in a document that forgot to declare it.
_USUAL: Final = {
    "atom": "http://www.w3.org/2005/Atom",
    "a10": "http://www.w3.org/2005/Atom",
    "rss": "http://purl.org/rss/1.0/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "media": "http://search.yahoo.com/mrss/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xhtml": "http://www.w3.org/1999/xhtml",
    "news": "http://www.google.com/schemas/sitemap-news/0.9",
    "video": "http://www.google.com/schemas/sitemap-video/1.1",
}


@lru_cache(maxsize=4_096)
def name_of(tag: str, prefix: str | None) -> str:
    """Return `title`, `dc:date` and the like for an element's tag, as lxml has it, and prefix.

    What belongs to no namespace that we know keeps its prefix; without one it is taken for ours.
    """
    uri, _, local = tag.rpartition("}")
    known = _known(uri.lstrip("{"))
    given = known if known is not None else (prefix or "").lower()
    return f"{given}:{local.lower()}" if given else local.lower()


def usual_namespace(prefix: str) -> str:
    """Return the address that a prefix stands for where a document does not say it."""
    return _USUAL.get(prefix.lower(), f"urn:undeclared:{prefix}")


def _known(uri: str) -> str | None:
    address = uri.strip().lower()
    bare = address.partition("://")[2] or address
    found = _PREFIXES.get(bare.rstrip("#/"))
    if found is None and ("prism" in bare or bare.startswith("backend.userland.com/rss")):
        return "prism" if "prism" in bare else _OURS
    return found
