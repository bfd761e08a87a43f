"""The object that worker code knows as ``ctx``.

Each method checks its arguments, sends one ask and turns the answer into a value or an exception.
Nothing here decides anything: a worker may change this object as it likes, and the host answers
what its grants allow.
"""

from __future__ import annotations

import base64
from typing import Any, NoReturn, Protocol, cast

from cellblock.inside.config import read_only
from cellblock.inside.http import Http
from cellblock.inside.monitor import Monitor
from cellblock.inside.output import WorkerLog
from cellblock.inside.values import from_json, given, no_method, text, to_json
from cellblock.limits import FILES_READ_BYTES, FILES_WRITE_BYTES, STATE_VALUE_BYTES
from cellblock.wire import messages as m
from cellblock.wire.answers import FileContent, FileDeleted, FileList, FileWritten, TickEvent


def _how(kind: str, settings: str, note: str = "") -> str:
    return (
        f"connect it: `cellblock connect {kind}`, then `cellblock run` or `cellblock deploy` it "
        f"with --connect {kind}{note}; or Sandbox(connections={{'{kind}': {settings}}})"
    )


_OFF = " (it is off with --offline)"
UNCONNECTED = {
    "files": "start the host with a files directory (--files DIR, or files=)",
    "http": _how("http", "{}", _OFF),
    "bybit": _how("bybit", "{}", _OFF),
    "telegram": _how("telegram", "{…}"),
    "monitor": _how("monitor", "{}", _OFF),
    "llm": _how("llm", "{…}"),
}
"""Adapters of the contract, and how to connect each where it is not."""


class Asking(Protocol):
    """Sends one call and gives the JSON text of its answer, or raises its refusal."""

    def __call__(self, call: m.Call) -> bytes | None:
        """Ask the host."""


class Ctx:
    """What a worker may use: one attribute for each adapter, and `tick`, `config`, `connected`."""

    def __init__(
        self,
        ask: Asking,
        log: WorkerLog,
        config: bytes,
        adapters: dict[str, tuple[str, ...]],
        connected: tuple[str, ...],
    ) -> None:
        self.log = log
        self.state = State(ask)
        self.config = read_only(config)
        self.connected = list(connected)
        self.tick = TickView(None)
        if "files" in connected:
            self.files = Files(ask)
        if "http" in connected:
            self.http = Http(ask)
        for name, methods in adapters.items():
            setattr(self, name, Adapter(ask, name, methods))
        if "monitor" in adapters:
            self.monitor = Monitor(ask)

    def __getattr__(self, name: str) -> Any:
        """Answer for an adapter that is not connected."""
        if name in UNCONNECTED:
            return Unconnected(name)
        raise AttributeError(f"ctx has no {name!r}; it has {', '.join(sorted(self.__dict__))}")


