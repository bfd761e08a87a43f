"""The API over real records and a real vault, for the routes of hooks and alerts."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import Any, cast

import httpx

from cellblock.api.app import Options, build
from cellblock.api.doors import Doors, Stores
from cellblock.api.proofs import digest_of, mint
from cellblock.clock import HandClock
from cellblock.intake.settings import Settings
from cellblock.names import WorkerRef
from cellblock.store.keys import Given
from cellblock.store.ledger import MEMORY
from cellblock.store.records import Draft, Token, Workspace
from cellblock.store.registry import Registry
from cellblock.store.vault import Vault

REF = WorkerRef("default", "bot")


@dataclass
class Front:
    """What stands behind the API, and a client for each role."""

    registry: Registry
    vault: Vault
    clock: Any
    wakes: list[None] = field(default_factory=list)
    tested: list[tuple[str, str]] = field(default_factory=list)
    results: list[str] = field(default_factory=list)
    clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    async def tell(self, workspace: str, identity: str) -> None:
        self.tested.append((workspace, identity))

    @property
    def doors(self) -> Doors:
        missing = cast("Any", None)
        stores = Stores(
            workspaces=self.registry.workspaces,
            workers=self.registry.workers,
            standings=self.registry.standings,
            chronicle=missing,
            tokens=self.registry.tokens,
            users=self.registry.users,
            sessions=self.registry.sessions,
            audit=self.registry.audit,
            rules=self.registry.rules,
            hooks=self.registry.hooks,
        )
        given = dict.fromkeys(Doors.__dataclass_fields__, missing)
        given |= {"stores": stores, "vault": self.vault, "clock": self.clock}
        given |= {"woken": lambda: self.wakes.append(None), "alert": self.tell}
        return Doors(**given)

    @property
    def app(self) -> Any:
        return build(self.doors, Options(hooked=self.results.append))


@contextlib.asynccontextmanager
async def front(folder, clock=None):
    """Have a workspace with one worker; clients are nobody, viewer, operator and stranger."""
    clock = clock or HandClock()
    registry = await Registry.open(MEMORY, clock)
    vault = await Vault.open(folder, Given(), clock)
    here = Front(registry, vault, clock)
    app = here.app
    async with contextlib.AsyncExitStack() as ends:
        ends.push_async_callback(registry.close)
        ends.push_async_callback(vault.close)
        for name in ("default", "other"):
            await registry.workspaces.add_workspace(Workspace(name=name, created_at=1.0))
        draft = Draft(ref=REF, source="x", settings=Settings(), by="test", at=1.0)
        await registry.workers.deploy(draft)
        for name in ("nobody", "viewer", "operator", "stranger"):
            transport = httpx.ASGITransport(app)
            client = httpx.AsyncClient(transport=transport, base_url="http://localhost")
            here.clients[name] = await ends.enter_async_context(client)
            if name != "nobody":
                workspace, role = ("other", "admin") if name == "stranger" else ("default", name)
                identity, text = mint()
                token = Token(
                    id=identity,
                    name=name,
                    digest=digest_of(text),
                    role=role,
                    workspace=workspace,
                    created_at=1.0,
                    created_by="test",
                )
                await registry.tokens.add_token(token)
                client.headers["authorization"] = f"Bearer {text}"
        yield here
