"""`ctx.config` as worker code sees it: the deployment's parameters, read-only through and through.

What lies in it are dicts and lists, so that they compare, print and become JSON like others; they
refuse to be changed, for a change would last until the process ends and then be gone.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, NoReturn

from cellblock.inside.values import from_json


def _refuse(*_: Any, **_named: Any) -> NoReturn:
    raise TypeError("ctx.config is read-only; change a copy: copy.deepcopy(…), dict(…), list(…)")


class _Dict(dict[str, Any]):
    """A dict that is not changed; its copies are plain."""

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __copy__(self) -> dict[str, Any]:
        return dict(self)

    def __deepcopy__(self, memo: Any) -> dict[str, Any]:
        return {key: _plain(value) for key, value in self.items()}


class _List(list[Any]):
    """A list that is not changed; its copies are plain."""

    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
    append = clear = extend = insert = pop = remove = reverse = sort = _refuse

    def __copy__(self) -> list[Any]:
        return list(self)

    def __deepcopy__(self, memo: Any) -> list[Any]:
        return [_plain(value) for value in self]


def _plain(value: Any) -> Any:
    return value.__deepcopy__({}) if isinstance(value, (_Dict, _List)) else value


def read_only(config: bytes) -> MappingProxyType[str, Any]:
    """Read the JSON object *config*."""
    return MappingProxyType({key: _held(value) for key, value in from_json(config).items()})


def _held(value: Any) -> Any:
    if isinstance(value, dict):
        return _Dict({key: _held(item) for key, item in value.items()})
    if isinstance(value, list):
        return _List(_held(item) for item in value)
    return value
