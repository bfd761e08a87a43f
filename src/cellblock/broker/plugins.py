"""Kinds of adapters: those built in, and those that installed packages bring as entry points.

Plugins are entry points of the group `GROUP`: the name is the ctx namespace, what it points at is a
`Kind` of that name. Names are read without importing anything; a kind is imported when it is
wanted, and a plugin that is broken says so then. It is host code: nothing here holds it in.
"""

from __future__ import annotations

import contextlib
import inspect
import logging
import sys
import traceback
import typing
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

import msgspec

from cellblock.broker.kind import Kind
from cellblock.broker.methods import method_names
from cellblock.errors import OperatorFault
from cellblock.names import adapter_name

if TYPE_CHECKING:  # it brings the email package along, and most hosts look for no plugin
    from importlib.metadata import EntryPoint

GROUP = "cellblock.adapters"
_logger = logging.getLogger("cellblock.broker")


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """Where a kind that comes with Cellblock is, so that it is imported when it is wanted."""

    target: str
    """What an entry point would name: ``module:NAME``."""
    keyless: bool = False
    """The same as its `Kind.keyless`, for those who must not import it."""

    def load(self) -> Kind:
        """Import it."""
        module, _, name = self.target.partition(":")
        kind: Kind = getattr(import_module(module), name)
        return kind


@dataclass(frozen=True, slots=True)
class Plugin:
    """One entry point: which kind it brings, from where, and what is wrong with it."""

    name: str
    distribution: str
    """Name and version of the installed package, such as ``cellblock-rates 0.1.0``."""
    target: str
    """What the entry point names, such as ``cellblock_rates:RATES``."""
    problem: str
    """Empty for a plugin that can be used."""


class Kinds(Mapping[str, Kind]):
    """Every kind of adapter that can be connected, by its name.

    A kind is imported by the first look-up of its name, not by going through the names. Raises,
    by a look-up: OperatorFault("bad-plugin") for a plugin that cannot be used.
    """

    def __init__(self, built_in: Mapping[str, BuiltIn], reserved: Collection[str]) -> None:
        self.built_in = built_in
        self._reserved = {*reserved, *built_in}
        self._loaded: dict[str, Kind] = {}

    def __getitem__(self, name: str) -> Kind:
        if name not in self._loaded:
            self._loaded[name] = self._load(name)
        return self._loaded[name]

    def _load(self, name: str) -> Kind:
        if name in self.built_in:
            return self.built_in[name].load()
        points = self._points[name]
        if problem := self._misnamed(name, points):
            raise _bad_plugin(points[0], *problem)
        return _load(points[0])

    def __iter__(self) -> Iterator[str]:
        yield from self.built_in
        yield from (name for name, points in self._points.items() if self._nameable(name, points))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        return name in self.built_in or name in set(self)

    def usable(self) -> dict[str, Kind]:
        """Give the kinds that are built in, and those of plugins that load."""
        plugins = {plugin.name for plugin in self.plugins() if not plugin.problem}
        return {name: self[name] for name in (*self.built_in, *sorted(plugins))}

    def plugins(self) -> tuple[Plugin, ...]:
        """Import every plugin, and tell what became of each. Raises: OperatorFault."""
        return tuple(
            Plugin(point.name, _distribution(point), point.value, self._problem(point))
            for name in sorted(self._points)
            for point in self._points[name]
        )

    @cached_property
    def _points(self) -> dict[str, list[EntryPoint]]:
        """What is installed now, by name."""
        from importlib.metadata import entry_points

        found: dict[str, list[EntryPoint]] = {}
        try:
            for point in entry_points(group=GROUP):
                found.setdefault(point.name, []).append(point)
        except Exception as error:
            raise OperatorFault(
                "bad-plugin",
                f"the entry points of the installed packages cannot be read: {_said(error)}",
                "install the damaged package again; `pip check` may name it",
            ) from error
        return found

    def _problem(self, point: EntryPoint) -> str:
        if point.name in self.built_in:
            return _RESERVED.format(point.name)
        try:
            self[point.name]
        except OperatorFault as fault:
            return str(fault.facts["problem"])
        return ""

    def _nameable(self, name: str, points: list[EntryPoint]) -> bool:
        return name not in self._reserved and self._misnamed(name, points) is None

    def _misnamed(self, name: str, points: list[EntryPoint]) -> tuple[str, str] | None:
        """Tell what is wrong before anything is imported, and what to do."""
        try:
            adapter_name(name)
        except OperatorFault as fault:
            return fault.message, fault.hint
        if name in self._reserved:
            return _RESERVED.format(name), "its author must choose another name"
        if len(points) > 1:
            others = " and ".join(_distribution(point) for point in points)
            return f"ctx.{name} is brought by {others}", "uninstall all but one of them"
        return None


_RESERVED = "ctx.{} is the contract's"


def _load(point: EntryPoint) -> Kind:
    """Import what *point* names. Raises: OperatorFault("bad-plugin")."""
    mend = f"mend it, or uninstall it: pip uninstall {_distribution(point).partition(' ')[0]}"
    try:
        # What it prints must not stand in the output of a command, which a program may read.
        with contextlib.redirect_stdout(sys.stderr):
            kind = point.load()
    # An import that ends the program is as broken as any.
    except (Exception, SystemExit) as error:
        _logger.debug("plugin %s\n%s", point.name, traceback.format_exc())
        raise _bad_plugin(point, f"importing it raised {_said(error)}", mend) from error
    if problem := next(_faults(kind, point.name), ""):
        raise _bad_plugin(point, problem, mend)
    return kind  # type: ignore[no-any-return]


def _faults(kind: Any, name: str) -> Iterator[str]:
    """Tell what keeps *kind* from being the kind of name *name*."""
    if not isinstance(kind, Kind):
        yield f"it is a {type(kind).__name__}, not a cellblock.plugin.Kind"
        return
    settings: Any = kind.settings
    if kind.name != name:
        yield f"its Kind is named {str(kind.name)[:80]!r}"
    if not isinstance(settings, type) or not issubclass(settings, msgspec.Struct):
        yield "its settings are no msgspec.Struct"
    if kind.raw:
        yield "raw=True is for kinds whose messages the wire knows"
    if not isinstance(kind.worker, type) or not method_names(kind.worker):
        yield "its worker is no class with public `async def` methods"
        return
    yield from _method_faults(kind.worker, name)


def _method_faults(worker: type, name: str) -> Iterator[str]:
    """Tell what is wrong with the methods of the class that workers call."""
    for method, member in vars(worker).items():
        plain = inspect.isfunction(member) and not inspect.iscoroutinefunction(member)
        if plain and not method.startswith("_"):
            yield f"no worker could call {method}: write `async def {method}`, or name it _{method}"
    for method in method_names(worker):
        try:
            adapter_name(method)
            typing.get_type_hints(inspect.getattr_static(worker, method))
        except OperatorFault as fault:
            yield fault.message
        except Exception as error:  # noqa: BLE001 - an annotation may be anything at all
            yield f"the annotations of ctx.{name}.{method} cannot be read: {_said(error)}"


def _bad_plugin(point: EntryPoint, problem: str, hint: str) -> OperatorFault:
    return OperatorFault(
        "bad-plugin",
        f"the plugin {point.name} of {_distribution(point)} cannot be used ({point.value[:200]}): "
        f"{problem}",
        hint,
        problem=problem,
    )


def _distribution(point: EntryPoint) -> str:
    with contextlib.suppress(Exception):  # a package without metadata can still have entry points
        assert point.dist is not None
        return f"{point.dist.name} {point.dist.version}"
    return "an unnamed package"


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:300]
