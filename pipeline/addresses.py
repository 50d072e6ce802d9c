"""Where we may go: URLs that are never asked, addresses that are not public, and the exceptions.

The table is our own because `ipaddress.is_global` calls NAT64, 6to4, multicast and others public.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import TypeAlias

Endpoint: TypeAlias = tuple[str, int]
"""A host as a URL names it, in lower case, and a port."""

_NOT_PUBLIC_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, cloud metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # class E and broadcast
    )
)
# Only this block is handed out as global unicast. What lies outside (::1, v4-compatible, local
# NAT64, unique local, link-local, site-local, multicast) needs no entry of its own.
_PUBLIC_V6 = IPv6Network("2000::/3")
_NOT_PUBLIC_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
    )
)
# DNS64 resolvers on networks without IPv4 answer with these for every IPv4 host.
_NAT64 = IPv6Network("64:ff9b::/96")

_AUTHORITY = re.compile(r"(?:(?P<scheme>[^:/?#]*):)?(?://(?P<authority>[^/?#]*))?")
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\x9f\s]")
_NUMBER = re.compile(r"0x[0-9a-f]{1,16}|0[0-7]{0,20}|[1-9][0-9]{0,15}")
_FULL_STOPS = frozenset("。．｡")  # browsers read them as dots


def is_public(address: str) -> bool:
    """Say whether an IP address is one of the public internet; what is no address is not."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        inner = _embedded(ip)
        if inner is None:
            return ip in _PUBLIC_V6 and not any(ip in network for network in _NOT_PUBLIC_V6)
        ip = inner
    return not any(ip in network for network in _NOT_PUBLIC_V4)


def literal(host: str) -> str:
    """Return the address that a host spells, in any way resolvers read; empty for a name.

    `127.1`, `0x7f000001` and `localhost` are 127.0.0.1.
    """
    host = host.strip("[]").rstrip(".").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return "127.0.0.1"
    try:
        return str(ip_address(host))
    except ValueError:
        return _numeric(host)


def refusal(url: str) -> str:
    """Say why a URL, absolute or a Location, is never asked; empty when nothing is wrong.

    It is stricter than any parser, so that no two parsers can disagree about the host.
    """
    parts = _AUTHORITY.match(url)
    scheme, authority = parts.group("scheme", "authority") if parts else (None, None)
    if _UNSAFE.search(url):
        return "has white space or control characters"
    if scheme is not None and scheme.lower() not in ("http", "https"):
        return "is not http or https"
    if "\\" in re.split(r"[?#]", url)[0]:
        return "has a backslash"
    if scheme is not None and not authority:
        return "names no host"
    return _authority_refusal(authority or "")


@dataclass(frozen=True, slots=True)
class Openings:
    """The non-public places that an operator opened."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    endpoints: frozenset[Endpoint] = frozenset()

    def permits(self, address: str, asked: Endpoint, own: Endpoint) -> bool:
        """Say whether an address, found for the host that is asked, may be connected.

        Networks open a source's own host and port; any other host, such as the target of a
        redirect, needs its host:port named.
        """
        if is_public(address) or asked in self.endpoints or (address, asked[1]) in self.endpoints:
            return True
        return asked == own and self._covers(address)

    def _covers(self, address: str) -> bool:
        try:
            ip = ip_address(address)
        except ValueError:
            return False
        inner = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
        return any((inner or ip) in network for network in self.networks)


def openings(entries: Iterable[str]) -> Openings:
    """Read entries such as `10.1.0.0/16`, `10.1.2.3`, `intranet.example:8080`, `[::1]:8080`.

    Raise ValueError naming the first entry that is none of these.
    """
    networks: list[IPv4Network | IPv6Network] = []
    endpoints: set[Endpoint] = set()
    for entry in entries:
        try:
            networks.append(ip_network(entry.strip(), strict=False))
        except ValueError:
            endpoints.add(_endpoint(entry.strip()))
    return Openings(tuple(networks), frozenset(endpoints))


def _numeric(host: str) -> str:
    """Read what inet_aton reads: one to four numbers, the last of which fills what is left."""
    *parts, last = host.split(".")
    if len(parts) > 3 or not all(_NUMBER.fullmatch(part) for part in (*parts, last)):
        return ""
    *values, rest = (int(part, _base(part)) for part in (*parts, last))
    if any(value > 255 for value in values) or rest >= 256 ** (4 - len(values)):
        return ""
    total = rest + sum(value << 8 * (3 - place) for place, value in enumerate(values))
    return str(IPv4Address(total))


def _base(number: str) -> int:
    if number.startswith("0x"):
        return 16
    return 8 if number.startswith("0") else 10


def _embedded(ip: IPv6Address) -> IPv4Address | None:
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    return IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None


def _authority_refusal(authority: str) -> str:
    if "@" in authority:
        return "has a user name or password"
    if "%" in authority:
        return "has an escaped host"
    if any(c in _FULL_STOPS or (c.isdigit() and not c.isascii()) for c in authority):
        return "has digits or dots in its host that are not ASCII"
    return ""


def _endpoint(entry: str) -> Endpoint:
    host, _, port = entry.rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        host = ""
    if not host or not re.fullmatch(r"[0-9]{1,5}", port) or not 0 < int(port) < 65_536:
        raise ValueError(f"{entry!r} is not a network, an address or host:port")
    return host.lower(), int(port)
