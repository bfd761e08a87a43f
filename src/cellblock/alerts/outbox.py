"""What waits to be sent for one rule: gathered, sent one after another, tried again.

In: notices. Out: letters by a channel, each of all that waited. Bounded in number and time; it
never raises and never holds up who puts something in.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from cellblock.alerts.channels import NotSent, Post
from cellblock.alerts.letters import Letter, Notice, letter
from cellblock.clock import Clock
from cellblock.errors import OperatorFault
from cellblock.limits import ALERT_ATTEMPTS, ALERT_GAP_S, ALERT_PAUSE_MAX_S, ALERT_QUEUE
from cellblock.store.records import Rule

_AGAIN_S = (1.0, 5.0, 25.0, 120.0)
"""Pauses before each further try."""
_logger = logging.getLogger("cellblock.alerts")

Kept = Callable[[Sequence[Notice], float | None], Awaitable[None]]
"""Hears what became of notices: sent at a time in seconds since 1970, or None for not at all."""


class Outbox:
    """The notices of one rule; *rule* is replaced when it is changed.

    *words* makes the text of a failure fit to be shown.
    """

    def __init__(
        self, rule: Rule, post: Post, clock: Clock, kept: Kept, words: Callable[[str], str]
    ) -> None:
        self.rule = rule
        self.failure = ""
        """Why the last letter was not delivered; empty after one that was."""
        self._post = post
        self._clock = clock
        self._kept = kept
        self._words = words
        self._waiting: deque[Notice] = deque()
        self._lost: list[Notice] = []
        self._sending: asyncio.Task[None] | None = None
        self._quiet = asyncio.Event()

    def put(self, notice: Notice) -> None:
        """Have it sent, with the next letter. Limits: `ALERT_QUEUE`; the oldest are dropped."""
        if len(self._waiting) >= ALERT_QUEUE:
            self._lost.append(self._waiting.popleft())
        self._waiting.append(notice)
        self._quiet.clear()
        if self._sending is None or self._sending.done():
            self._sending = asyncio.get_running_loop().create_task(self._send_all())

    async def idle(self) -> None:
        """Wait until nothing is on its way."""
        if self._sending is not None:
            await self._quiet.wait()

    async def close(self) -> None:
        """Give up what is on its way."""
        if self._sending is not None:
            self._sending.cancel()
            await asyncio.wait([self._sending])

    async def _send_all(self) -> None:
        while self._waiting:
            notices, lost = list(self._waiting), self._lost
            self._waiting.clear()
            self._lost = []
            now_s = self._clock.wall_s()
            written = letter(self.rule, secrets.token_hex(8), now_s, notices, len(lost))
            self.failure = self._words(await self._deliver(written))
            if self.failure:
                text = "alerts of the rule %s of %s were not sent: %s"
                _logger.error(text, self.rule.id, self.rule.workspace, self.failure)
            # What was dropped is told as a number, and so it is told.
            await self._kept([*lost, *notices], None if self.failure else now_s)
            if not self._waiting:
                self._quiet.set()
            await asyncio.sleep(ALERT_GAP_S)

    async def _deliver(self, written: Letter) -> str:
        """Try until it is delivered or there is no hope; gives why not, or nothing."""
        failure = ""
        for pause_s in (*_AGAIN_S[: ALERT_ATTEMPTS - 1], None):
            try:
                await self._post.send(written)
            except NotSent as error:
                failure = str(error)
                if not error.again or pause_s is None:
                    return failure
                await asyncio.sleep(min(max(pause_s, error.after_s), ALERT_PAUSE_MAX_S))
            except OperatorFault as fault:
                return str(fault)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is given up
                # Without its text, which may be anything.
                _logger.error("an alert could not be sent: %s", type(error).__name__)  # noqa: TRY400
                return "it failed inside the host; its operator can see why"
            else:
                return ""
        return failure
