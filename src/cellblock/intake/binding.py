"""Which names a source binds, in any of its scopes. Pure reading of a syntax tree."""

from __future__ import annotations

import ast

_FIELDS = ("name", "asname", "arg", "rest")


def bound_names(tree: ast.AST) -> set[str]:
    """Collect every name that is assigned, imported, defined, caught, matched or made global."""
    found: set[str] = set()
    for node in ast.walk(tree):
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
