"""The service's records in one SQLite file: what is wanted, who may come in, who did what.

In and out: `records`, by the ports of `service`. Many processes may hold the file at once.
"""

from __future__ import annotations

from pathlib import Path

from cellblock.clock import Clock, SystemClock
from cellblock.store.database import Layout
from cellblock.store.ledger import Ledger
from cellblock.store.registry_audit import AuditTable
from cellblock.store.registry_hooks import HookTable
from cellblock.store.registry_rules import RuleTable
from cellblock.store.registry_sessions import SessionTable
from cellblock.store.registry_standings import StandingTable
from cellblock.store.registry_tokens import TokenTable
from cellblock.store.registry_users import UserTable
from cellblock.store.registry_workers import WorkerTable
from cellblock.store.registry_workspaces import WorkspaceTable

LAYOUT = Layout(
    application=0x43454C52,  # "CELR"
    steps="service",
    statements=(
        *("workspaces", "workers", "standings", "tokens", "users", "sessions", "audit"),
        *("rules", "hooks"),
    ),
)


class Registry:
    """The stores of one file. Make it with `open`."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self.workspaces = WorkspaceTable(ledger)
        self.workers = WorkerTable(ledger, clock)
        self.standings = StandingTable(ledger)
        self.tokens = TokenTable(ledger)
        self.users = UserTable(ledger)
        self.sessions = SessionTable(ledger)
        self.audit = AuditTable(ledger)
        self.rules = RuleTable(ledger)
        self.hooks = HookTable(ledger)

    @classmethod
    async def open(cls, path: Path, clock: Clock | None = None) -> Registry:
        """Open or create the file, for nobody else to read; `ledger.MEMORY` is none.

        Raises: OperatorFault("bad-service-file", "newer-file").
        """
        ledger = await Ledger.open(path, LAYOUT, "the service's records")
        return cls(ledger, clock or SystemClock())

    async def close(self) -> None:
        """Let go; nothing that was kept is lost. Raises: StoreFault."""
        await self._ledger.close()
