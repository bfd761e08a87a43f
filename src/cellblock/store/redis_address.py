"""Where a Redis is, read from its URL.

In: ``redis://``, ``rediss://``, ``unix://``. Out: an `Address`, which prints without its password.
Raises OperatorFault, whose text never quotes what may be a part of a password.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from cellblock.errors import OperatorFault

SCHEMES = ("redis", "rediss", "unix")
_PORT = 6379
_PREFIX = re.compile(r"[A-Za-z0-9_.:{}-]{1,64}", re.ASCII)
_FILES = ("ca_file", "cert_file", "key_file")
_OPTIONS = {
    "redis": ("prefix", "password_file"),
    "rediss": ("prefix", "password_file", *_FILES),
    "unix": ("prefix", "password_file", "db"),
}
_PASSWORD_BYTES = 4_096
_HINT = (
    "write redis://host:6379/0, rediss://host:6379/0 or unix:///path/redis.sock; user and password "
    "stand before an @ and percent-encoded, or name a file: ?password_file=PATH"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One database of one Redis, and the name in front of all keys."""

    host: str = ""
    port: int = _PORT
    path: str = ""
    """Of its Unix socket; empty for TCP."""
    db: int = 0
    username: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False
    ca_file: str = ""
    """Certificates to trust in the place of the system's."""
    cert_file: str = ""
    """Our own certificate, for a Redis that asks for one."""
    key_file: str = ""
    prefix: str = "cellblock"

    @property
    def place(self) -> str:
        """``host:port``, or the socket's path."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.path or f"{host}:{self.port}"


def shown(url: str) -> str:
    """Give *url* without user, password and options, for an error text."""
    scheme, separator, rest = url.rpartition("://")
    hidden = "•••@" if "@" in rest else ""
    bare = re.split(r"[?#]", rest.rpartition("@")[2], maxsplit=1)[0]
    return f"{scheme}{separator}{hidden}{bare}"[:200]


def address(url: str) -> Address:
    """Read *url*, and the file that its password_file names.

    Raises: OperatorFault("bad-redis-url").
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # its text would quote the port, which may be half of a password
        raise _fault("its host or port cannot be read") from None
    if parts.scheme not in SCHEMES or not url.startswith(f"{parts.scheme}://"):
        raise _fault("it is no Redis URL")
    if parts.fragment:
        raise _fault("it holds a #")
    options = _options(parts)
    if parts.scheme == "unix":
        if parts.hostname or not parts.path.startswith("/") or port is not None:
            raise _fault("it names no absolute path of a socket")
        where = Address(path=unquote(parts.path), db=_database(options.get("db", "")))
    else:
        if not parts.hostname:
            raise _fault("it names no host")
        where = Address(
            host=unquote(parts.hostname),
            port=_PORT if port is None else port,
            db=_database(parts.path.removeprefix("/")),
            tls=parts.scheme == "rediss",
        )
    return _completed(where, parts, options)


def _completed(where: Address, parts: SplitResult, options: dict[str, str]) -> Address:
    """Add who asks, and how."""
    password = unquote(parts.password or "")
    if "password_file" in options:
        if password:
            raise _fault("it has a password and a password_file")
        password = _password(Path(options["password_file"]))
    prefix = options.get("prefix", where.prefix)
    if not _PREFIX.fullmatch(prefix):
        raise _fault("its prefix is not 1 to 64 characters of a-z, A-Z, 0-9 and _.:{}-")
    for name in _FILES:
        if name in options and not _is_file(Path(options[name])):
            raise _fault(f"its {name} names no file")
    if ("key_file" in options) and ("cert_file" not in options):
        raise _fault("it has a key_file without a cert_file")
    return replace(
        where,
        username=unquote(parts.username or ""),
        password=password,
        prefix=prefix,
        ca_file=options.get("ca_file", ""),
        cert_file=options.get("cert_file", ""),
        key_file=options.get("key_file", ""),
    )


def _options(parts: SplitResult) -> dict[str, str]:
    allowed = _OPTIONS[parts.scheme]
    found: dict[str, str] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if name not in allowed or name in found or not value:
            raise _fault(f"its options are {', '.join(allowed)}, each once and with a value")
        found[name] = value
    return found


def _database(text: str) -> int:
    if not re.fullmatch(r"\d{0,9}", text, re.ASCII):
        raise _fault("its database is no number")
    return int(text or 0)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # it stands in a folder that this user may not enter
        return False


def _password(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_PASSWORD_BYTES + 1)
        text = data.decode("utf-8").rstrip("\r\n")
    except OSError as error:
        raise _fault(f"its password_file cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise _fault("its password_file is not UTF-8 text") from None
    if not text or len(data) > _PASSWORD_BYTES:
        raise _fault(f"its password_file does not hold one password of 1 to {_PASSWORD_BYTES:,}")
    return text


def _fault(what: str) -> OperatorFault:
    return OperatorFault("bad-redis-url", f"the URL of the Redis cannot be used: {what}", _HINT)
