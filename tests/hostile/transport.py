"""Addresses that lead elsewhere, never end, are too big, break off or speak another protocol."""

import gzip
import zlib
from typing import Final

from pipeline.model import Outcome
from tests.hostile.cases import FEED, TITLES, Case, case, feed, kept
from tests.hostile.server import (
    Behaviour,
    Connection,
    answer,
    drip,
    endless,
    head,
    raw,
    redirect,
    reset,
    stall,
)

GZIP = {"Content-Encoding": "gzip"}
CHUNKED = {"Transfer-Encoding": "chunked"}
DATE = "Mon, 23 Nov 2026 06:00:00 GMT"
OLDER = "Sun, 22 Nov 2026 06:00:00 GMT"

SPELLINGS = (
    "127.0.0.2",
    "127.2",
    "127.0.2",
    "2130706434",
    "0x7f000002",
    "0x7f.0.0.2",
    "0177.0.0.2",
    "[::ffff:127.0.0.2]",
    "[::ffff:7f00:2]",
    "[::127.0.0.2]",
    "[64:ff9b::7f00:2]",
    "[2002:7f00:2::1]",
    "127。0。0。2",
    "127．0．0．2",
    "１２７.0.0.2",
    "①②⑦.0.0.2",
    "127.0.0.%32",
    "gov.example@127.0.0.2",
    "127.0.0.2.",
)
NOT_THE_WEB = (
    "http://10.0.0.1/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://172.16.0.1/",
    "http://192.0.0.1/",
    "http://192.168.0.1/",
    "http://198.18.0.1/",
    "http://203.0.113.1/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://0.0.0.0/",
    "http://[::]/",
    "http://[::1]/",
    "http://[fd00::1]/",
    "http://[fe80::1]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[2002:a9fe:a9fe::1]/",
    "http://[2001:0:7f00:1::]/",
    "file:///etc/hostname",
    "ftp://gov.example/feed",
    "gopher://gov.example/",
    "data:text/xml,<rss/>",
    "javascript:alert(1)",
    "unix:///run/socket",
    "http://user:word@gov.example/",
    "http://gov.example\\@127.0.0.2/",
    "//127.0.0.2\\@gov.example/",
)
# Not every parser and resolver reads every spelling.
_LED_ASTRAY = (Outcome.REFUSED_ADDRESS, Outcome.DNS, Outcome.MOVED)


def redirects(canary: str) -> dict[str, Case]:
    """Return addresses that redirect; `canary` is the port of the server nobody may ask."""
    found = {
        f"private-{number}": case(_to(f"http://{host}:{canary}/secret"), *_LED_ASTRAY)
        for number, host in enumerate(SPELLINGS)
    }
    found |= {
        f"not-the-web-{number}": case(redirect(location), Outcome.REFUSED_ADDRESS)
        for number, location in enumerate(NOT_THE_WEB)
    }
    return found | _dead_ends() | _ways()


def _to(location: str) -> Behaviour:
    return redirect(location.encode().decode("latin-1"))


def _dead_ends() -> dict[str, Case]:
    def growing(connection: Connection) -> object:
        return redirect(connection.hit.path + "?a")(connection)

    return {
        "self": case(redirect("#top"), Outcome.MOVED, said="in a circle"),
        "growing": case(growing, Outcome.MOVED, said="more than 5 times"),
        "no-location": case(answer(status="302 Found"), Outcome.MOVED),
        "empty-location": case(redirect(""), Outcome.MOVED),
        "no-url": case(redirect("http://[::1/"), Outcome.MOVED),
        "no-port": case(redirect("http://gov.example:99999/"), Outcome.MOVED),
        "no-host": case(redirect("http:///feed"), Outcome.REFUSED_ADDRESS),
        "long-location": case(redirect("/" + "a" * 70_000), Outcome.MOVED),
        "many-choices": case(answer(FEED, status="300 Multiple Choices"), Outcome.HTTP_ERROR),
        "use-proxy": case(redirect("/", "305 Use Proxy"), Outcome.HTTP_ERROR),
    }


