"""What alerts are tested with: rules in a real store, a real vault, and letters that are kept."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass, field

from cellblock.alerts.channels import NotSent
from cellblock.alerts.desk import Desk
from cellblock.alerts.letters import Letter
from cellblock.alerts.matching import Happening
from cellblock.broker.secret import Scrubber
from cellblock.clock import HandClock
from cellblock.store.records import Rule, Workspace
from cellblock.store.registry import Registry

SECRET = "what-signs-the-alerts-of-a-rule"


def rule(**more) -> Rule:
    values = {"id": "r1", "workspace": "default", "name": "ops", "channel": "log"}
    values |= {"on": ("paused", "recovered", "quarantined", "late", "disk"), "created_at": 1.0}
    return Rule(**(values | {"revision": 0} | more))


def happening(occasion="paused", worker="bot", **more) -> Happening:
    values = {"workspace": "default", "at": 1_700_000_000.0, "what": ""}
    return Happening(occasion=occasion, worker=worker, **(values | more))


@dataclass
class Kept:
    """A channel that keeps what it is given; *refusals* are raised first, *hold* is waited for."""

    letters: list[Letter] = field(default_factory=list)
    refusals: list[NotSent] = field(default_factory=list)
    hold: asyncio.Event | None = None

    async def send(self, letter: Letter) -> None:
        if self.hold is not None:
            await self.hold.wait()
        if self.refusals:
            raise self.refusals.pop(0)
        self.letters.append(letter)

    @property
    def told(self):
        return [
            (notice.happening.occasion, notice.happening.worker)
            for letter in self.letters
            for notice in letter.notices
        ]


async def until(holds, timeout_s=10.0):
    end = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < end, "it did not come to be"
        await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def desk(path, *rules, clock=None, channel=None, scrub=None):
    """Open the desk over the records in *path*; those *rules* are put there if they are new."""
    clock = clock or HandClock()
    registry = await Registry.open(path, clock)
    kept = channel or Kept()
    posts = {"log": kept, "webhook": kept, "telegram": kept}
    here = Desk(registry.rules, posts, clock, scrub or Scrubber())
    try:
        for name in sorted({one.workspace for one in rules}):
            if await registry.workspaces.workspace(name) is None:
                await registry.workspaces.add_workspace(Workspace(name=name, created_at=1.0))
        known = {one.id for one in await registry.rules.rules(None)}
        for one in rules:
            if one.id not in known:
                await registry.rules.put_rule(one)
        yield here, kept, registry
    finally:
        await here.close()
        await registry.close()
