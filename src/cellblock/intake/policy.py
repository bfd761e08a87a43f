"""What worker code may name: builtins, modules, and the hint that each refusal gives.

The lists are those of the documented platform, word for word. They explain and raise the alarm;
the wall is the kernel's, and is the same under every policy here.
"""

from __future__ import annotations

import builtins as _builtins
import re
from collections.abc import Iterable

from cellblock.errors import OperatorFault
from cellblock.wire.messages import Language

BUILTINS: tuple[str, ...] = tuple(
    """
    abs all any divmod max min pow round sum
    bool chr dict float format frozenset hex id int iter len list oct ord range repr reversed set
    slice sorted str super tuple type zip
    enumerate filter map next
    getattr hasattr hash isinstance issubclass
    print
    True False None
    Exception ValueError TypeError KeyError IndexError RuntimeError StopIteration ZeroDivisionError
    """.split()
)
"""Source: sandbox-and-security, "Allowed Built-in Functions"."""

MODULES: tuple[str, ...] = tuple(
    """
    base64 collections copy datetime decimal functools hashlib hmac itertools json math random re
    statistics time
    """.split()
)
"""Source: sandbox-and-security, "Allowed Imports"."""

OPTIONAL_MODULES: tuple[str, ...] = ("numpy", "pandas")
"""Allowed where they are installed."""

FULL_MODULES: tuple[str, ...] = tuple(
    """
    abc argparse array ast bisect binascii calendar cmath codecs colorsys contextlib contextvars csv
    dataclasses difflib enum errno fractions gc graphlib gzip heapq html inspect io ipaddress
    keyword linecache locale logging numbers operator os pathlib pickle platform pprint queue
    secrets select shlex signal socket string struct subprocess sys tempfile textwrap threading
    token tokenize traceback types typing unicodedata unittest urllib uuid warnings weakref xml
    zipfile zlib zoneinfo
    """.split()
)
"""Added by ``language="full"``; what touches the world is there, and the kernel refuses it."""

HINTS: dict[str, str] = {
    "open": "use ctx.files",
    "exec": "worker code cannot run code that it makes",
    "eval": "worker code cannot run code that it makes; use json.loads to read data",
    "compile": "worker code cannot run code that it makes",
    "__import__": "write an import statement",
    "input": "a worker has no terminal; use ctx.config for parameters",
    "globals": "use ctx.state to keep values, or name the variable",
    "locals": "name the variable",
    "vars": "use getattr, or a dict",
    "dir": "use hasattr",
    "setattr": "write an assignment",
    "delattr": "write a del statement",
    "breakpoint": "a worker has no terminal; use ctx.log.debug",
    "exit": "return from the function instead",
    "quit": "return from the function instead",
    "help": "a worker has no terminal; use ctx.log.debug",
    "memoryview": "use bytes methods through base64 or hashlib",
    "callable": "use hasattr(value, '__call__')",
}
"""What to use in the place of a blocked builtin; builtins not named here get `GENERAL_HINT`."""

GENERAL_HINT = "only the builtins of the worker contract are there"

MODULE_HINTS: dict[str, str] = {
    **dict.fromkeys(("os", "sys", "subprocess", "platform", "signal"), "no system access"),
    **dict.fromkeys(("socket", "urllib", "http", "requests", "httpx", "aiohttp"), "use ctx.http"),
    **dict.fromkeys(("pathlib", "shutil", "glob", "io", "csv", "tempfile"), "use ctx.files"),
    **dict.fromkeys(("threading", "multiprocessing", "asyncio", "concurrent"), "ticks run alone"),
    **dict.fromkeys(("pickle", "shelve", "sqlite3"), "use ctx.state, or json"),
    "logging": "use ctx.log",
    "schedule": "the host calls tick on schedule",
}
"""What `check` says beside a blocked import."""

_MODULE = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)


def language(
    installed: Iterable[str] = (),
    *,
    full: bool = False,
    more_modules: Iterable[str] = (),
    more_builtins: Iterable[str] = (),
) -> Language:
    """Put together what a worker may name.

    *installed* tells which of `OPTIONAL_MODULES` this installation has; *more_modules* and
    *more_builtins* are the operator's additions.

    Raises: OperatorFault("bad-module", "bad-builtin") for a name that can be none.
    """
    more_modules, more_builtins = tuple(more_modules), tuple(more_builtins)
    for name in more_modules:
        if not _MODULE.fullmatch(name):
            raise OperatorFault(
                "bad-module", f"{name!r} is no top-level module", "name it as in `import typing`"
            )
    for name in more_builtins:
        if name.startswith("_") or not hasattr(_builtins, name):
            raise OperatorFault(
                "bad-builtin", f"{name!r} is no builtin", "name a public one, such as `callable`"
            )
    modules = {*MODULES, *(set(installed) & set(OPTIONAL_MODULES)), *more_modules}
    if full:
        modules |= set(FULL_MODULES)
    allowed = (*BUILTINS, *(name for name in more_builtins if name not in BUILTINS))
    return Language(
        name="full" if full else "contract",
        full=full,
        builtins=allowed,
        modules=tuple(sorted(modules)),
        hints={} if full else _hints(set(allowed)),
    )


def _hints(allowed: set[str]) -> dict[str, str]:
    blocked = {name for name in vars(_builtins) if not name.startswith("_")} | {"__import__"}
    blocked |= {"exit", "quit", "help", "copyright", "credits", "license"}
    return {
        name: f"{name} is not available in worker code; {_hint(name)}"
        for name in sorted(blocked - allowed)
    }


def _hint(name: str) -> str:
    found = getattr(_builtins, name, None)
    if isinstance(found, type) and issubclass(found, BaseException):
        return "catch or raise Exception, or one of its kinds that is there"
    return HINTS.get(name, GENERAL_HINT)
