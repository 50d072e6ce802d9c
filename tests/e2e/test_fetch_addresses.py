"""Where a source may lead us, and whom we believe to be who they are."""

import shutil
import ssl
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from pipeline.errors import SourceError
from pipeline.fetch import HostSession
from pipeline.model import Outcome
from tests.e2e.fetching import FEED, failure, get, policy, served, source
from tests.hostile.server import (
    HostileServer,
    answer,
    redirect,
    stall,
)


@pytest.fixture
def canary() -> Iterator[HostileServer]:
    """A server that nobody may ask, on another loopback address and port."""
    with HostileServer({}, host="127.0.0.2") as server:
        yield server


# --- where we may go ------------------------------------------------------------------------

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


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_of_a_private_address_is_asked(spelling: str, canary: HostileServer) -> None:
    url = canary.url("/secret", host=spelling)
    with HostSession(policy()) as session, pytest.raises(SourceError) as caught:
        session.get(url, source=source(url), deadline=2)
    assert (caught.value.outcome, canary.hits) in [
        (Outcome.REFUSED_ADDRESS, []),
        (Outcome.DNS, []),  # not every resolver reads every spelling
    ]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_redirect_leads_to_a_private_address(spelling: str, canary: HostileServer) -> None:
    target = canary.url("/secret", host=spelling)
    location = target.encode().decode("latin-1")
    with served(redirect(location)) as server:
        found = failure(server.url("/"), "127.0.0.0/8", deadline=2)
    # Not every parser and resolver reads every spelling.
    assert found.outcome in (Outcome.REFUSED_ADDRESS, Outcome.DNS, Outcome.MOVED)
    assert canary.hits == []


@pytest.mark.parametrize(
    "location",
    [
        "http://10.0.0.1/",
        "http://100.64.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://192.168.0.1/",
        "http://198.18.0.1/",
        "http://224.0.0.1/",
        "http://240.0.0.1/",
        "http://255.255.255.255/",
        "http://[fd00::1]/",
        "http://[fe80::1]/",
        "http://[fec0::1]/",
        "http://[ff02::1]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[2002:a9fe:a9fe::1]/",
        "file:///etc/hostname",
        "ftp://gov.example/feed",
        "gopher://gov.example/",
        "data:text/xml,<rss/>",
        "javascript:alert(1)",
        "unix:///run/socket",
        "http://user:word@gov.example/",
        "http://gov.example\\@127.0.0.2/",
        "//127.0.0.2\\@gov.example/",
    ],
)
def test_no_redirect_leads_to_what_is_not_the_web(location: str) -> None:
    with served(redirect(location)) as server:
        found = failure(server.url("/"))
    assert found.outcome == Outcome.REFUSED_ADDRESS
    assert found.message.isprintable()


@pytest.mark.parametrize(
    "url", ["file:///etc/hostname", "ftp://a.example/", "gov.example", "", "/"]
)
def test_only_web_addresses_are_asked(url: str) -> None:
    with HostSession(policy()) as session, pytest.raises(SourceError) as caught:
        session.get(url, source=source("http://gov.example/"))
    assert caught.value.outcome == Outcome.REFUSED_ADDRESS


def test_a_refusal_says_how_to_allow_it() -> None:
    found = failure("http://127.0.0.1:8801/", "10.0.0.0/8")
    assert found.message == (
        "http://127.0.0.1:8801/: 127.0.0.1 is not public; if you trust it, "
        "allow 127.0.0.1:8801 in POLICYWATCH_ALLOW_NETWORKS"
    )


def test_the_address_that_is_checked_is_the_one_that_is_asked(canary: HostileServer) -> None:
    answers = iter([["127.0.0.1"], ["127.0.0.2"]])

    def resolve(host: str, port: int) -> Sequence[str]:
        return next(answers)

    with served(answer(FEED)) as server:
        url = server.url("/", host="gov.example")
        with HostSession(policy(f"127.0.0.1:{server.port}"), resolve=resolve) as session:
            assert session.get(url, source=source(url)).document.content == FEED
            with pytest.raises(SourceError) as caught:
                session.get(url, source=source(url))
    assert server.hits[0].headers["host"] == f"gov.example:{server.port}"
    assert (caught.value.outcome, canary.hits) == (Outcome.REFUSED_ADDRESS, [])


