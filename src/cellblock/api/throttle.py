"""Failures counted by client address, in bounded memory. Pure: the time is a parameter.

An address may fail `FAILURES_AT_ONCE` times, and once more every `FAILURE_S`. Of IPv6 the /64 is
one address, for a client has all of it.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict

from cellblock.limits import AUTH_FAILURE_S, AUTH_FAILURES

MOST_ADDRESSES = 10_000
"""Addresses that are remembered; of more the one that failed longest ago is forgotten."""


class Throttle:
    """Who failed, and when."""

    def __init__(self) -> None:
        self._free_at: OrderedDict[str, float] = OrderedDict()

    def fail(self, address: str, now: float) -> float:
        """Count a failure; give the seconds to wait if there were too many, else 0."""
        key = network_of(address)
        # The time at which nothing would be owed; each failure moves it on by its share.
        free_at = max(self._free_at.pop(key, now), now)
        owed = (free_at - now) / AUTH_FAILURE_S
        if owed > AUTH_FAILURES - 1:
            self._free_at[key] = free_at
            return free_at - now - (AUTH_FAILURES - 1) * AUTH_FAILURE_S
        self._free_at[key] = free_at + AUTH_FAILURE_S
        if len(self._free_at) > MOST_ADDRESSES:
            self._free_at.popitem(last=False)
        return 0.0

    def forgive(self, address: str) -> None:
        """Take a failure back: what was counted as one was none."""
        key = network_of(address)
        if key in self._free_at:
            self._free_at[key] -= AUTH_FAILURE_S


def network_of(address: str) -> str:
    """Give what an address is counted under."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:100]
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
