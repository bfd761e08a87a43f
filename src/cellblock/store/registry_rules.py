"""When to alert whom, and what was told already, in the registry: a `RuleStore`."""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec
from msgspec import structs

from cellblock.limits import ALERT_KEPT_S
from cellblock.names import room_words
from cellblock.store.ledger import Ledger, text
from cellblock.store.records import Rule
from cellblock.store.registry_workspaces import refuse_missing
from cellblock.store.service import Conflict

_JSON = ("on", "workers", "settings")


class RuleTable:
    """A `RuleStore`."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def rules(self, workspace: str | None) -> list[Rule]:
        """See `RuleStore`."""
        return await self._ledger.rows(_rule, "rules_of", workspace=workspace)

    async def put_rule(self, rule: Rule) -> Rule:
        """See `RuleStore`. Raises: Conflict, also if the workspace is not there."""
        return await self._ledger.write(partial(self._put, rule))

    async def remove_rule(self, workspace: str, identity: str) -> bool:
        """See `RuleStore`."""
        return await self._ledger.write(partial(self._remove, workspace, identity))

    async def told(self, key: str) -> float | None:
        """See `RuleStore`."""
        rows = await self._ledger.rows(lambda row: float(row[0]), "told", key=key)
        return rows[0] if rows else None

    async def tell(self, key: str, at: float) -> None:
        """See `RuleStore`."""
        await self._ledger.write(partial(self._tell, key, at))

    def _remove(self, workspace: str, identity: str) -> bool:
        self._ledger.run("forget_told_of", workspace=workspace, id=identity)
        return bool(self._ledger.run("remove_rule", workspace=workspace, id=identity))

    def _tell(self, key: str, at: float) -> None:
        self._ledger.run("forget_told", before=at - ALERT_KEPT_S)
        self._ledger.run("tell", key=key, at=at)

    def _put(self, rule: Rule) -> Rule:
        refuse_missing(self._ledger, rule.workspace)
        values = structs.asdict(rule) | {field: text(getattr(rule, field)) for field in _JSON}
        values["occasions"] = values.pop("on")
        rows = self._ledger.run("change_rule" if rule.revision else "add_rule", **values)
        if not rows:
            if rule.revision:
                raise Conflict(f"the rule {rule.name} is not at revision {rule.revision}")
            raise Conflict(
                f"the rule {rule.name} is there already",
                f"take another name, or first `cellblock alerts rm {rule.name}"
                f"{room_words(rule.workspace)}`",
            )
        return structs.replace(rule, revision=rows[0][0])


def _rule(row: tuple[Any, ...]) -> Rule:
    values = dict(zip(Rule.__struct_fields__, row, strict=True))
    values |= {field: msgspec.json.decode(values[field]) for field in _JSON}
    return msgspec.convert(values | {"enabled": bool(values["enabled"])}, Rule)
