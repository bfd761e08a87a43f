"""``cellblock check``, ``doctor`` and ``explain``: looking without running."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cellblock import compose
from cellblock.broker.plugins import Plugin
from cellblock.cli import values
from cellblock.cli.screen import PipedConsole
from cellblock.cli.state import examine as examine_state
from cellblock.cli.text import printable
from cellblock.errors import CellblockError, OperatorFault
from cellblock.jail import plan, probe
from cellblock.jail.attest import Enforcement
from cellblock.jail.kernel import rules
from cellblock.sandbox import Sandbox
from cellblock.store.ports import StoreReport
from cellblock.wire.messages import Diagnostic

LanguageChoice = tuple[str, list[str], list[str]]
"""Name of the language, modules and builtins allowed beside it."""


def check_worker(
    path: Path, language: str, modules: list[str], builtins: list[str], *, as_json: bool
) -> int:
    """Print the findings; 1 if any of them is an error."""
    source = values.source(path)
    # Any source can be read where only the standard library is held.
    sandbox = _sandbox((language, modules, builtins), require_landlock=True, only="")

    async def once() -> tuple[Diagnostic, ...]:
        async with sandbox:
            return await sandbox.check(source, filename=path.name)

    findings = asyncio.run(once())
    errors = sum(item.severity == "error" for item in findings)
    if as_json:
        _print_json({"file": str(path), "errors": errors, "findings": findings})
    else:
        console = PipedConsole(highlight=False, soft_wrap=True)
        for item in findings:
            line = Text(f"{path}:{item.line}:{item.column}: ")
            line.append(item.severity, style="red" if item.severity == "error" else "yellow")
            line.append(f" [{item.code}] {printable(item.message)}")
            line.append(f"; {printable(item.hint)}" if item.hint else "", style="dim")
            console.print(line)
        warnings = len(findings) - errors
        counts = f"{errors} error{'s' * (errors != 1)}, {warnings} warning{'s' * (warnings != 1)}"
        console.print(f"{path}: {counts}")
    return 1 if errors else 0


def _sandbox(choice: LanguageChoice, *, require_landlock: bool, only: str | None = None) -> Sandbox:
    name, modules, builtins = choice
    return Sandbox(
        language=name,  # type: ignore[arg-type]
        modules=tuple(modules),
        builtins=tuple(builtins),
        require_landlock=require_landlock,
        only=only,
    )


def examine(state: str | None = None, *, as_json: bool) -> int:
    """Jail a worker for the proof, then print each layer; 2 if workers cannot run here.

    With *state* it is also looked how safe state is there; 2 if it cannot be used.
    """
    kernel = probe.probe()
    fault: CellblockError | None = None
    proofs: dict[str, Enforcement] = {}
    try:
        plan.build(kernel)
        proofs = asyncio.run(_prove())
    except OperatorFault as error:
        fault = error
    rows = _layers(kernel)
    machine = f"{kernel.system} {kernel.release} on {kernel.machine}"
    report, trouble = examine_state(state) if state is not None else (None, None)
    plugins = compose.kinds().plugins()
    if as_json:
        _print_json(
            {
                "machine": machine,
                "ready": fault is None,
                "landlock_abi": kernel.landlock_abi,
                "layers": rows,
                "enforcement": proofs.get("laden"),
                "lean_enforcement": proofs.get("lean"),
                "problem": str(fault) if fault else None,
                "state": report,
                "state_problem": trouble,
                "plugins": plugins,
            }
        )
    else:
        _print_layers(machine, rows, proofs, fault)
        _print_state(report, trouble)
        _print_plugins(plugins)
    return 2 if fault or trouble else 0


def _layers(kernel: probe.Kernel) -> list[dict[str, Any]]:
    return [msgspec.structs.asdict(layer) for layer in plan.layers(plan.missing(kernel))]


async def _prove() -> dict[str, Enforcement]:
    """Jail a worker of each zygote that there is: one with numpy and pandas, and one without."""
    async with Sandbox(only="") as sandbox:
        flavours = sandbox.host.flavours
        proofs = {"laden": await flavours.laden.prove()}
        if flavours.lean is not None:
            proofs["lean"] = await flavours.lean.prove()
        return proofs


def _print_layers(
    machine: str,
    rows: list[dict[str, Any]],
    proofs: dict[str, Enforcement],
    fault: CellblockError | None,
) -> None:
    console = PipedConsole(highlight=False)
    table = Table(title=machine, title_justify="left", box=None, pad_edge=False)
    for name in ("layer", "state", "stops"):
        table.add_column(name, style="bold" if name == "layer" else "")
    for row in rows:
        state = Text("on", style="green") if row["on"] else Text("off", style="yellow")
        text = Text(str(row["stops"]))
        if not row["on"]:
            text.append(f"\n{row['why']}; {row['how']}", style="dim")
        table.add_row(str(row["layer"]), state, text)
    console.print(table)
    console.print()
    if fault is not None:
        console.print(Text(f"Workers cannot run here: {fault}", style="bold red"))
    for of, enforcement in proofs.items():
        refused = ", ".join(enforcement.canaries)
        console.print(f"A worker of a {of} zygote was jailed, and seen from outside:")
        console.print(f"  zygote    {', '.join(enforcement.zygote_steps) or '-'}", soft_wrap=True)
        console.print(f"  steps     {', '.join(enforcement.steps)}", soft_wrap=True)
        console.print(f"  refused   {refused}", soft_wrap=True)
        seen = ", ".join(f"{key} {value}" for key, value in enforcement.attested.items())
        console.print(Text(f"  attested  {seen}"), soft_wrap=True)
    if proofs:
        console.print(Text("Workers can run here.", style="bold green"))


def _print_state(report: StoreReport | None, trouble: str | None) -> None:
    console = PipedConsole(highlight=False, soft_wrap=True)
    if trouble:
        console.print(Text(f"\nState: {printable(trouble)}", style="bold red"))
    if report is not None:
        console.print("\nState:")
        for name, fact in report.facts.items():
            console.print(Text(f"  {name:<9} {printable(fact)}"))
        for worry in report.worries:
            console.print(Text(f"  worry     {printable(worry)}", style="yellow"))
        if not report.worries:
            console.print(Text("State is kept here.", style="bold green"))


def _print_plugins(plugins: tuple[Plugin, ...]) -> None:
    if not plugins:
        return
    table = Table(box=None, pad_edge=False)
    for name in ("plugin", "state", "of"):
        table.add_column(name)
    for plugin in plugins:
        state = Text("broken", style="yellow") if plugin.problem else Text("on", style="green")
        text = Text(printable(f"{plugin.distribution} ({plugin.target})"))
        text.append(f"\n{printable(plugin.problem)}" if plugin.problem else "", style="dim")
        table.add_row(Text(printable(plugin.name)), state, text)
    console = PipedConsole(highlight=False)
    console.print()
    console.print(table)


def explain_worker(
    path: Path, choice: LanguageChoice, *, require_landlock: bool, as_json: bool
) -> int:
    """Print steps, missing layers, language and rules."""
    values.source(path)
    sandbox = _sandbox(choice, require_landlock=require_landlock)
    built = plan.build(probe.probe(), require_landlock=require_landlock)
    table = rules.load(built.machine)
    if as_json:
        _print_json(
            {"worker": str(path), "plan": built, "language": sandbox.language, "rules": table}
        )
        return 0
    console = PipedConsole(highlight=False)
    console.print(Text(f"{path.name} would run so, on this machine:\n", style="bold"))
    steps = Table(box=None, pad_edge=False, title="Steps", title_justify="left")
    for name in ("", "step", "does", "why"):
        steps.add_column(name)
    for step in built.zygote_steps:
        steps.add_row("", step.name, f"the zygote, once: {step.does}", Text(step.why, style="dim"))
    for number, step in enumerate(built.steps, 1):
        steps.add_row(str(number), step.name, step.does, Text(step.why, style="dim"))
    console.print(steps)
    for item in built.missing:
        console.print(Text(f"   without {item.layer}: {item.why} ({item.how})", style="yellow"))
    words = sandbox.language
    console.print(Text(f"\nLanguage: {words.name}", style="bold"))
    console.print(f"  builtins  {'all' if words.full else ' '.join(words.builtins)}")
    console.print(f"  modules   {' '.join(words.modules)}")
    _print_rules(console, table)
    return 0


def _print_rules(console: Console, table: rules.Rules) -> None:
    console.print(Text(f"\nSystem calls ({table.machine})", style="bold"))
    groups: dict[str, list[rules.Rule]] = {}
    for rule in table.calls:
        groups.setdefault(rule.verdict, []).append(rule)
    allowed = Table(box=None, pad_edge=False)
    for name in ("allowed", "else", "reason"):
        allowed.add_column(name)
    for rule in groups.pop("allow"):
        allowed.add_row(rule.name, rule.otherwise if rule.when else "", Text(rule.reason, "dim"))
    console.print(allowed)
    for verdict, members in groups.items():
        label = "killed (tripwire)" if verdict == "kill" else f"answered {verdict}"
        console.print(Text(f"\n{label}", style="bold"))
        console.print(f"  {' '.join(rule.name for rule in members)}")
    console.print(Text(f"\nanything else is answered {table.default}", style="bold"))
    console.print(f"  {table.default_reason}")


def _print_json(value: Any) -> None:
    text = msgspec.json.format(msgspec.json.encode(value), indent=2)
    sys.stdout.buffer.write(text + b"\n")
    sys.stdout.buffer.flush()
