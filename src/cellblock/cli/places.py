"""Where this user's files stand: the data directory, and the folder of what was configured."""

from __future__ import annotations

from pathlib import Path

from cellblock.errors import OperatorFault


def data_folder(choice: str | None) -> Path:
    """Give the folder of what lasts between runs: the one named, or this user's own.

    Raises: OperatorFault("bad-data").
    """
    if choice == "":
        raise OperatorFault("bad-data", "the data directory has no name", "name a directory")
    if choice:
        return Path(choice).absolute()
    import platformdirs

    return platformdirs.user_data_path("cellblock")


def config_folder() -> Path:
    """Give the folder of what this user configured."""
    import platformdirs

    return platformdirs.user_config_path("cellblock")
