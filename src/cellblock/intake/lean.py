"""Whether compiled code can do without the modules that a lean zygote does not hold. Pure.

In: code that has not run yet. Out: whether it could ask for one of those modules, which is yes
wherever it cannot be decided. It is asked in the jail; the host never reads a source as code.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import CodeType

from cellblock.intake.check import WALKS
from cellblock.intake.compiling import code_objects

_DOORS = WALKS | {"getattr", "__dict__", "__self__", "__func__", "__wrapped__", "__match_args__"}
"""Names by which code reaches what it does not name: an import statement of its own making too."""


def may_need(code: CodeType, lacking: frozenset[str]) -> bool:
    """Tell whether *code* names a module of *lacking*, or something that leads to one unnamed."""
    return any(
        word in _DOORS or word.partition(".")[0] in lacking
        for part in code_objects(code)
        for word in (*part.co_names, *_texts(part.co_consts))
    )


def _texts(constants: tuple[object, ...]) -> Iterator[str]:
    """Give the texts among constants: the attributes that a pattern looks at are found there."""
    for constant in constants:
        if isinstance(constant, str):
            yield constant
        elif isinstance(constant, tuple):
            yield from _texts(constant)
