"""From what was sent to a version: settings read, the source judged, the version kept.

A source is only ever read in a jail; what is refused here was not kept.
"""

from __future__ import annotations

from typing import Any

from cellblock.api.doors import Doors
from cellblock.api.models_workers import SettingsWritten
from cellblock.api.problems import Place, Problem
from cellblock.api.turns import Turns
from cellblock.intake.settings import Settings, settings
from cellblock.names import WorkerRef
from cellblock.wire.messages import Diagnostic


def written(sent: SettingsWritten) -> dict[str, Any]:
    """Give the fields that were sent, null as None, as `changed` takes them."""
    values = {name: getattr(sent, name) for name in sent.model_fields_set}
    if (limits := values.get("limits")) is not None:
        values["limits"] = {name: getattr(limits, name) for name in limits.model_fields_set}
    return values


def whole(sent: SettingsWritten) -> Settings:
    """Read settings that are all there is; null is as left out. Raises: OperatorFault."""
    return settings({name: value for name, value in written(sent).items() if value is not None})


async def judged(
    doors: Doors, turns: Turns | None, ref: WorkerRef, source: str, chosen: Settings
) -> tuple[Diagnostic, ...]:
    """Refuse what cannot run; give the warnings. Without *turns* the source is not read.

    Raises: Problem 422 with the places of errors; WorkerFault, OperatorFault.
    """
    await doors.admit(ref.workspace, source, chosen)
    if turns is None:
        return ()
    async with turns.checks:
        findings = await doors.check(source, f"{ref.name}.py")
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        raise Problem(
            422,
            "bad-source",
            f"the source cannot run: line {errors[0].line}: {errors[0].message}"[:1000],
            errors[0].hint,
            errors=[_place(finding) for finding in errors],
        )
    return findings


def _place(finding: Diagnostic) -> Place:
    hint = f"; {finding.hint}" if finding.hint else ""
    return Place(
        where="source",
        message=f"{finding.message}{hint}",
        line=finding.line,
        column=finding.column,
    )
