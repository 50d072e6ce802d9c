"""Addresses that answer politely, with something that is no feed, or one that costs too much."""

import json

from pipeline.model import Outcome
from tests.hostile.cases import DECLARATION, FEED, TITLES, Case, case, entries, feed, kept
from tests.hostile.server import Behaviour, answer

# A parser may stop at its limit, keep what it can, or see through the trick and read all.
_STOPPED_OR_READ = (
    Outcome.PARSE_LIMIT,
    Outcome.PARTLY_BROKEN,
    Outcome.NOT_A_FEED,
    Outcome.TOO_BIG,
    Outcome.EMPTY,
    Outcome.OK,
)


def _page(markup: str, status: str = "200 OK") -> Behaviour:
    headers = {"Content-Type": "text/html; charset=utf-8"}
    return answer(markup.encode(), status=status, headers=headers)


def not_a_feed() -> dict[str, Case]:
    """Return addresses that answer 200 with something else than a feed."""
    bodies = {
        "nothing": b"",
        "blanks": b" \r\n\t " * 100,
        "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n",
        "zip": b"PK\x03\x04" + bytes(100),
        "png": b"\x89PNG\r\n\x1a\n" + bytes(100),
        "gzip": b"\x1f\x8b\x08" + bytes(100),
        "noise": bytes((n * 7919) % 256 for n in range(5_000)),
        "nuls": bytes(5_000),
        "text": b"The ministry's list of news has moved to another place.",
        "json": b'{"error": "not found"}',
        "opml": f"{DECLARATION}<opml version='2.0'><body/></opml>".encode(),
        "soap": f"{DECLARATION}<soap:Envelope xmlns:soap='urn:s'/>".encode(),
        "html": b"<!doctype html><html><head><title>News</title></head><body>News</body></html>",
        "xhtml": f"{DECLARATION}<html xmlns='http://www.w3.org/1999/xhtml'/>".encode(),
        "feed-in-html": b"<!doctype html><html><body><pre>&lt;rss&gt;</pre></body></html>",
        "half-a-tag": b"<rs",
        "php-error": b"<br />\n<b>Fatal error</b>: Uncaught Error in /feed.php on line 3<br />",
    }
    found = {
        f"no-feed-{name}": case(answer(body), Outcome.NOT_A_FEED) for name, body in bodies.items()
    }
    refresh = '<meta http-equiv="refresh" content="0;url=http://127.0.0.2/"><p>Moved</p>'
    return (
        found
        | {"no-feed-meta-refresh": case(_page(f"<html>{refresh}"), Outcome.NOT_A_FEED)}
        | _walls()
    )


def _walls() -> dict[str, Case]:
    challenge = "<html><title>Just a moment...</title><script>_cf_chl_opt={}</script>"
    return {
        "wall-challenge": case(_page(challenge), Outcome.BLOCKED),
        "wall-challenge-403": case(_page(challenge, "403 Forbidden"), Outcome.BLOCKED),
        "wall-challenge-503": case(_page(challenge, "503 Busy"), Outcome.BLOCKED),
        "wall-accepted": case(answer(status="202 Accepted"), Outcome.BLOCKED),
        "wall-log-in": case(
            _page("<html><form><input name=u><input type=password></form>"), Outcome.BLOCKED
        ),
    }


def empty() -> dict[str, Case]:
    """Return feeds without entries: something that can be true."""
    atom = "<feed xmlns='http://www.w3.org/2005/Atom'><title>News</title></feed>"
    rdf = "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>"
    bodies = {"rss": feed(), "atom": atom.encode(), "rdf": rdf.encode()}
    return {f"empty-{name}": case(answer(b), Outcome.EMPTY) for name, b in bodies.items()}


def labels() -> dict[str, Case]:
    """Return feeds under a wrong name: the bytes say what they are."""
    types = (
        "text/plain",
        "text/html; charset=utf-8",
        "application/octet-stream",
        "application/json",
        "image/png",
        "application/pdf",
        "",
        "\xff\xfe",
        "text/xml; charset=",
        "text/xml; charset=no-such-thing",
        "multipart/mixed; boundary=a",
        "x" * 5_000,
    )
    return {
        f"mime-{number}": kept(answer(FEED, headers={"Content-Type": each}), 3)
        for number, each in enumerate(types)
    } | {"mime-none": kept(answer(FEED), 3)}


