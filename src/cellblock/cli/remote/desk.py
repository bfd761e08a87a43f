"""What the commands against a server share: their options, and the desk that these become.

`asks` gives a command the options; its first parameter is the `Desk`. Light to import: whatever a
command needs beyond that is imported when it is used.
"""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated, Any, Concatenate, ParamSpec

import typer
from typer.core import TyperGroup

from cellblock.broker.secret import Scrubber, Secret
from cellblock.cli.remote.finding import Where, find, read_token

if TYPE_CHECKING:
    from cellblock.cli.remote.client import Client

_Parameters = ParamSpec("_Parameters")
_STDIN = "-"
SETTINGS: dict[str, Any] = {"help_option_names": ["-h", "--help"]}

_Server = Annotated[
    str | None,
    typer.Option(metavar="URL", help="The server [of `cellblock login`, or this machine's]."),
]
_TokenFile = Annotated[
    str | None, typer.Option(metavar="FILE", help="Read the token from a file, or - for stdin.")
]
_Data = Annotated[
    str | None, typer.Option(metavar="DIR", help="Speak to the server of this data directory.")
]
_Workspace = Annotated[
    str | None, typer.Option("-w", "--workspace", metavar="NAME", help="The workspace [default].")
]
_Json = Annotated[bool, typer.Option("--json", help="Machine-readable output on stdout.")]


class Desk:
    """What one command works with: the server, the workspace, and how answers are shown."""

    def __init__(
        self, where: Where, scrub: Scrubber, workspace: str | None = None, *, as_json: bool = False
    ) -> None:
        self.where = where
        self.scrub = scrub
        self.chosen_workspace = workspace
        self.workspace = workspace or "default"
        self.as_json = as_json

    @functools.cached_property
    def client(self) -> Client:
        """The server, found when it is first asked. Raises: OperatorFault."""
        return self.connect()

    @functools.cached_property
    def _given(self) -> Secret | None:
        """The token of the options, read once, for it may have come on stdin."""
        name = self.where.token_file
        return read_token(name) if name is not None else None

    def connect(self, timeout_s: float = 30.0) -> Client:
        """Find the server anew: one of this machine may have another address after a restart."""
        from cellblock.cli.remote.client import Client

        found = find(self.where, os.environ, given=self._given)
        return Client(found, self.scrub, timeout_s)

    def at(self, *parts: str) -> str:
        """Give the path of something in the workspace."""
        from cellblock.cli.remote.client import path

        return path("workspaces", self.workspace, *parts)

    def worker(self, name: str, *parts: str) -> str:
        """Give the path of something of a worker."""
        return self.at("workers", name, *parts)

    def close(self) -> None:
        """Let the connection go, if there is one."""
        if "client" in self.__dict__:
            self.client.close()


def names_of_workers(context: typer.Context, incomplete: str) -> Iterable[str]:
    """Complete the name of a worker; nothing, and no word of complaint, if that takes long."""
    given = context.params
    where = Where(
        server=given.get("server"), token_file=given.get("token_file"), data=given.get("data")
    )
    if where.token_file == _STDIN:
        return []  # stdin is the shell's
    desk = Desk(where, Scrubber(), given.get("workspace"))
    try:
        client = desk.connect(timeout_s=1.0)
        found = list(client.raw_items(desk.at("workers"), most=500))
        client.close()
        return [item["name"] for item in found if item["name"].startswith(incomplete)]
    except Exception:  # noqa: BLE001 - a completion has nowhere to say what went wrong
        return []


Worker = Annotated[
    str,
    typer.Argument(
        metavar="NAME", help="The worker.", autocompletion=names_of_workers, show_default=False
    ),
]
Workers = Annotated[
    list[str],
    typer.Argument(
        metavar="NAME", help="The workers.", autocompletion=names_of_workers, show_default=False
    ),
]


def asks(command: Callable[Concatenate[Desk, _Parameters], int]) -> Callable[..., int]:
    """Give a command the options of every command against a server."""
    return _asking(command, workspace=True)


def asks_everywhere(command: Callable[Concatenate[Desk, _Parameters], int]) -> Callable[..., int]:
    """Give a command those options, but for the workspace."""
    return _asking(command, workspace=False)


def _asking(command: Callable[..., int], *, workspace: bool) -> Callable[..., int]:
    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]

    def asked(context: typer.Context, **written: Any) -> int:
        where = Where(
            server=written.pop("server"),
            token_file=written.pop("token_file"),
            data=written.pop("data"),
        )
        room = written.pop("workspace") if workspace else None
        scrub = context.obj if isinstance(context.obj, Scrubber) else Scrubber()
        desk = Desk(where, scrub, room, as_json=written.pop("json"))
        try:
            return command(desk, **written)
        finally:
            desk.close()

    shared = [
        _parameter("server", _Server, None),
        _parameter("token_file", _TokenFile, None),
        _parameter("data", _Data, None),
        _parameter("json", _Json, default=False),
    ]
    if workspace:
        shared.insert(0, _parameter("workspace", _Workspace, None))
    first = inspect.Parameter(
        "context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context
    )
    named = [item.replace(kind=inspect.Parameter.KEYWORD_ONLY) for item in own]
    asked.__signature__ = inspect.Signature([first, *named, *shared])  # type: ignore[attr-defined]
    asked.__doc__ = command.__doc__
    asked.__name__ = command.__name__
    return asked


def _parameter(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, kind, annotation=annotation, default=default)


class _Group(TyperGroup):
    """A group that takes no command for a question."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Show the help where nothing is written."""
        return super().parse_args(ctx, args or ["--help"])


def group(summary: str) -> typer.Typer:
    """Make a group of commands; without one of them it shows its help."""
    return typer.Typer(
        cls=_Group,
        context_settings=SETTINGS,
        rich_markup_mode=None,
        add_completion=False,
        help=summary,
    )
