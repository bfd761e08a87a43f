"""The command ``serve``: its options. What it needs is imported when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cellblock.cli.connect import Data
from cellblock.cli.places import data_folder

_PORT = 8420


def serve(
    data: Data = None,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where to listen; beyond this machine with TLS.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(metavar="N", min=0, max=65_535, help="0 for any that is free.")
    ] = _PORT,
    state: Annotated[
        str | None,
        typer.Option(
            metavar="STORE",
            help="redis://… or sqlite:///… for ctx.state [state.db beside the data].",
        ),
    ] = None,
    tls_cert: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Certificates for HTTPS, PEM.")
    ] = None,
    tls_key: Annotated[Path | None, typer.Option(metavar="FILE", help="Their key, PEM.")] = None,
    behind_proxy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ADDRESS",
            help="A proxy with TLS that is believed about who asks, an address or a network; "
            "repeatable.",
        ),
    ] = None,
    name: Annotated[
        list[str] | None,
        typer.Option(
            metavar="HOST", help="A name by which it may be called; repeatable [see operating.md]."
        ),
    ] = None,
    insecure_bind: Annotated[
        bool,
        typer.Option("--insecure-bind", help="Let tokens cross the network for all to read."),
    ] = False,
    allow_module: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Allow workers one module more; repeatable."),
    ] = None,
    allow_builtin: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Allow workers one builtin more; repeatable."),
    ] = None,
    require_landlock: Annotated[
        bool,
        typer.Option(
            "--require-landlock/--no-require-landlock",
            help="Refuse to start on a kernel without Landlock.",
        ),
    ] = True,
    new_token: Annotated[
        bool,
        typer.Option("--new-token", help="Make another administrator's token; the first is lost."),
    ] = False,
    log_json: Annotated[bool, typer.Option("--log-json", help="The log as JSON lines.")] = False,
) -> None:
    """Serve: run the workers of all workspaces, driven over HTTP and by these commands."""
    from cellblock.api.binding import Bind
    from cellblock.cli.serve import Options
    from cellblock.cli.serve import serve as run
    from cellblock.compose.service import Choices

    bind = Bind(
        host=host,
        port=port,
        certificate=tls_cert,
        key=tls_key,
        behind_proxy=tuple(behind_proxy or ()),
        insecure=insecure_bind,
        names=tuple(name or ()),
    )
    choices = Choices(
        more_modules=tuple(allow_module or ()),
        more_builtins=tuple(allow_builtin or ()),
        require_landlock=require_landlock,
        state=state,
        new_token=new_token,
    )
    raise typer.Exit(run(Options(data_folder(data), bind, choices, log_json)))
