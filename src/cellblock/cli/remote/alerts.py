"""``cellblock alerts``: rules of a workspace, which say whom to tell of what."""

from __future__ import annotations

from typing import Annotated, Any, get_args

import typer

from cellblock.cli.remote.desk import Desk, asks, group
from cellblock.cli.remote.hooks import chosen
from cellblock.errors import OperatorFault

app = group("Say who is told of what: pauses, late ticks, a full disk.")

_Rule = Annotated[str, typer.Argument(metavar="RULE", help="Its name or id.")]


@app.command("ls")
@asks
def list_(desk: Desk) -> int:
    """List the rules of the workspace."""
    from cellblock.cli.remote import show
    from cellblock.cli.remote.show import Column

    raw = list(desk.client.raw_items(desk.at("alerts")))
    if desk.as_json:
        show.value(raw)
        return 0
    rows = [
        (
            item.get("id"),
            item.get("name"),
            ", ".join(item.get("on", [])),
            ", ".join(item.get("workers") or []) or "all",
            f"{item.get('channel')} {item.get('target') or ''}".strip(),
            "on" if item.get("enabled", True) else "off",
        )
        for item in raw
    ]
    columns: list[Column | str] = ["ID", Column("NAME", gives=True), Column("ON", gives=True)]
    columns += [Column("WORKERS", gives=True), Column("TELLS", gives=True), "STATE"]
    show.rows(columns, rows, f"Workspace {desk.workspace} has no alert rule.")
    return 0


@app.command()
@asks
def add(
    desk: Desk,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the rule is called.")],
    on: Annotated[
        list[str],
        typer.Option(
            metavar="WHAT", help="paused, recovered, quarantined, late or disk; repeatable."
        ),
    ],
    telegram: Annotated[
        str | None, typer.Option(metavar="NAME", help="Tell by this telegram connection.")
    ] = None,
    webhook: Annotated[
        str | None, typer.Option(metavar="URL", help="Tell by a signed POST to this address.")
    ] = None,
    log: Annotated[bool, typer.Option("--log", help="Tell in the log.")] = False,
    worker: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only of this worker; repeatable.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A setting, such as chat_id; repeatable."),
    ] = None,
) -> int:
    """Make a rule."""
    from cellblock.cli import values
    from cellblock.cli.remote import show
    from cellblock.store.records import Occasion

    for what in on:
        values.word(what, "--on", get_args(Occasion))
    ways = {"telegram": telegram, "webhook": webhook, "log": "" if log else None}
    wanted = {channel: target for channel, target in ways.items() if target is not None}
    if len(wanted) != 1:
        raise OperatorFault(
            "bad-option", "a rule tells in one way", "write --telegram, --webhook or --log"
        )
    [(channel, target)] = wanted.items()
    body: dict[str, Any] = {"name": name, "on": on, "channel": channel, "target": target}
    body |= {"workers": worker} if worker else {}
    body |= {"settings": values.settings(settings)} if settings else {}
    made = desk.client.send("POST", desk.at("alerts"), body)
    if desk.as_json:
        show.value(made)
        return 0
    show.say(f"rule {name} is made; `cellblock alerts test {name}` tries it")
    if secret := made.get("secret"):
        show.note("what is sent is signed with the secret on the next line, shown this once:")
        print(secret)
    return 0


@app.command("rm")
@asks
def remove(desk: Desk, rule: _Rule) -> int:
    """Remove a rule."""
    from cellblock.cli.remote import show

    identity = chosen(desk.client.raw_items(desk.at("alerts")), rule, "rule")
    desk.client.send("DELETE", desk.at("alerts", identity))
    if not desk.as_json:
        show.say(f"rule {rule} is removed")
    return 0


@app.command("test")
@asks
def try_(desk: Desk, rule: _Rule) -> int:
    """Send the alert of a rule now, as a trial."""
    from cellblock.cli.remote import show

    identity = chosen(desk.client.raw_items(desk.at("alerts")), rule, "rule")
    answer = desk.client.send("POST", desk.at("alerts", identity, "test"))
    if desk.as_json:
        show.value(answer)
    else:
        show.say(f"the trial alert of {rule} was sent")
    return 0
