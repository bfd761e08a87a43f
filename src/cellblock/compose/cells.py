"""The place where workers are jailed, made of what this machine offers; and reading in a jail.

In: a language and what is to be held warm. Out: cells to be warmed, and the plan of their jail.
"""

from __future__ import annotations

from cellblock.errors import Bug, WorkerFault
from cellblock.intake.deployment import Deployment
from cellblock.jail import probe
from cellblock.jail.plan import Plan
from cellblock.jail.reap import Death, failure
from cellblock.jail.setups import setups
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
    """Put the jail together, as `setups` says; no process is started. Raises: OperatorFault."""
    kernel = probe.probe()
    wanted = setups(
        kernel, language, more=more, preload=preload, require_landlock=require_landlock, lean=lean
    )
    identities = Identities(kernel)
    laden = Cells(kernel, wanted.laden, identities)
    if wanted.lean is None:
        return wanted.laden.plan, Flavours(laden)
    lean_cells = Cells(kernel, wanted.lean, identities)
    return wanted.laden.plan, Flavours(laden, lean_cells, wanted.lean.lacking)


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
