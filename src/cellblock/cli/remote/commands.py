"""The commands against a server that stand at the top: their options, and where they go from here.

Whatever a command needs is imported when it runs, so that ``cellblock --help`` stays quick.
"""

from __future__ import annotations

import re
import time
from typing import Annotated, Any, get_args

import typer

from cellblock.cli.remote import alerts, deploy, files, hooks, states, tokens, users, workspaces
from cellblock.cli.remote.desk import Desk, Worker, Workers, asks, asks_everywhere, names_of_workers
from cellblock.cli.text import one_line

_All = Annotated[
    bool, typer.Option("-a", "--all-workspaces", help="Of all workspaces that the token sees.")
]
_Since = Annotated[
    str | None, typer.Option(metavar="TIME", help="Since 1h (ago), or a date and time.")
]
_Until = Annotated[str | None, typer.Option(metavar="TIME", help="Until then.")]
_Maybe = Annotated[
    str | None,
    typer.Argument(
        metavar="NAME", help="The worker [all of them].", autocompletion=names_of_workers
    ),
]
_VERSION = re.compile("[1-9][0-9]{0,10}|[0-9a-f]{12}", re.ASCII)


def _named(version: str | None) -> str | None:
    """Take the name of a version. Raises: BadParameter."""
    if version is not None and not _VERSION.fullmatch(version):
        raise typer.BadParameter(
            f"{one_line(version, 60)!r} names no version; write its number, or its hash"
        )
    return version


def register(app: typer.Typer) -> None:
    """Add the commands to the front door."""
    for name, command in (
        ("deploy", deploy.deploy),
        ("set", deploy.set_),
        ("ps", ps),
        ("top", top),
        ("logs", logs),
        ("runs", runs),
        ("versions", versions),
        ("diff", diff),
        ("rollback", rollback),
        *((name, _wish(name, summary)) for name, summary in _WISHES.items()),
        ("rm", rm),
        ("audit", audit),
        ("login", login),
        ("logout", logout),
        ("dashboard", dashboard),
    ):
        app.command(name)(command)
    for name, group in (
        ("state", states.app),
        ("files", files.app),
        ("workspaces", workspaces.app),
        ("tokens", tokens.app),
        ("users", users.app),
        ("hooks", hooks.app),
        ("alerts", alerts.app),
    ):
        app.add_typer(group, name=name)


@asks
def ps(
    desk: Desk,
    everywhere: _All = False,
    state: Annotated[
        str | None, typer.Option(metavar="STATE", help="Only those that are so: lost, say.")
    ] = None,
) -> int:
    """List workers: state, version, last tick, next tick."""
    from cellblock.cli import values
    from cellblock.cli.remote.listing import workers
    from cellblock.supervisor.lifecycle import State

    wanted = values.word(state, "--state", [*State, "deleted"])
    return workers(desk, everywhere=everywhere, state=wanted)


@asks
def top(desk: Desk, everywhere: _All = False) -> int:
    """Watch the workers, looked at every second; q ends it."""
    from cellblock.cli.remote import live

    return live.top(desk, everywhere=everywhere)


@asks
def logs(
    desk: Desk,
    name: _Maybe = None,
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on as lines come.")] = False,
    count: Annotated[
        int, typer.Option("-n", "--lines", metavar="N", min=0, help="The newest N lines.")
    ] = 100,
    since: _Since = None,
    until: _Until = None,
    level: Annotated[
        str | None, typer.Option(metavar="LEVEL", help="This or worse: debug, info, warn, error.")
    ] = None,
    grep: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Only lines that hold this text.")
    ] = None,
) -> int:
    """Show log lines, and with -f those to come."""
    from cellblock.cli import values
    from cellblock.cli.remote import following, times
    from cellblock.wire.messages import Level

    now = time.time()
    wanted = values.word(level, "--level", get_args(Level))
    query: dict[str, Any] = {"level": wanted, "contains": grep}
    begin = times.moment(since, "--since", now)
    if follow:
        return following.follow(desk, name, query, begin, count)
    query |= {"since": begin, "until": times.moment(until, "--until", now)}
    return following.past(desk, name, query, count)


