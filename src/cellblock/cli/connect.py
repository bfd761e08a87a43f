"""``cellblock connect``: one command for each kind, made of its settings; list, show, remove, test,
rekey.

A secret is asked for without echo, or read from a file or a pipe; no command prints one.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from cellblock.errors import OperatorFault

if TYPE_CHECKING:
    from cellblock.broker.kind import Kind
    from cellblock.cli.fields import Field
    from cellblock.cli.remote.desk import Desk

SETTINGS = {"help_option_names": ["-h", "--help"]}
_OURS = {"name", "workspace", "data", "secrets", "ask", "no-secrets", "unset", "help"}
_OURS |= {"server", "token-file"}
"""Options that every kind's command has."""

Name = Annotated[str, typer.Option(metavar="NAME", help="The connection's name.")]
Workspace = Annotated[str, typer.Option(metavar="NAME", help="Whose connection it is.")]
Data = Annotated[
    str | None, typer.Option(metavar="DIR", help="The data directory [this user's own].")
]
Secrets = Annotated[
    str | None,
    typer.Option(
        metavar="FILE", help="Read secrets from a file, or - for stdin: JSON, or NAME=VALUE lines."
    ),
]
Ask = Annotated[bool, typer.Option("--ask", help="Ask again for secrets that are set.")]
NoSecrets = Annotated[bool, typer.Option("--no-secrets", help="Ask for no secrets.")]
Unset = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="Take a setting or secret away; repeatable."),
]
Server = Annotated[
    str | None, typer.Option(metavar="URL", help="Keep it at this server, and not on this machine.")
]
TokenFile = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="Read the server's token from a file, or - for stdin."),
]
KindName = Annotated[str, typer.Argument(metavar="KIND", help="The kind, such as bybit.")]
Json = Annotated[bool, typer.Option("--json", help="Machine-readable output on stdout.")]


