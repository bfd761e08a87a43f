"""The public face for programs that run somebody else's Python.

`Sandbox` holds one warm zygote. `Sandbox.run` runs code once; `Sandbox.worker` keeps a worker whose
`tick` is called at will. Both give an `Outcome`, never the worker's exception.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from cellblock import compose
from cellblock.broker.adapter import Method
from cellblock.broker.kind import connections_of
from cellblock.compose.cells import check
from cellblock.errors import OperatorFault, WorkerFault
from cellblock.intake import policy
from cellblock.intake.deployment import deployment, source_text
from cellblock.jail.attest import Enforcement
from cellblock.limits import Limits
from cellblock.names import WorkerId, worker_id
from cellblock.outcome import LogLine, Outcome
from cellblock.store.ports import Seizure, StateStore
from cellblock.supervisor.runner import Runner
from cellblock.wire import messages as m

LanguageName = Literal["contract", "full"]
State = str | StateStore
"""``"memory"``, ``"sqlite:///file.db"``, ``"redis://host:6379/0"`` (also ``rediss://`` and
``unix://``), or an object with the methods of a `StateStore`."""


class Sandbox:
    """A place where untrusted code can run; an asynchronous context manager.

    *language*: ``"contract"`` gives code the documented builtins and modules, ``"full"`` all
    builtins and every module the zygote holds; the wall is the same. *adapters* makes
    ``ctx.<name>.<method>`` of plain async functions. *connections* maps ``kind`` or ``kind=name``
    to the settings and secrets of ctx.http, ctx.bybit and their like, as in ``{"http": {}}``.
    *modules* and *builtins* are allowed beside the contract's. *preload* chooses among numpy and
    pandas, by default those installed. *limits* are the defaults of every run. *only* is the one
    source that will run here, if it is one: a zygote without numpy and pandas is started for it,
    in a third of the time, where it needs neither; another source may run here all the same.

    Raises: OperatorFault if this machine gives no jail, or an argument cannot be.
    """

    def __init__(
        self,
        *,
        language: LanguageName = "contract",
        adapters: Mapping[str, Mapping[str, Method]] | None = None,
        connections: Mapping[str, Mapping[str, Any]] | None = None,
        modules: tuple[str, ...] = (),
        builtins: tuple[str, ...] = (),
        preload: tuple[str, ...] | None = None,
        limits: Limits | None = None,
        only: str | bytes | None = None,
        require_landlock: bool = True,
        test_preload: tuple[str, ...] = (),
    ) -> None:
        _check_words(language, modules=modules, builtins=builtins, preload=preload)
        self._language = policy.language(
            compose.held(preload),
            full=language == "full",
            more_modules=(*modules, *test_preload),
            more_builtins=builtins,
        )
        self._choices = compose.Choices(
            language=self._language,
            adapters=adapters or {},
            more_modules=tuple(modules),
            preload=preload,
            require_landlock=require_landlock,
            test_preload=tuple(test_preload),
            only=None if only is None else source_text(only),
            connections=connections_of(connections or {}),
        )
        self._limits = limits or Limits()
        compose.check_limits(self._limits)
        self._host: compose.Host | None = None

    async def __aenter__(self) -> Self:
        """Start the zygote. Raises: OperatorFault."""
        self._host = compose.Host(self._choices)
        try:
            await self._host.warm()
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End every worker and the zygote."""
        host, self._host = self._host, None
        if host is not None:
            await host.close()

    @property
    def language(self) -> m.Language:
        """The builtins and modules that code may name here."""
        return self._language

    @property
    def host(self) -> compose.Host:
        """The parts in use. Raises: OperatorFault outside ``async with``."""
        if self._host is None:
            raise OperatorFault(
                "not-open", "the sandbox is not open", "use it in `async with Sandbox() as sandbox`"
            )
        return self._host

    async def run(
        self,
        code: str,
        *,
        timeout_s: float | None = None,
        memory_bytes: int | None = None,
        config: dict[str, Any] | None = None,
        files: str | Path | None = None,
        state: State = "memory",
        name: str | None = None,
        connect: tuple[str, ...] | None = None,
    ) -> Outcome:
        """Run *code* once, as a whole, in a process of its own.

        Time and memory default to the sandbox's limits: 60 s, 512 MB. *name* is what state is kept
        under, and needed for a state that outlives the run. *connect* names the connections that
        it is granted, as ``kind`` or ``kind=name``; None grants those of the sandbox.
        Raises: WorkerFault for what is no source, WorkerFault("quarantined") for code that ended
        with ``security`` before; OperatorFault. What the code does raises nothing.
        """
        limits = _bounded(self._limits, timeout_s, memory_bytes)
        job = deployment(
            _named(name, state, "run"),
            code,
            self._language,
            filename="code.py",
            config=config,
            script=True,
        )
        runner = await self.host.runner(
            job, state=state, files=files, limits=limits, heard=_nobody, connect=connect
        )
        try:
            return await runner.start()
        finally:
            await runner.close()

    def worker(
        self,
        source: str | bytes,
        *,
        name: str | None = None,
        config: dict[str, Any] | None = None,
        files: str | Path | None = None,
        state: State = "memory",
        limits: Limits | None = None,
        connect: tuple[str, ...] | None = None,
    ) -> Worker:
        """Make a worker of *source*, to be entered with ``async with``.

        *name* is what its state is kept under, and needed for a state that outlives the worker.
        *connect* names the connections that it is granted; None grants those of the sandbox.
        Raises: WorkerFault for what is no source; OperatorFault("name-needed").
        """
        known = _named(name, state, "worker")
        job = deployment(known, source, self._language, filename=f"{known}.py", config=config)
        bounds = limits or self._limits

        async def make() -> Runner:
            return await self.host.runner(
                job, state=state, files=files, limits=bounds, heard=_nobody, connect=connect
            )

        return Worker(self, make, bounds)

    async def check(
        self, source: str | bytes, *, filename: str = "worker.py"
    ) -> tuple[m.Diagnostic, ...]:
        """Read a worker without running it, in a jail of its own.

        Raises: WorkerFault("unreadable-source") if the source hangs or crashes the parser.
        """
        job = deployment(WorkerId("check"), source, self._language, filename=filename)
        return await check(self.host.flavours, job, self._limits.memory_bytes)

    async def quarantined(self, *, state: State = "memory") -> tuple[Seizure, ...]:
        """Give the versions that did what only hostile code does, the newest first.

        They stand beside the state that was chosen for them: in its file, or in this sandbox.
        Raises: OperatorFault.
        """
        store = await self.host.quarantine(state)
        return tuple(await store.seizures())

    async def release(self, version: str, *, state: State = "memory") -> bool:
        """Let a version out of quarantine; False if it was not there. Raises: OperatorFault."""
        return await (await self.host.quarantine(state)).release(version)

    async def rendered(self, name: str, *, state: State = "memory") -> dict[str, Any] | None:
        """Give what the worker *name* drew last with ctx.monitor, or None if it drew nothing.

        It is kept beside the state that was chosen for the worker. The texts in it are hostile.
        Raises: OperatorFault.
        """
        kept = await self.host.rendered(worker_id(name), state)
        return None if kept is None else json.loads(kept)

    async def prove(self) -> Enforcement:
        """Jail a worker for nothing but its enforcement report. Raises: OperatorFault."""
        return await self.host.cells.prove()


class Worker:
    """A worker of an embedding program. Enter it to load the source and run `setup`."""

    def __init__(
        self, sandbox: Sandbox, make: Callable[[], Awaitable[Runner]], limits: Limits
    ) -> None:
        self._sandbox = sandbox
        self._make = make
        self._limits = limits
        self._runner: Runner | None = None
        self._n = 0
        self._turn = asyncio.Lock()
        self.started: Outcome | None = None
        """What became of load and `setup`, the last time a process was started."""

    async def __aenter__(self) -> Self:
        """Load the source and run `setup`.

        Raises: WorkerFault("not-started") if either fails; `started` and its ``facts["outcome"]``
        tell why. OperatorFault.
        """
        self._runner = await self._make()
        try:
            await self._start(self._runner)
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the process."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.close()

    @property
    def enforcement(self) -> Enforcement | None:
        """The proof of the jail of the process of now."""
        return self._runner.enforcement if self._runner else None

    @property
    def pid(self) -> int | None:
        """The process of now; None while there is none."""
        return self._runner.pid if self._runner else None

    async def tick(self) -> Outcome:
        """Call `tick`; in a fresh process if the one before was lost, after `setup` and `on_error`.

        Ticks of one worker never overlap: a call waits for the one before.

        Raises: WorkerFault("not-started") if the fresh process cannot load, WorkerFault("breach")
        after an outcome of kind ``security``, for such a worker is not run again; OperatorFault.
        """
        async with self._turn:
            return await self._tick()

    async def _tick(self) -> Outcome:
        if self._runner is None:
            raise OperatorFault(
                "not-open", "the worker is not open", "use it in `async with sandbox.worker(…)`"
            )
        lines: tuple[LogLine, ...] = ()
        if not self._runner.alive:
            await self._runner.idle_death()
            await self._start(self._runner)
            lines = self.started.logs if self.started else ()
        now_s = self._sandbox.host.clock.wall_s()
        facts = m.TickFacts(
            n=self._n,
            planned_at=now_s,
            started_at=now_s,
            late_s=0.0,
            skipped=0,
            deadline_s=self._limits.tick_timeout_s,
        )
        self._n += 1
        outcome = await self._runner.tick(facts)
        return replace(outcome, logs=lines + outcome.logs) if lines else outcome

    async def _start(self, runner: Runner) -> None:
        self.started = await runner.start()
        if not self.started.ok:
            raise WorkerFault(
                "not-started",
                f"the worker could not start: {self.started.failure}",
                outcome=self.started,
            )


def run(code: str, *, language: LanguageName = "contract", **options: Any) -> Outcome:
    """Run untrusted *code* once and wait: `Sandbox.run` for scripts.

    *options* are those of `Sandbox` (``adapters``, ``connections``, ``modules``, ``builtins``,
    ``preload``, ``limits``) and of `Sandbox.run`. Each call starts a zygote, which takes as long
    as importing what *code* needs does; to run much, keep a `Sandbox`. Raises: WorkerFault;
    OperatorFault, also inside a running event loop.
    """
    of_sandbox = {"adapters", "connections", "modules", "builtins", "preload", "limits"} | {
        "require_landlock"
    }
    outer = {name: options.pop(name) for name in of_sandbox & options.keys()}

    async def once() -> Outcome:
        async with Sandbox(language=language, only=code, **outer) as sandbox:
            return await sandbox.run(code, **options)

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(once())
    raise OperatorFault(
        "running-loop",
        "cellblock.run cannot wait inside a running event loop",
        "await Sandbox.run there",
    )


def _bounded(limits: Limits, timeout_s: float | None, memory_bytes: int | None) -> Limits:
    if timeout_s is not None:
        limits = replace(limits, tick_timeout_s=timeout_s)
    if memory_bytes is not None:
        limits = replace(limits, memory_bytes=memory_bytes)
    return limits


def _named(name: str | None, state: State, otherwise: str) -> WorkerId:
    """Take a worker's name; state that outlives it must not be shared by chance."""
    if name is None and state != "memory":
        raise OperatorFault(
            "name-needed",
            "state that is kept needs the name of the worker whose it is",
            "pass name=…, another for each worker",
        )
    return worker_id(name or otherwise)


def _check_words(language: str, **tuples: tuple[str, ...] | None) -> None:
    if language not in {"contract", "full"}:
        raise OperatorFault(
            "bad-language", f"there is no language {language!r}", "choose contract or full"
        )
    for what, names in tuples.items():
        if isinstance(names, str):
            raise OperatorFault(
                "bad-argument", f"{what} is one str", f"give a tuple: {what}=({names!r},)"
            )


def _nobody(_line: LogLine) -> None:
    """Hear a log line; the outcome keeps it."""
