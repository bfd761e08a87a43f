"""Landlock: a second lock on files, TCP and signals, by handling every right and granting none.

Rights newer than the running kernel are masked by its ABI, for an unknown bit is EINVAL. What
Landlock does not cover (stat, chdir, UDP, descriptors already open) is the filter's.

Source: linux/Documentation/userspace-api/landlock.rst, linux/include/uapi/linux/landlock.h.
"""

from __future__ import annotations

import os
import struct

from cellblock.linux import syscall

_CREATE_RULESET_VERSION = 1

FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 5: 16, 9: 17}
"""ABI to the number of file rights that it knows, lowest bits first."""
NETWORK_RIGHTS = {4: 2, 10: 4}
"""ABI to the number of network rights (TCP bind and connect; UDP from ABI 10)."""
SCOPES = {6: 2}
"""ABI to the number of scopes (abstract UNIX sockets, signals)."""


def abi() -> int:
    """Tell which ABI the running kernel speaks; 0 if it has no Landlock or keeps it off."""
    try:
        return syscall("landlock_create_ruleset", None, 0, _CREATE_RULESET_VERSION)
    except OSError:
        return 0


def ruleset(version: int) -> bytes:
    """Build the attribute that handles all that ABI *version* can handle."""
    files, network, scopes = (
        (1 << _newest(table, version)) - 1 for table in (FILE_RIGHTS, NETWORK_RIGHTS, SCOPES)
    )
    if version < 4:
        return struct.pack("<Q", files)
    if version < 6:
        return struct.pack("<QQ", files, network)
    return struct.pack("<QQQ", files, network, scopes)


def _newest(table: dict[int, int], version: int) -> int:
    return max((bits for since, bits in table.items() if since <= version), default=0)


def restrict(attribute: bytes) -> None:
    """Put the calling thread into a domain with no rule: no file, no TCP, no signal outwards.

    Needs no_new_privs, or root. Raises: OSError.
    """
    descriptor = syscall("landlock_create_ruleset", attribute, len(attribute), 0)
    try:
        syscall("landlock_restrict_self", descriptor, 0)
    finally:
        os.close(descriptor)
