"""Files that appear when they are whole, in the place of what was there, for their owner alone."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO


@contextmanager
def whole(path: Path) -> Iterator[IO[bytes]]:
    """Open what becomes *path* once it is written and on the disk. Raises: OSError."""
    number, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", dir=path.parent)  # with 0600
    try:
        with os.fdopen(number, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
