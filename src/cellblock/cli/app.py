"""The commands and their options: run, check, doctor, explain, quarantine, connect; and those that
speak to a server.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

import cellblock
from cellblock.broker.secret import Scrubber
from cellblock.cli import connect
from cellblock.cli.options import Options
from cellblock.cli.remote import commands
from cellblock.cli.server import serve
from cellblock.errors import OperatorFault
from cellblock.limits import INTERVAL_DEFAULT_S, MAX_ERRORS

app = typer.Typer(
    name="cellblock",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Run somebody else's Python: real CPython in a process that the kernel has locked.",
)

app.add_typer(connect.app, name="connect")

Source = Annotated[Path, typer.Argument(metavar="WORKER.py", help="The worker's source file.")]
Full = Annotated[
    str,
    typer.Option("--language", metavar="NAME", help="contract (the documented lists) or full."),
]
Modules = Annotated[
    list[str] | None,
    typer.Option("--allow-module", metavar="NAME", help="Allow one module more; repeatable."),
]
Builtins = Annotated[
    list[str] | None,
    typer.Option("--allow-builtin", metavar="NAME", help="Allow one builtin more; repeatable."),
]
Landlock = Annotated[
    bool,
    typer.Option(
        "--require-landlock/--no-require-landlock",
        help="Refuse to start on a kernel without Landlock.",
    ),
]
Workspace = Annotated[str, typer.Option(metavar="NAME", help="Whose connections --connect names.")]
Json = Annotated[bool, typer.Option("--json", help="Machine-readable output on stdout.")]


def _version(*, value: bool) -> None:
    if value:
        print(f"cellblock {cellblock.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=lambda value: _version(value=value), is_eager=True)
    ] = False,
) -> None:
    """Hold the options of all commands."""


@app.command()
def run(
    context: typer.Context,
    worker: Source,
    files: Annotated[
        str | None, typer.Option(metavar="DIR", help="The worker's files (ctx.files).")
    ] = None,
    state: Annotated[
        str,
        typer.Option(
            metavar="STORE",
            help="memory, sqlite:///file.db, redis://host:6379/0, rediss://… or unix:///redis.sock "
            "(ctx.state).",
        ),
    ] = "memory",
    interval: Annotated[
        str, typer.Option(metavar="TIME", help="Time between ticks, 1s to 1h.")
    ] = f"{INTERVAL_DEFAULT_S:g}s",
    ticks: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="End after N ticks.")
    ] = None,
    tick_timeout: Annotated[
        str, typer.Option(metavar="TIME", help="Longest time of one tick.")
    ] = "60s",
    memory: Annotated[
        str, typer.Option(metavar="SIZE", help="Memory above the warm process.")
    ] = "512MB",
    max_errors: Annotated[
        int, typer.Option(metavar="N", min=1, help="Failed ticks in a row until a pause.")
    ] = MAX_ERRORS,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="A setting for ctx.config, JSON or text; repeatable.",
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="What state is kept under [the file's name].")
    ] = None,
    language: Full = "contract",
    allow_module: Modules = None,
    allow_builtin: Builtins = None,
    require_landlock: Landlock = True,
    json: Json = False,
    connection: Annotated[
        list[str] | None,
        typer.Option(
            "--connect",
            metavar="KIND[=NAME]",
            help="Grant a connection of the workspace; repeatable.",
        ),
    ] = None,
    offline: Annotated[
        bool,
        typer.Option("--offline", help="Grant nothing that --connect does not name."),
    ] = False,
    workspace: Workspace = "default",
    data: connect.Data = None,
    test_preload: Annotated[list[str] | None, typer.Option(hidden=True)] = None,
) -> None:
    """Run a worker, jailed, tick by tick, until Ctrl-C or --ticks."""
    from cellblock.cli.run import run_worker

    options = Options(
        worker=worker,
        files=files,
        state=state,
        interval=interval,
        ticks=ticks,
        tick_timeout=tick_timeout,
        memory=memory,
        max_errors=max_errors,
        settings=settings or [],
        name=name,
        language=language,
        modules=allow_module or [],
        builtins=allow_builtin or [],
        require_landlock=require_landlock,
        json=json,
        test_preload=test_preload or [],
        connect=connection or [],
        offline=offline,
        data=data,
        workspace=workspace,
    )
    raise typer.Exit(run_worker(options, context.obj))


@app.command()
def check(
    worker: Source,
    language: Full = "contract",
    allow_module: Modules = None,
    allow_builtin: Builtins = None,
    json: Json = False,
) -> None:
    """Read a worker without running it; 1 if it could not run."""
    from cellblock.cli.look import check_worker

    raise typer.Exit(
        check_worker(worker, language, allow_module or [], allow_builtin or [], as_json=json)
    )


@app.command()
def doctor(
    state: Annotated[
        str | None, typer.Option(metavar="STORE", help="Look also how safe state is in there.")
    ] = None,
    json: Json = False,
) -> None:
    """Show each isolation layer of this machine: on or off, what it stops, how to get it."""
    from cellblock.cli.look import examine

    raise typer.Exit(examine(state, as_json=json))


@app.command()
def explain(
    worker: Source,
    language: Full = "contract",
    allow_module: Modules = None,
    allow_builtin: Builtins = None,
    require_landlock: Landlock = True,
    json: Json = False,
) -> None:
    """Show the steps and rules that this worker would run under."""
    from cellblock.cli.look import explain_worker

    raise typer.Exit(
        explain_worker(
            worker,
            (language, allow_module or [], allow_builtin or []),
            require_landlock=require_landlock,
            as_json=json,
        )
    )


@app.command()
def quarantine(
    state: Annotated[
        str, typer.Option(metavar="STORE", help="The state that the worker ran with.")
    ],
    release: Annotated[
        str | None, typer.Option(metavar="VERSION", help="Let this version be started again.")
    ] = None,
    source: Annotated[
        str | None, typer.Option(metavar="VERSION", help="Print the source of this version.")
    ] = None,
    json: Json = False,
) -> None:
    """Show the versions that did what only hostile code does, and release one."""
    from cellblock.cli.quarantine import show

    raise typer.Exit(show(state, release=release, source=source, as_json=json))


@app.command()
def stubs(
    output: Annotated[
        str, typer.Option(metavar="FILE", help="The stub's file; - prints it.")
    ] = "ctx.pyi",
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit code 1 if it is stale.")
    ] = False,
) -> None:
    """Write the types of ctx, so that an editor completes and checks a worker."""
    from cellblock.cli.stubs import write_stubs

    raise typer.Exit(write_stubs(output, check=check))


app.command()(serve)
commands.register(app)


def command(arguments: list[str], scrub: Scrubber) -> int:
    """Run the command that *arguments* are for; gives its exit code.

    Raises: what the command does; OperatorFault("usage") for options that cannot be.
    """
    try:
        code = _asked_for(arguments[0])(arguments, standalone_mode=False, obj=scrub)
    except TyperException as error:
        raise OperatorFault("usage", _said(error), f"see `{_command(error)} --help`") from error
    except typer.Abort:
        return 130
    return code if isinstance(code, int) else 0


def _asked_for(name: str) -> typer.Typer:
    """Leave out all commands but one, if there is such a one: building fifty takes 40 ms."""
    commands = [
        command
        for command in app.registered_commands
        if (command.name or getattr(command.callback, "__name__", "")) == name
    ]
    groups = [group for group in app.registered_groups if group.name == name]
    if not commands and not groups:
        return app
    one = copy.copy(app)
    one.registered_commands, one.registered_groups = commands, groups
    return one


def _said(error: Exception) -> str:
    """Give a usage error's own words, which name the option; ``str`` leaves that out."""
    format_message = getattr(error, "format_message", None)
    return str(format_message() if format_message else error).rstrip(".")


def _command(error: Exception) -> str:
    """Name the command that a usage error came from, as it is written."""
    context, words = getattr(error, "ctx", None), list[str]()
    while context is not None and context.parent is not None:
        words.insert(0, str(context.info_name))
        context = context.parent
    return " ".join(["cellblock", *words])
