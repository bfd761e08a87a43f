"""``cellblock run``: one worker on its schedule, in the foreground."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Iterable

import uvloop

from cellblock.broker.secret import Scrubber
from cellblock.cli import shelf as shelves
from cellblock.cli import values
from cellblock.cli.jsonl import JsonScreen, Screen
from cellblock.cli.options import Options
from cellblock.errors import WorkerFault
from cellblock.intake.calendar import check_interval
from cellblock.intake.deployment import Deployment, deployment
from cellblock.journal import event as journal
from cellblock.limits import Limits
from cellblock.names import worker_id, worker_id_of_file
from cellblock.outcome import LogLine
from cellblock.sandbox import Sandbox
from cellblock.supervisor.foreground import Foreground, Performance


def run_worker(options: Options, scrub: Scrubber) -> int:
    """Run until the ticks are done, the worker can go on no longer, or a signal asks to stop.

    *scrub* learns the secrets in use. Gives the exit code. Raises: CellblockError before anything
    is started.
    """
    shelf = shelves.Shelf.of(options.data, options.workspace, scrub)
    limits = Limits(
        tick_timeout_s=values.seconds(options.tick_timeout, "--tick-timeout"),
        memory_bytes=values.size(options.memory, "--memory"),
        max_errors=options.max_errors,
    )
    connections, notes = shelves.granted(shelf, options.connect, offline=options.offline)
    source = values.source(options.worker)
    sandbox = Sandbox(
        connections=shelves.table(connections),
        language=options.language,  # type: ignore[arg-type]
        modules=tuple(options.modules),
        builtins=tuple(options.builtins),
        limits=limits,
        only=source,
        require_landlock=options.require_landlock,
        test_preload=tuple(options.test_preload),
    )
    job = deployment(
        worker_id(options.name) if options.name else worker_id_of_file(options.worker.stem),
        source,
        sandbox.language,
        filename=options.worker.name,
        config=values.settings(options.settings),
    )
    performance = Performance(
        worker=job.worker,
        interval_s=check_interval(values.seconds(options.interval, "--interval")),
        ticks=options.ticks,
        limits=limits,
    )
    screen = _screen(notes, as_json=options.json)
    return uvloop.run(_run(sandbox, job, performance, options, screen))


def _screen(notes: Iterable[str], *, as_json: bool) -> Screen:
    if as_json:
        screen: Screen = JsonScreen()
    else:
        from cellblock.cli.screen import LiveScreen  # 20 ms

        screen = LiveScreen()
    for note in notes:
        screen.note(note, style="yellow")
    return screen


async def _run(
    sandbox: Sandbox, job: Deployment, performance: Performance, options: Options, screen: Screen
) -> int:
    stop = _stop_on_signals()

    def show(event: journal.Event) -> None:
        try:
            screen.show(event)
        except BrokenPipeError:
            # Whoever read us has gone: end quietly, and write the rest to nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            stop.set()

    def heard(line: LogLine) -> None:
        show(journal.Log(line.level, line.message, line.at))  # type: ignore[arg-type]

    async with sandbox:
        sandbox.host.shown = lambda _, render: show(journal.Monitor(**json.loads(render)))
        sandbox.host.told = lambda text: screen.note(text, style="bold yellow")
        await _show_findings(sandbox, job, screen)
        runner = await sandbox.host.runner(
            job, state=options.state, files=options.files, limits=performance.limits, heard=heard
        )
        loop = Foreground(runner, performance, show, sandbox.host.clock, stop)
        running = asyncio.create_task(loop.run())
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if not running.done():
                # A tick that runs is given as long as a kill would take, then its process ends.
                await asyncio.wait({running}, timeout=performance.limits.kill_grace_s)
        finally:
            stopped.cancel()
            running.cancel()
            await asyncio.wait({running})
            await runner.close()
        running.result()
    code = 0 if loop.went_well or stop.is_set() else 1
    show(journal.Exit(code, loop.ticks))
    return code


_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


async def _show_findings(sandbox: Sandbox, job: Deployment, screen: Screen) -> None:
    """Say what is missing and what `check` finds, before the run; the run itself decides."""
    for layer in sandbox.host.plan.missing:
        if layer.layer == "landlock":
            screen.note(f"running without Landlock: {layer.why}", style="bold yellow")
    try:
        findings = await sandbox.check(job.source, filename=job.filename)
    except WorkerFault as fault:
        screen.note(str(fault), style="yellow")
        return
    for item in findings:
        if item.code not in {"syntax", "no-tick", "signature", "async", "generator"}:
            hint = f" ({item.hint})" if item.hint else ""
            where = f"{job.filename}:{item.line}:{item.column}"
            screen.note(f"{where}: {item.message}{hint}", style="yellow")


def _stop_on_signals() -> asyncio.Event:
    """Set the event on Ctrl-C, SIGTERM and SIGHUP; a second one ends the program at once."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def ask() -> None:
        stop.set()
        for number in _STOPPING:
            loop.remove_signal_handler(number)

    for number in _STOPPING:
        loop.add_signal_handler(number, ask)
    return stop
