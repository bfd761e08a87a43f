"""Which names a source binds, in any of its scopes. Pure reading of a syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_FIELDS = ("name", "asname", "arg", "rest")


_SCOPES = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)


def bound_names(tree: ast.AST, *, whole: bool = True) -> set[str]:
    """Collect every name that is assigned, imported, defined, caught, matched or made global.

    *whole* looks into every scope; without it only the module's own names are given, and those
    that a function declares global.
    """
    found: set[str] = set()
    for node in ast.walk(tree) if whole else _outermost(tree):
        if isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Load):
                found.add(node.id)
        elif isinstance(node, ast.alias):
            found.add(node.asname or node.name.partition(".")[0])
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            found.update(node.names)
        elif not isinstance(node, ast.keyword):
            found.update(
                value for field in _FIELDS if isinstance(value := getattr(node, field, None), str)
            )
    return found


def _outermost(tree: ast.AST) -> Iterator[ast.AST]:
    """Walk the module's own scope, and the global statements of the scopes inside it."""
    pending: list[tuple[ast.AST, bool]] = [(tree, True)]
    while pending:
        node, own = pending.pop()
        if own or isinstance(node, ast.Global):
            yield node
        own = own and not isinstance(node, _SCOPES)
        pending.extend((child, own) for child in ast.iter_child_nodes(node))
