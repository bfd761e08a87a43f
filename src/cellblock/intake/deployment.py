"""One version of a worker, ready to run: source, language, configuration. Pure.

The source is text here and nothing more: it is neither parsed nor compiled outside a jail.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from cellblock.errors import OperatorFault, WorkerFault
from cellblock.limits import CONFIG_BYTES, SOURCE_BYTES
from cellblock.names import WorkerId
from cellblock.wire.messages import Language


@dataclass(frozen=True, slots=True)
class Deployment:
    """What is sent to a jailed process, whole and unchanged, each time one is started."""

    worker: WorkerId
    source: str
    filename: str
    language: Language
    config: bytes
    script: bool
    """True for code that runs once as a whole; False for a worker with a `tick`."""
    named: str = ""
    """The version's name, where versions are kept; empty where it is to be found out."""

    @property
    def version(self) -> str:
        """Name this version: 12 hexadecimal digits over all that decides its behaviour."""
        if self.named:
            return self.named
        digest = hashlib.sha256()
        language = _written(self.language)
        for part in (self.source.encode(), language, self.config, str(self.script).encode()):
            digest.update(part + b"\0")
        return digest.hexdigest()[:12]


_last: list[tuple[Language, bytes]] = []
"""The language that was written last: a sandbox has one, and writing it takes 80 µs."""


def _written(language: Language) -> bytes:
    for known, text in _last:
        if known is language:
            return text
    text = repr(language).encode()
    _last[:] = [(language, text)]
    return text


def deployment(
    worker: WorkerId,
    source: str | bytes,
    language: Language,
    *,
    filename: str = "worker.py",
    config: dict[str, Any] | None = None,
    script: bool = False,
) -> Deployment:
    """Judge a source by what can be told without reading it as code.

    Limits: 1 MB of UTF-8. Raises: WorkerFault("source-too-large", "source-not-utf8",
    "source-empty"); OperatorFault("bad-config").
    """
    hint = "write some code" if script else "write at least `def tick(ctx): ...`"
    text = _judged(source, filename, hint)
    return Deployment(worker, text, filename, language, _config(config or {}), script)


def source_text(source: str | bytes) -> str:
    """Give the text of what may be no good source, as well as can be. Raises: OperatorFault."""
    _check_type(source)
    return source if isinstance(source, str) else source.decode("utf-8", "replace")


def _check_type(source: object) -> None:
    if not isinstance(source, (str, bytes)):
        raise OperatorFault(
            "bad-argument", f"the source is a {type(source).__name__}", "give its text as a str"
        )


def _judged(source: str | bytes, filename: str, hint: str) -> str:
    _check_type(source)
    try:
        data = source.encode("utf-8") if isinstance(source, str) else source
        text = data.decode("utf-8-sig")
    except UnicodeError as error:
        where = f" at byte {error.start:,}" if isinstance(error, UnicodeDecodeError) else ""
        raise WorkerFault(
            "source-not-utf8", f"{filename} is not UTF-8 text{where}", "save it as UTF-8"
        ) from error
    if len(data) > SOURCE_BYTES:
        raise WorkerFault(
            "source-too-large",
            f"{filename} has {len(data):,} bytes; a worker's source has at most {SOURCE_BYTES:,}",
            "move data to ctx.files",
        )
    if "\0" in text:
        raise WorkerFault(
            "source-not-text", f"{filename} holds NUL bytes", "it is no Python source"
        )
    if not text.strip():
        raise WorkerFault("source-empty", f"{filename} is empty", hint)
    return text


def _config(config: dict[str, Any]) -> bytes:
    if config == {}:
        return b"{}"
    try:
        text = json.dumps(config, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise OperatorFault(
            "bad-config", f"the configuration is not JSON: {error}", "use a dict of JSON values"
        ) from error
    if len(text) > CONFIG_BYTES:
        raise OperatorFault(
            "bad-config", f"the configuration is no JSON object of at most {CONFIG_BYTES:,} bytes"
        )
    return text
