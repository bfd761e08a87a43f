"""What ``cellblock login`` keeps: one address and one token, in a file for its owner alone."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from cellblock.cli.whole import whole
from cellblock.errors import OperatorFault

_NAME = "login.json"


@dataclass(frozen=True, slots=True)
class Login:
    """A server that one is logged in at."""

    url: str
    token: str = field(repr=False)


def read(folder: Path) -> Login | None:
    """Give what is kept in *folder*; None if nothing is. Raises: OperatorFault("bad-login")."""
    path = folder / _NAME
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            found = json.loads(file.read(10_000))
        login = Login(str(found["url"]), str(found["token"]))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _bad(path, f"cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError):
        raise _bad(path, "is damaged") from None
    if stat.S_IMODE(mode) & 0o077:
        text = f"{path} can be read by others, and with it its token"
        raise OperatorFault("bad-login", text, "`cellblock logout`, revoke the token, make another")
    return login


def write(folder: Path, login: Login) -> Path:
    """Keep it in the place of what was there. Raises: OperatorFault("bad-login")."""
    path = folder / _NAME
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with whole(path) as file:
            file.write(json.dumps({"url": login.url, "token": login.token}).encode())
    except OSError as error:
        raise _bad(path, f"cannot be written: {error.strerror}") from error
    return path


def remove(folder: Path) -> bool:
    """Forget it; False if nothing was kept. Raises: OperatorFault("bad-login")."""
    path = folder / _NAME
    try:
        path.unlink()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise _bad(path, f"cannot be removed: {error.strerror}") from error
    return True


def _bad(path: Path, what: str) -> OperatorFault:
    return OperatorFault("bad-login", f"{path} {what}", "see `cellblock login --help`")
