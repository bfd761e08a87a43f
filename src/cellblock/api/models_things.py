"""What the API says of a worker's state, and of a workspace's files and connections.

No secret is ever in an answer, only the names of those that are set.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field

from cellblock.api.paging import Page
from cellblock.api.sent import Sent, few


class KeyView(BaseModel):
    """One key of a worker's state."""

    key: str
    bytes: int = Field(description="Of key and value together.")


class KeysView(Page[KeyView]):
    """Keys of a worker's state, and what all of them take."""

    keys: int
    bytes: int


class ImportView(BaseModel):
    """What was imported."""

    keys: int
    worker: str = Field(description="Whose state was exported.")


class FileView(BaseModel):
    """One file."""

    path: str
    size: int
    modified_at: float


class FilesView(Page[FileView]):
    """Files, and what all files of the workspace take."""

    used_bytes: int
    limit_bytes: int


class UploadView(BaseModel):
    """A file that was written."""

    path: str
    size: int


class ConnectionView(BaseModel):
    """A connection, without its secrets."""

    kind: str
    name: str
    settings: dict[str, Any]
    secrets: list[str] = Field(description="Names of those that are set.")
    created_at: float
    changed_at: float
    openable: bool = Field(description="Whether the key that sealed it is here.")


Connections = Page[ConnectionView]
_Secret = Annotated[str, Field(max_length=100_000)]


class ConnectionWritten(Sent):
    """A connection. A secret that is left out stays as it is; null takes it away."""

    settings: dict[str, Any] | None = Field(
        default=None, description="All that are not secret; left out, they stay."
    )
    secrets: Annotated[dict[str, _Secret | None], BeforeValidator(few)] = Field(
        default_factory=dict, max_length=100
    )


class TrialView(BaseModel):
    """What the far side said to the cheapest call."""

    works: bool
    answer: Any = Field(description="What was learned; null if this kind has no such call.")
    error: str | None
    code: str | None
