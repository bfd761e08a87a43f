"""Ports of the service in memory, for what the API itself is tested with."""

from __future__ import annotations

import msgspec

from cellblock.store import records as r
from cellblock.store.service import Conflict


class Shelves:
    """Workspaces, tokens, audit log, rules and usage, in lists."""

    def __init__(self):
        self.kept_workspaces = {}
        self.kept_tokens = {}
        self.kept_audit = []
        self.uses = {}
        self.fault = None

    def _check(self):
        if self.fault is not None:
            raise self.fault

    async def workspaces(self, after="", limit=100):
        self._check()
        return [w for name, w in sorted(self.kept_workspaces.items()) if name > after][:limit]

    async def workspace(self, name):
        self._check()
        return self.kept_workspaces.get(name)

    async def add_workspace(self, workspace):
        if workspace.name in self.kept_workspaces:
            raise Conflict("it is there")
        self.kept_workspaces[workspace.name] = workspace

    async def change_workspace(self, workspace):
        if self.kept_workspaces[workspace.name].revision != workspace.revision:
            raise Conflict("it has another revision")
        kept = msgspec.structs.replace(workspace, revision=workspace.revision + 1)
        self.kept_workspaces[kept.name] = kept
        return kept

    async def remove_workspace(self, name):
        return self.kept_workspaces.pop(name, None) is not None

    async def usage(self, _):
        return r.Usage(lines=0, runs=0, bytes=0)

    async def add_token(self, token):
        if any(kept.name == token.name for kept in self.kept_tokens.values()):
            raise Conflict("the name is taken")
        self.kept_tokens[token.id] = token

    async def token(self, digest):
        self._check()
        return next((t for t in self.kept_tokens.values() if t.digest == digest), None)

    async def tokens(self, workspace):
        found = [t for t in self.kept_tokens.values() if workspace in (None, t.workspace)]
        return sorted(found, key=lambda token: token.name)

    async def revoke_token(self, identity, at):
        token = self.kept_tokens.get(identity)
        if token is None or token.revoked_at is not None:
            return False
        self.kept_tokens[identity] = msgspec.structs.replace(token, revoked_at=at)
        return True

    async def used_tokens(self, at):
        for identity, when in at.items():
            token = self.kept_tokens[identity]
            self.kept_tokens[identity] = msgspec.structs.replace(token, last_used_at=when)

    async def note(self, entry):
        self.kept_audit.append(msgspec.structs.replace(entry, id=len(self.kept_audit) + 1))

    async def audit(self, workspace, before=None, limit=100):
        found = [
            entry
            for entry in reversed(self.kept_audit)
            if workspace in (None, entry.workspace) and (before is None or entry.id < before)
        ]
        return found[:limit]

    async def rules(self, _):
        return []

    async def entries(self, _):
        return []
