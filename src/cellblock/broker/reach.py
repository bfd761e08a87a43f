"""What an operator lets the host's HTTP go to, beside and instead of all that is public. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import httpx

from cellblock.broker.adapter import AdapterError
from cellblock.broker.addresses import (
    DEFAULT_PORTS,
    Address,
    bad_port,
    endpoint,
    port_of,
    read_url,
    reason_against,
)


@dataclass(frozen=True, slots=True)
class Reach:
    """What a client may connect to.

    *hosts* is an allowlist of ``host`` or ``host:port``; empty allows every public address.
    *private* names each ``host:port`` that is allowed although its address is not public. *proxy*
    is the URL of an HTTP proxy that is asked for everything.
    """

    hosts: tuple[str, ...] = ()
    private: tuple[str, ...] = ()
    proxy: str | None = field(default=None, repr=False)

    @classmethod
    def only(cls, url: str) -> Reach:
        """Give the reach of a client that asks *url*'s host and port alone, wherever it is.

        For an endpoint that the operator chose. Raises: ValueError for what is no URL.
        """
        try:
            read = read_url(url)
        except AdapterError as error:
            raise ValueError(str(error)) from None
        host = f"[{read.host}]" if ":" in read.host else read.host
        end = (f"{host}:{port_of(read)}",)
        return cls(hosts=end, private=end)


class Gate:
    """A `Reach`, read once. Raises: ValueError for an entry that names no host."""

    def __init__(self, reach: Reach) -> None:
        self._hosts = frozenset(endpoint(entry) for entry in reach.hosts)
        self._private = frozenset(endpoint(entry) for entry in reach.private)
        if any(port is None for _, port in self._private):
            raise ValueError("a private target has a port: write host:port")

    def private(self, host: str, port: int) -> bool:
        """Tell whether the operator allows *host* and *port*, wherever it is."""
        return (host, port) in self._private

    def admit(self, host: str, port: int) -> None:
        """Judge what can be judged before looking up. Raises: AdapterError("blocked")."""
        named = (host, port) in self._hosts or self.private(host, port)
        if bad_port(port) and not named:
            raise AdapterError(
                f"port {port} belongs to a service that is not HTTP, and is not asked", "blocked"
            )
        if self._hosts and not named and (host, None) not in self._hosts:
            raise AdapterError(
                f"{host}:{port} is not among the hosts that the operator allows", "blocked"
            )

    def judge(self, host: str, port: int, addresses: Iterable[Address]) -> None:
        """Refuse a host if any of its addresses is not public. Raises: AdapterError("blocked")."""
        if self.private(host, port):
            return
        for address in addresses:
            if reason := reason_against(address):
                # Not which address: a name of the operator's own network may be a secret.
                raise AdapterError(
                    f"{host} is not at a public address but {reason}; "
                    "an operator can allow it by host and port",
                    "blocked",
                )


def read_proxy(text: str) -> httpx.URL:
    """Read the URL of a proxy. Raises: ValueError, which does not say it, for it may hold a key."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in DEFAULT_PORTS or not url.host or url.raw_path != b"/":
        raise ValueError("a proxy is http://host:port or https://host:port")
    return url