def _ways() -> dict[str, Case]:
    there = answer(FEED)
    return {
        f"moved-{status}": kept(_beside("there", status), 3, there=there)
        for status in ("301", "302", "303", "307", "308")
    } | {
        "location-with-space": kept(_beside("a b", "302"), 3, **{"a%20b": there}),
        "location-in-japanese": kept(
            _beside("報道".encode().decode("latin-1"), "302"), 3, **{"%E5%A0%B1%E9%81%93": there}
        ),
        "refresh-header": kept(answer(FEED, headers={"Refresh": "0;url=http://127.0.0.2/"}), 3),
        "redirect-with-body": kept(
            _beside("there", "302", body=b"<html>moved</html>"), 3, there=there
        ),
    }


def _beside(name: str, status: str, body: bytes = b"") -> Behaviour:
    def behave(connection: Connection) -> object:
        folder = connection.hit.path.rpartition("/")[0]
        headers = {"Location": f"{folder}/{name}"}
        return answer(body, status=f"{status} Moved", headers=headers)(connection)

    return behave


def _slowly_on(connection: Connection) -> object:
    return connection.wait(8) and redirect(connection.hit.path + "?a")(connection)


SLOW: Final[dict[str, Case]] = {
    name: case(behaviour, Outcome.TOO_SLOW)
    for name, behaviour in {
        "never-answers": stall(),
        "slow-headers": drip(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"),
        "half-a-status-line": stall(b"HTTP/1.1 2"),
        "informational-flood": drip(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", every=0.01),
        "stall-after-headers": stall(head(length=100)),
        "slow-body": drip(head(length=100_000), b"<"),
        "one-byte-chunks": drip(head(headers=CHUNKED), b"1\r\n<\r\n"),
        "slow-chain": _slowly_on,
        "slow-gzip": drip(head(headers=GZIP) + b"\x1f\x8b\x08\x08" + bytes(6), b"name"),
    }.items()
}


def bomb(megabytes: int) -> bytes:
    """Return gzip data that becomes a thousand times as much."""
    packer = zlib.compressobj(9, wbits=31)
    zeros = bytes(1_000_000)
    return b"".join(packer.compress(zeros) for _ in range(megabytes)) + packer.flush()


def _encoded(encoding: str, body: bytes) -> Case:
    return case(answer(body, headers={"Content-Encoding": encoding}), Outcome.HTTP_ERROR)


def big() -> dict[str, Case]:
    """Return addresses that send more than anybody can use."""
    behaviours = {
        "announced": answer(length=10**9),
        "endless": endless(head(), b"<item>" * 1000),
        "endless-line": endless(head(), b"<" * 65_536),
        "endless-chunks": endless(head(headers=CHUNKED), b"10000\r\n" + b"<" * 65_536 + b"\r\n"),
        "gzip-bomb": answer(bomb(300), headers=GZIP),
        "deflate-bomb": answer(
            zlib.compress(bytes(50_000_000)), headers={"Content-Encoding": "deflate"}
        ),
        "fifty-megabytes": _megabytes(50),
    }
    return {name: case(each, Outcome.TOO_BIG) for name, each in behaviours.items()} | {
        "brotli": _encoded("br", bytes(100)),
        "zstandard": _encoded("zstd", bytes(100)),
        "gzip-twice": _encoded("gzip, gzip", gzip.compress(gzip.compress(FEED))),
        "gzip-a-hundred-times": _encoded("gzip, " * 99 + "gzip", gzip.compress(FEED)),
        "compress": _encoded("compress", bytes(100)),
    }


def _megabytes(count: int) -> Behaviour:
    def behave(connection: Connection) -> None:
        alive = connection.send(head(headers=CHUNKED))
        for _ in range(count):
            alive = alive and connection.send(b"f4240\r\n" + b" " * 1_000_000 + b"\r\n")
        connection.send(b"0\r\n\r\n")

    return behave


def broken() -> dict[str, Case]:
    """Return addresses whose answer breaks off or is none of HTTP."""
    behaviours: dict[str, Behaviour] = {
        "short-body": answer(FEED, length=len(FEED) + 1),
        "no-body": answer(b"", length=10),
        "cut-chunk": raw(head(headers=CHUNKED) + b"10\r\n<rss/>"),
        "no-last-chunk": raw(head(headers=CHUNKED) + b"6\r\n<rss/>\r\n"),
        "bad-chunk-size": raw(head(headers=CHUNKED) + b"zz\r\n<rss/>\r\n0\r\n\r\n"),
        "cut-gzip": answer(gzip.compress(FEED)[:-4], headers=GZIP),
        "torn-gzip": answer(gzip.compress(FEED)[:40], headers=GZIP),
        "damaged-gzip": answer(gzip.compress(FEED)[:20] + bytes(200), headers=GZIP),
        "gzip-that-is-none": answer(FEED, headers=GZIP),
        "reset-in-the-body": reset(head(length=10_000) + FEED),
        "reset-at-once": reset(b""),
        "closed-at-once": raw(b""),
        "half-a-header": raw(b"HTTP/1.1 200 OK\r\nConte"),
        "header-of-2-mb": raw(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 2_000_000),
        "100000-headers": raw(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000),
        "header-with-nul": raw(b"HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n" + FEED),
        "no-status": raw(b"HTTP/1.1 OK\r\n\r\n" + FEED),
        "one-digit-status": raw(b"HTTP/1.1 2 OK\r\n\r\n" + FEED),
        "http-09": raw(FEED),
        "ssh": raw(b"SSH-2.0-Open\r\n"),
        "two-lengths": answer(FEED, headers={"Content-Length": "3"}),
        "negative-length": raw(head(headers={"Content-Length": "-1"}) + FEED),
        "absurd-length": raw(head(headers={"Content-Length": "9" * 400}) + FEED),
        "endless-chunk-size": raw(head(headers=CHUNKED) + b"F" * 40 + b"\r\n" + FEED),
        "negative-chunk": raw(head(headers=CHUNKED) + b"-5\r\n" + FEED),
        "endless-trailers": endless(head(headers=CHUNKED) + _chunks(FEED)[:-2], b"X: y\r\n" * 100),
        "coded-transfer": raw(head(headers={"Transfer-Encoding": "gzip, chunked"}) + b"0\r\n\r\n"),
        "no-colon": raw(b"HTTP/1.1 200 OK\r\nGarbage line\r\n\r\n" + FEED),
        "http-2": raw(b"HTTP/2 200\r\n\r\n" + FEED),
        "http-3": raw(b"HTTP/3.0 200 OK\r\n\r\n" + FEED),
        "switching-protocols": raw(head("101 Switching Protocols", {"Upgrade": "x"})),
    }
    return {name: case(each, Outcome.HTTP_ERROR) for name, each in behaviours.items()}


def statuses() -> dict[str, Case]:
    """Return addresses that answer with another status than 200, and a whole feed."""
    blocked = ("401 Unauthorized", "403 Forbidden", "429 Too Many Requests")
    errors = (
        "201 Created",
        "203 Non-Authoritative",
        "206 Partial Content",
        "299 Odd",
        "304 Not Modified",
        "400 Bad Request",
        "404 Not Found",
        "418 Teapot",
        "451 Legal",
        "500 \x1b[31mred",
        "502 Bad Gateway",
        "503 Busy",
        "599 Odd",
        "999 Odd",
    )
    found = {f"status-{s[:3]}": case(answer(FEED, status=s), Outcome.BLOCKED) for s in blocked}
    found |= {f"status-{s[:3]}": case(answer(FEED, status=s), Outcome.HTTP_ERROR) for s in errors}
    no_content = raw(head("204 No Content"))
    return found | {
        "status-204": case(no_content, Outcome.HTTP_ERROR),
        "status-410": case(answer(FEED, status="410 Gone"), Outcome.GONE),
        "status-304-at-first": case(raw(head("304 Not Modified")), Outcome.HTTP_ERROR),
    }


def waits() -> dict[str, Case]:
    """Return addresses that ask to be left alone, for a while or for nonsense."""
    values = ("120", "1" + "0" * 20, "-5", "nan", "1e308", "Fri, 31 Dec 9999 23:59:59 GMT", "")
    return {
        f"retry-after-{number}": case(
            answer(b"slow down", status="429 Too Many", headers={"Retry-After": value}),
            Outcome.BLOCKED,
        )
        for number, value in enumerate(values)
    } | {
        f"busy-{number}": case(
            answer(b"down", status="503 Busy", headers={"Retry-After": value}), Outcome.HTTP_ERROR
        )
        for number, value in enumerate(values)
    }


def odd() -> dict[str, Case]:
    """Return addresses that are odd, and of which every entry can be read."""
    evil = [("ETag", '"' + "a" * 5000 + '"'), ("Last-Modified", DATE), ("Date", DATE)]
    wild = [("ETag", '"\xff\xfe"'), ("Last-Modified", "Fri, 99 Zzz 9999"), ("Date", "never")]
    future = [("Last-Modified", "Fri, 31 Dec 9999 23:59:59 GMT"), ("Date", DATE)]
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 5
    padded = gzip.compress(FEED) + bytes(512)
    return {
        "chunked": kept(raw(head(headers=CHUNKED) + _chunks(FEED)), 3),
        "http-10": kept(raw(b"HTTP/1.0 200 OK\r\n\r\n" + FEED), 3),
        "early-hints": kept(raw(early + head(length=len(FEED)) + FEED), 3),
        "gzip-members": kept(
            answer(gzip.compress(FEED[:90]) + gzip.compress(FEED[90:]), headers=GZIP), 3
        ),
        "gzip-padded": kept(answer(padded, headers=GZIP), 3),
        "deflate-raw": kept(
            answer(zlib.compress(FEED)[2:-4], headers={"Content-Encoding": "deflate"}), 3
        ),
        "etag-evil": kept(answer(FEED, headers=evil), 3),
        "etag-wild": kept(answer(FEED, headers=wild), 3),
        "last-modified-future": kept(answer(FEED, headers=future), 3),
        "cookies": kept(answer(FEED, headers={"Set-Cookie": "a=" + "b" * 20_000}), 3),
        "no-reason": kept(raw(b"HTTP/1.1 200\r\n\r\n" + FEED), 3),
        "line-feeds-alone": kept(raw(b"HTTP/1.1 200 OK\nX: y\n\n" + FEED), 3),
        "late-but-in-time": kept(_late(answer(FEED), 3), 3),
        "encoded-as-utf-8": kept(answer(FEED, headers={"Content-Encoding": "UTF-8"}), 3),
        "encoded-in-capitals": kept(
            answer(gzip.compress(FEED), headers={"Content-Encoding": "identity, GZIP;q=1"}), 3
        ),
        "etag-that-fits-all": kept(answer(FEED, headers={"ETag": "*"}), 3),
        "more-than-announced": kept(raw(head(length=len(FEED)) + FEED + b"HTTP/1.1 200 OK"), 3),
        "chunk-extensions": kept(
            raw(head(headers=CHUNKED) + b"%x;a=b\r\n%s\r\n0\r\nX: y\r\n\r\n" % (len(FEED), FEED)), 3
        ),
        "both-lengths": kept(raw(head(headers=CHUNKED, length=5) + _chunks(FEED)), 3),
        "byte-by-byte": kept(_byte_by_byte(head(length=len(FEED)) + FEED), 3),
        "folded-header": kept(answer(FEED, headers={"X-A": "b\r\n c"}), 3),
        "two-locations": kept(
            answer(
                status="302 Found",
                headers=[("Location", "/two-locations/there"), ("Location", "/elsewhere")],
            ),
            3,
            there=answer(FEED),
        ),
        "endless-freshness": kept(
            answer(FEED, headers={"Cache-Control": "max-age=" + "9" * 300, "Age": "-5"}), 3
        ),
        "cut-but-honest": kept(answer(feed(*TITLES)[:-120]), 2, Outcome.PARTLY_BROKEN),
    }


def _chunks(body: bytes) -> bytes:
    pieces = [body[place : place + 7] for place in range(0, len(body), 7)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def _byte_by_byte(content: bytes) -> Behaviour:
    return lambda connection: all(connection.send(bytes([byte])) for byte in content)


def _late(behaviour: Behaviour, seconds: float) -> Behaviour:
    return lambda connection: connection.wait(seconds) and behaviour(connection)
