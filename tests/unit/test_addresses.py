"""Where we may go, judged from text alone."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.addresses import Openings, is_public, literal, openings, refusal

OWN = ("intranet.example", 80)


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "93.184.216.34",
        "100.63.255.255",
        "100.128.0.0",
        "172.15.0.1",
        "172.32.0.1",
        "192.0.1.1",
        "198.17.0.1",
        "198.20.0.1",
        "223.255.255.255",
        "2606:4700::1111",
        "2001:200::1",
        "2400:cb00::1",
        pytest.param("::ffff:8.8.8.8", id="mapped public IPv4"),
        pytest.param("64:ff9b::808:808", id="NAT64 of a public IPv4"),
    ],
)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        pytest.param("::ffff:127.0.0.1", id="mapped loopback"),
        pytest.param("::ffff:a00:1", id="mapped private"),
        pytest.param("::127.0.0.1", id="v4-compatible"),
        pytest.param("64:ff9b::7f00:1", id="NAT64 of loopback"),
        pytest.param("64:ff9b::a9fe:a9fe", id="NAT64 of metadata"),
        pytest.param("64:ff9b:1::808:808", id="local NAT64"),
        pytest.param("2002:7f00:1::", id="6to4 of loopback"),
        pytest.param("2002:808:808::1", id="6to4"),
        pytest.param("2001:0:53aa:64c::1", id="Teredo"),
        pytest.param("2001:10::1", id="ORCHID"),
        pytest.param("2001:db8::1", id="documentation"),
        pytest.param("3fff::1", id="newer documentation"),
        pytest.param("100::1", id="discard"),
        pytest.param("fc00::1", id="unique local"),
        pytest.param("fd12:3456::1", id="unique local with L bit"),
        pytest.param("fe80::1", id="link-local"),
        pytest.param("fe80::1%eth0", id="link-local with zone"),
        pytest.param("fec0::1", id="site-local"),
        pytest.param("ff02::1", id="multicast"),
        pytest.param("host.example", id="no address"),
        pytest.param("", id="nothing"),
    ],
)
def test_all_other_addresses_are_not(address: str) -> None:
    assert not is_public(address)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_in_every_ipv6_dress(address: object) -> None:
    assert (
        is_public(f"::ffff:{address}")
        == is_public(f"64:ff9b::{address}")
        == is_public(str(address))
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://gov.example/feed.xml",
        "http://gov.example:8080/a?b=c\\d#e",
        "HTTPS://GOV.EXAMPLE",
        "https://日本.example/規制",
        "http://[::1]:80/",
        "/moved/here",
        "here.xml?when=12:30",
        "//gov.example/feed",
    ],
)
def test_plain_urls_and_locations_are_not_refused(url: str) -> None:
    assert refusal(url) == ""


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("file:///etc/hosts", "is not http or https"),
        ("ftp://gov.example/", "is not http or https"),
        ("gopher://gov.example/", "is not http or https"),
        ("javascript:alert(1)", "is not http or https"),
        ("data:text/xml,<rss/>", "is not http or https"),
        ("://gov.example/", "is not http or https"),
        ("http:", "names no host"),
        ("http:///path", "names no host"),
        ("https:gov.example", "names no host"),
        ("http://gov.example\\@127.0.0.1/", "has a backslash"),
        ("/\\127.0.0.1/", "has a backslash"),
        ("http://a:b@gov.example/", "has a user name or password"),
        ("//gov.example@127.0.0.1/", "has a user name or password"),
        ("http://127.0.0.%32/", "has an escaped host"),
        ("http://１２７.0.0.1/", "has digits or dots in its host that are not ASCII"),
        ("http://127。0。0。1/", "has digits or dots in its host that are not ASCII"),
        ("http://①.example/", "has digits or dots in its host that are not ASCII"),
        ("http://gov.example/a b", "has white space or control characters"),
        ("http://gov.example/\x00", "has white space or control characters"),
        ("http://gov.example/\x85", "has white space or control characters"),
        ("\nhttp://gov.example/", "has white space or control characters"),
    ],
)
def test_urls_on_which_parsers_disagree_are_refused(url: str, why: str) -> None:
    assert refusal(url) == why


def test_openings_are_networks_addresses_and_endpoints() -> None:
    entries = ["10.1.2.3/16", " 127.0.0.1 ", "Intranet.Example:8080", "[::1]:81", "fd00::/8"]
    found = openings(entries)
    assert [str(network) for network in found.networks] == [
        "10.1.0.0/16",
        "127.0.0.1/32",
        "fd00::/8",
    ]
    assert found.endpoints == {("intranet.example", 8080), ("::1", 81)}


@pytest.mark.parametrize(
    "entry",
    [
        "",
        "intranet.example",
        "intranet.example:",
        "intranet.example:0",
        "a:65536",
        ":80",
        "1.2.3.4/33",
        "a:b:80",
        "*",
        "a:八十",
    ],
)
def test_an_opening_that_cannot_be_read_is_named(entry: str) -> None:
    with pytest.raises(ValueError, match="is not a network, an address or host:port") as caught:
        openings(["10.0.0.0/8", entry])
    assert repr(entry) in str(caught.value)


@pytest.mark.parametrize(
    ("entries", "address", "asked", "permitted"),
    [
        pytest.param([], "8.8.8.8", ("a.example", 80), True, id="public needs no opening"),
        pytest.param([], "10.1.2.3", OWN, False, id="nothing is open by itself"),
        pytest.param(["10.1.0.0/16"], "10.1.2.3", OWN, True, id="own host in a network"),
        pytest.param(["10.1.0.0/16"], "10.2.0.1", OWN, False, id="own host outside"),
        pytest.param(["10.1.2.3"], "::ffff:10.1.2.3", OWN, True, id="own host, mapped"),
        pytest.param(["::/0"], "fe80::1", OWN, True, id="own host, IPv6"),
        pytest.param(["10.0.0.0/8"], "nonsense", OWN, False, id="no address"),
        pytest.param(["10.1.0.0/16"], "10.1.2.3", ("b.example", 80), False, id="another host"),
        pytest.param(["10.1.0.0/16"], "10.1.2.3", (OWN[0], 81), False, id="another port"),
        pytest.param(["b.example:81"], "10.1.2.3", ("b.example", 81), True, id="named"),
        pytest.param(["b.example:81"], "10.1.2.3", ("b.example", 82), False, id="other port"),
        pytest.param(["10.1.2.3:81"], "10.1.2.3", ("b.example", 81), True, id="by address"),
    ],
)
def test_who_may_be_connected(
    entries: list[str], address: str, asked: tuple[str, int], permitted: bool
) -> None:
    assert openings(entries).permits(address, asked, OWN) is permitted


def test_no_openings_open_nothing() -> None:
    assert openings([]) == Openings()


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0X7F.1", "127.0.0.1"),
        ("0177.0.0.1.", "127.0.0.1"),
        ("localhost", "127.0.0.1"),
        ("printer.LOCALHOST", "127.0.0.1"),
        ("[::1]", "::1"),
        ("gov.example", ""),
        ("127.0.0.1.example", ""),
        ("256.0.0.1", ""),
        ("4294967296", ""),
        ("1.2.3.4.5", ""),
        ("08.1.1.1", ""),
        ("", ""),
    ],
)
def test_a_host_may_spell_an_address(host: str, address: str) -> None:
    assert literal(host) == address


@given(st.from_regex(r"(?:(?:0x[0-9a-f]{1,3}|0?[0-9]{1,3})\.){0,3}[0-9]{1,10}", fullmatch=True))
def test_numbers_spell_what_the_system_makes_of_them(host: str) -> None:
    try:
        expected = socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        expected = ""
    assert literal(host) == expected
