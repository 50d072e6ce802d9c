"""Links as documents write them -> addresses that we keep, compare and ask for."""

import re
from functools import lru_cache
from typing import Final
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from url_normalize import url_normalize

_LENGTH_LIMIT: Final = 8_000
_PORTS: Final = {"http": 80, "https": 443}
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\\]")
_HOST: Final = re.compile(
    r"(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_][a-z0-9_-]{0,62})*\.?"
    r"|\[[0-9a-f:.]{2,45}\]"
)
_TRACKING: Final = re.compile(
    r"utm_\w*|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|igshid|mc_[ce]id|_hs\w+"
    r"|mkt_tok|vero_id|oly_(?:enc|anon)_id|_openstat|wt\.mc_id|at_(?:medium|campaign)|cmpid|ref_src"
    r"|_g[al]|srsltid|mibextid|s_cid|ttclid|li_fat_id|ns_(?:mchannel|source|campaign)"
    r"|(?:pk|mtm|piwik)_(?:campaign|cpn|kwd|keyword|source|medium|content)"
    r"|phpsessid|jsessionid|aspsessionid\w*|cftoken|cfid",
    re.IGNORECASE,
)
_SESSION: Final = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)
# xtor=RSS-1, utm_source=rss, rss: where a reader came from, and no place in the page.
_FRAGMENT: Final = re.compile(r"(?:xtor|utm_\w+|ref|from)=.*|(?:rss|ref|feed)\Z", re.I | re.DOTALL)
_ESCAPE: Final = re.compile(r"%[0-9a-fA-F]{2}")


def canonical(url: str, base: str = "") -> str:
    """Return an absolute http(s) address, or an empty text when the link is of no use.

    Tracking and the marks of sessions go; everything else stays as it is.
    """
    joined = _joined(url, base)
    parts = _split(joined)
    if parts is None:
        return ""
    origin = _origin(parts.scheme.lower(), parts.netloc)
    if not origin:
        return ""
    path = _quoted(_without_dots(_SESSION.sub("", parts.path)), "/")
    query = _quoted(_without_tracking(parts.query), "/?[]")
    fragment = _FRAGMENT.sub("", parts.fragment)
    return (
        f"{origin}{path}"
        + (f"?{query}" if query else "")
        + (f"#{_quoted(fragment, '/?')}" if fragment else "")
    )


def identity_form(url: str) -> str:
    """Return the part of an address that tells pages apart: http and https are the same page.

    So are all places of one page; only a fragment that is a path of its own counts.
    """
    page, _, fragment = canonical(url).partition("#")
    return guid_form(f"{page}#{fragment}" if fragment.startswith(("!", "/")) else page or url)


def guid_form(guid: str) -> str:
    """Return the part of a guid that tells items apart: for an address, all but its scheme."""
    kept = canonical(guid) or guid.strip()
    return re.sub(r"^https?://", "", kept, flags=re.IGNORECASE)


def host_key(url: str) -> str:
    """Return `host:port`, the unit of politeness; an empty text for what is no http(s) address."""
    parts = _split(canonical(url))
    if parts is None:
        return ""
    return f"{parts.hostname}:{parts.port or _PORTS[parts.scheme]}"


def is_http_url(url: str) -> bool:
    """Say whether a text is an absolute http(s) address as it stands."""
    return url.lower().startswith(("http://", "https://")) and bool(canonical(url))


def _joined(url: str, base: str) -> str:
    link = re.sub("&(?:amp;)+", "&", url.strip()[: _LENGTH_LIMIT + 1])
    # Browsers drop line breaks and tabs inside an address; documents that wrap lines rely on it.
    link = re.sub(r"[\t\r\n]", "", link)
    if not link or len(link) > _LENGTH_LIMIT or _CONTROLS.search(link):
        return ""
    try:
        return urljoin(base, link)
    except ValueError:
        return ""


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return parts if parts.scheme in _PORTS and parts.netloc else None


@lru_cache(maxsize=4096)
def _origin(scheme: str, netloc: str) -> str:
    # A digit that is not ASCII becomes one in IDNA: １２７.0.0.1 must not turn into an address.
    odd_digit = any(c.isnumeric() and not c.isascii() for c in unquote(netloc))
    if "@" in netloc or "%" in netloc or odd_digit:
        return ""
    try:
        normal = urlsplit(url_normalize(f"{scheme}://{netloc}/") or "")
        host, port = normal.hostname or "", normal.port
    except (ValueError, UnicodeError):
        return ""
    host = f"[{host}]" if ":" in host else host
    if not _HOST.fullmatch(host):
        return ""
    return f"{scheme}://{host}" + (f":{port}" if port else "")


def _without_dots(path: str) -> str:
    kept: list[str] = []
    *folders, last = path.split("/")[1:] or [""]
    for folder in folders:
        if folder == "..":
            del kept[-1:]
        elif folder != ".":
            kept.append(folder)
    if last == "..":
        del kept[-1:]
    return "/".join(["", *kept, "" if last in (".", "..") else last])


def _without_tracking(query: str) -> str:
    return "&".join(p for p in query.split("&") if not _TRACKING.fullmatch(p.partition("=")[0]))


def _quoted(part: str, safe: str) -> str:
    escaped = quote(part, safe=f"{safe}%:@!$&'()*+,;=~-._")
    return _ESCAPE.sub(lambda match: match[0].upper(), escaped)
