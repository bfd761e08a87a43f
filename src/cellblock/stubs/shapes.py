"""Annotations of the host as the text of a stub: what worker code passes, and what it gets.

Values cross the wall as JSON, so bytes and dates are text for a worker, sets and tuples are lists,
and a Struct is a dict of known keys, which the stub declares as a TypedDict.
"""

from __future__ import annotations

import dataclasses
import enum
import keyword
import types
import typing
from collections.abc import Collection, Iterable, Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any, Literal, NotRequired, Required, Union, is_typeddict
from uuid import UUID

import msgspec

ANSWER = "Answer"
"""The TypedDict of `error` and `code` that dicts of an adapter's answers derive from."""

_LINE = 100
_TEXT = (bytes, bytearray, memoryview, date, time, timedelta, Decimal, UUID)
_PLAIN = {Any: "Any", None: "None", type(None): "None", object: "object"}


class Shapes:
    """Turns annotations into text, and keeps the dicts that they name. *taken* are other names."""

    def __init__(self, taken: Collection[str] = ()) -> None:
        self._taken = set(taken)
        self._names: dict[type, str] = {}
        self._fields: dict[str, dict[str, str]] = {}
        self._docs: dict[str, str] = {}
        self._answers: set[str] = set()
        self._crosses = True

    def value(self, annotation: Any, *, crosses: bool = True) -> str:
        """Give the type of a value; one that *crosses* the wall is JSON."""
        self._crosses = crosses
        return self._text(annotation)

    def answer(self, annotation: Any) -> str:
        """Give the type of an adapter's answer, which can be its error instead."""
        text = self.value(annotation)
        if text in self._fields:
            self._answers.add(text)
        elif text not in {"Any", "object"} and not text.startswith("dict["):
            text = f"{text} | {ANSWER}"
        return text

    def classes(self) -> str:
        """Give the dicts that were named, each after those that it holds."""
        return "\n\n".join(self._class(name) for name in self._fields)

    def _class(self, name: str) -> str:
        fields = self._fields[name]
        base = ANSWER if name in self._answers else "TypedDict"
        doc = _docstring(self._docs[name])
        if all(field.isidentifier() and not keyword.iskeyword(field) for field in fields):
            lines = [f"    {field}: {kind}" for field, kind in fields.items()]
            return "\n".join([f"class {name}({base}):", *doc, *(lines or ["    pass"])])
        # Only this form can have keys such as "24h"; it derives from nothing.
        failed = {"error": "NotRequired[str]", "code": "NotRequired[str]"}
        keys = {**(failed if base == ANSWER else {}), **fields}
        pairs = [f"{field!r}: {kind}" for field, kind in keys.items()]
        line = f"{name} = TypedDict({name!r}, {{{', '.join(pairs)}}})"
        if len(line) <= _LINE:
            return line
        return "\n".join([f"{name} = TypedDict({name!r}, {{", *(f"    {p}," for p in pairs), "})"])

    def _text(self, annotation: Any) -> str:
        annotation = _bare(annotation)
        if isinstance(annotation, typing.Hashable) and annotation in _PLAIN:
            return _PLAIN[annotation]
        origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
        if origin is Literal:
            return f"Literal[{', '.join(repr(item) for item in arguments)}]"
        if origin in {Union, types.UnionType}:
            return " | ".join(dict.fromkeys(self._text(item) for item in arguments))
        if isinstance(annotation, type) and origin is None:
            return self._named(annotation)
        if isinstance(origin, type):
            return self._collection(origin, arguments)
        return "Any"

    def _named(self, kind: type) -> str:
        if is_typeddict(kind) or dataclasses.is_dataclass(kind) or issubclass(kind, msgspec.Struct):
            return self._shape(kind)
        if issubclass(kind, enum.Enum):
            return f"Literal[{', '.join(repr(item.value) for item in kind)}]"
        for plain in (bool, int, float, str):
            if issubclass(kind, plain):
                return plain.__name__
        if issubclass(kind, _TEXT):
            return "str" if self._crosses else kind.__name__
        return self._collection(kind, ())

    def _collection(self, kind: type, arguments: tuple[Any, ...]) -> str:
        inner = [self._text(item) for item in arguments if item is not ...]
        if issubclass(kind, Mapping):
            return f"dict[{', '.join(inner) if len(inner) == 2 else 'str, Any'}]"
        if issubclass(kind, Collection):
            return f"list[{' | '.join(dict.fromkeys(inner)) or 'Any'}]"
        if kind is Iterable and not self._crosses:
            return f"Iterable[{', '.join(inner) or 'Any'}]"
        return "Any"

    def _shape(self, kind: type) -> str:
        if kind in self._names:
            return self._names[kind]
        name, number = kind.__name__, 2
        while name in self._taken:
            name, number = f"{kind.__name__}{number}", number + 1
        self._taken.add(name)
        self._names[kind] = name  # before its fields, which may hold it
        fields = dict(self._fields_of(kind))
        self._docs[name] = "" if kind.__doc__ is None else kind.__doc__
        if dataclasses.is_dataclass(kind) and self._docs[name].startswith(f"{kind.__name__}("):
            self._docs[name] = ""  # dataclass writes the signature there
        self._fields[name] = fields
        return name

    def _fields_of(self, kind: Any) -> typing.Iterator[tuple[str, str]]:
        if is_typeddict(kind):
            for name, hint in typing.get_type_hints(kind, include_extras=True).items():
                # Where annotations are text, the class itself does not know of NotRequired.
                stated = typing.get_origin(hint)
                needed = name in kind.__required_keys__ and stated is not NotRequired
                text = self._text(hint)
                yield name, text if needed or stated is Required else f"NotRequired[{text}]"
        elif issubclass(kind, msgspec.Struct):
            config = kind.__struct_config__
            if config.tag is not None and config.tag_field is not None:
                yield config.tag_field, f"Literal[{config.tag!r}]"
            for field in msgspec.structs.fields(kind):
                text = self._text(field.type)
                yield field.encode_name, text if field.required else f"NotRequired[{text}]"
        else:
            hints = typing.get_type_hints(kind)
            for item in dataclasses.fields(kind):
                given = item.default is item.default_factory is dataclasses.MISSING
                text = self._text(hints[item.name])
                yield item.name, text if given else f"NotRequired[{text}]"


def _bare(annotation: Any) -> Any:
    """Take off what says nothing of the value: Annotated, NewType, Required, aliases."""
    while True:
        origin = typing.get_origin(annotation)
        if origin in {typing.Annotated, Required, NotRequired}:
            annotation = typing.get_args(annotation)[0]
        elif hasattr(annotation, "__supertype__"):
            annotation = annotation.__supertype__
        elif type(annotation).__name__ == "TypeAliasType":
            annotation = annotation.__value__
        else:
            return annotation


def _docstring(text: str) -> list[str]:
    from inspect import cleandoc

    lines = cleandoc(text).splitlines()
    return docstring(lines, "    ") if lines else []


def docstring(lines: list[str], indent: str) -> list[str]:
    """Give the lines of a docstring, in quotes that its text cannot end."""
    safe = [line.replace("\\", "\\\\").replace('"""', '\\"\\"\\"') for line in lines]
    if len(safe) == 1 and not safe[0].endswith('"'):
        return [f'{indent}"""{safe[0]}"""']
    body = [f"{indent}{line}".rstrip() for line in safe[1:]]
    return [f'{indent}"""{safe[0]}', *body, f'{indent}"""']
