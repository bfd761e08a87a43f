"""Reading a worker without running it: syntax, shape, and names that the run would refuse.

In: source text and the language it is written for. Out: findings with line and column. What could
never run is an error, the rest a warning. Hostile source can hang or crash a parser, so this runs
in the jail; the host only prints what comes back.
"""

from __future__ import annotations

import ast
import builtins
import io
from collections.abc import Iterator

import msgspec

from cellblock.intake.binding import bound_names
from cellblock.intake.policy import MODULE_HINTS
from cellblock.limits import DIAGNOSTICS
from cellblock.wire.messages import Diagnostic, Language
from cellblock.wire.text import cut

SIGNATURES: dict[str, tuple[str, ...]] = {
    "setup": ("ctx",),
    "tick": ("ctx",),
    "on_error": ("ctx", "error"),
}
"""The functions that the host calls, and with what."""

WALKS = frozenset(
    """
    __subclasses__ __globals__ __builtins__ __bases__ __base__ __mro__ __code__ __closure__
    __getattribute__ __reduce__ __reduce_ex__ __loader__ __spec__ __import__ __traceback__
    tb_frame f_back f_builtins f_globals f_locals gi_frame cr_frame ag_frame gi_code cr_code mro
    """.split()
)
"""Attributes that lead out of the language layer; ordinary workers name none of them."""

_GIVEN = frozenset({"ctx", "__name__", "__doc__", "__file__", "__debug__"})
_BINDING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_FORKS = (
    *(ast.If, ast.For, ast.While, ast.Try, ast.TryStar, ast.Match, ast.AsyncFor, ast.Lambda),
    *(ast.IfExp, ast.BoolOp, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
    *_BINDING,
)


def check_source(source: str, language: Language) -> tuple[Diagnostic, ...]:
    """Give the findings in the order of the source.

    Limits: the first `DIAGNOSTICS` findings.
    """
    try:
        tree = ast.parse(source, filename="worker")
    except SyntaxError as error:
        return (_syntax(error),)
    except (ValueError, RecursionError, MemoryError) as error:
        return (_finding("error", None, "syntax", f"the source cannot be read: {error}", ""),)
    found = [*_shape(tree), *_names(tree, language)]
    found.sort(key=lambda item: (item.line, item.column))
    lines = io.StringIO(source, newline=None).readlines()
    return tuple(_in_characters(item, lines) for item in found[:DIAGNOSTICS])


def _in_characters(item: Diagnostic, lines: list[str]) -> Diagnostic:
    """Turn a column that the parser counted in bytes into one that an editor shows."""
    line = lines[item.line - 1] if item.line <= len(lines) else ""
    if line.isascii():
        return item
    before = line.encode("utf-8")[: item.column - 1].decode("utf-8", "ignore")
    return msgspec.structs.replace(item, column=len(before) + 1)


def _syntax(error: SyntaxError) -> Diagnostic:
    return Diagnostic(
        severity="error",
        line=error.lineno or 1,
        column=error.offset or 1,
        code="syntax",
        message=cut(f"{type(error).__name__}: {error.msg}"),
        hint="",
    )


def _finding(severity: str, node: ast.AST | None, code: str, message: str, hint: str) -> Diagnostic:
    return Diagnostic(
        severity="error" if severity == "error" else "warning",
        line=getattr(node, "lineno", 1),
        column=getattr(node, "col_offset", 0) + 1,
        code=code,
        message=cut(message),
        hint=cut(hint),
    )


# Shape: the functions that the host calls


def _shape(tree: ast.Module) -> Iterator[Diagnostic]:
    if "tick" not in bound_names(tree, whole=False):
        yield _finding(
            "error", None, "no-tick", "there is no function tick", "write `def tick(ctx): ...`"
        )
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name in SIGNATURES:
            yield from _signature(node)


def _signature(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Diagnostic]:
    wanted = SIGNATURES[node.name]
    hint = f"write `def {node.name}({', '.join(wanted)}): ...`"
    if isinstance(node, ast.AsyncFunctionDef):
        yield _finding("error", node, "async", f"{node.name} is a coroutine", hint)
        return
    arguments = node.args
    places = len(arguments.posonlyargs) + len(arguments.args)
    needed = places - len(arguments.defaults)
    required_keywords = sum(default is None for default in arguments.kw_defaults)
    enough = places >= len(wanted) or arguments.vararg is not None
    if needed > len(wanted) or not enough or required_keywords:
        message = f"{node.name} must take {len(wanted)} argument{'s' * (len(wanted) > 1)}"
        yield _finding("error", node, "signature", f"{message}: {', '.join(wanted)}", hint)
    if any(isinstance(item, (ast.Yield, ast.YieldFrom)) for item in _own(node)):
        yield _finding("error", node, "generator", f"{node.name} is a generator", hint)


def _own(function: ast.AST) -> Iterator[ast.AST]:
    """Walk a function without the functions and classes inside it."""
    pending = list(ast.iter_child_nodes(function))
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, (*_BINDING, ast.Lambda)):
            pending.extend(ast.iter_child_nodes(node))


