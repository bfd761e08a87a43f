"""Who must not be started: a worker that did what only hostile code does, and its version.

In: failures as they come, and the question whether a start is allowed. Out: a refusal, and one
`Seizure` in the quarantine for each breach.
"""

from __future__ import annotations

import logging

from cellblock.clock import Clock
from cellblock.errors import OperatorFault, WorkerFault
from cellblock.intake.deployment import Deployment
from cellblock.outcome import Failure, OutcomeKind
from cellblock.store.ports import QuarantineStore, Seizure, StoreFault

_logger = logging.getLogger("cellblock.supervisor")


class Custody:
    """Watches one worker."""

    def __init__(self, store: QuarantineStore, deployment: Deployment, clock: Clock) -> None:
        self._store = store
        self._deployment = deployment
        self._clock = clock
        self._kept = False
        self.breach: Failure | None = None
        """Set once the worker did what only hostile code does."""

    def noted(self, problem: Failure) -> Failure:
        """Look at a failure, and give it back."""
        if problem.kind is OutcomeKind.SECURITY:
            self.breach = problem
        return problem

    async def admit(self) -> None:
        """Let a start pass, or refuse it.

        Raises: WorkerFault("breach", "quarantined"); OperatorFault("no-quarantine").
        """
        await self.keep()
        if self.breach is not None:
            raise WorkerFault(
                "breach",
                f"the worker is not started again after a breach: {self.breach}",
                "look at its source; a new worker may be made of it",
                failure=self.breach,
            )
        version = self._deployment.version
        try:
            seizure = await self._store.seized(version)
        except StoreFault as fault:
            raise OperatorFault(
                "no-quarantine",
                f"whether the worker is quarantined cannot be told: {fault}",
                "see that the store of the state can be read",
            ) from fault
        if seizure is not None:
            raise WorkerFault(
                "quarantined",
                f"version {version} is quarantined: {seizure.what}",
                f"look at its source; to start it all the same, `cellblock quarantine --state … "
                f"--release {version}`, or Sandbox.release",
                seizure=seizure,
            )

    async def keep(self) -> None:
        """Put the version of a breach into quarantine, so that nobody else starts it either.

        A store that cannot keep it is asked again at the next call, the last at the runner's end.
        """
        if self.breach is None or self._kept:
            return
        seizure = Seizure(
            version=self._deployment.version,
            worker=self._deployment.worker,
            at=self._clock.wall_s(),
            what=str(self.breach),
            source=self._deployment.source,
        )
        try:
            await self._store.seize(seizure)
        except StoreFault:
            # This worker is refused anyway; that its version may not be must at least be heard.
            _logger.exception("version %s could not be quarantined", seizure.version)
        else:
            self._kept = True
