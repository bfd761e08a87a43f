"""What is left over: secrets in the vault whose hook or rule is gone, such as those of a worker
that was purged, and sessions that are over.

In: the records and the vault. Out: fewer of both. A secret that was kept a moment ago stays, for
what it is for may be on its way.
"""

from __future__ import annotations

import asyncio
import logging

from cellblock.api.doors import Doors
from cellblock.api.problems import scrubbed
from cellblock.limits import SESSION_IDLE_S
from cellblock.store.ports import ALERT_KIND, HOOK_KIND, UNLISTED

SWEEP_S = 3_600.0
"""Time between two looks, and age at which a secret must have what it is for."""
_PAGE = 100
_logger = logging.getLogger("cellblock.api")


async def keep_sweeping(doors: Doors) -> None:
    """Sweep now and then, until cancelled."""
    while True:
        await asyncio.sleep(SWEEP_S)
        try:
            await sweep(doors)
            await sweep_sessions(doors)
        except Exception as error:  # noqa: BLE001 - the next hour is another
            _logger.warning("what is left over could not be seen to: %s", scrubbed(error))


async def sweep_sessions(doors: Doors) -> int:
    """Forget sessions that are over; give how many. Raises: StoreFault."""
    now = doors.clock.wall_s()
    return await doors.stores.sessions.sweep_sessions(now, now - SESSION_IDLE_S)


async def sweep(doors: Doors) -> int:
    """Forget what is left over; give how much it was. Raises: StoreFault, OperatorFault."""
    count, after = 0, ""
    while page := await doors.stores.workspaces.workspaces(after, _PAGE):
        for workspace in page:
            count += await _sweep(doors, workspace.name)
        after = page[-1].name
    return count


async def _sweep(doors: Doors, workspace: str) -> int:
    before = doors.clock.wall_s() - SWEEP_S
    found = [
        (entry.kind, entry.name)
        for entry in await doors.vault.entries(workspace, unlisted=True)
        if entry.kind in UNLISTED and entry.changed_at < before
    ]
    if not found:
        return 0
    used = {(ALERT_KIND, rule.id) for rule in await doors.stores.rules.rules(workspace)}
    used |= {(HOOK_KIND, identity) for identity in await _hooks(doors, workspace)}
    left = [place for place in found if place not in used]
    for kind, name in left:
        await doors.vault.remove(workspace, kind, name)
    return len(left)


async def _hooks(doors: Doors, workspace: str) -> list[str]:
    found: list[str] = []
    after = None
    while page := await doors.stores.workers.workers(workspace, after, _PAGE):
        for worker in page:
            found += [hook.id for hook in await doors.stores.hooks.hooks(worker.ref)]
        after = page[-1].ref
    return found
