"""From source text to a code object whose refusals say what to use instead.

A blocked builtin would end in the interpreter's bare NameError. Where a source names one that it
never binds itself, the name is compiled to a call that raises NameError with the hint. Only such
sources pay for it. Compiling hostile source can crash, so this runs in the jail.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from types import CodeType

from cellblock.intake.binding import bound_names
from cellblock.wire.messages import REFUSE, Language


def compile_source(source: str, filename: str, language: Language) -> CodeType:
    """Compile a worker's source.

    Raises: SyntaxError, ValueError, RecursionError, MemoryError.
    """
    code: CodeType = compile(source, filename, "exec", dont_inherit=True)
    # Asked of each name, for to look at every hint would take a page of them into this process.
    blocked = {
        name for part in code_objects(code) for name in part.co_names if name in language.hints
    }
    if not blocked:
        return code
    tree = ast.parse(source, filename)
    blocked -= bound_names(tree)
    refused = ast.fix_missing_locations(_Refusals(blocked).visit(tree))
    return compile(refused, filename, "exec", dont_inherit=True)


class _Refusals(ast.NodeTransformer):
    """Replaces ``open`` by ``__refuse__("open")``."""

    def __init__(self, blocked: set[str]) -> None:
        self._blocked = blocked

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """Replace one blocked name."""
        if node.id not in self._blocked or not isinstance(node.ctx, ast.Load):
            return node
        call = ast.Call(ast.Name(REFUSE, ast.Load()), [ast.Constant(node.id)], [])
        for part in ast.walk(call):
            ast.copy_location(part, node)
        return call

    def visit_MatchClass(self, node: ast.MatchClass) -> ast.AST:
        """Leave the class of a pattern a name, as syntax demands; look at what is inside it."""
        node.patterns = [self.visit(item) for item in node.patterns]
        node.kwd_patterns = [self.visit(item) for item in node.kwd_patterns]
        return node


def code_objects(code: CodeType) -> Iterator[CodeType]:
    """Give *code* and what is compiled inside it: functions, classes, comprehensions."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from code_objects(constant)
