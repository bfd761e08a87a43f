"""Which addresses, ports and host names the host's HTTP may go to. Pure: no look-up, no socket.

In: an address, a port or the text of a URL. Out: a reason to refuse it, or the URL as it will be
used. An address that no line of the tables refuses is public. What connects uses the answer of
this module alone, so that two readers of one text cannot disagree.

Source: the IANA special-purpose address registries for IPv4 and IPv6 (RFC 6890), RFC 6052, the
clouds' own pages for the addresses of their metadata services, the Fetch standard for ports.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from typing import TypeAlias

import httpx

from cellblock.broker.adapter import AdapterError
from cellblock.limits import HTTP_URL_BYTES

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

_REFUSED_4 = (
    ("0.0.0.0/8", "on this machine (RFC 1122)"),
    ("10.0.0.0/8", "in a private network (RFC 1918)"),
    ("100.64.0.0/10", "behind a provider's NAT, such as Alibaba's metadata (RFC 6598)"),
    ("127.0.0.0/8", "on this machine (RFC 1122)"),
    ("168.63.129.16/32", "at Azure's platform service"),
    ("169.254.0.0/16", "link-local, such as the metadata of most clouds (RFC 3927)"),
    ("172.16.0.0/12", "in a private network (RFC 1918)"),
    ("192.0.0.0/24", "set aside for protocols, such as Oracle's metadata (RFC 6890)"),
    ("192.0.2.0/24", "for documents only (RFC 5737)"),
    ("192.31.196.0/24", "at a sink for queries (RFC 7535)"),
    ("192.52.193.0/24", "at a relay for multicast (RFC 7450)"),
    ("192.88.99.0/24", "at a relay to IPv6 that is no more (RFC 7526)"),
    ("192.168.0.0/16", "in a private network (RFC 1918)"),
    ("192.175.48.0/24", "at a sink for queries (RFC 7534)"),
    ("198.18.0.0/15", "for measurements only (RFC 2544)"),
    ("198.51.100.0/24", "for documents only (RFC 5737)"),
    ("203.0.113.0/24", "for documents only (RFC 5737)"),
    ("224.0.0.0/4", "a multicast group (RFC 5771)"),
    ("240.0.0.0/4", "reserved (RFC 1112)"),
)
_REFUSED_6 = (
    ("2001::/23", "set aside for protocols: Teredo, ORCHID, measurements (RFC 2928)"),
    ("2001:db8::/32", "for documents only (RFC 3849)"),
    ("2002::/16", "at an IPv4 address in disguise, 6to4 (RFC 3056)"),
    ("2620:4f:8000::/48", "at a sink for queries (RFC 7534)"),
    ("3ffe::/16", "of a network that is no more (RFC 3701)"),
    ("3fff::/20", "for documents only (RFC 9637)"),
)
_NAMED_6 = (
    ("::/128", "on this machine (RFC 4291)"),
    ("::1/128", "on this machine (RFC 4291)"),
    ("fc00::/7", "in a private network (RFC 4193)"),
    ("fe80::/10", "link-local (RFC 4291)"),
    ("ff00::/8", "a multicast group (RFC 4291)"),
)
"""Reasons for what lies outside 2000::/3, where all of public IPv6 is."""
_EMBEDDING = ("::ffff:0:0/96", "64:ff9b::/96")
"""IPv4-mapped, and the network of NAT64 (RFC 6052): judged by the IPv4 address at the end."""

_BAD_PORTS = frozenset(
    int(port)
    for port in """
    0 1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113
    115 117 119 123 135 137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 548 554
    556 563 587 601 636 989 990 993 995 1719 1720 1723 2049 3659 4045 4190 5060 5061 6000 6566 6665
    6666 6667 6668 6669 6679 6697 10080
    """.split()
)
"""Ports of services that would take a request for words of their own protocol.

