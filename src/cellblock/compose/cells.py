"""The place where workers are jailed, made of what this machine offers; and reading in a jail.

In: a language and what is to be held warm. Out: cells to be warmed, and the plan of their jail.
"""

from __future__ import annotations

from cellblock.compose.bounds import held
from cellblock.errors import Bug, OperatorFault, WorkerFault
from cellblock.intake.deployment import Deployment
from cellblock.intake.policy import BUILTINS, FULL_MODULES, MODULES
from cellblock.jail import launch, plan, probe
from cellblock.jail.control import Setup
from cellblock.jail.plan import Plan
from cellblock.jail.reap import Death, failure
from cellblock.limits import CHECK_TIMEOUT_S
from cellblock.supervisor.cell import Ears
from cellblock.supervisor.cells import Cells
from cellblock.supervisor.flavours import Flavours
from cellblock.supervisor.identities import Identities
from cellblock.wire.messages import (
    Answer,
    Call,
    Check,
    Diagnosed,
    Diagnostic,
    Language,
    Line,
    Refusal,
)


def make_cells(
    language: Language,
    *,
    more: tuple[str, ...] = (),
    preload: tuple[str, ...] | None = None,
    require_landlock: bool = True,
    lean: bool = False,
) -> tuple[Plan, Flavours]:
    """Put the jail together; no process is started.

    *more* are modules beside the contract's, *preload* says which of numpy and pandas to hold,
    None for those that are installed. *lean* adds a zygote without them, where that can be less.
    Raises: OperatorFault.
    """
    kernel = probe.probe()
    built = plan.build(kernel, require_landlock=require_landlock)
    optional = held(preload)
    if missing := set(more) - set(launch.installed(more)):
        raise OperatorFault(
            "no-module", f"module {sorted(missing)[0]} is not installed", "install it"
        )
    modules = dict.fromkeys((*MODULES, *FULL_MODULES, *optional, *more))
    identities = Identities(kernel)
    laden = Cells(kernel, Setup(built, tuple(modules), (language,)), identities)
    lacking = _lacking(language) if lean else frozenset[str]()
    if not lacking:
        return built, Flavours(laden)
    # The library whole, though workers may name little of it: its parts use each other late.
    less = tuple(name for name in modules if name not in lacking)
    setup = Setup(built, less, (language,), lacking)
    return built, Flavours(laden, Cells(kernel, setup, identities), lacking)


def _lacking(language: Language) -> frozenset[str]:
    """Give the modules that a lean zygote would not hold; none where there is to be no lean one.

    With more builtins than the contract's a worker could import what its source does not name.
    Modules that the operator allows are the laden one's: who knows what they import late.
    """
    if language.full or set(language.builtins) != set(BUILTINS):
        return frozenset()
    return frozenset(language.modules) - set(MODULES)


async def check(flavours: Flavours, job: Deployment, memory_bytes: int) -> tuple[Diagnostic, ...]:
    """Read a source without running it, in a jail of its own.

    Raises: WorkerFault("unreadable-source") if the source hangs or crashes the parser;
    OperatorFault.
    """
    cell = await flavours.for_reading().open(memory_bytes, Ears(_refuse_all, _ignore))
    try:
        ending = await cell.order(Check(job.source, job.language.name), CHECK_TIMEOUT_S, 0.0)
    finally:
        await cell.close()
    if isinstance(ending, Diagnosed):
        return ending.findings
    if not isinstance(ending, Death):
        raise Bug("bad-check", f"a check ended in {type(ending).__name__}")
    raise WorkerFault(
        "unreadable-source",
        f"{job.filename} cannot be read: the parser did not survive it ({failure(ending).type})",
        "such a source is broken or hostile",
    )


async def _refuse_all(_call: Call) -> Answer:
    """Answer nothing: a check asks nothing."""
    return Answer(0, None, Refusal("RuntimeError", "a check has no ctx"))


def _ignore(_lines: tuple[Line, ...]) -> float:
    """Hear nothing: a check logs nothing."""
    return 0.0
