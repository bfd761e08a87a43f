"""The builtins and the import statement of worker code.

In: a `Language`. Out: the dict that becomes ``__builtins__``. This layer explains, the kernel
holds.
"""

from __future__ import annotations
import __future__

import builtins
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, NoReturn

from cellblock.inside.facades import Facades
from cellblock.wire.frames import NEEDS_MORE_STATUS
from cellblock.wire.messages import REFUSE, Language

_SYNTAX = ("__build_class__", "__debug__")


@dataclass(frozen=True, slots=True)
class Speech:
    """A language and the ``__builtins__`` made of it before the fork; each worker copies them."""

    language: Language
    table: dict[str, Any]


def speech(language: Language, facades: Facades, lacking: frozenset[str] = frozenset()) -> Speech:
    """Build ``__builtins__``; *lacking* are modules that a lean zygote does not hold.

    Beside the language's names it holds what syntax needs (``__build_class__``, ``__import__``) and
    what a blocked builtin is compiled to (``__refuse__``).
    """
    if language.full:
        table = dict(vars(builtins))
    else:
        kept = (*language.builtins, *_SYNTAX)
        table = {name: getattr(builtins, name) for name in kept if hasattr(builtins, name)}
        table[REFUSE] = _refuser(language.hints)
    table["__import__"] = _importer(language, facades, tuple(lacking))
    table["__name__"] = "builtins"
    return Speech(language, table)


def _importer(language: Language, facades: Facades, lacking: tuple[str, ...]) -> Any:
    allowed = frozenset(language.modules)
    listed = sorted(allowed)

    def import_(
        name: str,
        globals: Mapping[str, object] | None = None,  # noqa: A002 - the interpreter's own name
        locals: Mapping[str, object] | None = None,  # noqa: A002 - likewise
        fromlist: Sequence[str] = (),
        level: int = 0,
    ) -> ModuleType | None:
        """Import as a statement does."""
        del globals, locals
        if type(fromlist) is list and name in sys.modules:
            # C code of a library, called from a worker's frame, imports its helpers this way; it
            # drops what we return and looks the module up itself.
            return None
        if level:
            raise ImportError("a worker is one file; relative imports have nowhere to go")
        if name == "__future__":
            return __future__
        root = name.partition(".")[0]
        if root not in allowed:
            raise ImportError(
                f"Import of {name} is not allowed in worker sandbox. Allowed: {listed}", name=name
            )
        if root in lacking:
            _give_up()
        find = sys.modules.get if language.full else facades.get
        module = find(name)
        if module is None:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        for item in fromlist or ():
            if item != "*" and not hasattr(module, item) and find(f"{name}.{item}") is None:
                raise ImportError(f"cannot import name {item!r} from {name!r}", name=name)
        top = module if fromlist else find(root)
        assert top is not None
        return top

    return import_


def _give_up() -> NoReturn:
    """End the process for want of a module that was named in a way which could not be foreseen.

    No error would be true, for it is allowed and installed: the host makes a process that has it.
    """
    os._exit(NEEDS_MORE_STATUS)


def _refuser(hints: dict[str, str]) -> Any:
    def refuse(name: str) -> None:
        raise NameError(hints[name], name=name)

    return refuse
