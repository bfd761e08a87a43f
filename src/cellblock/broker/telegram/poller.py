"""Reads the messages of one bot, for all workers: Telegram lets one program at a time do it.

It begins when a worker first reads, and ends when none has read for a while; Telegram then keeps
what comes for a day. A batch is confirmed to Telegram by asking for the next one.

Source: core.telegram.org/bots/api#getupdates.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import msgspec

from cellblock.broker.few import Few
from cellblock.broker.secret import Scrubber
from cellblock.broker.telegram.client import BotApi, CallFailed
from cellblock.broker.telegram.messages import UPDATES, Heard, heard, number
from cellblock.clock import Clock
from cellblock.limits import TELEGRAM_IDLE_S

_LONG_S = 25
"""How long Telegram holds a request for which there is nothing yet; it allows 50 s."""
_MORE_S = 10.0
"""What a request may take beyond that."""
_BATCH = 100
_BATCH_BYTES = 5_000_000
"""Telegram keeps the updates of one answer under 4 MB."""
_PAUSES_S = (1.0, 2.0, 5.0, 10.0, 30.0)
_logger = logging.getLogger("cellblock.telegram")
_batch = Few(msgspec.Raw, _BATCH)


class Poller:
    """One long poll. *deliver* gets each message, once, in order."""

    def __init__(
        self, api: BotApi, clock: Clock, scrub: Scrubber, deliver: Callable[[Heard], None]
    ) -> None:
        self._api = api
        self._clock = clock
        self._scrub = scrub
        self._deliver = deliver
        self._offset = 0
        self._asked_s = 0.0
        self._tried = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.failure: CallFailed | None = None
        """Why the last request failed; None once one has succeeded."""

    @property
    def running(self) -> bool:
        """Whether messages are being read now."""
        return self._task is not None and not self._task.done()

    async def ready(self) -> None:
        """Begin to read, if nobody does, and wait for what is there already."""
        self._asked_s = self._clock.monotonic_s()
        if not self.running:
            self.failure = None
            self._tried = asyncio.Event()
            self._task = asyncio.create_task(self._run(), name="telegram poller")
        await self._tried.wait()

    async def close(self) -> None:
        """End the reading; what was not confirmed comes again at the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        try:
            await self._read_on()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told to the operator
            # Of the class alone: what an error of nobody's planning says is not known.
            name = type(error).__name__
            _logger.error("the reader of a bot's messages failed: %s", name)  # noqa: TRY400
            text = "reading messages failed inside the host; its operator can see why"
            self.failure = CallFailed(text, "adapter", undone=True)
        finally:
            self._tried.set()

    async def _read_on(self) -> None:
        failures, wait_s = 0, 0
        while self._clock.monotonic_s() - self._asked_s < TELEGRAM_IDLE_S:
            try:
                count = await self._poll(wait_s)
            except CallFailed as failure:
                pause_s = failure.retry_after_s or _PAUSES_S[min(failures, len(_PAUSES_S) - 1)]
                failures, wait_s = failures + 1, 0  # so that its end is soon known
                self._failed(failure)
                await asyncio.sleep(pause_s)
                continue
            if self.failure is not None:
                _logger.info("reading the messages of a bot works again")
            failures, self.failure = 0, None
            self._tried.set()
            # A full batch has more behind it, which should not wait for something new to come.
            wait_s = 0 if count == _BATCH else _LONG_S

    def _failed(self, failure: CallFailed) -> None:
        if self.failure is None or self.failure.code != failure.code:
            said = self._scrub.text(str(failure))
            _logger.warning("reading the messages of a bot fails: %s", said)
        self.failure = failure
        self._tried.set()

    async def _poll(self, wait_s: int) -> int:
        asked = {"timeout": wait_s, "limit": _BATCH, "allowed_updates": UPDATES}
        if self._offset:
            asked["offset"] = self._offset
        answer = await self._api.call(
            "getUpdates", asked, timeout_s=wait_s + _MORE_S, limit_bytes=_BATCH_BYTES
        )
        await asyncio.sleep(0)  # each step reads all of the answer once more
        try:
            updates = _batch.decode(answer)
            await asyncio.sleep(0)
            numbers = [number(update) for update in updates]
        except msgspec.MsgspecError:
            text = "Telegram's answer holds no updates, or more than were asked for"
            raise CallFailed(text, "bad_answer", undone=True) from None
        for update in updates:
            await asyncio.sleep(0)
            self._hand_out(update)
        if numbers:
            self._offset = max(numbers) + 1
        return len(updates)

    def _hand_out(self, update: bytes) -> None:
        try:
            message = heard(update)
        except Exception as error:  # noqa: BLE001 - one message must not keep all later ones away
            said = str(error) if isinstance(error, msgspec.MsgspecError) else type(error).__name__
            _logger.warning("an update of a bot cannot be read: %s", self._scrub.text(said))
            return
        if message is not None:
            self._deliver(message)