Source: https://fetch.spec.whatwg.org/#port-blocking
"""

_AUTHORITY = re.compile(r"(?i:https?)://([^/?#]*)")
_PORT = re.compile(r"(?:\[[^\]]*\]|[^:\[\]]+)(?::[0-9]{0,5})?", re.ASCII)
_ENDPOINT = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^\[\]:/?#@\s]+)(?::([0-9]{1,5}))?", re.ASCII)
_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\Z", re.ASCII)
_NUMBER = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)\Z", re.ASCII)
_AUTHORITY_CHARACTERS = 253 + len(".:65535")
_ASCII = bytes(range(128))
_TOO_LONG = f"it is longer than {HTTP_URL_BYTES:,} bytes when percent-encoded"
DEFAULT_PORTS = {"http": 80, "https": 443}


def _networks(rows: Sequence[tuple[str, str]]) -> tuple[tuple[_Network, str], ...]:
    return tuple((ipaddress.ip_network(network), reason) for network, reason in rows)


_TABLE = {4: _networks(_REFUSED_4), 6: _networks(_REFUSED_6 + _NAMED_6)}
_PUBLIC_6 = ipaddress.IPv6Network("2000::/3")
_EMBEDDERS = tuple(ipaddress.IPv6Network(network) for network in _EMBEDDING)


def plain(address: str) -> Address:
    """Read an address; one that is IPv4 written as IPv6 comes out as IPv4.

    Raises: ValueError for what is no address, and for one with a zone.
    """
    if "%" in address:
        raise ValueError(f"{address[:80]!r} has a zone")
    read = ipaddress.ip_address(address)
    if isinstance(read, ipaddress.IPv6Address) and read.ipv4_mapped is not None:
        return read.ipv4_mapped
    return read


def reason_against(address: Address) -> str | None:
    """Say what *address* is if it is not public, or give None."""
    judged = address
    if address.version == 6 and any(address in network for network in _EMBEDDERS):
        judged = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    for network, reason in _TABLE[judged.version]:
        if judged in network:
            return reason
    if isinstance(judged, ipaddress.IPv6Address) and judged not in _PUBLIC_6:
        return "outside of public IPv6 (RFC 4291)"
    return None


def bad_port(port: int) -> bool:
    """Tell whether *port* belongs to a service that is not HTTP."""
    return port in _BAD_PORTS or not 0 < port <= 65_535


def literal(host: str) -> Address | None:
    """Read *host* as an address, or give None if it is a name.

    Raises: AdapterError("bad_request") for a zone, and for an IPv4 address in any other way of
    writing than four decimal numbers, which one reader takes for a name and another does not.
    """
    try:
        return plain(host)
    except ValueError:
        pass
    if ":" in host or "%" in host:
        raise AdapterError(f"{host[:80]!r} is no host: an IPv6 address has no zone", "bad_request")
    if _NUMBER.match(host.removesuffix(".").rpartition(".")[2]):
        raise AdapterError(
            f"{host[:80]!r} is no host: write an IPv4 address as four decimal numbers",
            "bad_request",
        )
    return None


def canonical(host: str) -> str:
    """Give the one writing of *host* by which operators' rules know it. Raises: AdapterError."""
    address = literal(host)
    return host.lower().removesuffix(".") if address is None else str(address)


def read_url(text: str) -> httpx.URL:
    """Read an absolute http or https URL as it will be used: no fragment, no dot after the host.

    Limits: HTTP_URL_BYTES, in what was given and in what comes of it.
    Raises: AdapterError("bad_request") that says what is wrong.
    """
    if len(text) > HTTP_URL_BYTES:
        raise _bad(text, f"it is longer than {HTTP_URL_BYTES:,} bytes")
    # What some readers drop or turn around is a way to show one host and to mean another.
    if odd := re.search(r"[\x00-\x20\x7f\\]", text):
        raise _bad(text, f"it holds {odd[0]!r}; write it as %{ord(odd[0]):02X}")
    authority = _AUTHORITY.match(text)
    if authority is None:
        raise _bad(text, "it must begin with http:// or https://")
    if "@" in authority[1]:
        raise _bad(text, "it holds a user name; send an Authorization header instead")
    _see_length(text, authority)
    try:
        url = httpx.URL(text.partition("#")[0])
        host = url.raw_host.decode("ascii").removesuffix(".")
        if literal(host) is None:
            if not _NAME.match(host):
                raise _bad(text, "its host is none")
            url = url.copy_with(host=host)
        else:
            url = url.copy_with(host=str(plain(host)))
    except (httpx.InvalidURL, ValueError) as error:
        raise _bad(text, f"{error}"[:200]) from None
    if not _PORT.fullmatch(authority[1]) or not 0 < port_of(url) <= 65_535:
        raise _bad(text, "its port is no number from 1 to 65535")
    if len(str(url)) > HTTP_URL_BYTES:
        raise _bad(text, _TOO_LONG)
    return url


def _see_length(text: str, authority: re.Match[str]) -> None:
    """Refuse a URL that would be too long, before the work of making it. Raises: AdapterError."""
    if len(authority[1]) > _AUTHORITY_CHARACTERS:
        raise _bad(text, "its host is longer than 253 characters")
    rest = text.partition("#")[0][authority.end() :].encode("utf-8", "surrogatepass")
    if len(rest) + 2 * len(rest.translate(None, _ASCII)) > HTTP_URL_BYTES:
        raise _bad(text, _TOO_LONG)


def port_of(url: httpx.URL) -> int:
    """Give the port that a URL means."""
    return DEFAULT_PORTS[url.scheme] if url.port is None else url.port


def _bad(text: str, reason: str) -> AdapterError:
    shown = text if len(text) <= 80 else text[:80] + "…"
    return AdapterError(f"{shown!r} is no URL that can be asked for: {reason}", "bad_request")


def endpoint(text: str) -> tuple[str, int | None]:
    """Read an operator's ``host`` or ``host:port``; an IPv6 address stands in brackets.

    Raises: ValueError.
    """
    parts = _ENDPOINT.fullmatch(text)
    if parts is None:
        raise ValueError(f"{text[:80]!r} is no host or host:port")
    try:
        host = read_url(f"http://{parts[1]}/").raw_host.decode("ascii")
    except AdapterError as error:
        raise ValueError(f"{text[:80]!r} is no host or host:port ({error})") from None
    port = None if parts[2] is None else int(parts[2])
    if port is not None and not 0 < port <= 65_535:
        raise ValueError(f"{text[:80]!r} names a port that cannot be")
    return host, port
