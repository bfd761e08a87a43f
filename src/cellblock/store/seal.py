"""The seal on the secrets of one connection: AES-256-GCM that holds for its own row alone.

Pure: rows and keys in, rows and plain bytes out. No error holds a secret.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cellblock.errors import OperatorFault
from cellblock.store.keys import key_id

FORMAT = 1
"""How rows are written; a row of another one is not read."""
_NONCE_BYTES = 12
_secrets = msgspec.json.Decoder(dict[str, str])


class Row(msgspec.Struct, frozen=True):
    """A connection as it stands in the file."""

    workspace: str
    kind: str
    name: str
    format: int
    settings: str
    """A JSON object; not secret, but under the seal: it may say where the secrets are sent."""
    secrets: str
    """A JSON array of the names of the secrets that are set."""
    key_id: str = ""
    sealed: bytes = b""
    """A nonce of 12 bytes, then the encrypted JSON object of the secrets and its tag."""
    created_at: float = 0.0
    changed_at: float = 0.0

    @property
    def title(self) -> str:
        """Name it in an error text."""
        return f"the {self.kind} connection {self.name} of workspace {self.workspace}"

    @property
    def anew(self) -> str:
        """Say how to be rid of what cannot be opened: nothing in it may be sealed again."""
        which = f"{self.kind} --name {self.name}"
        if self.workspace != "default":
            which += f" --workspace {self.workspace}"
        return (
            f"remove it and connect anew: `cellblock connect remove {which}`, then "
            f"`cellblock connect {which}`"
        )

    def read(self, text: str) -> Any:
        """Read a column that is JSON. Raises: OperatorFault("damaged-connection")."""
        try:
            return msgspec.json.decode(text)
        except msgspec.DecodeError:
            raise _damaged(self) from None


def seal(row: Row, values: Mapping[str, str], key: bytes) -> Row:
    """Give *row* with *values* sealed in it."""
    # A nonce is drawn at random each time: one key would have to seal some billions to repeat it.
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, msgspec.json.encode(dict(values)), _bound(row))
    return msgspec.structs.replace(row, key_id=key_id(key), sealed=nonce + sealed)


def unseal(row: Row, known: Mapping[str, bytes]) -> dict[str, str]:
    """Open the seal of a row, whose key is among the *known*.

    Raises: OperatorFault("damaged-connection", "newer-vault").
    """
    if row.format != FORMAT:
        raise OperatorFault(
            "newer-vault",
            f"{row.title} is of format {row.format}",
            f"this Cellblock reads {FORMAT}; use the one that wrote it",
        )
    nonce, sealed = row.sealed[:_NONCE_BYTES], row.sealed[_NONCE_BYTES:]
    try:
        return _secrets.decode(AESGCM(known[row.key_id]).decrypt(nonce, sealed, _bound(row)))
    except (InvalidTag, ValueError, msgspec.DecodeError):
        raise _damaged(row) from None


def _bound(row: Row) -> bytes:
    """Give what a seal holds for, written so that it reads in one way only.

    Were the settings not among it, whoever can write the file could have the secrets sent to an
    address of their own.
    """
    parts = (row.format, row.workspace, row.kind, row.name, row.settings, row.secrets)
    return msgspec.json.encode(parts)


def _damaged(row: Row) -> OperatorFault:
    return OperatorFault(
        "damaged-connection",
        f"{row.title} is not as it was sealed: the file is damaged, or somebody changed it",
        f"if you cannot restore it, {row.anew}",
    )