def damaged() -> dict[str, Case]:
    """Return feeds with small damage: what can be read is kept."""
    broken = (Outcome.OK, Outcome.PARTLY_BROKEN)
    attributes = b" ".join(b"a%d=''" % n for n in range(50_000))
    bodies = {
        "bare-amp": feed("R&D tax & AI policy", *TITLES[1:]),
        "html-entity": feed("Guidance&nbsp;on&eacute;", *TITLES[1:]),
        "leading-space": b"  \n" + FEED,
        "bom-twice": "\ufeff\ufeff".encode() + FEED,
        "undeclared-prefix": feed(*TITLES, inside="<dc:creator>x</dc:creator>"),
        "invalid-utf8": FEED.replace(b"Budget", b"B\xffdget"),
        "control-characters": feed("Guid\x01ance \x1b[31mon AI", *TITLES[1:]),
        "junk-before": b"Warning: mysql_connect() failed\n" + FEED,
        "junk-after": FEED + b"<!-- served by 10 -->\n<script>x()</script>",
        "attributes-of-an-entry": FEED.replace(b"<item>", b"<item %b>" % attributes, 1),
        "no-guid-no-link": feed("x")
        .replace(b"<guid>https://gov.example/0</guid>", b"")
        .replace(b"<link>https://gov.example/0</link>", b""),
    }
    counts = {"no-guid-no-link": 1}
    return {
        f"damage-{name}": kept(answer(body), counts.get(name, 3), *broken)
        for name, body in bodies.items()
    }


def costly() -> dict[str, Case]:
    """Return documents that cost a parser the square of their size, or all memory there is."""
    documents = _entities() | _markup() | _volume()
    return {
        name: Case(behaviour=answer(body), outcomes=_STOPPED_OR_READ)
        for name, body in documents.items()
    }


def _entities() -> dict[str, bytes]:
    laughs = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "lol">' for n in range(10)
    )
    billion = feed("&l9;", before=f"{DECLARATION}<!DOCTYPE rss [{laughs}]>")
    big = feed("&a;" * 10_000, before=f'{DECLARATION}<!DOCTYPE rss [<!ENTITY a "{"a" * 50_000}">]>')
    return {
        "billion-laughs": billion,
        "billion-laughs-utf16": billion.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        "quadratic": big,
    }


def _markup() -> dict[str, bytes]:
    def attributes(count: int) -> str:
        return "<x " + " ".join(f"a{n}='b'" for n in range(count)) + "/>"

    spaces = " ".join(f"xmlns:n{n}='urn:{n}'" for n in range(20_000))
    return {
        "attributes-10000": feed(*TITLES, inside=attributes(10_000)),
        "attributes-50000": feed(*TITLES, inside=attributes(50_000)),
        "attributes-200000": feed(*TITLES, inside=attributes(200_000)),
        "deep-100000": feed(*TITLES, inside="<x>" * 100_000 + "</x>" * 100_000),
        "never-closed": feed(*TITLES, inside="<x>" * 300_000),
        "namespaces": feed(*TITLES, inside=f"<x {spaces}/>"),
        "ampersands": feed("&" * 1_000_000),
        "comments": feed(*TITLES, inside="<!--" * 250_000),
        "cdata": feed("<![CDATA[" * 100_000),
        "brackets": feed("<" * 1_000_000),
        "instructions": feed(*TITLES, inside="<?" * 500_000),
        "quotes": feed(*TITLES, inside="<x a='" + '"' * 500_000),
        "character-references": feed("&#38;" * 400_000),
    }


def _volume() -> dict[str, bytes]:
    heavy = "".join(f"<description>{'word ' * 4_000}</description>" for _ in range(1))
    many = "".join(entries(tuple(f"Title {n}" for n in range(50_000))))
    return {
        "fifty-thousand-entries": f"{DECLARATION}<rss><channel>{many}</channel></rss>".encode(),
        "five-hundred-heavy": feed(*(f"T</title>{heavy}<title>" for _ in range(400))),
        "many-tags": feed("T</title>" + "<category>a</category>" * 10_000 + "<title>"),
        "guid-of-1-mb": FEED.replace(b"<guid>", b"<guid>" + b"a" * 1_000_000, 1),
        "link-of-64-kb": FEED.replace(b"<link>", b"<link>https://a.example/" + b"a" * 64_000, 1),
        "title-of-9-mb": feed("AI " * 3_000_000),
        "json-deep": b"[" * 100_000 + b"]" * 100_000,
        "json-wide": json.dumps({"version": "x", "items": [{}] * 50_000}).encode(),
    }


def external(canary: str) -> dict[str, Case]:
    """Return documents that want another file or address read; `canary` is a URL nobody may ask."""
    bodies = {
        "xxe-file": feed("&e;", before=_doctype('<!ENTITY e SYSTEM "file:///etc/passwd">')),
        "xxe-http": feed("&e;", before=_doctype(f'<!ENTITY e SYSTEM "{canary}">')),
        "xxe-parameter": feed("x", before=_doctype(f'<!ENTITY % p SYSTEM "{canary}"> %p;')),
        "external-dtd": feed("x", before=f'{DECLARATION}<!DOCTYPE rss SYSTEM "{canary}">'),
        "xinclude": feed(
            "x",
            inside=f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{canary}"/>',
        ),
        "stylesheet": feed("x", before=f'{DECLARATION}<?xml-stylesheet href="{canary}"?>'),
        "pixel": feed(f"x</title><description>&lt;img src='{canary}'&gt;</description><title>"),
    }
    return {
        name: Case(behaviour=answer(body), outcomes=_STOPPED_OR_READ)
        for name, body in bodies.items()
    }


def _doctype(inside: str) -> str:
    return f"{DECLARATION}<!DOCTYPE rss [{inside}]>"
