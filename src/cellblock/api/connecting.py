"""Connections as they are written over HTTP: judged whole before they are kept, tried out.

A secret comes in and never goes out: not in an answer, nor in an error.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from cellblock.api.doors import Doors
from cellblock.api.models_things import ConnectionWritten, TrialView
from cellblock.api.problems import Problem
from cellblock.api.visit import Caller
from cellblock.broker.adapter import AdapterError
from cellblock.broker.choice import no_kind
from cellblock.broker.connections import secret_names, settings_of
from cellblock.broker.kind import Connection, Kind
from cellblock.broker.secret import Scrubber, Secret, usable_secret
from cellblock.errors import CellblockError, OperatorFault
from cellblock.intake.settings import depth
from cellblock.limits import CONFIG_BYTES, CONFIG_DEPTH
from cellblock.store.ports import Kept


def kind_of(doors: Doors, name: str) -> Kind:
    """Give a kind. Raises: OperatorFault("no-kind")."""
    found = doors.kinds.get(name)
    if found is None:
        raise no_kind(name, doors.kinds)
    return found


def merged(
    kind: Kind, before: Kept | None, sent: ConnectionWritten, place: Kept, caller: Caller
) -> Kept:
    """Put what was sent in the place of what was there; *place* says whose it is.

    Raises: Problem 403, 422; OperatorFault("bad-connection", "bad-secret").
    """
    sealed = secret_names(kind)
    settings = sent.settings if sent.settings is not None else (before.settings if before else {})
    if sealed & settings.keys():
        raise Problem(
            422, "secret-in-settings", "a secret stands among the settings", "send it in `secrets`"
        )
    if not sent.secrets.keys() <= sealed:
        # The name is not told: it may be a secret in the wrong place.
        known = ", ".join(sorted(sealed)) or "none"
        raise Problem(422, "bad-secret", f"the secrets of {kind.name} are {known}")
    secrets = dict(before.secrets) if before else {}
    if moved := _moved(kind, before, settings):
        _judge_move(moved, caller, kept=secrets.keys() - sent.secrets.keys())
    for name, value in sent.secrets.items():
        if value is None:
            secrets.pop(name, None)
        else:
            secrets[name] = usable_secret(name, value)
    _judge_json(settings)
    settings_of(kind, place.name, {**settings, **secrets})
    return Kept(
        workspace=place.workspace,
        kind=place.kind,
        name=place.name,
        settings=settings,
        secrets=secrets,
    )


def _moved(kind: Kind, before: Kept | None, settings: Mapping[str, Any]) -> str:
    """Name a setting that leads the host elsewhere than it did; "" if none does."""
    there = before.settings if before else {}
    for name in sorted(kind.reaching):
        if settings.get(name) != there.get(name):
            return name
    return ""


def _judge_move(name: str, caller: Caller, kept: Iterable[str]) -> None:
    """Refuse whoever may not lead the host elsewhere, or would lead *kept* secrets there."""
    if caller.token.workspace is not None:
        raise Problem(
            403,
            "forbidden",
            f"the setting {name} leads the host to where workers of one workspace cannot go",
            "this needs a token of all workspaces",
        )
    if list(kept):
        raise Problem(
            422,
            "secrets-anew",
            f"the secrets of this connection were given for another {name}",
            "send them again with it, or null to take them away",
        )


def _judge_json(settings: Mapping[str, Any]) -> None:
    """Refuse what JSON does not have, and what is too much of it."""
    fault = OperatorFault("bad-connection", "the settings are not JSON", "use JSON values")
    if depth(settings) > CONFIG_DEPTH:
        raise fault
    try:
        size = len(json.dumps(settings, allow_nan=False, ensure_ascii=False).encode())
    except (ValueError, RecursionError):
        raise fault from None
    if size > CONFIG_BYTES:
        raise OperatorFault(
            "bad-connection", f"the settings have {size:,} bytes", f"at most {CONFIG_BYTES:,}"
        )


async def tried(doors: Doors, kept: Kept) -> TrialView:
    """Make the connection's cheapest call; what the far side says is cleaned of its secrets."""
    scrub = Scrubber()
    sealed = {key: Secret(value) for key, value in kept.secrets.items()}
    for secret in sealed.values():
        scrub.add(secret)
    try:
        answer = await doors.prove(Connection(kept.kind, kept.name, {**kept.settings, **sealed}))
    except AdapterError as error:
        return _failed(scrub, str(error), error.code)
    except CellblockError as error:
        return _failed(scrub, str(error), error.slug)
    except TimeoutError:
        return _failed(scrub, "no answer in time", "timeout")
    except Exception as error:  # noqa: BLE001 - a plugin is anybody's code
        return _failed(scrub, type(error).__name__, "adapter")
    if isinstance(answer, dict) and "error" in answer:
        return _failed(scrub, str(answer["error"]), str(answer.get("code", "error")))
    clean = msgspec.json.decode(scrub.data(msgspec.json.encode(answer)))
    return TrialView(works=True, answer=clean, error=None, code=None)


def _failed(scrub: Scrubber, error: str, code: str) -> TrialView:
    return TrialView(works=False, answer=None, error=scrub.text(error)[:1000], code=code[:100])
