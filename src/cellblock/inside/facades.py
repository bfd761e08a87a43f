"""Modules as worker code sees them: public names only.

A facade holds the public names of a module and of its own public submodules, so that a module's
helpers (``random._os``, ``json.codecs``) do not exist for a worker. It changes no behaviour: the
functions and classes behind it are the real ones.
"""

from __future__ import annotations

import sys
import warnings
from types import ModuleType


class Facades:
    """Facades made so far; the zygote makes those that a worker imports before it forks."""

    def __init__(self) -> None:
        self._made: dict[str, ModuleType] = {}

    def get(self, name: str) -> ModuleType | None:
        """Give the facade of a loaded public module, or None if there is no such."""
        if name not in self._made:
            real = sys.modules.get(name)
            if real is None or not _public(name):
                return None
            self._fill(name, real)
        return self._made[name]

    def _fill(self, name: str, real: ModuleType) -> None:
        facade = ModuleType(name, real.__doc__)
        self._made[name] = facade
        package = name.partition(".")[0]
        for key in dir(real):
            if key.startswith("_"):
                continue
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                value = getattr(real, key, None)
            if isinstance(value, ModuleType):
                own = value.__name__.partition(".")[0] == package and _public(value.__name__)
                child = self.get(value.__name__) if own else None
                if child is None:
                    continue
                value = child
            setattr(facade, key, value)
        names = getattr(real, "__all__", None)
        if isinstance(names, (list, tuple)):
            facade.__dict__["__all__"] = [key for key in names if hasattr(facade, key)]
        version = getattr(real, "__version__", None)
        if isinstance(version, str):
            facade.__dict__["__version__"] = version


def _public(name: str) -> bool:
    return not any(part.startswith("_") for part in name.split("."))
