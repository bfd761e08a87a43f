from __future__ import annotations

import asyncio

from api.front import REF, front
from cellblock.api.leftovers import SWEEP_S, sweep
from cellblock.store.ports import Kept

HOOKS_OF = "/api/v1/workspaces/default/workers/bot/hooks"
RULE = {"name": "ops", "on": ["paused"], "channel": "webhook", "target": "https://ops.example/"}


def test_secrets_go_with_what_they_were_for_and_connections_stay(tmp_path):
    async def scenario():
        async with front(tmp_path) as here:
            post = here.clients["operator"].post
            for name in ("one", "two"):
                await post(HOOKS_OF, json={"name": name, "signed": True})
            await post("/api/v1/workspaces/default/alerts", json=RULE)
            bot = Kept(
                workspace="default", kind="bybit", name="main", settings={}, secrets={"a": "b" * 9}
            )
            await here.vault.put(bot)

            async def kinds():
                entries = await here.vault.entries("default", unlisted=True)
                return sorted(entry.kind for entry in entries)

            all_of_them = ["alert-secret", "bybit", "hook-secret", "hook-secret"]
            here.clock.advance(SWEEP_S + 1)
            assert (await sweep(here.doors), await kinds()) == (0, all_of_them)
            (first, _) = await here.registry.hooks.hooks(REF)
            await here.registry.hooks.remove_hook(REF, first.id)
            fresh = (await post(HOOKS_OF, json={"name": "three", "signed": True})).json()
            await here.registry.hooks.remove_hook(REF, fresh["id"])
            assert (await sweep(here.doors), await kinds()) == (1, all_of_them)
            await here.registry.workers.purge(REF)
            (rule,) = await here.registry.rules.rules("default")
            await here.registry.rules.remove_rule("default", rule.id)
            here.clock.advance(SWEEP_S + 1)
            assert (await sweep(here.doors), await kinds()) == (3, ["bybit"])

    asyncio.run(asyncio.wait_for(scenario(), 40))
