"""A service to ask: real sockets, real files, and no workers."""

from __future__ import annotations

import asyncio
import dataclasses
import threading

import httpx
import uvloop

from cellblock import compose
from cellblock.api.app import Options, build
from cellblock.api.binding import Bind, hosts_of
from cellblock.api.doors import Doors, Health, Stores
from cellblock.api.proofs import digest_of, mint
from cellblock.api.serving import Serving
from cellblock.broker.workspace import Workspace as Folder
from cellblock.clock import HandClock
from cellblock.journal.pulse import Pulse
from cellblock.journal.tail import Tail
from cellblock.limits import Limits
from cellblock.store.chronicle import Chronicle
from cellblock.store.keys import Given
from cellblock.store.records import Token, Workspace
from cellblock.store.registry import Registry
from cellblock.store.sqlite import SqliteState
from cellblock.store.vault import Vault

WAIT_S = 20.0
SYSTEM = {
    "at": 1.0,
    "ok": True,
    "problems": [],
    "warnings": [],
    "uptime_s": 1.0,
    "versions": dict.fromkeys("cellblock python kernel machine sqlite".split(), "1")
    | {"numpy": None, "pandas": "2"},
    "process": {"pid": 1, "memory_bytes": None, "cpu_s": 0.5},
    "layers": [{"name": "seccomp", "on": True, "stops": "files", "why": "", "how": ""}],
    "zygotes": [],
    "pool": [{"flavour": "lean", "waiting": 0, "most": 16}],
    "stores": [{"name": "state", "kind": "redis", "place": "redis://•••@h", "bytes": None}],
    "disk": {"place": "/d", "total_bytes": 2, "free_bytes": 1, "problem": None},
    "workers": {"running": 1},
    "journal": {"backlog_rows": 0, "lost_rows": 0, "forgotten_rows": 0},
}
EXAMPLE = {
    "name": "hello",
    "title": "Hello",
    "about": "Says hello.",
    "source": "def tick(ctx): ...\n",
    "settings": {"interval_s": 1.0, "config": {"greeting": "Hi"}},
    "needs": ["telegram"],
}


class Rooms:
    """The files of one data directory, and doors that lead to them.

    Tests put another `check`, `admit`, … in their place with `Service.change`.
    """

    def __init__(self, folder, clock):
        self.folder = folder
        self.clock = clock
        self.woken = 0
        self.health = Health(ok=True, problems=(), facts={"version": "1"})
        self._open = []
        self._files = {}

    async def doors(self):
        registry = await Registry.open(self.folder / "service.db", self.clock)
        chronicle = await Chronicle.open(self.folder / "journal.db")
        states = await SqliteState.open(self.folder / "state.db")
        vault = await Vault.open(self.folder, Given(), self.clock)
        self._open = [registry, chronicle, states, vault]
        stores = Stores(
            workspaces=registry.workspaces,
            workers=registry.workers,
            standings=registry.standings,
            chronicle=chronicle,
            tokens=registry.tokens,
            users=registry.users,
            sessions=registry.sessions,
            audit=registry.audit,
            rules=registry.rules,
            hooks=registry.hooks,
        )
        return Doors(
            stores=stores,
            states=states,
            pictures=states,
            quarantine=states,
            vault=vault,
            kinds=compose.kinds().usable(),
            tail=Tail(),
            pulse=Pulse(),
            recent=chronicle,
            clock=self.clock,
            limits=Limits(),
            examples=[EXAMPLE],
            files=self._folder_of,
            check=_nothing(()),
            admit=_nothing(None),
            prove=_nothing(None),
            alert=_nothing(None),
            woken=self._wake,
            health=self._how,
            system=_nothing(SYSTEM),
            metrics=lambda: b"cellblock_workers 0\n",
        )

    def _folder_of(self, name):
        if name not in self._files:
            path = self.folder / "workspaces" / name / "files"
            path.mkdir(parents=True, exist_ok=True)
            self._files[name] = Folder.open(path, Limits().files_bytes)
        return self._files[name]

    def _wake(self):
        self.woken += 1

    async def _how(self):
        return self.health

    async def close(self):
        for one in (*self._files.values(), *self._open):
            await one.close()


def _nothing(answer):
    async def door(*_):
        return answer

    return door


class Service:
    """One that answers in a thread of its own, on the loop that the host uses."""

    def __init__(self, folder, bind=None, options=None, verify=True):
        self.clock = HandClock()
        self.rooms = Rooms(folder, self.clock)
        self.bind = bind or Bind(port=0)
        self.measured = []
        self._verify = verify
        self.options = options or Options(
            hosts=hosts_of(self.bind), measure=lambda *told: self.measured.append(told)
        )
        self.loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._clients = []
        self._names = 0

    def do(self, work):
        """Run a coroutine where the service runs."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(WAIT_S)

    def __enter__(self):
        self._thread.start()
        self.do(self._begin())
        self.token = self.make_token("admin")
        self.admin = self.client(self.token)
        return self

    async def _begin(self):
        self.doors = await self.rooms.doors()
        if await self.doors.stores.workspaces.workspace("default") is None:
            await self.doors.stores.workspaces.add_workspace(
                Workspace(name="default", created_at=self.clock.wall_s())
            )
        self.app = build(self.doors, self.options)
        self.serving = Serving(self.app, self.bind)
        self.url = self.serving.url
        await self.serving.__aenter__()

    def __exit__(self, *_):
        for client in self._clients:
            client.close()
        try:
            self.do(self.serving.stop())
            self.do(self.rooms.close())
        finally:
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._thread.join(WAIT_S)
            self.loop.close()

    @property
    def stores(self):
        return self.doors.stores

    def change(self, **doors):
        """Put other doors in the place of some."""
        self.doors = dataclasses.replace(self.doors, **doors)
        self.app.state.doors = self.doors

    def make_workspace(self, name):
        made = Workspace(name=name, created_at=self.clock.wall_s())
        self.do(self.stores.workspaces.add_workspace(made))

    def make_token(self, role, workspace=None, expires_at=None):
        self._names += 1
        identity, text = mint()
        token = Token(
            id=identity,
            name=f"{role}-{self._names}",
            digest=digest_of(text),
            role=role,
            workspace=workspace,
            created_at=self.clock.wall_s(),
            created_by="test",
            expires_at=expires_at,
        )
        self.do(self.stores.tokens.add_token(token))
        return text

    def client(self, token=None, **options):
        """Give a client that shows a token; without one it shows none."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= options.pop("headers", {})
        given = {"base_url": self.url, "verify": self._verify} | options
        client = httpx.Client(headers=headers, timeout=WAIT_S, trust_env=False, **given)
        self._clients.append(client)
        return client

    def of(self, role, workspace=None):
        """Give a client with a fresh token of that role."""
        return self.client(self.make_token(role, workspace))

    def audit(self):
        """Give the audit log, the oldest first."""
        return self.do(self.stores.audit.audit(None, limit=1000))[::-1]


def problem(answer, status, slug):
    """Hold an answer to be that problem document; give it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document["slug"] == slug, document
    assert document["status"] == status
    assert document["type"] == f"urn:cellblock:problem:{slug}"
    return document