class _Kinds(TyperGroup):
    """A group with a command for each kind, made when it is asked for."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take no command for a question."""
        return super().parse_args(ctx, args or ["--help"])

    def list_commands(self, ctx: Any) -> list[str]:
        """Name the kinds, but for plugins that are broken, then the other commands."""
        from cellblock.compose import kinds

        del ctx
        return [*(name for name in kinds().usable() if name not in self.commands), *self.commands]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Give a command. Raises: OperatorFault("no-kind")."""
        from cellblock.broker.choice import no_kind
        from cellblock.compose import kinds

        if (found := super().get_command(ctx, cmd_name)) is not None:
            return found
        if (kind := kinds().get(cmd_name)) is not None:
            return _command(kind)
        if cmd_name.startswith("-"):
            return None  # an option out of place, which typer tells
        raise no_kind(cmd_name, kinds())


app = typer.Typer(
    cls=_Kinds,
    context_settings=SETTINGS,
    rich_markup_mode=None,
    help="Keep the settings and secrets of ctx.bybit, ctx.telegram and their like, sealed.",
)


def _command(kind: Kind) -> Any:
    """Make the command of a kind: its fields are its options."""
    from cellblock.cli.connecting import connect
    from cellblock.cli.fields import fields_of

    fields = fields_of(kind.settings)

    def command(context: typer.Context, **written: Any) -> None:
        if context.args:
            # What stands there is not told, for it may be a secret.
            raise OperatorFault(
                "bad-option",
                f"`cellblock connect {kind.name}` takes options alone",
                "a secret is asked for, or read with --secrets FILE",
            )
        if (desk := _desk(context, written)) is not None:
            from cellblock.cli.remote.connecting import connect_there

            raise typer.Exit(connect_there(desk, kind, fields, written))
        raise typer.Exit(connect(kind, fields, written, context.obj))

    parameters = [_parameter("context", typer.Context, inspect.Parameter.empty)]
    parameters += [item for field in fields for item in _parameters(field, fields)]
    parameters += [
        _parameter("name", Name, "main"),
        _parameter("workspace", Workspace, "default"),
        _parameter("data", Data, None),
        _parameter("unset", Unset, None),
        _parameter("server", Server, None),
        _parameter("token_file", TokenFile, None),
    ]
    if any(field.secret for field in fields):
        parameters += [_parameter("secrets", Secrets, None), _parameter("ask", Ask, False)]
        parameters.append(_parameter("no_secrets", NoSecrets, False))
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    alone = typer.Typer(add_completion=False, rich_markup_mode=None, context_settings=SETTINGS)
    more = {**SETTINGS, "allow_extra_args": True}
    alone.command(name=kind.name, help=kind.summary, context_settings=more)(command)
    return get_command(alone)


def _desk(context: typer.Context, written: Mapping[str, Any]) -> Desk | None:
    """Give the server that is named, or None for this machine. Raises: OperatorFault."""
    from cellblock.cli.remote.desk import Desk
    from cellblock.cli.remote.finding import Where

    server, token_file = written["server"], written["token_file"]
    if server is None:
        if token_file is not None:
            text = "--token-file is of use with --server alone"
            raise OperatorFault("bad-option", text, "write --server URL, or leave it out")
        return None
    where = Where(server=server, token_file=token_file, data=written.get("data"))
    as_json = bool(written.get("json"))
    desk = Desk(where, context.obj, written["workspace"], as_json=as_json)
    context.call_on_close(desk.close)
    return desk


def _parameter(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, kind, annotation=annotation, default=default)


def _parameters(field: Field, fields: tuple[Field, ...]) -> list[inspect.Parameter]:
    """Make the options of one field; the choices of a field named environment are flags, too."""
    option = field.option
    if option.removeprefix("--") in _OURS:
        option = f"--setting-{option.removeprefix('--')}"
    if field.secret:
        shown = typer.Option(option, hidden=True, callback=_refuse_secret)
        return [_parameter(f"secret_{field.key}", Annotated[str | None, shown], None)]
    told, kind = field.help + _default(field), Annotated[str | None, ""]
    if field.flag:
        kind = Annotated[bool | None, typer.Option(f"{option}/--no-{option[2:]}", help=told)]
    elif field.many:
        told = f"{told.rstrip('.')}; repeatable."
        kind = Annotated[list[str] | None, typer.Option(option, metavar=field.metavar, help=told)]
    else:
        kind = Annotated[str | None, typer.Option(option, metavar=field.metavar, help=told)]
    found = [_parameter(f"set_{field.key}", kind, None)]
    taken = _OURS | {other.option[2:] for other in fields}
    if field.name == "environment":
        for choice in field.choices:
            if choice.isidentifier() and choice not in taken:
                flag = typer.Option(f"--{choice}", help=f"The same as {option} {choice}.")
                found.append(_parameter(f"flag_{choice}", Annotated[bool, flag], False))
    return found


def _default(field: Field) -> str:
    if field.default in (None, (), [], {}, False, ""):
        return ""
    shown = field.default
    shown = " ".join(map(str, shown)) if isinstance(shown, (tuple, list)) else shown
    return f" [{shown}]"


def _refuse_secret(value: str | None) -> None:
    if value is not None:
        raise OperatorFault(
            "secret-option",
            "a secret is no option: everybody on this machine can read the options of a process",
            "leave it out and you are asked, or write --secrets FILE; and have a new one made in "
            "the place of this one",
        )


@app.command("list")
def list_(
    context: typer.Context,
    workspace: Workspace = "default",
    data: Data = None,
    json: Json = False,
    server: Server = None,
    token_file: TokenFile = None,
) -> None:
    """Show the connections: settings, which secrets are set, when they changed."""
    from cellblock.cli.connecting import show_all

    if (desk := _desk(context, context.params)) is not None:
        from cellblock.cli.remote.connecting import show_all_there

        raise typer.Exit(show_all_there(desk))
    del server, token_file
    raise typer.Exit(show_all((data, workspace), as_json=json))


@app.command()
def show(
    context: typer.Context,
    kind: KindName,
    name: Name = "main",
    workspace: Workspace = "default",
    data: Data = None,
    json: Json = False,
    server: Server = None,
    token_file: TokenFile = None,
) -> None:
    """Show one connection with all its settings."""
    from cellblock.cli.connecting import show_one

    if (desk := _desk(context, context.params)) is not None:
        from cellblock.cli.remote.connecting import show_one_there

        raise typer.Exit(show_one_there(desk, kind, name))
    del server, token_file
    raise typer.Exit(show_one(kind, name, (data, workspace), as_json=json))


@app.command()
def remove(
    context: typer.Context,
    kind: KindName,
    name: Name = "main",
    workspace: Workspace = "default",
    data: Data = None,
    server: Server = None,
    token_file: TokenFile = None,
) -> None:
    """Forget one connection and its secrets."""
    from cellblock.cli.connecting import forget

    if (desk := _desk(context, context.params)) is not None:
        from cellblock.cli.remote.connecting import forget_there

        raise typer.Exit(forget_there(desk, kind, name))
    del server, token_file
    raise typer.Exit(forget(kind, name, (data, workspace)))


@app.command("test")
def try_(
    context: typer.Context,
    kind: KindName,
    name: Name = "main",
    workspace: Workspace = "default",
    data: Data = None,
    server: Server = None,
    token_file: TokenFile = None,
) -> None:
    """Open one connection and make its cheapest call; exit code 1 if the far side refuses."""
    from cellblock.cli.connecting import try_out

    if (desk := _desk(context, context.params)) is not None:
        from cellblock.cli.remote.connecting import try_out_there

        raise typer.Exit(try_out_there(desk, kind, name))
    del server, token_file
    raise typer.Exit(try_out(kind, name, (data, workspace), context.obj))


@app.command()
def rekey(data: Data = None) -> None:
    """Seal every connection with a new key, or with that of CELLBLOCK_KEY."""
    from cellblock.cli.connecting import seal_anew

    raise typer.Exit(seal_anew(data))