@asks
def runs(
    desk: Desk,
    name: _Maybe = None,
    count: Annotated[
        int, typer.Option("-n", "--runs", metavar="N", min=1, help="The newest N runs.")
    ] = 20,
    outcome: Annotated[
        str | None,
        typer.Option(metavar="WHAT", help="Only these: failed, done, error, timeout, memory, …"),
    ] = None,
    since: _Since = None,
    until: _Until = None,
    statistics: Annotated[
        bool, typer.Option("--statistics", help="Sum them up instead; needs a NAME.")
    ] = False,
) -> int:
    """Show ticks that were run: how late, how long, how ended."""
    from cellblock.cli import values
    from cellblock.cli.remote import listing, times
    from cellblock.errors import OperatorFault
    from cellblock.outcome import OutcomeKind

    now = time.time()
    query: dict[str, Any] = {
        "outcome": values.word(outcome, "--outcome", ["failed", *OutcomeKind]),
        "since": times.moment(since, "--since", now),
        "until": times.moment(until, "--until", now),
    }
    if not statistics:
        return listing.runs(desk, name, query, count)
    if name is None:
        raise OperatorFault("bad-option", "--statistics sums up one worker", "write its NAME")
    return listing.statistics(desk, name, query)


@asks
def versions(
    desk: Desk,
    name: Worker,
    count: Annotated[
        int, typer.Option("-n", "--versions", metavar="N", min=1, help="The newest N.")
    ] = 20,
    source: Annotated[
        str | None, typer.Option(metavar="VERSION", help="Print the source of this one instead.")
    ] = None,
) -> int:
    """List the versions of a worker, the newest first."""
    from cellblock.cli.remote import listing

    if source is not None:
        return listing.source(desk, name, source)
    return listing.versions(desk, name, count)


@asks
def diff(
    desk: Desk,
    name: Worker,
    before: Annotated[
        str | None,
        typer.Argument(
            metavar="A", help="A version, by number or hash [the one before].", callback=_named
        ),
    ] = None,
    after: Annotated[
        str | None,
        typer.Argument(metavar="B", help="Another [the one that is wanted].", callback=_named),
    ] = None,
) -> int:
    """Show what differs between two versions of a worker."""
    from cellblock.cli.remote import listing

    return listing.difference(desk, name, before, after)


@asks
def rollback(
    desk: Desk,
    name: Worker,
    version: Annotated[
        str | None,
        typer.Argument(
            metavar="VERSION", help="Its number or hash [the one before].", callback=_named
        ),
    ] = None,
) -> int:
    """Go back to an older version of a worker."""
    from cellblock.cli.remote import acting

    return acting.roll_back(desk, name, version)


_WISHES = {
    "start": "Have workers run.",
    "stop": "Have workers stop; their state, logs and versions stay.",
    "pause": "Have workers run no ticks, and keep their processes.",
    "resume": "Have paused workers tick again.",
    "restart": "Give workers fresh processes.",
    "tick": "Have workers tick once, now.",
    "restore": "Bring deleted workers back, before their grace is over.",
    "release": "Take the versions of workers out of quarantine.",
}


def _wish(action: str, summary: str) -> Any:
    """Make the command of a wish that is sent as it is."""

    @asks
    def wish(desk: Desk, names: Workers) -> int:
        from cellblock.cli.remote import acting

        return acting.act(desk, action, names)

    wish.__doc__ = summary
    return wish


@asks
def rm(
    desk: Desk,
    names: Workers,
    grace: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="How long `cellblock restore` can bring them back."),
    ] = None,
) -> int:
    """Delete workers; for a day they can be restored."""
    from cellblock.cli.remote import acting, times

    grace_s = times.span(grace, "--grace") if grace is not None else None
    return acting.remove(desk, names, grace_s)


@asks_everywhere
def audit(
    desk: Desk,
    workspace: Annotated[
        str | None, typer.Option("-w", "--workspace", metavar="NAME", help="Of this one [all].")
    ] = None,
    count: Annotated[
        int, typer.Option("-n", "--entries", metavar="N", min=1, help="The newest N.")
    ] = 50,
) -> int:
    """Show who did what."""
    from cellblock.cli.remote import acts

    return acts.audit(desk, workspace, count)


@asks_everywhere
def login(
    desk: Desk,
    url: Annotated[str, typer.Argument(metavar="URL", help="The server's address.")],
) -> int:
    """Keep a server's address and token for later commands."""
    from cellblock.cli.remote import entering

    return entering.login(desk, url)


@asks_everywhere
def logout(desk: Desk) -> int:
    """Forget what login kept."""
    from cellblock.cli.remote import entering

    return entering.logout(desk)


@asks_everywhere
def dashboard(
    desk: Desk,
    shows: Annotated[bool, typer.Option("--open", help="Open it in a browser.")] = False,
) -> int:
    """Print an address that lets a browser into the dashboard, once."""
    from cellblock.cli.remote import dashboard

    return dashboard.dashboard(desk, shows=shows)