def test_of_several_addresses_only_permitted_ones_are_asked(canary: HostileServer) -> None:
    def resolve(host: str, port: int) -> Sequence[str]:
        return "127.0.0.2", "127.0.0.3", "127.0.0.1"

    with served(answer(FEED)) as server:
        url = server.url("/", host="gov.example")
        allowed = policy("127.0.0.1", "127.0.0.3")
        with HostSession(allowed, resolve=resolve) as session:
            assert session.get(url, source=source(url)).document.content == FEED


def test_an_opened_network_is_not_open_to_redirects_to_other_ports() -> None:
    with served(answer(FEED)) as inside, served(redirect(inside.url("/"))) as server:
        assert failure(server.url("/"), "127.0.0.1").outcome == Outcome.REFUSED_ADDRESS
        assert inside.hits == []
        assert get(server.url("/"), "127.0.0.1", inside.endpoint).document.url == inside.url("/")


def test_a_linked_address_is_no_more_open_than_a_redirect(canary: HostileServer) -> None:
    own = source("http://127.0.0.1:8801/")
    with HostSession(policy("127.0.0.0/8")) as session, pytest.raises(SourceError) as caught:
        session.get(canary.url("/"), source=own)
    assert (caught.value.outcome, canary.hits) == (Outcome.REFUSED_ADDRESS, [])


def test_the_environment_sets_no_proxy(
    canary: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, canary.url(""))
    with served(answer(FEED)) as server:
        assert get(server.url("/")).document.content == FEED
    assert canary.hits == []


# --- TLS ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost, made on the spot, and its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs the openssl command to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            openssl,
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-keyout",
            "key.pem",
            "-out",
            "cert.pem",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost",
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture
def tls(authority: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / "cert.pem", authority / "key.pem")
    return context


@pytest.fixture
def trusted(authority: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority / "cert.pem"))


def test_a_trusted_certificate_is_accepted(tls: ssl.SSLContext, trusted: None) -> None:
    with HostileServer({"/": answer(FEED)}, tls=tls) as server:
        url = server.url("/", host="localhost")
        assert get(url, "127.0.0.1", "::1").document.content == FEED


def test_an_unknown_certificate_is_refused(tls: ssl.SSLContext) -> None:
    with HostileServer({"/": answer(FEED)}, tls=tls) as server:
        found = failure(server.url("/", host="localhost"))
    assert found.outcome == Outcome.TLS
    assert "the certificate is refused: self" in found.message
    assert server.hits == []


def test_a_certificate_for_another_name_is_refused(tls: ssl.SSLContext, trusted: None) -> None:
    with HostileServer({"/": answer(FEED)}, tls=tls) as server:
        found = failure(server.url("/"))
    assert found.outcome == Outcome.TLS
    assert "IP address mismatch" in found.message


def test_a_server_without_tls_is_named() -> None:
    with HostileServer({}) as server:
        found = failure(server.url("/").replace("http:", "https:"))
    assert found.outcome == Outcome.TLS


def test_a_handshake_that_never_ends_ends_at_the_deadline() -> None:
    with HostileServer({"TLS": stall()}) as server:
        found = failure(server.url("/").replace("http:", "https:"), deadline=0.3)
    assert found.outcome == Outcome.TOO_SLOW


def test_no_redirect_leaves_tls(tls: ssl.SSLContext, trusted: None) -> None:
    with served(answer(FEED)) as plain:
        down = {"/": redirect(plain.url("/"))}
        with HostileServer(down, tls=tls) as server:
            url = server.url("/", host="localhost")
            found = failure(url, "127.0.0.1", plain.endpoint)
    assert (found.outcome, plain.hits) == (Outcome.MOVED, [])
    assert found.message.endswith(f"redirects from https to {plain.url('/')}, which is not secure")


def test_a_redirect_to_tls_is_followed(tls: ssl.SSLContext, trusted: None) -> None:
    with HostileServer({"/": answer(FEED)}, tls=tls) as secure:
        target = secure.url("/", host="localhost")
        with served(redirect(target, "301 Moved")) as server:
            found = get(server.url("/"), "127.0.0.1", f"localhost:{secure.port}")
    assert (found.document.content, found.moved_to) == (FEED, target)