# Names: imports, builtins, walks


def _names(tree: ast.Module, language: Language) -> Iterator[Diagnostic]:
    bound = bound_names(tree)
    sure = {id(node) for node in _unconditional(tree)}
    unseen = {id(node) for node in _for_type_checkers(tree)}
    for node in ast.walk(tree):
        if id(node) in unseen:
            continue
        severity = "error" if id(node) in sure else "warning"
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from _imports(node, language, severity)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield from _name(node, language, bound, severity)
        elif isinstance(node, ast.Attribute) and node.attr in WALKS and not language.full:
            yield _finding(
                "warning",
                node,
                "walk",
                f"{node.attr} leads out of the worker language",
                "ordinary workers need no such attribute; the kernel refuses what lies behind it",
            )


def _imports(
    node: ast.Import | ast.ImportFrom, language: Language, severity: str
) -> Iterator[Diagnostic]:
    if isinstance(node, ast.ImportFrom):
        names = ["." * node.level + (node.module or "")]
    else:
        names = [alias.name for alias in node.names]
    for name in names:
        root = name.partition(".")[0]
        if root == "__future__":
            continue
        hidden = [
            part
            for part in (*name.split("."), *(alias.name for alias in _from(node)))
            if part.startswith("_")
        ]
        if root in language.modules and hidden and not language.full:
            message = f"{hidden[0]} is not public, so {name} does not have it for a worker"
            yield _finding(severity, node, "import", message, "use the public names")
        elif root not in language.modules:
            yield _finding(
                severity,
                node,
                "import",
                f"import of {name} is not allowed",
                MODULE_HINTS.get(root, f"allowed: {', '.join(language.modules)}"),
            )


def _from(node: ast.Import | ast.ImportFrom) -> list[ast.alias]:
    return node.names if isinstance(node, ast.ImportFrom) else []


def _name(
    node: ast.Name, language: Language, bound: set[str], severity: str
) -> Iterator[Diagnostic]:
    name = node.id
    if name in bound or name in _GIVEN or name in language.builtins:
        return
    if language.full and hasattr(builtins, name):
        return
    if name in language.hints:
        yield _finding(severity, node, "builtin", language.hints[name], "")
    else:
        yield _finding(
            "warning", node, "name", f"{name} is not defined in this worker", "check its spelling"
        )


def _unconditional(tree: ast.Module) -> Iterator[ast.AST]:
    """Give the nodes that run whenever the module is loaded, or setup or tick is called."""
    pending: list[ast.AST] = [*_reached(tree.body)]
    for function in tree.body:
        if isinstance(function, ast.FunctionDef) and function.name in {"setup", "tick"}:
            pending.extend(_reached(function.body))
    while pending:
        node = pending.pop()
        if isinstance(node, ast.ClassDef):
            pending += [*node.decorator_list, *node.bases, *_reached(node.body)]
        elif not isinstance(node, _FORKS):
            yield node
            pending += ast.iter_child_nodes(node)


def _for_type_checkers(tree: ast.Module) -> Iterator[ast.AST]:
    """Give what stands under ``if TYPE_CHECKING:`` in a module that sets the name to False, once.

    It never runs; an author's type checker finds the types of ctx there.
    """
    name, off = "TYPE_CHECKING", False
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == name]
    if sum(not isinstance(node.ctx, ast.Load) for node in names) != 1:
        return
    for node in tree.body:
        match node:
            case ast.Assign([ast.Name(id=bound)], ast.Constant(False)) if bound == name:
                off = True
            case ast.If(ast.Name(id=asked), body) if off and asked == name:
                for statement in body:
                    yield from ast.walk(statement)


def _reached(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Give the statements of a block up to the first that leaves it."""
    for statement in body:
        yield statement
        if isinstance(statement, (ast.Return, ast.Raise)):
            return