class Unconnected:
    """Stands for an adapter of the contract that this host does not offer."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> NoReturn:
        """Refuse every method."""
        raise RuntimeError(f"ctx.{self._name} is not connected: {UNCONNECTED[self._name]}")


class TickView:
    """`ctx.tick`: what is known of the tick that runs, or of what runs beside the ticks."""

    events: list[TickEvent]

    def __init__(self, facts: m.TickFacts | None) -> None:
        self.n = facts.n if facts else 0
        self.planned_at = facts.planned_at if facts else 0.0
        self.started_at = facts.started_at if facts else 0.0
        self.late_s = facts.late_s if facts else 0.0
        self.skipped = facts.skipped if facts else 0
        self.deadline_s = facts.deadline_s if facts else 0.0
        self.events = from_json(facts.events) if facts and facts.events else []


class State:
    """`ctx.state`: JSON values by key, private to the worker, durable when `set` returned."""

    def __init__(self, ask: Asking) -> None:
        self._ask = ask

    def __getattr__(self, name: str) -> NoReturn:
        """Say what there is instead."""
        no_method(self, "ctx.state", name)

    def get(self, key: str, default: Any = None) -> Any:
        """Give the value under *key*, or *default*."""
        answer = self._ask(m.StateGet(given(key, "key")))
        return default if answer is None else from_json(answer)

    def set(self, key: str, value: Any) -> None:
        """Keep *value*. Raises: TypeError, ValueError for what is not JSON or over a limit."""
        kept = to_json(value, "state value")
        if len(kept) > STATE_VALUE_BYTES:
            raise ValueError(
                f"the state value of {key!r} has {len(kept):,} bytes as JSON; "
                f"the limit is {STATE_VALUE_BYTES:,}"
            )
        self._ask(m.StateSet(given(key, "key"), kept))

    def delete(self, key: str) -> None:
        """Forget *key*; not an error if there is none."""
        self._ask(m.StateDelete(given(key, "key")))

    def keys(self) -> list[str]:
        """Give all keys, sorted."""
        found: list[str] = []
        while page := _value(self._ask(m.StateKeys(found[-1] if found else ""))):
            found += page
        return found

    def get_all(self) -> dict[str, Any]:
        """Give all keys and values."""
        found: dict[str, Any] = {}
        after = ""
        while page := _value(self._ask(m.StatePage(after))):
            found.update(page)
            after = max(page)
        return found


class Files:
    """`ctx.files`: the workspace's files, shared by its workers."""

    def __init__(self, ask: Asking) -> None:
        self._ask = ask

    def __getattr__(self, name: str) -> NoReturn:
        """Say what there is instead."""
        no_method(self, "ctx.files", name)

    def read(
        self,
        path: str,
        offset: int | None = None,
        limit: int | None = None,
        encoding: m.Encoding = "utf-8",
    ) -> FileContent:
        """Give ``{"path", "content", "size", "eof"}`` for *limit* bytes from *offset*.

        A file over 50 KB is read in pages: name *offset*, and add the bytes of each content to it.
        """
        call = m.FilesRead(
            path=given(path, "path"),
            offset=_whole(0 if offset is None else offset, "offset"),
            limit=_whole(FILES_READ_BYTES if limit is None else limit, "limit"),
            whole=offset is None and limit is None,
            encoding=_encoding(encoding),
        )
        return _value(self._ask(call))  # type: ignore[no-any-return]

    def write(
        self, path: str, content: str, append: bool = False, encoding: m.Encoding = "utf-8"
    ) -> FileWritten:
        """Write the file whole, or add to its end; gives ``{"path", "size"}``."""
        data = _bytes(content, _encoding(encoding))
        if len(data) > FILES_WRITE_BYTES:
            said = f"one write carries {FILES_WRITE_BYTES:,} bytes, not {len(data):,}"
            error = {"error": f"{said}; write the rest with append=True", "code": "too_large"}
            return cast("FileWritten", error)
        call = m.FilesWrite(given(path, "path"), data, _flag(append, "append"))
        return _value(self._ask(call))  # type: ignore[no-any-return]

    def list(self, prefix: str = "") -> FileList:
        """Give ``{"files": [{"path", "size", "modified"}], "used", "limit"}``, sorted by path."""
        prefix = given(prefix, "prefix")
        found: Any = []
        while True:
            page = _value(self._ask(m.FilesList(prefix, found[-1]["path"] if found else "")))
            if "error" in page:
                return page  # type: ignore[no-any-return]
            found += page["files"]
            if not page.pop("more"):
                return page | {"files": found}  # type: ignore[no-any-return]

    def delete(self, path: str) -> FileDeleted:
        """Remove the file; gives ``{"path"}``."""
        return _value(self._ask(m.FilesDelete(given(path, "path"))))  # type: ignore[no-any-return]


class Adapter:
    """An embedder's own adapter: each of its methods is an attribute."""

    _title = "ctx"  # of one that is copied, which has no attributes yet

    def __init__(self, ask: Asking, name: str, methods: tuple[str, ...]) -> None:
        self._title = f"ctx.{name}"
        for method in methods:
            setattr(self, method, _method(ask, name, method))

    def __getattr__(self, name: str) -> NoReturn:
        """Say what there is instead."""
        no_method(self, self._title, name)


def _method(ask: Asking, name: str, method: str) -> Any:
    def call(*arguments: Any, **named: Any) -> Any:
        passed = to_json([arguments, named], f"arguments of ctx.{name}.{method}")
        return _value(ask(m.AdapterCall(name, method, passed)))

    call.__name__ = method
    return call


def _value(answer: bytes | None) -> Any:
    return None if answer is None else from_json(answer)


def _whole(value: object, what: str) -> int:
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{what} must be an int, not {type(value).__name__}")
    number = value.__index__()
    if not 0 <= number < 2**53:
        raise ValueError(f"{what} must not be negative or beyond any file")
    return int(number)


def _flag(value: object, what: str) -> bool:
    plain = value if isinstance(value, bool) else getattr(value, "item", lambda: None)()
    if not isinstance(plain, bool):
        raise TypeError(f"{what} must be a bool, not {type(value).__name__}")
    return plain


def _encoding(value: object) -> m.Encoding:
    if not isinstance(value, str):
        raise TypeError(f"encoding must be a str, not {type(value).__name__}")
    if value == "utf-8":
        return "utf-8"
    if value == "base64":
        return "base64"
    raise ValueError(f"encoding must be 'utf-8' or 'base64', not {value!r}")


def _bytes(content: object, encoding: m.Encoding) -> bytes:
    whole = text(content, "content")
    if encoding == "utf-8":
        return whole.encode("utf-8")
    try:
        return base64.b64decode(whole, validate=True)
    except ValueError as error:
        raise ValueError(f"content is not base64: {error}") from None
