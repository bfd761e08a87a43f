"""One runner of a worker and its loop, from putting it together until it is closed.

In: which version, and a desk to ask it from. Out: to the worker's profile, all that becomes of it.
"""

from __future__ import annotations

from msgspec import structs

from cellblock.errors import OperatorFault
from cellblock.intake.calendar import interval_of
from cellblock.store.ports import StoreFault
from cellblock.store.records import Version
from cellblock.supervisor.bell import Bell
from cellblock.supervisor.desk import Desk
from cellblock.supervisor.lifecycle import Event, State
from cellblock.supervisor.loop import Course, Loop, Ticked
from cellblock.supervisor.office import Office
from cellblock.supervisor.post import Post
from cellblock.supervisor.profile import Profile
from cellblock.supervisor.runner import Runner
from cellblock.supervisor.rush import OFTEN_S
from cellblock.supervisor.schedule import Grid, Now, timetable
from cellblock.supervisor.tally import Tally
from cellblock.wire.messages import Level


class Employment:
    """One run. Use `run` once; *tally* counts what hinders it, also before it and after."""

    def __init__(self, profile: Profile, office: Office, tally: Tally) -> None:
        self._profile = profile
        self._office = office
        self._tally = tally
        self._version: Version | None = None
        self._runner: Runner | None = None
        self._loop: Loop | None = None
        self._started = False
        post = Post(office.ports.hooks, profile.ref, lambda text: profile.said("error", text))
        self.bell = Bell()
        # The timetable is put on the desk with the version, before anybody looks for it.
        self.desk = Desk(Grid(0.0, 1.0), self.bell, post)
        office.rush.come(profile.ref)

    async def run(self) -> None:
        """Work until the desk says stop, or the worker can go on no longer.

        Raises: WorkerFault for a version that can never run.
        """
        try:
            await self._run()
        finally:
            self.desk.waiting = False
            self._office.rush.arrived(self._profile.ref)

    async def _run(self) -> None:
        runner = await self._hired()
        if runner is None or self._version is None:
            return
        self._runner = runner
        runner.housed = lambda: self._office.rush.arrived(self._profile.ref)
        state = State.LOST if self._profile.state is State.LOST else State.NEW
        course = Course(numbers=self._profile.numbers, patient=True, state=state)
        self._loop = Loop(runner, course, self, self._office.clock, self.desk)
        try:
            await self._loop.run()
        finally:
            await runner.close()

    def hurry(self) -> None:
        """Give the code that runs no more time."""
        self.desk.hurried = True
        if self._runner is not None:
            self._runner.hurry()

    def retime(self, version: Version) -> bool:
        """Go on by the schedule of another version, if it differs in nothing else.

        Raises: OperatorFault for a schedule that cannot be.
        """
        mine = self._version
        if mine is None or not _differ_in_schedule_alone(mine, version):
            return False
        self._lay(version)
        self._profile.version = version.number
        self._profile.next_at = self._next_at()
        self._profile.stand()
        self.bell.ring()
        return True

    async def _hired(self) -> Runner | None:
        """Put the runner together, however often that takes; None if it is wanted no more."""
        while not self.desk.stopping:
            try:
                async with self._office.turns:
                    return await self._hire()
            except (OperatorFault, StoreFault) as fault:
                tally, profile = self._tally, self._profile
                tally.hindered(self._office.clock.monotonic_s())
                self._office.rush.arrived(profile.ref)
                if tally.hindrances == 1:
                    profile.said("error", f"the worker is not started yet: {fault}")
                profile.fail(str(fault))
            while (
                left_s := self._tally.again_s - self._office.clock.monotonic_s()
            ) > 0 and not self.desk.stopping:
                await self.bell.wait(left_s)
        return None

    async def _hire(self) -> Runner | None:
        ref, number = self._profile.ref, self._profile.version
        assert number is not None
        version = await self._office.ports.workers.version(ref, number)
        if version is None:
            raise OperatorFault("no-version", f"{ref} has no version {number}", "deploy it again")
        self._lay(version)
        return await self._office.ports.hire(ref, version, self._profile.heard)

    def _lay(self, version: Version) -> None:
        """Put the schedule of a version on the desk. Raises: OperatorFault."""
        now = self._office.now()
        self.desk.timetable = timetable(version.settings, self._profile.anchor_at, now)
        self._version = version

    def _next_at(self) -> float | None:
        now = self._office.now()
        slot = self.desk.timetable.next(now)
        return None if slot is None else now.wall_s + slot.left_s

    # A witness of the loop

    def moved(self, event: Event, _before: State, reason: str) -> None:
        """Hear of a move."""
        assert self._loop is not None
        profile = self._profile
        if event is Event.STARTED:
            self._tally.started(self._office.clock.monotonic_s())
            self._start()
        if self._loop.state is State.RUNNING:
            assert self._runner is not None
            profile.pid, profile.next_at = self._runner.pid, self._next_at()
        profile.errors = self._loop.tally.errors
        profile.go(self._loop.state, reason)
        self._office.rush.arrived(profile.ref)

    def _start(self) -> None:
        assert self._runner is not None
        assert self._version is not None
        now, settings = self._office.now(), self._version.settings
        self._profile.restarts = max(0, self._tally.starts - 1)
        self._profile.proved(self._runner.enforcement)
        if not self._started and settings.cron is None and interval_of(settings) <= OFTEN_S:
            self.desk.waiting = self._office.rush.wait(self._go)
        if not self.desk.waiting:
            self._take_place(now)
        self._started = True

    def _go(self, share: float) -> None:
        """Begin to tick with all who started together, after its share of the first interval."""
        if not self.desk.waiting:
            return
        assert self._version is not None
        now, wait_s = self._office.now(), share * interval_of(self._version.settings)
        if self._profile.is_new:
            now = Now(now.monotonic_s + wait_s, now.wall_s + wait_s)
        self._take_place(now)
        self.desk.waiting = False
        self.bell.ring()

    def _take_place(self, now: Now) -> None:
        """Lay the grid of one that never started before; all others go on with theirs."""
        assert self._version is not None
        settings = self._version.settings
        if self._profile.anchor(now) and settings.cron is None:
            self.desk.timetable = Grid(now.monotonic_s, interval_of(settings))
        elif not self._started or self.desk.waiting:
            # What passed while it was being started is nobody's fault, and not caught up.
            self.desk.timetable.leave(now)

    def ticked(self, tick: Ticked) -> None:
        """Hear of a tick."""
        assert self._loop is not None
        self._profile.ticked(tick, self._loop.tally.errors)

    def said(self, level: Level, text: str) -> None:
        """Hear what the host has to say."""
        self._profile.said(level, text)


def _differ_in_schedule_alone(one: Version, other: Version) -> bool:
    mine = one.settings
    settings = structs.replace(
        other.settings, interval_s=mine.interval_s, cron=mine.cron, timezone=mine.timezone
    )
    return one.source == other.source and settings == mine
