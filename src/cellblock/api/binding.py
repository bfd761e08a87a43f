"""Where the service listens, and whether that is safe.

In: what an operator chose. Out: sockets that listen, and the names by which the service may be
called; or an `OperatorFault` before anything was begun.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import socket
import stat
from dataclasses import dataclass
from pathlib import Path

from cellblock.errors import OperatorFault
from cellblock.limits import API_CONNECTIONS

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bind:
    """Where to listen, as an operator says it."""

    host: str = "127.0.0.1"
    port: int = 8420
    """0 for any that is free."""
    socket: Path | None = None
    """A socket of the machine instead, for its owner alone."""
    certificate: Path | None = None
    key: Path | None = None
    behind_proxy: tuple[str, ...] = ()
    """Addresses or networks of proxies whose X-Forwarded-For and -Proto are believed."""
    insecure: bool = False
    """Whether tokens may go over a network in the clear."""
    names: tuple[str, ...] = ()
    """Names by which the service may be called, besides those of the loopback."""


def judge(bind: Bind) -> None:
    """Refuse what would send tokens over a network in the clear, or cannot be.

    Raises: OperatorFault.
    """
    if (bind.certificate is None) != (bind.key is None):
        raise OperatorFault(
            "bad-tls", "TLS needs a certificate and its key", "give --tls-cert and --tls-key"
        )
    for proxy in bind.behind_proxy:
        try:
            ipaddress.ip_network(proxy)
        except ValueError:
            raise OperatorFault(
                "bad-proxy",
                f"{proxy[:80]!r} is no address of a proxy",
                "give an address or a network, such as 127.0.0.1 or 10.0.0.0/8",
            ) from None
    safe = bind.insecure or bind.behind_proxy or bind.certificate is not None
    if bind.socket is None and not safe and not _is_loopback(bind):
        raise OperatorFault(
            "insecure-bind",
            f"{bind.host[:80]} is not this machine alone, and tokens would cross the network in "
            "the clear",
            "give --tls-cert and --tls-key, or --behind-proxy with a proxy that speaks TLS, or say "
            "--insecure-bind",
        )


def hosts_of(bind: Bind) -> tuple[str, ...]:
    """Give the names by which the service may be called; () for any.

    A page of another site can have its name bent to the loopback, and a browser would then take
    the service for a part of that site.
    """
    if bind.socket is not None:
        return ()
    if not bind.names and (bind.behind_proxy or not _is_loopback(bind)):
        return ()
    own = f"[{bind.host}]" if ":" in bind.host else bind.host
    return (*LOOPBACK, own, *bind.names)


def listen(bind: Bind) -> list[socket.socket]:
    """Open what is listened at. Raises: OperatorFault."""
    judge(bind)
    if bind.socket is not None:
        return [_local(bind.socket)]
    opened: list[socket.socket] = []
    port = bind.port
    try:
        for family, address in _addresses(bind):
            opened.append(_tcp(family, (address, port)))
            port = opened[0].getsockname()[1]
    except (OSError, OverflowError) as error:
        for one in opened:
            one.close()
        raise OperatorFault(
            "bind-failed",
            f"cannot listen at {bind.host[:80]}, port {bind.port}: {_reason(error)}",
            "choose another with --host and --port, or end what listens there",
        ) from error
    return opened


def url_of(bind: Bind, opened: list[socket.socket]) -> str:
    """Give the address by which a program on this machine reaches the service."""
    if bind.socket is not None:
        return f"unix:{bind.socket}"
    scheme = "http" if bind.certificate is None else "https"
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bind.host, bind.host)  # noqa: S104
    host = f"[{host}]" if ":" in host else host
    return f"{scheme}://{host}:{opened[0].getsockname()[1]}"


def _is_loopback(bind: Bind) -> bool:
    return all(ipaddress.ip_address(address).is_loopback for _, address in _addresses(bind))


def _addresses(bind: Bind) -> list[tuple[int, str]]:
    """Resolve the host. Raises: OperatorFault."""
    try:
        found = socket.getaddrinfo(
            bind.host or None, bind.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except (OSError, UnicodeError, OverflowError) as error:
        raise OperatorFault(
            "bind-failed", f"there is no address {bind.host[:80]!r} here", "see --host"
        ) from error
    return list(dict.fromkeys((info[0], str(info[4][0]).partition("%")[0]) for info in found))


def _tcp(family: int, address: tuple[str, int]) -> socket.socket:
    one = socket.socket(family, socket.SOCK_STREAM)
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        one.bind(address)
        one.listen(API_CONNECTIONS)
    except BaseException:
        one.close()
        raise
    return one


def _local(path: Path) -> socket.socket:
    """Listen at a socket of the machine; one that nobody listens at any more gives way."""
    one = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # Nobody else may come between bind and chmod.
    before = os.umask(0o177)
    try:
        with contextlib.suppress(FileNotFoundError):
            if stat.S_ISSOCK(path.lstat().st_mode) and not _listens(path):
                path.unlink()
        one.bind(str(path))
        one.listen(API_CONNECTIONS)
    except OSError as error:
        one.close()
        raise OperatorFault(
            "bind-failed", f"cannot listen at {path}: {_reason(error)}", "choose another path"
        ) from error
    finally:
        os.umask(before)
    return one


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as one:
        one.settimeout(1)
        try:
            one.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            return False
        except OSError:
            return True
    return True


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or "it is not possible"
