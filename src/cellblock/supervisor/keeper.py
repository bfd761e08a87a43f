"""Keeps one worker of the service as it is wanted: begins it, holds it, renews it, ends it.

In: what is wanted, whenever that changes. Out: one employment after another, each a runner and its
loop. Whatever goes wrong here concerns this worker alone, and is tried again after a wait.
"""

from __future__ import annotations

import asyncio
import logging

from cellblock.errors import OperatorFault, WorkerFault
from cellblock.limits import DRAIN_S
from cellblock.store.ports import StoreFault
from cellblock.store.records import Place, Standing, Worker
from cellblock.supervisor.employment import Employment
from cellblock.supervisor.lifecycle import Event, State
from cellblock.supervisor.office import Office
from cellblock.supervisor.profile import Profile
from cellblock.supervisor.tally import Tally

_TICKS_ASKED = 100
"""Most ticks that are asked for at once and run."""
_HURRY_AGAIN_S = 1.0
_AT_REST = frozenset({State.PAUSED, State.QUARANTINED})
_logger = logging.getLogger("cellblock.supervisor")


class Keeper:
    """One worker. *standing* and *place* are those of before; *ticks* of the asked were run."""

    def __init__(
        self,
        worker: Worker,
        office: Office,
        standing: Standing | None,
        place: Place | None,
        ticks: int,
    ) -> None:
        self.worker = worker
        """What is wanted of it."""
        self._office = office
        self.profile = Profile(worker, office, standing, place)
        self._ticks = ticks
        self._version = self.profile.version
        """Number of the version that was begun last."""
        self._heeded = self.profile.heeded
        self._renewed = False
        self._employment: Employment | None = None
        self._task: asyncio.Task[None] | None = None
        self._considering: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._ending = False
        self._tally = Tally()
        self._post = False
        """Whether events were ever told of; some may wait whenever a process begins."""

    @property
    def busy(self) -> bool:
        """Whether a process is there, or is to be."""
        return self._task is not None

    def want(self, worker: Worker) -> None:
        """Hear what is wanted now."""
        self.worker = worker
        self._converge()

    def post(self) -> None:
        """Hear that events wait."""
        self._post = True
        if self._employment is not None:
            self._employment.desk.tell_post()

    def renew(self) -> None:
        """Have a fresh runner take the place of the one that is there, or that could not be had."""
        if self.busy or self.profile.state is State.LOST:
            self._renewed = True
            self._converge()

    async def end(self) -> None:
        """End the worker because the host ends: the tick that runs is given `DRAIN_S`."""
        self._ending = True
        self._stop()
        if self._task is not None:
            await asyncio.wait({self._task})
        self._forsake()
        self.profile.shut_down()

    async def kill(self) -> None:
        """End the worker at once."""
        self._ending = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        self._forsake()

    # From what is to what is wanted

    def _converge(self) -> None:
        """Begin what is wanted and not under way, end what is under way and not wanted."""
        if self._ending:
            return
        if self._task is None:
            self._rest()
        elif not self._task.done():  # else `_over` is about to look
            self._steer()
        asked, self._ticks = self.worker.ticks_asked - self._ticks, self.worker.ticks_asked
        if asked > 0 and self.worker.desired == "running" and self._employment is not None:
            self._employment.desk.ask_ticks(min(asked, _TICKS_ASKED))

    @property
    def _is_fresh(self) -> bool:
        """Whether what is wanted is not what was begun last."""
        return (
            self._renewed
            or self.worker.version != self._version
            or self.worker.restarts_asked != self._heeded
        )

    def _rest(self) -> None:
        """Decide for a worker without a process."""
        profile, desired = self.profile, self.worker.desired
        if desired in {"stopped", "deleted"}:
            if profile.state is not State.STOPPED:
                profile.move(Event.STOP, "deleted" if desired == "deleted" else "asked to stop")
            return
        if profile.state in _AT_REST and not self._is_fresh:
            return
        if desired == "paused":
            if profile.state in _AT_REST or profile.state is State.STOPPED:
                profile.move(Event.RENEWED, "")
            if profile.state is not State.HELD:
                profile.move(Event.HOLD, "paused by an operator")
            return
        if profile.state is not State.LOST and (self._is_fresh or profile.state is not State.NEW):
            profile.move(Event.RENEWED, "")
        self._begin()

    def _steer(self) -> None:
        """Decide for a worker that has a process, or is about to."""
        desired = self.worker.desired
        if self._employment is not None:
            self._employment.desk.held = desired == "paused"
            self._employment.bell.ring()
        ends = desired in {"stopped", "deleted"} or (desired == "paused" and self._is_fresh)
        if ends or self._renewed or self.worker.restarts_asked != self._heeded:
            self._stop()
        elif self.worker.version != self._version and self._considering is None:
            self._considering = asyncio.create_task(self._consider())

    async def _consider(self) -> None:
        """Take another version over as a change of schedule, or have a fresh process begun."""
        wanted = self.worker.version
        employment = self._employment
        try:
            version = await self._office.ports.workers.version(self.worker.ref, wanted)
            taken = version is not None and employment is not None and employment.retime(version)
        except (StoreFault, OperatorFault):
            taken = False  # whatever it is, the next employment meets and tells it
        self._considering = None
        if self._ending or self._employment is not employment:
            return
        if taken:
            self._version = wanted
        if self.worker.version != wanted:
            self._converge()
        elif not taken:
            self._stop()

    def _begin(self) -> None:
        self._version, self._heeded = self.worker.version, self.worker.restarts_asked
        self._renewed = False
        if self._timer is not None:
            self._timer.cancel()
        self.profile.begin(self._version, self._heeded)
        self._employment = Employment(self.profile, self._office, self._tally)
        if self._post:
            self._employment.desk.tell_post()
        self._task = asyncio.create_task(self._live(self._employment))
        self._task.add_done_callback(self._over)

    def _stop(self) -> None:
        """End what is under way, the tick that runs with its time."""
        if self._employment is not None and not self._employment.desk.stopping:
            self._employment.desk.stop()
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(DRAIN_S, self._hurry, self._employment)

    def _hurry(self, employment: Employment) -> None:
        if employment is self._employment:
            employment.hurry()
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(_HURRY_AGAIN_S, self._hurry, employment)

    async def _live(self, employment: Employment) -> None:
        """Run one employment to its end."""
        try:
            await employment.run()
        except WorkerFault as fault:
            self.profile.move(Event.TOO_MANY_ERRORS, str(fault))
        except Exception:
            _logger.exception("keeping %s failed", self.worker.ref)
            self.profile.fail("the host failed at it, and its log says how; it is tried again")
            self._tally.hindered(self._office.clock.monotonic_s())

    def _over(self, task: asyncio.Task[None]) -> None:
        self._task = self._employment = None
        if self._timer is not None:
            self._timer.cancel()
        if task.cancelled() or self._ending:
            return
        wait_s = self._tally.again_s - self._office.clock.monotonic_s()
        waits = self.worker.desired == "running" and not self._is_fresh
        if self.profile.state is State.LOST and wait_s > 0 and waits:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(wait_s, self._converge)
            return
        self._converge()

    def _forsake(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._considering is not None:
            self._considering.cancel()
