"""The options of ``cellblock deploy`` and ``cellblock set``."""

from __future__ import annotations

from typing import Annotated

import typer

from cellblock.cli.remote.desk import Desk, Worker, asks

Interval = Annotated[str | None, typer.Option(metavar="TIME", help="Time between ticks, 1s to 1h.")]
Cron = Annotated[
    str | None, typer.Option(metavar="LINE", help="Ticks as crontab has it: '0 9 * * 1-5'.")
]
Zone = Annotated[
    str | None, typer.Option(metavar="ZONE", help="That of --cron, such as Europe/Berlin.")
]
Config = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="A setting for ctx.config; repeatable."),
]
Connect = Annotated[
    list[str] | None,
    typer.Option("--connect", metavar="KIND[=NAME]", help="Grant a connection; repeatable."),
]
Offline = Annotated[
    bool, typer.Option("--offline", help="Grant nothing that --connect does not name.")
]
Memory = Annotated[str | None, typer.Option(metavar="SIZE", help="Memory above the warm process.")]
TickTimeout = Annotated[str | None, typer.Option(metavar="TIME", help="Longest time of one tick.")]
MaxErrors = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="Failed ticks in a row until a pause.")
]
NoteText = Annotated[
    str | None, typer.Option(metavar="TEXT", help="What is new; shown by `versions`.")
]


@asks
def deploy(
    desk: Desk,
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="WORKER.py|NAME",
            help="Source files, or workers of cellblock.toml [all that it has].",
            show_default=False,
        ),
    ] = None,
    file: Annotated[
        str | None,
        typer.Option("--file", metavar="FILE", help="The cellblock.toml [beside the worker]."),
    ] = None,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="The worker's name [the file's].")
    ] = None,
    interval: Interval = None,
    cron: Cron = None,
    timezone: Zone = None,
    settings: Config = None,
    connection: Connect = None,
    offline: Offline = False,
    memory: Memory = None,
    tick_timeout: TickTimeout = None,
    max_errors: MaxErrors = None,
    note: NoteText = None,
    start: Annotated[
        bool, typer.Option("--start/--no-start", help="Whether a new worker runs at once.")
    ] = True,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait until it runs; exit code 1 if it does not.")
    ] = False,
    wait_time: Annotated[str, typer.Option(metavar="TIME", help="Longest wait.")] = "60s",
    check_only: Annotated[
        bool, typer.Option("--check-only", help="Deploy nothing; say what is wrong with it.")
    ] = False,
) -> int:
    """Send workers to a server: new ones, or new versions."""
    from cellblock.cli.remote import deploying, times
    from cellblock.cli.remote.wishes import Options

    options = Options(
        targets=targets or [],
        file=file,
        name=name,
        interval=interval,
        cron=cron,
        timezone=timezone,
        config=settings or [],
        connect=connection or [],
        offline=offline,
        memory=memory,
        tick_timeout=tick_timeout,
        max_errors=max_errors,
        note=note,
        start=start,
    )
    if check_only:
        return deploying.check(desk, options)
    wait_s = times.span(wait_time, "--wait-time") if wait else None
    return deploying.deploy(desk, options, wait_s)


@asks
def set_(
    desk: Desk,
    name: Worker,
    interval: Interval = None,
    cron: Cron = None,
    timezone: Zone = None,
    settings: Config = None,
    connection: Connect = None,
    offline: Offline = False,
    memory: Memory = None,
    tick_timeout: TickTimeout = None,
    max_errors: MaxErrors = None,
    note: NoteText = None,
) -> int:
    """Change settings of a worker; its source stays."""
    from cellblock.cli.remote import deploying
    from cellblock.cli.remote.wishes import Options

    options = Options(
        targets=[],
        file=None,
        name=name,
        interval=interval,
        cron=cron,
        timezone=timezone,
        config=settings or [],
        connect=connection or [],
        offline=offline,
        memory=memory,
        tick_timeout=tick_timeout,
        max_errors=max_errors,
        note=note,
        start=True,
    )
    return deploying.change(desk, name, options)
