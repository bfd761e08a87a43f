"""How safe state is in a Redis that is set up in such a way. Pure.

Source: redis.io, "Key eviction" and "Redis persistence".
"""

from __future__ import annotations

from collections.abc import Mapping

from cellblock.store.ports import StoreReport

CONFIGURED = ("save", "appendfsync", "no-appendfsync-on-rewrite")
"""Settings that INFO does not tell."""


def judge(
    information: Mapping[str, str], settings: Mapping[str, str | None], *, may_kill: bool
) -> StoreReport:
    """Give facts and worries; *settings* holds None for what Redis does not tell us."""
    facts = {
        "server": _server(information),
        "memory": _memory(information),
        "disk": _disk(information, settings),
    }
    worries = [*_eviction(information), *_persistence(information, settings)]
    if not information:
        worries.append(
            "Redis does not tell us how it is set up, so what state survives is unknown; "
            "allow our user +info and +config|get"
        )
    if not may_kill:
        worries.append(
            "Redis does not let us end our own connections, so a write that was given up may still "
            "arrive after a newer one; allow our user +client|id, +client|kill and +info"
        )
    return StoreReport(facts=facts, worries=tuple(worries))


def _server(information: Mapping[str, str]) -> str:
    name = information.get("server_name", "redis")
    version = information.get(f"{name}_version", information.get("redis_version", "unknown"))
    return f"{name} {version}"


def _memory(information: Mapping[str, str]) -> str:
    policy = information.get("maxmemory_policy", "unknown")
    limit = _count(information.get("maxmemory"))
    used = information.get("used_memory", "?")
    return f"{used} bytes used, maxmemory {limit or 'none'}, maxmemory-policy {policy}"


def _disk(information: Mapping[str, str], settings: Mapping[str, str | None]) -> str:
    log = {"1": "yes", "0": "no"}.get(information.get("aof_enabled", ""), "unknown")
    told = {name: "unknown" if value is None else value for name, value in settings.items()}
    return f"appendonly {log}, appendfsync {told['appendfsync']}, save {told['save'] or 'never'}"


def _eviction(information: Mapping[str, str]) -> list[str]:
    limit, policy = _count(information.get("maxmemory")), information.get("maxmemory_policy", "")
    # A volatile policy takes keys with a time to live alone, and ours have none.
    if limit and policy.startswith("allkeys-"):
        text = (
            f"Redis forgets keys when it is full (maxmemory {limit:,} bytes, {policy}), and may so "
            "forget all state of a worker; set maxmemory-policy noeviction"
        )
        return [text]
    return []


def _persistence(information: Mapping[str, str], settings: Mapping[str, str | None]) -> list[str]:
    found: list[str] = []
    log, sync, save = information.get("aof_enabled"), settings["appendfsync"], settings["save"]
    if log == "0" and save == "":
        found.append(
            "Redis keeps nothing on its disk (no appendonly, no save), so all state dies with it; "
            "set appendonly yes"
        )
    elif log == "0":
        found.append(
            "Redis writes snapshots at the most, so what was kept since the last one is lost when "
            "it dies; set appendonly yes"
        )
    elif sync is not None and sync != "always":
        lost = "the last second" if sync == "everysec" else "the last half minute"
        found.append(
            f"appendfsync is {sync}, so what was kept in {lost} is lost when the machine loses "
            "power; set appendfsync always where that matters"
        )
    elif sync is None and information:
        found.append(
            "Redis does not tell us its appendfsync, so what survives a loss of power is unknown; "
            "allow our user +config|get"
        )
    elif settings["no-appendfsync-on-rewrite"] == "yes":
        found.append(
            "no-appendfsync-on-rewrite is yes, so what is kept while Redis rewrites its log is "
            "lost when the machine loses power; set it to no"
        )
    return found + [
        f"Redis could not write to its disk ({name} is {information[name]})"
        for name in ("aof_last_write_status", "rdb_last_bgsave_status")
        if information.get(name, "ok") != "ok"
    ]


def _count(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else 0
