"""`ctx.pyi`: the whole of what a worker may use, from the code that answers it.

In: the kinds of this installation. Out: the text of a stub file, the same for the same code.
Nothing is written by hand twice: signatures and docstrings are those of ``inside/`` where worker
code meets them, and else those of the adapters' own methods.
"""

from __future__ import annotations

import builtins as _builtins
import enum
import inspect
import math
import re
import typing
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from cellblock.broker.kind import Kind
from cellblock.broker.methods import method_names
from cellblock.inside.ctx import Files, State, TickView
from cellblock.inside.http import Http
from cellblock.inside.monitor import Monitor
from cellblock.inside.output import WorkerLog
from cellblock.stubs.shapes import ANSWER, Shapes, docstring
from cellblock.wire.messages import TickFacts

INSIDE: dict[str, type] = {
    "log": WorkerLog,
    "state": State,
    "files": Files,
    "http": Http,
    "monitor": Monitor,
}
"""The namespaces whose methods are those of a class inside the worker."""

_OURS = {"Ctx", "Failure", ANSWER} | {"Any", "Iterable", "Literal", "Mapping", "TypedDict"}
_WIDTH = 100
Tell = Callable[[Any], str]
"""Gives the text of an annotation."""
HEAD = '''\
"""The types of `ctx`, for editors and type checkers. Written by `cellblock stubs`; do not edit.

A worker imports nothing of this: it writes `def tick(ctx: "Ctx")`, in quotes. Pyright and Pylance
find the name through `__builtins__.pyi` beside this file. For mypy the worker begins with

    TYPE_CHECKING = False
    if TYPE_CHECKING:
        from ctx import Ctx

A call that fails answers `error` and `code`: look for `"error" in answer` before its other keys.
"""

import builtins
from collections.abc import Iterable, Mapping
from typing import Any, Literal, NotRequired, TypedDict
'''

BUILTINS = '''\
"""Makes the names of `{module}.pyi` known in every file. Written by `cellblock stubs`."""

from {module} import Ctx as Ctx, Failure as Failure, ctx as ctx
'''

_ANSWER = f'''\
class {ANSWER}(TypedDict, total=False):
    """What an answer is instead, if the call failed."""

    error: str
    """A sentence: what happened."""
    code: str
    """A stable word for it."""
'''

_FAILURE = '''\
class Failure(Exception):
    """What `on_error(ctx, error)` gets: why the tick did not end well."""

    kind: Literal["exception", "timeout", "memory", "crash"]
    traceback: str
'''


def stub(kinds: Mapping[str, Kind]) -> str:
    """Give the text of ``ctx.pyi``."""
    names = {name: _class_name(name) for name in (*INSIDE, "tick", *kinds)}
    shapes = Shapes({*names.values(), *_OURS})
    spaces = [_inside(names[name], INSIDE[name], shapes) for name in INSIDE]
    spaces.append(_tick(names["tick"], shapes))
    spaces += [_outside(names[name], kinds[name], shapes) for name in kinds if name not in INSIDE]
    attributes = dict.fromkeys((*INSIDE, "tick", *kinds))
    parts = [HEAD, _ANSWER, _FAILURE, shapes.classes(), *spaces]
    parts.append(_ctx({name: names[name] for name in attributes}, kinds))
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n\nctx: Ctx\n"


def names_beside(module: str) -> str:
    """Give the text of ``__builtins__.pyi`` beside the stub of name *module*."""
    return BUILTINS.format(module=module)


def _class_name(namespace: str) -> str:
    return "".join(part.capitalize() for part in namespace.split("_"))


def _inside(name: str, kind: type, shapes: Shapes) -> str:
    methods = {
        method: function
        for method, function in vars(kind).items()
        if inspect.isfunction(function) and not method.startswith("_")
    }

    def value(hint: Any) -> str:
        return shapes.value(hint, crosses=False)

    def answer(hint: Any) -> str:
        # A dict of known keys comes from an adapter, and can fail.
        return shapes.answer(hint) if typing.is_typeddict(hint) else value(hint)

    return _class(name, kind.__doc__, _methods(methods, value, answer))


