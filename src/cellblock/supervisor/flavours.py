"""From which zygote a worker is forked: a laden one with numpy and pandas, or a lean one.

In: a deployment. Out: the cells for it. The choice here is a first guess, by the text alone: a
source that holds the name of a module which the lean zygote lacks goes to the laden one. What the
guess misses the lean cell finds out before it runs the source, and ends; `Runner` then goes on in
a laden one.
"""

from __future__ import annotations

import asyncio

from cellblock.intake.deployment import Deployment
from cellblock.jail.reap import Death, needs_more
from cellblock.jail.setups import names_any
from cellblock.supervisor.cells import Cells


class Flavours:
    """The cells of one host; without *lean* all come from the laden zygote."""

    def __init__(
        self, laden: Cells, lean: Cells | None = None, lacking: frozenset[str] = frozenset()
    ) -> None:
        self.laden = laden
        self.lean = lean
        self._lacking = lacking
        """Modules that workers may import and the lean zygote does not hold."""

    def of(self, job: Deployment) -> Cells:
        """Give the cells in which to try a deployment first."""
        return self.of_text(job.source)

    def of_text(self, source: str) -> Cells:
        """Give the cells in which to try a source first."""
        if self.lean is None or names_any(source, self._lacking):
            return self.laden
        return self.lean

    def for_reading(self) -> Cells:
        """Give cells in which to read a source, for which either do: those at hand, or lean."""
        return self.laden if self.lean is None or self.laden.begun else self.lean

    async def close(self) -> None:
        """End the zygotes and every worker of them."""
        both = (self.laden, self.lean) if self.lean else (self.laden,)
        await asyncio.gather(*(cells.close() for cells in both))


class Origin:
    """Where the processes of one worker come from, as far as is known by now."""

    def __init__(self, flavours: Flavours, job: Deployment) -> None:
        self._flavours = flavours
        self.cells = flavours.of(job)
        """Those in which the next process is to be opened."""
        self.outgrown = False
        """Whether the last order ended because a lean process holds too little."""

    def learn(self, ending: object) -> None:
        """Look at how an order ended; after a lean process that held too little all are laden."""
        is_lean = self.cells is not self._flavours.laden
        self.outgrown = is_lean and isinstance(ending, Death) and needs_more(ending)
        if self.outgrown:
            self.cells = self._flavours.laden
