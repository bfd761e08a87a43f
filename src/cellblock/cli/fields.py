"""The settings of a kind as options of a command: what each is called, what may be written.

In: the kind's settings Struct. Out: fields, and values from what was written. A secret is no
option, for whoever lists the processes of a machine reads their options.
"""

from __future__ import annotations

import json
import math
import re
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import inspect as shapes

from cellblock.broker.schema import texts_of
from cellblock.broker.secret import Secret
from cellblock.errors import OperatorFault

_PLAIN = (shapes.StrType, shapes.IntType, shapes.FloatType, shapes.DecimalType)
_MANY = (shapes.VarTupleType, shapes.ListType, shapes.SetType, shapes.FrozenSetType)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of the settings."""

    name: str
    """What it is called in a connection."""
    secret: bool
    required: bool
    default: Any
    """None also where there is none."""
    flag: bool
    many: bool
    choices: Mapping[str, Any]
    """What alone may be written, and the value that it stands for; empty for any text."""
    metavar: str
    help: str
    hint: Any
    """The type, with what limits it."""
    plain: bool
    """Whether what is written is the value's own text, and not JSON."""

    @property
    def option(self) -> str:
        """The long option."""
        return "--" + re.sub("[^A-Za-z0-9]+", "-", self.name).strip("-")

    @property
    def key(self) -> str:
        """What it is called among the parameters of the command."""
        return re.sub(r"\W", "_", self.name)

    def read(self, written: str | bool | list[str]) -> Any:
        """Give the value, as JSON has it. Raises: OperatorFault("bad-option")."""
        if isinstance(written, str) and self.choices and written not in self.choices:
            raise self._refused(written, f"choose {' or '.join(self.choices)}")
        if (
            isinstance(written, str)
            and written.lower() == "none"
            and self.metavar == "NUMBER"
            and _takes_none(self.hint)
        ):
            return None
        try:
            value = msgspec.convert(self._parsed(written), self.hint, strict=False)
        except msgspec.ValidationError as error:
            wrong_type = self.metavar == "NUMBER" and "got `str`" in str(error)
            raise self._refused(written, "write a number" if wrong_type else str(error)) from None
        plain = msgspec.to_builtins(value)
        # JSON has no such numbers; it would keep null, and a limit that is null is none.
        if any(isinstance(one, float) and not math.isfinite(one) for one in _each(plain)):
            raise self._refused(written, "write a number that is finite")
        return plain

    def _parsed(self, written: str | bool | list[str]) -> Any:
        if isinstance(written, str) and self.choices:
            return self.choices[written]
        if isinstance(written, bool) or self.plain:
            return written
        return [_json(item) for item in written] if isinstance(written, list) else _json(written)

    def _refused(self, written: object, why: str) -> OperatorFault:
        shown = ", ".join(written) if isinstance(written, list) else str(written)
        return OperatorFault("bad-option", f"{self.option} {shown[:80]!r} cannot be", why)


def fields_of(settings: type[msgspec.Struct]) -> tuple[Field, ...]:
    """Read the fields of a settings Struct."""
    shape = shapes.type_info(settings)
    assert isinstance(shape, shapes.StructType)
    hints = typing.get_type_hints(settings, include_extras=True)
    told = texts_of(settings)
    return tuple(_field(item, hints[item.name], told.get(item.name, "")) for item in shape.fields)


def _field(item: shapes.Field, hint: Any, told: str) -> Field:
    kind = _bare(item.type)
    many = isinstance(kind, _MANY)
    inner = _bare(kind.item_type) if isinstance(kind, _MANY) else kind
    choices: dict[str, Any] = {}
    if isinstance(kind, shapes.LiteralType):
        choices = {str(value): value for value in kind.values}
    elif isinstance(kind, shapes.EnumType):
        choices = {str(member.value): member.value for member in kind.cls}
    plain = isinstance(inner, _PLAIN) or bool(choices)
    text = plain or (
        isinstance(inner, shapes.UnionType)
        and all(isinstance(one, (*_PLAIN, shapes.NoneType)) for one in inner.types)
    )
    number = isinstance(inner, (shapes.IntType, shapes.FloatType, shapes.DecimalType))
    default = None if item.default is msgspec.NODEFAULT else item.default
    if item.default_factory is not msgspec.NODEFAULT:
        default = item.default_factory()
    return Field(
        name=item.encode_name,
        secret=isinstance(kind, shapes.CustomType) and kind.cls is Secret,
        required=item.required,
        default=default,
        flag=isinstance(kind, shapes.BoolType),
        many=many,
        choices=choices,
        metavar="|".join(choices) or ("NUMBER" if number else "TEXT" if text else "JSON"),
        help=told,
        hint=hint,
        plain=plain,
    )


def _takes_none(hint: Any) -> bool:
    try:
        msgspec.convert(None, hint)
    except msgspec.ValidationError:
        return False
    return True


def _bare(kind: shapes.Type) -> shapes.Type:
    """Give the one type of what is that type or None."""
    if isinstance(kind, shapes.Metadata):
        return _bare(kind.type)
    if isinstance(kind, shapes.UnionType):
        others = [one for one in kind.types if not isinstance(one, shapes.NoneType)]
        return _bare(others[0]) if len(others) == 1 else kind
    return kind


def _each(value: Any) -> Iterator[Any]:
    """Give the values in a value of JSON, and itself."""
    yield value
    parts = (
        value.values()
        if isinstance(value, dict)
        else value
        if isinstance(value, (list, tuple))
        else ()
    )
    for part in parts:
        yield from _each(part)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