def _outside(name: str, kind: Kind, shapes: Shapes) -> str:
    worker: Any = kind.worker
    methods = {name: inspect.getattr_static(worker, name) for name in method_names(worker)}
    return _class(name, kind.summary, _methods(methods, shapes.value, shapes.answer))


def _tick(name: str, shapes: Shapes) -> str:
    read = typing.get_type_hints(TickView)  # what crosses as JSON text, and is a value there
    lines = [
        f"    {field.name}: {shapes.value(read.get(field.name, field.type))}" for field in _facts()
    ]
    return _class(name, TickFacts.__doc__, ["\n".join(lines)])


def _facts() -> tuple[msgspec.structs.FieldInfo, ...]:
    return msgspec.structs.fields(TickFacts)


def _ctx(attributes: Mapping[str, str], kinds: Mapping[str, Kind]) -> str:
    lines = []
    for name, kind in attributes.items():
        lines.append(f"    {name}: {kind}")
        if name in kinds:
            lines += docstring([kinds[name].summary], "    ")
    lines += [
        "    config: Mapping[str, Any]",
        *docstring(["The deployment's parameters, read-only."], "    "),
        "    connected: list[str]",
        *docstring(["Names of the adapters that this worker may use."], "    "),
    ]
    return _class("Ctx", "All that a worker may use.", ["\n".join(lines)])


def _class(name: str, doc: str | None, parts: list[str]) -> str:
    told = docstring(inspect.cleandoc(doc or f"`ctx.{name.lower()}`.").splitlines(), "    ")
    return "\n".join([f"class {name}:", "\n".join(told), "", "\n\n".join(parts)])


def _methods(methods: Mapping[str, Callable[..., Any]], value: Tell, answer: Tell) -> list[str]:
    """Give the stub of each method; within its class a method named list hides the type."""
    hidden = [name for name in methods if hasattr(_builtins, name)]
    names = re.compile(rf"(?<![\w.'])({'|'.join(hidden)})\b") if hidden else None

    def clear(text: str) -> str:
        return names.sub(r"builtins.\1", text) if names else text

    return [
        _method(
            name,
            function,
            lambda hint: clear(value(hint)),
            lambda hint: clear(answer(hint)),
        )
        for name, function in methods.items()
    ]


def _method(
    name: str,
    function: Callable[..., Any],
    value: Callable[[Any], str],
    answer: Callable[[Any], str],
) -> str:
    hints = typing.get_type_hints(function, include_extras=True)
    parameters = list(inspect.signature(function).parameters.values())[1:]
    written = ["self", *_parameters(parameters, hints, value)]
    end = f"-> {answer(hints.get('return', Any))}:"
    head = f"    def {name}({', '.join(written)}) {end}"
    if len(head) > _WIDTH:
        lines = "".join(f"        {item},\n" for item in written)
        head = f"    def {name}(\n{lines}    ) {end}"
    told = inspect.cleandoc(function.__doc__ or "").splitlines()
    return "\n".join([head, *docstring(told, "        ")]) if told else f"{head} ..."


def _parameters(
    parameters: list[inspect.Parameter], hints: Mapping[str, Any], value: Tell
) -> Iterator[str]:
    starred = False
    for number, parameter in enumerate(parameters):
        kind, stars = parameter.kind, ""
        if kind is parameter.KEYWORD_ONLY and not starred:
            starred = True
            yield "*"
        if kind is parameter.VAR_POSITIONAL:
            starred, stars = True, "*"
        elif kind is parameter.VAR_KEYWORD:
            stars = "**"
        text = f"{stars}{parameter.name}: {value(hints.get(parameter.name, Any))}"
        if parameter.default is not parameter.empty:
            text += f" = {_default(parameter.default)}"
        yield text
        after = parameters[number + 1 : number + 2]
        if kind is parameter.POSITIONAL_ONLY and (not after or after[0].kind is not kind):
            yield "/"


def _default(value: Any) -> str:
    if isinstance(value, enum.Enum):
        value = value.value
    if isinstance(value, float) and not math.isfinite(value):
        return "..."  # which no literal can say
    plain = type(value) in {type(None), bool, int, float, str} or value in ((), [], {})
    return repr(value) if plain else "..."
