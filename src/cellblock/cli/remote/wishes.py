"""What is to be deployed: files, cellblock.toml and options put together. Sends nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from cellblock.cli import values
from cellblock.cli.remote import project
from cellblock.cli.remote.project import Part, Project
from cellblock.errors import OperatorFault, WorkerFault
from cellblock.intake import settings as intake
from cellblock.names import worker_id, worker_id_of_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of the command, as they were written."""

    targets: list[str]
    file: str | None
    name: str | None
    interval: str | None
    cron: str | None
    timezone: str | None
    config: list[str]
    connect: list[str]
    offline: bool
    memory: str | None
    tick_timeout: str | None
    max_errors: int | None
    note: str | None
    start: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One worker as it is wanted."""

    part: Part
    source: str
    described: bool
    """Whether a file says all about it; else what is not said stays as it is."""
    change: Mapping[str, Any]
    """What the options say of its settings."""
    workspace: str | None

    def settings(self, before: Mapping[str, Any] | None) -> dict[str, Any]:
        """Give the settings to send; *before* are those that the worker has.

        Raises: OperatorFault("bad-settings").
        """
        kept = {} if self.described or before is None else before
        base = intake.settings({**kept, **self.part.settings})
        change = dict(self.change)
        if "config" in change:
            change["config"] = {**base.config, **change["config"]}
        found: dict[str, Any] = msgspec.to_builtins(intake.changed(base, change))
        return found


def wishes(options: Options, folder: Path) -> list[Wish]:
    """Say what is wanted, with every file read. Raises: OperatorFault, WorkerFault."""
    change = changes(options)
    chosen: list[tuple[Part, Project | None, bool]]
    if not options.targets:
        whole = project.find(folder, options.file)
        if whole is None or not whole.parts:
            hint = "name a worker's .py file, or write a [worker.NAME] table"
            what = f"{whole.path} names no worker" if whole else f"there is no {project.NAME} here"
            raise OperatorFault("bad-project", what, hint)
        chosen = [(part, whole, True) for part in whole.parts]
    else:
        chosen = [_target(target, options, folder) for target in options.targets]
    if options.name is not None:
        if len(chosen) > 1:
            text = "--name names one worker, and there are more"
            raise OperatorFault("bad-option", text, "leave it out, or name one file")
        part, found, described = chosen[0]
        chosen = [(replace(part, name=worker_id(options.name)), found, described)]
    return [
        Wish(
            part=replace(
                part,
                note=options.note if options.note is not None else part.note,
                start=part.start and options.start,
            ),
            source=_source(part.source),
            described=described,
            change=change,
            workspace=found.workspace if found else None,
        )
        for part, found, described in chosen
    ]


def _target(target: str, options: Options, folder: Path) -> tuple[Part, Project | None, bool]:
    """Give the worker that an argument names: a file, or a name of the project here."""
    path = folder / target
    if not target.endswith(".py") and not path.exists():
        found = project.find(folder, options.file)
        for part in found.parts if found else ():
            if part.name == target:
                return part, found, True
        hint = f"name a .py file, or a worker of {project.NAME}"
        raise OperatorFault("bad-source", f"there is no file {target}, nor such a worker", hint)
    found = project.find(path.parent, options.file)
    mine = [part for part in found.parts if _same(part.source, path)] if found else []
    if options.name is not None:
        mine = [part for part in mine if part.name == options.name] or mine
    if len(mine) > 1:
        names = " or ".join(part.name for part in mine)
        text = f"{target} is the source of {len(mine)} workers"
        raise OperatorFault("bad-project", text, f"say which: --name {names}")
    if mine:
        return replace(mine[0], source=path), found, True
    name = worker_id(options.name) if options.name else worker_id_of_file(path.stem)
    if found is not None and any(part.name == name for part in found.parts):
        text = f"[worker.{name}] of {found.path} has another source than {target}"
        raise OperatorFault("bad-project", text, "correct the file, or write another --name")
    shared = found.shared if found else Part(name="", source=path)
    described = bool(shared.settings)
    return replace(shared, name=name, source=path), found, described


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()


def changes(options: Options) -> dict[str, Any]:
    """Read what the options say of settings. Raises: OperatorFault("bad-option")."""
    if options.interval is not None and options.cron is not None:
        text = "--interval and --cron exclude one another"
        raise OperatorFault("bad-option", text, "write one of them")
    found: dict[str, Any] = {}
    if options.interval is not None:
        found["interval_s"] = values.seconds(options.interval, "--interval")
    if options.cron is not None:
        found["cron"] = options.cron
    if options.timezone is not None:
        found["timezone"] = options.timezone
    if options.config:
        found["config"] = values.settings(options.config)
    if options.connect or options.offline:
        found["connect"] = project.granted(options.connect, offline=options.offline)
    limits: dict[str, Any] = {}
    if options.memory is not None:
        limits["memory_bytes"] = values.size(options.memory, "--memory")
    if options.tick_timeout is not None:
        limits["tick_timeout_s"] = values.seconds(options.tick_timeout, "--tick-timeout")
    if options.max_errors is not None:
        limits["max_errors"] = options.max_errors
    return {**found, "limits": limits} if limits else found


def _source(path: Path) -> str:
    try:
        return values.source(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text = f"{path.name} is not UTF-8: byte {error.start:,} begins no letter"
        raise WorkerFault("bad-source", text, "save it as UTF-8") from None
