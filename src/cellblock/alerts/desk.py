"""The desk to which all is reported that an operator may want to be told.

In: happenings and late ticks, taken in no time and never raising. Out: notices in the outboxes of
the rules that they concern; the same alert once in a while, also over restarts of the host.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections import deque
from collections.abc import Mapping
from dataclasses import replace

from cellblock.alerts.channels import NotSent, Post
from cellblock.alerts.ledger import Ledger
from cellblock.alerts.letters import Letter, plain
from cellblock.alerts.matching import (
    Happening,
    Lateness,
    LateTick,
    Terms,
    concerns,
    terms_of,
    watches_end,
)
from cellblock.alerts.outbox import Outbox
from cellblock.broker.adapter import AdapterError
from cellblock.broker.secret import Scrubber
from cellblock.clock import Clock
from cellblock.errors import OperatorFault
from cellblock.limits import ALERT_QUEUE
from cellblock.names import WorkerRef
from cellblock.store.ports import StoreFault
from cellblock.store.records import Channel, Rule
from cellblock.store.service import RuleStore

_READ_S = 1.0
"""Time after which a change of the rules is seen."""
_CLOSE_S = 3.0
_logger = logging.getLogger("cellblock.alerts")


class Desk:
    """Hears, and has told. `run` it beside all else, `close` it at the end."""

    def __init__(
        self, store: RuleStore, posts: Mapping[Channel, Post], clock: Clock, scrub: Scrubber
    ) -> None:
        self._store = store
        self._posts = posts
        self._clock = clock
        self._scrub = scrub
        self._ledger = Ledger(store, clock)
        self._lateness = Lateness()
        self._rules: dict[str, tuple[Rule, Terms]] = {}
        self._late: dict[str, list[tuple[Rule, Terms]]] = {}
        """The rules about late ticks, by workspace."""
        self._read_at_s: float | None = None
        self._outboxes: dict[str, Outbox] = {}
        self._heard: deque[tuple[Happening | WorkerRef, str | None]] = deque(maxlen=ALERT_QUEUE)
        """What happened and the one rule that it is for, or who is as it was told no more."""
        self._dropped = 0
        self._there = asyncio.Event()
        self._fault = ""

    def hear(self, happening: Happening) -> None:
        """Take a happening. Limits: `ALERT_QUEUE` wait; of more the oldest are dropped."""
        told = replace(happening, what=self._scrub.text(happening.what))
        self._take(told, None)

    def hear_late(self, tick: LateTick, at: float) -> None:
        """Take a tick that began late, *at* seconds since 1970."""
        for rule, terms in self._late.get(tick.ref.workspace, ()):
            row = self._lateness.count(rule, terms, tick)
            if row is None:
                continue
            happening = Happening(
                occasion="late",
                workspace=tick.ref.workspace,
                worker=tick.ref.name,
                at=at,
                what=f"by {tick.late_s:.1f} s; late ticks in a row: {row}",
            )
            if not self._ledger.is_known(rule, terms.repeat_s, happening):
                self._take(happening, rule.id)

    def left(self, ref: WorkerRef) -> None:
        """Hear that a worker no longer is as it was told: what went on is over, untold."""
        self._lateness.forget(ref)
        self._take(ref, None)

    async def run(self) -> None:
        """Match and pass on, until cancelled."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_READ_S):
                    await self._there.wait()
            await self.turn()

    async def turn(self) -> None:
        """Do now what there is to do. Never raises but when cancelled."""
        try:
            self._there.clear()
            await self._read()
            if self._read_at_s is None:
                return
            if self._dropped:
                _logger.warning("too much happened at once: %d alerts were dropped", self._dropped)
                self._dropped = 0
            while self._heard:
                what, rule_id = self._heard.popleft()
                if isinstance(what, WorkerRef):
                    self._ledger.clear(what.workspace, what.name)
                else:
                    await self._weigh(what, rule_id)
            for rule_id, happening in self._ledger.due():
                await self._weigh(happening, rule_id)
        except Exception:
            _logger.exception("alerts could not be matched")

    async def test(self, workspace: str, identity: str) -> None:
        """Send a test now, once. Raises: OperatorFault("no-rule", "alert-not-sent"), StoreFault."""
        rules = [rule for rule in await self._store.rules(workspace) if rule.id == identity]
        if not rules:
            raise OperatorFault("no-rule", "there is no such rule", "list the rules")
        (rule,) = rules
        written = Letter(
            id=secrets.token_hex(8), rule=rule, at=self._clock.wall_s(), notices=(), test=True
        )
        try:
            await self._posts[rule.channel].send(written)
        except (NotSent, AdapterError) as error:
            raise OperatorFault(
                "alert-not-sent", self._words(str(error)), "see to the rule's target"
            ) from None
        if identity in self._outboxes:
            self._outboxes[identity].failure = ""

    def problems(self) -> tuple[str, ...]:
        """Tell what keeps alerts from being told: a sentence each, with what to do."""
        found = [self._fault] if self._fault else []
        for outbox in self._outboxes.values():
            rule = outbox.rule
            if outbox.failure and rule.enabled:
                found.append(
                    f"alerts of the rule {plain(rule.name)} of {rule.workspace} are not delivered "
                    f"by {rule.channel}: {outbox.failure}; mend it, and test the rule"
                )
        return tuple(found)

    async def close(self) -> None:
        """Pass on what was heard, give it a little time to leave, then give it up."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_S):
                await self.turn()
                await asyncio.gather(*(outbox.idle() for outbox in self._outboxes.values()))
        outboxes = list(self._outboxes.values())
        await asyncio.gather(*(outbox.close() for outbox in outboxes))

    def _take(self, what: Happening | WorkerRef, rule_id: str | None) -> None:
        self._dropped += len(self._heard) == ALERT_QUEUE
        self._heard.append((what, rule_id))
        self._there.set()

    async def _weigh(self, happening: Happening, rule_id: str | None) -> None:
        for rule, terms in list(self._rules.values()):
            if rule_id not in {None, rule.id}:
                continue
            if watches_end(rule, happening):
                await self._ledger.see(rule, happening)
            elif concerns(rule, happening):
                notice = await self._ledger.notice(rule, terms.repeat_s, happening)
                if notice is not None:
                    self._outbox(rule).put(notice)

    def _outbox(self, rule: Rule) -> Outbox:
        if rule.id not in self._outboxes:
            post = self._posts[rule.channel]
            self._outboxes[rule.id] = Outbox(
                rule, post, self._clock, self._ledger.settle, self._words
            )
        return self._outboxes[rule.id]

    async def _read(self) -> None:
        """Read the rules anew, if it is time; a store that fails leaves those of before."""
        now_s = self._clock.monotonic_s()
        if self._read_at_s is not None and now_s - self._read_at_s < _READ_S:
            return
        try:
            rules = await self._store.rules(None)
        except StoreFault as fault:
            self._fault = f"the rules for alerts cannot be read: {fault}; see to the data directory"
            return
        self._read_at_s, self._fault = now_s, ""
        self._rules, self._late = {}, {}
        for rule in rules:
            with contextlib.suppress(OperatorFault):  # the API keeps none that is so
                both = self._rules[rule.id] = (rule, terms_of(rule))
                if "late" in rule.on:
                    self._late.setdefault(rule.workspace, []).append(both)
        for identity in [known for known in self._outboxes if known not in self._rules]:
            await self._outboxes.pop(identity).close()
        for identity, outbox in self._outboxes.items():
            outbox.rule = self._rules[identity][0]

    def _words(self, text: str) -> str:
        return plain(self._scrub.text(text))
