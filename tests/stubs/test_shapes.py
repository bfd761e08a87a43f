from __future__ import annotations

import ast
import dataclasses
import datetime
import decimal
import enum
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal, NewType, NotRequired, TypedDict

import msgspec
import pytest

from cellblock.stubs.shapes import Shapes, docstring

Symbol = NewType("Symbol", str)


class Side(enum.Enum):
    BUY = "buy"
    SELL = "sell"


class Row(TypedDict):
    at: float
    note: NotRequired[str]


class Tree(msgspec.Struct):
    """A tree."""

    name: str
    leaves: list[Tree] = []


class Renamed(msgspec.Struct, rename="camel", tag="renamed"):
    last_price: decimal.Decimal


class Odd(msgspec.Struct, rename={"day": "24h"}):
    day: float


@dataclasses.dataclass
class Point:
    x: int
    y: int = 0


@pytest.mark.parametrize(
    ("annotation", "text"),
    [
        (Any, "Any"),
        (None, "None"),
        (str | None, "str | None"),
        (int | str | bytes, "int | str"),
        (bool, "bool"),
        (Literal["a", 1], "Literal['a', 1]"),
        (Side, "Literal['buy', 'sell']"),
        (Annotated[int, msgspec.Meta(ge=1)], "int"),
        (Symbol, "str"),
        (datetime.datetime, "str"),
        (bytes, "str"),
        (decimal.Decimal, "str"),
        (dict[str, list[int]], "dict[str, list[int]]"),
        (Mapping[str, Row], "dict[str, Row]"),
        (dict, "dict[str, Any]"),
        (tuple[int, ...], "list[int]"),
        (tuple[int, str], "list[int | str]"),
        (set[Side], "list[Literal['buy', 'sell']]"),
        (Sequence[float], "list[float]"),
        (list, "list[Any]"),
        (Tree, "Tree"),
        (list[Tree] | None, "list[Tree] | None"),
        (type("Unknown", (), {}), "Any"),
        ("not resolved", "Any"),
    ],
)
def test_an_annotation_is_told_as_what_worker_code_holds(annotation, text):
    assert Shapes().value(annotation) == text


def test_dicts_of_known_keys_are_declared_once():
    shapes = Shapes()
    assert [shapes.value(kind) for kind in (Row, Tree, Point, Renamed, Odd, Row)] == [
        *("Row", "Tree", "Point", "Renamed", "Odd", "Row")
    ]
    assert shapes.classes().split("\n\n") == [
        "class Row(TypedDict):\n    at: float\n    note: NotRequired[str]",
        'class Tree(TypedDict):\n    """A tree."""\n    name: str\n    leaves: NotRequired[list[Tree]]',
        "class Point(TypedDict):\n    x: int\n    y: NotRequired[int]",
        "class Renamed(TypedDict):\n    type: Literal['renamed']\n    lastPrice: str",
        "Odd = TypedDict('Odd', {'24h': float})",
    ]


def test_an_answer_can_be_its_error_instead():
    shapes = Shapes()
    for annotation, text in (
        (Row, "Row"),
        (Odd, "Odd"),
        (dict[str, Any], "dict[str, Any]"),
        (Any, "Any"),
        (float, "float | Answer"),
        (None, "None | Answer"),
        (list[Point], "list[Point] | Answer"),
    ):
        assert shapes.answer(annotation) == text
    declared = shapes.classes()
    assert "class Row(Answer):" in declared
    assert "class Point(TypedDict):" in declared
    assert "'error': NotRequired[str], 'code': NotRequired[str], '24h': float" in declared


def test_a_dict_of_odd_keys_that_is_long_is_told_line_by_line():
    keys = {f"key {number}": float for number in range(8)}
    shapes = Shapes()
    shapes.value(TypedDict("Long", keys))  # type: ignore[misc, operator]
    declared = shapes.classes()
    assert declared.splitlines()[:2] == ["Long = TypedDict('Long', {", "    'key 0': float,"]
    ast.parse(declared)


def test_two_dicts_of_one_name_are_told_apart():
    other = TypedDict("Row", {"n": int})  # noqa: UP013 - a second one of this name
    shapes = Shapes({"Tree"})
    assert [shapes.value(kind) for kind in (Row, other, Tree)] == ["Row", "Row2", "Tree2"]


@pytest.mark.parametrize("text", ["one", 'ends in "quotes"', '"""', "a\\", 'two\n"""\nlines\\'])
def test_a_docstring_stays_what_it_was(text):
    module = ast.parse("\n".join(["class C:", *docstring(text.splitlines(), "    ")]))
    assert isinstance(module.body[0], ast.ClassDef)
    assert (ast.get_docstring(module.body[0]) or "").strip() == text


def test_what_stays_in_the_worker_is_told_as_it_is():
    shapes = Shapes()
    for annotation, text in (
        (str | bytes | None, "str | bytes | None"),
        (Iterable[dict[str, Any] | str], "Iterable[dict[str, Any] | str]"),
        (object, "object"),
    ):
        assert shapes.value(annotation, crosses=False) == text
    assert shapes.value(str | bytes | None) == "str | None"
