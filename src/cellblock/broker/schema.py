"""What the settings of a kind say of themselves: the texts under their fields, a JSON schema.

A text goes into forms and help pages; a secret is named in the schema, and marked as written only.
"""

from __future__ import annotations

import ast
import inspect
import itertools
import textwrap
from typing import Any

import msgspec

from cellblock.broker.secret import Secret

_SECRET = {"type": "string", "writeOnly": True}


def texts_of(settings: type) -> dict[str, str]:
    """Read the docstrings under the fields; none where the source is not to be had."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(settings)))
    except (OSError, TypeError, SyntaxError):
        return {}
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    found = {}
    for field, under in itertools.pairwise(body):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(under, ast.Expr)
            and isinstance(under.value, ast.Constant)
            and isinstance(under.value.value, str)
        ):
            found[field.target.id] = inspect.cleandoc(under.value.value).replace("\n", " ")
    return found


def schema_of(settings: type[msgspec.Struct]) -> dict[str, Any]:
    """Give the JSON schema of a settings Struct; a type that JSON does not know says nothing."""
    roots, parts = msgspec.json.schema_components([settings], schema_hook=_hook)
    name = roots[0]["$ref"].rpartition("/")[2]
    schema = parts.pop(name)
    told = texts_of(settings)
    for key, text in told.items():
        if key in schema.get("properties", {}):
            schema["properties"][key]["description"] = text
    for value in schema.get("properties", {}).values():
        if value.get("anyOf") and _SECRET in value["anyOf"]:
            value |= {"writeOnly": True}
    if parts:
        schema["$defs"] = parts
    found: dict[str, Any] = msgspec.to_builtins(schema)
    return found


def _hook(kind: type) -> dict[str, Any]:
    return dict(_SECRET) if kind is Secret else {"title": kind.__name__}
